//! Work orders: where each stands and what it waits for.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use twin_model::EntityKind;
use utoipa::{IntoParams, ToSchema};

use super::ItemQuery;
use crate::answer::{self, ItemAnswer, ListAnswer, Part};
use crate::filter::Filter;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::parse;
use crate::view::WorkOrderView;

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WorkOrderState {
    Created,
    Released,
    InProcess,
    Completed,
}

impl WorkOrderState {
    fn as_str(self) -> &'static str {
        match self {
            WorkOrderState::Created => "created",
            WorkOrderState::Released => "released",
            WorkOrderState::InProcess => "in_process",
            WorkOrderState::Completed => "completed",
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Items of the page, 1 to 500; 100 when absent.
    limit: Option<usize>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Answer only once this commit is in the picture (within 5 s, else 503).
    wait_for: Option<u64>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<WorkOrderState>,
    /// Only orders with an operation at this work center.
    work_center: Option<String>,
    /// Only this order.
    order: Option<String>,
    /// Only orders that are on hold, themselves or through one of their lots (`true`), or
    /// that are not (`false`).
    held: Option<bool>,
}

/// The work orders of a plant, ascending by id.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/work-orders",
    tag = "work orders",
    params(("plant" = String, Path, description = "Plant"), ListQuery),
    responses(
        (status = 200, body = ListAnswer<WorkOrderView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/work-orders")]
pub(crate) async fn list_work_orders(
    projections: Data<Projections>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: ListQuery = parse(request.query_string())?;
    let part = Part {
        limit: query.limit,
        cursor: query.cursor,
        wait_for: query.wait_for,
    };
    let filter = Filter {
        state: query.state.map(WorkOrderState::as_str),
        work_center: query.work_center,
        order: query.order,
        held: query.held,
        ..Filter::default()
    };
    answer::list(&projections, &plant, EntityKind::WorkOrder, part, filter).await
}

/// One work order.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/work-orders/{id}",
    tag = "work orders",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Id of the work order"),
        ItemQuery,
    ),
    responses(
        (status = 200, body = ItemAnswer<WorkOrderView>, headers(("etag" = String))),
        (status = 304, description = "The item is still as `If-None-Match` says"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/work-orders/{id}")]
pub(crate) async fn get_work_order(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: ItemQuery = parse(request.query_string())?;
    let named = (path.0.as_str(), EntityKind::WorkOrder, path.1.as_str());
    answer::item(&projections, &request, named, query.wait_for).await
}
