//! When a command is sent again, when it is not, and which answers change nothing.

use serde_json::json;
use twin_model::{Code, ProcessState, Time};

use super::story::{Story, at};

const PROCESS: &str = "confirmation/WO";
const FIRST: &str = "confirmation/WO/10/1-1";

/// Operation 10 ended at 09:00 and its confirmation was sent.
fn asked(answer_within_s: u32, tries_max: u32) -> Story {
    let mut story = Story::with_rules(json!([{"kind": "confirmation",
        "answer_within_s": answer_within_s, "tries_max": tries_max}]));
    story.order("WO");
    story.report("operation.completed", "09:00", "10", "9");
    assert_eq!(story.ids(), [FIRST]);
    story
}

fn due(story: &Story) -> Option<Time> {
    story.process(PROCESS).due_at()
}

fn nine() -> Time {
    at("09:00").parse().unwrap()
}

#[test]
fn the_wait_for_an_answer_doubles_up_to_a_day_and_no_further() {
    let mut story = asked(1, 100);
    let mut waits = Vec::new();
    let mut last = nine();
    while let Some(next) = due(&story) {
        waits.push(next.micros_since(last) / 1_000_000);
        last = next;
        story.plant.tick(next).unwrap();
    }
    assert_eq!(waits.len(), 100);
    for (n, wait) in waits.into_iter().enumerate() {
        let doubled = 1_i64 << n.min(17);
        assert_eq!(wait, doubled.min(86_400), "wait {}", n + 1);
    }
    assert_eq!(story.fates(PROCESS), ["timed_out"]);
}

#[test]
fn a_refusal_of_an_earlier_try_and_one_that_is_said_again_change_nothing() {
    let mut story = asked(300, 5);
    story.refuse("/erp", "09:01", FIRST);
    let (before, wait) = (story.plant.state_hash(), due(&story));
    story.refuse("/erp", "09:02", FIRST);
    assert_eq!((story.plant.state_hash(), due(&story)), (before, wait));
    story.tick("09:06");
    assert_eq!(story.ids(), ["confirmation/WO/10/1-2"]);
    let (before, wait) = (story.plant.state_hash(), due(&story));
    story.refuse("/erp", "09:07", FIRST);
    assert_eq!((story.plant.state_hash(), due(&story)), (before, wait));
    assert_eq!(story.state(PROCESS), ProcessState::Asking);
    // Of the try that was refused an acknowledgement is as good as of the last.
    story.acknowledge("/erp", "09:08", FIRST, "4711");
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
    assert_eq!(due(&story), None);
}

#[test]
fn an_answer_counts_from_when_the_receiver_says_that_it_was_posted() {
    let mut story = asked(300, 5);
    let answer = json!({"command": FIRST, "document": "4711", "posted_at": at("08:58")});
    story.ok("/erp", "posting.acknowledged", "09:02", answer);
    let step = &story.process(PROCESS).steps()[0];
    assert_eq!(step.answered_at(), Some(at("08:58").parse().unwrap()));
}

#[test]
fn of_one_command_ten_documents_are_kept_and_what_is_more_is_not_told_again() {
    let mut story = asked(300, 5);
    for n in 1..=10 {
        story.acknowledge("/erp", "09:01", FIRST, &format!("D{n}"));
    }
    let ten = story.with_person[FIRST].clone();
    assert_eq!(ten.0, Code::R63);
    assert!(ten.1.contains("D9, D10."), "{}", ten.1);
    let before = story.plant.state_hash();
    let eleventh = json!({"command": FIRST, "document": "D11"});
    let turn = story.ok("/erp", "posting.acknowledged", "09:01", eleventh);
    assert_eq!(turn.notices.len(), 0, "{:?}", turn.notices);
    assert_eq!(story.process(PROCESS).steps()[0].documents().len(), 10);
    assert_eq!(story.plant.state_hash(), before);
}

#[test]
fn what_is_no_longer_wanted_is_not_sent_again_by_a_person_either() {
    let mut story = asked(300, 5);
    story.refuse("/erp", "09:01", FIRST);
    let back = json!({"order": "WO", "op": "10", "event": "operation.completed@09:00",
        "reason": "the wrong order"});
    story.ok("/mes", "confirmation.reversed", "09:02", back);
    assert_eq!(story.fates(PROCESS), ["dropped"]);
    assert_eq!(story.with_person.len(), 0);
    let refused = story.redrive(FIRST, "09:03").unwrap_err();
    assert_eq!(refused.code(), Code::R02);
    assert!(refused.to_string().contains("dropped"), "{refused}");
    assert_eq!(story.news(), []);
}

/// Ends of operations 10 and 20, and that of the two which is settled first.
#[test]
fn late_reports_are_waited_for_operation_by_operation() {
    for (ten, twenty, first, second) in [
        ("09:00", "09:05", "10", "20"),
        ("09:05", "09:00", "20", "10"),
    ] {
        let mut story = Story::with_rules(json!([{"kind": "confirmation", "settle_s": 3600}]));
        story.order("WO");
        story.report("operation.completed", ten, "10", "9");
        story.report("operation.completed", twenty, "20", "9");
        assert_eq!(story.news(), []);
        assert_eq!(story.state(PROCESS), ProcessState::Waiting);
        assert_eq!(due(&story), Some(at("10:00").parse().unwrap()));
        let waits = story.waits(PROCESS);
        assert_eq!(waits.len(), 2, "{waits:?}");
        let until = |op: &str, time: &str| {
            format!("late reports of operation {op} of order WO until 2026-03-01T{time}:00Z")
        };
        assert!(waits.contains(&until(first, "10:00")), "{waits:?}");
        assert!(waits.contains(&until(second, "10:05")), "{waits:?}");
        story.tick("10:00");
        let id = format!("confirmation/WO/{first}/1-1");
        assert_eq!(story.ids(), [id.as_str()]);
        story.acknowledge("/erp", "10:01", &id, "4711");
        story.tick("10:04");
        assert_eq!(story.news(), []);
        story.tick("10:05");
        assert_eq!(story.ids(), [format!("confirmation/WO/{second}/1-1")]);
    }
}

#[test]
fn setting_up_and_running_are_told_in_whole_seconds_and_overlapping_reports_count_once() {
    let mut story = Story::with_rules(json!([{"kind": "confirmation"}]));
    story.order("WO");
    let op = |more: serde_json::Value| {
        let mut data = json!({"order": "WO", "op": "10"});
        for (key, value) in more.as_object().unwrap() {
            data[key] = value.clone();
        }
        data
    };
    let start = json!({"work_center": "SAW"});
    story.ok(
        "/mes",
        "operation.setup_started",
        "06:30",
        op(start.clone()),
    );
    story.ok("/mes", "operation.started", "06:40", op(start));
    // 06:40 to 07:00, 06:50 to 07:10 and 07:30 to 07:31 make 31 minutes.
    for (from, to) in [("06:50", "07:10"), ("06:40", "07:00"), ("07:30", "07:31")] {
        let report = json!({"unit": "H87", "good": "1", "scrap": "1", "rework": "2", "mrb": "3",
            "start": at(from), "end": at(to)});
        story.ok("/mes", "operation.progressed", to, op(report));
    }
    let last = json!({"unit": "H87", "start": at("07:31"), "end": "2026-03-01T07:31:01.9Z"});
    story.ok("/mes", "operation.completed", "07:32", op(last));
    let sent = story.only();
    assert_eq!(sent.data["setup_s"], 600);
    assert_eq!(sent.data["run_s"], 31 * 60 + 1);
    assert_eq!(sent.data["start"], at("06:40"));
    story.acknowledge("/erp", "07:33", &sent.id, "4711");
    assert_eq!(
        story.told(PROCESS)[0].1,
        "good 3, scrap 3, rework 6, mrb 9 H87; setup 600 s, run 1861 s"
    );
    // What is posted later is what is new, of the time as well.
    let late = json!({"unit": "H87", "mrb": "1", "start": at("07:29"), "end": at("07:30")});
    story.ok("/mes", "operation.progressed", "07:40", op(late));
    let delta = story.only();
    assert_eq!(
        (&delta.data["mrb"], &delta.data["good"]),
        (&json!("1"), &json!("0"))
    );
    assert_eq!(
        (&delta.data["setup_s"], &delta.data["run_s"]),
        (&json!(0), &json!(60))
    );
    story.acknowledge("/erp", "07:41", &delta.id, "4712");
    assert_eq!(
        story.told(PROCESS)[0].1,
        "good 3, scrap 3, rework 6, mrb 10 H87; setup 600 s, run 1921 s"
    );
}

#[test]
fn setting_up_after_the_start_takes_no_time_before_it() {
    let mut story = Story::with_rules(json!([{"kind": "confirmation"}]));
    story.order("WO");
    let op = json!({"order": "WO", "op": "10", "work_center": "SAW"});
    story.ok("/mes", "operation.started", "06:40", op.clone());
    story.ok("/mes", "operation.setup_started", "06:50", op);
    story.report("operation.completed", "07:00", "10", "9");
    assert_eq!(story.only().data["setup_s"], 0);
}
