//! Lots: what is there, whether it may ship, and why not.

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
use crate::view::LotView;

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LotState {
    Planned,
    InProcess,
    OnHand,
    Depleted,
    Shipped,
    Scrapped,
}

impl LotState {
    fn as_str(self) -> &'static str {
        match self {
            LotState::Planned => "planned",
            LotState::InProcess => "in_process",
            LotState::OnHand => "on_hand",
            LotState::Depleted => "depleted",
            LotState::Shipped => "shipped",
            LotState::Scrapped => "scrapped",
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
    state: Option<LotState>,
    /// Only lots made for this order.
    order: Option<String>,
    /// Only lots that are on hold, themselves or by what they were made from (`true`), or
    /// that are not (`false`).
    held: Option<bool>,
}

/// The lots of a plant, ascending by id.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/lots",
    tag = "lots",
    params(("plant" = String, Path, description = "Plant"), ListQuery),
    responses(
        (status = 200, body = ListAnswer<LotView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/lots")]
pub(crate) async fn list_lots(
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
        state: query.state.map(LotState::as_str),
        order: query.order,
        held: query.held,
        ..Filter::default()
    };
    answer::list(&projections, &plant, EntityKind::Lot, part, filter).await
}

/// One lot.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/lots/{id}",
    tag = "lots",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Id of the lot"),
        ItemQuery,
    ),
    responses(
        (status = 200, body = ItemAnswer<LotView>, headers(("etag" = String))),
        (status = 304, description = "The item is still as `If-None-Match` says"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/lots/{id}")]
pub(crate) async fn get_lot(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: ItemQuery = parse(request.query_string())?;
    let named = (path.0.as_str(), EntityKind::Lot, path.1.as_str());
    answer::item(&projections, &request, named, query.wait_for).await
}
