//! What an order takes, and gives back.

use serde_json::{Value, json};
use twin_model::{Code, EntityKey, Kind, Lifecycle};

use crate::material_movements::story::{Story, d, q};

pub(super) fn of(lot: Option<&str>, quantity: Value) -> Value {
    let mut data = json!({"order": "WO-1", "material": "STEEL", "quantity": quantity});
    if let Some(lot) = lot {
        data["lot"] = json!(lot);
    }
    data
}

fn kg(value: &str) -> Value {
    of(Some("A"), q(value, "KGM"))
}

#[test]
fn an_issue_takes_the_lot_and_begins_the_order() {
    let mut story = Story::shafts();
    assert_eq!(story.order().lifecycle(), Lifecycle::Released);
    story.tell("material.issued", &kg("12"));
    assert_eq!(story.order().lifecycle(), Lifecycle::InProcess);
    let steel = story.account("STEEL");
    assert_eq!((steel.sums.issued, steel.at_line()), (d("12"), d("12")));
    assert_eq!(steel.planned, Some(d("20")));
    assert_eq!(story.on_hand("A"), d("88"));
}

#[test]
fn a_consumption_of_what_was_issued_takes_it_once() {
    let mut story = Story::shafts();
    story.tell("material.issued", &kg("12"));
    story.tell("material.consumed", &kg("9"));
    let mut scrapped = kg("1");
    scrapped["scrapped"] = json!(true);
    story.tell("material.consumed", &scrapped);
    let steel = story.account("STEEL");
    assert_eq!((steel.consumed(), steel.sums.scrapped), (d("9"), d("1")));
    assert_eq!((steel.at_line(), steel.unmatched()), (d("2"), d("0")));
    assert_eq!(story.on_hand("A"), d("88"));
    story.tell("material.returned", &kg("2"));
    let steel = story.account("STEEL");
    assert_eq!((steel.at_line(), steel.taken()), (d("0"), d("10")));
    assert_eq!(story.on_hand("A"), d("90"));
    assert_eq!(story.order().discrepancies(), []);
}

#[test]
fn what_is_used_beyond_the_issues_is_shown_until_the_issue_comes() {
    let mut story = Story::shafts();
    story.tell("material.issued", &kg("10"));
    story.tell("material.consumed", &kg("12"));
    let codes: Vec<Code> = story
        .order()
        .discrepancies()
        .iter()
        .map(|d| d.code())
        .collect();
    assert_eq!(codes, [Code::R59]);
    assert_eq!(story.on_hand("A"), d("88"));
    story.tell("material.issued", &kg("2"));
    assert_eq!(story.order().discrepancies(), []);
    assert_eq!(story.on_hand("A"), d("88"));
}

#[test]
fn what_was_scrapped_at_the_line_was_used_as_well() {
    let mut story = Story::shafts();
    story.good("10", "4");
    story.tell("material.issued", &kg("10"));
    story.tell("material.consumed", &kg("9"));
    let mut scrapped = kg("3");
    scrapped["scrapped"] = json!(true);
    story.tell("material.consumed", &scrapped);
    let steel = story.account("STEEL");
    assert_eq!(steel.variance(), Some(d("4")), "12 used, 8 for 4 pieces");
    let shown: Vec<String> = story
        .order()
        .discrepancies()
        .iter()
        .map(ToString::to_string)
        .collect();
    let [shown] = &shown[..] else {
        panic!("{shown:?}")
    };
    assert!(
        shown.starts_with("Order WO-1 used 12 KGM of STEEL, the warehouse issued 10."),
        "{shown}"
    );
}

#[test]
fn without_a_warehouse_the_consumption_alone_takes_the_lot() {
    let mut story = Story::shafts();
    story.tell("material.consumed", &kg("12"));
    assert_eq!(story.on_hand("A"), d("88"));
    assert_eq!(story.account("STEEL").unmatched(), d("12"));
    assert_eq!(story.order().discrepancies(), []);
}

#[test]
fn more_than_the_lot_has_waits_for_its_receipt() {
    let mut story = Story::shafts();
    let early = story.met("material.issued", &kg("101"));
    let lot = EntityKey::Lot("A".parse().unwrap());
    assert_eq!((early.code(), early.kind()), (Code::R17, Kind::Park));
    assert_eq!(early.waits_for(), Some(lot));
    assert_eq!(story.code("material.consumed", &kg("101")), Code::R17);
    assert_eq!(story.on_hand("A"), d("100"));
}

#[test]
fn more_than_was_issued_does_not_come_back() {
    let mut story = Story::shafts();
    story.tell("material.issued", &kg("5"));
    let early = story.met("material.returned", &kg("6"));
    assert_eq!((early.code(), early.kind()), (Code::R17, Kind::Park));
    assert_eq!(
        early.waits_for(),
        Some(EntityKey::WorkOrder("WO-1".parse().unwrap()))
    );
}

#[test]
fn an_unknown_lot_is_waited_for_and_one_of_another_material_is_refused() {
    let mut story = Story::shafts();
    let unknown = of(Some("B"), q("1", "KGM"));
    assert_eq!(story.code("material.issued", &unknown), Code::R01);
    let lot = json!({"lot": "B", "material": "BRASS", "quantity": q("9", "KGM")});
    story.tell("lot.created", &lot);
    let other = story.met("material.consumed", &unknown);
    assert_eq!((other.code(), other.kind()), (Code::R43, Kind::Refuse));
}

#[test]
fn half_a_piece_and_less_than_nothing_are_refused() {
    let mut story = Story::shafts();
    let half = of(None, q("0.5", "H87"));
    assert_eq!(story.code("material.consumed", &half), Code::R20);
    assert_eq!(story.code("material.issued", &kg("-1")), Code::R44);
}

#[test]
fn a_movement_waits_for_the_release() {
    let mut story = Story::new();
    let data = of(None, q("1", "KGM"));
    assert_eq!(story.code("material.issued", &data), Code::R01);
    let created = json!({"order": "WO-1", "material": "SHAFT", "quantity": q("10", "H87")});
    story.tell("work_order.created", &created);
    for name in ["material.issued", "material.consumed"] {
        let early = story.met(name, &data);
        assert_eq!(
            (early.code(), early.kind()),
            (Code::R03, Kind::Park),
            "{name}"
        );
    }
    let mut of_an_operation = data.clone();
    of_an_operation["op"] = json!("10");
    assert_eq!(story.code("material.consumed", &of_an_operation), Code::R03);
    story.tell("work_order.released", &json!({"order": "WO-1"}));
    story.tell("material.consumed", &data);
}

#[test]
fn what_is_not_on_the_list_needs_approval() {
    let mut story = Story::shafts();
    let mut brass = json!({"order": "WO-1", "material": "BRASS", "quantity": q("2", "KGM")});
    let foreign = story.met("material.consumed", &brass);
    assert_eq!((foreign.code(), foreign.kind()), (Code::R18, Kind::Refuse));
    brass["substitute_approval"] = json!("QA-7");
    story.tell("material.consumed", &brass);
    let account = story.account("BRASS");
    assert_eq!((account.consumed(), account.planned), (d("2"), None));
}

#[test]
fn a_held_lot_is_neither_issued_nor_consumed() {
    let mut story = Story::shafts();
    let hold = json!({"hold": "H", "scope": {"kind": "lot", "id": "A"}, "reason": "crack"});
    story.tell("hold.placed", &hold);
    for name in ["material.issued", "material.consumed"] {
        let held = story.met(name, &kg("1"));
        assert_eq!(
            (held.code(), held.kind()),
            (Code::R07, Kind::Park),
            "{name}"
        );
    }
    // From before the hold, and told late.
    let late = story.event_at("material.consumed", "2026-03-01T08:00:30Z", &kg("1"));
    story.plant.apply(&late).unwrap();
    assert_eq!(story.account("STEEL").consumed(), d("1"));
    let free = json!({"hold": "H", "disposition": "ok", "released_by": "QA"});
    story.tell("hold.released", &free);
    story.tell("material.issued", &kg("3"));
}

#[test]
fn a_backflush_follows_from_the_good_pieces() {
    let mut story = Story::shafts();
    story.good("10", "8");
    story.good("20", "4");
    // 5 l for 10 pieces.
    assert_eq!(story.account("OIL").consumed(), d("2"));
    assert_eq!(story.account("STEEL").standard, Some(d("16")));
    // That the MES reports its backflush as well does not count twice.
    let data = json!({"order": "WO-1", "material": "OIL", "quantity": q("2", "LTR"),
        "backflush": true});
    story.tell("material.consumed", &data);
    assert_eq!(story.account("OIL").consumed(), d("2"));
    let spilled = json!({"order": "WO-1", "material": "OIL", "quantity": q("250", "MLT")});
    story.tell("material.consumed", &spilled);
    assert_eq!(story.account("OIL").consumed(), d("2.25"));
    assert_eq!(story.account("OIL").variance(), Some(d("0.25")));
}

#[test]
fn quantities_are_booked_in_the_unit_of_the_list_and_of_the_lot() {
    let mut story = Story::shafts();
    story.tell("material.issued", &of(Some("A"), q("2500", "GRM")));
    assert_eq!(story.account("STEEL").sums.issued, d("2.5"));
    assert_eq!(story.on_hand("A"), d("97.5"));
    let bars = of(Some("A"), q("2", "XBX"));
    assert_eq!(story.code("material.issued", &bars), Code::R19);
    let steel = json!({"material": "STEEL", "base_unit": "KGM",
        "conversions": [{"unit": "XBX", "numerator": "7.5", "denominator": "1"}]});
    let event = story.event_at("material.updated", "2026-03-01T07:00:00Z", &steel);
    story.plant.apply(&event).unwrap();
    story.tell("material.issued", &bars);
    assert_eq!(story.account("STEEL").sums.issued, d("17.5"));
    assert_eq!(story.on_hand("A"), d("82.5"));
}

#[test]
fn after_the_technical_completion_only_what_is_left_over_goes_back() {
    let mut story = Story::shafts();
    story.tell("material.issued", &kg("5"));
    story.tell("work_order.tech_completed", &json!({"order": "WO-1"}));
    assert_eq!(story.code("material.issued", &kg("1")), Code::R46);
    assert_eq!(story.code("material.consumed", &kg("1")), Code::R46);
    story.tell("material.returned", &kg("5"));
    assert_eq!(story.on_hand("A"), d("100"));
    story.tell("work_order.closed", &json!({"order": "WO-1"}));
    assert_eq!(story.code("material.returned", &kg("1")), Code::R30);
}

#[test]
fn a_cancellation_after_an_issue_has_no_effect_until_it_is_given_back() {
    let mut story = Story::shafts();
    story.tell("material.issued", &kg("5"));
    story.tell(
        "work_order.cancelled",
        &json!({"order": "WO-1", "reason": "customer"}),
    );
    assert_eq!(story.order().lifecycle(), Lifecycle::InProcess);
    let told = story.order().discrepancies()[0].to_string();
    assert!(
        told.contains("but material STEEL had been issued"),
        "{told}"
    );
    story.tell("material.returned", &kg("5"));
    assert_eq!(story.order().lifecycle(), Lifecycle::Cancelled);
    assert_eq!(story.order().discrepancies(), []);
}

#[test]
fn who_does_not_own_a_movement_only_claims_it() {
    let mut story = Story::shafts();
    story.tell("material.issued", &kg("5"));
    let event = story.event("material.issued", &kg("7"));
    let foreign = twin_model::Event {
        source: "/mes/line".parse().unwrap(),
        ..event
    };
    story.plant.apply(&foreign).unwrap();
    assert_eq!(story.account("STEEL").sums.issued, d("5"));
    assert_eq!(story.on_hand("A"), d("95"));
    let told = story.order().discrepancies();
    assert_eq!(told[0].code(), Code::R31);
    let text = told[0].to_string();
    assert!(
        text.contains("issued of STEEL in KGM") && text.contains("5 KGM"),
        "{text}"
    );
}
