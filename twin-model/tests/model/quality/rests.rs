//! What is left of a lot when something of it has gone without a word on which stock that was.

use serde_json::{Value, json};
use twin_model::wire::snapshot::{EntityState, StoredPlant};
use twin_model::{Plant, SPLITS_PER_LOT_MAX, Time, Usage};

use crate::quality_parts::{free, judged, merged, split};
use crate::quality_story::*;

fn given() -> Vec<Told> {
    vec![("lot.created", "06:00", lot("A", "quality_inspection"))]
}

fn accepted(asked: &'static str, looked_at: Option<Value>) -> [Told; 2] {
    let asked_for = json!({"inspection": "I", "lot": "A", "quantity": looked_at});
    [
        ("inspection.created", asked, asked_for),
        (
            "inspection.decided",
            "07:00",
            decided("I", &[("40", "accept")]),
        ),
    ]
}

#[test]
fn all_that_is_left_is_free_when_quality_accepts_as_much() {
    let mut into = merged(&["A"], "C", "60");
    into["child"]["lot"] = json!("P");
    for (name, gone) in [("lot.split", split("A", "P", "60")), ("lot.merged", into)] {
        for (asked, looked_at, rest) in [
            ("06:05", None, Usage::Unrestricted),
            ("06:20", None, Usage::Unrestricted),
            // Of 40 that it looked at before, some may be among those that went.
            ("06:05", Some(q("40")), Usage::QualityInspection),
            ("06:10", Some(q("40")), Usage::QualityInspection),
            ("06:11", Some(q("40")), Usage::Unrestricted),
        ] {
            let mut told = accepted(asked, looked_at.clone()).to_vec();
            told.push((name, "06:10", gone.clone()));
            let story = Story::with(ends_the_same(&given(), &told));
            assert_eq!(
                story.stock("A"),
                [(rest, n(40))],
                "{name}, asked at {asked} for {looked_at:?}"
            );
            assert_eq!(
                free(&story, "P"),
                Err(Usage::QualityInspection),
                "nobody has looked at it"
            );
        }
    }
}

#[test]
fn a_posting_moves_what_is_there_after_a_part_has_gone() {
    for (at, rest) in [
        ("06:09", Usage::QualityInspection),
        ("06:10", Usage::QualityInspection),
        ("06:11", Usage::Unrestricted),
    ] {
        let data = json!({"lot": "A", "quantity": q("40"), "from": "quality_inspection",
            "to": "unrestricted"});
        let told = [
            ("stock.status_changed", at, data),
            ("lot.split", "06:10", split("A", "P", "60")),
        ];
        let story = Story::with(ends_the_same(&given(), &told));
        assert_eq!(story.stock("A"), [(rest, n(40))], "posted at {at}");
    }
}

#[test]
fn what_is_judged_after_all_of_it_had_gone_in_parts_judges_the_rest_worst_first() {
    let told = [
        ("lot.split", "06:10", split("A", "P", "30")),
        ("lot.split", "06:20", split("A", "Q", "20")),
        ("inspection.created", "06:15", inspection("I", "A")),
        (
            "inspection.decided",
            "07:00",
            decided("I", &[("70", "accept"), ("30", "reject")]),
        ),
    ];
    let story = Story::with(ends_the_same(&given(), &told));
    let left = [(Usage::Unrestricted, n(20)), (Usage::Rejected, n(30))];
    assert_eq!(story.stock("A"), left);
    assert_eq!(free(&story, "P"), Err(Usage::QualityInspection));
    assert_eq!(free(&story, "Q"), Err(Usage::Rejected));
}

#[test]
fn of_one_split_some_may_be_told_and_some_not() {
    let mut story = judged();
    let data = json!({"parent": "A", "children": [
        {"lot": "BAD", "quantity": q("10"), "usage": "rejected"},
        {"lot": "P", "quantity": q("10")}]});
    story.tell("lot.split", "07:10", data);
    let left = [(Usage::Unrestricted, n(70)), (Usage::Rejected, n(10))];
    assert_eq!(story.stock("A"), left);
    assert_eq!(story.stock("BAD"), [(Usage::Rejected, n(10))]);
    assert_eq!(free(&story, "P"), Err(Usage::Rejected));
    assert_eq!(story.lot("A").discrepancies(), vec![]);
}

#[test]
fn of_what_went_at_more_times_than_are_kept_the_oldest_went_last() {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("A", "quality_inspection"));
    story.tell("lot.split", "06:10", split("A", "P", "60"));
    let with = |times: usize| -> Story {
        let mut stored = StoredPlant::from(&story.plant);
        for entity in &mut stored.entities {
            if let EntityState::Lot(lot) = &mut entity.state
                && lot.id.as_str() == "A"
            {
                let (first, _) = lot.stock.flows.split_out[0];
                let seconds = 1_i64..;
                let later = seconds.map(|n| (first.plus_seconds(n), "0.001".parse().unwrap()));
                lot.stock.flows.split_out.extend(later.take(times - 1));
            }
        }
        let mut story = Story::with(Plant::try_from(stored).unwrap());
        story.tell("lot.split", "06:50", split("A", "P", "1"));
        for (name, at, data) in accepted("06:55", None) {
            story.tell(name, at, data);
        }
        story
    };
    let kept = |story: &Story| {
        let flows = story.lot("A").stock().flows();
        let first = flows.split_out().iter().next().unwrap().0;
        (flows.split_out().times(), first == Time::MIN)
    };
    let free_of = |story: &Story| story.lot("A").unrestricted();
    let story_of_all = with(SPLITS_PER_LOT_MAX - 1);
    assert_eq!(kept(&story_of_all), (SPLITS_PER_LOT_MAX, false));
    assert!(free_of(&story_of_all) > n(37), "{}", free_of(&story_of_all));
    let story_of_latest = with(SPLITS_PER_LOT_MAX);
    assert_eq!(kept(&story_of_latest), (SPLITS_PER_LOT_MAX + 1, true));
    assert_eq!(free_of(&story_of_latest), n(0), "as if 60 went now");
}
