//! Inspections: every transition, what a decision does to its lot, and what is refused or waits.

use serde_json::json;
use twin_model::{Code, Discrepancy, EntityKey, GateDecision, InspectionState, Kind, Usage};

use crate::quality_story::*;

const BLOCKED: GateDecision = GateDecision::Blocked;
const CLEARED: GateDecision = GateDecision::Cleared;

fn key(id: &str) -> EntityKey {
    EntityKey::Inspection(id.parse().unwrap())
}

#[test]
fn an_inspection_runs_from_its_request_to_its_decision() {
    let mut story = Story::new();
    let mut plan = inspection("I", "L");
    plan["characteristics"] = json!([{"name": "length"}, {"name": "weight", "unit": "KGM"}]);
    story.tell("inspection.created", "05:00", plan);
    assert_eq!(story.state("I"), InspectionState::Requested);
    story.tell("lot.created", "06:00", lot("L", "quality_inspection"));
    assert_eq!(story.state("I"), InspectionState::Open);
    story.tell(
        "inspection.result_recorded",
        "07:00",
        result("I", "length", "pass"),
    );
    assert_eq!(story.state("I"), InspectionState::InProgress);
    let missing: Vec<_> = story.inspection("I").missing().collect();
    assert_eq!(missing, ["weight"]);
    let mut weight = result("I", "weight", "fail");
    weight["values"] = json!(["1.5", "1.25"]);
    weight["unit"] = json!("KGM");
    weight["instrument"] = json!("SCALE-3");
    story.tell("inspection.result_recorded", "07:10", weight);
    assert_eq!(story.state("I"), InspectionState::ResultsComplete);
    let failed: Vec<_> = story.inspection("I").failed().collect();
    assert_eq!(failed, ["weight"]);
    let mut decision = decided("I", &[("80", "accept"), ("20", "reject")]);
    decision["signature"] = json!({"by": "Dr. Weiss", "at": time("08:00"), "meaning": "released"});
    story.tell("inspection.decided", "08:00", decision);
    assert_eq!(story.state("I"), InspectionState::Decided);
    let decision = story.inspection("I").decision().unwrap();
    assert_eq!(decision.signature.as_ref().unwrap().by, "Dr. Weiss");
    assert_eq!((decision.at, decision.by.as_str()), (time("08:00"), "QA"));
    assert_eq!(story.discrepancies(&key("I")), vec![]);
}

#[test]
fn a_result_that_is_said_to_be_the_last_completes_an_inspection_without_a_plan() {
    let mut story = Story::with_an_inspection();
    story.tell(
        "inspection.result_recorded",
        "07:00",
        result("I", "length", "pass"),
    );
    assert_eq!(story.state("I"), InspectionState::InProgress);
    let mut last = result("I", "weight", "pass");
    last["complete"] = json!(true);
    story.tell("inspection.result_recorded", "07:10", last);
    assert_eq!(story.state("I"), InspectionState::ResultsComplete);
}

#[test]
fn accept_80_and_reject_20_of_one_lot_are_both_true() {
    let mut story = Story::with_an_inspection();
    assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]));
    assert_eq!(
        story.why("D"),
        "Inspection I of lot L has no decision; 100 H87 stay in quality stock. Ask quality to \
         decide it."
    );
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("80", "accept"), ("20", "reject")]),
    );
    assert_eq!(
        story.stock("L"),
        [(Usage::Unrestricted, n(80)), (Usage::Rejected, n(20))]
    );
    assert_eq!(
        story.lot("L").usage(),
        Usage::Rejected,
        "the worse is shown"
    );
    assert!(story.lot("L").is_shippable(time("09:00")));
    assert_eq!(story.gate("D"), (CLEARED, vec![]), "60 of the 80 may leave");
    story.tell("shipment.requested", "08:10", request("E", "L", "30"));
    assert_eq!(
        story.gate("E"),
        (BLOCKED, vec![Code::R16]),
        "20 are left of the 80"
    );
    story.tell("shipment.requested", "08:20", request("F", "L", "90"));
    assert_eq!(story.gate("F"), (BLOCKED, vec![Code::R11]));
    assert_eq!(
        story.why("F"),
        "Lot L is rejected; 20 H87 wait for the decision of quality."
    );
}

#[test]
fn each_outcome_of_a_decision_has_its_status() {
    for (outcome, status, ships) in [
        ("accept", Some(Usage::Unrestricted), true),
        ("accept_with_deviation", Some(Usage::Restricted), false),
        ("rework", Some(Usage::Blocked), false),
        ("reject", Some(Usage::Rejected), false),
        ("return", Some(Usage::Rejected), false),
        ("scrap", None, false),
    ] {
        let mut story = Story::with_an_inspection();
        story.tell(
            "inspection.decided",
            "08:00",
            decided("I", &[("100", outcome)]),
        );
        let expected: Vec<_> = status.map(|usage| (usage, n(100))).into_iter().collect();
        assert_eq!(story.stock("L"), expected, "{outcome}");
        assert_eq!(story.gate("D").0 == CLEARED, ships, "{outcome}");
        assert_eq!(
            story.lot("L").is_shippable(time("09:00")),
            ships,
            "{outcome}"
        );
        assert!(!story.inspection("I").is_undecided(), "{outcome}");
    }
}

#[test]
fn what_is_scrapped_leaves_the_stock_and_comes_back_when_the_decision_is_reopened() {
    let mut story = Story::with_an_inspection();
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("70", "accept"), ("30", "scrap")]),
    );
    assert_eq!(story.lot("L").on_hand(), n(70));
    assert_eq!(story.lot("L").stock().flows().scrapped, n(30));
    story.tell("inspection.reopened", "08:10", because("I"));
    assert_eq!(story.state("I"), InspectionState::InProgress);
    assert_eq!(story.inspection("I").round(), 2);
    assert_eq!(story.lot("L").on_hand(), n(100));
    assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]));
    story.tell(
        "inspection.decided",
        "08:20",
        decided("I", &[("95", "accept"), ("5", "scrap")]),
    );
    assert_eq!(story.stock("L"), [(Usage::Unrestricted, n(95))]);
    assert_eq!(story.gate("D"), (CLEARED, vec![]));
}

#[test]
fn more_than_is_there_is_not_scrapped_yet() {
    let mut story = Story::with_an_inspection();
    let taken = json!({"inputs": [{"lot": "L", "quantity": q("90")}],
        "outputs": [{"lot": "P", "material": "N", "quantity": q("9")}]});
    story.tell("lot.transformed", "07:00", taken);
    let waits = story
        .try_to(
            "inspection.decided",
            "08:00",
            decided("I", &[("80", "accept"), ("20", "scrap")]),
        )
        .unwrap_err();
    assert_eq!((waits.code(), waits.kind()), (Code::R17, Kind::Park));
    assert!(story.inspection("I").is_undecided());
}

#[test]
fn a_lot_that_is_called_unrestricted_is_not_while_a_blocking_inspection_is_undecided() {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("L", "unrestricted"));
    story.tell("shipment.requested", "06:10", request("D", "L", "60"));
    assert_eq!(story.gate("D"), (CLEARED, vec![]));
    story.tell("inspection.created", "06:20", inspection("I", "L"));
    assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]));
    assert_eq!(story.stock("L"), [(Usage::QualityInspection, n(100))]);
    assert_eq!(story.lot("L").usage(), Usage::QualityInspection);
    assert_eq!(story.lot("L").blocking_inspections().count(), 1);
    story.tell(
        "inspection.decided",
        "07:00",
        decided("I", &[("90", "accept"), ("10", "rework")]),
    );
    assert_eq!(
        story.stock("L"),
        [(Usage::Unrestricted, n(90)), (Usage::Blocked, n(10))]
    );
    assert_eq!(story.gate("D"), (CLEARED, vec![]));
}

#[test]
fn an_inspection_that_does_not_block_lets_its_lot_leave() {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("L", "unrestricted"));
    story.tell("shipment.requested", "06:10", request("D", "L", "60"));
    story.tell(
        "inspection.created",
        "06:20",
        json!({"inspection": "I", "lot": "L"}),
    );
    assert_eq!(story.gate("D"), (CLEARED, vec![]));
    story.tell(
        "inspection.decided",
        "07:00",
        decided("I", &[("50", "reject")]),
    );
    assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]), "50 are left");
}

#[test]
fn of_two_inspections_of_one_lot_the_worse_wins() {
    for (first, second) in [("accept", "reject"), ("reject", "accept")] {
        let mut story = Story::with_an_inspection();
        story.tell("inspection.created", "06:30", inspection("J", "L"));
        story.tell(
            "inspection.decided",
            "08:00",
            decided("I", &[("100", first)]),
        );
        assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]), "J is open");
        story.tell(
            "inspection.decided",
            "08:10",
            decided("J", &[("100", second)]),
        );
        assert_eq!(
            story.stock("L"),
            [(Usage::Rejected, n(100))],
            "{first}, {second}"
        );
        assert_eq!(story.gate("D").0, BLOCKED);
    }
}

#[test]
fn a_decision_on_more_than_is_known_takes_hold_of_what_comes() {
    let mut story = Story::new();
    let mut half = lot("L", "quality_inspection");
    half["quantity"] = q("60");
    story.tell("lot.created", "06:00", half);
    story.tell("inspection.created", "06:20", inspection("I", "L"));
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("80", "accept"), ("20", "reject")]),
    );
    assert_eq!(
        story.stock("L"),
        [(Usage::Unrestricted, n(40)), (Usage::Rejected, n(20))],
        "the worse first"
    );
    story.tell(
        "lot.created",
        "06:00",
        json!({"lot": "R", "material": "X", "quantity": q("9")}),
    );
    let more = json!({"inputs": [{"lot": "R", "quantity": q("9")}],
        "outputs": [{"lot": "L", "material": "M", "quantity": q("40")}]});
    story.tell("lot.transformed", "06:30", more);
    assert_eq!(
        story.stock("L"),
        [(Usage::Unrestricted, n(80)), (Usage::Rejected, n(20))]
    );
}

#[test]
fn what_is_decided_must_add_up_to_what_was_inspected() {
    let mut story = Story::with_an_inspection();
    let refused = story
        .try_to(
            "inspection.decided",
            "08:00",
            decided("I", &[("80", "accept"), ("15", "reject")]),
        )
        .unwrap_err();
    assert_eq!((refused.code(), refused.kind()), (Code::R12, Kind::Refuse));
    assert_eq!(
        refused.to_string(),
        "Inspection I: decided 80 + 15 = 95 H87, inspected 100. The quantities must match; correct \
         the decision in QMS."
    );
    assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]));
    let mut kilograms = decided("I", &[("100", "accept")]);
    kilograms["decisions"][0]["quantity"]["unit"] = json!("KGM");
    let refused = story
        .try_to("inspection.decided", "08:00", kilograms)
        .unwrap_err();
    assert_eq!(refused.code(), Code::R19);
    let negative = decided("I", &[("120", "accept"), ("-20", "reject")]);
    let refused = story
        .try_to("inspection.decided", "08:00", negative)
        .unwrap_err();
    assert_eq!(refused.code(), Code::R44);
    let half = decided("I", &[("99.5", "accept"), ("0.5", "reject")]);
    let refused = story
        .try_to("inspection.decided", "08:00", half)
        .unwrap_err();
    assert_eq!(refused.code(), Code::R20);
}

#[test]
fn a_decision_in_another_unit_than_its_lots_is_refused() {
    let mut story = Story::with_a_lot();
    story.tell(
        "inspection.created",
        "06:20",
        json!({"inspection": "I", "lot": "L"}),
    );
    let mut kilograms = decided("I", &[("1", "accept")]);
    kilograms["decisions"][0]["quantity"]["unit"] = json!("KGM");
    let refused = story
        .try_to("inspection.decided", "08:00", kilograms)
        .unwrap_err();
    assert_eq!(refused.code(), Code::R19);
    let mut plan = json!({"inspection": "J", "lot": "L"});
    plan["characteristics"] = json!([{"name": "length", "unit": "MTR"}]);
    story.tell("inspection.created", "06:20", plan);
    let mut heavy = result("J", "length", "pass");
    heavy["unit"] = json!("KGM");
    let refused = story
        .try_to("inspection.result_recorded", "07:00", heavy)
        .unwrap_err();
    assert_eq!(refused.code(), Code::R19);
    assert_eq!(story.state("J"), InspectionState::Open);
}

#[test]
fn an_inspection_is_asked_for_once() {
    let mut story = Story::with_an_inspection();
    let refused = story
        .try_to("inspection.created", "06:30", inspection("I", "L"))
        .unwrap_err();
    assert_eq!((refused.code(), refused.kind()), (Code::R43, Kind::Refuse));
}

#[test]
fn what_comes_before_the_request_waits_for_it() {
    let mut story = Story::with_a_lot();
    for (name, data) in [
        ("inspection.result_recorded", result("I", "length", "pass")),
        ("inspection.decided", decided("I", &[("100", "accept")])),
        ("inspection.cancelled", because("I")),
        ("inspection.reopened", because("I")),
    ] {
        let waits = story.try_to(name, "07:00", data).unwrap_err();
        assert_eq!(
            (waits.code(), waits.kind()),
            (Code::R01, Kind::Park),
            "{name}"
        );
        assert_eq!(waits.waits_for(), Some(key("I")), "{name}");
    }
}

#[test]
fn a_decision_waits_for_its_lot() {
    let mut story = Story::new();
    story.tell("inspection.created", "06:20", inspection("I", "L"));
    let decision = decided("I", &[("100", "accept")]);
    let waits = story
        .try_to("inspection.decided", "07:00", decision)
        .unwrap_err();
    assert_eq!((waits.code(), waits.kind()), (Code::R01, Kind::Park));
    assert_eq!(
        waits.waits_for(),
        Some(EntityKey::Lot("L".parse().unwrap()))
    );
}

#[test]
fn a_reopening_waits_for_a_decision_from_before() {
    let mut story = Story::with_an_inspection();
    let waits = story
        .try_to("inspection.reopened", "08:00", because("I"))
        .unwrap_err();
    assert_eq!((waits.code(), waits.kind()), (Code::R46, Kind::Park));
    assert_eq!(
        waits.to_string(),
        "Inspection I is open; a reopening is not possible as long as it is. It waits for its \
         decision by QMS."
    );
    story.tell(
        "inspection.decided",
        "08:10",
        decided("I", &[("100", "accept")]),
    );
    let waits = story
        .try_to("inspection.reopened", "08:00", because("I"))
        .unwrap_err();
    assert_eq!(waits.code(), Code::R46, "the decision is from after");
    assert_eq!(story.state("I"), InspectionState::Decided);
    story.tell("inspection.reopened", "08:20", because("I"));
    assert_eq!(story.state("I"), InspectionState::InProgress);
}

#[test]
fn a_new_version_needs_results_of_its_own() {
    let mut story = Story::with_a_lot();
    let mut plan = inspection("I", "L");
    plan["characteristics"] = json!([{"name": "length"}]);
    story.tell("inspection.created", "06:20", plan);
    story.tell(
        "inspection.result_recorded",
        "07:00",
        result("I", "length", "pass"),
    );
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("100", "accept")]),
    );
    story.tell("inspection.reopened", "09:00", because("I"));
    assert_eq!(story.state("I"), InspectionState::InProgress);
    story.tell(
        "inspection.result_recorded",
        "09:10",
        result("I", "length", "fail"),
    );
    assert_eq!(story.state("I"), InspectionState::ResultsComplete);
    story.tell(
        "inspection.decided",
        "09:20",
        decided("I", &[("100", "reject")]),
    );
    assert_eq!(
        (story.state("I"), story.inspection("I").round()),
        (InspectionState::Decided, 2)
    );
    assert_eq!(story.inspection("I").decisions().len(), 2, "both are kept");
    assert_eq!(story.stock("L"), [(Usage::Rejected, n(100))]);
}

#[test]
fn a_second_decision_has_no_effect_until_the_inspection_is_reopened() {
    let mut story = Story::with_an_inspection();
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("100", "reject")]),
    );
    story.tell(
        "inspection.decided",
        "09:00",
        decided("I", &[("100", "accept")]),
    );
    assert_eq!(story.stock("L"), [(Usage::Rejected, n(100))]);
    assert_eq!(story.gate("D").0, BLOCKED);
    let found = story.discrepancies(&key("I"));
    assert!(
        matches!(&found[..], [Discrepancy::DecidedAgain { .. }]),
        "{found:?}"
    );
    assert_eq!(found[0].code(), Code::R53);
    story.tell("inspection.reopened", "08:30", because("I"));
    assert_eq!(story.stock("L"), [(Usage::Unrestricted, n(100))]);
    assert_eq!(story.discrepancies(&key("I")), vec![], "healed by itself");
    assert_eq!(story.gate("D").0, CLEARED);
}

#[test]
fn a_decision_before_the_results_shows_until_they_are_told() {
    let mut story = Story::with_a_lot();
    let mut plan = inspection("I", "L");
    plan["characteristics"] = json!([{"name": "length"}, {"name": "weight"}]);
    story.tell("inspection.created", "06:20", plan);
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("100", "accept")]),
    );
    assert_eq!(story.gate("D").0, CLEARED, "quality has decided");
    let found = story.discrepancies(&key("I"));
    assert!(
        matches!(
            &found[..],
            [Discrepancy::DecidedWithoutResults { missing: 2, .. }]
        ),
        "{found:?}"
    );
    assert_eq!(found[0].code(), Code::R54);
    story.tell(
        "inspection.result_recorded",
        "07:00",
        result("I", "length", "pass"),
    );
    story.tell(
        "inspection.result_recorded",
        "07:00",
        result("I", "weight", "pass"),
    );
    assert_eq!(story.discrepancies(&key("I")), vec![]);
}
