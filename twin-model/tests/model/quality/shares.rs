//! Which part of a lot a decision takes hold of: what waits, what is bad, what is free.

use serde_json::json;
use twin_model::{Decimal, GateDecision, Usage};

use crate::quality_findings::*;
use crate::quality_story::*;

/// Of 100 pieces 20 are free, restricted, waiting, blocked and rejected each.
fn mixed() -> Story {
    let mut story = Story::with_a_lot();
    let mut data = inspection("I", "L");
    data["quantity"] = q("80");
    story.tell("inspection.created", "06:20", data);
    let parts = [
        ("20", "accept"),
        ("20", "accept_with_deviation"),
        ("20", "rework"),
        ("20", "reject"),
    ];
    story.tell("inspection.decided", "07:00", decided("I", &parts));
    assert_eq!(
        story.stock("L"),
        stock([20, 20, 20, 20, 20]),
        "the rest waits"
    );
    story.tell("nonconformance.opened", "07:10", opened("N", &["L"]));
    story
}

/// Free, restricted, waiting, blocked, rejected; without those of which there is nothing.
fn stock(parts: [i64; 5]) -> Vec<(Usage, Decimal)> {
    let statuses = [
        Usage::Unrestricted,
        Usage::Restricted,
        Usage::QualityInspection,
        Usage::Blocked,
        Usage::Rejected,
    ];
    let all = statuses.into_iter().zip(parts.map(n));
    all.filter(|(_, quantity)| !quantity.is_zero()).collect()
}

#[test]
fn a_board_judges_what_is_worst_first_and_what_it_leaves_is_blocked() {
    for (much, what, left) in [
        ("30", "use_as_is", [0, 20, 20, 60, 0]),
        ("50", "rework", [0, 20, 10, 70, 0]),
        ("70", "scrap", [0, 10, 0, 20, 0]),
        ("50", "return_to_vendor", [0, 20, 10, 20, 50]),
        ("90", "regrade", [0, 90, 0, 10, 0]),
        ("30", "sort", [0, 20, 50, 30, 0]),
    ] {
        let mut story = mixed();
        let data = part("N", "L", &[(much, what)]);
        story.tell("nonconformance.dispositioned", "08:00", data);
        assert_eq!(story.stock("L"), stock(left), "{much} {what}");
        assert_eq!(story.lot("L").unrestricted(), n(0), "{what}");
        assert_eq!(story.gate("D").0, GateDecision::Blocked, "{what}");
    }
}

#[test]
fn a_board_that_judges_all_of_a_lot_sets_free_what_was_bad_and_not_what_waits() {
    for (what, left) in [
        ("use_as_is", [60, 20, 20, 0, 0]),
        ("rework", [0, 0, 0, 100, 0]),
        ("scrap", [0, 0, 0, 0, 100]),
        ("return_to_vendor", [0, 0, 0, 0, 100]),
        ("regrade", [0, 100, 0, 0, 0]),
        ("sort", [0, 0, 100, 0, 0]),
    ] {
        let mut story = mixed();
        let data = disposed("N", &[("L", what)]);
        story.tell("nonconformance.dispositioned", "08:00", data);
        assert_eq!(story.stock("L"), stock(left), "{what}");
        let free = left[0] >= 60;
        assert_eq!(story.gate("D").0 == GateDecision::Cleared, free, "{what}");
    }
}

#[test]
fn an_inspection_judges_what_waits_and_then_what_is_free() {
    for (much, what, left) in [
        ("30", "reject", [60, 0, 10, 0, 30]),
        ("40", "reject", [60, 0, 0, 0, 40]),
        ("50", "reject", [50, 0, 0, 0, 50]),
        ("50", "rework", [50, 0, 0, 50, 0]),
        ("50", "accept", [100, 0, 0, 0, 0]),
        ("50", "accept_with_deviation", [50, 50, 0, 0, 0]),
        ("50", "scrap", [50, 0, 0, 0, 0]),
        ("50", "return", [50, 0, 0, 0, 50]),
    ] {
        let mut story = Story::new();
        story.tell("lot.created", "06:00", lot("L", "unrestricted"));
        let moved = json!({"lot": "L", "quantity": q("40"), "from": "unrestricted",
            "to": "quality_inspection"});
        story.tell("stock.status_changed", "06:30", moved);
        assert_eq!(story.stock("L"), stock([60, 0, 40, 0, 0]));
        story.tell(
            "inspection.created",
            "06:40",
            json!({"inspection": "I", "lot": "L"}),
        );
        story.tell("inspection.decided", "07:00", decided("I", &[(much, what)]));
        assert_eq!(story.stock("L"), stock(left), "{much} {what}");
        assert_eq!(story.lot("L").unrestricted(), n(left[0]));
    }
}

#[test]
fn what_leaves_a_lot_is_the_best_that_is_there() {
    let mut story = mixed();
    let close = json!({"nonconformance": "N", "reason": "a shadow"});
    story.tell("nonconformance.cancelled", "07:20", close);
    for (used, left) in [
        ("15", [5, 20, 20, 20, 20]),
        ("10", [0, 15, 20, 20, 20]),
        ("40", [0, 0, 0, 15, 20]),
        ("20", [0, 0, 0, 0, 15]),
    ] {
        let data = json!({"inputs": [{"lot": "L", "quantity": q(used)}],
            "outputs": [{"lot": "K", "material": "M", "quantity": q("1")}]});
        story.tell("lot.transformed", "08:00", data);
        assert_eq!(story.stock("L"), stock(left), "{used}");
    }
    assert_eq!(story.lot("L").usage(), Usage::Rejected);
    let data = json!({"lot": "L", "counted": q("0"), "booked": q("15"), "reason": "lost"});
    story.tell("stock.adjusted", "08:10", data);
    assert_eq!(story.stock("L"), []);
    assert_eq!(
        story.lot("L").usage(),
        Usage::QualityInspection,
        "an empty lot is what it began as"
    );
    // What was never there is missed where it was before anybody judged it.
    let mut story = mixed();
    let data = json!({"lot": "L", "counted": q("0"), "booked": q("15"), "reason": "lost"});
    story.tell("stock.adjusted", "08:00", data);
    assert_eq!(story.stock("L"), stock([0, 20, 5, 40, 20]));
}

#[test]
fn an_empty_lot_is_as_bad_as_what_would_come_into_it() {
    for (usage, inspected, found, shown) in [
        ("unrestricted", false, false, Usage::Unrestricted),
        ("unrestricted", true, false, Usage::QualityInspection),
        ("unrestricted", true, true, Usage::Blocked),
        ("unrestricted", false, true, Usage::Blocked),
        ("restricted", true, false, Usage::QualityInspection),
        ("rejected", true, true, Usage::Rejected),
    ] {
        let mut story = Story::new();
        story.tell("lot.created", "06:00", lot("L", usage));
        let gone = json!({"lot": "L", "counted": q("0"), "booked": q("100"), "reason": "lost"});
        story.tell("stock.adjusted", "06:10", gone);
        if inspected {
            let mut data = inspection("I", "L");
            data["quantity"] = json!(null);
            story.tell("inspection.created", "06:20", data);
        }
        if found {
            story.tell("nonconformance.opened", "06:30", opened("N", &["L"]));
        }
        assert_eq!(story.lot("L").usage(), shown, "{usage} {inspected} {found}");
        assert_eq!(story.lot("L").unrestricted(), n(0));
    }
}
