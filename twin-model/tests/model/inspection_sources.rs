//! Inspections: who may say what, and that the order of arrival does not count.

use twin_model::{Code, Discrepancy, EntityKey, GateDecision, InspectionState};

use crate::quality_story::*;

const BLOCKED: GateDecision = GateDecision::Blocked;
const CLEARED: GateDecision = GateDecision::Cleared;

fn key(id: &str) -> EntityKey {
    EntityKey::Inspection(id.parse().unwrap())
}

#[test]
fn only_the_qms_decides() {
    let mut story = Story::with_an_inspection();
    let accept = decided("I", &[("60", "accept"), ("40", "reject")]);
    story
        .try_as("/mes/line", "inspection.decided", "08:00", accept.clone())
        .unwrap();
    assert_eq!(story.state("I"), InspectionState::Open);
    assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]));
    let found = story.discrepancies(&key("I"));
    assert_eq!(found[0].code(), Code::R31);
    let text = found[0].to_string();
    assert!(
        text.contains("set decision of Inspection I to 60 accept, 40 reject")
            && text.contains("QMS owns it and says not decided"),
        "{text}"
    );
    story
        .try_as("/qms", "inspection.decided", "08:10", accept)
        .unwrap();
    assert_eq!(story.discrepancies(&key("I")), vec![], "both agree");
    assert_eq!(story.gate("D"), (CLEARED, vec![]));
}

#[test]
fn a_result_of_the_mes_counts_and_a_foreign_one_is_a_claim() {
    let mut story = Story::with_an_inspection();
    let length = result("I", "length", "pass");
    story
        .try_as(
            "/erp",
            "inspection.result_recorded",
            "07:00",
            length.clone(),
        )
        .unwrap();
    assert_eq!(story.state("I"), InspectionState::Open);
    assert_eq!(story.discrepancies(&key("I"))[0].code(), Code::R31);
    story
        .try_as("/mes", "inspection.result_recorded", "07:00", length)
        .unwrap();
    assert_eq!(story.state("I"), InspectionState::InProgress);
    assert_eq!(story.discrepancies(&key("I")), vec![]);
    for name in ["inspection.cancelled", "inspection.reopened"] {
        story.try_as("/erp", name, "09:00", because("I")).unwrap();
        assert_eq!(story.state("I"), InspectionState::InProgress, "{name}");
    }
}

#[test]
fn the_later_result_counts_and_of_two_at_once_the_worse() {
    let mut story = Story::with_an_inspection();
    story.tell(
        "inspection.result_recorded",
        "07:10",
        result("I", "length", "pass"),
    );
    story.tell(
        "inspection.result_recorded",
        "07:00",
        result("I", "length", "fail"),
    );
    assert_eq!(story.inspection("I").failed().count(), 0);
    story.tell(
        "inspection.result_recorded",
        "07:10",
        result("I", "length", "fail"),
    );
    story.tell(
        "inspection.result_recorded",
        "07:10",
        result("I", "length", "pass"),
    );
    assert_eq!(story.inspection("I").failed().count(), 1);
}

#[test]
fn a_whole_story_ends_the_same_in_every_order_of_arrival() {
    let plant = ends_the_same(
        &[("shipment.requested", "06:10", request("D", "L", "60"))],
        &[
            ("lot.created", "06:00", lot("L", "quality_inspection")),
            ("inspection.created", "06:20", inspection("I", "L")),
            (
                "inspection.result_recorded",
                "07:00",
                result("I", "length", "pass"),
            ),
            (
                "inspection.decided",
                "08:00",
                decided("I", &[("70", "reject"), ("30", "scrap")]),
            ),
            ("inspection.reopened", "09:00", because("I")),
            (
                "inspection.decided",
                "10:00",
                decided("I", &[("90", "accept"), ("10", "scrap")]),
            ),
        ],
    );
    let inspection = plant.inspection(&"I".parse().unwrap()).unwrap();
    assert_eq!(
        (inspection.state(), inspection.round()),
        (InspectionState::Decided, 2)
    );
    let lot = plant.lot(&"L".parse().unwrap()).unwrap();
    assert_eq!((lot.on_hand(), lot.unrestricted()), (n(90), n(90)));
}

#[test]
fn a_cancellation_and_a_result_end_the_same_whichever_comes_first() {
    ends_the_same(
        &[("lot.created", "06:00", lot("L", "unrestricted"))],
        &[
            ("inspection.created", "06:20", inspection("I", "L")),
            ("inspection.cancelled", "06:40", because("I")),
            (
                "inspection.result_recorded",
                "07:00",
                result("I", "length", "pass"),
            ),
            (
                "inspection.decided",
                "08:00",
                decided("I", &[("80", "accept"), ("20", "reject")]),
            ),
            (
                "inspection.decided",
                "08:10",
                decided("I", &[("100", "reject")]),
            ),
        ],
    );
}

#[test]
fn what_nobody_has_begun_is_cancelled_and_blocks_no_longer() {
    for before in ["requested", "open"] {
        let mut story = Story::new();
        if before == "open" {
            story.tell("lot.created", "06:00", lot("L", "unrestricted"));
        }
        story.tell("inspection.created", "06:20", inspection("I", "L"));
        assert_eq!(story.state("I").as_str(), before);
        story.tell("inspection.cancelled", "07:00", because("I"));
        assert_eq!(story.state("I"), InspectionState::Cancelled);
        if before == "requested" {
            story.tell("lot.created", "06:00", lot("L", "unrestricted"));
        }
        assert_eq!(story.state("I"), InspectionState::Cancelled);
        story.tell("shipment.requested", "07:10", request("D", "L", "60"));
        assert_eq!(story.gate("D"), (CLEARED, vec![]));
    }
}

#[test]
fn what_was_begun_is_not_cancelled() {
    let mut story = Story::with_an_inspection();
    story.tell("inspection.cancelled", "07:00", because("I"));
    story.tell(
        "inspection.result_recorded",
        "06:50",
        result("I", "length", "fail"),
    );
    assert_eq!(story.state("I"), InspectionState::InProgress);
    let found = story.discrepancies(&key("I"));
    assert!(
        matches!(&found[..], [Discrepancy::CancelledInVain { .. }]),
        "{found:?}"
    );
    assert_eq!(found[0].code(), Code::R55);
    assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]));
}
