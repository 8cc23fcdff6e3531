//! Material beyond the limits of the plant is posted at once and people are told; scrap beyond them
//! asks for a nonconformance.

use serde_json::{Value, json};
use twin_model::{Code, Notice, ProcessState};

use super::story::{Story, q};

const PROCESS: &str = "variance/WO";
const LANE: &str = "RAW KGM";

fn kg(value: &str) -> Value {
    json!({"value": value, "unit": "KGM"})
}

/// An order over 10 pieces that is to take 100 kg of RAW; the plant lets 1/20 and 2 kg pass.
fn story() -> Story {
    story_with(json!([{"share": {"numerator": 1, "denominator": 20}, "quantity": kg("2")}]))
}

fn story_with(limits: Value) -> Story {
    let mut story =
        Story::with_rules(json!([{"kind": "variance", "tries_max": 2, "limits": limits}]));
    story.created("WO");
    let mut released = super::story::released("WO");
    released["components"] = json!([{"material": "RAW", "quantity": kg("100"), "op": "20"}]);
    story.ok("/erp", "work_order.released", "06:00", released);
    story
}

fn consumed(story: &mut Story, time: &str, value: &str) -> String {
    let data = json!({"order": "WO", "op": "20", "material": "RAW", "quantity": kg(value)});
    story.ok("/mes", "material.consumed", time, data);
    story.last_event()
}

fn taken_back(story: &mut Story, time: &str, event: &str) {
    let data = json!({"order": "WO", "event": event, "reason": "weighed wrongly"});
    story.ok("/mes", "movement.reversed", time, data);
}

fn codes(story: &Story) -> Vec<Code> {
    let found = story.process(PROCESS).discrepancies();
    found.iter().map(|found| found.code()).collect()
}

#[test]
fn what_is_used_beyond_the_limits_is_posted_at_once_and_shown() {
    let mut story = story();
    consumed(&mut story, "07:00", "60");
    consumed(&mut story, "08:00", "45");
    assert_eq!(story.news(), [], "105 of 100 is within 1/20");
    let data = json!({"order": "WO", "op": "20", "material": "RAW", "quantity": kg("7")});
    let turn = story.ok("/mes", "material.consumed", "08:10", data);
    assert!(turn.notices.iter().any(
        |notice| matches!(notice, Notice::DiscrepancyFound { code, .. } if *code == Code::R67)
    ));
    let sent = story.only();
    assert_eq!(
        (sent.id.as_str(), sent.type_name, sent.to.as_str()),
        ("variance/WO/RAW KGM/1-1", "mfg.variance.post.v1", "ERP")
    );
    assert_eq!(
        sent.data,
        json!({"order": "WO", "material": "RAW", "mode": "full", "corrects": [], "unit": "KGM",
            "quantity": "12", "used": "112", "expected": "100"})
    );
    let found = story.process(PROCESS).discrepancies();
    assert_eq!(
        found[0].to_string(),
        "Order WO used 112 KGM of RAW; 100 were expected. The difference of 12 exceeds the limit \
         (1/20 of what was expected and 2 KGM) and is posted at once. Look why in production."
    );
    story.acknowledge("/erp", "08:11", &sent.id, "4900");
    assert_eq!(
        story.told(PROCESS),
        [(LANE.to_owned(), "12 KGM beyond the plan".to_owned())]
    );
    story.restored();
}

#[test]
fn late_corrections_post_differences_and_what_is_within_the_limits_is_reversed() {
    let mut story = story();
    consumed(&mut story, "07:00", "100");
    let more = consumed(&mut story, "08:00", "12");
    let first = story.only();
    let again = consumed(&mut story, "08:05", "3");
    assert_eq!(story.news(), [], "one command at a time");
    story.acknowledge("/erp", "08:06", &first.id, "4900");
    let second = story.only();
    assert_eq!(
        (&second.data["mode"], &second.data["quantity"]),
        (&json!("delta"), &json!("3"))
    );
    assert_eq!(
        second.data["corrects"],
        json!([{"command": first.id, "document": "4900"}])
    );
    story.acknowledge("/erp", "08:07", &second.id, "4901");
    story.plant = story.restored();
    taken_back(&mut story, "09:00", &again);
    let third = story.only();
    assert_eq!(third.data["quantity"], "-3");
    story.acknowledge("/erp", "09:01", &third.id, "4902");
    taken_back(&mut story, "09:10", &more);
    let back = story.only();
    assert_eq!(back.type_name, "mfg.variance.reverse.v1");
    assert_eq!(back.data["reverses"].as_array().unwrap().len(), 3);
    story.acknowledge("/erp", "09:11", &back.id, "4903");
    assert_eq!(story.state(PROCESS), ProcessState::Undone);
    assert_eq!(
        codes(&story),
        [],
        "it is within the limits and nobody needs to look"
    );
    assert_eq!(
        story.fates(PROCESS),
        ["compensated", "compensated", "compensated", "acknowledged"]
    );
}

#[test]
fn what_is_left_unused_counts_once_the_order_is_complete_and_both_limits_must_be_exceeded() {
    let mut story = story();
    consumed(&mut story, "07:00", "50");
    assert_eq!(story.news(), [], "the rest is still to be used");
    story.report("operation.completed", "08:00", "10", "10");
    story.report("operation.completed", "09:00", "20", "6");
    let sent = story.only();
    assert_eq!(
        (&sent.data["quantity"], &sent.data["expected"]),
        (&json!("-10"), &json!("60")),
        "10 pieces take 100 kg, and 6 were made"
    );
    // A small order: the share is exceeded, the quantity is not.
    let mut small = story_with(json!([
        {"share": {"numerator": 1, "denominator": 1000}, "quantity": kg("5")}]));
    consumed(&mut small, "07:00", "104");
    assert_eq!(small.news(), []);
    consumed(&mut small, "07:10", "2");
    assert_eq!(small.only().data["quantity"], "6");
}

#[test]
fn a_material_may_have_a_limit_of_its_own_and_one_that_is_not_planned_has_no_plan_to_keep() {
    let mut story = story_with(json!([
        {"quantity": kg("1000")},
        {"material": "RAW", "quantity": {"value": "500", "unit": "GRM"}}]));
    consumed(&mut story, "07:00", "100.5");
    assert_eq!(story.news(), [], "half a kilogram is 500 g");
    consumed(&mut story, "07:10", "0.001");
    assert_eq!(story.only().data["quantity"], "0.501");
    let data = json!({"order": "WO", "material": "OIL", "quantity": kg("1001"),
        "substitute_approval": "Q. Jansen"});
    story.ok("/mes", "material.consumed", "07:20", data);
    let sent = story.only();
    assert_eq!(
        (&sent.data["material"], &sent.data["expected"]),
        (&json!("OIL"), &json!("0"))
    );
    // What cannot be compared with its limit says so.
    let mut story = story_with(json!([{"quantity": q("5")}]));
    consumed(&mut story, "07:00", "300");
    assert_eq!(story.news(), []);
    assert_eq!(
        story.waits(PROCESS),
        ["the plant's rules to give the limit of material RAW in KGM"]
    );
}

#[test]
fn refusals_and_silence_end_with_a_person() {
    let mut story = story();
    consumed(&mut story, "07:00", "130");
    let first = story.only().id;
    for time in ["07:05", "07:15"] {
        story.tick(time);
    }
    assert_eq!(story.only().id, first);
    assert_eq!(story.with_person[&first].0, Code::R62);
    story.plant = story.restored();
    story.refuse("/erp", "08:00", &first);
    assert_eq!(story.with_person[&first].0, Code::R32);
    // The correction takes the refused posting away.
    story.tick("08:01");
    let event = "material.consumed@07:00";
    taken_back(&mut story, "08:02", event);
    assert_eq!(story.fates(PROCESS), ["dropped"]);
    assert_eq!(story.with_person.len(), 0);
}

#[test]
fn the_order_of_arrival_does_not_show_in_the_end() {
    let mut ends = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let mut story = story();
        for n in order {
            let (time, value) = [("07:00", "90"), ("07:10", "25"), ("07:20", "4")][n];
            consumed(&mut story, time, value);
            loop {
                let sent = story.news();
                let Some(sent) = sent.first() else { break };
                story.acknowledge("/erp", "08:00", &sent.id, "1");
            }
        }
        assert_eq!(
            story.told(PROCESS)[0].1,
            "19 KGM beyond the plan",
            "{order:?}"
        );
        ends.push(story.plant.state_hash());
    }
    ends.dedup();
    assert_eq!(ends.len(), 1);
}

#[test]
fn an_operation_that_scraps_too_much_asks_for_a_nonconformance() {
    let rules = json!([{"kind": "scrap",
        "limits": [{"share": {"numerator": 1, "denominator": 5}}]}]);
    let mut story = Story::with_rules(rules);
    story.order("WO");
    let scrap = |story: &mut Story, time: &str, scrap: &str, mrb: &str| {
        let data = json!({"order": "WO", "op": "10", "unit": "H87", "good": "8", "scrap": scrap,
            "mrb": mrb});
        story.ok("/mes", "operation.progressed", time, data);
        story.last_event()
    };
    scrap(&mut story, "07:00", "1", "0");
    assert_eq!(story.news(), []);
    let bad = scrap(&mut story, "07:10", "1", "3");
    let sent = story.only();
    assert_eq!(
        (sent.id.as_str(), sent.type_name, sent.to.as_str()),
        ("scrap/WO/10/1-1", "mfg.nonconformance.requested.v1", "QMS")
    );
    assert_eq!(
        sent.data,
        json!({"order": "WO", "op": "10", "unit": "H87", "scrap": "2", "mrb": "3",
            "made": "21"})
    );
    story.acknowledge("/qms", "07:11", &sent.id, "NCR-1");
    story.plant = story.restored();
    // Corrected before quality has opened one: it is not needed.
    let back = json!({"order": "WO", "op": "10", "event": bad, "reason": "counted twice"});
    story.ok("/mes", "confirmation.reversed", "07:20", back);
    let sent = story.only();
    assert_eq!(sent.type_name, "mfg.nonconformance.not_needed.v1");
    assert_eq!(sent.data["documents"], json!(["NCR-1"]));
    story.acknowledge("/qms", "07:21", &sent.id, "NCR-1");
    assert_eq!(story.state("scrap/WO"), ProcessState::Undone);
    // Quality has one already: it is not asked for another.
    let found = json!({"nonconformance": "NCR-2", "order": "WO", "found_at_op": "10",
        "defect": "crack", "severity": "major"});
    story.ok("/qms", "nonconformance.opened", "07:30", found);
    scrap(&mut story, "07:40", "5", "0");
    assert_eq!(story.news(), []);
    // Nor is an answer waited for once it has one.
    let other = json!({"order": "WO", "op": "20", "unit": "H87", "good": "1", "scrap": "1"});
    story.ok("/mes", "operation.progressed", "08:00", other);
    assert_eq!(story.only().id, "scrap/WO/20/1-1");
    let found = json!({"nonconformance": "NCR-3", "order": "WO", "found_at_op": "20",
        "defect": "crack", "severity": "major"});
    story.ok("/qms", "nonconformance.opened", "08:01", found);
    assert_eq!(story.fates("scrap/WO").last(), Some(&"dropped"));
    // Nor is quality asked again when it has closed one, or has found that it was none.
    let closed = json!({"nonconformance": "NCR-3", "verification": "sorted out"});
    story.ok("/qms", "nonconformance.closed", "08:02", closed);
    let none = json!({"nonconformance": "NCR-2", "reason": "a shadow"});
    story.ok("/qms", "nonconformance.cancelled", "08:03", none);
    for op in ["10", "20"] {
        let more = json!({"order": "WO", "op": op, "unit": "H87", "good": "0", "scrap": "1"});
        story.ok("/mes", "operation.progressed", "08:04", more);
    }
    assert_eq!(story.news(), []);
    story.tick("23:00");
    assert_eq!(story.news(), []);
    assert_eq!(story.with_person.len(), 0);
}
