//! Maintenance stop to planning.

use serde_json::{Value, json};
use twin_model::{Code, ProcessState};

use super::story::Story;

const PROCESS: &str = "maintenance/SAW/PM-1";
const FIRST: &str = "maintenance/SAW/PM-1/erp/1-1";

/// An order whose operation 10 waits at SAW.
fn story() -> Story {
    let mut story = Story::with_rules(json!([{"kind": "maintenance", "tries_max": 2}]));
    story.order("WO");
    story
}

fn cmms(story: &mut Story, name: &str, time: &str, mut data: Value) {
    data["maintenance"] = json!("PM-1");
    data["work_center"] = json!("SAW");
    story.ok("/cmms", &format!("maintenance.{name}"), time, data);
}

fn broken(story: &mut Story, time: &str) {
    let data = json!({"kind": "breakdown", "until": "2026-03-01T09:00:00Z"});
    cmms(story, "started", time, data);
}

fn planned(story: &mut Story, time: &str, from: &str, to: &str) {
    let data = json!({"from": super::story::at(from), "to": super::story::at(to)});
    cmms(story, "scheduled", time, data);
}

#[test]
fn a_breakdown_tells_planning_once_what_it_meets_and_when_it_is_over() {
    let mut story = story();
    broken(&mut story, "07:00");
    let sent = story.only();
    assert_eq!((sent.id.as_str(), sent.to.as_str()), (FIRST, "ERP"));
    assert_eq!(sent.type_name, "mfg.planning.stop_announced.v1");
    assert_eq!(
        sent.data,
        json!({"work_center": "SAW", "maintenance": "PM-1", "kind": "breakdown", "begun": true,
            "from": "2026-03-01T07:00:00Z", "until": "2026-03-01T09:00:00Z", "affected": [
                {"order": "WO", "op": "10", "running": false, "planned_end": null,
                    "priority": 5}]})
    );
    story.acknowledge("/erp", "07:01", FIRST, "P-1");
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
    assert_eq!(
        story.told(PROCESS)[0].1,
        "stops from 2026-03-01T07:00:00Z to 2026-03-01T09:00:00Z"
    );
    story.order("WO-2");
    assert_eq!(story.news(), [], "one event for one stop");
    story.restored();

    cmms(&mut story, "finished", "08:30", json!({}));
    let clear = story.only();
    assert_eq!(clear.type_name, "mfg.planning.stop_ended.v1");
    assert_eq!(clear.data["ended_at"], "2026-03-01T08:30:00Z");
    story.acknowledge("/erp", "08:31", &clear.id, "P-2");
    assert_eq!(story.state(PROCESS), ProcessState::Undone);
    assert_eq!(story.fates(PROCESS), ["compensated", "acknowledged"]);
}

#[test]
fn a_stop_that_meets_no_work_is_told_when_work_comes() {
    let mut story = Story::with_rules(json!([{"kind": "maintenance"}]));
    broken(&mut story, "05:50");
    assert_eq!(story.news(), []);
    story.order("WO");
    assert_eq!(story.only().data["affected"][0]["order"], "WO");
    let mut other = Story::with_rules(json!([{"kind": "maintenance"}]));
    other.order("WO");
    broken(&mut other, "05:50");
    assert_eq!(
        story.plant.state_hash(),
        other.plant.state_hash(),
        "whatever came first"
    );
}

#[test]
fn a_window_that_moves_is_told_anew() {
    let mut story = story();
    planned(&mut story, "06:30", "14:00", "16:00");
    let first = story.only();
    assert_eq!(
        (&first.data["begun"], &first.data["until"]),
        (&json!(false), &json!("2026-03-01T16:00:00Z"))
    );
    story.acknowledge("/erp", "06:31", &first.id, "P-1");
    planned(&mut story, "06:40", "15:00", "17:00");
    let second = story.only();
    assert_eq!(second.data["from"], "2026-03-01T15:00:00Z");
    story.acknowledge("/erp", "06:41", &second.id, "P-2");
    cmms(&mut story, "started", "15:05", json!({}));
    let third = story.only();
    assert_eq!(
        (&third.data["begun"], &third.data["from"]),
        (&json!(true), &json!("2026-03-01T15:05:00Z"))
    );
    story.acknowledge("/erp", "15:06", &third.id, "P-3");
    assert_eq!(
        story.fates(PROCESS),
        ["replaced", "replaced", "acknowledged"]
    );
    assert_eq!(story.told(PROCESS)[0].1, "stops from 2026-03-01T15:05:00Z");
}

#[test]
fn maintenance_that_never_comes_is_over_when_its_window_is() {
    let mut story = story();
    planned(&mut story, "06:30", "07:00", "08:00");
    let first = story.only().id;
    story.acknowledge("/erp", "06:31", &first, "P-1");
    story.tick("07:59");
    assert_eq!(story.news(), []);
    story.tick("08:00");
    let clear = story.only();
    assert_eq!(
        (clear.type_name, &clear.data["ended_at"]),
        ("mfg.planning.stop_ended.v1", &Value::Null)
    );
    story.acknowledge("/erp", "08:01", &clear.id, "P-2");
    story.tick("23:00");
    assert_eq!(story.news(), []);
}

#[test]
fn planning_that_refuses_hears_it_again() {
    let mut story = story();
    broken(&mut story, "07:00");
    story.news();
    story.refuse("/erp", "07:01", FIRST);
    story.tick("07:06");
    assert_eq!(story.ids(), ["maintenance/SAW/PM-1/erp/1-2"]);
    story.refuse("/erp", "07:07", "maintenance/SAW/PM-1/erp/1-2");
    assert_eq!(story.state(PROCESS), ProcessState::WithPerson);
    cmms(&mut story, "finished", "08:30", json!({}));
    assert_eq!(
        story.fates(PROCESS),
        ["dropped"],
        "nothing to announce any more"
    );
    assert_eq!(story.with_person.len(), 0);
    assert_eq!(story.news(), [], "and nothing to take back");
}

#[test]
fn planning_that_does_not_answer_is_put_before_a_person() {
    let mut story = story();
    broken(&mut story, "07:00");
    for time in ["07:05", "07:15"] {
        story.tick(time);
    }
    let (code, text) = &story.with_person[FIRST];
    assert_eq!(*code, Code::R62);
    assert!(
        text.starts_with("ERP has not answered the stop of SAW (PM-1)"),
        "{text}"
    );
    cmms(&mut story, "finished", "08:30", json!({}));
    story.news();
    story.acknowledge("/erp", "09:00", FIRST, "P-1");
    assert_eq!(
        story.only().type_name,
        "mfg.planning.stop_ended.v1",
        "the late answer wakes it"
    );
}

/// The end of the maintenance comes before planning has answered, or after.
#[test]
fn an_end_that_races_the_answer_ends_the_same() {
    let run = |answer_first: bool| {
        let mut story = story();
        broken(&mut story, "07:00");
        let first = story.only().id;
        if answer_first {
            story.acknowledge("/erp", "07:01", &first, "P-1");
        }
        cmms(&mut story, "finished", "08:30", json!({}));
        if !answer_first {
            story.acknowledge("/erp", "07:01", &first, "P-1");
        }
        let clear = story.only().id;
        story.acknowledge("/erp", "08:31", &clear, "P-2");
        story
    };
    let (one, other) = (run(true), run(false));
    assert_eq!(one.plant.state_hash(), other.plant.state_hash());
    assert_eq!(other.state(PROCESS), ProcessState::Undone);
}

#[test]
fn a_stop_that_is_planned_anew_after_its_end_is_told_again_and_one_planned_before_is_not() {
    // What is told of a stop, when everything is answered at once.
    let told = |story: &mut Story| {
        let mut types = Vec::new();
        loop {
            let news = story.news();
            if news.is_empty() {
                return types;
            }
            for sent in news {
                story.acknowledge("/erp", "07:35", &sent.id, &format!("P-{}", sent.id));
                types.push(sent.type_name);
            }
        }
    };
    let mut story = story();
    planned(&mut story, "06:10", "07:00", "08:00");
    assert_eq!(told(&mut story), ["mfg.planning.stop_announced.v1"]);
    cmms(&mut story, "started", "07:00", json!({}));
    told(&mut story);
    cmms(&mut story, "finished", "07:30", json!({}));
    assert_eq!(told(&mut story).last(), Some(&"mfg.planning.stop_ended.v1"));
    planned(&mut story, "07:30", "07:40", "08:00");
    assert_eq!(told(&mut story), [""; 0], "not after its end");
    planned(&mut story, "07:31", "07:41", "08:00");
    assert_eq!(told(&mut story), ["mfg.planning.stop_announced.v1"]);
}

#[test]
fn an_aborted_order_is_taken_back_from_the_mes_with_the_reason_of_its_abort() {
    let mut story = Story::with_rules(json!([{"kind": "release"}]));
    for center in ["SAW", "PACK"] {
        let data = json!({"work_center": center});
        story.ok("/erp", "work_center.configured", "05:30", data);
    }
    story.order("WO");
    let first = story.only().id;
    story.acknowledge("/mes", "06:01", &first, "MES-1");
    story.report("operation.progressed", "06:10", "10", "1");
    let data = json!({"order": "WO", "reason": "the customer is gone", "wip_disposition": "scrap"});
    story.ok("/erp", "work_order.aborted", "06:30", data);
    let sent = story.only();
    assert_eq!(sent.type_name, "mfg.order.dispatch_withdrawn.v1");
    assert_eq!(sent.data["reason"], "the customer is gone");
}
