//! What orders show against the textbook, rule by rule, on stories small enough to see it: each
//! rule finds what it names, at its edge and no further.

use serde_json::{Value, json};
use twin_model::{FlowReport, FlowRules, Plant};

use super::order_story::{Story, Told, q, report, reversal, say};

/// A report that says when the work was done.
fn worked(op: &str, good: &str, from: &str, to: &'static str) -> Told {
    let start = format!("2026-03-01T{from}:00Z");
    let more = json!({"op": op, "unit": "H87", "good": good, "start": start});
    say("operation.progressed", to, more)
}

fn flow(plant: &Plant) -> FlowReport {
    let rules = FlowRules {
        final_inspections: ["20".parse().unwrap()].into(),
    };
    FlowReport::of(plant, &rules)
}

/// An order with these operations at a work center each, 10 pieces of which may become 11.
fn released(operations: &[Value]) -> Story {
    let mut story = Story::created();
    story.ok((
        "work_order.released",
        "06:01",
        json!({"order": "WO", "operations": operations}),
    ));
    story
}

fn three_steps() -> Story {
    released(&[
        json!({"op": "10", "work_center": "SAW"}),
        json!({"op": "20", "work_center": "TEST"}),
        json!({"op": "30", "work_center": "PACK", "delivers": true}),
    ])
}

fn names(pairs: &[(&str, &str)]) -> Vec<(twin_model::WorkOrderId, twin_model::OperationId)> {
    let pairs = pairs.iter();
    pairs
        .map(|(order, op)| (order.parse().unwrap(), op.parse().unwrap()))
        .collect()
}

#[test]
fn work_by_the_book_shows_nothing() {
    let mut story = three_steps();
    story.ok(worked("10", "10", "07:00", "08:00"));
    story.ok(worked("20", "10", "08:00", "09:00"));
    story.ok(worked("30", "10", "09:00", "10:00"));
    assert_eq!(flow(&story.plant), FlowReport::default());
}

#[test]
fn an_operation_has_too_many_pieces_from_the_first_one_beyond_the_release() {
    let mut story = three_steps();
    story.ok(worked("10", "10", "07:00", "08:00"));
    assert_eq!(flow(&story.plant).over_completed, []);
    story.ok(worked("10", "1", "08:00", "08:30"));
    let found = flow(&story.plant);
    assert_eq!(found.over_completed, names(&[("WO", "10")]));
    assert_eq!(found.not_conserved, [], "nothing was delivered");
    story.ok(reversal(&story.last_id(), "08:40"));
    assert_eq!(flow(&story.plant), FlowReport::default());
}

#[test]
fn an_order_that_nobody_released_is_compared_with_nothing() {
    let mut story = Story::created();
    let early = say(
        "operation.progressed",
        "07:00",
        json!({"op": "10", "unit": "H87", "good": "5", "work_center": "SAW"}),
    );
    drop(story.tell(early));
    assert_eq!(flow(&story.plant), FlowReport::default());
}

#[test]
fn a_later_step_is_ahead_when_it_has_more_good_pieces_than_the_step_before_it() {
    let mut story = three_steps();
    story.ok(worked("10", "4", "07:00", "08:00"));
    story.ok(worked("30", "4", "09:00", "10:00"));
    assert_eq!(flow(&story.plant).ahead, [], "as many are not more");
    story.ok(worked("30", "1", "10:00", "11:00"));
    let ahead = |found: &FlowReport| -> Vec<String> {
        let steps = found.ahead.iter();
        steps
            .map(|(o, a, b)| format!("{o}: {b} before {a}"))
            .collect()
    };
    assert_eq!(ahead(&flow(&story.plant)), ["WO: 30 before 10"]);
    // A step between them that reported nothing good is no step; one that did comes between.
    let nothing = json!({"op": "20", "unit": "H87", "scrap": "1", "start": "2026-03-01T08:00:00Z"});
    story.ok(say("operation.progressed", "08:30", nothing));
    assert_eq!(ahead(&flow(&story.plant)), ["WO: 30 before 10"]);
    story.ok(worked("20", "2", "08:30", "08:45"));
    assert_eq!(ahead(&flow(&story.plant)), ["WO: 30 before 20"]);
}

#[test]
fn the_flow_is_the_order_of_first_starts_and_not_that_of_numbers() {
    let mut story = three_steps();
    story.ok(worked("20", "5", "07:00", "08:00"));
    story.ok(worked("10", "3", "09:00", "10:00"));
    assert_eq!(flow(&story.plant).ahead, [], "10 came second and has fewer");
    // It turns out that 10 had begun first.
    story.ok(worked("10", "1", "06:30", "06:45"));
    assert_eq!(flow(&story.plant).ahead.len(), 1);
}

#[test]
fn goods_are_packed_early_when_packing_starts_before_the_first_inspection_has_ended() {
    let packing = |inspected: [(&str, &'static str); 2], packed: &str| {
        let mut story = three_steps();
        for (from, to) in inspected {
            story.ok(worked("20", "2", from, to));
        }
        story.ok(worked("30", "1", packed, "12:00"));
        flow(&story.plant).packed_early.len()
    };
    let inspections = [("07:00", "08:00"), ("08:00", "09:00")];
    assert_eq!(packing(inspections, "07:59"), 1);
    assert_eq!(packing(inspections, "08:00"), 0, "the first one has ended");
    assert_eq!(packing(inspections, "08:30"), 0, "the first one counts");
}

#[test]
fn an_order_without_inspection_or_without_packing_is_not_packed_early() {
    let mut story = three_steps();
    story.ok(worked("30", "1", "07:00", "08:00"));
    assert_eq!(flow(&story.plant).packed_early, []);
    let mut story = three_steps();
    story.ok(worked("20", "1", "09:00", "10:00"));
    story.ok(worked("10", "1", "07:00", "08:00"));
    assert_eq!(flow(&story.plant).packed_early, []);
}

#[test]
fn what_left_an_order_counts_against_what_was_released_and_tolerated() {
    let with = |good: &str, scrap: &str, mrb: &str| {
        let mut story = three_steps();
        let part = json!({"op": "30", "unit": "H87", "good": good, "scrap": "1"});
        story.ok(say("operation.progressed", "08:00", part));
        let part = json!({"op": "10", "unit": "H87", "scrap": scrap, "mrb": mrb});
        story.ok(say("operation.progressed", "09:00", part));
        flow(&story.plant).not_conserved.len()
    };
    // Ten were released and one more is tolerated; packing scrapped one already.
    assert_eq!(with("10", "0", "0"), 0);
    assert_eq!(with("9", "1", "0"), 0);
    assert_eq!(with("9", "0", "1"), 0);
    assert_eq!(with("9", "2", "0"), 1);
    assert_eq!(with("9", "0", "2"), 1);
    assert_eq!(with("9", "1", "1"), 1);
}

#[test]
fn reports_of_one_work_center_overlap_when_one_begins_while_another_goes_on() {
    let at_saw = |spans: &[(&str, &'static str)]| {
        let mut story = three_steps();
        for (from, to) in spans {
            story.ok(worked("10", "1", from, to));
        }
        let found = flow(&story.plant).overlaps;
        found.get(&"SAW".parse().unwrap()).copied()
    };
    assert_eq!(at_saw(&[("07:00", "08:00"), ("08:00", "09:00")]), None);
    assert_eq!(at_saw(&[("07:00", "08:00"), ("07:59", "09:00")]), Some(1));
    // A long one covers two; the second of these ends before it and changes nothing.
    let covered = [("07:00", "10:00"), ("07:30", "08:00"), ("09:00", "09:30")];
    assert_eq!(at_saw(&covered), Some(2));
    assert_eq!(at_saw(&[("07:00", "08:00"), ("09:00", "09:30")]), None);
}

#[test]
fn overlaps_count_across_orders_and_each_work_center_for_itself() {
    let mut story = three_steps();
    let quantity = q("10");
    let other = json!({"order": "AA", "material": "M", "quantity": quantity});
    story.ok(("work_order.created", "06:02", other));
    let operations = json!([{"op": "10", "work_center": "SAW"}]);
    let other = json!({"order": "AA", "operations": operations});
    story.ok(("work_order.released", "06:03", other));
    story.ok(worked("10", "5", "07:00", "08:00"));
    story.ok(worked("20", "5", "07:10", "08:10"));
    let start = "2026-03-01T07:30:00Z";
    let mut late = json!({"order": "AA", "op": "10", "unit": "H87", "good": "11", "start": start});
    story.ok(("operation.progressed", "08:30", late.clone()));
    late["good"] = json!("1");
    late["start"] = json!("2026-03-01T09:00:00Z");
    story.ok(("operation.progressed", "09:30", late));
    story.ok(report("10", "6", "11:00"));
    let found = flow(&story.plant);
    let overlaps: Vec<String> = found
        .overlaps
        .iter()
        .map(|(w, n)| format!("{w} {n}"))
        .collect();
    assert_eq!(overlaps, ["SAW 1"]);
    let over = names(&[("AA", "10"), ("WO", "10")]);
    assert_eq!(found.over_completed, over, "in the order of their names");
}
