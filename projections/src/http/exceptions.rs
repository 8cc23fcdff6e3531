//! Messages that a person must look at.

use std::ops::Bound;

use actix_web::http::header::{ETAG, EntityTag};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use actors::{ExceptionEntry, ExceptionId};
use serde::Deserialize;
use twin_model::Code;
use utoipa::{IntoParams, ToSchema};

use crate::answer::{CURSOR_HEADER, ItemAnswer, ListAnswer, is_known};
use crate::past::When;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::{page_items, parse_when, parse_with_when};
use crate::view::ExceptionView;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Items of the page, 1 to 500; 100 when absent.
    limit: Option<usize>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Only those that wait for somebody, or only settled ones.
    #[param(inline)]
    state: Option<ExceptionState>,
    /// Only those of this rule.
    #[param(value_type = Option<String>, example = "TWIN-R34")]
    code: Option<Code>,
}

/// Whether somebody must still act.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExceptionState {
    Open,
    Settled,
}

impl ExceptionState {
    pub(super) fn takes(self, entry: &ExceptionEntry) -> bool {
        match self {
            ExceptionState::Open => entry.is_open(),
            ExceptionState::Settled => !entry.is_open(),
        }
    }
}

fn parse_id(id: &str) -> Option<ExceptionId> {
    id.parse().ok()
}

/// The exceptions of a plant that are kept, oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/exceptions",
    tag = "exceptions",
    params(("plant" = String, Path, description = "Plant"), ListQuery, When),
    responses(
        (status = 200, body = ListAnswer<ExceptionView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/exceptions")]
pub(crate) async fn list_exceptions(
    projections: Data<Projections>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (when, query): (When, ListQuery) = parse_with_when(request.query_string())?;
    let limit = page_items(query.limit)?;
    let after = match query.cursor.as_deref() {
        None => None,
        Some(cursor) => Some(parse_id(cursor).ok_or_else(|| {
            Problem::bad_query(format!(
                "cursor is {cursor:?}, which no page gave as its next"
            ))
        })?),
    };
    let picture = projections.picture(&plant)?;
    let (standing, mut picked) = picture
        .look(&when, |model| {
            let exceptions = model.exceptions();
            let start = after.map_or(Bound::Unbounded, Bound::Excluded);
            let picked: Vec<_> = exceptions
                .range((start, Bound::Unbounded))
                .map(|(_, entry)| entry)
                .filter(|entry| query.code.is_none_or(|code| code == entry.code))
                .filter(|entry| query.state.is_none_or(|state| state.takes(entry)))
                .take(limit + 1)
                .cloned()
                .collect();
            (model.standing(), picked)
        })
        .await?;
    let more = picked.len() > limit;
    picked.truncate(limit);
    let items: Vec<ExceptionView> = picked
        .iter()
        .map(|entry| ExceptionView::listed(entry.as_ref()))
        .collect();
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(HttpResponse::Ok().json(ListAnswer {
        standing,
        items,
        next,
    }))
}

/// One exception.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/exceptions/{id}",
    tag = "exceptions",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Number of the exception, like EX-7"),
        When,
    ),
    responses(
        (status = 200, body = ItemAnswer<ExceptionView>,
            headers(("etag" = String, description = "For `If-Match` of replay and discard"))),
        (status = 304, description = "The exception is still as `If-None-Match` says"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/exceptions/{id}")]
pub(crate) async fn get_exception(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let when = parse_when(request.query_string())?;
    let (plant, id) = (path.0.as_str(), path.1.as_str());
    let picture = projections.picture(plant)?;
    let wanted = parse_id(id).ok_or_else(|| Problem::no_exception(id))?;
    let (standing, found) = picture
        .look(&when, |model| {
            let entry = model.exceptions().get(&wanted).cloned();
            (model.standing(), entry)
        })
        .await?;
    let entry = found.ok_or_else(|| Problem::no_exception(id))?;
    // Strong, as `If-Match` needs it: it is of the exception, not of what is told around it.
    let tag = EntityTag::new_strong(entry.tag().into());
    if is_known(&request, &tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((ETAG, tag.to_string()))
            .insert_header((CURSOR_HEADER, standing.cursor.to_string()))
            .finish());
    }
    let item = ExceptionView::from(entry.as_ref());
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, tag.to_string()))
        .json(ItemAnswer { standing, item }))
}
