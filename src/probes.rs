//! `/live` and `/ready`.

use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpResponse, get};
use serde_json::json;

use crate::opened::Health;

/// Adds the probes. They answer from `web::Data<Health>`.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(live).service(ready);
}

#[get("/live")]
async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "live": true }))
}

/// Ready means: events are taken and questions answered. Otherwise every reason is given.
#[get("/ready")]
async fn ready(health: Data<Health>) -> HttpResponse {
    let mut reasons = health.projections.not_ready_because();
    for plant in health.plants.iter().filter(|plant| !plant.is_open()) {
        reasons.push(format!(
            "plant {} has stopped; the log says why",
            plant.plant()
        ));
    }
    for status in health.consumers.iter() {
        let report = status.report();
        if !report.connected {
            let why = report
                .last_error
                .unwrap_or_else(|| "not connected yet".to_owned());
            reasons.push(format!("the broker is not connected: {why}"));
        }
    }
    if reasons.is_empty() {
        HttpResponse::Ok().json(json!({ "ready": true }))
    } else {
        HttpResponse::ServiceUnavailable().json(json!({ "ready": false, "reasons": reasons }))
    }
}
