//! `POST /api/v1/plants/{plant}/exceptions/{id}/replay` and `/discard`: what a person does with an
//! exception, or what it would change.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, Header, IfMatch};
use actix_web::web::{self, Bytes, Data, Path, PayloadConfig, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use actors::{EVENT_BYTES_MAX, PlantHandle, Resolution, Resolve, ResolveError};
use projections::Problem;
use projections::view::{DryRunView, ResolvedView};
use serde::Deserialize;
use serde_json::value::RawValue;
use twin_model::SmolStr;
use utoipa::{IntoParams, OpenApi, ToSchema};

use crate::opened::Health;
use crate::problem::{not_now, problem};
use crate::served_plant::served_plant;

/// Largest body, in bytes: a corrected event with the reason around it.
const BODY_BYTES_MAX: usize = EVENT_BYTES_MAX + 16 * 1024;
/// When to ask again after a refusal that will pass by itself, seconds.
const RETRY_AFTER_S: u32 = 2;

/// What to do with an exception.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResolveBody {
    /// Why, in the words of who does it; at most 1000 bytes. A dry run needs none.
    reason: Option<String>,
    /// Who does it.
    #[schema(value_type = Option<String>)]
    by: Option<SmolStr>,
    /// Replay only: a corrected CloudEvent, with an id of its own, to be taken instead. The twin
    /// adds the attribute `corrects` to it.
    #[schema(value_type = Option<Object>)]
    event: Option<Box<RawValue>>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReplayQuery {
    /// Only show what would change.
    #[serde(default)]
    dry_run: bool,
}

#[derive(OpenApi)]
#[openapi(
    paths(replay, discard),
    components(schemas(ResolveBody, ResolvedView, DryRunView))
)]
struct Description;

/// The OpenAPI description of the routes.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Adds the routes. They answer from `web::Data<Health>`.
pub(crate) fn configure(config: &mut ServiceConfig) {
    let limit = || PayloadConfig::new(BODY_BYTES_MAX);
    let route = |step| format!("/api/v1/plants/{{plant}}/exceptions/{{id}}/{step}");
    config
        .service(
            web::resource(route("replay"))
                .app_data(limit())
                .route(web::post().to(replay)),
        )
        .service(
            web::resource(route("discard"))
                .app_data(limit())
                .route(web::post().to(discard)),
        );
}

/// Tries the message of an exception again, or takes a corrected event in its place. Doing it twice
/// does it once: the second answer says `already`. With `dry_run=true` nothing is changed, and the
/// answer shows what would be.
#[utoipa::path(
    post,
    path = "/api/v1/plants/{plant}/exceptions/{id}/replay",
    tag = "exceptions",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Number of the exception, like EX-7"),
        ("If-Match" = Option<String>, Header,
            description = "Only if the exception still has one of these ETags",
            example = "\"EX-7-1-1-open\""),
        ReplayQuery,
    ),
    request_body = ResolveBody,
    responses(
        (status = 200, body = ResolvedView,
            description = "Done and stored; `result` says what became of the message. With \
            `dry_run=true` a DryRunView: what would change"),
        (status = 400, body = Problem, content_type = "application/problem+json",
            description = "No reason, or a body that cannot be understood"),
        (status = 404, body = Problem, content_type = "application/problem+json",
            description = "No such plant here, or no such exception is kept"),
        (status = 409, body = Problem, content_type = "application/problem+json",
            description = "It is settled in another way, or may not be replayed"),
        (status = 412, body = Problem, content_type = "application/problem+json",
            description = "It is not as `If-Match` says; what is done already is told as done"),
        (status = 415, body = Problem, content_type = "application/problem+json",
            description = "The content type is not application/json"),
        (status = 422, body = Problem, content_type = "application/problem+json",
            description = "The corrected event does not go through either; nothing was changed"),
        (status = 503, body = Problem, content_type = "application/problem+json",
            description = "The plant takes nothing now; see Retry-After"),
    )
)]
async fn replay(
    path: Path<(String, String)>,
    query: Result<Query<ReplayQuery>, actix_web::Error>,
    request: HttpRequest,
    body: Bytes,
    health: Data<Health>,
) -> HttpResponse {
    let dry_run = match query {
        Ok(query) => query.dry_run,
        Err(error) => return bad_request(&error.to_string()),
    };
    let mut body = match read(&request, &body) {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let unchanged = match unchanged(&request) {
        Ok(unchanged) => unchanged,
        Err(refused) => return refused,
    };
    let what = match body.event.take() {
        Some(event) => Resolve::Correct(Bytes::from(Box::<str>::from(event).into_string())),
        None => Resolve::Replay,
    };
    let (plant, wanted) = match wanted(&path, &health, what, body) {
        Ok((plant, wanted)) => (
            plant,
            Resolution {
                unchanged,
                ..wanted
            },
        ),
        Err(refused) => return refused,
    };
    if !dry_run {
        return resolve(plant, wanted).await;
    }
    let run = match plant.exceptions().dry_run(wanted).await {
        Ok(run) => run,
        Err(error) => return refusal(&error),
    };
    let (plant, projections) = (plant.plant().clone(), health.projections.clone());
    // Looks over all lots where a hold is touched.
    match web::block(move || projections.dry_run_view(&plant, &run)).await {
        Ok(Ok(view)) => HttpResponse::Ok().json(view),
        Ok(Err(problem)) => actix_web::ResponseError::error_response(&problem),
        Err(_) => unavailable("the dry run was broken off"),
    }
}

/// Decides that an exception shall have no effect. Doing it twice does it once.
#[utoipa::path(
    post,
    path = "/api/v1/plants/{plant}/exceptions/{id}/discard",
    tag = "exceptions",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("id" = String, Path, description = "Number of the exception, like EX-7"),
        ("If-Match" = Option<String>, Header,
            description = "Only if the exception still has one of these ETags",
            example = "\"EX-7-1-1-open\""),
    ),
    request_body = ResolveBody,
    responses(
        (status = 200, body = ResolvedView, description = "Done and stored"),
        (status = 400, body = Problem, content_type = "application/problem+json",
            description = "No reason, or a body that cannot be understood"),
        (status = 404, body = Problem, content_type = "application/problem+json",
            description = "No such plant here, or no such exception is kept"),
        (status = 409, body = Problem, content_type = "application/problem+json",
            description = "It is settled in another way"),
        (status = 412, body = Problem, content_type = "application/problem+json",
            description = "It is not as `If-Match` says; what is done already is told as done"),
        (status = 415, body = Problem, content_type = "application/problem+json",
            description = "The content type is not application/json"),
        (status = 503, body = Problem, content_type = "application/problem+json",
            description = "The plant takes nothing now; see Retry-After"),
    )
)]
async fn discard(
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Bytes,
    health: Data<Health>,
) -> HttpResponse {
    let body = match read(&request, &body) {
        Ok(body) if body.event.is_none() => body,
        Ok(_) => return bad_request("a discarded exception has no corrected event"),
        Err(refused) => return refused,
    };
    let unchanged = match unchanged(&request) {
        Ok(unchanged) => unchanged,
        Err(refused) => return refused,
    };
    match wanted(&path, &health, Resolve::Discard, body) {
        Ok((plant, wanted)) => {
            resolve(
                plant,
                Resolution {
                    unchanged,
                    ..wanted
                },
            )
            .await
        }
        Err(refused) => refused,
    }
}

async fn resolve(plant: &PlantHandle, wanted: Resolution) -> HttpResponse {
    match plant.exceptions().resolve(wanted).await {
        Ok(resolved) => {
            let view = ResolvedView::new(plant.plant().clone(), &resolved);
            HttpResponse::Ok().json(view)
        }
        Err(error) => refusal(&error),
    }
}

fn read(request: &HttpRequest, body: &Bytes) -> Result<ResolveBody, HttpResponse> {
    let given = request.headers().get(CONTENT_TYPE);
    let essence = given
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    // A page of another site can send no JSON without asking the browser first.
    if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        return Err(problem(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Not JSON",
            "The content type of the request is not application/json.",
            "Send the header Content-Type: application/json.",
        ));
    }
    if body.is_empty() {
        return Ok(ResolveBody::default());
    }
    serde_json::from_slice(body).map_err(|error| bad_request(&error.to_string()))
}

/// The tags of `If-Match`: one of them the exception must still have. `None` when it may have any.
fn unchanged(request: &HttpRequest) -> Result<Option<Vec<SmolStr>>, HttpResponse> {
    if !request.headers().contains_key(IfMatch::name()) {
        return Ok(None);
    }
    match IfMatch::parse(request) {
        Ok(IfMatch::Any) => Ok(None),
        // What is weak is never the same by RFC 9110.
        Ok(IfMatch::Items(tags)) => {
            let strong = tags.iter().filter(|tag| !tag.weak);
            Ok(Some(strong.map(|tag| SmolStr::new(tag.tag())).collect()))
        }
        Err(_) => Err(bad_request(
            "If-Match is no list of tags like \"EX-7-1-1-open\", nor *",
        )),
    }
}

fn wanted<'h>(
    path: &(String, String),
    health: &'h Health,
    what: Resolve,
    body: ResolveBody,
) -> Result<(&'h PlantHandle, Resolution), HttpResponse> {
    let (plant, number) = path;
    let handle = served_plant(health, plant)?;
    let Ok(id) = number.parse() else {
        return Err(bad_request(&format!("{number:?} is no number like EX-7")));
    };
    let resolution = Resolution {
        id,
        what,
        by: body.by,
        reason: body.reason.unwrap_or_default(),
        unchanged: None,
    };
    Ok((handle, resolution))
}

fn bad_request(detail: &str) -> HttpResponse {
    problem(
        StatusCode::BAD_REQUEST,
        "The request cannot be understood",
        detail,
        "Correct the request; /openapi.json describes it.",
    )
}

fn unavailable(detail: &str) -> HttpResponse {
    not_now(
        "The plant takes nothing now",
        detail,
        "Send the request again in a moment: doing it twice does it once.",
        RETRY_AFTER_S,
    )
}

fn refusal(error: &ResolveError) -> HttpResponse {
    let (status, title, what_to_do) = match error {
        ResolveError::NotTaken(_) => return unavailable(&error.to_string()),
        ResolveError::NotKept(_) => (
            StatusCode::NOT_FOUND,
            "No such exception",
            "Take one that the list of exceptions shows.",
        ),
        ResolveError::Closed(_) => (
            StatusCode::CONFLICT,
            "Settled already",
            "Send a new event if the plant must change again.",
        ),
        ResolveError::Changed(_) => (
            StatusCode::PRECONDITION_FAILED,
            "It has changed",
            "Look at the exception again, and send its new ETag when you still want that.",
        ),
        ResolveError::NotAllowed { .. } => (
            StatusCode::CONFLICT,
            "Not a step of this exception",
            "Take one of its steps, which the exception shows.",
        ),
        ResolveError::NotSigned => (
            StatusCode::BAD_REQUEST,
            "No reason",
            "Say why in a sentence: it is kept with the exception.",
        ),
        ResolveError::NoEvent => (
            StatusCode::BAD_REQUEST,
            "Not an event",
            "Give the corrected event as one CloudEvent.",
        ),
        ResolveError::SameId { .. } => (
            StatusCode::CONFLICT,
            "The id is taken",
            "Give the corrected event an id of its own.",
        ),
        ResolveError::CommandNotSent(because) => (
            StatusCode::CONFLICT,
            "The command is not sent again",
            because.what_to_do(),
        ),
        ResolveError::CorrectionRefused(because) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "The corrected event does not go through",
            because.what_to_do(),
        ),
    };
    problem(status, title, &error.to_string(), what_to_do)
}
