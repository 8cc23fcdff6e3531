//! `POST /api/v1/events`: events over HTTP, answered after the plant's commit.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use actors::{Disposition, Input, Intake, IntakeError, Receipt};
use bytes::Bytes;
use twin_model::wire::Unreadable;
use twin_model::{Code, Criticality, IntakeRejection, PlantId, Rejection};
use utoipa::OpenApi;

use crate::event_answer::{CloudEvent, EventResult, EventsAnswer, EventsBody, Identity};
pub use crate::http_body::{BATCH_EVENTS_MAX, BODY_BYTES_MAX, CONTENT_TYPES};
use crate::http_body::{Body, check_content_type, read_body, split};
use crate::problem::Problem;

/// Longest wait for room in the plant and for the commit, in seconds.
pub const COMMIT_WAIT_S_MAX: u64 = 30;

/// The plants that take events here.
#[derive(Debug, Clone)]
pub struct EventRoutes {
    intakes: BTreeMap<PlantId, Intake>,
}

impl EventRoutes {
    /// Routes to these plants. A message from which no plant can be read is kept as an exception
    /// of the first of them, in the order of their names.
    #[must_use]
    pub fn new(plants: impl IntoIterator<Item = (PlantId, Intake)>) -> EventRoutes {
        EventRoutes {
            intakes: plants.into_iter().collect(),
        }
    }
}

#[derive(OpenApi)]
#[openapi(paths(post_events), components(schemas(Problem)))]
struct Api;

/// The description of these routes.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Api::openapi()
}

/// Adds the routes. They need `web::Data<EventRoutes>`.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/api/v1/events", web::post().to(post_events));
}

/// Gives one event, or a batch in order, to its plant. Answers when the effects are stored.
#[utoipa::path(
    post,
    path = "/api/v1/events",
    tag = "events",
    request_body(content(
        (EventsBody = "application/json"),
        (CloudEvent = "application/cloudevents+json"),
        (Vec<CloudEvent> = "application/cloudevents-batch+json"),
    )),
    responses(
        (status = 200, body = EventsAnswer,
            description = "Stored. One result per event, in order. A single event was applied, or \
            had been received before"),
        (status = 202, body = EventsAnswer,
            description = "Stored. The single event waits for its cause and is tried again by itself"),
        (status = 400, body = Problem, content_type = "application/problem+json",
            description = "Unreadable; kept as the named exception. Or a batch of no event, of too \
            many, or for several plants; not kept"),
        (status = 404, body = Problem, content_type = "application/problem+json",
            description = "The plant is not here"),
        (status = 413, body = Problem, content_type = "application/problem+json",
            description = "Larger than 262144 bytes (TWIN-R41); its start is kept as an exception"),
        (status = 415, body = Problem, content_type = "application/problem+json",
            description = "The content type is not one of JSON or CloudEvents JSON; not kept"),
        (status = 422, body = Problem, content_type = "application/problem+json",
            description = "The single event was refused by a rule, or put before a person"),
        (status = 503, body = Problem, content_type = "application/problem+json",
            description = "The plant takes nothing now; see Retry-After"),
    )
)]
async fn post_events(
    request: HttpRequest,
    payload: web::Payload,
    routes: web::Data<EventRoutes>,
) -> Result<HttpResponse, Problem> {
    let Some(first_plant) = routes.intakes.keys().next() else {
        return Err(Problem::unavailable("no plant is open yet"));
    };
    check_content_type(&request)?;
    let body = match read_body(&request, payload).await? {
        Body::Whole(body) => body,
        Body::TooLarge { start, bytes } => {
            let input = too_large(start, bytes);
            let receipt = submit(&routes.intakes[first_plant], vec![input]).await?;
            return single(&receipt, Identity::default(), None);
        }
    };
    let (messages, is_batch) = split(&body)?;
    let named: Vec<Option<PlantId>> = messages.iter().map(named_plant).collect();
    let plant = one_plant(named.iter().flatten())?.unwrap_or(first_plant);
    let inputs: Vec<Input> = messages.into_iter().map(Input::decode).collect();
    let Some(intake) = routes.intakes.get(plant) else {
        let here: Vec<&str> = routes.intakes.keys().map(PlantId::as_str).collect();
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            "No such plant",
            format!("There is no plant {plant} here, only {}.", here.join(", ")),
            "Correct the plant of the event, or send it to the twin that has this plant.",
        ));
    };
    let ids: Vec<Identity> = inputs.iter().map(Identity::of).collect();
    let correlation = inputs
        .first()
        .and_then(Input::event)
        .and_then(|event| event.correlation.as_ref().map(ToString::to_string));
    let receipt = submit(intake, inputs).await?;
    if is_batch {
        return Ok(HttpResponse::Ok().json(answer(&receipt, ids)));
    }
    let id = ids.into_iter().next().unwrap_or_default();
    single(&receipt, id, correlation)
}

fn too_large(start: Bytes, bytes: usize) -> Input {
    let error = Unreadable {
        rejection: Rejection::Intake(IntakeRejection::TooLarge {
            bytes,
            max: BODY_BYTES_MAX,
        }),
        id: None,
        source: None,
        type_name: None,
    };
    Input::unreadable(start, error)
}

/// The plant that a request is for, as far as its messages name one.
fn one_plant<'n>(
    mut plants: impl Iterator<Item = &'n PlantId>,
) -> Result<Option<&'n PlantId>, Problem> {
    let Some(first) = plants.next() else {
        return Ok(None);
    };
    match plants.find(|other| *other != first) {
        None => Ok(Some(first)),
        Some(other) => {
            let detail = format!("This batch is for {first} and {other}. Nothing of it was taken.");
            Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "A batch for two plants",
                detail,
                "Send one batch per plant.",
            ))
        }
    }
}

/// The plant that a message names, whether or not the rest of it can be read.
fn named_plant(message: &Bytes) -> Option<PlantId> {
    #[derive(serde::Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        plant: std::borrow::Cow<'a, str>,
    }
    let named: Named<'_> = serde_json::from_slice(message).ok()?;
    named.plant.parse().ok()
}

async fn submit(intake: &Intake, inputs: Vec<Input>) -> Result<Receipt, Problem> {
    if let Some(why) = intake.waits_for_room() {
        return Err(Problem::unavailable(format!(
            "the plant waits for room on its disk: {why}"
        )));
    }
    let wait = Duration::from_secs(COMMIT_WAIT_S_MAX);
    // A batch keeps its order, so it is as urgent as the least urgent of its events.
    let class = inputs.iter().map(Input::class).max();
    let class = class.unwrap_or(Criticality::NearRealTime);
    match tokio::time::timeout(wait, intake.submit_as(class, inputs)).await {
        Ok(Ok(receipt)) => Ok(receipt),
        Ok(Err(error @ IntakeError::TooMuch)) => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Too much in one batch",
            error.to_string(),
            "Send the events in several batches, in their order.",
        )),
        Ok(Err(error)) => Err(Problem::unavailable(error.to_string())),
        Err(_) => Err(Problem::unavailable(format!(
            "the plant did not commit within {COMMIT_WAIT_S_MAX} s. Whether it will is not known"
        ))),
    }
}

fn answer(receipt: &Receipt, ids: Vec<Identity>) -> EventsAnswer {
    let results = ids.into_iter().zip(&receipt.dispositions);
    EventsAnswer {
        commit_no: receipt.commit_no,
        results: results
            .map(|(id, disposition)| EventResult::of(&id, disposition))
            .collect(),
    }
}

/// The answer to a single event says with its status what became of it.
fn single(
    receipt: &Receipt,
    id: Identity,
    correlation: Option<String>,
) -> Result<HttpResponse, Problem> {
    let problem = match receipt.dispositions.first() {
        Some(Disposition::Refused(rejection)) => {
            Problem::of_rejection(StatusCode::UNPROCESSABLE_ENTITY, "Refused", rejection)
        }
        Some(Disposition::Exception { id, rejection }) => {
            let (status, title) = match rejection.code() {
                Code::R33 => (StatusCode::BAD_REQUEST, "Not understood"),
                Code::R34 => (StatusCode::BAD_REQUEST, "Not readable"),
                Code::R41 => (StatusCode::PAYLOAD_TOO_LARGE, "Too large"),
                _ => (StatusCode::UNPROCESSABLE_ENTITY, "Put before a person"),
            };
            Problem::of_rejection(status, title, rejection).kept_as(id.to_string())
        }
        Some(Disposition::Parked { .. }) => {
            return Ok(HttpResponse::Accepted().json(answer(receipt, vec![id])));
        }
        Some(Disposition::Applied | Disposition::Duplicate) | None => {
            return Ok(HttpResponse::Ok().json(answer(receipt, vec![id])));
        }
    };
    Err(problem.correlated(correlation))
}
