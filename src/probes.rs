//! `/live` and `/ready`.

use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::opened::Health;

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
struct Live {
    /// Always `true`: a process that does not live does not answer.
    live: bool,
}

/// Whether events are taken and questions answered.
#[derive(Debug, Serialize, ToSchema)]
struct Ready {
    /// Nothing stands against it.
    ready: bool,
    /// Everything that stands against it; absent when ready.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
}

#[derive(OpenApi)]
#[openapi(paths(live, ready))]
struct Description;

/// The OpenAPI description of the probes.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Adds the probes. They answer from `web::Data<Health>`.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(live).service(ready);
}

/// Whether the process lives.
#[utoipa::path(
    get,
    path = "/live",
    tag = "operation",
    responses((status = 200, body = Live, description = "It lives"))
)]
#[get("/live")]
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Live { live: true })
}

/// Ready means: events are taken and questions answered. Otherwise every reason is given.
#[utoipa::path(
    get,
    path = "/ready",
    tag = "operation",
    responses(
        (status = 200, body = Ready, description = "Ready"),
        (status = 503, body = Ready, description = "Not ready; every reason is given"),
    )
)]
#[get("/ready")]
async fn ready(health: Data<Health>) -> HttpResponse {
    let mut reasons = health.projections.not_ready_because();
    for plant in health.plants.iter().filter(|plant| !plant.is_open()) {
        reasons.push(format!(
            "plant {} has stopped; the log says why",
            plant.plant()
        ));
    }
    for plant in health.plants.iter() {
        if let Some(why) = plant.waits_for_room() {
            reasons.push(format!(
                "plant {} takes no events until there is room on its disk: {why}",
                plant.plant()
            ));
        }
    }
    // In the order of the plants; none without a broker.
    for (plant, status) in health.plants.iter().zip(health.consumers.iter()) {
        let report = status.report();
        if !report.connected {
            let why = report
                .last_error
                .unwrap_or_else(|| "not connected yet".to_owned());
            let plant = plant.plant();
            reasons.push(format!("plant {plant}: the broker is not connected: {why}"));
        }
    }
    let ready = reasons.is_empty();
    let answer = Ready { ready, reasons };
    match ready {
        true => HttpResponse::Ok().json(answer),
        false => HttpResponse::ServiceUnavailable().json(answer),
    }
}
