//! A delivery leaves with the clearance that stands, once, and is called back when a hold follows.
#[path = "shipping/lines.rs"]
mod lines;
#[path = "shipping/story.rs"]
mod story;

use serde_json::json;
use story::*;
use twin_model::{Code, GateDecision, Notice, Rejection, ShipmentState, Turn};

#[test]
fn what_is_confirmed_with_the_standing_token_is_gone() {
    let mut story = Story::with_a_clearance();
    assert_eq!(story.lot("A").reserved(), kg(60));
    assert_eq!(story.lot("A").on_hand(), kg(100));
    let mut body = confirm("D", &story.token("D"));
    body["shipped_at"] = json!(time("07:45"));
    story.tell("shipment.confirmed", "08:00", body);
    assert_eq!(story.state("D"), ShipmentState::Shipped);
    assert_eq!(story.shipment("D").shipped_at(), Some(time("07:45")));
    assert_eq!(story.shipment("D").decision(), GateDecision::Blocked);
    assert_eq!(story.lot("A").on_hand(), kg(40));
    assert_eq!(story.lot("A").shipped(), kg(60));
    assert_eq!(story.lot("A").reserved(), kg(0));
}

#[test]
fn nothing_leaves_twice_and_nothing_follows_the_end() {
    let mut story = Story::with_a_clearance();
    let body = confirm("D", &story.token("D"));
    story.tell("shipment.confirmed", "08:00", body.clone());
    for (name, body) in [
        ("shipment.confirmed", body),
        ("shipment.cancelled", cancel("D")),
    ] {
        let refused = story.try_to(name, "08:10", body).unwrap_err();
        assert_eq!(refused.code(), Code::R02);
        assert!(
            refused.to_string().contains("Shipment D is shipped"),
            "{refused}"
        );
    }
    assert_eq!(story.lot("A").on_hand(), kg(40));
}

#[test]
fn a_confirmation_of_an_unknown_delivery_waits_for_the_request() {
    let mut story = Story::with_a_lot();
    for (name, body) in [
        ("shipment.confirmed", confirm("D", "G-1")),
        ("shipment.cancelled", cancel("D")),
    ] {
        let parked = story.try_to(name, "08:00", body).unwrap_err();
        assert_eq!(parked.code(), Code::R01);
        assert_eq!(parked.waits_for().unwrap().id(), "D");
    }
}

#[test]
fn while_a_hold_stands_no_token_is_good() {
    let mut story = Story::with_a_clearance();
    let token = story.token("D");
    story.tell("hold.placed", "07:10", hold("H", "A"));
    assert_eq!(
        story.lot("A").reserved(),
        kg(0),
        "a blocked gate reserves nothing"
    );
    let mut body = confirm("D", &token);
    body["shipped_at"] = json!(time("07:05"));
    let refused = story
        .try_to("shipment.confirmed", "08:00", body)
        .unwrap_err();
    assert_eq!(refused.code(), Code::R09);
    let Rejection::ClearedAnotherVersion {
        lot, cleared, now, ..
    } = refused
    else {
        panic!("{refused}");
    };
    assert_eq!(lot.as_str(), "A");
    assert_ne!(cleared, now);
    assert_eq!(story.lot("A").on_hand(), kg(100));
}

#[test]
fn a_token_from_before_a_hold_is_not_good_after_it() {
    let mut story = Story::with_a_clearance();
    let before = story.token("D");
    story.tell("hold.placed", "07:10", hold("H", "A"));
    story.tell("hold.released", "07:20", release("H"));
    assert_eq!(story.state("D"), ShipmentState::Cleared);
    let after = story.token("D");
    assert_ne!(before, after);
    let refused = story.try_to("shipment.confirmed", "08:00", confirm("D", &before));
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::R09);
    let text = refused.to_string();
    assert!(
        text.contains("/1 of lot A") && text.contains("/2. Ask"),
        "{text}"
    );
    story.tell("shipment.confirmed", "08:10", confirm("D", &after));
    assert_eq!(story.state("D"), ShipmentState::Shipped);
}

#[test]
fn a_token_that_was_never_given_is_refused_by_name() {
    let mut story = Story::with_a_clearance();
    let refused = story.try_to("shipment.confirmed", "08:00", confirm("D", "G-123"));
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::R09);
    assert!(refused.to_string().contains("G-123"), "{refused}");
}

#[test]
fn a_token_of_another_delivery_is_refused() {
    let mut story = Story::with_a_clearance();
    story.tell("shipment.requested", "07:05", request("E", "A", "40"));
    let other = story.token("E");
    assert_ne!(other, story.token("D"));
    let refused = story.try_to("shipment.confirmed", "08:00", confirm("D", &other));
    assert_eq!(refused.unwrap_err().code(), Code::R09);
}

#[test]
fn a_token_outlives_what_does_not_count_for_shipping() {
    let mut story = Story::with_a_clearance();
    let token = story.token("D");
    let turn = story.tell("lot.transformed", "07:10", made("A", "40", "B"));
    assert_eq!(turn.notices, vec![]);
    assert_eq!(story.token("D"), token);
    story.tell("shipment.confirmed", "08:00", confirm("D", &token));
    assert_eq!(story.lot("A").on_hand(), kg(0));
}

#[test]
fn a_shelf_life_that_becomes_known_makes_a_new_clearance() {
    let mut story = Story::with_a_lot();
    story.tell("lot.transformed", "06:10", made("A", "40", "B"));
    story.tell("shipment.requested", "07:00", request("D", "B", "10"));
    let before = story.token("D");
    assert_eq!(story.shipment("D").valid_until(), None);
    let mut body = lot("B");
    body["expiry"] = json!(time("20:00"));
    let turn = story.tell("lot.created", "07:10", body);
    assert_ne!(story.token("D"), before);
    assert_eq!(story.shipment("D").valid_until(), Some(time("20:00")));
    let told = turn.notices.iter().find_map(|notice| match notice {
        Notice::GateDecided {
            token, valid_until, ..
        } => Some((token.clone(), *valid_until)),
        _ => None,
    });
    let (token, valid_until) = told.unwrap();
    assert_eq!(token.unwrap().to_string(), story.token("D"));
    assert_eq!(valid_until, Some(time("20:00")));
    let refused = story.try_to("shipment.confirmed", "08:00", confirm("D", &before));
    assert_eq!(refused.unwrap_err().code(), Code::R09);
}

#[test]
fn what_one_delivery_was_promised_another_cannot_have() {
    let mut story = Story::with_a_clearance();
    story.tell("shipment.requested", "07:10", request("E", "A", "60"));
    assert_eq!(story.codes("E"), [Code::R16]);
    let text = &story.shipment("E").reasons()[0].text;
    assert!(
        text.contains("100 KGM") && text.contains("60 KGM") && text.contains("(D)"),
        "{text}"
    );
    let token = story.token("D");
    story.tell("shipment.confirmed", "08:00", confirm("D", &token));
    assert_eq!(story.codes("E"), [Code::R16], "40 are left");
    assert_eq!(story.lot("A").on_hand(), kg(40));
}

#[test]
fn what_a_cancelled_delivery_frees_goes_to_who_asked_first() {
    let mut story = Story::with_a_clearance();
    story.tell("shipment.requested", "07:20", request("AFTER", "A", "60"));
    story.tell("shipment.requested", "07:10", request("BEFORE", "A", "60"));
    story.tell("shipment.cancelled", "08:00", cancel("D"));
    assert_eq!(story.state("D"), ShipmentState::Cancelled);
    assert_eq!(story.state("BEFORE"), ShipmentState::Cleared);
    assert_eq!(story.codes("AFTER"), [Code::R16]);
    assert_eq!(story.lot("A").reserved(), kg(60));
    let late = story.try_to("shipment.confirmed", "08:10", confirm("D", "G-1"));
    assert_eq!(late.unwrap_err().code(), Code::R02);
}

#[test]
fn what_a_hold_frees_on_another_lot_clears_another_delivery() {
    let mut story = Story::with_a_lot();
    story.tell("lot.created", "06:10", lot("B"));
    let both = json!({"delivery": "D", "lots": [{"lot": "A", "quantity": q("60")},
        {"lot": "B", "quantity": q("60")}]});
    story.tell("shipment.requested", "07:00", both);
    story.tell("shipment.requested", "07:10", request("E", "B", "60"));
    assert_eq!(story.codes("E"), [Code::R16]);
    story.tell("hold.placed", "07:20", hold("H", "A"));
    assert_eq!(story.codes("D"), [Code::R07]);
    assert_eq!(story.state("E"), ShipmentState::Cleared);
    story.tell("hold.released", "07:30", release("H"));
    assert_eq!(story.codes("D"), [Code::R16], "E was promised it meanwhile");
}

#[test]
fn when_production_takes_what_was_promised_the_oldest_request_keeps_its_clearance() {
    let mut story = Story::with_a_clearance();
    story.tell("shipment.requested", "07:10", request("E", "A", "40"));
    assert_eq!(story.state("E"), ShipmentState::Cleared);
    story.tell("lot.transformed", "07:30", made("A", "20", "B"));
    assert_eq!(story.state("D"), ShipmentState::Cleared);
    assert_eq!(story.codes("E"), [Code::R16]);
    assert_eq!(story.lot("A").reserved(), kg(60));
}

#[test]
fn a_cancelled_delivery_leaves_nothing_with_lots_that_nobody_knows() {
    let mut story = Story::new();
    let empty = story.0.state_hash();
    story.tell("shipment.requested", "07:00", request("D", "A", "1"));
    story.tell("shipment.cancelled", "07:10", cancel("D"));
    assert_ne!(story.0.state_hash(), empty);
    let turn = story.tell("lot.created", "07:20", lot("A"));
    assert_eq!(turn.touched.len(), 1, "the lot and nothing else");
    assert_eq!(story.state("D"), ShipmentState::Cancelled);
}

fn recalls(turn: &Turn) -> Vec<(&str, &str)> {
    let found = turn.notices.iter().filter_map(|notice| match notice {
        Notice::RecallRequired { delivery, hold, .. } => Some((delivery.as_str(), hold.as_str())),
        _ => None,
    });
    found.collect()
}

/// Lot B was made from A, and delivery D of B has left at 08:00.
fn shipped_from_b() -> Story {
    let mut story = Story::with_a_lot();
    story.tell("lot.transformed", "06:10", made("A", "40", "B"));
    story.tell("shipment.requested", "07:00", request("D", "B", "10"));
    let token = story.token("D");
    story.tell("shipment.confirmed", "08:00", confirm("D", &token));
    story
}

#[test]
fn a_hold_on_an_ancestor_of_what_has_left_asks_for_a_recall_once() {
    let mut story = shipped_from_b();
    let turn = story.tell("hold.placed", "09:00", hold("H", "A"));
    assert_eq!(recalls(&turn), [("D", "H")]);
    assert_eq!(story.state("D"), ShipmentState::RecallRequired);
    assert_eq!(story.codes("D"), [Code::R37]);
    let text = &story.shipment("D").reasons()[0].text;
    assert!(
        text.contains("Lot B was shipped on 2026-03-01T08:00:00Z"),
        "{text}"
    );
    let hold = story.0.hold(&"H".parse().unwrap()).unwrap();
    assert!(hold.recalls().contains("D".parse().as_ref().unwrap()));
    let again = story.tell("lot.transformed", "06:50", made("B", "5", "C"));
    assert_eq!(recalls(&again), [], "it was asked for before");
}

#[test]
fn a_hold_from_before_the_shipping_that_arrives_after_it_is_a_recall_too() {
    let mut story = shipped_from_b();
    let turn = story.tell("hold.placed", "07:30", hold("H", "B"));
    assert_eq!(recalls(&turn), [("D", "H")]);
    assert_eq!(story.state("D"), ShipmentState::RecallRequired);
}

#[test]
fn a_recall_is_decided_with_its_hold_and_stays_on_record() {
    let mut story = shipped_from_b();
    story.tell("hold.placed", "09:00", hold("H", "A"));
    story.tell("hold.released", "10:00", release("H"));
    assert_eq!(story.state("D"), ShipmentState::Shipped);
    assert_eq!(story.codes("D"), []);
    let recorded: Vec<&str> = story
        .shipment("D")
        .recalls()
        .iter()
        .map(|h| h.as_str())
        .collect();
    assert_eq!(recorded, ["H"]);
}

/// The nonconformances for which a turn asks for a decision on a recall.
fn decisions(turn: &Turn) -> Vec<(&str, &str)> {
    let found = turn.notices.iter().filter_map(|notice| match notice {
        Notice::RecallDecisionRequired {
            delivery,
            nonconformance,
            ..
        } => Some((delivery.as_str(), nonconformance.as_str())),
        _ => None,
    });
    found.collect()
}

#[test]
fn a_nonconformance_of_what_has_left_asks_for_a_recall_decision_once_until_it_is_decided() {
    let mut story = shipped_from_b();
    let found = json!({"nonconformance": "N", "lots": ["A"], "defect": "crack",
        "severity": "critical"});
    let turn = story.tell("nonconformance.opened", "09:00", found);
    assert_eq!(decisions(&turn), [("D", "N")]);
    assert_eq!(story.state("D"), ShipmentState::RecallRequired);
    assert_eq!(story.codes("D"), [Code::R68]);
    assert_eq!(
        story.shipment("D").reasons()[0].text,
        "Lot B was shipped on 2026-03-01T08:00:00Z with delivery D; nonconformance N reaches it. \
         Recall decision needed from quality."
    );
    let again = story.tell("lot.transformed", "06:50", made("B", "5", "C"));
    assert_eq!(decisions(&again), [], "it was asked for before");
    let decided = json!({"nonconformance": "N", "approvers": ["QA"],
        "lots": [{"lot": "B", "disposition": "use_as_is"}]});
    story.tell("nonconformance.dispositioned", "10:00", decided);
    assert_eq!(story.state("D"), ShipmentState::Shipped);
    assert_eq!(story.codes("D"), []);
    let recorded = story.shipment("D").nonconforming().iter();
    let recorded: Vec<&str> = recorded.map(|id| id.as_str()).collect();
    assert_eq!(recorded, ["N"], "it stays on record");
}

#[test]
fn a_late_report_that_what_has_left_was_made_from_something_held_is_a_recall() {
    let mut story = shipped_from_b();
    story.tell("lot.created", "06:00", lot("X"));
    story.tell("hold.placed", "09:00", hold("H", "X"));
    assert_eq!(story.state("D"), ShipmentState::Shipped);
    let turn = story.tell("lot.transformed", "06:30", made("X", "10", "B"));
    assert_eq!(recalls(&turn), [("D", "H")]);
    assert_eq!(story.state("D"), ShipmentState::RecallRequired);
}

#[test]
fn a_cancelled_delivery_is_never_recalled() {
    let mut story = Story::with_a_clearance();
    story.tell("shipment.cancelled", "08:00", cancel("D"));
    let turn = story.tell("hold.placed", "09:00", hold("H", "A"));
    assert_eq!(recalls(&turn), []);
    assert_eq!(story.state("D"), ShipmentState::Cancelled);
}

/// Delivery D of milk that is good until 12:00, cleared, and the clock at 12:00.
fn milk_after_its_time() -> (Story, String) {
    let mut story = Story::new();
    let mut milk = lot("A");
    milk["expiry"] = json!(time("12:00"));
    story.tell("lot.created", "06:00", milk);
    story.tell("shipment.requested", "07:00", request("D", "A", "60"));
    let token = story.token("D");
    while story.0.tick(time("12:00")).is_some() {}
    assert_eq!(story.codes("D"), [Code::R10]);
    (story, token)
}

#[test]
fn goods_that_left_in_time_may_be_confirmed_after_their_shelf_life() {
    let (mut story, token) = milk_after_its_time();
    let mut body = confirm("D", &token);
    body["shipped_at"] = json!(time("11:59"));
    story.tell("shipment.confirmed", "12:10", body);
    assert_eq!(story.state("D"), ShipmentState::Shipped);
    assert_eq!(story.lot("A").on_hand(), kg(40));
    assert_eq!(story.lot("A").reserved(), kg(0));
}

#[test]
fn goods_that_left_after_their_shelf_life_are_refused() {
    let (mut story, token) = milk_after_its_time();
    let refused = story.try_to("shipment.confirmed", "12:00", confirm("D", &token));
    assert_eq!(refused.unwrap_err().code(), Code::R10);
    let mut story = Story::new();
    let mut milk = lot("A");
    milk["expiry"] = json!(time("12:00"));
    story.tell("lot.created", "06:00", milk);
    story.tell("shipment.requested", "07:00", request("D", "A", "60"));
    let token = story.token("D");
    let refused = story.try_to("shipment.confirmed", "12:00", confirm("D", &token));
    assert_eq!(
        refused.unwrap_err().code(),
        Code::R10,
        "the clock has not struck yet"
    );
}

#[test]
fn goods_that_left_in_time_are_refused_when_a_hold_came_meanwhile() {
    let (mut story, token) = milk_after_its_time();
    story.tell("hold.placed", "12:05", hold("H", "A"));
    let mut body = confirm("D", &token);
    body["shipped_at"] = json!(time("11:59"));
    let refused = story.try_to("shipment.confirmed", "12:10", body);
    assert_eq!(refused.unwrap_err().code(), Code::R09);
}

#[test]
fn a_hold_that_came_meanwhile_is_not_forgotten_when_it_is_over() {
    let (mut story, token) = milk_after_its_time();
    story.tell("hold.placed", "12:05", hold("H", "A"));
    story.tell("hold.released", "12:08", release("H"));
    assert_eq!(story.codes("D"), [Code::R10]);
    let mut body = confirm("D", &token);
    body["shipped_at"] = json!(time("11:59"));
    let refused = story.try_to("shipment.confirmed", "12:10", body);
    assert_eq!(refused.unwrap_err().code(), Code::R09);
    assert_eq!(story.lot("A").on_hand(), kg(100));
}

#[test]
fn a_token_does_not_depend_on_the_order_in_which_the_facts_arrived() {
    let facts = [
        ("lot.created", "06:00", lot("A")),
        ("lot.created", "06:10", lot("B")),
        ("lot.transformed", "06:20", made("A", "10", "C")),
        ("hold.placed", "06:30", hold("H", "B")),
        ("hold.released", "06:40", release("H")),
    ];
    let mut tokens = Vec::new();
    for order in [
        [0, 1, 2, 3, 4],
        [3, 4, 1, 0, 2],
        [1, 0, 3, 2, 4],
        [0, 2, 3, 4, 1],
    ] {
        let mut story = Story::new();
        for fact in order.map(|n| &facts[n]) {
            story.tell(fact.0, fact.1, fact.2.clone());
        }
        let lots = json!([{"lot": "B", "quantity": q("1")}, {"lot": "C", "quantity": q("1")}]);
        let body = json!({"delivery": "D", "lots": lots});
        story.tell("shipment.requested", "07:00", body);
        let token = story.token("D");
        story.tell("shipment.confirmed", "08:00", confirm("D", &token));
        tokens.push((token, story.0.state_hash()));
    }
    assert!(
        tokens.windows(2).all(|pair| pair[0] == pair[1]),
        "{tokens:?}"
    );
}
