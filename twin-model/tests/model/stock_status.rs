//! Postings of usage status: which there are, what they move, and how they follow quality.

use serde_json::{Value, json};
use twin_model::wire::decode;
use twin_model::{Code, Discrepancy, EntityKey, GateDecision, InspectionState, Kind, Usage};

use crate::quality_story::*;

const ALL: [(&str, Usage); 5] = [
    ("unrestricted", Usage::Unrestricted),
    ("restricted", Usage::Restricted),
    ("quality_inspection", Usage::QualityInspection),
    ("blocked", Usage::Blocked),
    ("rejected", Usage::Rejected),
];

/// The transitions of the catalogue, with SAP's movement types where it has one.
const LEGAL: [(&str, &str, Option<&str>); 11] = [
    ("quality_inspection", "unrestricted", Some("321")),
    ("quality_inspection", "blocked", Some("350")),
    ("quality_inspection", "restricted", None),
    ("quality_inspection", "rejected", None),
    ("unrestricted", "quality_inspection", Some("322")),
    ("unrestricted", "blocked", Some("344")),
    ("blocked", "unrestricted", Some("343")),
    ("blocked", "quality_inspection", Some("349")),
    ("blocked", "rejected", None),
    ("restricted", "unrestricted", None),
    ("rejected", "blocked", None),
];

fn posted(from: &str, to: &str, quantity: Option<&str>) -> Value {
    let mut posting = json!({"lot": "L", "from": from, "to": to});
    if let Some(quantity) = quantity {
        posting["quantity"] = q(quantity);
    }
    posting
}

fn named(from: &str, to: &str, quantity: &str, decision: &str) -> Value {
    let mut posting = posted(from, to, Some(quantity));
    posting["decision"] = json!(decision);
    posting
}

fn usage(name: &str) -> Usage {
    ALL.iter().find(|(known, _)| *known == name).unwrap().1
}

fn with(status: &str) -> Story {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("L", status));
    story.tell("shipment.requested", "06:10", request("D", "L", "60"));
    story
}

fn lot_key() -> EntityKey {
    EntityKey::Lot("L".parse().unwrap())
}

#[test]
fn every_transition_of_the_catalogue_moves_stock_and_every_other_is_refused() {
    let mut moved = 0;
    for (from, start) in ALL {
        for (to, _) in ALL {
            let mut story = with(from);
            let legal = LEGAL.iter().find(|(a, b, _)| (*a, *b) == (from, to));
            let mut posting = posted(from, to, Some("70"));
            if let Some((_, _, Some(movement))) = legal {
                posting["movement_type"] = json!(movement);
            }
            let told = story.try_to("stock.status_changed", "07:00", posting);
            let stock = story.stock("L");
            if legal.is_none() {
                let refused = told.unwrap_err();
                assert_eq!((refused.code(), refused.kind()), (Code::R02, Kind::Refuse));
                assert_eq!(stock, [(start, n(100))], "{from} to {to}");
                continue;
            }
            told.unwrap();
            moved += 1;
            let quantity = |status| stock.iter().find(|(it, _)| *it == status).unwrap().1;
            assert_eq!(quantity(usage(from)), n(30), "{from} to {to}");
            assert_eq!(quantity(usage(to)), n(70), "{from} to {to}");
            assert_eq!(
                story.gate("D").0 == GateDecision::Cleared,
                to == "unrestricted",
                "{from} to {to}: 60 are wanted"
            );
        }
    }
    assert_eq!(moved, LEGAL.len());
}

#[test]
fn a_refusal_names_what_is_allowed() {
    let mut story = with("rejected");
    let refused = story
        .try_to(
            "stock.status_changed",
            "07:00",
            posted("rejected", "unrestricted", None),
        )
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Stock of lot L is rejected; a change to unrestricted is not allowed. Allowed now: \
         blocked, when the material review board takes it up again."
    );
}

#[test]
fn a_movement_type_that_contradicts_its_statuses_is_unreadable() {
    let mut posting = posted("blocked", "unrestricted", None);
    posting["movement_type"] = json!("321");
    let text = json!({"specversion": "1.0", "id": "1", "source": "/erp",
        "type": "mfg.stock.status_changed.v1", "time": time("07:00"), "plant": "P1",
        "data": posting});
    let refused = decode(text.to_string().as_bytes()).unwrap_err().rejection;
    assert_eq!(refused.code(), Code::R34);
    assert!(
        refused
            .to_string()
            .contains("321 moves from in quality inspection to unrestricted"),
        "{refused}"
    );
}

#[test]
fn a_posting_without_a_quantity_moves_all_that_has_the_status() {
    let mut story = with("quality_inspection");
    let some = posted("quality_inspection", "rejected", Some("25"));
    story.tell("stock.status_changed", "07:00", some);
    let rest = posted("quality_inspection", "unrestricted", None);
    story.tell("stock.status_changed", "08:00", rest);
    assert_eq!(
        story.stock("L"),
        [(Usage::Unrestricted, n(75)), (Usage::Rejected, n(25))]
    );
    assert_eq!(story.gate("D").0, GateDecision::Cleared);
    assert_eq!(story.discrepancies(&lot_key()), vec![]);
    let changes = story.lot("L").status_changes();
    assert_eq!(changes.len(), 2, "they are kept");
}

#[test]
fn a_posting_of_an_unknown_lot_waits_and_one_in_another_unit_is_refused() {
    let mut story = Story::new();
    let posting = posted("quality_inspection", "blocked", Some("5"));
    let waits = story
        .try_to("stock.status_changed", "07:00", posting.clone())
        .unwrap_err();
    assert_eq!(
        (waits.code(), waits.waits_for()),
        (Code::R01, Some(lot_key()))
    );
    story.tell("lot.created", "06:00", lot("L", "quality_inspection"));
    let mut heavy = posting;
    heavy["quantity"]["unit"] = json!("KGM");
    let refused = story
        .try_to("stock.status_changed", "07:00", heavy)
        .unwrap_err();
    assert_eq!(refused.code(), Code::R19);
}

#[test]
fn more_than_has_the_status_is_not_moved_and_shown_until_it_is_there() {
    let mut story = with("unrestricted");
    story.tell(
        "stock.status_changed",
        "08:00",
        posted("blocked", "rejected", Some("30")),
    );
    assert_eq!(story.stock("L"), [(Usage::Unrestricted, n(100))]);
    let told = story.discrepancies(&lot_key());
    assert!(
        matches!(&told[..], [Discrepancy::StatusNotThere { .. }]),
        "{told:?}"
    );
    assert_eq!(told[0].code(), Code::R56);
    story.tell(
        "stock.status_changed",
        "07:00",
        posted("unrestricted", "blocked", Some("40")),
    );
    assert_eq!(
        story.stock("L"),
        [
            (Usage::Unrestricted, n(60)),
            (Usage::Blocked, n(10)),
            (Usage::Rejected, n(30))
        ]
    );
    assert_eq!(
        story.discrepancies(&lot_key()),
        vec![],
        "the posting before it was late"
    );
}

#[test]
fn a_posting_that_names_a_decision_follows_it_and_closes_the_inspection() {
    let mut story = Story::with_an_inspection();
    let first = named("quality_inspection", "unrestricted", "80", "I");
    story.tell("stock.status_changed", "08:30", first);
    assert_eq!(
        story.stock("L"),
        [(Usage::QualityInspection, n(100))],
        "nobody has decided"
    );
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("80", "accept"), ("20", "reject")]),
    );
    let decided_stock = [(Usage::Unrestricted, n(80)), (Usage::Rejected, n(20))];
    assert_eq!(story.stock("L"), decided_stock);
    assert_eq!(story.state("I"), InspectionState::Decided);
    let second = named("quality_inspection", "rejected", "20", "I");
    story.tell("stock.status_changed", "08:40", second);
    assert_eq!(story.state("I"), InspectionState::Closed);
    assert!(!story.inspection("I").is_undecided());
    assert_eq!(story.stock("L"), decided_stock, "nothing is moved twice");
    assert_eq!(story.discrepancies(&lot_key()), vec![]);
    let again = json!({"inspection": "I", "reason": "the gauge"});
    story.tell("inspection.reopened", "09:00", again);
    assert_eq!(story.state("I"), InspectionState::InProgress);
    assert_eq!(story.stock("L"), [(Usage::QualityInspection, n(100))]);
    story.tell(
        "inspection.decided",
        "09:10",
        decided("I", &[("100", "accept")]),
    );
    assert_eq!(
        story.state("I"),
        InspectionState::Decided,
        "the books have not followed yet"
    );
}

#[test]
fn a_decision_that_keeps_nothing_needs_no_posting() {
    let mut story = Story::with_an_inspection();
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("100", "scrap")]),
    );
    assert_eq!(story.state("I"), InspectionState::Closed);
}

#[test]
fn a_foreign_posting_moves_nothing() {
    let mut story = with("quality_inspection");
    let free = posted("quality_inspection", "unrestricted", None);
    story
        .try_as("/mes", "stock.status_changed", "07:00", free)
        .unwrap();
    assert_eq!(story.stock("L"), [(Usage::QualityInspection, n(100))]);
    let told = story.discrepancies(&lot_key());
    assert_eq!(told[0].code(), Code::R31);
    assert!(
        told[0]
            .to_string()
            .contains("set usage of Lot L to unrestricted"),
        "{}",
        told[0]
    );
}

#[test]
fn postings_that_need_each_other_end_the_same_in_every_order() {
    let plant = ends_the_same(
        &[("shipment.requested", "05:00", request("D", "L", "60"))],
        &[
            ("lot.created", "06:00", lot("L", "quality_inspection")),
            (
                "stock.status_changed",
                "07:00",
                posted("quality_inspection", "unrestricted", Some("100")),
            ),
            (
                "stock.status_changed",
                "08:00",
                posted("unrestricted", "quality_inspection", Some("100")),
            ),
            (
                "stock.status_changed",
                "09:00",
                posted("quality_inspection", "blocked", Some("100")),
            ),
            ("inspection.created", "09:10", inspection("I", "L")),
            (
                "inspection.decided",
                "09:20",
                decided("I", &[("100", "accept")]),
            ),
        ],
    );
    let lot = plant.lot(&"L".parse().unwrap()).unwrap();
    assert_eq!(lot.usage(), Usage::Blocked);
}
