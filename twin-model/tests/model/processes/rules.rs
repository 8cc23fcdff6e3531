//! Which processes run is published, and nothing runs before.

use serde_json::{Value, json};
use twin_model::wire::decode;
use twin_model::{Code, Kind, ProcessKind, ProcessState};

use super::story::{Story, at, q};

const PROCESS: &str = "confirmation/WO";

fn publish(story: &mut Story, version: u64, time: &str, processes: Value) {
    let data = json!({"version": version, "processes": processes});
    story.ok("/twin", "process_rules.published", time, data);
}

fn ended(story: &mut Story) {
    story.order("WO");
    story.report("operation.completed", "09:00", "10", "9");
}

#[test]
fn without_rules_nothing_is_asked() {
    let mut story = Story::without_rules();
    ended(&mut story);
    story.tick("23:00");
    assert_eq!(story.news(), []);
    let process = PROCESS.parse().unwrap();
    assert!(story.plant.process(&process).is_none());
}

#[test]
fn rules_that_come_late_find_what_they_would_have_found_before() {
    let from = json!([{"kind": "confirmation", "from": "2026-03-01T05:00:00Z"}]);
    let mut before = Story::without_rules();
    publish(&mut before, 1, "05:00", from.clone());
    ended(&mut before);
    let mut after = Story::without_rules();
    ended(&mut after);
    publish(&mut after, 1, "05:00", from);
    assert_eq!(before.plant.state_hash(), after.plant.state_hash());
    assert_eq!(before.news(), after.news());
}

#[test]
fn the_defaults_are_those_of_the_page() {
    let mut story = Story::without_rules();
    publish(&mut story, 1, "05:00", json!([{"kind": "release"}]));
    let rules = story.plant.process_rules().unwrap();
    let rule = rules.of(ProcessKind::Release).unwrap();
    assert_eq!(
        (rule.answer_within_s, rule.tries_max, rule.settle_s),
        (300, 5, 0)
    );
    assert_eq!(rule.from.to_string(), "2026-03-01T05:00:00Z");
    assert_eq!(rules.of(ProcessKind::Confirmation), None, "off");
    assert!(rules.rules().iter().eq([(&ProcessKind::Release, &rule)]));
    story.restored();
}

#[test]
fn a_kind_that_is_switched_off_sends_nothing_and_still_takes_answers() {
    let mut story = Story::with_rules(json!([{"kind": "confirmation"}]));
    ended(&mut story);
    let first = story.only().id;
    publish(&mut story, 2, "09:01", json!([]));
    assert_eq!(story.state(PROCESS), ProcessState::Off);
    story.report("operation.completed", "09:02", "20", "9");
    story.tick("12:00");
    assert_eq!(story.news(), []);
    assert_eq!(story.with_person.len(), 0);
    story.restored();
    story.acknowledge("/erp", "12:01", &first, "4711");
    assert_eq!(story.told(PROCESS).len(), 1);

    let from = json!([{"kind": "confirmation", "from": "2026-03-01T05:00:00Z"}]);
    publish(&mut story, 3, "13:00", from);
    assert_eq!(
        story.ids(),
        ["confirmation/WO/20/1-1"],
        "what was missed is made up for"
    );
}

/// What the process knows of its lots is of before it was off, and no lot tells of N any more.
#[test]
fn a_lot_that_waits_for_nothing_since_its_kind_was_off_is_let_go_when_it_is_on_again() {
    let rules = json!([{"kind": "deviation", "systems": ["wms"], "from": at("05:00")}]);
    let mut story = Story::with_rules(rules.clone());
    let data = json!({"lot": "L", "material": "M", "quantity": q("10")});
    story.ok("/wms", "lot.created", "06:00", data);
    let data =
        json!({"nonconformance": "N", "lots": ["L"], "defect": "crack", "severity": "major"});
    story.ok("/qms", "nonconformance.opened", "07:00", data);
    let aside = story.only();
    story.acknowledge("/wms", "07:01", &aside.id, "1");
    let review = story.only();
    story.acknowledge("/qms", "07:02", &review.id, "2");
    let warehouse = |story: &Story| {
        let told = story.told("deviation/N").into_iter();
        told.map(|(lane, words)| format!("{lane}: {words}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(warehouse(&story), ["wms: 1 lot set aside"]);

    publish(&mut story, 2, "08:00", json!([]));
    let data = json!({"nonconformance": "N", "reason": "a shadow"});
    story.ok("/qms", "nonconformance.cancelled", "08:10", data);
    assert_eq!(story.news(), [], "it is off");
    assert_eq!(warehouse(&story), ["wms: 1 lot set aside"]);

    publish(&mut story, 3, "09:00", rules);
    let sent = story.only();
    assert_eq!(
        (sent.id.as_str(), sent.type_name),
        ("deviation/N/wms/2-1", "mfg.quarantine.ended.v1")
    );
    assert_eq!(sent.data["lots"], json!([{"lot": "L", "decided": []}]));
    assert_eq!(story.state("deviation/N"), ProcessState::Asking);
    story.acknowledge("/wms", "09:01", &sent.id, "3");
    assert_eq!(warehouse(&story), [""; 0]);
    assert_eq!(story.news(), []);
    story.restored();
}

#[test]
fn what_was_under_way_has_its_deadlines_again_when_the_kind_is_on_again() {
    let mut story = Story::with_rules(json!([{"kind": "confirmation"}]));
    ended(&mut story);
    let first = story.only().id;
    publish(&mut story, 2, "09:01", json!([]));
    publish(&mut story, 3, "10:00", json!([{"kind": "confirmation"}]));
    assert_eq!(story.news(), []);
    story.tick("10:05");
    assert_eq!(story.ids(), [first]);
}

#[test]
fn only_a_newer_version_by_the_operator_counts() {
    let mut story = Story::with_rules(json!([]));
    let data = json!({"version": 1, "processes": [{"kind": "release"}]});
    let met = story.meets("/twin", "process_rules.published", "06:00", data);
    assert_eq!(met, (Code::R02, Kind::Refuse));
    let data = json!({"version": 2, "processes": [{"kind": "release"}]});
    story.ok("/mes", "process_rules.published", "06:00", data);
    let rules = story.plant.process_rules().unwrap();
    assert_eq!((rules.table_version(), rules.rules().len()), (1, 0));
    let found: Vec<Code> = rules.discrepancies().iter().map(|d| d.code()).collect();
    assert_eq!(found, [Code::R31]);
}

#[test]
fn rules_that_cannot_be_meant_are_unreadable() {
    for (rule, path) in [
        (
            json!([{"kind": "release"}, {"kind": "release"}]),
            "$.data.processes",
        ),
        (
            json!([{"kind": "release", "tries_max": 0}]),
            "$.data.processes.tries_max",
        ),
        (
            json!([{"kind": "release", "answer_within_s": 9_000_000}]),
            "$.data.processes.answer_within_s",
        ),
        (
            json!([{"kind": "release", "deadline": 1}]),
            "$.data.processes[0].deadline",
        ),
        (json!([{"kind": "dance"}]), "$.data.processes[0].kind"),
    ] {
        let text = json!({"specversion": "1.0", "id": "e", "source": "/twin", "plant": "P1",
            "type": "mfg.process_rules.published.v1", "time": "2026-03-01T05:00:00Z",
            "data": {"version": 1, "processes": rule}});
        let error = decode(text.to_string().as_bytes()).unwrap_err().rejection;
        assert_eq!(error.code(), Code::R34);
        assert!(error.to_string().contains(path), "{error}");
    }
}
