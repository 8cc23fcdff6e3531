//! Messages of a small plant, and how to give them to it.

use std::path::Path;

use actors::{
    Disposition, ExceptionId, Input, PlantClock, PlantHandle, PlantOptions, Resolution, Resolve,
};
use bytes::Bytes;
use serde_json::{Value, json};
use twin_model::Time;

pub(crate) const START: &str = "2026-03-01T08:00:00Z";

pub(crate) fn start() -> Time {
    START.parse().unwrap()
}

pub(crate) fn options(dir: &Path) -> PlantOptions {
    PlantOptions {
        clock: PlantClock::EventTime,
        parking_limit_s: 3600,
        ..PlantOptions::new("P1".parse().unwrap(), dir)
    }
}

pub(crate) fn message(id: &str, source: &str, name: &str, data: Value) -> Bytes {
    json!({"specversion": "1.0", "id": id, "source": source, "type": format!("mfg.{name}.v1"),
        "time": START, "plant": "P1", "data": data})
    .to_string()
    .into()
}

pub(crate) fn created(order: &str) -> Bytes {
    let data =
        json!({"order": order, "material": "M", "quantity": {"value": "100", "unit": "H87"}});
    message(&format!("c-{order}"), "/erp", "work_order.created", data)
}

pub(crate) fn released(order: &str) -> Bytes {
    let data = json!({"order": order,
        "operations": [{"op": "10", "work_center": "SAW", "delivers": true}]});
    message(&format!("r-{order}"), "/erp", "work_order.released", data)
}

pub(crate) fn report(id: &str, order: &str, good: &str) -> Bytes {
    let data = json!({"order": order, "op": "10", "unit": "H87", "good": good});
    message(id, "/mes", "operation.progressed", data)
}

pub(crate) async fn give(plant: &PlantHandle, input: Input) -> Disposition {
    let mut receipt = plant.intake().submit(vec![input]).await.unwrap();
    assert_eq!(receipt.dispositions.len(), 1);
    receipt.dispositions.pop().unwrap()
}

pub(crate) async fn tell(plant: &PlantHandle, raw: Bytes) -> Disposition {
    give(plant, Input::decode(raw)).await
}

/// The plant's clock reaches `after_s` seconds after the start.
pub(crate) async fn tick(plant: &PlantHandle, after_s: i64) {
    give(plant, Input::tick(start().plus_seconds(after_s))).await;
}

pub(crate) fn id(number: u64) -> ExceptionId {
    format!("EX-{number}").parse().unwrap()
}

pub(crate) fn wanted(number: u64, what: Resolve) -> Resolution {
    Resolution {
        id: id(number),
        what,
        by: Some("ada".into()),
        reason: "the order is there now".to_owned(),
        unchanged: None,
    }
}

/// Everything that must be the same whenever a plant comes back.
pub(crate) async fn picture(plant: &PlantHandle) -> Picture {
    let snapshot = plant.fork().take().await.unwrap();
    Picture {
        hash: snapshot.plant.state_hash(),
        counts: (*snapshot.counts).clone(),
        exceptions: snapshot
            .exceptions
            .iter()
            .map(|entry| (**entry).clone())
            .collect(),
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub(crate) hash: twin_model::StateHash,
    pub(crate) counts: actors::Counts,
    pub(crate) exceptions: Vec<actors::ExceptionEntry>,
}
