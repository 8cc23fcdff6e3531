//! Shipments: what the gate says, and why.

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
use crate::view::ShipmentView;

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ShipmentState {
    Blocked,
    Cleared,
}

impl ShipmentState {
    fn as_str(self) -> &'static str {
        match self {
            ShipmentState::Blocked => "blocked",
            ShipmentState::Cleared => "cleared",
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
    state: Option<ShipmentState>,
    /// Only shipments with a lot made for this order.
    order: Option<String>,
}

/// The shipments of a plant, ascending by id.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/shipments",
    tag = "shipments",
    params(("plant" = String, Path, description = "Plant"), ListQuery),
    responses(
        (status = 200, body = ListAnswer<ShipmentView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/shipments")]
pub(crate) async fn list_shipments(
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
        state: query.state.map(ShipmentState::as_str),
        order: query.order,
        ..Filter::default()
    };
    answer::list(&projections, &plant, EntityKind::Shipment, part, filter).await
}

/// One shipment.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/shipments/{id}",
    tag = "shipments",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Id of the shipment"),
        ItemQuery,
    ),
    responses(
        (status = 200, body = ItemAnswer<ShipmentView>, headers(("etag" = String))),
        (status = 304, description = "The item is still as `If-None-Match` says"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/shipments/{id}")]
pub(crate) async fn get_shipment(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: ItemQuery = parse(request.query_string())?;
    let named = (path.0.as_str(), EntityKind::Shipment, path.1.as_str());
    answer::item(&projections, &request, named, query.wait_for).await
}
