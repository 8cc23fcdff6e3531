//! Messages that the central broker refuses for good: seen, sent again or discarded by a person.

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, web};
use actors::{AsideError, AsideMessage, Spool};
use serde::{Deserialize, Serialize};
use twin_model::{EdgeRejection, PlantId, Rejection, Time};

use crate::edge::EdgeInlet;
use crate::edge::http::problem_of;
use crate::http_body::check_content_type;
use crate::problem::Problem;
use crate::topology::Class;

/// A message that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsideView {
    /// How to name it: plant, class and number, like `P1/nrt/42`.
    pub id: String,
    /// When it was set aside, by the wall clock.
    pub at: Time,
    /// Its size, in bytes.
    pub bytes: u64,
    /// The code of the rule.
    pub code: String,
    /// What happened and what to do.
    pub text: String,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsideList {
    /// By plant and class, the first to come first.
    pub items: Vec<AsideView>,
}

/// What to do with one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settle {
    /// Why, for the log.
    reason: String,
}

impl AsideView {
    fn new(plant: &PlantId, class: Class, message: &AsideMessage) -> AsideView {
        let id = format!("{plant}/{}/{}", class.word(), message.number);
        let rejection = Rejection::from(EdgeRejection::NeverTaken {
            bytes: message.bytes,
            answer: message.answer.clone(),
            id: id.as_str().into(),
        });
        AsideView {
            id,
            at: message.at,
            bytes: message.bytes,
            code: rejection.code().to_string(),
            text: rejection.to_string(),
        }
    }
}

/// Adds the routes. They need `web::Data<EdgeInlet>`.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    let one = |step| format!("/api/v1/edge/aside/{{plant}}/{{class}}/{{number}}{step}");
    config
        .route("/api/v1/edge/aside", web::get().to(list))
        .route(&one(""), web::get().to(show))
        .route(&one("/replay"), web::post().to(replay))
        .route(&one("/discard"), web::post().to(discard));
}

async fn list(inlet: web::Data<EdgeInlet>) -> HttpResponse {
    let mut items = Vec::new();
    for (plant, class, spool) in inlet.spools() {
        let messages = spool.set_aside();
        items.extend(messages.iter().map(|m| AsideView::new(plant, class, m)));
    }
    HttpResponse::Ok().json(AsideList { items })
}

/// The message as it came.
async fn show(
    path: web::Path<(String, String, u64)>,
    inlet: web::Data<EdgeInlet>,
) -> Result<HttpResponse, Problem> {
    let body = spool_of(&path, &inlet)?.aside_body(path.2);
    let body = body.map_err(problem)?;
    let answer = HttpResponse::Ok()
        .content_type(ContentType::octet_stream())
        .body(body);
    Ok(answer)
}

/// Sends it again, behind all others.
async fn replay(
    request: HttpRequest,
    path: web::Path<(String, String, u64)>,
    body: web::Bytes,
    inlet: web::Data<EdgeInlet>,
) -> Result<HttpResponse, Problem> {
    let reason = reason_of(&request, &body)?;
    let spool = spool_of(&path, &inlet)?;
    spool.send_again(path.2).await.map_err(problem)?;
    tracing::info!(
        plant = path.0,
        class = path.1,
        number = path.2,
        reason,
        "is sent again"
    );
    Ok(settled("replayed"))
}

/// Forgets it: it will have no effect.
async fn discard(
    request: HttpRequest,
    path: web::Path<(String, String, u64)>,
    body: web::Bytes,
    inlet: web::Data<EdgeInlet>,
) -> Result<HttpResponse, Problem> {
    let reason = reason_of(&request, &body)?;
    spool_of(&path, &inlet)?.discard(path.2).map_err(problem)?;
    tracing::warn!(
        plant = path.0,
        class = path.1,
        number = path.2,
        reason,
        "is discarded"
    );
    Ok(settled("discarded"))
}

fn settled(how: &str) -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "settled": how }))
}

fn reason_of(request: &HttpRequest, body: &[u8]) -> Result<String, Problem> {
    check_content_type(request)?;
    let settle: Option<Settle> = serde_json::from_slice(body).ok();
    let reason = settle.map(|settle| settle.reason.trim().to_owned());
    reason.filter(|reason| !reason.is_empty()).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "No reason",
            "The request does not say why. Nothing was changed.",
            "Send {\"reason\": \"...\"} in your own words.",
        )
    })
}

fn spool_of<'i>(
    (plant, class, number): &(String, String, u64),
    inlet: &'i EdgeInlet,
) -> Result<&'i Spool, Problem> {
    let mut spools = inlet.spools();
    let found = spools.find(|(id, of, _)| id.as_str() == plant && of.word() == class);
    found
        .map(|(_, _, spool)| spool)
        .ok_or_else(|| unknown(&format!("{plant}/{class}/{number}")))
}

fn unknown(id: &str) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "Not set aside",
        format!("No message {id} is set aside at this edge."),
        "Ask GET /api/v1/edge/aside for those that are.",
    )
}

fn problem(error: AsideError) -> Problem {
    match error {
        AsideError::Unknown(number) => unknown(&number.to_string()),
        AsideError::Store(error) => problem_of(error),
        AsideError::TooMany | AsideError::Disk(_) => Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The disk refuses",
            format!("{error}. The message stays set aside."),
            "Look at the disk of the edge and into its log, then ask again.",
        ),
    }
}
