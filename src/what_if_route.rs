//! `POST /api/v1/what-if`: when orders will be finished as the plant stands, and what a change
//! would do to that.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::{self, Bytes, Data, PayloadConfig, ServiceConfig};
use projections::Problem;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use simulators::plant_file::DispatchRule;
use simulators::what_if::{
    Assumptions, CHANGES_MAX, Change, Forecast, HORIZON_H_MAX, NoAnswer, NotSimulated, Outcome,
    REPLICATIONS_MAX, forecast, living_model,
};
use twin_model::{Plant, PlantId, Time};
use utoipa::{OpenApi, ToSchema};

use crate::hex::hex;
use crate::opened::Health;
use crate::problem::problem;
use crate::served_plant::{asked_plant, no_answer};

/// Largest question, bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// The longest time that one question may take of one core; what was run until then is the
/// answer.
const WORK_MAX: Duration = Duration::from_secs(8);
/// When to ask again while another question is being answered, seconds.
const RETRY_AFTER_S: &str = "2";
/// Seconds of one hour, in microseconds.
const HOUR_US: i64 = 3_600_000_000;

/// One question at a time, so that simulation never takes more than one core from the intake.
static BUSY: AtomicBool = AtomicBool::new(false);

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WhatIf {
    /// Which plant; the only one when left out.
    #[schema(value_type = Option<String>)]
    plant: Option<PlantId>,
    /// What is changed; without any, the answer is a forecast of the plant as it is.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    changes: Vec<Change>,
    /// How far ahead, hours; a week when left out.
    #[serde(default = "week")]
    horizon_h: u32,
    /// How many runs; 200 when left out.
    #[serde(default = "some")]
    replications: u32,
    /// Seed of the random numbers; 1 when left out.
    #[serde(default = "first")]
    seed: u64,
    /// Which waiting order a work center takes after the more urgent ones; `fifo` when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    dispatch: DispatchRule,
}

fn week() -> u32 {
    7 * 24
}

fn some() -> u32 {
    200
}

fn first() -> u64 {
    1
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhatIfView {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// The commit that the state is from.
    seq: u64,
    /// The plant's clock in that state: the forecast counts from here.
    #[schema(value_type = String)]
    state_at: Time,
    /// Runs that the answer is from.
    replications: u32,
    /// Whether the time for one question ran out before all of them.
    cut_short: bool,
    /// Seed of the random numbers.
    seed: u64,
    /// SHA-256 of the plant model that was run; the same hash and seed give the same answer.
    model_sha256: String,
    /// By order and by work center.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    forecast: Forecast,
    /// Orders that are not forecast, and why.
    #[schema(value_type = Vec<Object>)]
    left_out: Vec<NotSimulated>,
    /// What the state does not say and had to be assumed.
    #[schema(value_type = Object)]
    assumptions: Assumptions,
}

#[derive(OpenApi)]
#[openapi(paths(what_if), components(schemas(WhatIf, WhatIfView)))]
struct Description;

/// The OpenAPI description of the route.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Adds the route. It answers from `web::Data<Health>`.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(
        web::resource("/api/v1/what-if")
            .app_data(PayloadConfig::new(BODY_BYTES_MAX))
            .route(web::post().to(what_if)),
    );
}

/// Forecasts the orders of a plant, with and without changes. The plant itself is not touched.
#[utoipa::path(
    post,
    path = "/api/v1/what-if",
    request_body = WhatIf,
    tag = "plants",
    responses(
        (status = 200, body = WhatIfView, description = "What to expect"),
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
async fn what_if(body: Bytes, health: Data<Health>) -> HttpResponse {
    let question: WhatIf = match serde_json::from_slice(&body) {
        Ok(question) => question,
        Err(error) => return bad_question(&error.to_string()),
    };
    if let Some(refusal) = beyond_limits(&question) {
        return bad_question(&refusal);
    }
    let handle = match asked_plant(&health, question.plant.as_ref()) {
        Ok(handle) => handle,
        Err(refused) => return refused,
    };
    let Some(_turn) = Turn::take() else {
        return busy();
    };
    let Ok(snapshot) = handle.fork().take().await else {
        return no_answer(handle.plant().as_str());
    };
    let answer = web::block(move || {
        answer(
            &snapshot.plant,
            snapshot.commit_no,
            snapshot.clock,
            &question,
        )
    });
    match answer.await {
        Ok(Ok(view)) => HttpResponse::Ok().json(view),
        Ok(Err(reason)) => problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The question has no answer",
            &reason.to_string(),
            "Change the question; /api/v1/plants/{plant}/work-orders lists the orders.",
        ),
        Err(_) => no_answer(handle.plant().as_str()),
    }
}

/// The right to answer a question; given back when dropped.
struct Turn;

impl Turn {
    fn take() -> Option<Turn> {
        let free = BUSY.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire);
        free.ok().map(|_| Turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        BUSY.store(false, Ordering::Release);
    }
}

fn beyond_limits(question: &WhatIf) -> Option<String> {
    let ranges = [
        (
            "horizon_h",
            u64::from(question.horizon_h),
            1,
            u64::from(HORIZON_H_MAX),
        ),
        (
            "replications",
            u64::from(question.replications),
            1,
            u64::from(REPLICATIONS_MAX),
        ),
        (
            "changes",
            question.changes.len() as u64,
            0,
            CHANGES_MAX as u64,
        ),
    ];
    let (what, value, least, most) = ranges
        .into_iter()
        .find(|(_, value, least, most)| value < least || value > most)?;
    Some(format!("{what} is {value}; give {least} to {most}"))
}

fn answer(plant: &Plant, seq: u64, now: Time, question: &WhatIf) -> Result<WhatIfView, NoAnswer> {
    let living = living_model(plant, now, question.dispatch);
    let changed = living.changed(&question.changes, now)?;
    let horizon_us = i64::from(question.horizon_h) * HOUR_US;
    let begun = Instant::now();
    let run = |model, until: Duration| {
        Outcome::of(
            model,
            now,
            question.seed,
            question.replications,
            horizon_us,
            || begun.elapsed() < until,
        )
    };
    let baseline = if question.changes.is_empty() {
        None
    } else {
        Some(run(&living, WORK_MAX / 2)?)
    };
    let outcome = run(&changed, WORK_MAX)?;
    let mut hash = Sha256::new();
    // A model is plain data: it can always be written.
    hash.update(serde_json::to_vec(&changed.file).unwrap_or_default());
    let replications = outcome.replications();
    Ok(WhatIfView {
        plant: plant.id().clone(),
        seq,
        state_at: now,
        replications,
        cut_short: replications < question.replications,
        seed: question.seed,
        model_sha256: hex(&hash.finalize()),
        forecast: forecast(&outcome, baseline.as_ref(), now),
        left_out: changed.left_out,
        assumptions: changed.assumptions,
    })
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
    let mut busy = problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "Another question is being answered",
        "One question is answered at a time, so that the intake keeps its cores.",
        "Ask again in some seconds.",
    );
    busy.headers_mut().insert(
        RETRY_AFTER,
        actix_web::http::header::HeaderValue::from_static(RETRY_AFTER_S),
    );
    busy
}
