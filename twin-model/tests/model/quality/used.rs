//! Goods that were used before quality had set them free.

use twin_model::{Code, Discrepancy, Usage};

use crate::quality_parts::{free, judged, looked_at, posted, split, used, waiting};
use crate::quality_story::*;

#[test]
fn what_is_made_from_more_than_was_free_waits_for_quality() {
    for (quantity, usage, found) in [
        ("80", Usage::Unrestricted, 0),
        ("81", Usage::QualityInspection, 1),
    ] {
        let mut story = judged();
        story.tell("lot.transformed", "07:10", used("A", quantity, "Z"));
        assert_eq!(story.stock("Z"), [(usage, n(10))], "{quantity}");
        let shown = story.lot("A").discrepancies();
        assert_eq!(shown.len(), found, "{quantity}");
        for discrepancy in shown {
            assert_eq!(discrepancy.code(), Code::R80);
            assert!(
                discrepancy
                    .to_string()
                    .starts_with("81 H87 of lot A were used, and 80 of it were free for use."),
                "{discrepancy}"
            );
        }
        story.tell("lot.split", "07:20", split("Z", "P", "5"));
        story.tell("lot.transformed", "07:30", used("Z", "5", "Y"));
        assert_eq!(story.lot("P").usage(), usage, "goes on to parts");
        assert_eq!(story.lot("Y").usage(), usage, "and to what is made of it");
    }
}

#[test]
fn what_is_made_from_restricted_goods_is_free_and_its_parts_are_not() {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("A", "restricted"));
    story.tell("lot.transformed", "06:10", used("A", "60", "Z"));
    story.tell("lot.split", "06:20", split("A", "P", "10"));
    assert_eq!(free(&story, "Z"), Ok(()));
    assert_eq!(free(&story, "P"), Err(Usage::Restricted));
    assert_eq!(story.lot("A").discrepancies(), vec![]);
}

#[test]
fn goods_that_turn_out_to_be_good_were_no_wrong_to_use() {
    let plant = ends_the_same(
        &[("lot.created", "06:00", lot("A", "quality_inspection"))],
        &[
            ("lot.transformed", "06:10", used("A", "60", "Z")),
            (
                "stock.status_changed",
                "06:30",
                posted("A", "quality_inspection", "unrestricted"),
            ),
        ],
    );
    let mut story = Story::with(plant);
    assert_eq!(free(&story, "Z"), Ok(()));
    assert_eq!(story.lot("A").discrepancies(), vec![]);
    // What is blocked afterwards concerns what is still there.
    let data = posted("A", "unrestricted", "blocked");
    story.tell("stock.status_changed", "06:40", data);
    assert_eq!(free(&story, "Z"), Ok(()));
    assert_eq!(free(&story, "A"), Err(Usage::Blocked));
}

#[test]
fn what_was_made_from_bad_goods_is_freed_by_a_look_at_itself_after_they_were_found_bad() {
    let own = |at| looked_at(("lot.transformed", used("A", "60", "Z")), ("Z", "10"), at);
    let given = waiting();
    let before = Story::with(ends_the_same(&given, &own("06:30")));
    assert_eq!(free(&before, "Z"), Err(Usage::QualityInspection));
    let after = Story::with(ends_the_same(&given, &own("07:30")));
    assert_eq!(free(&after, "Z"), Ok(()));
    let found = after.lot("A").discrepancies();
    assert!(
        matches!(&found[..], [Discrepancy::UsedBeforeFree { .. }]),
        "the lot was bad all the same: {found:?}"
    );
}

#[test]
fn a_use_while_an_inspection_is_open_is_shown_until_it_is_decided() {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("A", "unrestricted"));
    story.tell("inspection.created", "06:05", inspection("I", "A"));
    story.tell("lot.transformed", "06:10", used("A", "60", "Z"));
    let found = story.lot("A").discrepancies();
    let [Discrepancy::UsedBeforeFree { used, free: of, .. }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((*used, *of), (n(60), n(0)));
    story.tell(
        "inspection.decided",
        "07:00",
        decided("I", &[("60", "accept"), ("40", "reject")]),
    );
    assert_eq!(story.lot("A").discrepancies(), vec![]);
    assert_eq!(free(&story, "Z"), Ok(()));
}
