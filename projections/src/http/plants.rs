//! The plants of this process at a glance.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::ItemAnswer;
use crate::past::When;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::{parse_nothing, parse_when};
use crate::view::PlantView;

/// All plants that have a picture.
#[derive(Debug, Serialize, ToSchema)]
struct PlantsAnswer {
    /// Ascending by id.
    items: Vec<PlantView>,
}

/// The plants that are served here.
#[utoipa::path(
    get,
    path = "/api/v1/plants",
    tag = "plants",
    responses(
        (status = 200, body = PlantsAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants")]
pub(crate) async fn list_plants(
    projections: Data<Projections>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    parse_nothing(request.query_string())?;
    let items = projections
        .pictures()
        .filter_map(|(_, picture)| picture.read(|published| published.model.plant_view()))
        .collect();
    Ok(HttpResponse::Ok().json(PlantsAnswer { items }))
}

/// One plant.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}",
    tag = "plants",
    params(("plant" = String, Path, description = "Plant"), When),
    responses(
        (status = 200, body = ItemAnswer<PlantView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}")]
pub(crate) async fn get_plant(
    projections: Data<Projections>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let when = parse_when(request.query_string())?;
    let answer = projections
        .picture(&plant)?
        .look(&when, |model| ItemAnswer {
            standing: model.standing(),
            item: model.plant_view(),
        });
    let answer = answer.await?;
    Ok(HttpResponse::Ok().json(answer))
}
