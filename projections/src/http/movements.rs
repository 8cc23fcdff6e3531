//! What was moved for an order.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use twin_model::{Entity, EntityKind, Movement};
use utoipa::{IntoParams, ToSchema};

use crate::past::When;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::{page_items, parse_with_when};
use crate::standing::Standing;
use crate::view::MovementView;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MovementsQuery {
    /// Items of the page, 1 to 500; 100 when absent.
    limit: Option<usize>,
    /// The `next` of the page before.
    cursor: Option<usize>,
    /// Only those of this material.
    material: Option<String>,
    /// Only those from or into this lot.
    lot: Option<String>,
}

impl MovementsQuery {
    fn takes(&self, movement: &Movement) -> bool {
        let (material, lot) = (self.material.as_deref(), self.lot.as_deref());
        let of_lot = |wanted| movement.lot().is_some_and(|lot| lot.as_str() == wanted);
        material.is_none_or(|wanted| movement.material().as_str() == wanted)
            && lot.is_none_or(of_lot)
    }
}

/// Some of the movements of an order.
#[derive(Debug, Serialize, ToSchema)]
struct MovementsAnswer {
    /// How current the list is.
    #[serde(flatten)]
    standing: Standing,
    /// Ascending by time; also those that were taken back.
    items: Vec<MovementView>,
    /// How many there are in all.
    total: usize,
    /// Give it as `cursor` to get the next page; `null` at the end. A movement that comes late
    /// moves the others.
    next: Option<usize>,
}

/// The movements behind the accounts of an order.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/work-orders/{id}/movements",
    tag = "work orders",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Id of the work order"),
        MovementsQuery,
        When,
    ),
    responses(
        (status = 200, body = MovementsAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/work-orders/{id}/movements")]
pub(crate) async fn list_movements(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (when, query): (When, MovementsQuery) = parse_with_when(request.query_string())?;
    let (plant, id) = (path.0.as_str(), path.1.as_str());
    let (skip, limit) = (query.cursor.unwrap_or(0), page_items(query.limit)?);
    let picture = projections.picture(plant)?;
    let (standing, order) = picture
        .look(&when, |model| {
            let order = model.entities.get(EntityKind::WorkOrder, id).cloned();
            (model.standing(), order)
        })
        .await?;
    let Some(Entity::WorkOrder(order)) = order else {
        return Err(Problem::no_item(EntityKind::WorkOrder, id));
    };
    let all: Vec<&Movement> = order
        .movement_list()
        .iter()
        .filter(|movement| query.takes(movement))
        .collect();
    let page = all.iter().skip(skip).take(limit);
    let items: Vec<MovementView> = page.map(|movement| MovementView::from(*movement)).collect();
    let next = skip.saturating_add(items.len());
    let is_last = items.is_empty() || next >= all.len();
    Ok(HttpResponse::Ok().json(MovementsAnswer {
        standing,
        total: all.len(),
        items,
        next: (!is_last).then_some(next),
    }))
}
