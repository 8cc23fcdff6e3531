//! `POST /api/v1/events` on a real plant.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "plant/open_plant.rs"]
mod open_plant;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::{App, test, web};
use ingest::http::{BODY_BYTES_MAX, EventRoutes, configure, openapi};
use open_plant::{OpenPlant, event, open, order_created};
use serde_json::{Value, json};

struct Answer {
    status: StatusCode,
    content_type: String,
    retry_after: bool,
    body: Value,
}

async fn post(plant: &OpenPlant, body: impl Into<web::Bytes>) -> Answer {
    post_as(plant, Some("application/json"), body).await
}

async fn post_as(
    plant: &OpenPlant,
    content_type: Option<&str>,
    body: impl Into<web::Bytes>,
) -> Answer {
    post_to(&[plant], content_type, body).await
}

/// To a twin that has several plants.
async fn post_to(
    plants: &[&OpenPlant],
    content_type: Option<&str>,
    body: impl Into<web::Bytes>,
) -> Answer {
    let handles = plants.iter().map(|plant| &plant.handle);
    let intakes = handles.map(|handle| (handle.plant().clone(), handle.intake().clone()));
    let routes = EventRoutes::new(intakes);
    let data = web::Data::new(routes);
    let app = test::init_service(App::new().app_data(data).configure(configure)).await;
    let mut request = test::TestRequest::post()
        .uri("/api/v1/events")
        .set_payload(body.into());
    if let Some(content_type) = content_type {
        request = request.insert_header((CONTENT_TYPE, content_type));
    }
    let request = request.to_request();
    let response = test::call_service(&app, request).await;
    let header = |name| {
        response
            .headers()
            .get(name)
            .map(|v| v.to_str().unwrap().to_owned())
    };
    Answer {
        status: response.status(),
        content_type: header(CONTENT_TYPE).unwrap(),
        retry_after: header(RETRY_AFTER).is_some(),
        body: test::read_body_json(response).await,
    }
}

async fn post_json(plant: &OpenPlant, body: &Value) -> Answer {
    post(plant, body.to_string()).await
}

fn assert_problem(answer: &Answer, status: u16, code: Option<&str>) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.content_type, "application/problem+json");
    assert_eq!(answer.body["status"], status);
    assert_eq!(answer.body["code"].as_str(), code, "{}", answer.body);
    for text in ["title", "detail", "what_to_do"] {
        let said = answer.body[text].as_str().unwrap_or_default();
        assert!(!said.is_empty(), "{text} in {}", answer.body);
    }
    if let Some(code) = code {
        assert_eq!(answer.body["type"], format!("/docs/errors/{code}"));
    }
}

#[actix_web::test]
async fn an_event_is_applied_once_and_answered_after_its_commit() {
    let plant = open("P1").await;
    let first = post_json(&plant, &order_created("P1", 1)).await;
    assert_eq!(first.status, 200);
    assert_eq!(
        first.body["results"],
        json!([{"id": "created-1", "disposition": "applied"}])
    );
    assert_eq!(
        first.body["commit_no"],
        plant.handle.ledger().head().commit_no
    );
    let again = post_json(&plant, &order_created("P1", 1)).await;
    assert_eq!(again.status, 200);
    assert_eq!(
        again.body["results"],
        json!([{
            "id": "created-1",
            "disposition": "duplicate",
            "code": "TWIN-R25",
            "text": "Already received (created-1 from /erp); nothing was changed.",
        }])
    );
    let counts = plant.counts().await;
    assert_eq!(
        (counts.applied, counts.duplicates, counts.input()),
        (1, 1, 2)
    );
}

#[actix_web::test]
async fn a_batch_is_taken_in_order_with_one_result_each() {
    let plant = open("P1").await;
    let released = event(
        "P1",
        "/erp",
        "released-1",
        "mfg.work_order.released.v1",
        &json!({"order": "WO-1", "routing_version": "1", "bom_version": "1"}),
    );
    let batch = json!([order_created("P1", 1), released, {"id": "broken"}, order_created("P1", 1)]);
    let answer = post_json(&plant, &batch).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let results = answer.body["results"].as_array().unwrap();
    let said: Vec<&str> = results
        .iter()
        .map(|result| result["disposition"].as_str().unwrap())
        .collect();
    assert_eq!(said, ["applied", "applied", "exception", "duplicate"]);
    assert_eq!(results[2]["code"], "TWIN-R34");
    assert_eq!(results[2]["id"], "broken");
    assert_eq!(results[2]["exception"], "EX-1");
    assert_eq!(plant.counts().await.input(), 4);
}

#[actix_web::test]
async fn a_batch_is_for_the_plant_that_its_messages_name_also_where_they_cannot_be_read() {
    let (first, second) = (open("P1").await, open("P2").await);
    let unheard = |plant: &str, id: &str| event(plant, "/x", id, "mfg.unheard.of.v9", &json!({}));
    let post = async |batch: Value| {
        let json = Some("application/json");
        post_to(&[&first, &second], json, batch.to_string()).await
    };
    let answer = post(json!([{"id": "broken"}, unheard("P2", "u1")])).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(second.counts().await.input(), 2);
    for both in [
        json!([order_created("P1", 1), unheard("P2", "u2")]),
        json!([unheard("P1", "u3"), unheard("P2", "u4")]),
    ] {
        assert_problem(&post(both).await, 400, None);
    }
    assert_problem(&post(json!([unheard("P3", "u5")])).await, 404, None);
    let counts = (first.counts().await.input(), second.counts().await.input());
    assert_eq!(counts, (0, 2), "nothing of them was taken");
}

#[actix_web::test]
async fn an_event_that_waits_for_its_cause_is_accepted_and_one_against_a_rule_refused() {
    let plant = open("P1").await;
    let report = |id: &str, good: &str| {
        let data = json!({"order": "WO-1", "op": "10", "unit": "H87", "good": good,
            "work_center": "WC-1"});
        event("P1", "/mes", id, "mfg.operation.progressed.v1", &data)
    };
    let waits = post_json(&plant, &report("r1", "1")).await;
    assert_eq!(waits.status, 202);
    assert_eq!(waits.body["results"][0]["disposition"], "parked");
    assert_eq!(waits.body["results"][0]["code"], "TWIN-R01");
    post_json(&plant, &order_created("P1", 1)).await;
    let mut taken = order_created("P1", 1);
    taken["id"] = json!("another");
    taken["correlationid"] = json!("tx-9");
    let refused = post_json(&plant, &taken).await;
    assert_problem(&refused, 422, Some("TWIN-R43"));
    assert_eq!(refused.body["correlation_id"], "tx-9");
}

#[actix_web::test]
async fn what_cannot_be_read_is_a_coded_problem_and_is_kept() {
    let plant = open("P1").await;
    let mut negative = order_created("P1", 2);
    negative["data"]["quantity"]["value"] = json!("ten");
    let mut missing = order_created("P1", 3);
    missing["data"].as_object_mut().unwrap().remove("material");
    for (body, code, detail) in [
        (
            "{\"specversion\":\"1.0\",".to_owned(),
            "TWIN-R34",
            "unreadable at $",
        ),
        ("[{},".to_owned(), "TWIN-R34", "unreadable at $"),
        (String::new(), "TWIN-R34", "unreadable at $"),
        (negative.to_string(), "TWIN-R34", "$.data.quantity"),
        (missing.to_string(), "TWIN-R34", "material"),
        (
            event("P1", "/x", "u", "mfg.unheard.of.v9", &json!({})).to_string(),
            "TWIN-R33",
            "version v9 of mfg.unheard.of",
        ),
    ] {
        let answer = post(&plant, body.clone()).await;
        assert_problem(&answer, 400, Some(code));
        let said = answer.body["detail"].as_str().unwrap();
        assert!(said.contains(detail), "{said}");
        assert!(
            answer.body["exception"]
                .as_str()
                .unwrap()
                .starts_with("EX-")
        );
        let kept = plant.handle.exceptions().list().await.unwrap();
        assert_eq!(kept.last().unwrap().raw, body.as_bytes());
    }
    assert_eq!(plant.counts().await.input(), 6);
    let after = post_json(&plant, &order_created("P1", 1)).await;
    assert_eq!(after.status, 200, "the plant goes on");
}

#[actix_web::test]
async fn a_body_over_the_limit_is_refused_and_its_start_kept() {
    let plant = open("P1").await;
    for bytes in [BODY_BYTES_MAX + 1, 2 * 1024 * 1024] {
        let answer = post(&plant, vec![b'x'; bytes]).await;
        assert_problem(&answer, 413, Some("TWIN-R41"));
    }
    let kept = plant.handle.exceptions().list().await.unwrap();
    assert_eq!(kept.len(), 2);
    assert!(kept[0].raw.starts_with(b"xxx"));
    let mut fits = order_created("P1", 1).to_string();
    fits.push_str(&" ".repeat(BODY_BYTES_MAX - fits.len()));
    assert_eq!(post(&plant, fits).await.status, 200);
}

#[actix_web::test]
async fn a_request_that_no_plant_here_can_take_changes_nothing() {
    let plant = open("P1").await;
    let elsewhere = post_json(&plant, &order_created("P9", 1)).await;
    assert_problem(&elsewhere, 404, None);
    assert!(elsewhere.body["detail"].as_str().unwrap().contains("P9"));
    let mixed = json!([order_created("P1", 1), order_created("P9", 2)]);
    assert_problem(&post_json(&plant, &mixed).await, 400, None);
    assert_problem(&post_json(&plant, &json!([])).await, 400, None);
    let many: Vec<Value> = (0..501).map(|n| json!({"id": n})).collect();
    assert_problem(&post_json(&plant, &json!(many)).await, 400, None);
    assert_eq!(plant.counts().await.input(), 0);
}

#[actix_web::test]
async fn what_a_page_of_another_site_could_send_is_no_content_type_of_events() {
    let plant = open("P1").await;
    let body = order_created("P1", 1).to_string();
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=application/json"),
        Some("text/plain; application/json"),
        Some("application/jsonp"),
    ] {
        let answer = post_as(&plant, content_type, body.clone()).await;
        assert_problem(&answer, 415, None);
    }
    assert_eq!(plant.counts().await.input(), 0, "nothing was taken");
    for content_type in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/cloudevents+json; charset=UTF-8",
    ] {
        let answer = post_as(&plant, Some(content_type), body.clone()).await;
        assert_eq!(answer.status, 200, "{content_type}: {}", answer.body);
    }
    let batch = format!("[{body}]");
    let batch = post_as(&plant, Some("application/cloudevents-batch+json"), batch).await;
    assert_eq!(batch.body["results"][0]["disposition"], "duplicate");
}

#[actix_web::test]
async fn a_plant_that_has_stopped_says_when_to_come_back() {
    let plant = open("P1").await;
    plant.handle.close().await;
    let answer = post_json(&plant, &order_created("P1", 1)).await;
    assert_problem(&answer, 503, None);
    assert!(answer.retry_after);
}

#[actix_web::test]
async fn the_route_describes_itself() {
    let api = serde_json::to_value(openapi()).unwrap();
    let post = &api["paths"]["/api/v1/events"]["post"];
    for status in ["200", "202", "400", "404", "413", "415", "422", "503"] {
        assert!(post["responses"][status].is_object(), "{status}");
    }
    for schema in [
        "EventProblem",
        "EventsAnswer",
        "EventResult",
        "CloudEvent",
        "EventsBody",
    ] {
        assert!(api["components"]["schemas"][schema].is_object(), "{schema}");
    }
    let fields = &api["components"]["schemas"]["CloudEvent"]["properties"];
    assert!(fields["type"].is_object(), "{fields}");
}
