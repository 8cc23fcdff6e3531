//! Codes that an edge gives, before any plant.

use std::fs;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{App, test, web};
use ingest::edge::{Edge, EdgeOptions, http};
use serde_json::{Value, json};
use twin_model::Code;

use super::scene::{Said, message, q};

/// In ascending order, with what their sentences must name.
pub(crate) const CODES: [(Code, &[&str]); 3] = [
    (Code::R77, &["700", "bytes"]),
    (Code::R78, &["P1", "P9"]),
    (Code::R79, &["no room", "spool"]),
];

/// What an edge with a quota of 700 bytes and without a link says.
pub(crate) async fn said() -> Vec<Said> {
    let dir = tempfile::tempdir().unwrap();
    let edge = Edge::start(EdgeOptions {
        dir: dir.path().to_owned(),
        quota_bytes: 700,
        plants: vec!["P1".parse().unwrap()],
        // Nobody is there.
        central: "amqp://127.0.0.1:1".parse().unwrap(),
        local: None,
    });
    let edge = edge.unwrap();
    let order = |id: &str, name: &str| {
        let data = json!({"order": id, "material": "M", "quantity": q("100")});
        message(id, "/erp", name, "2026-03-01T06:00:00Z", &data)
    };
    let elsewhere = order("E-1", "work_order.created");
    let elsewhere = String::from_utf8(elsewhere.to_vec()).unwrap();
    let mut said = vec![refusal(&edge, elsewhere.replace("\"P1\"", "\"P9\"").into()).await];
    let disk = dir.path().join("P1/nrt").join(actors::chaos::DISK_FILE);
    fs::write(&disk, "full").unwrap();
    said.push(refusal(&edge, order("E-2", "work_order.created")).await);
    fs::remove_file(&disk).unwrap();
    let (status, answer) = post(&edge, order("E-3", "work_order.created")).await;
    assert_eq!((status, &answer["stored"]), (202, &json!(1)), "{answer}");
    post(&edge, order("E-4", "work_order.created")).await;
    said.push(refusal(&edge, order("E-5", "work_order.created")).await);
    edge.stop().await;
    said
}

async fn refusal(edge: &Edge, body: web::Bytes) -> Said {
    let (_, answer) = post(edge, body).await;
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    Said {
        code: text("code").parse().unwrap_or_else(|_| panic!("{answer}")),
        kind: "refused",
        text: text("detail"),
    }
}

async fn post(edge: &Edge, body: web::Bytes) -> (u16, Value) {
    let data = web::Data::new(edge.inlet().clone());
    let app = App::new().app_data(data).configure(http::configure);
    let app = test::init_service(app).await;
    let request = test::TestRequest::post()
        .uri("/api/v1/events")
        .insert_header((CONTENT_TYPE, "application/json"))
        .set_payload(body);
    let response = test::call_service(&app, request.to_request()).await;
    let status = response.status().as_u16();
    (status, test::read_body_json(response).await)
}
