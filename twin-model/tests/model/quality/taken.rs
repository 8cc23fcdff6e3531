//! What several took of one lot, and what came in after quality had spoken.

use serde_json::{Value, json};
use twin_model::wire::snapshot::{EntityState, StoredPlant};
use twin_model::{Code, Discrepancy, Kind, PARTINGS_PER_LOT_MAX, Plant, Usage};

use crate::quality_findings::*;
use crate::quality_parts::{free, judged, posted, split, split_told, through_tank, used};
use crate::quality_story::*;

fn received(quantity: &str) -> Value {
    json!({"order": "WO", "lot": "L", "quantity": q(quantity)})
}

#[test]
fn several_that_took_more_than_was_good_have_none_of_it() {
    let mut story = judged();
    let good = |part, much| split_told("A", part, much, "unrestricted");
    story.tell("lot.split", "07:10", good("P", "60"));
    assert_eq!(free(&story, "P"), Ok(()));
    story.tell("lot.split", "07:20", good("Q", "40"));
    assert_eq!(free(&story, "P"), Err(Usage::Rejected), "80 were good");
    assert_eq!(free(&story, "Q"), Err(Usage::Rejected));
    let mut story = judged();
    story.tell("lot.transformed", "07:10", used("A", "80", "Z1"));
    assert_eq!(free(&story, "Z1"), Ok(()));
    story.tell("lot.transformed", "07:20", used("A", "20", "Z2"));
    assert_eq!(free(&story, "Z2"), Err(Usage::QualityInspection));
    let mut story = judged();
    story.tell("lot.split", "07:10", good("GOOD", "80"));
    story.tell("lot.transformed", "07:20", used("A", "20", "Z"));
    assert_eq!(free(&story, "Z"), Err(Usage::QualityInspection));
    assert_eq!(free(&story, "GOOD"), Err(Usage::Rejected));
}

#[test]
fn what_comes_in_later_brings_what_it_has_whatever_was_said_before() {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("A", "unrestricted"));
    story.tell("lot.created", "06:00", lot("B", "rejected"));
    story.tell("lot.split", "06:10", split("A", "P", "50"));
    let look = json!({"inspection": "J", "lot": "P", "quantity": q("50")});
    story.tell("inspection.created", "06:20", look);
    story.tell(
        "inspection.decided",
        "07:00",
        decided("J", &[("50", "accept")]),
    );
    assert_eq!(free(&story, "P"), Ok(()));
    story.tell("lot.split", "08:00", split("B", "P", "50"));
    assert_eq!(story.stock("P"), [(Usage::Rejected, n(100))]);
    // The same of what was made.
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("A", "blocked"));
    story.tell("lot.created", "06:00", lot("Z", "quality_inspection"));
    let set_free = posted("Z", "quality_inspection", "unrestricted");
    story.tell("stock.status_changed", "07:00", set_free);
    let data = json!({"inputs": [{"lot": "A", "quantity": q("10")}],
        "outputs": [{"lot": "Z", "material": "M", "quantity": q("10")}]});
    story.tell("lot.transformed", "08:00", data);
    assert_eq!(free(&story, "Z"), Err(Usage::QualityInspection));
}

#[test]
fn a_posting_that_makes_goods_worse_counts_until_the_last_of_them_has_left() {
    let told: Vec<Told> = vec![
        ("lot.split", "06:10", split("A", "P", "10")),
        (
            "stock.status_changed",
            "07:00",
            posted("A", "unrestricted", "blocked"),
        ),
        ("lot.split", "08:00", split("A", "P", "10")),
    ];
    let given: Vec<Told> = vec![("lot.created", "06:00", lot("A", "unrestricted"))];
    let story = Story::with(ends_the_same(&given, &told));
    assert_eq!(story.stock("P"), [(Usage::Blocked, n(20))]);
}

#[test]
fn what_a_board_said_of_the_whole_counts_where_it_asks_nothing_of_the_part() {
    let told: Vec<Told> = vec![
        ("nonconformance.opened", "06:05", opened("N", &["A"])),
        ("lot.split", "06:10", split("A", "P", "60")),
        (
            "nonconformance.dispositioned",
            "07:00",
            disposed("N", &[("A", "regrade")]),
        ),
    ];
    let given: Vec<Told> = vec![("lot.created", "06:00", lot("A", "unrestricted"))];
    let story = Story::with(ends_the_same(&given, &told));
    assert_eq!(free(&story, "A"), Err(Usage::Restricted));
    assert_eq!(free(&story, "P"), Err(Usage::Restricted));
    // A split of before that is told when all is closed.
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("A", "unrestricted"));
    story.tell("nonconformance.opened", "06:05", opened("N", &["A"]));
    let back = disposed("N", &[("A", "return_to_vendor")]);
    story.tell("nonconformance.dispositioned", "07:00", back);
    story.tell("nonconformance.verified", "07:10", of("N"));
    story.tell("nonconformance.closed", "07:20", of("N"));
    story.tell("lot.split", "06:10", split("A", "P", "60"));
    assert_eq!(free(&story, "P"), Err(Usage::Rejected));
}

#[test]
fn what_was_told_of_a_part_says_nothing_of_what_is_judged_later() {
    let told: Vec<Told> = vec![
        (
            "lot.split",
            "06:10",
            split_told("A", "P", "50", "unrestricted"),
        ),
        (
            "inspection.decided",
            "07:00",
            decided("I", &[("50", "accept"), ("50", "reject")]),
        ),
    ];
    let given: Vec<Told> = vec![
        ("lot.created", "06:00", lot("A", "unrestricted")),
        ("inspection.created", "06:05", inspection("I", "A")),
    ];
    let story = Story::with(ends_the_same(&given, &told));
    assert_eq!(free(&story, "P"), Err(Usage::Rejected));
    // And what was told of it ends with the judgement that sets it free.
    let told: Vec<Told> = vec![
        (
            "lot.split",
            "06:10",
            split_told("A", "P", "50", "quality_inspection"),
        ),
        (
            "inspection.decided",
            "07:00",
            decided("I", &[("100", "accept")]),
        ),
    ];
    let given: Vec<Told> = vec![
        ("lot.created", "06:00", lot("A", "quality_inspection")),
        ("inspection.created", "06:05", inspection("I", "A")),
    ];
    let story = Story::with(ends_the_same(&given, &told));
    assert_eq!(free(&story, "P"), Ok(()));
    // What only the warehouse knew stays.
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("A", "unrestricted"));
    story.tell("lot.split", "06:10", split_told("A", "P", "5", "blocked"));
    assert_eq!(free(&story, "P"), Err(Usage::Blocked));
    let shown = story.lot("A").discrepancies();
    assert!(matches!(&shown[..], [Discrepancy::StatusNotThere { .. }]));
}

#[test]
fn a_receipt_after_the_work_was_given_up_frees_nothing_and_what_was_used_before_is_no_work() {
    let operations = json!([{"op": "10"}, {"op": "20", "predecessors": ["10"]}]);
    let made = json!({"lot": "L", "material": "M", "quantity": q("10"), "order": "WO", "op": "20"});
    let scrap = json!({"order": "WO", "op": "20", "reason": "tool", "wip_disposition": "scrap"});
    let given: Vec<Told> = vec![
        (
            "work_order.created",
            "04:00",
            json!({"order": "WO", "material": "M", "quantity": q("100")}),
        ),
        (
            "work_order.released",
            "05:00",
            json!({"order": "WO", "operations": operations}),
        ),
    ];
    let told: Vec<Told> = vec![
        ("lot.created", "06:00", made),
        ("lot.transformed", "06:20", used("L", "2", "K")),
        ("operation.aborted", "07:00", scrap),
        ("goods.received", "08:00", received("6")),
    ];
    let story = Story::with(ends_the_same(&given, &told));
    assert_eq!(free(&story, "L"), Err(Usage::Blocked));
    assert_eq!(story.lot("L").unrestricted(), n(0));
    assert_eq!(free(&story, "K"), Ok(()), "used before that");
}

#[test]
fn one_old_piece_takes_nothing_of_what_the_material_asks_of_the_others() {
    let material = json!({"material": "N", "version": 1, "base_unit": "H87",
        "inspection_required": true, "shelf_life_days": 1});
    let told: Vec<Told> = vec![
        ("lot.transformed", "06:30", used("A", "10", "Z")),
        ("lot.split", "06:40", split("OLD", "Z", "1")),
    ];
    let mut old = lot("OLD", "unrestricted");
    old["material"] = json!("N");
    old["produced_at"] = json!(time("05:00"));
    let given: Vec<Told> = vec![
        ("lot.created", "05:00", old),
        ("lot.created", "05:00", lot("A", "unrestricted")),
        ("material.updated", "06:00", material),
    ];
    let mut story = Story::with(ends_the_same(&given, &told));
    assert_eq!(story.stock("Z"), [(Usage::QualityInspection, n(11))]);
    assert!(story.lot("Z").expiry().is_some());
    story.tell("shipment.requested", "07:00", request("D", "Z", "1"));
    assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]));
}

#[test]
fn a_tank_besides_brings_what_nobody_told_of() {
    for (window, part) in [
        (("09:00", "11:00"), Err(Usage::Rejected)),
        (("10:01", "11:00"), Ok(())),
    ] {
        let given: Vec<Told> = vec![
            ("lot.created", "06:00", lot("A", "unrestricted")),
            ("lot.created", "06:00", lot("B", "unrestricted")),
            ("inspection.created", "06:05", inspection("I", "A")),
        ];
        let parts = [("80", "accept"), ("20", "reject")];
        let good = split_told("A", "GOOD", "80", "unrestricted");
        let told: Vec<Told> = vec![
            ("inspection.decided", "07:00", decided("I", &parts)),
            ("lot.split", "07:10", good),
            (
                "lot.merged",
                "10:00",
                through_tank("B", "GOOD", ("08:00", "10:00")),
            ),
            ("lot.merged", "11:00", through_tank("A", "X", window)),
        ];
        let story = Story::with(ends_the_same(&given, &told));
        assert_eq!(
            free(&story, "GOOD"),
            part,
            "A was in the tank in {window:?}"
        );
        assert_eq!(free(&story, "X"), Err(Usage::Rejected));
        assert_eq!(free(&story, "B"), Ok(()));
    }
}

#[test]
fn bad_pieces_that_are_carried_into_one_lot_twice_leave_when_they_do() {
    let given: Vec<Told> = vec![
        ("lot.created", "06:00", lot("A", "unrestricted")),
        ("inspection.created", "06:05", inspection("I", "A")),
        (
            "inspection.created",
            "08:00",
            json!({"inspection": "J", "lot": "A", "blocking": true}),
        ),
    ];
    let bad = |much| split_told("A", "BAD", much, "rejected");
    let told: Vec<Told> = vec![
        (
            "inspection.decided",
            "07:00",
            decided("I", &[("90", "accept"), ("10", "reject")]),
        ),
        ("lot.split", "07:10", bad("10")),
        (
            "inspection.decided",
            "09:00",
            decided("J", &[("75", "accept"), ("15", "reject")]),
        ),
        ("lot.split", "09:10", bad("15")),
    ];
    let story = Story::with(ends_the_same(&given, &told));
    assert_eq!(story.stock("A"), [(Usage::Unrestricted, n(75))]);
    assert_eq!(story.stock("BAD"), [(Usage::Rejected, n(25))]);
    assert_eq!(story.lot("A").discrepancies(), vec![]);
    // Told of one moment twice, it is one word.
    let mut story = judged();
    for _ in 0..2 {
        story.tell(
            "lot.split",
            "07:10",
            split_told("A", "BAD", "10", "rejected"),
        );
    }
    assert_eq!(story.stock("A"), [(Usage::Unrestricted, n(80))]);
    assert_eq!(story.lot("A").discrepancies(), vec![]);
}

#[test]
fn a_lot_keeps_ten_thousand_words_on_what_went_into_its_parts() {
    let mut judged = judged();
    judged.tell(
        "lot.split",
        "07:10",
        split_told("A", "BAD", "1", "rejected"),
    );
    let with = |count: usize| {
        let mut stored = StoredPlant::from(&judged.plant);
        for entity in &mut stored.entities {
            if let EntityState::Lot(lot) = &mut entity.state
                && lot.id.as_str() == "A"
            {
                let ((part, usage, first), quantity) = lot.quality.partings[0].clone();
                let times = (0_i64..).take(count).map(|n| first.plus_seconds(n));
                let words = times.map(|at| ((part.clone(), usage, at), quantity));
                lot.quality.partings = words.collect();
            }
        }
        Plant::try_from(stored).unwrap()
    };
    let two = json!({"parent": "A", "children": [
        {"lot": "P", "quantity": q("1"), "usage": "unrestricted"},
        {"lot": "Q", "quantity": q("1"), "usage": "unrestricted"}]});
    let event = event_from("/s", "two", "lot.split", "07:20", &two);
    let mut plant = with(PARTINGS_PER_LOT_MAX - 2);
    plant.apply(&event).unwrap();
    let mut plant = with(PARTINGS_PER_LOT_MAX - 1);
    let before = plant.state_hash();
    let refused = plant.apply(&event).unwrap_err();
    let met = (refused.code(), refused.kind());
    assert_eq!(met, (Code::R52, Kind::Exception));
    assert_eq!(
        refused.to_string(),
        "Of lot A it was told 10000 times which of its stock went into a part; more is not kept. \
         Split what is left into a lot number of its own."
    );
    assert_eq!(plant.state_hash(), before);
    let mut plant = with(PARTINGS_PER_LOT_MAX);
    let untold = event_from("/s", "untold", "lot.split", "07:20", &split("A", "P", "1"));
    plant.apply(&untold).unwrap();
}
