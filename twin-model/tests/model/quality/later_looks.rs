//! An inspection looks at what is in a lot when it is asked for, and not at what had left before.

use serde_json::json;
use twin_model::Usage;

use crate::quality_parts::{free, posted, split, used};
use crate::quality_story::*;

/// A look at A that is asked for at a time, and decided at eight.
fn look(asked: &'static str, parts: &[(&str, &str)]) -> [Told; 2] {
    [
        (
            "inspection.created",
            asked,
            json!({"inspection": "J", "lot": "A", "blocking": true}),
        ),
        ("inspection.decided", "08:00", decided("J", parts)),
    ]
}

fn given(usage: &str) -> Vec<Told> {
    vec![("lot.created", "06:00", lot("A", usage))]
}

#[test]
fn a_later_look_at_what_is_left_says_nothing_of_a_part_that_had_left() {
    for (asked, part) in [
        ("06:09", Err(Usage::Rejected)),
        ("06:10", Err(Usage::Rejected)),
        ("06:11", Ok(())),
    ] {
        let mut told = look(asked, &[("40", "reject")]).to_vec();
        told.push(("lot.split", "06:10", split("A", "P", "60")));
        told.push(("lot.split", "06:20", split("P", "Q", "10")));
        let story = Story::with(ends_the_same(&given("unrestricted"), &told));
        assert_eq!(free(&story, "P"), part, "asked at {asked}");
        assert_eq!(free(&story, "Q"), part, "asked at {asked}");
        assert_eq!(story.stock("A"), [(Usage::Rejected, n(40))]);
    }
}

#[test]
fn a_later_look_leaves_what_was_posted_of_a_part_as_it_is() {
    for (asked, part) in [("06:10", Err(Usage::Rejected)), ("06:30", Ok(()))] {
        let mut told = look(asked, &[("100", "reject")]).to_vec();
        told.push(("lot.split", "06:10", split("A", "P", "60")));
        let data = posted("P", "quality_inspection", "unrestricted");
        told.push(("stock.status_changed", "06:20", data));
        let story = Story::with(ends_the_same(&given("quality_inspection"), &told));
        assert_eq!(free(&story, "P"), part, "asked at {asked}");
        assert_eq!(story.lot("P").discrepancies(), vec![]);
    }
}

#[test]
fn an_open_inspection_keeps_what_left_after_it_was_asked_for_and_not_what_left_before() {
    for (asked, kept) in [("06:09", true), ("06:10", true), ("06:11", false)] {
        let [asked_for, _] = look(asked, &[("100", "accept")]);
        let told = vec![
            asked_for,
            ("lot.split", "06:10", split("A", "P", "30")),
            ("lot.transformed", "06:10", used("A", "10", "Z")),
            ("lot.split", "07:00", split("P", "Q", "10")),
        ];
        let story = Story::with(ends_the_same(&given("unrestricted"), &told));
        for lot in ["P", "Q", "Z"] {
            let awaited = story.lot(lot).awaited_inspections().count();
            assert_eq!(awaited, usize::from(kept), "{lot}, asked at {asked}");
            let shown = free(&story, lot).is_err();
            assert_eq!(shown, kept, "{lot}, asked at {asked}");
        }
        assert_eq!(free(&story, "A"), Err(Usage::QualityInspection));
    }
}

#[test]
fn a_part_that_left_in_two_goes_has_the_worse_of_what_each_of_them_has() {
    let free_goods = Usage::Unrestricted;
    let waiting = Usage::QualityInspection;
    for (began, asked, what, part) in [
        ("unrestricted", "06:10", "reject", Usage::Rejected),
        ("unrestricted", "06:20", "reject", Usage::Rejected),
        ("unrestricted", "06:30", "reject", Usage::Rejected),
        ("unrestricted", "06:31", "reject", free_goods),
        ("unrestricted", "06:20", "accept", free_goods),
        ("quality_inspection", "06:10", "accept", free_goods),
        ("quality_inspection", "06:11", "accept", waiting),
        ("quality_inspection", "06:30", "accept", waiting),
        ("quality_inspection", "06:31", "accept", waiting),
        (
            "quality_inspection",
            "06:20",
            "accept_with_deviation",
            waiting,
        ),
        ("quality_inspection", "06:20", "reject", Usage::Rejected),
    ] {
        let mut told = look(asked, &[("100", what)]).to_vec();
        told.push(("lot.split", "06:10", split("A", "P", "10")));
        told.push(("lot.split", "06:30", split("A", "P", "10")));
        let story = Story::with(ends_the_same(&given(began), &told));
        assert_eq!(
            story.lot("P").usage(),
            part,
            "{began}, {what} asked at {asked}"
        );
    }
}

#[test]
fn a_later_look_makes_no_wrong_of_a_use_and_may_make_it_good() {
    for (began, asked, what, made) in [
        (
            "unrestricted",
            "06:10",
            "reject",
            Err(Usage::QualityInspection),
        ),
        ("unrestricted", "06:11", "reject", Ok(())),
        ("quality_inspection", "06:11", "accept", Ok(())),
        (
            "quality_inspection",
            "06:11",
            "reject",
            Err(Usage::QualityInspection),
        ),
    ] {
        let mut told = look(asked, &[("100", what)]).to_vec();
        told.push(("lot.transformed", "06:10", used("A", "60", "Z")));
        let story = Story::with(ends_the_same(&given(began), &told));
        assert_eq!(free(&story, "Z"), made, "{began}, {what} asked at {asked}");
    }
    // Used again after it was asked for.
    let mut told = look("06:20", &[("100", "reject")]).to_vec();
    told.push(("lot.transformed", "06:10", used("A", "10", "Z")));
    told.push(("lot.transformed", "06:30", used("A", "10", "Z")));
    let story = Story::with(ends_the_same(&given("unrestricted"), &told));
    assert_eq!(free(&story, "Z"), Err(Usage::QualityInspection));
}
