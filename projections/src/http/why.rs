//! Why an order waits or is late.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use actors::{NotAnswered, Outlook, ParkedEvent, PlantHandle, Question};
use twin_model::{
    Entity, EntityKey, EntityKind, EventBody, Notice, OperationId, OperationStarted, SourceId,
    WorkOrder, WorkOrderId,
};

use crate::answer::ItemAnswer;
use crate::past::When;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::parse_when;
use crate::read_model::ReadModel;
use crate::view::WhyView;
use crate::why::{Known, Said, explain, issued, startable};

/// Who asks the rules: it speaks for no system.
const ASKER: &str = "/asked";

/// Why an order waits or is late: the causes one behind the other, each with its object, since
/// when, the rule, who can change it and the next step, down to those behind which nothing is
/// known; how late it is, and where its time went.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/work-orders/{id}/why",
    tag = "work orders",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Id of the work order"),
        When,
    ),
    responses(
        (status = 200, body = ItemAnswer<WhyView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/work-orders/{id}/why")]
pub(crate) async fn get_why(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let when = parse_when(request.query_string())?;
    let (plant, id) = (path.0.as_str(), path.1.as_str());
    let picture = projections.picture(plant)?;
    let order = picture.look(&when, |model| order_of(model, id)).await?;
    let order = order.ok_or_else(|| Problem::no_item(EntityKind::WorkOrder, id))?;
    let handle = picture.handle();
    // Of the past neither the rules can be asked nor is it kept what waited.
    let (against, parked, commit_no) = match when.is_of_the_past() {
        true => (BTreeMap::new(), Vec::new(), None),
        false => {
            let (commit_no, against) = against_starts(handle, &order).await?;
            (against, parked_about(handle, order.id()).await?, commit_no)
        }
    };
    // The rules were asked of the plant; the picture must not be older than their answer.
    let when = when.and_commit(commit_no);
    let explained = |model: &ReadModel| {
        let order = order_of(model, id)?;
        let own = EntityKey::WorkOrder(order.id().clone());
        let entries = model.exceptions().values().map(Arc::as_ref);
        let known = Known {
            plant,
            entities: &model.entities,
            now: model.now(),
            against: &against,
            parked: &parked,
            exceptions: entries
                .filter(|entry| entry.is_open() && entry.object.as_ref() == Some(&own))
                .collect(),
        };
        let (standing, item) = (model.standing(), explain(&order, &known));
        Some(ItemAnswer { standing, item })
    };
    let answer = picture.look(&when, explained).await?;
    let answer = answer.ok_or_else(|| Problem::no_item(EntityKind::WorkOrder, id))?;
    Ok(HttpResponse::Ok().json(answer))
}

fn order_of(model: &ReadModel, id: &str) -> Option<WorkOrder> {
    match model.entities.get(EntityKind::WorkOrder, id) {
        Some(Entity::WorkOrder(order)) => Some(WorkOrder::clone(order)),
        _ => None,
    }
}

/// What the rules say against starting, now, what could start by the routing; and the commit for
/// which they said it, where they were asked.
async fn against_starts(
    handle: &PlantHandle,
    order: &WorkOrder,
) -> Result<(Option<u64>, BTreeMap<OperationId, Said>), Problem> {
    let mut questions = Vec::new();
    let mut asked = Vec::new();
    if order.released().is_some() {
        for operation in startable(order) {
            let Some(center) = operation.work_center() else {
                continue;
            };
            let Ok(source) = ASKER.parse::<SourceId>() else {
                unreachable!("a path is a source")
            };
            asked.push(operation.id().clone());
            let body = EventBody::OperationStarted(OperationStarted {
                order: order.id().clone(),
                op: operation.id().clone(),
                work_center: center.clone(),
                worker: None,
                input_lots: issued(order),
                delivers: None,
            });
            questions.push(Question::Event {
                source,
                at: None,
                body: Box::new(body),
            });
        }
    }
    if questions.is_empty() {
        return Ok((None, BTreeMap::new()));
    }
    let answers = handle.checks().ask(questions, said).await;
    let answers = answers.map_err(|error| match error {
        NotAnswered::Stopped(stopped) => {
            Problem::not_ready(format!("Plant {}: {stopped}.", handle.plant()))
        }
        busy => Problem::not_ready(format!("The rules were not asked: {busy}.")),
    })?;
    let said = asked.into_iter().zip(answers.answers);
    let said = said.filter_map(|(op, said)| Some((op, said?)));
    Ok((Some(answers.commit_no), said.collect()))
}

fn said(outlook: Outlook) -> Option<Said> {
    match outlook {
        Outlook::Parked { code, text } => Some(Said { code, text }),
        Outlook::Refused(rejection) | Outlook::Exception(rejection) => Some(Said {
            code: rejection.code(),
            text: rejection.to_string(),
        }),
        Outlook::Applied(turn) => turn.notices.iter().find_map(|notice| match notice {
            Notice::DiscrepancyFound { code, text, .. } => Some(Said {
                code: *code,
                text: text.to_string(),
            }),
            _ => None,
        }),
        Outlook::Unknown(_) => None,
    }
}

async fn parked_about(
    handle: &PlantHandle,
    order: &WorkOrderId,
) -> Result<Vec<Arc<ParkedEvent>>, Problem> {
    let found = handle
        .exceptions()
        .parked_about(EntityKey::WorkOrder(order.clone()))
        .await;
    found.map_err(|stopped| Problem::not_ready(format!("Plant {}: {stopped}.", handle.plant())))
}
