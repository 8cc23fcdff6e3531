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
    post_to(edge, "/api/v1/events", body).await
}

pub(crate) async fn post_to(edge: &Edge, path: &str, body: impl Into<web::Bytes>) -> Answer {
    let request = test::TestRequest::post()
        .uri(path)
        .insert_header((CONTENT_TYPE, "application/json"))
        .set_payload(body.into());
    answer(edge, request).await
}

pub(crate) async fn get(edge: &Edge, path: &str) -> Answer {
    answer(edge, test::TestRequest::get().uri(path)).await
}

async fn answer(edge: &Edge, request: test::TestRequest) -> Answer {
    let data = web::Data::new(edge.inlet().clone());
    let app = App::new().app_data(data).configure(http::configure);
    let app = test::init_service(app).await;
    let response = test::call_service(&app, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers());
    let retry_after = headers.contains_key(RETRY_AFTER);
    let body = test::read_body(response).await;
    let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
    Answer {
        status: status.as_u16(),
        retry_after,
        body: serde_json::from_slice(&body).unwrap_or_else(|_| text()),
    }
}
