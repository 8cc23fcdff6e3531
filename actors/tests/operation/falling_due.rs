//! The plant's clock changes things by itself, is told to others, and is replayed.

use std::path::Path;

use actors::{Disposition, Input, PlantHandle, TICK, open};
use serde_json::{Value, json};
use twin_model::Notice;

use crate::story::{self, message, options};

async fn give(plant: &PlantHandle, input: Input) {
    assert_eq!(story::give(plant, input).await, Disposition::Applied);
}

async fn milk_that_is_cleared(dir: &Path) -> PlantHandle {
    let plant = open(options(dir)).await.unwrap();
    let quantity = json!({"value": "10", "unit": "LTR"});
    let milk = json!({"lot": "MILK", "material": "M", "quantity": quantity,
        "expiry": "2026-03-01T12:00:00Z"});
    give(
        &plant,
        Input::decode(message("lot.created", "/wms", "lot.created", milk)),
    )
    .await;
    let request = json!({"delivery": "D", "lots": [{"lot": "MILK", "quantity": quantity}]});
    give(
        &plant,
        Input::decode(message(
            "shipment.requested",
            "/wms",
            "shipment.requested",
            request,
        )),
    )
    .await;
    plant
}

async fn commands(plant: &PlantHandle) -> Vec<Value> {
    let due = plant.outbox().due(100).await.unwrap();
    due.iter()
        .map(|command| serde_json::from_str(&command.body).unwrap())
        .collect()
}

#[tokio::test]
async fn the_warehouse_hears_of_a_clearance_that_ends_with_a_shelf_life() {
    let dir = tempfile::tempdir().unwrap();
    let plant = milk_that_is_cleared(dir.path()).await;
    let mut subscription = plant.feed().subscribe().await.unwrap();
    give(&plant, Input::tick("2026-03-01T12:00:00Z".parse().unwrap())).await;
    let sent = commands(&plant).await;
    let decisions: Vec<&Value> = sent.iter().map(|c| &c["data"]["decision"]).collect();
    assert_eq!(decisions, ["cleared", "blocked"]);
    assert_eq!(sent[1]["data"]["reasons"][0]["code"], "TWIN-R10");
    assert_eq!(sent[1]["time"], "2026-03-01T12:00:00Z");
    assert_eq!(sent[1]["causationid"], "tick-2026-03-01T12:00:00Z");
    let commit = subscription.commits.recv().await.unwrap();
    let cause = &commit.changes[0].caused_by;
    assert_eq!(cause.type_name, TICK);
    assert_eq!(cause.source.as_str(), "/twin/P1");
}

#[tokio::test]
async fn a_replay_falls_due_at_the_same_tick() {
    let dir = tempfile::tempdir().unwrap();
    let plant = milk_that_is_cleared(dir.path()).await;
    give(&plant, Input::tick("2026-03-01T13:00:00Z".parse().unwrap())).await;
    let before = plant.fork().take().await.unwrap();
    let sent = commands(&plant).await;
    plant.close().await;
    let plant = open(options(dir.path())).await.unwrap();
    let after = plant.fork().take().await.unwrap();
    assert_eq!(after.plant.state_hash(), before.plant.state_hash());
    assert_eq!(after.plant.clock(), before.plant.clock());
    assert_eq!(commands(&plant).await, sent);
}

#[tokio::test]
async fn everybody_hears_of_the_figures_of_a_window_that_is_over_once_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let told = |name: &str, data: Value| Input::decode(message(name, "/s", name, data));
    let center = json!({"work_center": "SAW", "kpi_window_s": 3600});
    give(&plant, told("work_center.configured", center)).await;
    let state = json!({"work_center": "SAW", "item_state": "executing"});
    give(&plant, told("work_center.state_changed", state)).await;
    let mut subscription = plant.feed().subscribe().await.unwrap();
    give(&plant, Input::tick("2026-03-01T09:05:00Z".parse().unwrap())).await;
    let sent = commands(&plant).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["type"], "mfg.kpi.closed.v1");
    assert_eq!(sent[0]["subject"], "SAW");
    assert_eq!(sent[0]["causationid"], "tick-2026-03-01T09:05:00Z");
    let figures = &sent[0]["data"];
    assert_eq!(
        (&figures["from"], &figures["to"]),
        (
            &json!("2026-03-01T08:00:00Z"),
            &json!("2026-03-01T09:00:00Z")
        )
    );
    let hour = json!([{"bucket": "producing", "micros": 3_600_000_000_u64}]);
    assert_eq!(figures["buckets"], hour);
    assert_eq!(figures["availability"], "1");
    assert_eq!(
        (&figures["good"], &figures["oee"]),
        (&Value::Null, &Value::Null)
    );
    let commit = subscription.commits.recv().await.unwrap();
    assert!(
        commit.notices.iter().any(|(.., notice)| {
            matches!(notice, Notice::KpiClosed { figures } if figures.work_center.as_str() == "SAW")
        }),
        "followers are told as well"
    );
    plant.close().await;
    let plant = open(options(dir.path())).await.unwrap();
    give(&plant, Input::tick("2026-03-01T09:50:00Z".parse().unwrap())).await;
    assert_eq!(commands(&plant).await, sent, "and none of them again");
}
