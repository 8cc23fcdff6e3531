//! Messages that cannot be applied, in the plant's queue between good ones.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::bad_messages::{BadMessage, Fate, bad_messages, event, good_report, opening};
use crate::rabbitmq::{PlantQueues, broker_url};
use crate::twin_process::{Served, TwinProcess, wait_for};

const TAKEN_WITHIN: Duration = Duration::from_secs(30);

#[test]
fn every_bad_message_in_the_queue_is_booked_and_disturbs_nobody() {
    let queues = PlantQueues::new("refusals");
    let plant = queues.plant.as_str();
    let mut messages = bad_messages(plant);
    messages.push(for_another_plant());
    let mut bodies: Vec<Vec<u8>> = opening(plant)
        .iter()
        .map(|event| event.to_string().into_bytes())
        .collect();
    let mut expected: BTreeMap<Fate, BTreeMap<&str, u64>> = BTreeMap::new();
    for (number, bad) in messages.iter().enumerate() {
        bodies.push(bad.body.clone());
        bodies.push(good_report(plant, number).to_string().into_bytes());
        let by_code = expected.entry(bad.fate).or_default();
        *by_code.entry(bad.code).or_default() += 1;
    }
    queues.publish(&bodies);

    let dir = TempDir::new().unwrap();
    let url = broker_url();
    let served = Served {
        plant,
        clock: "wall",
        broker: Some(&url),
    };
    let mut twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    let counts = wait_for("all messages are booked", TAKEN_WITHIN, || {
        let counts = twin.counts(plant);
        (counts["input"] == bodies.len()).then_some(counts)
    });
    let applied = 3 + messages.len();
    assert_eq!(counts["applied"], applied, "{counts}");
    assert_eq!(counts["refused"], json!(expected[&Fate::Refused]));
    assert_eq!(counts["exceptions"], json!(expected[&Fate::Kept]));
    assert_eq!(
        (&counts["duplicates"], &counts["parked"]),
        (&json!(0), &json!(0))
    );

    let entries = twin.items(plant, "exceptions");
    assert_eq!(entries.len(), messages.len(), "each has its entry");
    for (entry, bad) in entries.iter().zip(&messages) {
        assert_eq!(entry["code"], bad.code, "{}: {entry}", bad.what);
        assert_eq!(entry["refused"], bad.fate == Fate::Refused, "{}", bad.what);
        let text = entry["text"].as_str().unwrap();
        assert!(text.contains(bad.says), "{}: {text}", bad.what);
        let raw = entry["raw"].as_str().unwrap();
        let start = String::from_utf8_lossy(&bad.body);
        assert_eq!(raw[..20.min(raw.len())], start[..20.min(raw.len())]);
    }
    let order = twin.get(&format!("/api/v1/plants/{plant}/work-orders/WO-1"));
    let good = order.json()["item"]["operations"][0]["good"].clone();
    assert_eq!(good, messages.len().to_string(), "the good ones count");
    assert_eq!(twin.items(plant, "work-orders").len(), 1);
    assert!(twin.is_up());
    assert_eq!(twin.get("/ready").status, 200);
    assert_eq!(queues.backlog(), 0, "every message is acknowledged");
    assert!(twin.terminate(TAKEN_WITHIN).success());
}

/// Over HTTP this is a 404; in a plant's queue it is kept for a person.
fn for_another_plant() -> BadMessage {
    let data = json!({"order": "WO-3", "material": "M", "quantity": {"value": "1", "unit": "H87"}});
    let event = event("P-elsewhere", "1", "mfg.work_order.created.v1", data);
    BadMessage {
        what: "wrong plant",
        body: event.to_string().into_bytes(),
        code: "TWIN-R34",
        says: "$.plant",
        fate: Fate::Kept,
        status: 404,
    }
}
