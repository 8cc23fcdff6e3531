//! Holds: what is stopped, why, and which lots it reaches.

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
use crate::view::HoldView;

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum HoldState {
    Open,
    Released,
}

impl HoldState {
    fn as_str(self) -> &'static str {
        match self {
            HoldState::Open => "open",
            HoldState::Released => "released",
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
    state: Option<HoldState>,
    /// Only holds placed on this order.
    order: Option<String>,
    /// Only holds placed on this work center.
    work_center: Option<String>,
}

/// The holds of a plant, ascending by id.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/holds",
    tag = "holds",
    params(("plant" = String, Path, description = "Plant"), ListQuery),
    responses(
        (status = 200, body = ListAnswer<HoldView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/holds")]
pub(crate) async fn list_holds(
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
        state: query.state.map(HoldState::as_str),
        order: query.order,
        work_center: query.work_center,
        ..Filter::default()
    };
    answer::list(&projections, &plant, EntityKind::Hold, part, filter).await
}

/// One hold.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/holds/{id}",
    tag = "holds",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Id of the hold"),
        ItemQuery,
    ),
    responses(
        (status = 200, body = ItemAnswer<HoldView>, headers(("etag" = String))),
        (status = 304, description = "The item is still as `If-None-Match` says"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/holds/{id}")]
pub(crate) async fn get_hold(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: ItemQuery = parse(request.query_string())?;
    let named = (path.0.as_str(), EntityKind::Hold, path.1.as_str());
    answer::item(&projections, &request, named, query.wait_for).await
}
