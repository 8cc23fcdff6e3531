//! Batch disposition: usage decisions go out when everything that must be decided is decided.

use serde_json::{Value, json};
use twin_model::{Code, ProcessState};

use super::story::{Sent, Story, q};

const PROCESS: &str = "usage/L";

/// Lot L of 100 pieces in quality inspection, with a blocking inspection I of all of it.
fn story() -> Story {
    let mut story = Story::with_rules(json!([{"kind": "usage", "tries_max": 2}]));
    let data = json!({"lot": "L", "material": "M", "quantity": q("100"),
        "usage": "quality_inspection"});
    story.ok("/wms", "lot.created", "06:00", data);
    inspected(&mut story, "I", Some("100"), true);
    story
}

fn inspected(story: &mut Story, id: &str, quantity: Option<&str>, blocking: bool) {
    let mut data = json!({"inspection": id, "lot": "L", "blocking": blocking});
    if let Some(quantity) = quantity {
        data["quantity"] = q(quantity);
    }
    story.ok("/qms", "inspection.created", "06:10", data);
}

fn decided(story: &mut Story, time: &str, id: &str, parts: &[(&str, &str)]) {
    let parts = parts.iter();
    let parts = parts.map(|(what, much)| json!({"quantity": q(much), "decision": what}));
    let data = json!({"inspection": id, "by": "Dr. Weiss",
        "decisions": parts.collect::<Vec<_>>()});
    story.ok("/qms", "inspection.decided", time, data);
}

fn reopened(story: &mut Story, time: &str) {
    let data = json!({"inspection": "I", "reason": "a wrong sample"});
    story.ok("/qms", "inspection.reopened", time, data);
}

fn all_acknowledge(story: &mut Story, time: &str) -> Vec<Sent> {
    let mut all = Vec::new();
    loop {
        let sent = story.news();
        if sent.is_empty() {
            return all;
        }
        for command in &sent {
            let source = format!("/{}", command.to.as_str().to_lowercase());
            story.acknowledge(&source, time, &command.id, "4711");
        }
        all.extend(sent);
    }
}

fn lanes(story: &Story) -> Vec<String> {
    let told = story.told(PROCESS).into_iter();
    told.map(|(lane, words)| format!("{lane}: {words}"))
        .collect()
}

#[test]
fn a_decision_by_quantity_goes_to_the_books_and_to_the_warehouse_with_its_movements() {
    let mut story = story();
    assert_eq!(story.news(), [], "nothing is decided");
    let parts = [("accept", "80"), ("reject", "15"), ("scrap", "5")];
    decided(&mut story, "08:00", "I", &parts);
    let sent = story.news();
    let to: Vec<(&str, &str)> = sent
        .iter()
        .map(|sent| (sent.id.as_str(), sent.to.as_str()))
        .collect();
    assert_eq!(
        to,
        [("usage/L/erp:I/1-1", "ERP"), ("usage/L/wms:I/1-1", "WMS")]
    );
    let posting = |decision: &str, much: &str, to: Value, movement: Value| {
        json!({"decision": decision, "quantity": q(much), "from": "quality_inspection",
            "to": to, "movement_type": movement})
    };
    assert_eq!(
        sent[0].data,
        json!({"lot": "L", "material": "M", "inspection": "I",
            "decided_at": "2026-03-01T08:00:00Z", "by": "Dr. Weiss", "postings": [
                posting("accept", "80", json!("unrestricted"), json!("321")),
                posting("reject", "15", json!("rejected"), json!("350")),
                posting("scrap", "5", json!(null), json!("553"))]})
    );
    story.acknowledge("/erp", "08:01", "usage/L/erp:I/1-1", "4711");
    story.plant = story.restored();
    story.acknowledge("/wms", "08:01", "usage/L/wms:I/1-1", "W-1");
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
    let words = "accept 80 H87, reject 15 H87, scrap 5 H87";
    assert_eq!(
        lanes(&story),
        [format!("erp:I: {words}"), format!("wms:I: {words}")]
    );
    // The posting that follows says nothing new.
    let data = json!({"lot": "L", "quantity": q("80"), "from": "quality_inspection",
        "to": "unrestricted", "movement_type": "321", "decision": "I"});
    story.ok("/wms", "stock.status_changed", "08:02", data);
    story.tick("23:00");
    assert_eq!(story.news(), []);
}

#[test]
fn every_inspection_that_is_required_must_be_decided_and_no_other() {
    let mut story = story();
    inspected(&mut story, "J", Some("100"), true);
    inspected(&mut story, "K", None, false);
    decided(&mut story, "08:00", "I", &[("accept", "100")]);
    assert_eq!(story.news(), []);
    assert_eq!(story.state(PROCESS), ProcessState::Waiting);
    assert_eq!(
        story.waits(PROCESS),
        ["quality to decide inspection J of lot L"]
    );
    let data = json!({"inspection": "J", "reason": "not needed"});
    story.ok("/qms", "inspection.cancelled", "08:10", data);
    assert_eq!(story.ids(), ["usage/L/erp:I/1-1", "usage/L/wms:I/1-1"]);
}

#[test]
fn a_hold_or_a_nonconformance_keeps_the_decision_back() {
    let mut story = story();
    let hold = json!({"hold": "H", "scope": {"kind": "lot", "id": "L"}, "reason": "cracks"});
    story.ok("/qms", "hold.placed", "07:00", hold);
    let found = json!({"nonconformance": "N", "lots": ["L"], "defect": "crack",
        "severity": "major"});
    story.ok("/qms", "nonconformance.opened", "07:10", found);
    decided(&mut story, "08:00", "I", &[("accept", "100")]);
    assert_eq!(
        story.waits(PROCESS),
        [
            "quality to decide hold H, which reaches lot L",
            "quality to decide lot L of nonconformance N"
        ]
    );
    story.plant = story.restored();
    let data = json!({"hold": "H", "disposition": "use as is", "released_by": "Q. Jansen"});
    story.ok("/qms", "hold.released", "09:00", data);
    assert_eq!(story.news(), []);
    let data = json!({"nonconformance": "N", "approvers": ["QA"],
        "lots": [{"lot": "L", "disposition": "use_as_is"}]});
    story.ok("/qms", "nonconformance.dispositioned", "09:10", data);
    assert_eq!(story.ids(), ["usage/L/erp:I/1-1", "usage/L/wms:I/1-1"]);
    // What comes afterwards takes nothing back: it blocks by itself.
    let hold = json!({"hold": "H2", "scope": {"kind": "lot", "id": "L"}, "reason": "cracks"});
    story.ok("/qms", "hold.placed", "10:00", hold);
    assert_eq!(story.news(), []);
}

#[test]
fn a_reopened_inspection_takes_its_postings_back_and_another_decision_follows() {
    let mut story = story();
    decided(&mut story, "08:00", "I", &[("accept", "100")]);
    all_acknowledge(&mut story, "08:01");
    reopened(&mut story, "09:00");
    let back = all_acknowledge(&mut story, "09:01");
    assert_eq!(back.len(), 2);
    assert_eq!(back[0].type_name, "mfg.usage_decision.reverse.v1");
    assert_eq!(
        back[0].data,
        json!({"lot": "L", "inspection": "I", "reason": "a wrong sample",
            "reverses": [{"command": "usage/L/erp:I/1-1", "document": "4711"}]})
    );
    assert_eq!(story.state(PROCESS), ProcessState::Undone);
    assert_eq!(story.fates(PROCESS)[0], "compensated");
    decided(
        &mut story,
        "10:00",
        "I",
        &[("accept", "90"), ("rework", "10")],
    );
    all_acknowledge(&mut story, "10:01");
    assert_eq!(lanes(&story)[0], "erp:I: accept 90 H87, rework 10 H87");

    // Both arrive before the first answer: what stands in the end is the same.
    let mut quick = self::story();
    decided(&mut quick, "08:00", "I", &[("accept", "100")]);
    let first = quick.news();
    reopened(&mut quick, "09:00");
    decided(
        &mut quick,
        "10:00",
        "I",
        &[("accept", "90"), ("rework", "10")],
    );
    assert_eq!(quick.news(), [], "one command at a time");
    quick.sent = first;
    all_acknowledge(&mut quick, "10:01");
    assert_eq!(lanes(&quick), lanes(&story));
    assert_eq!(quick.plant.state_hash(), story.plant.state_hash());
}

#[test]
fn refusals_and_silence_end_with_a_person_each_by_itself() {
    let mut story = story();
    decided(&mut story, "08:00", "I", &[("accept", "100")]);
    story.news();
    story.refuse("/erp", "08:01", "usage/L/erp:I/1-1");
    for time in ["08:05", "08:06"] {
        story.tick(time);
    }
    assert_eq!(story.ids(), ["usage/L/wms:I/1-1", "usage/L/erp:I/1-2"]);
    story.refuse("/erp", "08:07", "usage/L/erp:I/1-2");
    story.tick("08:15");
    assert_eq!(story.news(), []);
    assert_eq!(story.state(PROCESS), ProcessState::WithPerson);
    assert_eq!(story.with_person["usage/L/erp:I/1-1"].0, Code::R32);
    let (code, text) = &story.with_person["usage/L/wms:I/1-1"];
    assert_eq!(*code, Code::R62);
    assert!(text.contains("the usage decision I of lot L"), "{text}");
    story.plant = story.restored();
    for system in ["erp", "wms"] {
        let command = format!("usage/L/{system}:I/1-1");
        story.acknowledge(&format!("/{system}"), "09:00", &command, "1");
    }
    assert_eq!(story.with_person.len(), 0);
    assert_eq!(lanes(&story).len(), 2);
}

#[test]
fn what_was_decided_before_the_rules_hold_is_not_posted_and_an_inspection_of_free_stock_blocks() {
    let mut story = Story::without_rules();
    let data = json!({"lot": "L", "material": "M", "quantity": q("100")});
    story.ok("/wms", "lot.created", "06:00", data);
    inspected(&mut story, "I", Some("40"), false);
    inspected(&mut story, "J", Some("60"), false);
    decided(&mut story, "07:00", "I", &[("accept", "40")]);
    let data = json!({"version": 1, "processes": [{"kind": "usage", "systems": ["erp"]}]});
    story.ok("/twin", "process_rules.published", "07:30", data);
    assert_eq!(story.news(), [], "history stays history");
    let parts = [("accept", "50"), ("reject", "6"), ("scrap", "4")];
    decided(&mut story, "08:00", "J", &parts);
    let sent = story.only();
    assert_eq!(sent.id, "usage/L/erp:J/1-1");
    let moved: Vec<(&Value, &Value)> = sent.data["postings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (&part["from"], &part["movement_type"]))
        .collect();
    let free = json!("unrestricted");
    assert_eq!(
        moved,
        [
            (&free, &json!(null)),
            (&free, &json!("344")),
            (&free, &json!("551"))
        ]
    );
}

/// The lot, its inspections and their decisions in any order: the same is posted.
#[test]
fn the_order_of_arrival_does_not_show_in_the_end() {
    let steps: [fn(&mut Story); 3] = [
        |story| inspected(story, "J", Some("100"), true),
        |story| decided(story, "08:00", "I", &[("accept", "80"), ("reject", "20")]),
        |story| {
            let data = json!({"lot": "L", "counted": q("100"), "booked": q("100"),
                "reason": "count"});
            story.ok("/wms", "stock.adjusted", "07:30", data);
        },
    ];
    let mut ends = Vec::new();
    for order in [[0, 1, 2], [0, 2, 1], [2, 0, 1]] {
        let mut story = story();
        for step in order {
            steps[step](&mut story);
        }
        assert_eq!(story.news(), [], "{order:?}");
        decided(&mut story, "09:00", "J", &[("accept", "100")]);
        all_acknowledge(&mut story, "09:01");
        assert_eq!(lanes(&story).len(), 4, "{order:?}");
        ends.push(story.plant.state_hash());
    }
    ends.dedup();
    assert_eq!(ends.len(), 1);
}

#[test]
fn what_is_taken_back_says_why_it_was_reopened_or_that_quality_has_decided_otherwise() {
    for (said, told) in [
        ("a wrong sample", "a wrong sample"),
        ("", "quality has decided otherwise"),
    ] {
        let mut story = story();
        decided(&mut story, "07:00", "I", &[("accept", "100")]);
        all_acknowledge(&mut story, "07:01");
        let data = json!({"inspection": "I", "reason": said});
        story.ok("/qms", "inspection.reopened", "08:00", data);
        let sent = story.news();
        assert_eq!(sent.len(), 2, "{sent:?}");
        for back in sent {
            assert_eq!(back.type_name, "mfg.usage_decision.reverse.v1");
            assert_eq!(back.data["reason"], told);
        }
    }
}
