//! What each kind of process takes up, from which moment on, and what the others have in the end.

use serde_json::{Value, json};
use twin_model::{ProcessKind, ProcessState};

use super::story::{Story, q};

/// What happens at 09:00, and what comes of it when everybody acknowledges what he is asked.
struct Kind {
    name: &'static str,
    facts: fn(&mut Story),
    process: &'static str,
    order: Option<&'static str>,
    told: &'static [(&'static str, &'static str)],
}

const KINDS: [Kind; 8] = [
    Kind {
        name: "release",
        facts: |story| {
            for center in ["SAW", "PACK"] {
                let data = json!({"work_center": center});
                story.ok("/erp", "work_center.configured", "05:30", data);
            }
            story.created("WO");
            let released = super::story::released("WO");
            story.ok("/erp", "work_order.released", "09:00", released);
        },
        process: "release/WO",
        order: Some("WO"),
        told: &[("mes", "10 H87 of M")],
    },
    Kind {
        name: "confirmation",
        facts: |story| {
            story.order("WO");
            story.report("operation.completed", "09:00", "10", "9");
        },
        process: "confirmation/WO",
        order: Some("WO"),
        told: &[(
            "10",
            "good 9, scrap 0, rework 0, mrb 0 H87; setup 0 s, run 0 s",
        )],
    },
    Kind {
        name: "hold",
        facts: |story| {
            lot(story, "unrestricted");
            let data = json!({"hold": "H", "scope": {"kind": "lot", "id": "L"},
                "reason": "cracks"});
            story.ok("/qms", "hold.placed", "09:00", data);
        },
        process: "hold/H",
        order: None,
        told: &[
            ("erp", "blocked, 1 lot"),
            ("mes", "blocked, 1 lot"),
            ("wms", "blocked, 1 lot"),
        ],
    },
    Kind {
        name: "maintenance",
        facts: |story| {
            story.order("WO");
            let data = json!({"maintenance": "PM/1", "work_center": "SAW", "kind": "breakdown"});
            story.ok("/cmms", "maintenance.started", "09:00", data);
        },
        process: "maintenance/SAW/PM/1",
        order: None,
        told: &[("erp", "stops from 2026-03-01T09:00:00Z")],
    },
    Kind {
        name: "deviation",
        facts: |story| {
            lot(story, "unrestricted");
            let data = json!({"nonconformance": "N", "lots": ["L"], "defect": "crack",
                "severity": "major"});
            story.ok("/qms", "nonconformance.opened", "09:00", data);
        },
        process: "deviation/N",
        order: None,
        told: &[("mes", "1 lot set aside"), ("wms", "1 lot set aside")],
    },
    Kind {
        name: "usage",
        facts: |story| {
            lot(story, "quality_inspection");
            let data = json!({"inspection": "I", "lot": "L", "blocking": true});
            story.ok("/qms", "inspection.created", "06:10", data);
            let data = json!({"inspection": "I", "by": "Dr. Weiss",
                "decisions": [{"quantity": q("100"), "decision": "accept"}]});
            story.ok("/qms", "inspection.decided", "09:00", data);
        },
        process: "usage/L",
        order: None,
        told: &[("erp:I", "accept 100 H87"), ("wms:I", "accept 100 H87")],
    },
    Kind {
        name: "variance",
        facts: |story| {
            story.created("WO");
            let mut released = super::story::released("WO");
            released["components"] = json!([{"material": "RAW", "quantity": q("100")}]);
            story.ok("/erp", "work_order.released", "06:00", released);
            let data = json!({"order": "WO", "op": "20", "material": "RAW", "quantity": q("112")});
            story.ok("/mes", "material.consumed", "09:00", data);
        },
        process: "variance/WO",
        order: Some("WO"),
        told: &[("RAW H87", "12 H87 beyond the plan")],
    },
    Kind {
        name: "scrap",
        facts: |story| {
            story.order("WO");
            let data = json!({"order": "WO", "op": "10", "unit": "H87", "good": "1",
                "scrap": "2"});
            story.ok("/mes", "operation.progressed", "09:00", data);
        },
        process: "scrap/WO",
        order: Some("WO"),
        told: &[],
    },
];

fn lot(story: &mut Story, usage: &str) {
    let data = json!({"lot": "L", "material": "M", "quantity": q("100"), "usage": usage});
    story.ok("/wms", "lot.created", "06:00", data);
}

/// A plant where this kind of process takes up what happens from `from` on.
fn told(kind: &Kind, from: &str) -> Story {
    let mut rule = json!({"kind": kind.name, "from": from});
    if matches!(kind.name, "variance" | "scrap") {
        rule["limits"] = json!([{"share": {"numerator": 1, "denominator": 20}}]);
    }
    let mut story = Story::with_rules(Value::Array(vec![rule]));
    (kind.facts)(&mut story);
    story
}

#[test]
fn every_kind_takes_up_what_happens_from_the_moment_of_its_rule_on() {
    for kind in &KINDS {
        let story = told(kind, "2026-03-01T09:00:00Z");
        assert!(!story.sent.is_empty(), "{}", kind.name);
        let story = told(kind, "2026-03-01T09:00:00.000001Z");
        assert_eq!(story.sent, [], "{}", kind.name);
    }
}

#[test]
fn a_process_names_its_order_and_what_the_others_have_in_the_end() {
    for kind in &KINDS {
        let mut story = told(kind, "2026-03-01T05:00:00Z");
        loop {
            let news = story.news();
            if news.is_empty() {
                break;
            }
            for sent in news {
                let source = format!("/{}", sent.to.as_str().to_lowercase());
                story.acknowledge(&source, "09:01", &sent.id, "4711");
            }
        }
        let process = story.process(kind.process);
        assert_eq!(process.order(), kind.order, "{}", kind.name);
        assert_eq!(process.id().kind().as_str(), kind.name);
        let words = story.told(kind.process);
        let words: Vec<(&str, &str)> = words
            .iter()
            .map(|(lane, words)| (lane.as_str(), words.as_str()))
            .collect();
        assert_eq!(words, kind.told, "{}", kind.name);
        let waits = kind.name == "deviation";
        let state = if waits {
            ProcessState::Waiting
        } else {
            ProcessState::Settled
        };
        assert_eq!(story.state(kind.process), state, "{}", kind.name);
        story.restored();
    }
    assert_eq!(ProcessKind::ALL.len(), KINDS.len());
}

#[test]
fn a_state_of_a_process_and_of_a_command_has_the_name_that_streams_have_given_it() {
    let states = [
        ProcessState::Waiting,
        ProcessState::Asking,
        ProcessState::Retrying,
        ProcessState::WithPerson,
        ProcessState::Settled,
        ProcessState::Undone,
        ProcessState::Off,
    ];
    let names: Vec<&str> = states.into_iter().map(ProcessState::as_str).collect();
    assert_eq!(
        names.join(" "),
        "waiting asking retrying with_person settled undone off"
    );
}
