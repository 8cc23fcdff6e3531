//! What quality says of a lot is said of everything that its goods went into.

use serde_json::{Value, json};
use twin_model::{AWAITED_INSPECTIONS_MAX, Code, Discrepancy, EntityKey, Usage};

use crate::quality_findings::*;
use crate::quality_story::*;

pub(crate) fn split(parent: &str, child: &str, quantity: &str) -> Value {
    json!({"parent": parent, "children": [{"lot": child, "quantity": q(quantity)}]})
}

pub(crate) fn split_told(parent: &str, child: &str, quantity: &str, usage: &str) -> Value {
    json!({"parent": parent,
        "children": [{"lot": child, "quantity": q(quantity), "usage": usage}]})
}

pub(crate) fn merged(parents: &[&str], child: &str, each: &str) -> Value {
    let parents: Vec<Value> = parents
        .iter()
        .map(|lot| json!({"lot": lot, "quantity": q(each)}))
        .collect();
    json!({"parents": parents, "child": {"lot": child, "material": "M", "quantity": q(each)}})
}

pub(crate) fn through_tank(parent: &str, child: &str, (from, to): (&str, &str)) -> Value {
    let mut data = merged(&[parent], child, "10");
    data["tank"] = json!("T");
    data["window"] = json!({"from": time(from), "to": time(to)});
    data
}

pub(crate) fn used(from: &str, quantity: &str, into: &str) -> Value {
    json!({"inputs": [{"lot": from, "quantity": q(quantity)}],
        "outputs": [{"lot": into, "material": "N", "quantity": q("10")}]})
}

pub(crate) fn posted(lot: &str, from: &str, to: &str) -> Value {
    json!({"lot": lot, "from": from, "to": to})
}

/// Whether all of a lot is free; else the status that it has.
pub(crate) fn free(story: &Story, lot: &str) -> Result<(), Usage> {
    match story.lot(lot).usage() {
        Usage::Unrestricted => Ok(()),
        other => Err(other),
    }
}

/// 100 pieces of A, of which quality accepted 80 and rejected 20 at seven.
pub(crate) fn judged() -> Story {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("A", "unrestricted"));
    story.tell("inspection.created", "06:10", inspection("I", "A"));
    let parts = [("80", "accept"), ("20", "reject")];
    story.tell("inspection.decided", "07:00", decided("I", &parts));
    story
}

#[test]
fn a_part_and_a_merger_of_a_lot_are_no_better_than_the_lot() {
    for (usage, word) in [
        (Usage::Restricted, "restricted"),
        (Usage::QualityInspection, "quality_inspection"),
        (Usage::Blocked, "blocked"),
        (Usage::Rejected, "rejected"),
    ] {
        let mut story = Story::new();
        story.tell("lot.created", "06:00", lot("A", word));
        story.tell("lot.created", "06:00", lot("B", "unrestricted"));
        story.tell("lot.split", "06:10", split("A", "P", "60"));
        story.tell("lot.merged", "06:20", merged(&["P", "B"], "C", "10"));
        story.tell("shipment.requested", "06:30", request("D", "P", "10"));
        story.tell("shipment.requested", "06:30", request("E", "C", "10"));
        story.tell("shipment.requested", "06:30", request("F", "B", "10"));
        assert_eq!(story.stock("P"), [(usage, n(50))], "{word}");
        assert_eq!(story.stock("C"), [(usage, n(10))], "{word}");
        assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]), "{word}");
        assert_eq!(story.gate("E"), (BLOCKED, vec![Code::R11]), "{word}");
        assert_eq!(story.gate("F"), (CLEARED, vec![]), "B has nothing of A");
        let shown = usage.as_str();
        assert_eq!(
            story.why("E"),
            format!(
                "Lot C is {shown}, because it came from Lot P; 10 H87 wait for quality: to decide \
                 the lot itself, or what it came from."
            )
        );
    }
}

#[test]
fn an_open_inspection_keeps_everything_that_its_lot_went_into() {
    let told: Vec<Told> = vec![
        ("inspection.created", "06:05", inspection("I", "A")),
        ("lot.split", "06:10", split("A", "P", "30")),
        ("lot.merged", "06:20", merged(&["P"], "C", "10")),
        ("lot.transformed", "06:30", used("P", "10", "Z")),
        ("lot.transformed", "06:40", used("Z", "5", "Y")),
    ];
    let lots = ["A", "P", "C", "Z", "Y"];
    let mut given: Vec<Told> = vec![("lot.created", "06:00", lot("A", "unrestricted"))];
    for (lot, delivery) in lots.iter().zip(["DA", "DP", "DC", "DZ", "DY"]) {
        given.push(("shipment.requested", "06:01", request(delivery, lot, "1")));
    }
    let mut story = Story::with(ends_the_same(&given, &told));
    for delivery in ["DA", "DP", "DC", "DZ", "DY"] {
        assert_eq!(story.gate(delivery), (BLOCKED, vec![Code::R11]));
    }
    assert_eq!(
        story.why("DY"),
        "Inspection I of lot A has no decision, and 10 H87 of lot Y came from that lot. Ask \
         quality to decide it."
    );
    assert_eq!(free(&story, "Y"), Err(Usage::QualityInspection));
    // No posting sets free what quality has not decided.
    let data = posted("C", "quality_inspection", "unrestricted");
    story.tell("stock.status_changed", "06:50", data);
    assert_eq!(free(&story, "C"), Err(Usage::QualityInspection));
    story.tell(
        "inspection.decided",
        "07:00",
        decided("I", &[("100", "accept")]),
    );
    for lot in lots {
        assert_eq!(free(&story, lot), Ok(()), "{lot}");
    }
    for delivery in ["DA", "DP", "DC", "DZ", "DY"] {
        assert_eq!(story.gate(delivery), (CLEARED, vec![]));
    }
}

#[test]
fn a_cancelled_inspection_keeps_nothing() {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("A", "unrestricted"));
    story.tell("inspection.created", "06:05", inspection("I", "A"));
    story.tell("lot.split", "06:10", split("A", "P", "30"));
    assert_eq!(free(&story, "P"), Err(Usage::QualityInspection));
    story.tell("inspection.cancelled", "06:30", because("I"));
    assert_eq!(free(&story, "P"), Ok(()));
    assert_eq!(story.lot("P").awaited_inspections().count(), 0);
}

#[test]
fn a_decision_reaches_the_parts_whatever_came_first() {
    for (what, usage) in [
        ("accept", Usage::Unrestricted),
        ("accept_with_deviation", Usage::Restricted),
        ("rework", Usage::Blocked),
        ("reject", Usage::Rejected),
        ("return", Usage::Rejected),
    ] {
        let plant = ends_the_same(
            &[("lot.created", "06:00", lot("A", "unrestricted"))],
            &[
                ("inspection.created", "06:05", inspection("I", "A")),
                ("lot.split", "06:10", split("A", "P", "60")),
                ("lot.split", "06:20", split("P", "Q", "10")),
                (
                    "inspection.decided",
                    "07:00",
                    decided("I", &[("100", what)]),
                ),
            ],
        );
        let story = Story::with(plant);
        for lot in ["A", "P", "Q"] {
            assert_eq!(story.lot(lot).usage(), usage, "{lot}: {what}");
        }
    }
}

#[test]
fn a_part_may_have_everything_that_its_whole_has_unless_it_is_told() {
    let mut story = judged();
    story.tell("lot.split", "07:10", split("A", "P", "50"));
    assert_eq!(
        story.stock("P"),
        [(Usage::Rejected, n(50))],
        "nobody knows where the 20 are"
    );
    assert_eq!(
        story.stock("A"),
        [(Usage::Unrestricted, n(30)), (Usage::Rejected, n(20))],
        "the best is taken first"
    );
}

#[test]
fn who_carries_the_bad_pieces_away_leaves_the_good_ones() {
    let mut story = judged();
    story.tell(
        "lot.split",
        "07:10",
        split_told("A", "BAD", "20", "rejected"),
    );
    assert_eq!(story.stock("A"), [(Usage::Unrestricted, n(80))]);
    assert_eq!(story.stock("BAD"), [(Usage::Rejected, n(20))]);
    story.tell("lot.split", "07:20", split("A", "P", "50"));
    assert_eq!(free(&story, "P"), Ok(()), "the bad ones are elsewhere");
    assert_eq!(story.lot("A").discrepancies(), vec![]);
    // What was split off before somebody told where the bad ones are is free as well.
    let mut story = judged();
    story.tell("lot.split", "07:10", split("A", "P", "50"));
    assert_eq!(free(&story, "P"), Err(Usage::Rejected));
    story.tell(
        "lot.split",
        "07:20",
        split_told("A", "BAD", "20", "rejected"),
    );
    assert_eq!(free(&story, "P"), Ok(()));
    assert_eq!(story.stock("A"), [(Usage::Unrestricted, n(30))]);
}

#[test]
fn who_carries_the_good_pieces_away_tells_so() {
    let mut story = judged();
    let good = split_told("A", "GOOD", "80", "unrestricted");
    story.tell("lot.split", "07:10", good);
    assert_eq!(story.stock("GOOD"), [(Usage::Unrestricted, n(80))]);
    assert_eq!(story.stock("A"), [(Usage::Rejected, n(20))]);
    story.tell("lot.split", "07:20", split("A", "REST", "20"));
    assert_eq!(story.stock("REST"), [(Usage::Rejected, n(20))]);
    // Quality takes its decision back, and rejects all of it.
    story.tell("inspection.reopened", "08:00", because("I"));
    assert_eq!(free(&story, "GOOD"), Err(Usage::QualityInspection));
    story.tell(
        "inspection.decided",
        "08:10",
        decided("I", &[("100", "reject")]),
    );
    assert_eq!(free(&story, "GOOD"), Err(Usage::Rejected));
}

#[test]
fn what_is_told_of_a_part_counts_only_as_far_as_its_whole_has_it() {
    let mut story = judged();
    let good = split_told("A", "P", "81", "unrestricted");
    story.tell("lot.split", "07:10", good);
    assert_eq!(free(&story, "P"), Err(Usage::Rejected));
    let key = EntityKey::Lot("A".parse().unwrap());
    let found = story.discrepancies(&key);
    let [discrepancy @ Discrepancy::StatusNotThere { .. }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        discrepancy.to_string(),
        "81 H87 of lot A were moved from unrestricted to a lot of its own at \
         2026-03-01T07:10:00Z, but 80 were unrestricted. Name the decision of quality that it \
         follows, or correct the posting."
    );
    let mut story = judged();
    story.tell(
        "lot.split",
        "07:10",
        split_told("A", "P", "80", "unrestricted"),
    );
    story.tell("lot.split", "07:20", split("A", "P", "1"));
    assert_eq!(
        free(&story, "P"),
        Err(Usage::Rejected),
        "of one piece nobody said what it is"
    );
    // Told twice, in two statuses: the worse counts for all of it.
    let mut story = judged();
    for usage in ["unrestricted", "rejected"] {
        story.tell("lot.split", "07:10", split_told("A", "P", "10", usage));
    }
    assert_eq!(story.stock("P"), [(Usage::Rejected, n(20))]);
    assert_eq!(
        story.stock("A"),
        [(Usage::Unrestricted, n(70)), (Usage::Rejected, n(10))]
    );
}

/// 100 pieces of A, which inspection I looks at.
pub(crate) fn waiting() -> Vec<Told> {
    vec![
        ("lot.created", "06:00", lot("A", "unrestricted")),
        ("inspection.created", "06:05", inspection("I", "A")),
    ]
}

/// Something comes from A at 06:10, quality accepts so much of it at a time, and rejects A at seven.
pub(crate) fn looked_at(
    (name, data): (&'static str, Value),
    (id, much): (&str, &str),
    at: &'static str,
) -> Vec<Told> {
    let look = json!({"inspection": "J", "lot": id, "quantity": q(much), "blocking": false});
    vec![
        (name, "06:10", data),
        ("inspection.created", "06:20", look),
        ("inspection.decided", at, decided("J", &[(much, "accept")])),
        (
            "inspection.decided",
            "07:00",
            decided("I", &[("100", "reject")]),
        ),
    ]
}

#[test]
fn what_quality_says_of_the_part_itself_counts_from_its_time_on() {
    let own = |at| looked_at(("lot.split", split("A", "P", "60")), ("P", "60"), at);
    let given = waiting();
    let before = Story::with(ends_the_same(&given, &own("06:30")));
    assert_eq!(free(&before, "P"), Err(Usage::Rejected));
    let after = Story::with(ends_the_same(&given, &own("07:30")));
    assert_eq!(free(&after, "P"), Ok(()));
    assert_eq!(free(&after, "A"), Err(Usage::Rejected));
}

#[test]
fn a_posting_concerns_what_is_in_the_lot_at_its_time() {
    for (at, usage) in [
        ("06:09", Usage::Blocked),
        ("06:10", Usage::Blocked),
        ("06:11", Usage::Unrestricted),
    ] {
        let plant = ends_the_same(
            &[("lot.created", "06:00", lot("A", "unrestricted"))],
            &[
                ("lot.split", "06:10", split("A", "P", "60")),
                (
                    "stock.status_changed",
                    at,
                    posted("A", "unrestricted", "blocked"),
                ),
            ],
        );
        let mut story = Story::with(plant);
        assert_eq!(story.lot("P").usage(), usage, "{at}");
        assert_eq!(story.lot("A").usage(), Usage::Blocked);
        if usage == Usage::Blocked {
            let data = posted("P", "blocked", "unrestricted");
            story.tell("stock.status_changed", "06:30", data);
            assert_eq!(free(&story, "P"), Ok(()), "a posting of the part itself");
        }
    }
}

#[test]
fn a_retracted_posting_sets_the_part_free_again() {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("A", "unrestricted"));
    let data = posted("A", "unrestricted", "blocked");
    story.tell("stock.status_changed", "06:05", data);
    story.tell("lot.split", "06:10", split("A", "P", "60"));
    assert_eq!(free(&story, "P"), Err(Usage::Blocked));
    let data = json!({"event": "2", "type": "mfg.stock.status_changed.v1",
        "object": {"kind": "lot", "id": "A"}, "reason": "did_not_occur"});
    story.tell("event.retracted", "06:20", data);
    assert_eq!(free(&story, "P"), Ok(()));
}

#[test]
fn a_board_decides_every_part_by_itself_and_what_it_sets_free_is_free_in_parts_too() {
    let board = |what: &str, at: &'static str| {
        let mut story = Story::new();
        story.tell("lot.created", "06:00", lot("A", "blocked"));
        story.tell("nonconformance.opened", "06:05", opened("N", &["A"]));
        story.tell("lot.split", "06:10", split("A", "P", "60"));
        let data = disposed("N", &[("A", what)]);
        story.tell("nonconformance.dispositioned", at, data);
        story
    };
    assert_eq!(free(&board("use_as_is", "07:00"), "P"), Ok(()));
    let mut story = board("rework", "07:00");
    assert_eq!(free(&story, "P"), Err(Usage::Blocked), "not decided");
    let data = disposed("N", &[("P", "use_as_is")]);
    story.tell("nonconformance.dispositioned", "06:30", data);
    assert_eq!(
        free(&story, "P"),
        Ok(()),
        "though the whole is reworked since seven"
    );
    let mut story = board("return_to_vendor", "06:09");
    let close = json!({"nonconformance": "N", "reason": "a shadow"});
    story.tell("nonconformance.cancelled", "07:20", close);
    assert_eq!(
        free(&story, "P"),
        Err(Usage::Rejected),
        "it was so when the part left"
    );
}

#[test]
fn what_is_drawn_from_a_tank_may_have_what_was_in_it_at_the_time() {
    let told: Vec<Told> = vec![
        (
            "lot.merged",
            "10:00",
            through_tank("A", "X", ("08:00", "10:00")),
        ),
        (
            "lot.merged",
            "11:00",
            through_tank("B", "Y", ("09:00", "11:00")),
        ),
        (
            "lot.merged",
            "13:00",
            through_tank("B", "Z", ("12:00", "13:00")),
        ),
        ("inspection.created", "06:05", inspection("I", "A")),
        (
            "inspection.decided",
            "07:00",
            decided("I", &[("100", "reject")]),
        ),
    ];
    let given: Vec<Told> = vec![
        ("lot.created", "06:00", lot("A", "unrestricted")),
        ("lot.created", "06:00", lot("B", "unrestricted")),
    ];
    let story = Story::with(ends_the_same(&given, &told));
    assert_eq!(free(&story, "X"), Err(Usage::Rejected));
    assert_eq!(free(&story, "Y"), Err(Usage::Rejected));
    assert_eq!(free(&story, "Z"), Ok(()));
    assert_eq!(free(&story, "B"), Ok(()));
}

#[test]
fn a_lot_names_the_first_inspections_that_it_waits_for_and_then_the_next() {
    let mut story = Story::new();
    let count = AWAITED_INSPECTIONS_MAX + 2;
    let names: Vec<String> = (0..count).map(|n| format!("A{n:02}")).collect();
    for name in &names {
        story.tell("lot.created", "06:00", lot(name, "unrestricted"));
        story.tell(
            "inspection.created",
            "06:05",
            inspection(&format!("I-{name}"), name),
        );
    }
    let parents: Vec<&str> = names.iter().map(String::as_str).collect();
    story.tell("lot.merged", "06:10", merged(&parents, "C", "10"));
    let awaited = |story: &Story| -> Vec<String> {
        let awaited = story.lot("C").awaited_inspections();
        awaited.map(|(_, lot)| lot.to_string()).collect()
    };
    assert_eq!(awaited(&story), names[..AWAITED_INSPECTIONS_MAX]);
    for (decided_so_far, name) in names.iter().enumerate() {
        assert_eq!(free(&story, "C"), Err(Usage::QualityInspection));
        let data = decided(&format!("I-{name}"), &[("100", "accept")]);
        story.tell("inspection.decided", "07:00", data);
        let left = &names[decided_so_far + 1..];
        assert_eq!(
            awaited(&story),
            left[..left.len().min(AWAITED_INSPECTIONS_MAX)]
        );
    }
    assert_eq!(free(&story, "C"), Ok(()));
}

#[test]
fn of_two_wholes_that_were_judged_at_different_times_the_later_word_counts() {
    let mut story = Story::new();
    for name in ["A", "B"] {
        story.tell("lot.created", "06:00", lot(name, "unrestricted"));
        let look = inspection(&format!("I-{name}"), name);
        story.tell("inspection.created", "06:05", look);
    }
    story.tell("lot.merged", "06:10", merged(&["A", "B"], "C", "10"));
    let look = json!({"inspection": "J", "lot": "C", "quantity": q("10"), "blocking": false});
    story.tell("inspection.created", "06:20", look);
    story.tell(
        "inspection.decided",
        "07:30",
        decided("J", &[("10", "accept")]),
    );
    story.tell(
        "inspection.decided",
        "07:00",
        decided("I-A", &[("100", "reject")]),
    );
    story.tell(
        "inspection.decided",
        "07:00",
        decided("I-B", &[("100", "accept")]),
    );
    assert_eq!(free(&story, "C"), Ok(()), "looked at after that");
    story.tell("inspection.reopened", "08:00", because("I-B"));
    story.tell(
        "inspection.decided",
        "08:10",
        decided("I-B", &[("100", "reject")]),
    );
    assert_eq!(
        free(&story, "C"),
        Err(Usage::Rejected),
        "B was rejected later"
    );
}
