//! What the warehouse receives of an order.

use serde_json::{Value, json};
use twin_model::{Code, Delivery, GateDecision, Kind, Usage};

use crate::material_movements::story::{Story, d, q};

pub(super) fn receipt(lot: &str, pieces: &str) -> Value {
    json!({"order": "WO-1", "lot": lot, "quantity": q(pieces, "H87")})
}

#[test]
fn a_receipt_brings_the_lot_and_delivers_the_order() {
    let mut story = Story::shafts();
    assert_eq!(story.order().delivery(), Delivery::None);
    story.tell("goods.received", &receipt("S", "4"));
    assert_eq!(story.order().delivery(), Delivery::Partial);
    assert_eq!(story.on_hand("S"), d("4"));
    let lot = story.lot("S");
    assert_eq!(lot.material().as_str(), "SHAFT");
    assert_eq!(lot.order().map(|order| order.as_str()), Some("WO-1"));
    assert!(story.order().lots().keys().any(|lot| lot.as_str() == "S"));
    story.tell("goods.received", &receipt("S", "6"));
    assert_eq!(story.order().delivery(), Delivery::Full);
    assert_eq!(story.on_hand("S"), d("10"));
}

#[test]
fn what_was_reported_and_received_is_delivered_once() {
    let mut story = Story::shafts();
    story.good("10", "10");
    story.good("20", "10");
    assert_eq!(story.order().delivered(), d("10"));
    story.tell("goods.received", &receipt("S", "10"));
    assert_eq!(story.order().delivered(), d("10"));
    story.tell("goods.received", &receipt("S", "1"));
    assert_eq!(
        (story.order().delivered(), story.order().received()),
        (d("11"), d("11"))
    );
}

#[test]
fn what_was_made_and_received_is_in_stock_once_in_either_order() {
    let made = json!({"lot": "S", "material": "SHAFT", "order": "WO-1",
        "quantity": q("10", "H87")});
    let mut hashes = Vec::new();
    for made_first in [true, false] {
        let mut story = Story::shafts();
        let created = story.event_at("lot.created", "2026-03-01T09:00:00Z", &made);
        let mut received =
            story.event_at("goods.received", "2026-03-01T10:00:00Z", &receipt("S", "6"));
        received.id = "other".parse().unwrap();
        let events = if made_first {
            [&created, &received]
        } else {
            [&received, &created]
        };
        for event in events {
            story.plant.apply(event).unwrap();
        }
        assert_eq!(story.on_hand("S"), d("10"));
        assert_eq!(story.plant.breaches(), Vec::new());
        hashes.push(story.plant.state_hash());
    }
    assert_eq!(hashes[0], hashes[1]);
}

#[test]
fn more_than_the_tolerance_is_not_received() {
    let mut story = Story::shafts();
    story.tell("goods.received", &receipt("S", "11"));
    let more = story.met("goods.received", &receipt("S", "1"));
    assert_eq!((more.code(), more.kind()), (Code::R04, Kind::Refuse));
    assert_eq!(story.on_hand("S"), d("11"));
    // Nor is it reported.
    story.good("10", "12");
    let data = json!({"order": "WO-1", "op": "20", "unit": "H87", "good": "12"});
    assert_eq!(story.code("operation.progressed", &data), Code::R04);
}

#[test]
fn the_last_receipt_of_less_delivers_the_order_in_full() {
    let mut story = Story::shafts();
    let mut last = receipt("S", "3");
    last["final_delivery"] = json!(true);
    story.tell("goods.received", &last);
    assert_eq!(story.order().delivery(), Delivery::Full);
}

#[test]
fn a_receipt_into_quality_stock_does_not_ship() {
    let mut story = Story::shafts();
    let mut held = receipt("S", "5");
    held["usage"] = json!("quality_inspection");
    story.tell("goods.received", &held);
    story.tell("goods.received", &receipt("S", "5"));
    assert_eq!(story.lot("S").usage(), Usage::QualityInspection);
    let wanted = json!({"delivery": "D", "lots": [{"lot": "S", "quantity": q("1", "H87")}]});
    story.tell("shipment.requested", &wanted);
    let shipment = story.plant.shipment(&"D".parse().unwrap()).unwrap();
    assert_eq!(shipment.decision(), GateDecision::Blocked);
}

#[test]
fn a_hold_on_the_order_reaches_what_is_received() {
    let mut story = Story::shafts();
    let hold = json!({"hold": "H", "scope": {"kind": "work_order", "id": "WO-1"},
        "reason": "drawing"});
    story.tell("hold.placed", &hold);
    story.tell("goods.received", &receipt("S", "5"));
    assert_eq!(story.lot("S").all_holds().count(), 1);
}

#[test]
fn a_by_product_is_received_and_delivers_nothing() {
    let mut story = Story::shafts();
    let chips = json!({"order": "WO-1", "lot": "C", "material": "CHIPS",
        "quantity": q("3", "KGM")});
    story.tell("goods.received", &chips);
    assert_eq!(story.on_hand("C"), d("3"));
    assert_eq!(story.account("CHIPS").sums.received, d("3"));
    assert_eq!(story.order().delivery(), Delivery::None);
}

#[test]
fn a_receipt_waits_for_its_order_and_brings_no_lot_before() {
    let mut story = Story::new();
    assert_eq!(story.code("goods.received", &receipt("S", "5")), Code::R01);
    let created = json!({"order": "WO-1", "material": "SHAFT", "quantity": q("10", "H87")});
    story.tell("work_order.created", &created);
    assert_eq!(story.code("goods.received", &receipt("S", "5")), Code::R03);
    assert!(story.plant.lot(&"S".parse().unwrap()).is_none());
}
