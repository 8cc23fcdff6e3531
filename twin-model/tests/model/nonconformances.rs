//! Nonconformances: every transition, the lots that they reach, and what is refused or waits.

use serde_json::json;
use twin_model::{Code, Discrepancy, Kind, NonconformanceState, Usage};

use crate::quality_findings::*;
use crate::quality_story::*;

#[test]
fn a_nonconformance_runs_from_its_finding_to_its_closing() {
    let mut story = family();
    let mut body = opened("N", &["C"]);
    body["quantity"] = q("10");
    body["found_at_op"] = json!("20");
    story.tell("nonconformance.opened", "07:00", body);
    assert_eq!(state(&story, "N"), NonconformanceState::Open);
    assert_eq!(story.gate("C"), (BLOCKED, vec![Code::R11]));
    for (name, next) in [
        ("nonconformance.contained", NonconformanceState::Contained),
        (
            "nonconformance.review_started",
            NonconformanceState::UnderReview,
        ),
    ] {
        story.tell(name, "07:10", of("N"));
        assert_eq!(state(&story, "N"), next);
        assert_eq!(story.gate("C"), (BLOCKED, vec![Code::R11]), "{name}");
    }
    story.tell(
        "nonconformance.dispositioned",
        "08:00",
        disposed("N", &[("C", "use_as_is")]),
    );
    assert_eq!(state(&story, "N"), NonconformanceState::Dispositioned);
    assert_eq!(story.gate("C"), (CLEARED, vec![]));
    story.tell("nonconformance.verified", "08:10", of("N"));
    assert_eq!(state(&story, "N"), NonconformanceState::Verified);
    let close = json!({"nonconformance": "N"});
    story.tell("nonconformance.closed", "08:20", close);
    assert_eq!(state(&story, "N"), NonconformanceState::Closed);
    assert!(!found(&story, "N").is_open());
    assert_eq!(story.gate("C"), (CLEARED, vec![]));
}

#[test]
fn it_reaches_everything_that_was_made_from_its_lots() {
    let mut story = family();
    story.tell("nonconformance.opened", "07:00", opened("N", &["A"]));
    assert_eq!(affected(&story, "N"), ["A", "B", "C"]);
    assert_eq!(
        story.why("C"),
        "Lot C is affected by nonconformance N of Lot A (2 steps); 10 H87 wait for its \
         disposition. Ask quality to decide it."
    );
    for lot in ["A", "B", "C"] {
        assert_eq!(story.gate(lot), (BLOCKED, vec![Code::R11]), "{lot}");
        assert_eq!(story.lot(lot).usage(), Usage::Blocked);
        assert!(!story.lot(lot).is_shippable(time("09:00")));
    }
    story.tell("lot.transformed", "07:10", made("A", "D"));
    assert_eq!(affected(&story, "N"), ["A", "B", "C", "D"]);
    story.tell(
        "nonconformance.dispositioned",
        "08:00",
        disposed("N", &[("A", "use_as_is")]),
    );
    assert_eq!(
        affected(&story, "N"),
        ["A"],
        "nothing is wrong with what was made from it"
    );
    for lot in ["A", "B", "C"] {
        assert_eq!(story.gate(lot), (CLEARED, vec![]), "{lot}");
        assert_eq!(story.stock(lot).len(), 1);
    }
}

#[test]
fn a_lot_with_two_parents_stays_reached_until_neither_hands_it_on() {
    let mut story = Story::new();
    for lot_id in ["A", "B"] {
        story.tell("lot.created", "06:00", lot(lot_id, "unrestricted"));
    }
    let mixed = json!({"inputs": [{"lot": "A", "quantity": q("1")}, {"lot": "B", "quantity": q("1")}],
        "outputs": [{"lot": "C", "material": "M", "quantity": q("9")}]});
    story.tell("lot.transformed", "06:10", mixed);
    story.tell("lot.transformed", "06:20", made("A", "B"));
    story.tell("nonconformance.opened", "07:00", opened("N", &["A", "B"]));
    story.tell(
        "nonconformance.dispositioned",
        "08:00",
        disposed("N", &[("A", "use_as_is")]),
    );
    assert_eq!(affected(&story, "N"), ["A", "B", "C"]);
    story.tell(
        "nonconformance.dispositioned",
        "08:10",
        disposed("N", &[("B", "regrade")]),
    );
    assert_eq!(affected(&story, "N"), ["A", "B"]);
    assert_eq!(story.stock("B"), [(Usage::Restricted, n(109))]);
    assert_eq!(story.stock("C"), [(Usage::Unrestricted, n(9))]);
}

#[test]
fn each_disposition_does_to_the_stock_what_it_says() {
    for (what, status, ships) in [
        ("use_as_is", Usage::Unrestricted, true),
        ("rework", Usage::Blocked, false),
        ("scrap", Usage::Rejected, false),
        ("return_to_vendor", Usage::Rejected, false),
        ("regrade", Usage::Restricted, false),
        ("sort", Usage::QualityInspection, false),
    ] {
        let mut story = family();
        story.tell("nonconformance.opened", "07:00", opened("N", &["C"]));
        story.tell(
            "nonconformance.dispositioned",
            "08:00",
            disposed("N", &[("C", what)]),
        );
        assert_eq!(story.stock("C"), [(status, n(10))], "{what}");
        assert_eq!(story.gate("C").0 == CLEARED, ships, "{what}");
        assert_eq!(
            story.gate("B"),
            (CLEARED, vec![]),
            "{what}: B is not affected"
        );
    }
}

#[test]
fn parts_of_a_lot_have_dispositions_of_their_own() {
    let mut story = family();
    story.tell("nonconformance.opened", "07:00", opened("N", &["C"]));
    story.tell(
        "nonconformance.dispositioned",
        "08:00",
        part("N", "C", &[("6", "use_as_is")]),
    );
    assert_eq!(story.gate("C"), (BLOCKED, vec![Code::R11]), "4 are open");
    let parts = [("6", "use_as_is"), ("3", "scrap"), ("1", "rework")];
    story.tell(
        "nonconformance.dispositioned",
        "08:10",
        part("N", "C", &parts),
    );
    assert_eq!(
        story.stock("C"),
        [(Usage::Unrestricted, n(6)), (Usage::Blocked, n(1))]
    );
    assert_eq!(story.lot("C").stock().flows().scrapped, n(3));
    assert_eq!(story.gate("C"), (CLEARED, vec![]));
    story.tell("nonconformance.review_started", "08:20", of("N"));
    assert_eq!(
        story.lot("C").on_hand(),
        n(10),
        "what the board decided no longer counts"
    );
    assert_eq!(story.gate("C"), (BLOCKED, vec![Code::R11]));
    let most = part("N", "C", &[("30", "scrap")]);
    let waits = story
        .try_to("nonconformance.dispositioned", "08:30", most)
        .unwrap_err();
    assert_eq!((waits.code(), waits.kind()), (Code::R17, Kind::Park));
}

#[test]
fn parts_of_one_decision_share_what_was_there_before_it_and_another_decision_does_not() {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("L", "unrestricted"));
    story.tell("nonconformance.opened", "07:00", opened("N", &["L"]));
    let parts = [
        ("30", "return_to_vendor"),
        ("30", "rework"),
        ("40", "use_as_is"),
    ];
    story.tell(
        "nonconformance.dispositioned",
        "08:00",
        part("N", "L", &parts),
    );
    let three = [
        (Usage::Unrestricted, n(40)),
        (Usage::Blocked, n(30)),
        (Usage::Rejected, n(30)),
    ];
    assert_eq!(
        story.stock("L"),
        three,
        "none takes what another has judged"
    );
    // Another board, at the same time: it judges what the first has left, worst first.
    story.tell("nonconformance.opened", "07:00", opened("O", &["L"]));
    let parts = [("30", "rework"), ("70", "regrade")];
    story.tell(
        "nonconformance.dispositioned",
        "08:00",
        part("O", "L", &parts),
    );
    assert_eq!(
        story.stock("L"),
        [(Usage::Restricted, n(70)), (Usage::Blocked, n(30))]
    );
}

#[test]
fn what_an_inspection_rejected_a_board_sets_free() {
    let mut story = Story::with_an_inspection();
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("80", "accept"), ("20", "reject")]),
    );
    story.tell("nonconformance.opened", "08:10", opened("N", &["L"]));
    story.tell(
        "nonconformance.dispositioned",
        "09:00",
        part("N", "L", &[("20", "use_as_is")]),
    );
    assert_eq!(
        story.gate("D"),
        (BLOCKED, vec![Code::R11]),
        "80 have no disposition"
    );
    story.tell(
        "nonconformance.dispositioned",
        "09:10",
        disposed("N", &[("L", "use_as_is")]),
    );
    assert_eq!(story.stock("L"), [(Usage::Unrestricted, n(100))]);
}

#[test]
fn closing_waits_for_every_affected_lot() {
    let mut story = family();
    story.tell("nonconformance.opened", "07:00", opened("N", &["B"]));
    story.tell(
        "nonconformance.dispositioned",
        "08:00",
        disposed("N", &[("B", "rework")]),
    );
    let close = json!({"nonconformance": "N", "verification": "measured"});
    let waits = story
        .try_to("nonconformance.closed", "09:00", close.clone())
        .unwrap_err();
    assert_eq!((waits.code(), waits.kind()), (Code::R35, Kind::Park));
    assert_eq!(
        waits.to_string(),
        "Nonconformance N still has 1 lots without disposition (C among them). Quality must \
         decide them before it closes."
    );
    assert_eq!(waits.waits_for(), Some(key("N")));
    assert_eq!(state(&story, "N"), NonconformanceState::Dispositioned);
    assert_eq!(story.gate("C"), (BLOCKED, vec![Code::R11]));
    story.tell(
        "nonconformance.dispositioned",
        "08:10",
        disposed("N", &[("C", "use_as_is")]),
    );
    story.tell("nonconformance.closed", "09:00", close);
    assert_eq!(state(&story, "N"), NonconformanceState::Closed);
    assert_eq!(affected(&story, "N"), Vec::<String>::new());
    assert_eq!(
        story.stock("B"),
        [(Usage::Blocked, n(10))],
        "the disposition stays"
    );
    assert_eq!(story.gate("C"), (CLEARED, vec![]));
    assert_eq!(story.gate("A"), (CLEARED, vec![]), "never affected");
}

#[test]
fn closing_waits_for_the_verification_and_verification_for_a_disposition() {
    let mut story = family();
    story.tell("nonconformance.opened", "07:00", opened("N", &["C"]));
    let waits = story
        .try_to("nonconformance.verified", "08:10", of("N"))
        .unwrap_err();
    assert_eq!((waits.code(), waits.kind()), (Code::R46, Kind::Park));
    story.tell(
        "nonconformance.dispositioned",
        "08:00",
        disposed("N", &[("C", "rework")]),
    );
    let close = json!({"nonconformance": "N"});
    let waits = story
        .try_to("nonconformance.closed", "09:00", close.clone())
        .unwrap_err();
    assert_eq!(
        waits.to_string(),
        "Nonconformance N is dispositioned; the closing is not possible as long as it is. It waits \
         for its verification by QMS."
    );
    story.tell("nonconformance.verified", "08:10", of("N"));
    story.tell("nonconformance.closed", "09:00", close);
    assert_eq!(state(&story, "N"), NonconformanceState::Closed);
}

#[test]
fn nothing_follows_the_closing_but_what_was_before_it() {
    let mut story = family();
    story.tell("nonconformance.opened", "07:00", opened("N", &["C"]));
    story.tell(
        "nonconformance.dispositioned",
        "08:00",
        disposed("N", &[("C", "rework")]),
    );
    let close = json!({"nonconformance": "N", "verification": "measured"});
    story.tell("nonconformance.closed", "09:00", close.clone());
    for (name, data) in [
        ("nonconformance.contained", of("N")),
        ("nonconformance.review_started", of("N")),
        (
            "nonconformance.dispositioned",
            disposed("N", &[("C", "scrap")]),
        ),
        ("nonconformance.verified", of("N")),
        ("nonconformance.closed", close),
        ("nonconformance.cancelled", of("N")),
    ] {
        let refused = story.try_to(name, "10:00", data).unwrap_err();
        assert_eq!(
            (refused.code(), refused.kind()),
            (Code::R02, Kind::Refuse),
            "{name}"
        );
        assert!(
            refused.to_string().contains("Nonconformance N is closed"),
            "{refused}"
        );
    }
    story.tell("nonconformance.contained", "07:30", of("N"));
    assert_eq!(
        found(&story, "N").containment().unwrap().at,
        time("07:30"),
        "told late"
    );
    assert_eq!(state(&story, "N"), NonconformanceState::Closed);
}

#[test]
fn a_board_that_takes_it_up_again_takes_its_decision_back() {
    let mut story = family();
    story.tell("nonconformance.opened", "07:00", opened("N", &["C"]));
    story.tell(
        "nonconformance.dispositioned",
        "08:00",
        disposed("N", &[("C", "use_as_is")]),
    );
    story.tell("nonconformance.verified", "08:10", of("N"));
    story.tell("nonconformance.review_started", "08:20", of("N"));
    assert_eq!(state(&story, "N"), NonconformanceState::UnderReview);
    assert_eq!(story.gate("C"), (BLOCKED, vec![Code::R11]));
    assert_eq!(found(&story, "N").decisions().len(), 1, "it is kept");
    story.tell(
        "nonconformance.dispositioned",
        "08:30",
        disposed("N", &[("C", "scrap")]),
    );
    assert_eq!(
        state(&story, "N"),
        NonconformanceState::Dispositioned,
        "not verified again"
    );
    assert_eq!(story.stock("C"), [(Usage::Rejected, n(10))]);
}

#[test]
fn what_nobody_has_begun_is_cancelled_and_what_was_begun_goes_on() {
    let mut story = family();
    story.tell("nonconformance.opened", "07:00", opened("N", &["A"]));
    story.tell("nonconformance.cancelled", "07:10", of("N"));
    assert_eq!(state(&story, "N"), NonconformanceState::Cancelled);
    assert_eq!(story.gate("C"), (CLEARED, vec![]));
    story.tell("nonconformance.contained", "07:05", of("N"));
    assert_eq!(state(&story, "N"), NonconformanceState::Contained);
    assert_eq!(story.gate("C"), (BLOCKED, vec![Code::R11]));
    let told = story.discrepancies(&key("N"));
    assert!(
        matches!(&told[..], [Discrepancy::CancelledInVain { .. }]),
        "{told:?}"
    );
    assert_eq!(told[0].code(), Code::R55);
}
