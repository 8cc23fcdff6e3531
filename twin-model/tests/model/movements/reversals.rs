//! Movements that are taken back.

use serde_json::{Value, json};
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{Code, Delivery, Kind, Lifecycle, Notice, Plant};

use super::orders::of;
use super::receipts::receipt;
use crate::material_movements::story::{Story, d, q};

fn documented(mut data: Value, document: &str) -> Value {
    data["document"] = json!(document);
    data
}

fn back(document: &str) -> Value {
    json!({"order": "WO-1", "document": document, "reason": "wrong order"})
}

#[test]
fn an_issue_that_is_taken_back_was_never_there() {
    let mut story = Story::shafts();
    let issue = documented(of(Some("A"), q("12", "KGM")), "4900001");
    story.tell("material.issued", &issue);
    let turn = story.tell("movement.reversed", &back("4900001"));
    assert_eq!(story.account("STEEL").taken(), d("0"));
    assert_eq!(story.on_hand("A"), d("100"));
    assert_eq!(story.order().lifecycle(), Lifecycle::Released);
    assert!(
        turn.notices
            .iter()
            .any(|n| matches!(n, Notice::Corrected { .. }))
    );
    let (plant, at) = (story.plant.clone(), "2026-03-01T09:00:00Z");
    let first = story.event_at("movement.reversed", at, &back("4900001"));
    story.plant.apply(&first).unwrap();
    assert_eq!(story.account("STEEL").taken(), d("0"), "said again later");
    let again = story.plant.apply(&first).unwrap_err();
    assert_eq!((again.code(), again.kind()), (Code::R29, Kind::Refuse));
    assert!(plant.breaches().is_empty() && story.plant.breaches().is_empty());
}

#[test]
fn a_consumption_is_taken_back_by_its_event() {
    let mut story = Story::shafts();
    let event = story.event("material.consumed", &of(Some("A"), q("12", "KGM")));
    story.plant.apply(&event).unwrap();
    assert_eq!(story.on_hand("A"), d("88"));
    let data = json!({"order": "WO-1", "event": event.id, "reason": "counted twice"});
    story.tell("movement.reversed", &data);
    assert_eq!(story.on_hand("A"), d("100"));
}

#[test]
fn a_reversal_waits_for_its_movement() {
    let mut story = Story::shafts();
    let early = story.met("movement.reversed", &back("4900001"));
    assert_eq!((early.code(), early.kind()), (Code::R01, Kind::Park));
}

#[test]
fn a_receipt_of_which_something_has_left_waits_to_be_taken_back() {
    let mut story = Story::shafts();
    story.tell("goods.received", &documented(receipt("S", "6"), "5000001"));
    let counted = json!({"lot": "S", "counted": q("1", "H87"), "booked": q("6", "H87"),
        "reason": "lost"});
    story.tell("stock.adjusted", &counted);
    let held = story.met("movement.reversed", &back("5000001"));
    assert_eq!((held.code(), held.kind()), (Code::R17, Kind::Park));
    let found = json!({"lot": "S", "counted": q("6", "H87"), "booked": q("1", "H87"),
        "reason": "found"});
    story.tell("stock.adjusted", &found);
    story.tell("movement.reversed", &back("5000001"));
    assert_eq!(
        (story.on_hand("S"), story.order().delivery()),
        (d("0"), Delivery::None)
    );
}

#[test]
fn one_document_takes_all_its_movements_back_or_none() {
    let mut story = Story::shafts();
    for pieces in ["2", "3"] {
        story.tell(
            "goods.received",
            &documented(receipt("S", pieces), "5000001"),
        );
    }
    let counted = json!({"lot": "S", "counted": q("4", "H87"), "booked": q("5", "H87"),
        "reason": "lost"});
    story.tell("stock.adjusted", &counted);
    assert_eq!(story.code("movement.reversed", &back("5000001")), Code::R17);
    assert_eq!(story.order().received(), d("5"));
}

#[test]
fn an_issue_of_which_something_came_back_waits() {
    let mut story = Story::shafts();
    story.tell(
        "material.issued",
        &documented(of(Some("A"), q("5", "KGM")), "D"),
    );
    story.tell("material.returned", &of(Some("A"), q("2", "KGM")));
    assert_eq!(story.code("movement.reversed", &back("D")), Code::R17);
}

#[test]
fn movements_end_the_same_in_every_order_and_come_back_from_a_snapshot() {
    let names = [
        ("material.issued", of(Some("A"), q("10", "KGM"))),
        ("material.consumed", of(Some("A"), q("4", "KGM"))),
        ("material.consumed", of(Some("A"), q("7", "KGM"))),
        ("goods.received", receipt("S", "3")),
    ];
    let mut hashes = Vec::new();
    for turn in 0..names.len() {
        let mut story = Story::shafts();
        let mut events = Vec::new();
        for (n, (name, data)) in names.iter().enumerate() {
            let at = format!("2026-03-01T09:{n:02}:00Z");
            let mut event = story.event_at(name, &at, data);
            event.id = format!("m{n}").parse().unwrap();
            events.push(event);
        }
        events.rotate_left(turn);
        if turn % 2 == 1 {
            events.reverse();
        }
        for event in &events {
            story.plant.apply(event).unwrap();
        }
        let again = Plant::try_from(StoredPlant::from(&story.plant)).unwrap();
        assert_eq!(again.state_hash(), story.plant.state_hash());
        assert_eq!(again.breaches(), Vec::new());
        hashes.push(again.state_hash());
    }
    assert!(hashes.iter().all(|hash| *hash == hashes[0]));
}
