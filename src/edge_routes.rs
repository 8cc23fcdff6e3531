//! The routes of an edge: events in, and how it is.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use ingest::edge::EdgeInlet;
use serde_json::json;

use crate::problem::problem;

/// Media type of the text format of Prometheus.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Adds the routes. They answer from `web::Data<EdgeInlet>`.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .configure(ingest::edge::http::configure)
        .route("/live", web::get().to(live))
        .route("/ready", web::get().to(ready))
        .route("/metrics", web::get().to(metrics))
        .default_service(web::to(no_route));
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "live": true }))
}

/// Ready means: messages are taken. An edge without its link is ready; that is what it is for.
async fn ready(inlet: Data<EdgeInlet>) -> HttpResponse {
    let report = inlet.look().await;
    let reasons = report.reasons();
    let ready = reasons.is_empty();
    let link = json!({ "up": report.link_up, "since": report.link_since });
    let mut answer = match ready {
        true => HttpResponse::Ok(),
        false => HttpResponse::ServiceUnavailable(),
    };
    answer.json(json!({ "ready": ready, "reasons": reasons, "link": link }))
}

async fn metrics(inlet: Data<EdgeInlet>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(METRICS_TYPE)
        .body(inlet.look().await.metrics())
}

async fn no_route(request: HttpRequest) -> HttpResponse {
    problem(
        StatusCode::NOT_FOUND,
        "There is nothing here",
        &format!(
            "{} {} is no route of this edge.",
            request.method(),
            request.path()
        ),
        "Send events to POST /api/v1/events; how the edge is stands at /api/v1/edge, /ready and \
         /metrics.",
    )
}
