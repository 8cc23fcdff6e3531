//! Work centers: what runs there and what waits.

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
use crate::view::WorkCenterView;

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WorkCenterState {
    NotAvailable,
    OutOfService,
    NotExecuting,
    Executing,
}

impl WorkCenterState {
    fn as_str(self) -> &'static str {
        match self {
            WorkCenterState::NotAvailable => "not_available",
            WorkCenterState::OutOfService => "out_of_service",
            WorkCenterState::NotExecuting => "not_executing",
            WorkCenterState::Executing => "executing",
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
    state: Option<WorkCenterState>,
    /// Only work centers where an operation of this order runs or waits.
    order: Option<String>,
    /// Only work centers that are on hold (`true`), or that are not (`false`).
    held: Option<bool>,
}

/// The work centers of a plant, ascending by id.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/work-centers",
    tag = "work centers",
    params(("plant" = String, Path, description = "Plant"), ListQuery),
    responses(
        (status = 200, body = ListAnswer<WorkCenterView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/work-centers")]
pub(crate) async fn list_work_centers(
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
        state: query.state.map(WorkCenterState::as_str),
        order: query.order,
        held: query.held,
        ..Filter::default()
    };
    answer::list(&projections, &plant, EntityKind::WorkCenter, part, filter).await
}

/// One work center.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/work-centers/{id}",
    tag = "work centers",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Id of the work center"),
        ItemQuery,
    ),
    responses(
        (status = 200, body = ItemAnswer<WorkCenterView>, headers(("etag" = String))),
        (status = 304, description = "The item is still as `If-None-Match` says"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/work-centers/{id}")]
pub(crate) async fn get_work_center(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: ItemQuery = parse(request.query_string())?;
    let named = (path.0.as_str(), EntityKind::WorkCenter, path.1.as_str());
    answer::item(&projections, &request, named, query.wait_for).await
}
