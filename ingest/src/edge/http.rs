//! `POST /api/v1/events` at an edge: answered when the messages are on its disk.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use actors::StoreError;
use serde::Serialize;
use twin_model::{EdgeRejection, PlantId, Rejection};

use crate::edge::envelope::Envelope;
use crate::edge::{EdgeInlet, aside};
use crate::http_body::{BODY_BYTES_MAX, Body, check_content_type, read_body, split};
use crate::problem::Problem;
use crate::topology::Class;

/// The answer to messages that are on the disk of the edge.
#[derive(Debug, Serialize)]
struct Stored {
    /// How many messages.
    stored: usize,
    /// The plant that they will be forwarded for.
    plant: PlantId,
}

/// Adds the routes. They need `web::Data<EdgeInlet>`.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/api/v1/events", web::post().to(post_events))
        .route("/api/v1/edge", web::get().to(get_edge))
        .configure(aside::configure);
}

async fn get_edge(inlet: web::Data<EdgeInlet>) -> HttpResponse {
    HttpResponse::Ok().json(inlet.look().await)
}

async fn post_events(
    request: HttpRequest,
    payload: web::Payload,
    inlet: web::Data<EdgeInlet>,
) -> Result<HttpResponse, Problem> {
    check_content_type(&request)?;
    let body = match read_body(&request, payload).await? {
        Body::Whole(body) => body,
        Body::TooLarge { bytes, .. } => {
            let detail = format!(
                "The message has {bytes} bytes; at most {BODY_BYTES_MAX} are taken. Nothing of it \
                 was stored."
            );
            let what_to_do =
                "Split the message, or refer to large content instead of embedding it.";
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return Err(Problem::new(status, "Too large", detail, what_to_do));
        }
    };
    let (messages, _) = split(&body)?;
    let envelopes: Vec<Envelope> = messages.iter().map(|body| Envelope::read(body)).collect();
    let plant = plant_of(&envelopes, &inlet)?;
    // A batch keeps its order, so it is as urgent as the least urgent of its events.
    let classes = envelopes.iter().map(|read| Class::of(read.type_name()));
    let class = classes.max().unwrap_or(Class::NearRealTime);
    let Some(spool) = inlet.spool(&plant, class) else {
        return Err(not_forwarded(
            &inlet,
            StatusCode::NOT_FOUND,
            &format!("plant {plant}"),
        ));
    };
    #[cfg(feature = "chaos")]
    if actors::chaos::acknowledges_first() {
        store_later(spool.clone(), messages.clone());
        let stored = messages.len();
        return Ok(HttpResponse::Accepted().json(Stored { stored, plant }));
    }
    spool.store(&messages).await.map_err(problem_of)?;
    actors::killpoint!("E1");
    Ok(HttpResponse::Accepted().json(Stored {
        stored: messages.len(),
        plant,
    }))
}

/// What an edge does that breaks its promise on purpose.
#[cfg(feature = "chaos")]
fn store_later(spool: actors::Spool, messages: Vec<bytes::Bytes>) {
    let later = std::time::Duration::from_millis(actors::chaos::ANSWERED_FIRST_MS);
    actix_web::rt::spawn(async move {
        tokio::time::sleep(later).await;
        drop(spool.store(&messages).await);
    });
}

/// The one plant that the messages name. Those that name none go with the others: the twin keeps
/// them as exceptions.
fn plant_of(envelopes: &[Envelope], inlet: &EdgeInlet) -> Result<PlantId, Problem> {
    let mut named = envelopes.iter().filter_map(|read| read.plant.as_deref());
    let Some(first) = named.next() else {
        let status = StatusCode::BAD_REQUEST;
        return Err(not_forwarded(inlet, status, "no plant that can be read"));
    };
    if let Some(other) = named.find(|other| *other != first) {
        let several = format!("plants {first} and {other} in one batch");
        return Err(not_forwarded(inlet, StatusCode::BAD_REQUEST, &several));
    }
    first
        .parse()
        .map_err(|_| not_forwarded(inlet, StatusCode::BAD_REQUEST, "a plant that can be none"))
}

fn not_forwarded(inlet: &EdgeInlet, status: StatusCode, named: &str) -> Problem {
    let plants: Vec<&str> = inlet.plants().map(PlantId::as_str).collect();
    let rejection = Rejection::from(EdgeRejection::NotForwarded {
        plants: plants.join(", ").into(),
        named: named.into(),
    });
    Problem::of_rejection(status, "Not forwarded by this edge", &rejection)
}

pub(super) fn problem_of(error: StoreError) -> Problem {
    let rejection = Rejection::from(match error {
        StoreError::Full {
            held_bytes,
            limit_bytes,
            quota_bytes,
        } => EdgeRejection::QuotaUsedUp {
            held_bytes,
            limit_bytes,
            quota_bytes,
        },
        other => EdgeRejection::DiskRefuses {
            detail: other.to_string(),
        },
    });
    Problem::of_rejection(
        StatusCode::SERVICE_UNAVAILABLE,
        "Nothing is taken now",
        &rejection,
    )
    .again_later()
}
