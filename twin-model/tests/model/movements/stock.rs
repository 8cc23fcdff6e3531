//! Counting a lot.

use serde_json::json;
use twin_model::{Code, EntityKey, GateDecision, Kind, LotLifecycle};

use crate::material_movements::story::{Story, d, q};

fn with_lot(value: &str) -> Story {
    let mut story = Story::new();
    let lot = json!({"lot": "A", "material": "RAW", "quantity": q(value, "KGM")});
    story.tell("lot.created", &lot);
    story
}

fn counted(counted: &str, booked: &str) -> serde_json::Value {
    json!({"lot": "A", "counted": q(counted, "KGM"), "booked": q(booked, "KGM"),
        "reason": "stocktaking"})
}

#[test]
fn a_count_moves_the_stock_by_its_difference_to_the_books() {
    let mut story = with_lot("100");
    story.tell("stock.adjusted", &counted("97.5", "98"));
    assert_eq!(story.on_hand("A"), d("99.5"));
    story.tell("stock.adjusted", &counted("3", "1"));
    assert_eq!(story.on_hand("A"), d("101.5"));
    let flows = story.lot("A").stock().flows();
    assert_eq!(
        (flows.adjusted, story.lot("A").received()),
        (d("1.5"), d("100"))
    );
}

#[test]
fn a_count_that_finds_nothing_left_empties_the_lot_and_a_later_one_fills_it_again() {
    let mut story = with_lot("5");
    story.tell("stock.adjusted", &counted("0", "5"));
    assert_eq!(story.lot("A").lifecycle(), LotLifecycle::Depleted);
    story.tell("stock.adjusted", &counted("2", "0"));
    assert_eq!(story.lot("A").lifecycle(), LotLifecycle::OnHand);
    assert_eq!(story.on_hand("A"), d("2"));
}

#[test]
fn a_count_that_misses_more_than_there_is_waits_for_the_receipt() {
    let mut story = with_lot("5");
    let rejection = story.met("stock.adjusted", &counted("1", "7"));
    assert_eq!(
        (rejection.code(), rejection.kind()),
        (Code::R17, Kind::Park)
    );
    let lot = EntityKey::Lot("A".parse().unwrap());
    assert_eq!(rejection.waits_for(), Some(lot));
    assert_eq!(story.on_hand("A"), d("5"));
}

#[test]
fn a_count_of_an_unknown_lot_waits_for_it() {
    let mut story = Story::new();
    assert_eq!(story.code("stock.adjusted", &counted("1", "2")), Code::R01);
}

#[test]
fn a_count_below_nothing_is_refused() {
    let mut story = with_lot("5");
    assert_eq!(story.code("stock.adjusted", &counted("-1", "5")), Code::R44);
}

#[test]
fn a_gate_hears_of_a_count() {
    let mut story = with_lot("5");
    let wanted = json!({"delivery": "D", "lots": [{"lot": "A", "quantity": q("5", "KGM")}]});
    story.tell("shipment.requested", &wanted);
    let decision = |story: &Story| {
        let shipment = story.plant.shipment(&"D".parse().unwrap()).unwrap();
        shipment.decision()
    };
    assert_eq!(decision(&story), GateDecision::Cleared);
    story.tell("stock.adjusted", &counted("4", "5"));
    assert_eq!(decision(&story), GateDecision::Blocked);
    story.tell("stock.adjusted", &counted("5", "4"));
    assert_eq!(decision(&story), GateDecision::Cleared);
}
