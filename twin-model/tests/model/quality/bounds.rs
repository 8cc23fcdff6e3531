//! How much an inspection and a nonconformance keep, and which of two facts counts.

use serde_json::json;
use twin_model::{
    Code, EntityKey, InspectionState, Kind, NonconformanceState, Rejection, Usage, Verdict,
};

use crate::quality_findings::*;
use crate::quality_story::*;

/// A time of that day that no other number has.
fn nth(n: u32) -> String {
    format!("{:02}:{:02}", 7 + n / 60, n % 60)
}

fn inspection_key() -> EntityKey {
    EntityKey::Inspection("I".parse().unwrap())
}

fn full(refused: &Rejection, object: &str, action: &str) {
    assert_eq!((refused.code(), refused.kind()), (Code::R02, Kind::Refuse));
    let text = refused.to_string();
    assert!(text.contains(object) && text.contains(action), "{text}");
}

#[test]
fn an_inspection_keeps_a_hundred_decisions_and_as_many_reopenings() {
    let mut story = Story::with_an_inspection();
    for n in 0..100 {
        story.tell(
            "inspection.decided",
            &nth(2 * n),
            decided("I", &[("100", "accept")]),
        );
        story.tell("inspection.reopened", &nth(2 * n + 1), because("I"));
    }
    assert_eq!(story.inspection("I").decisions().len(), 100);
    assert_eq!(story.inspection("I").reopenings().len(), 100);
    assert_eq!(story.inspection("I").round(), 101);
    let more = decided("I", &[("100", "accept")]);
    let refused = story
        .try_to("inspection.decided", "11:00", more)
        .unwrap_err();
    full(&refused, "Inspection I", "one more decision");
    let refused = story.try_to("inspection.reopened", "11:00", because("I"));
    full(&refused.unwrap_err(), "Inspection I", "one more reopening");
}

#[test]
fn an_inspection_keeps_results_of_a_thousand_characteristics() {
    let mut story = Story::new();
    let mut data = inspection("I", "L");
    data["blocking"] = json!(false);
    story.tell("inspection.created", "06:20", data);
    for n in 0..1_000 {
        let event = event_from(
            "/s",
            &format!("r{n}"),
            "inspection.result_recorded",
            "07:00",
            &result("I", &format!("c{n}"), "pass"),
        );
        story.plant.apply(&event).unwrap();
    }
    story.tell(
        "inspection.result_recorded",
        "07:10",
        result("I", "c7", "fail"),
    );
    let more = result("I", "another", "pass");
    let refused = story.try_to("inspection.result_recorded", "07:20", more);
    full(
        &refused.unwrap_err(),
        "Inspection I",
        "a result of one more characteristic",
    );
    let results = story.inspection("I").results();
    assert_eq!(results.len(), 1_000);
    assert_eq!(results["c7"].verdict, Verdict::Fail);
}

#[test]
fn of_two_results_of_one_characteristic_the_later_counts_and_of_one_time_the_worse() {
    for (first, second, counts) in [
        (("07:00", "pass"), ("07:10", "fail"), Verdict::Fail),
        (("07:00", "fail"), ("07:10", "pass"), Verdict::Pass),
        (("07:00", "pass"), ("07:00", "fail"), Verdict::Fail),
    ] {
        for told in [[first, second], [second, first]] {
            let mut story = Story::with_an_inspection();
            for (at, verdict) in told {
                let data = result("I", "length", verdict);
                story.tell("inspection.result_recorded", at, data);
            }
            let known = &story.inspection("I").results()["length"];
            assert_eq!(known.verdict, counts, "{told:?}");
        }
    }
}

#[test]
fn a_result_is_in_the_unit_of_the_plan_or_in_none() {
    let mut story = Story::with_a_lot();
    let mut plan = inspection("I", "L");
    plan["characteristics"] = json!([{"name": "weight", "unit": "KGM"}, {"name": "colour"}]);
    story.tell("inspection.created", "06:20", plan);
    let measured = |name: &str, unit: Option<&str>| {
        let mut data = result("I", name, "pass");
        data["values"] = json!(["1.5"]);
        data["unit"] = json!(unit);
        data
    };
    let refused = story
        .try_to(
            "inspection.result_recorded",
            "07:00",
            measured("weight", Some("GRM")),
        )
        .unwrap_err();
    assert_eq!(refused.code(), Code::R19);
    assert_eq!(story.inspection("I").results().len(), 0);
    for (name, unit) in [
        ("weight", None),
        ("weight", Some("KGM")),
        ("colour", Some("GRM")),
        ("unplanned", Some("GRM")),
    ] {
        story.tell("inspection.result_recorded", "07:10", measured(name, unit));
    }
    assert_eq!(story.inspection("I").results().len(), 3);
}

#[test]
fn a_decision_may_be_reopened_from_its_own_time_on_and_what_was_found_until_then_is_over() {
    let mut story = Story::with_an_inspection();
    let mut last = result("I", "length", "pass");
    last["complete"] = json!(true);
    story.tell("inspection.result_recorded", "08:00", last.clone());
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("100", "accept")]),
    );
    let early = story.try_to("inspection.reopened", "07:59", because("I"));
    assert_eq!(early.unwrap_err().code(), Code::R46);
    story.tell("inspection.reopened", "08:00", because("I"));
    assert_eq!(story.state("I"), InspectionState::InProgress);
    assert_eq!(story.inspection("I").decision(), None);
    story.tell("inspection.result_recorded", "07:30", last.clone());
    assert_eq!(story.state("I"), InspectionState::InProgress, "told late");
    story.tell("inspection.result_recorded", "08:01", last);
    assert_eq!(story.state("I"), InspectionState::ResultsComplete);
}

#[test]
fn all_that_is_there_may_be_scrapped_and_no_more() {
    // Of 100 pieces 40 are used.
    let mut story = Story::with_a_lot();
    story.tell(
        "inspection.created",
        "06:20",
        json!({"inspection": "I", "lot": "L"}),
    );
    story.tell(
        "lot.transformed",
        "06:30",
        json!({
        "inputs": [{"lot": "L", "quantity": q("40")}],
        "outputs": [{"lot": "K", "material": "M", "quantity": q("40")}]}),
    );
    let refused = story
        .try_to(
            "inspection.decided",
            "08:00",
            decided("I", &[("61", "scrap")]),
        )
        .unwrap_err();
    assert_eq!((refused.code(), refused.kind()), (Code::R17, Kind::Park));
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("60", "scrap")]),
    );
    assert_eq!(story.lot("L").on_hand(), n(0));
    assert_eq!(story.lot("L").stock().flows().scrapped, n(60));
    assert_eq!(story.stock("L"), []);
}

#[test]
fn of_two_cancellations_the_first_by_its_time_counts() {
    let because =
        |id: &str, reason: &str| json!({"inspection": id, "nonconformance": id, "reason": reason});
    for (first, second) in [
        (("07:00", "the lot is gone"), ("07:10", "a mistake")),
        (("07:00", "a mistake"), ("07:00", "the lot is gone")),
    ] {
        for told in [[first, second], [second, first]] {
            let mut story = Story::with_an_inspection();
            story.tell("nonconformance.opened", "06:30", opened("N", &["L"]));
            for (at, reason) in told {
                story.tell("inspection.cancelled", at, because("I", reason));
                story.tell("nonconformance.cancelled", at, because("N", reason));
            }
            let kept = |said: &twin_model::Said| (said.at, said.reason.to_string());
            let first = (time(first.0), first.1.to_owned());
            let inspection = story.inspection("I").cancellation().map(kept);
            assert_eq!(inspection, Some(first.clone()), "{told:?}");
            assert_eq!(found(&story, "N").cancellation().map(kept), Some(first));
            assert_eq!(story.state("I"), InspectionState::Cancelled);
            assert_eq!(state(&story, "N"), NonconformanceState::Cancelled);
        }
    }
}

#[test]
fn a_cancellation_after_a_beginning_is_shown_with_the_first_of_what_began() {
    let mut story = Story::with_an_inspection();
    story.tell("inspection.cancelled", "07:00", because("I"));
    assert_eq!(story.discrepancies(&inspection_key()), vec![]);
    story.tell(
        "inspection.result_recorded",
        "08:30",
        result("I", "length", "pass"),
    );
    story.tell(
        "inspection.decided",
        "08:10",
        decided("I", &[("100", "accept")]),
    );
    let shown = story.discrepancies(&inspection_key());
    assert_eq!(shown.len(), 1, "{shown:?}");
    let text = shown[0].to_string();
    assert!(
        text.contains("07:00:00Z") && text.contains("08:10:00Z"),
        "{text}"
    );
    // The same of a nonconformance: set aside, reviewed, decided.
    for (told, began) in [
        (
            [("contained", "08:00"), ("review_started", "08:10")],
            "08:00",
        ),
        (
            [("contained", "08:20"), ("review_started", "08:10")],
            "08:10",
        ),
    ] {
        let mut story = Story::with_a_lot();
        story.tell("nonconformance.opened", "06:30", opened("N", &["L"]));
        story.tell("nonconformance.cancelled", "07:00", of("N"));
        for (name, at) in told {
            story.tell(&format!("nonconformance.{name}"), at, of("N"));
        }
        let data = disposed("N", &[("L", "rework")]);
        story.tell("nonconformance.dispositioned", "08:15", data);
        let shown = story.discrepancies(&key("N"));
        let text = shown[0].to_string();
        assert!(text.contains(&format!("{began}:00Z")), "{text}");
        assert_eq!(state(&story, "N"), NonconformanceState::Dispositioned);
    }
}

#[test]
fn a_nonconformance_keeps_a_hundred_reviews_and_a_hundred_decisions() {
    let mut story = Story::with_a_lot();
    story.tell("nonconformance.opened", "06:30", opened("N", &["L"]));
    let use_as_is = || disposed("N", &[("L", "use_as_is")]);
    for n in 0..100 {
        story.tell("nonconformance.review_started", &nth(2 * n), of("N"));
        story.tell("nonconformance.dispositioned", &nth(2 * n + 1), use_as_is());
    }
    assert_eq!(found(&story, "N").reviews().len(), 100);
    assert_eq!(found(&story, "N").decisions().len(), 100);
    let refused = story.try_to("nonconformance.review_started", "11:00", of("N"));
    full(&refused.unwrap_err(), "Nonconformance N", "a review");
    let refused = story.try_to("nonconformance.dispositioned", "11:00", use_as_is());
    full(&refused.unwrap_err(), "Nonconformance N", "a disposition");
}

#[test]
fn of_two_containments_the_first_counts_and_of_two_verifications_the_last() {
    let said = |field: &str, text: &str| {
        let mut data = json!({"nonconformance": "N"});
        data[field] = json!(text);
        data
    };
    for order in [[0, 1], [1, 0]] {
        let mut story = Story::with_a_lot();
        story.tell("nonconformance.opened", "06:30", opened("N", &["L"]));
        let data = disposed("N", &[("L", "use_as_is")]);
        story.tell("nonconformance.dispositioned", "07:00", data);
        for n in order {
            let (at, text) = [("07:00", "rack 1"), ("07:10", "rack 2")][n];
            story.tell("nonconformance.contained", at, said("action", text));
            story.tell("nonconformance.verified", at, said("verification", text));
        }
        let kept = found(&story, "N");
        let contained = kept.containment().unwrap();
        assert_eq!(
            (contained.at, contained.reason.as_str()),
            (time("07:00"), "rack 1")
        );
        let verified = kept.verification().unwrap();
        assert_eq!(
            (verified.at, verified.reason.as_str()),
            (time("07:10"), "rack 2")
        );
        assert_eq!(state(&story, "N"), NonconformanceState::Verified);
    }
}

#[test]
fn a_verification_counts_from_the_moment_of_the_decision_on() {
    let mut story = Story::with_a_lot();
    story.tell("nonconformance.opened", "06:30", opened("N", &["L"]));
    let data = disposed("N", &[("L", "use_as_is")]);
    story.tell("nonconformance.dispositioned", "07:00", data.clone());
    let early = story.try_to("nonconformance.verified", "06:59", of("N"));
    assert_eq!(early.unwrap_err().code(), Code::R46);
    story.tell("nonconformance.verified", "07:00", of("N"));
    assert_eq!(state(&story, "N"), NonconformanceState::Verified);
    // A decision of the moment of a review counts, one from before it does not.
    story.tell("nonconformance.review_started", "08:00", of("N"));
    assert_eq!(state(&story, "N"), NonconformanceState::UnderReview);
    story.tell("nonconformance.dispositioned", "07:59", data.clone());
    assert_eq!(state(&story, "N"), NonconformanceState::UnderReview);
    story.tell("nonconformance.dispositioned", "08:00", data);
    assert_eq!(state(&story, "N"), NonconformanceState::Dispositioned);
}

#[test]
fn what_happens_at_the_moment_of_the_closing_is_after_it() {
    let mut story = Story::with_a_lot();
    story.tell("nonconformance.opened", "06:30", opened("N", &["L"]));
    let data = disposed("N", &[("L", "use_as_is")]);
    story.tell("nonconformance.dispositioned", "07:00", data);
    let close = json!({"nonconformance": "N", "verification": "measured"});
    story.tell("nonconformance.closed", "08:00", close);
    let after = story.try_to("nonconformance.contained", "08:00", of("N"));
    assert_eq!(after.unwrap_err().code(), Code::R02);
    story.tell("nonconformance.contained", "07:59", of("N"));
    assert_eq!(found(&story, "N").closed_at(), Some(time("08:00")));
}

#[test]
fn a_disposition_covers_a_lot_when_what_stays_comes_to_all_that_is_there() {
    for (parts, left) in [
        (vec![("99", "use_as_is")], 1),
        (vec![("100", "use_as_is")], 0),
        (vec![("60", "use_as_is"), ("39", "rework")], 1),
        (vec![("60", "use_as_is"), ("40", "rework")], 0),
        // What is scrapped is no longer there.
        (vec![("60", "scrap"), ("39", "regrade")], 1),
        (vec![("60", "scrap"), ("40", "regrade")], 0),
        (vec![("100", "scrap")], 0),
    ] {
        let mut story = Story::with_a_lot();
        story.tell("nonconformance.opened", "06:30", opened("N", &["L"]));
        story.tell(
            "nonconformance.dispositioned",
            "07:00",
            part("N", "L", &parts),
        );
        let undisposed = found(&story, "N").undisposed_lots(&story.plant).len();
        assert_eq!(undisposed, left, "{parts:?}");
    }
}

#[test]
fn only_what_may_be_used_as_a_whole_sets_free_what_was_made_from_it() {
    let whole = |what: &str| disposed("N", &[("A", what)]);
    for (decision, free) in [
        (whole("use_as_is"), true),
        (whole("regrade"), true),
        (whole("rework"), false),
        (whole("scrap"), false),
        (whole("return_to_vendor"), false),
        (whole("sort"), false),
        (disposed("N", &[("A", "use_as_is"), ("A", "rework")]), false),
        (disposed("N", &[("A", "use_as_is"), ("A", "regrade")]), true),
        (part("N", "A", &[("80", "use_as_is")]), false),
    ] {
        let mut story = family();
        story.tell("nonconformance.opened", "07:00", opened("N", &["A"]));
        story.tell("nonconformance.dispositioned", "08:00", decision.clone());
        let all = affected(&story, "N");
        let expected: &[&str] = if free { &["A"] } else { &["A", "B", "C"] };
        assert_eq!(all, expected, "{decision}");
    }
}

#[test]
fn scrap_of_a_board_is_taken_from_what_is_there_and_no_more() {
    let mut story = Story::with_a_lot();
    story.tell("nonconformance.opened", "06:30", opened("N", &["L"]));
    let scrap = |much: &str| part("N", "L", &[(much, "scrap")]);
    let refused = story
        .try_to("nonconformance.dispositioned", "07:00", scrap("101"))
        .unwrap_err();
    assert_eq!((refused.code(), refused.kind()), (Code::R17, Kind::Park));
    assert_eq!(found(&story, "N").decisions().len(), 0);
    story.tell("nonconformance.dispositioned", "07:00", scrap("100"));
    assert_eq!(story.lot("L").on_hand(), n(0));
    // A later decision on less gives the rest back.
    story.tell("nonconformance.dispositioned", "07:10", scrap("30"));
    assert_eq!(story.lot("L").on_hand(), n(70));
    assert_eq!(story.lot("L").stock().flows().scrapped, n(30));
}

#[test]
fn a_foreign_lot_of_another_decision_keeps_its_status() {
    let mut story = Story::with_a_lot();
    story.tell("lot.created", "06:00", lot("K", "unrestricted"));
    story.tell("nonconformance.opened", "06:30", opened("N", &["K"]));
    let data = disposed("N", &[("K", "rework"), ("L", "scrap")]);
    story.tell("nonconformance.dispositioned", "07:00", data);
    assert_eq!(story.stock("K"), [(Usage::Blocked, n(100))]);
    let of = |lot: &str| {
        let id = lot.parse().unwrap();
        found(&story, "N")
            .disposition_of(&id)
            .map(|it| it.parts.len())
    };
    assert_eq!((of("K"), of("L"), of("M")), (Some(1), Some(1), None));
}
