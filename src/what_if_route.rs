//! `POST /api/v1/what-if`: when orders will be finished as the plant stands, and what a change
//! would do to that.

use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;
use actix_web::web::{self, Bytes, Data, PayloadConfig, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use projections::Problem;
use utoipa::OpenApi;

use crate::forecasts::Forecasts;
use crate::opened::Health;
use crate::problem::{not_now, problem};
use crate::served_plant::{asked_plant, no_answer};
use crate::what_if_answer::WhatIfView;
use crate::what_if_question::WhatIf;
use crate::what_if_stream::{NDJSON, heard, stream};
use crate::what_if_turn::Turn;
use crate::what_if_work::{Told, begin};

/// Largest question, bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// When to ask again while another question is being answered, seconds.
const RETRY_AFTER_S: u32 = 2;

#[derive(OpenApi)]
#[openapi(paths(what_if), components(schemas(WhatIf, WhatIfView)))]
struct Description;

/// The OpenAPI description of the route.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Adds the route. It answers from `web::Data<Health>` and keeps in `web::Data<Forecasts>`.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(
        web::resource("/api/v1/what-if")
            .app_data(PayloadConfig::new(BODY_BYTES_MAX))
            .route(web::post().to(what_if)),
    );
}

/// Forecasts the orders of a plant, with and without changes. The plant itself is not touched.
/// With `accept: application/x-ndjson` the answer is lines: `{"progress":…}` with the figures of
/// the runs so far, some times, and `{"answer":…}` (or `{"problem":…}`) as the last one. Who
/// reads slowly gets fewer of them.
#[utoipa::path(
    post,
    path = "/api/v1/what-if",
    request_body = WhatIf,
    tag = "plants",
    responses(
        (status = 200, description = "What to expect", content(
            (WhatIfView = "application/json"),
            (String = "application/x-ndjson"),
        )),
        (status = 400, body = Problem, content_type = "application/problem+json",
            description = "The question cannot be read, or asks for what cannot be"),
        (status = 404, body = Problem, content_type = "application/problem+json",
            description = "The plant is not here"),
        (status = 422, body = Problem, content_type = "application/problem+json",
            description = "A change cannot be made, or nothing can be forecast"),
        (status = 503, body = Problem, content_type = "application/problem+json",
            description = "Another question is being answered, or the plant does not answer"),
    )
)]
async fn what_if(
    request: HttpRequest,
    body: Bytes,
    health: Data<Health>,
    forecasts: Data<Forecasts>,
) -> HttpResponse {
    let question: WhatIf = match serde_json::from_slice(&body) {
        Ok(question) => question,
        Err(error) => return bad_question(&error.to_string()),
    };
    if let Some(refusal) = question.beyond_limits() {
        return bad_question(&refusal);
    }
    let handle = match asked_plant(&health, question.plant.as_ref()) {
        Ok(handle) => handle,
        Err(refused) => return refused,
    };
    let Some(turn) = Turn::take() else {
        return busy();
    };
    let Ok(snapshot) = handle.fork().take().await else {
        return no_answer(handle.plant().as_str());
    };
    let streams = wants_lines(&request);
    let mut told = match begin(turn, snapshot, question, forecasts.into_inner(), streams) {
        Ok(told) => told,
        Err(error) => {
            tracing::error!(%error, "no thread to simulate on");
            return no_answer(handle.plant().as_str());
        }
    };
    loop {
        match heard(&mut told).await {
            None => return no_answer(handle.plant().as_str()),
            Some(Told::NoAnswer(why)) => return has_no_answer(&why),
            Some(first) if streams => return stream(first, told),
            Some(Told::Answer(json)) => {
                return HttpResponse::Ok()
                    .content_type("application/json")
                    .body(json);
            }
            Some(Told::Nothing | Told::Progress(_)) => {}
        }
    }
}

/// Whether the client takes lines as they come.
fn wants_lines(request: &HttpRequest) -> bool {
    let mut accepted = request.headers().get_all(ACCEPT);
    accepted.any(|value| value.to_str().is_ok_and(|value| value.contains(NDJSON)))
}

fn has_no_answer(why: &str) -> HttpResponse {
    problem(
        StatusCode::UNPROCESSABLE_ENTITY,
        "The question has no answer",
        why,
        "Change the question; /api/v1/plants/{plant}/work-orders lists the orders.",
    )
}

fn bad_question(detail: &str) -> HttpResponse {
    problem(
        StatusCode::BAD_REQUEST,
        "The question cannot be read",
        detail,
        "Send JSON like {\"changes\":[{\"change\":\"work_center_down\",\"work_center\":\"WC-1\",\
         \"for_min\":240}]}.",
    )
}

fn busy() -> HttpResponse {
    not_now(
        "Another question is being answered",
        "One question is answered at a time, so that the intake keeps its cores.",
        "Ask again in some seconds.",
        RETRY_AFTER_S,
    )
}
