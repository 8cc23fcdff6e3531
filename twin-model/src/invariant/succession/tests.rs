//! Each predicate sees what it is there for.
use serde_json::{Value, json};

use super::*;
use crate::wire::decode;

fn tell(plant: &mut Plant, id: &str, name: &str, data: &Value) {
    let source = match name.split('.').next() {
        Some("work_order") => "/erp",
        Some("hold") => "/qms",
        Some("operation") => "/mes",
        _ => "/wms",
    };
    let text = json!({"specversion": "1.0", "id": id, "source": source, "plant": "P1",
        "type": format!("mfg.{name}.v1"), "time": "2026-03-01T08:00:00Z", "data": data});
    let event = decode(text.to_string().as_bytes()).unwrap();
    plant.apply(&event).unwrap();
}

fn ids(found: &[Breach]) -> Vec<&'static str> {
    found.iter().map(|breach| breach.invariant.id()).collect()
}

#[test]
fn what_has_vanished_or_went_back_is_seen() {
    let empty = Plant::new("P1".parse().unwrap());
    let mut once = empty.clone();
    let lot = json!({"lot": "L", "material": "M", "quantity": {"value": "5", "unit": "H87"}});
    tell(&mut once, "1", "lot.created", &lot);
    let mut twice = once.clone();
    let counted = json!({"lot": "L", "counted": {"value": "4", "unit": "H87"},
        "booked": {"value": "5", "unit": "H87"}, "reason": "count"});
    tell(&mut twice, "2", "stock.adjusted", &counted);
    assert_eq!(twice.breaches_since(&once), []);
    assert_eq!(once.breaches_since(&empty), []);
    assert_eq!(ids(&once.breaches_since(&twice)), ["I18"]);
    assert_eq!(ids(&empty.breaches_since(&once)), ["I18"]);
}

#[test]
fn a_closed_order_that_is_open_again_is_seen() {
    let mut open = Plant::new("P1".parse().unwrap());
    let order = json!({"order": "O", "material": "M", "quantity": {"value": "5", "unit": "H87"}});
    tell(&mut open, "1", "work_order.created", &order);
    tell(
        &mut open,
        "2",
        "work_order.released",
        &json!({"order": "O", "operations": []}),
    );
    tell(
        &mut open,
        "3",
        "work_order.tech_completed",
        &json!({"order": "O"}),
    );
    let mut closed = open.clone();
    tell(
        &mut closed,
        "4",
        "work_order.closed",
        &json!({"order": "O"}),
    );
    assert_eq!(closed.breaches_since(&open), []);
    assert!(ids(&open.breaches_since(&closed)).contains(&"I13"));
}

#[cfg(feature = "chaos")]
#[test]
fn what_leaves_in_spite_of_a_hold_is_seen() {
    let mut plant = Plant::new("P1".parse().unwrap());
    let one = json!({"value": "1", "unit": "H87"});
    let lot = json!({"lot": "L", "material": "M", "quantity": one});
    tell(&mut plant, "1", "lot.created", &lot);
    let hold = json!({"hold": "H", "scope": {"kind": "lot", "id": "L"}, "reason": "crack"});
    tell(&mut plant, "2", "hold.placed", &hold);
    let request = json!({"delivery": "D", "lots": [{"lot": "L", "quantity": one}]});
    tell(&mut plant, "3", "shipment.requested", &request);
    let before = plant.clone();
    plant.break_on_purpose(Some(crate::Fault::TokenNotChecked));
    let confirm = json!({"delivery": "D", "gate_token": "none"});
    tell(&mut plant, "4", "shipment.confirmed", &confirm);
    assert_eq!(ids(&plant.breaches_since(&before)), ["I08"]);
}

#[test]
fn a_start_before_its_turn_is_seen_and_a_changed_plan_is_none() {
    let mut before = Plant::new("P1".parse().unwrap());
    let order = json!({"order": "O", "material": "M", "quantity": {"value": "5", "unit": "H87"}});
    tell(&mut before, "1", "work_order.created", &order);
    let plan = json!({"order": "O", "operations": [{"op": "10"},
        {"op": "20", "predecessors": ["10"]}]});
    tell(&mut before, "2", "work_order.released", &plan);
    let of = |plant: &Plant| plant.work_order(&"O".parse().unwrap()).unwrap().clone();
    let (was, mut now) = (of(&before), of(&before));
    now.operation_mut(1).start = Some((crate::Time::EPOCH, "W".parse().unwrap()));
    let found = started_before_its_turn(&was, &now);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].contains("20") && found[0].contains("10"),
        "{found:?}"
    );
    let none = Vec::<String>::new();
    assert_eq!(started_before_its_turn(&now, &now), none, "it runs already");
    assert_eq!(started_before_its_turn(&was, &was), none, "nothing runs");
    assert_eq!(started_before_its_turn(&now, &was), none, "nothing starts");
    let mut reported = before.clone();
    let report = json!({"order": "O", "op": "20", "unit": "H87", "good": "1"});
    tell(&mut reported, "3", "operation.progressed", &report);
    let (told, mut late) = (of(&reported), of(&reported));
    late.operation_mut(1).start = Some((crate::Time::EPOCH, "W".parse().unwrap()));
    assert_eq!(started_before_its_turn(&told, &late), none, "it had begun");
    now.operation_mut(0).overlap = true;
    assert_eq!(started_before_its_turn(&was, &now), none);
}

#[test]
fn a_report_on_a_closed_order_is_seen_and_one_on_an_open_order_is_not() {
    let mut open = Plant::new("P1".parse().unwrap());
    let order = json!({"order": "O", "material": "M", "quantity": {"value": "5", "unit": "H87"}});
    tell(&mut open, "1", "work_order.created", &order);
    let plan = json!({"order": "O", "operations": [{"op": "10"}]});
    tell(&mut open, "2", "work_order.released", &plan);
    let of = |plant: &Plant| plant.work_order(&"O".parse().unwrap()).unwrap().clone();
    let report = json!({"order": "O", "op": "10", "unit": "H87", "good": "1"});
    let mut told = open.clone();
    tell(&mut told, "3", "operation.progressed", &report);
    assert_eq!(reported_after_closing(&of(&open), &of(&told)), None);
    let close = |mut order: WorkOrder| {
        order.endings_mut().closed = Some(crate::Closing {
            at: crate::Time::EPOCH,
            period: None,
        });
        order
    };
    let (was, now) = (close(of(&open)), close(of(&told)));
    assert_eq!(reported_after_closing(&was, &was), None);
    let text = reported_after_closing(&was, &now).unwrap();
    assert!(text.contains("reported on after"), "{text}");
    let back = reported_after_closing(&now, &was).unwrap();
    assert!(back.contains("reported on after"), "{back}");
}
