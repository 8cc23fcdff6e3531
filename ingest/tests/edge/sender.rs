//! Whoever sends events to an edge over HTTP.

use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::{App, test, web};
use ingest::edge::{Edge, http};
use serde_json::{Value, json};

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: bool,
    pub(crate) body: Value,
}

pub(crate) fn event(plant: &str, number: u64, name: &str) -> Value {
    json!({"specversion": "1.0", "id": format!("e{number}"), "source": "/mes",
        "type": format!("mfg.{name}.v1"), "time": "2026-03-01T08:00:00Z", "plant": plant,
        "data": {"number": number}})
}

pub(crate) async fn post(edge: &Edge, body: impl Into<web::Bytes>) -> Answer {
    let data = web::Data::new(edge.inlet().clone());
    let app = App::new().app_data(data).configure(http::configure);
    let app = test::init_service(app).await;
    let request = test::TestRequest::post()
        .uri("/api/v1/events")
        .insert_header((CONTENT_TYPE, "application/json"))
        .set_payload(body.into());
    let response = test::call_service(&app, request.to_request()).await;
    Answer {
        status: response.status().as_u16(),
        retry_after: response.headers().contains_key(RETRY_AFTER),
        body: test::read_body_json(response).await,
    }
}
