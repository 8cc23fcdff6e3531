//! `POST /api/v1/checks`: whether something may be done in the plant, before it is done.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, PayloadConfig, ServiceConfig};
use actors::{NotAnswered, QUESTIONS_MAX};
use projections::Problem;
use serde::{Deserialize, Serialize};
use twin_model::{PlantId, Time};
use utoipa::{OpenApi, ToSchema};

use crate::check_answer::{CheckReason, CheckView};
use crate::check_question::Check;
use crate::opened::Health;
use crate::problem::{not_now, problem};
use crate::served_plant::{asked_plant, no_answer};

/// Largest request, bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// When to ask again after a refusal that will pass by itself, seconds.
const RETRY_AFTER_S: u32 = 1;

/// Questions. Each stands for itself: nothing that was asked before it has happened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Checks {
    /// Which plant; the only one when left out.
    #[schema(value_type = Option<String>)]
    plant: Option<PlantId>,
    /// Who would say it, like `/mes/line`: rules that speak of sources go by it, and so does
    /// waiting behind what the same source told before. `/asked`, which speaks for no system, when
    /// left out.
    source: Option<String>,
    /// What somebody wants to do; at most 100.
    checks: Vec<Check>,
}

/// Answers, in the order of the questions.
#[derive(Debug, Serialize, ToSchema)]
struct ChecksView {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// The commit after which the answers are right.
    seq: u64,
    /// The plant's now in that state.
    #[schema(value_type = String, format = DateTime)]
    as_of: Time,
    /// Whether all of it may be done, each for itself.
    may: bool,
    /// One for each question.
    answers: Vec<CheckView>,
}

#[derive(OpenApi)]
#[openapi(
    paths(checks),
    components(schemas(Checks, Check, ChecksView, CheckView, CheckReason))
)]
struct Description;

/// The OpenAPI description of the route.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Adds the route. It answers from `web::Data<Health>`.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(
        web::resource("/api/v1/checks")
            .app_data(PayloadConfig::new(BODY_BYTES_MAX))
            .route(web::post().to(checks)),
    );
}

/// Says whether something may be done, by the rules that would decide on it, and why not. Nothing
/// is changed or reserved: what may be done now may be refused a moment later.
#[utoipa::path(
    post,
    path = "/api/v1/checks",
    request_body = Checks,
    tag = "plants",
    responses(
        (status = 200, body = ChecksView, description = "The answers, as of one commit"),
        (status = 400, body = Problem, content_type = "application/problem+json",
            description = "A question cannot be read, or there are too many"),
        (status = 404, body = Problem, content_type = "application/problem+json",
            description = "The plant is not here"),
        (status = 503, body = Problem, content_type = "application/problem+json",
            description = "The plant does not answer, or others ask; see Retry-After"),
    )
)]
async fn checks(body: Bytes, health: Data<Health>) -> HttpResponse {
    let asked: Checks = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => return bad_question(&error.to_string()),
    };
    if asked.checks.is_empty() || asked.checks.len() > QUESTIONS_MAX {
        let given = asked.checks.len();
        return bad_question(&format!("{given} checks; give 1 to {QUESTIONS_MAX}"));
    }
    let mut questions = Vec::with_capacity(asked.checks.len());
    for (place, check) in asked.checks.iter().enumerate() {
        match check.question(asked.source.as_deref()) {
            Ok(question) => questions.push(question),
            Err(error) => return bad_question(&format!("checks[{place}]: {error}")),
        }
    }
    let handle = match asked_plant(&health, asked.plant.as_ref()) {
        Ok(handle) => handle,
        Err(refused) => return refused,
    };
    let mut checks = asked.checks.into_iter();
    let tell = move |outlook| {
        let check = checks.next();
        check.map(|check| CheckView::new(check, outlook))
    };
    let answers = match handle.checks().ask(questions, tell).await {
        Ok(answers) => answers,
        Err(NotAnswered::Stopped(_)) => return no_answer(handle.plant().as_str()),
        Err(error) => {
            return not_now(
                "Not answered now",
                &error.to_string(),
                "Ask again in a moment, and fewer questions at a time: events wait while they are \
                 answered.",
                RETRY_AFTER_S,
            );
        }
    };
    let views: Vec<CheckView> = answers.answers.into_iter().flatten().collect();
    HttpResponse::Ok().json(ChecksView {
        plant: handle.plant().clone(),
        seq: answers.commit_no,
        as_of: answers.now,
        may: views.iter().all(CheckView::may),
        answers: views,
    })
}

fn bad_question(detail: &str) -> HttpResponse {
    problem(
        StatusCode::BAD_REQUEST,
        "The question cannot be read",
        detail,
        "Send JSON like {\"checks\":[{\"may\":\"start\",\"order\":\"WO-1\",\"op\":\"10\",\
         \"work_center\":\"WC-1\"}]}.",
    )
}
