//! A twin that comes back to a backlog of counters: a hold that stands behind all of them acts
//! first.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::rabbitmq::{PlantQueues, broker_url};
use crate::twin_process::{Served, TwinProcess, wait_for};

const COUNTERS: u64 = 20_000;
const MACHINES: u64 = 4;
const COUNTER: &str = "mfg.work_center.counter_sampled.v1";
const TAKEN_WITHIN: Duration = Duration::from_secs(60);

fn event(plant: &str, source: &str, id: &str, type_name: &str, at: &str, data: Value) -> Vec<u8> {
    let event = json!({"specversion": "1.0", "id": id, "source": source, "type": type_name,
        "time": at, "plant": plant, "data": data});
    event.to_string().into_bytes()
}

/// The reading `n` of all: each machine counts up by one from reading to reading.
fn counter(plant: &str, n: u64) -> Vec<u8> {
    let (s, ms) = (n / 1_000, n % 1_000);
    let at = format!("2026-03-01T08:{:02}:{:02}.{ms:03}Z", s / 60, s % 60);
    let data = json!({"work_center": format!("WC-{}", n % MACHINES),
        "counters": {"total": n / MACHINES}});
    event(plant, "/edge/line", &format!("c{n}"), COUNTER, &at, data)
}

/// A lot and a delivery of it, and behind all counters the hold that must stop it.
fn urgent(plant: &str) -> [(&'static str, Vec<u8>); 2] {
    let at = "2026-03-01T08:00:00Z";
    let quantity = json!({"value": "5", "unit": "H87"});
    let delivery = json!({"delivery": "D-1", "lots": [{"lot": "L-1", "quantity": quantity}]});
    let hold = json!({"hold": "H-1", "reason": "cracks", "scope": {"kind": "lot", "id": "L-1"}});
    let (asked, held) = ("mfg.shipment.requested.v1", "mfg.hold.placed.v1");
    [
        (asked, event(plant, "/wms", "d1", asked, at, delivery)),
        (held, event(plant, "/qms", "h1", held, at, hold)),
    ]
}

#[test]
fn a_hold_stops_its_delivery_while_the_counters_before_it_still_wait() {
    let queues = PlantQueues::new("overload");
    let plant = queues.plant.as_str();
    let quantity = json!({"value": "5", "unit": "H87"});
    let lot = json!({"lot": "L-1", "material": "M", "quantity": quantity});
    let (created, at) = ("mfg.lot.created.v1", "2026-03-01T07:00:00Z");
    let mut messages = vec![(created, event(plant, "/wms", "l1", created, at, lot))];
    messages.extend((0..COUNTERS).map(|n| (COUNTER, counter(plant, n))));
    messages.extend(urgent(plant));
    let all = messages.len() as u64;
    queues.publish_typed(messages.iter().map(|(name, body)| (*name, body.as_slice())));

    let dir = TempDir::new().unwrap();
    let url = broker_url();
    let served = Served {
        plant,
        clock: "event_time",
        broker: Some(&url),
    };
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    let blocked = format!("/api/v1/plants/{plant}/shipments/D-1");
    let reason = wait_for("the delivery is held", TAKEN_WITHIN, || {
        let item = twin.get(&blocked).json()["item"].clone();
        let held = item["reasons"]
            .as_array()?
            .iter()
            .any(|it| it["code"] == "TWIN-R07");
        held.then_some(item)
    });
    // Counted after the hold was seen: it was committed before what was not decided then.
    let decided = twin.counts(plant)["input"].as_u64().unwrap();
    assert_eq!(reason["decision"], "blocked");
    assert!(
        decided < all / 2,
        "{decided} of {all} messages were decided when the hold was seen"
    );
    let counts = wait_for("everything is decided", TAKEN_WITHIN, || {
        let counts = twin.counts(plant);
        (counts["input"] == all).then_some(counts)
    });
    assert_eq!(counts["applied"], all, "{counts}");
    assert_eq!(counts["duplicates"], 0, "{counts}");
    assert_eq!(
        counts["discrepancies_found"],
        json!({}),
        "no counter fell: {counts}"
    );
    let still = twin.get(&blocked).json()["item"]["decision"].clone();
    assert_eq!(still, "blocked", "the counters changed nothing of it");
    assert_eq!(queues.backlog(), 0, "everything is acknowledged");
    eprintln!("{decided} of {all} messages were decided when the hold was seen");
    assert!(twin.terminate(TAKEN_WITHIN).success());
}
