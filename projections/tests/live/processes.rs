//! Processes as they are read: state, what they wait for, commands, exceptions that close.

use actors::{Input, PlantClock};
use serde_json::{Value, json};

use crate::live_plant::{LivePlant, created};

async fn tick(plant: &LivePlant, at: &str) {
    let now = format!("2026-03-01T{at}:00Z").parse().unwrap();
    let receipt = plant.handle.intake().submit(vec![Input::tick(now)]).await;
    let commit = receipt.unwrap().commit_no;
    assert!(
        plant
            .projections
            .reached(plant.handle.plant(), commit)
            .await
    );
}

/// Both kinds run; the routing of order WO-1 names a saw of which nothing is known.
async fn waiting() -> LivePlant {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    let rules = json!({"version": 1, "processes": [{"kind": "release", "tries_max": 1},
        {"kind": "confirmation"}]});
    let raw = crate::live_plant::message("rules", "process_rules.published", "07:00", rules);
    let mut rules: Value = serde_json::from_slice(&raw).unwrap();
    rules["source"] = json!("/twin");
    plant.send(vec![rules.to_string().into()]).await;
    plant
        .tell("work_order.created", "08:00", created("WO-1", "5"))
        .await;
    let released = json!({"order": "WO-1", "routing_version": "r", "bom_version": "b",
        "operations": [{"op": "10", "work_center": "SAW", "delivers": true}]});
    plant.tell("work_order.released", "08:00", released).await;
    plant
}

#[actix_web::test]
async fn a_process_tells_what_it_waits_for_and_what_it_asked() {
    let mut plant = waiting().await;
    let path = "/api/v1/plants/P1/processes/release/WO-1";
    let item = plant.get(path).await.body["item"].clone();
    assert_eq!(
        (&item["kind"], &item["subject"]),
        (&json!("release"), &json!("WO-1"))
    );
    assert_eq!(
        (&item["state"], &item["commands"]),
        (&json!("waiting"), &json!([]))
    );
    assert_eq!(
        item["waits_for"],
        json!(["ERP to configure work center SAW, of which nothing is known"])
    );
    plant
        .tell(
            "work_center.configured",
            "08:10",
            json!({"work_center": "SAW"}),
        )
        .await;
    let item = plant.get(path).await.body["item"].clone();
    assert_eq!(
        (&item["state"], &item["due_at"]),
        (&json!("asking"), &json!("2026-03-01T08:15:00Z"))
    );
    let command = &item["commands"][0];
    assert_eq!(command["id"], "release/WO-1/mes/1-1");
    assert_eq!(command["text"], "the dispatch of order WO-1");
    assert_eq!(
        (&command["to"], &command["state"]),
        (&json!("mes"), &json!("sent"))
    );
    let data = json!({"order": "WO-1", "op": "10", "unit": "H87", "good": "5"});
    plant.tell("operation.completed", "08:12", data).await;
    for (query, ids) in [
        ("", vec!["confirmation/WO-1", "release/WO-1"]),
        ("?kind=release", vec!["release/WO-1"]),
        ("?state=settled", vec![]),
        ("?order=WO-1&kind=confirmation", vec!["confirmation/WO-1"]),
        ("?order=WO-2", vec![]),
    ] {
        assert_eq!(
            plant.ids(&format!("processes{query}")).await,
            ids,
            "{query}"
        );
    }
    assert_eq!(
        plant
            .get("/api/v1/plants/P1/processes/release/WO-2")
            .await
            .status,
        404
    );
}

#[actix_web::test]
async fn an_unanswered_command_is_an_exception_that_a_late_answer_closes() {
    let mut plant = waiting().await;
    plant
        .tell(
            "work_center.configured",
            "08:10",
            json!({"work_center": "SAW"}),
        )
        .await;
    tick(&plant, "08:20").await;
    let open = plant.items("exceptions").await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["code"], "TWIN-R62");
    assert_eq!(open[0]["object"], "process/release/WO-1");
    assert_eq!(open[0]["command"], "release/WO-1/mes/1-1");
    assert_eq!(open[0]["settled"], Value::Null);
    assert!(
        open[0]["raw"].as_str().unwrap().contains("\"WO-1\""),
        "{}",
        open[0]
    );
    let counted = plant.get("/api/v1/plants/P1").await.body["item"]["counts"]["exceptions"].clone();
    assert_eq!(counted, json!({}), "no input became it");
    plant = plant.reopened().await;
    assert_eq!(plant.items("exceptions").await, open);
    let answer = json!({"command": "release/WO-1/mes/1-1", "document": "M-7"});
    plant.tell("posting.acknowledged", "09:00", answer).await;
    let closed = plant.items("exceptions").await;
    assert_eq!(closed.len(), 1, "the same one");
    assert_eq!(closed[0]["settled"]["at"], "2026-03-01T09:00:00Z");
    let item = plant
        .get("/api/v1/plants/P1/processes/release/WO-1")
        .await
        .body["item"]
        .clone();
    assert_eq!(
        (&item["state"], &item["told"]),
        (&json!("settled"), &json!({"mes": "5 H87 of M-1"}))
    );
    assert_eq!(plant.reopened().await.items("exceptions").await, closed);
}
