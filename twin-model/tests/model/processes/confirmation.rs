//! Completion to one confirmation in the ERP.

use serde_json::json;
use twin_model::{Code, ProcessState};

use super::story::{Story, report};

const PROCESS: &str = "confirmation/WO";

fn story() -> Story {
    let mut story = Story::with_rules(json!([{"kind": "confirmation"}]));
    story.order("WO");
    story
}

/// Operation 10 reports three times and ends at 09:00 with 9 good and 1 scrap.
fn completed() -> Story {
    let mut story = story();
    story.report("operation.progressed", "07:00", "10", "3");
    story.report("operation.progressed", "08:00", "10", "2");
    let data = json!({"order": "WO", "op": "10", "unit": "H87", "good": "4", "scrap": "1",
        "start": "2026-03-01T08:30:00Z"});
    story.ok("/mes", "operation.completed", "09:00", data);
    story
}

#[test]
fn many_reports_become_one_confirmation_when_the_operation_ends() {
    let mut story = story();
    story.report("operation.progressed", "07:00", "10", "3");
    story.report("operation.progressed", "08:00", "10", "2");
    assert_eq!(story.news(), [], "nothing is posted while it runs");
    let mut story = completed();
    let sent = story.only();
    assert_eq!(sent.id, "confirmation/WO/10/1-1");
    assert_eq!(sent.to.as_str(), "ERP");
    assert_eq!(sent.type_name, "mfg.confirmation.post.v1");
    assert_eq!(sent.correlation, PROCESS);
    assert_eq!(
        sent.data,
        json!({"order": "WO", "op": "10", "mode": "full", "corrects": [], "unit": "H87",
            "good": "9", "scrap": "1", "rework": "0", "mrb": "0",
            "start": "2026-03-01T07:00:00Z", "end": "2026-03-01T09:00:00Z",
            "setup_s": 0, "run_s": 1800})
    );
    assert_eq!(story.state(PROCESS), ProcessState::Asking);
    assert_eq!(story.told(PROCESS), [], "not yet acknowledged");

    story.acknowledge("/erp", "09:01", &sent.id, "4711");
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
    assert_eq!(story.told(PROCESS).len(), 1);
    assert_eq!(
        story.process(PROCESS).due_at(),
        None,
        "nothing is left to do"
    );
    story.tick("23:00");
    assert_eq!(story.news(), [], "and nothing is sent again");
    story.restored();
}

#[test]
fn a_late_report_is_posted_as_the_difference() {
    let mut story = completed();
    let first = story.only().id;
    story.acknowledge("/erp", "09:01", &first, "4711");
    let late = json!({"order": "WO", "op": "10", "unit": "H87", "good": "1",
        "start": "2026-03-01T07:30:00Z", "end": "2026-03-01T07:40:00Z"});
    story.ok("/mes", "operation.progressed", "09:10", late);
    let sent = story.only();
    assert_eq!(sent.id, "confirmation/WO/10/2-1");
    assert_eq!(sent.data["mode"], "delta");
    assert_eq!(sent.data["good"], "1");
    assert_eq!(sent.data["scrap"], "0");
    assert_eq!(sent.data["run_s"], 600);
    assert_eq!(
        sent.data["corrects"],
        json!([{"command": first, "document": "4711"}])
    );
    story.acknowledge("/erp", "09:11", &sent.id, "4712");
    assert_eq!(
        story.told(PROCESS)[0].1,
        "good 10, scrap 1, rework 0, mrb 0 H87; setup 0 s, run 2400 s"
    );
}

#[test]
fn a_reversed_completion_is_taken_back_and_posted_anew() {
    let mut story = completed();
    let completion = story.last_event();
    let first = story.only().id;
    story.acknowledge("/erp", "09:01", &first, "4711");
    let data = json!({"order": "WO", "op": "10", "event": completion, "reason": "wrong order"});
    story.ok("/mes", "confirmation.reversed", "09:20", data);
    let back = story.only();
    assert_eq!(back.type_name, "mfg.confirmation.reverse.v1");
    assert_eq!(
        back.data["reverses"],
        json!([{"command": first, "document": "4711"}])
    );
    story.acknowledge("/erp", "09:21", &back.id, "4712");
    assert_eq!(story.state(PROCESS), ProcessState::Undone);
    assert_eq!(story.fates(PROCESS), ["compensated", "acknowledged"]);
    assert_eq!(story.told(PROCESS), []);

    story.report("operation.completed", "10:00", "10", "5");
    let anew = story.only();
    assert_eq!(
        (anew.id.as_str(), &anew.data["mode"]),
        ("confirmation/WO/10/3-1", &json!("full"))
    );
    assert_eq!(anew.data["good"], "10", "3 and 2 still stand");
}

#[test]
fn a_correction_while_the_posting_is_under_way_waits_for_its_answer() {
    let mut story = completed();
    let first = story.only().id;
    let data = json!({"order": "WO", "op": "10", "event": "operation.progressed@08:00", "reason": "counted twice"});
    story.ok("/mes", "confirmation.reversed", "09:01", data);
    assert_eq!(story.news(), [], "one command at a time in a lane");
    story.acknowledge("/erp", "09:02", &first, "4711");
    let sent = story.only();
    assert_eq!(
        (&sent.data["mode"], &sent.data["good"]),
        (&json!("delta"), &json!("-2"))
    );
}

/// The reversal of one report comes before or after the confirmation was posted: what stands in
/// the ERP in the end is the same.
#[test]
fn what_the_erp_has_in_the_end_does_not_depend_on_who_was_quicker() {
    let back = json!({"order": "WO", "op": "10", "event": "operation.progressed@08:00", "reason": "counted twice"});
    let mut early = completed();
    let first = early.only().id;
    early.ok("/mes", "confirmation.reversed", "09:05", back.clone());
    early.acknowledge("/erp", "09:06", &first, "4711");
    let second = early.only().id;
    early.acknowledge("/erp", "09:07", &second, "4712");

    let mut late = completed();
    let first = late.only().id;
    late.acknowledge("/erp", "09:04", &first, "4711");
    late.ok("/mes", "confirmation.reversed", "09:05", back.clone());
    let second = late.only().id;
    late.acknowledge("/erp", "09:07", &second, "4712");
    assert_eq!(early.plant.state_hash(), late.plant.state_hash());

    // With time to settle, there is nothing to correct.
    let settling = json!([{"kind": "confirmation", "settle_s": 3600}]);
    let mut patient = Story::with_rules(settling);
    patient.order("WO");
    patient.report("operation.progressed", "07:00", "10", "3");
    patient.report("operation.progressed", "08:00", "10", "2");
    let data = json!({"order": "WO", "op": "10", "unit": "H87", "good": "4", "scrap": "1",
        "start": "2026-03-01T08:30:00Z"});
    patient.ok("/mes", "operation.completed", "09:00", data);
    assert_eq!(patient.state(PROCESS), ProcessState::Waiting);
    assert_eq!(
        patient.waits(PROCESS),
        ["late reports of operation 10 of order WO until 2026-03-01T10:00:00Z"]
    );
    patient.restored();
    patient.ok("/mes", "confirmation.reversed", "09:05", back);
    patient.tick("09:59");
    assert_eq!(patient.news(), []);
    patient.tick("10:00");
    let only = patient.only();
    assert_eq!(only.data["good"], "7");
    patient.acknowledge("/erp", "10:01", &only.id, "4711");
    assert_eq!(patient.told(PROCESS), early.told(PROCESS));
}

#[test]
fn an_order_may_be_confirmed_as_a_whole() {
    let mut story = Story::with_rules(json!([{"kind": "confirmation", "per": "order"}]));
    story.order("WO");
    story.report("operation.completed", "07:00", "10", "9");
    assert_eq!(story.news(), [], "the order goes on");
    story.ok(
        "/mes",
        "operation.completed",
        "08:00",
        report("WO", "20", "8"),
    );
    let sent = story.only();
    assert_eq!(sent.id, "confirmation/WO/order/1-1");
    assert_eq!(
        (&sent.data["op"], &sent.data["good"]),
        (&json!(null), &json!("8"))
    );
    // A plant that changes its mind keeps to the way in which the order began.
    let rules = json!({"version": 2, "processes": [{"kind": "confirmation",
        "from": "2026-03-01T05:00:00Z"}]});
    story.ok("/twin", "process_rules.published", "08:01", rules);
    assert_eq!(story.news(), []);
}

#[test]
fn what_ended_before_the_rules_hold_is_not_posted() {
    let mut story = Story::without_rules();
    story.order("WO");
    story.report("operation.completed", "07:00", "10", "9");
    let rules = json!({"version": 1, "processes": [{"kind": "confirmation"}]});
    story.ok("/twin", "process_rules.published", "08:00", rules);
    assert_eq!(story.news(), [], "history stays history");
    story.report("operation.completed", "08:30", "20", "9");
    assert_eq!(story.only().id, "confirmation/WO/20/1-1");
}

#[test]
fn a_refused_posting_whose_content_has_changed_is_replaced() {
    let mut story = completed();
    let first = story.only().id;
    story.refuse("/erp", "09:01", &first);
    assert_eq!(story.with_person.len(), 1);
    let data = json!({"order": "WO", "op": "10", "event": "operation.progressed@08:00", "reason": "counted twice"});
    story.ok("/mes", "confirmation.reversed", "09:02", data);
    let sent = story.only();
    assert_eq!(sent.id, "confirmation/WO/10/2-1");
    assert_eq!(
        (&sent.data["mode"], &sent.data["good"]),
        (&json!("full"), &json!("7"))
    );
    assert_eq!(story.fates(PROCESS), ["dropped", "sent"]);
    assert_eq!(
        story.with_person.len(),
        0,
        "nobody needs to look at the old one"
    );
    assert_eq!(story.told(PROCESS), []);
    story.tick("23:00");
    assert!(!story.ids().contains(&"confirmation/WO/10/1-2".to_owned()));
}

#[test]
fn a_lane_ends_with_a_person_when_its_facts_never_settle() {
    let mut story = completed();
    let mut command = story.only().id;
    story.acknowledge("/erp", "09:01", &command, "D0");
    for n in 1..100 {
        story.report("operation.progressed", "08:59", "10", "0.0");
        let scrap = json!({"order": "WO", "op": "10", "unit": "H87", "good": "0", "scrap": "1"});
        story.ok("/mes", "operation.progressed", "08:59", scrap);
        command = story.only().id;
        story.acknowledge("/erp", "09:01", &command, &format!("D{n}"));
    }
    assert_eq!(command, "confirmation/WO/10/100-1");
    let scrap = json!({"order": "WO", "op": "10", "unit": "H87", "good": "0", "scrap": "1"});
    story.ok("/mes", "operation.progressed", "08:59", scrap.clone());
    assert_eq!(story.news(), []);
    let (code, text) = story.with_person.values().next().unwrap().clone();
    assert_eq!(code, Code::R64);
    assert!(
        text.starts_with("Process confirmation/WO has sent 100 commands"),
        "{text}"
    );
    story.ok("/mes", "operation.progressed", "08:59", scrap);
    assert_eq!(story.with_person.len(), 1, "said once");
}

#[test]
fn parts_of_pieces_are_posted_whole_and_the_rest_goes_into_a_later_posting() {
    let mut story = story();
    // 1.25 kg are nominally a piece.
    let material = json!({"material": "M", "base_unit": "H87", "conversions":
        [{"unit": "KGM", "numerator": "4", "denominator": "5", "nominal": true}]});
    story.ok("/erp", "material.updated", "06:00", material);
    let weighed =
        |kilograms: &str| json!({"order": "WO", "op": "10", "unit": "KGM", "good": kilograms});
    story.ok("/mes", "operation.completed", "09:00", weighed("8"));
    let sent = story.only();
    assert_eq!(sent.data["good"], "6", "6.4 pieces");
    story.acknowledge("/erp", "09:01", &sent.id, "4711");
    story.ok("/mes", "operation.progressed", "08:50", weighed("0.05"));
    assert_eq!(story.news(), [], "6.44 are 6 as well");
    story.ok("/mes", "operation.progressed", "08:51", weighed("0.1"));
    let sent = story.only();
    assert_eq!(
        (&sent.data["mode"], &sent.data["good"]),
        (&json!("delta"), &json!("1")),
        "6.52"
    );
    story.acknowledge("/erp", "09:02", &sent.id, "4712");
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
}

#[test]
fn the_time_from_the_set_up_to_the_start_is_posted_in_whole_seconds() {
    let mut story = story();
    let at = json!({"order": "WO", "op": "10", "work_center": "SAW"});
    story.ok("/mes", "operation.setup_started", "06:20", at.clone());
    story.ok("/mes", "operation.started", "06:45", at);
    story.report("operation.completed", "08:00", "10", "10");
    assert_eq!(story.only().data["setup_s"], 1500);
}
