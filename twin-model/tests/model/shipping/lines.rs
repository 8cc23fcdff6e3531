//! Deliveries of several lines: what they want of each lot, and until when they may have it.
use serde_json::{Value, json};
use twin_model::{Code, GateDecision, Kind, Rejection, ShipmentState};

use super::story::*;

fn line(lot: &str, value: &str, unit: &str) -> Value {
    json!({"lot": lot, "quantity": {"value": value, "unit": unit}})
}

fn wanted(delivery: &str, lines: &[Value]) -> Value {
    json!({"delivery": delivery, "lots": lines})
}

#[test]
fn lines_of_one_lot_in_several_units_are_wanted_and_promised_together() {
    for (grams, state, reserved) in [
        ("40000", ShipmentState::Cleared, 100),
        ("40001", ShipmentState::Blocked, 0),
    ] {
        let mut story = Story::with_a_lot();
        let lines = [line("A", "60", "KGM"), line("A", grams, "GRM")];
        story.tell("shipment.requested", "07:00", wanted("D", &lines));
        assert_eq!(story.state("D"), state, "{grams}");
        assert_eq!(story.lot("A").reserved(), kg(reserved));
        let enough = reserved > 0;
        assert_eq!(story.codes("D") == [Code::R16], !enough);
        if enough {
            story.tell(
                "shipment.confirmed",
                "08:00",
                confirm("D", &story.token("D")),
            );
            assert_eq!(story.lot("A").on_hand(), kg(0));
            assert_eq!(story.lot("A").shipped(), kg(100));
        }
    }
}

#[test]
fn what_nobody_can_turn_into_the_unit_of_the_lot_keeps_the_gate_blocked_until_somebody_can() {
    let mut story = Story::with_a_lot();
    let lines = [line("A", "2", "XCS")];
    story.tell("shipment.requested", "07:00", wanted("D", &lines));
    assert_eq!(story.codes("D"), [Code::R19]);
    assert_eq!(story.lot("A").reserved(), kg(0));
    let data = json!({"material": "M", "base_unit": "KGM",
        "conversions": [{"unit": "XCS", "numerator": "30", "denominator": "1"}]});
    story.tell("material.updated", "06:30", data);
    assert_eq!(story.state("D"), ShipmentState::Cleared);
    assert_eq!(story.shipment("D").decision(), GateDecision::Cleared);
    assert_eq!(story.lot("A").reserved(), kg(60));
    story.tell("shipment.requested", "07:10", wanted("E", &lines));
    assert_eq!(story.codes("E"), [Code::R16], "60 of the 40 that are left");
}

#[test]
fn a_line_of_less_than_nothing_is_refused() {
    let mut story = Story::with_a_lot();
    let lines = [line("A", "1", "KGM"), line("A", "-1", "GRM")];
    let refused = story
        .try_to("shipment.requested", "07:00", wanted("D", &lines))
        .unwrap_err();
    assert_eq!((refused.code(), refused.kind()), (Code::R44, Kind::Refuse));
    assert!(story.0.shipment(&"D".parse().unwrap()).is_none());
    let half = [line("A", "0", "KGM")];
    story.tell("shipment.requested", "07:00", wanted("D", &half));
    assert_eq!(story.state("D"), ShipmentState::Cleared);
}

#[test]
fn what_is_left_is_promised_to_the_next_and_not_a_gram_more() {
    let mut story = Story::with_a_clearance();
    story.tell("shipment.requested", "07:10", request("E", "A", "40"));
    assert_eq!(story.state("E"), ShipmentState::Cleared);
    assert_eq!(story.lot("A").reserved(), kg(100));
    story.tell("shipment.requested", "07:20", request("F", "A", "0.001"));
    assert_eq!(story.codes("F"), [Code::R16]);
    let why = story.shipment("F").reasons()[0].text.clone();
    assert!(why.contains("100 KGM") && why.contains('D'), "{why}");
    story.tell("shipment.requested", "07:30", request("G", "A", "100.001"));
    assert_eq!(story.codes("G"), [Code::R16]);
    let why = story.shipment("G").reasons()[0].text.clone();
    assert!(why.contains("100.001"), "{why}");
    // Those that have a promise keep it.
    assert_eq!(story.state("D"), ShipmentState::Cleared);
    assert_eq!(story.state("E"), ShipmentState::Cleared);
    story.tell("shipment.cancelled", "08:00", cancel("E"));
    assert_eq!(story.state("F"), ShipmentState::Cleared);
    assert_eq!(story.state("E"), ShipmentState::Cancelled);
}

/// Lots A and B of 100 kg, which are good until 12:00 and 10:00, and C, which is good for ever;
/// and delivery D of something of each.
fn with_ends() -> Story {
    let mut story = Story::new();
    for (id, end) in [("A", Some("12:00")), ("B", Some("10:00")), ("C", None)] {
        let mut data = lot(id);
        data["expiry"] = json!(end.map(time));
        story.tell("lot.created", "06:00", data);
    }
    let lines = ["A", "B", "C"].map(|id| line(id, "1", "KGM"));
    story.tell("shipment.requested", "07:00", wanted("D", &lines));
    assert_eq!(story.state("D"), ShipmentState::Cleared);
    story
}

#[test]
fn a_clearance_of_several_lots_ends_with_the_first_of_them() {
    let story = with_ends();
    assert_eq!(story.shipment("D").valid_until(), Some(time("10:00")));
    assert_eq!(story.0.next_due(), Some(time("10:00")));
    let ships = |lot: &str, at: &str| story.lot(lot).is_shippable(time(at));
    assert!(ships("B", "09:59") && !ships("B", "10:00"));
    assert!(ships("A", "10:00") && ships("C", "23:59"));
    let token = story.token("D");
    for (left, at, expired) in [
        ("09:59", "09:59", None),
        ("10:00", "10:00", Some("B")),
        ("09:59", "10:30", None),
        ("10:00", "10:30", Some("B")),
        ("12:00", "12:30", Some("A")),
    ] {
        let mut story = with_ends();
        let mut body = confirm("D", &token);
        body["shipped_at"] = json!(time(left));
        let said = story.try_to("shipment.confirmed", at, body);
        match expired {
            None => {
                said.unwrap();
                assert_eq!(story.shipment("D").shipped_at(), Some(time(left)));
            }
            Some(first) => {
                let refused = said.unwrap_err();
                assert_eq!((refused.code(), refused.kind()), (Code::R10, Kind::Refuse));
                let Rejection::Expired { lot, .. } = &refused else {
                    panic!("{refused}")
                };
                assert_eq!(lot.as_str(), first, "{left} {at}");
                assert_eq!(story.lot(first).on_hand(), kg(100));
            }
        }
    }
}

#[test]
fn a_refused_token_names_the_lot_that_is_no_longer_as_it_was_with_all_its_lines() {
    let mut story = Story::with_a_lot();
    story.tell("lot.created", "06:00", lot("B"));
    let lines = [
        line("A", "1", "KGM"),
        line("B", "1", "KGM"),
        line("B", "5", "GRM"),
    ];
    story.tell("shipment.requested", "07:00", wanted("D", &lines));
    let token = story.token("D");
    story.tell("hold.placed", "07:10", hold("H", "B"));
    let refused = story
        .try_to("shipment.confirmed", "08:00", confirm("D", &token))
        .unwrap_err();
    let Rejection::ClearedAnotherVersion {
        lot, cleared, now, ..
    } = refused
    else {
        panic!("{refused}")
    };
    assert_eq!(lot.as_str(), "B");
    assert_eq!(cleared.matches(" and ").count(), 1, "{cleared}");
    assert_ne!(cleared, now);
}

#[test]
fn a_state_of_a_delivery_has_the_name_that_streams_have_given_it() {
    let states = [
        ShipmentState::Blocked,
        ShipmentState::Cleared,
        ShipmentState::Shipped,
        ShipmentState::RecallRequired,
        ShipmentState::Cancelled,
    ];
    let names = states.map(ShipmentState::as_str).join(" ");
    assert_eq!(names, "blocked cleared shipped recall_required cancelled");
}
