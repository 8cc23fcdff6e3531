//! What a deviation waits for at each of its stages, and when quality has taken too long.

use serde_json::{Value, json};
use twin_model::{Code, Time};

use super::story::{Story, at, q};

const PROCESS: &str = "deviation/N";

/// Lots of 10 pieces that a nonconformance of 07:00 names; quality has an hour to decide.
fn opened(lots: &[&str]) -> Story {
    let mut story = Story::with_rules(json!([{"kind": "deviation", "decide_within_s": 3600,
        "systems": ["wms"]}]));
    for lot in lots {
        let data = json!({"lot": lot, "material": "M", "quantity": q("10")});
        story.ok("/wms", "lot.created", "06:00", data);
    }
    let data = json!({"nonconformance": "N", "order": "WO", "lots": lots, "defect": "crack",
        "severity": "major"});
    story.ok("/qms", "nonconformance.opened", "07:00", data);
    all_acknowledge(&mut story);
    story
}

fn all_acknowledge(story: &mut Story) {
    loop {
        let news = story.news();
        if news.is_empty() {
            return;
        }
        for sent in news {
            let source = format!("/{}", sent.to.as_str().to_lowercase());
            story.acknowledge(&source, "07:01", &sent.id, "4711");
        }
    }
}

fn of_quality(story: &mut Story, name: &str, time: &str) {
    let data = json!({"nonconformance": "N", "action": "shelf", "verification": "measured",
        "reason": "a shadow"});
    story.ok("/qms", &format!("nonconformance.{name}"), time, data);
    all_acknowledge(story);
}

fn disposed(story: &mut Story, time: &str, lots: &[&str]) {
    let parts: Vec<Value> = lots
        .iter()
        .map(|lot| json!({"lot": lot, "disposition": "use_as_is"}))
        .collect();
    let data = json!({"nonconformance": "N", "lots": parts, "approvers": ["Q. Jansen"]});
    story.ok("/qms", "nonconformance.dispositioned", time, data);
    all_acknowledge(story);
}

fn waits(story: &Story) -> String {
    story.waits(PROCESS).join(", ")
}

fn codes(story: &Story) -> Vec<Code> {
    let found = story.process(PROCESS).discrepancies();
    found.iter().map(|found| found.code()).collect()
}

fn due(story: &Story) -> Option<Time> {
    story.process(PROCESS).due_at()
}

fn time(clock: &str) -> Option<Time> {
    Some(at(clock).parse().unwrap())
}

#[test]
fn each_stage_says_what_it_waits_for() {
    let mut story = opened(&["A", "B"]);
    let review =
        |lots: &str| format!("quality to review nonconformance N ({lots} without disposition)");
    assert_eq!(waits(&story), review("2 lots"));
    of_quality(&mut story, "contained", "07:10");
    assert_eq!(waits(&story), review("2 lots"));
    disposed(&mut story, "07:20", &["B"]);
    assert_eq!(waits(&story), "quality to decide 1 lot of nonconformance N");
    of_quality(&mut story, "review_started", "07:30");
    assert_eq!(
        waits(&story),
        "quality to decide 2 lots of nonconformance N"
    );
    disposed(&mut story, "07:40", &["A", "B"]);
    assert_eq!(waits(&story), "quality to verify nonconformance N");
    of_quality(&mut story, "verified", "07:50");
    assert_eq!(waits(&story), "quality to close nonconformance N");
    of_quality(&mut story, "closed", "08:00");
    assert_eq!(waits(&story), "");

    let mut one = opened(&["A"]);
    assert_eq!(waits(&one), review("1 lot"));
    of_quality(&mut one, "cancelled", "07:10");
    assert_eq!(waits(&one), "");
    let mut none = opened(&[]);
    assert_eq!(waits(&none), review("0 lots"));
    of_quality(&mut none, "review_started", "07:10");
    assert_eq!(waits(&none), "quality to decide nonconformance N");
}

#[test]
fn a_disposition_is_asked_for_in_the_name_of_those_who_decided_it() {
    let mut story = opened(&["A", "B"]);
    let decided = |story: &mut Story, time: &str, lot: &str, approver: &str| {
        let parts = json!([{"lot": lot, "disposition": "scrap"}]);
        let data = json!({"nonconformance": "N", "lots": parts, "approvers": [approver]});
        story.ok("/qms", "nonconformance.dispositioned", time, data);
        let asked = story.news();
        let asked = asked.iter().find(|sent| sent.data["lot"] == json!(lot));
        asked.map(|sent| sent.data["approvers"].clone())
    };
    assert_eq!(
        decided(&mut story, "07:20", "A", "Q. Jansen"),
        Some(json!(["Q. Jansen"]))
    );
    assert_eq!(
        decided(&mut story, "07:30", "B", "R. Muster"),
        Some(json!(["R. Muster"]))
    );
    // At one and the same time each lot has its own.
    let mut story = opened(&["A", "B"]);
    assert_eq!(
        decided(&mut story, "07:20", "B", "R. Muster"),
        Some(json!(["R. Muster"]))
    );
    assert_eq!(
        decided(&mut story, "07:20", "A", "Q. Jansen"),
        Some(json!(["Q. Jansen"]))
    );
}

#[test]
fn quality_has_its_time_from_the_finding_or_the_last_review_on() {
    let mut story = opened(&["A", "B"]);
    assert_eq!(due(&story), time("08:00"));
    of_quality(&mut story, "review_started", "06:30");
    assert_eq!(
        due(&story),
        time("08:00"),
        "told to have been taken up before"
    );
    of_quality(&mut story, "review_started", "07:30");
    assert_eq!(due(&story), time("08:30"));
    story.tick("08:29");
    assert_eq!(codes(&story), []);
    story.tick("08:30");
    assert_eq!(codes(&story), [Code::R66]);
    let text = story.process(PROCESS).discrepancies()[0].to_string();
    assert!(
        text.contains("since 2026-03-01T07:30:00Z") && text.contains("2 lots"),
        "{text}"
    );
    assert_eq!(due(&story), None, "said once");
    // What is decided in part still waits for the rest.
    disposed(&mut story, "08:40", &["A"]);
    assert_eq!(codes(&story), [Code::R66]);
    disposed(&mut story, "08:50", &["B"]);
    assert_eq!((codes(&story), due(&story)), (vec![], None));
}

#[test]
fn nobody_is_hurried_over_what_is_decided_or_was_none() {
    for end in ["decided", "cancelled"] {
        let mut story = opened(&["A"]);
        match end {
            "decided" => disposed(&mut story, "07:30", &["A"]),
            _ => of_quality(&mut story, "cancelled", "07:30"),
        }
        assert_eq!(due(&story), None, "{end}");
        story.tick("23:00");
        assert_eq!(codes(&story), [], "{end}");
    }
}
