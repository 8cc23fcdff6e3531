//! Where a lot came from and what became of it.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use twin_model::EntityKind;
use utoipa::{IntoParams, ToSchema};

use crate::answer::ItemAnswer;
use crate::past::When;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::parse_with_when;
use crate::view::GenealogyView;
use crate::{genealogy, genealogy_drawing};

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Json,
    Svg,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct GenealogyQuery {
    /// As data (`json`, when absent) or as a picture (`svg`).
    #[serde(default)]
    #[param(inline)]
    format: Option<Format>,
}

/// The genealogy of a lot: its nearest 500 ancestors and 500 descendants with what went into what.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/lots/{id}/genealogy",
    tag = "lots",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Id of the lot"),
        GenealogyQuery,
        When,
    ),
    responses(
        (status = 200, content(
            (ItemAnswer<GenealogyView> = "application/json"),
            (String = "image/svg+xml"),
        )),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/lots/{id}/genealogy")]
pub(crate) async fn get_genealogy(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (when, query): (When, GenealogyQuery) = parse_with_when(request.query_string())?;
    let (plant, id) = (path.0.as_str(), path.1.as_str());
    let picture = projections.picture(plant)?;
    let (standing, found) = picture
        .look(&when, |model| {
            (model.standing(), genealogy::of(id, &model.entities))
        })
        .await?;
    let item = found.ok_or_else(|| Problem::no_item(EntityKind::Lot, id))?;
    Ok(match query.format.unwrap_or_default() {
        Format::Json => HttpResponse::Ok().json(ItemAnswer { standing, item }),
        Format::Svg => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "image/svg+xml"))
            .body(genealogy_drawing::svg(&item)),
    })
}
