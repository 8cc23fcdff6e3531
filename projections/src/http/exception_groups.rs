//! Exceptions by their cause.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::exceptions::ExceptionState;
use crate::past::When;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::{PAGE_ITEMS_MAX, parse_with_when};
use crate::standing::Standing;
use crate::view::ExceptionGroupView;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct GroupsQuery {
    /// Only those that wait for somebody, or only settled ones.
    #[param(inline)]
    state: Option<ExceptionState>,
}

/// The exceptions of a plant, by their cause.
#[derive(Debug, Serialize, ToSchema)]
struct GroupsAnswer {
    /// How current the answer is.
    #[serde(flatten)]
    standing: Standing,
    /// The largest groups, the largest one first.
    items: Vec<ExceptionGroupView>,
    /// How many groups there are; at most 500 are shown.
    groups: usize,
}

/// Exceptions that one remedy is likely to settle, together: the same rule, sender, type and object.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/exception-groups",
    tag = "exceptions",
    params(("plant" = String, Path, description = "Plant"), GroupsQuery, When),
    responses(
        (status = 200, body = GroupsAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/exception-groups")]
pub(crate) async fn list_exception_groups(
    projections: Data<Projections>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (when, query): (When, GroupsQuery) = parse_with_when(request.query_string())?;
    let picture = projections.picture(&plant)?;
    let (standing, entries) = picture
        .look(&when, |model| {
            let entries = model.exceptions().values();
            let picked = entries.filter(|entry| query.state.is_none_or(|state| state.takes(entry)));
            (model.standing(), picked.cloned().collect::<Vec<_>>())
        })
        .await?;
    let mut items = ExceptionGroupView::of(entries.iter());
    let groups = items.len();
    items.truncate(PAGE_ITEMS_MAX);
    Ok(HttpResponse::Ok().json(GroupsAnswer {
        standing,
        items,
        groups,
    }))
}
