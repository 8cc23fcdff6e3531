//! Events that wait for their cause.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::{page_items, parse};
use crate::view::ParkedView;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ParkedQuery {
    /// Items of the page, 1 to 500; 100 when absent.
    limit: Option<usize>,
    /// The `next` of the page before.
    cursor: Option<usize>,
}

/// Some of the waiting events.
#[derive(Debug, Serialize, ToSchema)]
struct ParkedAnswer {
    /// The commit after which they wait.
    seq: u64,
    /// Stream by stream, in the order in which each is tried.
    items: Vec<ParkedView>,
    /// How many wait in all.
    total: usize,
    /// Give it as `cursor` to get the next page; `null` at the end. What began or ended to wait
    /// since the page before moves the others.
    next: Option<usize>,
}

/// Events that wait for their cause, with what they wait for and until when.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/parked",
    tag = "exceptions",
    params(("plant" = String, Path, description = "Plant"), ParkedQuery),
    responses(
        (status = 200, body = ParkedAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/parked")]
pub(crate) async fn list_parked(
    projections: Data<Projections>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: ParkedQuery = parse(request.query_string())?;
    let (skip, limit) = (query.cursor.unwrap_or(0), page_items(query.limit)?);
    let handle = projections.picture(&plant)?.handle();
    let page = handle.exceptions().parked(skip, limit).await;
    let page = page.map_err(|stopped| Problem::not_ready(format!("Plant {plant}: {stopped}.")))?;
    let next = skip.saturating_add(page.items.len());
    let items = page.items.iter();
    Ok(HttpResponse::Ok().json(ParkedAnswer {
        seq: page.commit_no,
        items: items
            .map(|parked| ParkedView::new(parked, page.limit_s))
            .collect(),
        total: page.total,
        next: (next < page.total && !page.items.is_empty()).then_some(next),
    }))
}
