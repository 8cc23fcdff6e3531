//! Where systems contradict each other, or a soft rule is broken.

use std::ops::Bound;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use twin_model::{Code, Entity, SmolStr};
use utoipa::{IntoParams, ToSchema};

use crate::answer::ListAnswer;
use crate::past::When;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::{page_items, parse_with_when};
use crate::view::{DiscrepancyView, object_path, shown};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Objects of the page, 1 to 500; 100 when absent.
    limit: Option<usize>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Only objects of this kind.
    #[param(example = "work_order")]
    kind: Option<String>,
    /// Only what breaks this rule.
    #[param(value_type = Option<String>, example = "TWIN-R05")]
    code: Option<Code>,
}

/// An object with what is contradictory about it.
#[derive(Debug, Serialize, ToSchema)]
struct DisputedView {
    /// Which, as `kind/id`.
    object: String,
    /// Its kind, such as `work_order`.
    kind: &'static str,
    /// Its id.
    #[schema(value_type = String)]
    id: SmolStr,
    /// Soft rules that it breaks now: they heal by themselves when the facts do.
    discrepancies: Vec<DiscrepancyView>,
}

impl DisputedView {
    /// `None` when it breaks nothing else than what is not asked for.
    fn of(entity: &Entity, code: Option<Code>) -> Option<DisputedView> {
        let mut broken = entity.discrepancies();
        broken.retain(|broken| code.is_none_or(|code| broken.code() == code));
        let key = entity.key();
        (!broken.is_empty()).then(|| DisputedView {
            object: object_path(&key),
            kind: key.kind().as_str(),
            id: key.id().into(),
            discrepancies: shown(&broken),
        })
    }
}

/// The objects of a plant about which systems contradict each other, or that break another soft
/// rule, with both values.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/discrepancies",
    tag = "discrepancies",
    params(("plant" = String, Path, description = "Plant"), ListQuery, When),
    responses(
        (status = 200, body = ListAnswer<DisputedView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/discrepancies")]
pub(crate) async fn list_discrepancies(
    projections: Data<Projections>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (when, query): (When, ListQuery) = parse_with_when(request.query_string())?;
    let limit = page_items(query.limit)?;
    let picture = projections.picture(&plant)?;
    let after = query.cursor.as_deref();
    let start = after.map_or(Bound::Unbounded, Bound::Excluded);
    let (standing, disputed) = picture
        .look(&when, |model| {
            let disputed = model.entities.disputed();
            let disputed = disputed.range::<str, _>((start, Bound::Unbounded));
            let disputed = disputed.filter(|(_, key)| {
                let kind = query.kind.as_deref();
                kind.is_none_or(|kind| kind == key.kind().as_str())
            });
            let found = disputed.filter_map(|(_, key)| model.entities.get(key.kind(), key.id()));
            let found: Vec<Entity> = match query.code {
                None => found.take(limit + 1).cloned().collect(),
                // Only their states tell which rule it is.
                Some(_) => found.cloned().collect(),
            };
            (model.standing(), found)
        })
        .await?;
    let views = disputed
        .iter()
        .filter_map(|entity| DisputedView::of(entity, query.code));
    let mut items: Vec<DisputedView> = views.take(limit + 1).collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| last.object.clone());
    Ok(HttpResponse::Ok().json(ListAnswer {
        standing,
        items,
        next,
    }))
}
