//! Release to production: checked before the MES sees the order.

use serde_json::{Value, json};
use twin_model::ProcessState;

use super::story::{Story, q, released};

const PROCESS: &str = "release/WO";
const FIRST: &str = "release/WO/mes/1-1";

fn story() -> Story {
    Story::with_rules(json!([{"kind": "release"}]))
}

fn center(story: &mut Story, time: &str, center: &str) {
    let data = json!({"work_center": center});
    story.ok("/erp", "work_center.configured", time, data);
}

/// Both work centers are known.
fn ready() -> Story {
    let mut story = story();
    center(&mut story, "05:30", "SAW");
    center(&mut story, "05:30", "PACK");
    story
}

/// The order was dispatched and the MES has taken it.
fn dispatched() -> Story {
    let mut story = ready();
    story.order("WO");
    assert_eq!(story.ids(), [FIRST]);
    story.acknowledge("/mes", "06:01", FIRST, "MES-1");
    story
}

fn erp(story: &mut Story, name: &str, time: &str, mut data: Value) {
    data["order"] = json!("WO");
    story.ok("/erp", name, time, data);
}

#[test]
fn an_order_without_faults_reaches_the_mes() {
    let mut story = ready();
    story.created("WO");
    assert_eq!(story.news(), [], "not released");
    story.ok("/erp", "work_order.released", "06:00", released("WO"));
    let sent = story.only();
    assert_eq!((sent.id.as_str(), sent.to.as_str()), (FIRST, "MES"));
    assert_eq!(sent.type_name, "mfg.order.dispatch_requested.v1");
    assert_eq!(
        sent.data,
        json!({"order": "WO", "material": "M", "quantity": q("10"), "routing_version": "r1",
            "bom_version": "b1", "planned_start": null, "planned_end": null, "priority": 5,
            "operations": [
                {"op": "10", "work_center": "SAW", "predecessors": [], "quantity": null,
                    "setup_s": null, "run_s_per_unit": null},
                {"op": "20", "work_center": "PACK", "predecessors": ["10"], "quantity": null,
                    "setup_s": null, "run_s_per_unit": null}]})
    );
    story.acknowledge("/mes", "06:01", FIRST, "MES-1");
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
    assert_eq!(
        story.told(PROCESS),
        [("mes".to_owned(), "10 H87 of M".to_owned())]
    );
}

#[test]
fn what_is_wrong_is_named_and_the_order_goes_on_by_itself_when_it_is_mended() {
    let mut story = story();
    story.created("WO");
    let bare = json!({"operations": [{"op": "10", "work_center": "SAW"}]});
    erp(&mut story, "work_order.released", "06:00", bare);
    assert_eq!(story.news(), []);
    assert_eq!(story.state(PROCESS), ProcessState::Waiting);
    assert_eq!(
        story.waits(PROCESS),
        [
            "ERP to name the version of the routing",
            "ERP to name the version of the bill of materials",
            "ERP to configure work center SAW, of which nothing is known",
        ]
    );
    story.restored();
    let versions = json!({"routing_version": {"new": "r1"}, "bom_version": {"new": "b1"}});
    erp(&mut story, "work_order.changed", "06:10", versions);
    assert_eq!(story.waits(PROCESS).len(), 1);
    assert_eq!(story.news(), []);
    center(&mut story, "06:20", "SAW");
    assert_eq!(story.ids(), [FIRST], "the work center woke it");
    assert_eq!(story.waits(PROCESS), [""; 0]);
}

#[test]
fn a_release_without_a_routing_waits_for_one() {
    let mut story = ready();
    story.created("WO");
    let versions = json!({"routing_version": "r1", "bom_version": "b1"});
    erp(&mut story, "work_order.released", "06:00", versions);
    assert_eq!(
        story.waits(PROCESS),
        ["ERP to release the order with the operations of its routing"]
    );
}

#[test]
fn components_must_be_known_and_convert() {
    let mut story = ready();
    story.created("WO");
    let mut data = released("WO");
    data["components"] = json!([
        {"material": "STEEL", "quantity": {"value": "4", "unit": "KGM"}},
        {"material": "OIL", "quantity": {"value": "2", "unit": "XBO"}}]);
    story.ok("/erp", "work_order.released", "06:00", data);
    assert_eq!(
        story.waits(PROCESS),
        [
            "ERP to publish material STEEL, of which nothing is known",
            "ERP to publish material OIL, of which nothing is known",
        ]
    );
    let material = |id: &str, unit: &str, version: u64| json!({"material": id, "base_unit": unit, "version": version});
    // Grams turn into kilograms by themselves; bottles of oil need a factor.
    story.ok(
        "/erp",
        "material.updated",
        "06:05",
        material("STEEL", "GRM", 1),
    );
    story.ok(
        "/erp",
        "material.updated",
        "06:06",
        material("OIL", "LTR", 1),
    );
    assert_eq!(
        story.waits(PROCESS),
        ["ERP to say how many LTR of material OIL are one XBO, as the list has it"]
    );
    assert_eq!(story.news(), []);
    let mut factor = material("OIL", "LTR", 2);
    factor["conversions"] = json!([{"unit": "XBO", "numerator": 1, "denominator": 2}]);
    story.ok("/erp", "material.updated", "06:07", factor);
    assert_eq!(story.ids(), [FIRST]);
}

#[test]
fn maintenance_and_holds_keep_an_order_from_the_mes_until_they_end() {
    let mut story = ready();
    let stop = json!({"maintenance": "PM-1", "work_center": "SAW",
        "until": "2026-03-01T08:00:00Z"});
    story.ok("/cmms", "maintenance.started", "05:50", stop);
    let hold = |hold: &str, kind: &str, id: &str| {
        json!({"hold": hold, "scope": {"kind": kind, "id": id}, "reason": "cracks",
            "placed_by": "Q"})
    };
    story.ok(
        "/qms",
        "hold.placed",
        "05:55",
        hold("H-1", "work_center", "PACK"),
    );
    story.order("WO");
    story.ok(
        "/qms",
        "hold.placed",
        "06:05",
        hold("H-2", "work_order", "WO"),
    );
    assert_eq!(
        story.waits(PROCESS),
        [
            "quality to decide hold H-2 on the order",
            "quality to decide hold H-1 on work center PACK",
            "maintenance PM-1 to give SAW back (expected 2026-03-01T08:00:00Z)",
        ]
    );
    for id in ["H-1", "H-2"] {
        let data = json!({"hold": id, "disposition": "use as is", "released_by": "Q"});
        story.ok("/qms", "hold.released", "06:30", data);
    }
    assert_eq!(story.news(), []);
    let back = json!({"maintenance": "PM-1", "work_center": "SAW"});
    story.ok("/cmms", "maintenance.finished", "07:40", back);
    assert_eq!(story.ids(), [FIRST]);
}

#[test]
fn a_change_before_the_start_stands_in_the_place_of_the_dispatch() {
    let mut story = dispatched();
    let change = json!({"quantity": {"new": q("12")}});
    erp(&mut story, "work_order.changed", "06:10", change);
    let sent = story.only();
    assert_eq!(
        (sent.id.as_str(), &sent.data["quantity"]),
        ("release/WO/mes/2-1", &q("12"))
    );
    story.acknowledge("/mes", "06:11", &sent.id, "MES-2");
    assert_eq!(story.fates(PROCESS), ["replaced", "acknowledged"]);
    story.ok(
        "/mes",
        "operation.started",
        "06:20",
        json!({"order": "WO", "op": "10", "work_center": "SAW"}),
    );
    erp(
        &mut story,
        "work_order.changed",
        "06:30",
        json!({"priority": {"new": 1}}),
    );
    assert_eq!(story.news(), [], "what has begun is not dispatched again");
}

#[test]
fn a_withdrawn_release_is_taken_back_in_the_mes() {
    let mut story = dispatched();
    erp(
        &mut story,
        "work_order.cancelled",
        "06:30",
        json!({"reason": "customer"}),
    );
    let sent = story.only();
    assert_eq!(sent.type_name, "mfg.order.dispatch_withdrawn.v1");
    assert_eq!(sent.data, json!({"order": "WO", "reason": "customer"}));
    story.acknowledge("/mes", "06:31", &sent.id, "MES-1");
    assert_eq!(story.state(PROCESS), ProcessState::Undone);
    assert_eq!(story.fates(PROCESS), ["compensated", "acknowledged"]);
}

/// The ERP cancels before the MES has answered, or after: the MES has nothing in the end.
#[test]
fn a_cancellation_that_races_the_answer_ends_the_same() {
    let mut early = ready();
    early.order("WO");
    erp(
        &mut early,
        "work_order.cancelled",
        "06:30",
        json!({"reason": "customer"}),
    );
    assert_eq!(
        early.ids(),
        [FIRST],
        "nothing on top of an unanswered command"
    );
    early.acknowledge("/mes", "06:01", FIRST, "MES-1");
    let back = early.only().id;
    early.acknowledge("/mes", "06:31", &back, "MES-1");
    let mut late = dispatched();
    erp(
        &mut late,
        "work_order.cancelled",
        "06:30",
        json!({"reason": "customer"}),
    );
    let back = late.only().id;
    late.acknowledge("/mes", "06:31", &back, "MES-1");
    assert_eq!(early.plant.state_hash(), late.plant.state_hash());
    assert_eq!(early.state(PROCESS), ProcessState::Undone);
}

#[test]
fn a_refused_dispatch_is_tried_again_and_dropped_when_the_order_is_cancelled() {
    let mut story = ready();
    story.order("WO");
    story.news();
    story.refuse("/mes", "06:01", FIRST);
    story.tick("06:06");
    assert_eq!(story.ids(), ["release/WO/mes/1-2"]);
    story.refuse("/mes", "06:07", "release/WO/mes/1-2");
    erp(
        &mut story,
        "work_order.cancelled",
        "06:08",
        json!({"reason": "customer"}),
    );
    assert_eq!(
        story.news(),
        [],
        "the MES has nothing that could be taken back"
    );
    assert_eq!(story.fates(PROCESS), ["dropped"]);
    assert_eq!(story.with_person.len(), 0);
    story.tick("23:00");
    assert_eq!(story.news(), []);
}

#[test]
fn a_dispatch_that_nobody_answers_ends_with_a_person() {
    let mut story = ready();
    story.order("WO");
    for time in ["06:05", "06:15", "06:35", "07:15", "23:00"] {
        story.tick(time);
    }
    assert_eq!(story.ids(), [FIRST; 5]);
    assert_eq!(story.state(PROCESS), ProcessState::WithPerson);
    let text = &story.with_person[FIRST].1;
    assert!(
        text.starts_with("MES has not answered the dispatch of order WO"),
        "{text}"
    );
    story.acknowledge("/mes", "23:10", FIRST, "MES-1");
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
}

/// The master data of the work center comes before the release, or after it.
#[test]
fn the_work_center_may_be_announced_before_or_after_the_release() {
    let first = {
        let mut story = ready();
        story.order("WO");
        story
    };
    let mut after = story();
    after.order("WO");
    center(&mut after, "05:30", "SAW");
    center(&mut after, "05:30", "PACK");
    assert_eq!(first.plant.state_hash(), after.plant.state_hash());
    assert_eq!(after.ids(), [FIRST]);
}

#[test]
fn work_that_began_by_itself_needs_no_dispatch() {
    let mut story = story();
    story.order("WO");
    assert_eq!(story.state(PROCESS), ProcessState::Waiting);
    story.ok(
        "/mes",
        "operation.started",
        "06:20",
        json!({"order": "WO", "op": "10", "work_center": "SAW"}),
    );
    assert_eq!(story.state(PROCESS), ProcessState::Undone);
    assert_eq!(story.waits(PROCESS), [""; 0]);
    center(&mut story, "06:30", "SAW");
    center(&mut story, "06:30", "PACK");
    assert_eq!(story.news(), []);
}
