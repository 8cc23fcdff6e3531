//! Each predicate sees what it is there for.
use serde_json::{Value, json};

use super::*;
use crate::wire::decode;

fn tell(plant: &mut Plant, id: &str, source: &str, name: &str, data: &Value) {
    let text = json!({"specversion": "1.0", "id": id, "source": source, "plant": "P1",
        "type": format!("mfg.{name}.v1"), "time": "2026-03-01T08:00:00Z", "data": data});
    let event = decode(text.to_string().as_bytes()).unwrap();
    plant.apply(&event).unwrap();
}

/// Operations of two orders at work at W, which has room for one.
fn plant() -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    for order in ["O", "P"] {
        let data = json!({"order": order, "material": "M",
            "quantity": {"value": "5", "unit": "H87"}});
        tell(
            &mut plant,
            &format!("c{order}"),
            "/erp",
            "work_order.created",
            &data,
        );
        let data = json!({"order": order, "operations": [{"op": "10", "work_center": "W"}]});
        tell(
            &mut plant,
            &format!("r{order}"),
            "/erp",
            "work_order.released",
            &data,
        );
        let data = json!({"order": order, "op": "10", "work_center": "W"});
        tell(
            &mut plant,
            &format!("s{order}"),
            "/mes",
            "operation.started",
            &data,
        );
    }
    let state = json!({"work_center": "W", "item_state": "executing"});
    tell(
        &mut plant,
        "state",
        "/edge",
        "work_center.state_changed",
        &state,
    );
    assert_eq!(plant.breaches(), []);
    plant
}

#[test]
fn an_overlap_that_is_not_shown_and_one_that_is_none_are_seen() {
    let plant = plant();
    let id = "W".parse().unwrap();
    let center = plant.work_center(&id).unwrap();
    let running = running_at(&plant, &id);
    assert_eq!(running.len(), 2);
    let shown = center.discrepancies();
    assert_eq!(overlap_of(center, &running, &shown), None);
    let text = overlap_of(center, &running, &[]).unwrap();
    assert!(text.contains("2 run there, 1 can"), "{text}");
    let mut alone = center.clone();
    let first = running.first().unwrap().clone();
    alone.runs.remove(&first);
    let text = overlap_of(&alone, &running, &shown).unwrap();
    assert!(text.contains("knows of"), "{text}");
    let one: Running = running.into_iter().skip(1).collect();
    let text = overlap_of(&alone, &one, &shown).unwrap();
    assert!(text.contains("1 run there, 1 can"), "{text}");
}

#[test]
fn time_that_is_missing_or_counted_twice_is_seen() {
    let window = (Time::from_micros(0), Time::from_micros(10));
    let mut whole = Buckets::default();
    whole.add(Bucket::Producing, 6);
    whole.add(Bucket::Idle, 4);
    assert_eq!(partition_of(window, &whole, &whole), None);
    let mut other = whole;
    other.add(Bucket::Setup, 1);
    let text = partition_of(window, &other, &other).unwrap();
    assert!(
        text.contains("10 us went by, the buckets have 11 us"),
        "{text}"
    );
    let text = partition_of(window, &whole, &other).unwrap();
    assert!(text.contains("setup differs"), "{text}");
}

#[test]
fn a_machine_that_was_available_for_more_than_its_time_is_seen() {
    let hour = 3_600_000_000;
    let oee = |idle| {
        let mut buckets = Buckets::default();
        buckets.add(Bucket::Producing, 2 * hour);
        buckets.add(Bucket::Idle, idle);
        Oee::of(&buckets, &crate::Pieces::default(), None)
    };
    assert_eq!(share_of(&oee(hour)), None);
    // An hour that was counted twice.
    let text = share_of(&oee(-hour)).unwrap();
    assert!(text.contains('2'), "{text}");
}
