//! A work center whose machine says little or nothing, what its modes say, and what is kept of a
//! time that is over.
use serde_json::json;
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{Bucket, Code, Event, Plant, Time};

use super::{Story, event, time};

/// The minutes after midnight of the first day at which `Story` tells something.
fn on_day(day: u32, at: &str) -> Time {
    format!("2026-03-{day:02}T{at}:00Z").parse().unwrap()
}

impl Story {
    fn state_on(&mut self, day: u32, at: &str, item_state: &str) {
        let body = json!({"work_center": "W", "item_state": item_state});
        let event = event("work_center.state_changed", "06:00", &body);
        let told = Event {
            time: on_day(day, at),
            id: format!("{day} {at}").parse().unwrap(),
            ..event
        };
        self.0.apply(&told).unwrap();
    }
}

#[test]
fn where_no_machine_speaks_an_operation_that_runs_produces() {
    let mut story = Story::new();
    story.order("O");
    story.start("O", "07:00");
    assert_eq!(story.center().known_since(), Some(time("07:00")));
    story.complete("O", "08:00");
    assert_eq!(
        story.spent("06:00", "09:00"),
        ["unknown 60", "producing 60", "unknown 60"]
    );
    assert!(!story.center().is_announced(), "only an order spoke of it");
}

#[test]
fn an_edge_that_is_gone_leaves_unknown_also_what_an_order_says() {
    let mut story = Story::new();
    story.order("O");
    let session = |state: &str| json!({"work_center": "W", "state": state, "session_no": 1});
    story.tell("edge.session", "06:00", &session("birth"));
    story.start("O", "07:00");
    story.tell("edge.session", "07:30", &session("death"));
    story.complete("O", "08:00");
    assert_eq!(
        story.spent("06:00", "09:00"),
        ["unknown 60", "producing 30", "unknown 90"]
    );
    assert!(story.center().is_announced());
}

#[test]
fn a_calendar_and_a_planned_stop_count_where_no_machine_speaks() {
    let mut story = Story::new();
    let shift = json!({"work_center": "W",
        "shifts": [{"from": time("06:00"), "to": time("08:00")}]});
    story.tell("work_center.configured", "05:00", &shift);
    assert_eq!(
        story.spent("05:00", "09:00"),
        ["not_scheduled 60", "unknown 120", "not_scheduled 60"]
    );
    let plan = json!({"work_center": "W", "maintenance": "PM-1", "from": time("07:00"),
        "to": time("09:00")});
    story.tell("maintenance.scheduled", "05:30", &plan);
    assert_eq!(
        story.spent("05:00", "09:00"),
        ["not_scheduled 60", "unknown 60", "planned_down 120"]
    );
}

#[test]
fn state_and_mode_of_a_machine_make_its_bucket() {
    for (item_state, mode, bucket) in [
        ("executing", "none", "producing"),
        ("executing", "processing", "producing"),
        ("executing", "setup", "setup"),
        ("executing", "maintenance", "maintenance"),
        ("not_executing", "none", "idle_starved"),
        ("not_executing", "processing", "idle_starved"),
        ("not_executing", "setup", "setup"),
        ("not_executing", "maintenance", "maintenance"),
        ("not_available", "setup", "unplanned_down"),
        ("not_available", "processing", "unplanned_down"),
        ("out_of_service", "none", "unplanned_down"),
        ("out_of_service", "setup", "unplanned_down"),
        ("out_of_service", "maintenance", "maintenance"),
    ] {
        let mut story = Story::new();
        let body = json!({"work_center": "W", "item_state": item_state, "mode": mode});
        story.tell("work_center.state_changed", "06:00", &body);
        let expected = [format!("{bucket} 60")];
        assert_eq!(
            story.spent("06:00", "07:00"),
            expected,
            "{item_state} {mode}"
        );
    }
}

#[test]
fn a_machine_that_is_set_up_or_starved_does_so_also_while_an_operation_runs() {
    let mut story = Story::new();
    story.order("O");
    story.start("O", "06:00");
    let said = |more: &[(&str, &str)]| {
        let mut body = json!({"work_center": "W", "item_state": "not_executing"});
        for (name, value) in more {
            body[*name] = json!(value);
        }
        body
    };
    for (at, more) in [
        ("06:00", &[("mode", "setup")]),
        ("07:00", &[("idle_cause", "starved")]),
        ("08:00", &[("idle_cause", "blocked")]),
        ("09:00", &[("mode", "none")]),
    ] {
        story.tell("work_center.state_changed", at, &said(more));
    }
    assert_eq!(
        story.spent("06:00", "10:00"),
        ["setup 60", "idle_starved 60", "idle_blocked 60", "idle 60"]
    );
}

#[test]
fn something_is_known_since_the_first_word_or_the_first_run() {
    let mut story = Story::new();
    story.order("O");
    assert_eq!(story.center().known_since(), None);
    story.start("O", "07:00");
    story.state("08:00", "executing");
    assert_eq!(story.center().known_since(), Some(time("07:00")));
    story.state("06:00", "executing");
    assert_eq!(story.center().known_since(), Some(time("06:00")));
    let all = story.center().buckets_in_all(time("09:00"));
    assert_eq!(all.total_micros(), 3 * 3_600_000_000);
}

#[test]
fn a_second_fold_adds_to_the_first_and_keeps_its_beginning() {
    const DAY: i64 = 86_400_000_000;
    let mut story = Story::new();
    story.state_on(2, "06:00", "executing");
    story.state_on(6, "06:00", "out_of_service");
    let first = *story.center().folded().unwrap();
    assert_eq!(
        (first.since, first.until),
        (on_day(2, "06:00"), on_day(3, "06:00"))
    );
    story.state_on(11, "06:00", "executing");
    let second = *story.center().folded().unwrap();
    assert_eq!(
        (second.since, second.until),
        (on_day(2, "06:00"), on_day(8, "06:00"))
    );
    assert_eq!(second.buckets.micros(Bucket::Producing), 4 * DAY);
    assert_eq!(second.buckets.micros(Bucket::UnplannedDown), 2 * DAY);
    assert_eq!(story.center().known_since(), Some(on_day(2, "06:00")));
    let whole = story.center().buckets_in_all(on_day(12, "06:00"));
    assert_eq!(whole.micros(Bucket::Producing), 5 * DAY);
    assert_eq!(whole.total_micros(), 10 * DAY);
}

#[test]
fn a_window_counts_from_where_details_are_kept_and_not_before() {
    let mut story = Story::new();
    story.state_on(2, "06:00", "executing");
    story.state_on(6, "06:00", "out_of_service");
    let until = story.center().folded().unwrap().until;
    let (earlier, to) = (until.plus_seconds(-60), on_day(6, "07:00"));
    let center = story.center();
    assert!(center.counted(until, to).is_some());
    assert!(center.counted(earlier, to).is_none());
    assert!(center.periods(until, to).is_some());
    assert!(center.periods(earlier, to).is_none());
    assert!(center.oee(until, to).is_some());
    assert!(center.oee(earlier, to).is_none());
    assert!(center.periods(to, to).is_none(), "an empty window");
}

#[test]
fn a_run_that_ended_where_details_end_is_forgotten_and_one_that_went_on_is_not() {
    for (end, kept) in [("06:00", 0), ("06:01", 1)] {
        let mut story = Story::new();
        story.order("O");
        story.start("O", "06:00");
        story.state_on(2, "06:00", "executing");
        let body = json!({"order": "O", "op": "10", "unit": "H87", "good": "1"});
        let completed = Event {
            time: on_day(3, end),
            ..event("operation.completed", "06:00", &body)
        };
        story.0.apply(&completed).unwrap();
        assert_eq!(story.center().runs().len(), 1);
        story.state_on(6, "06:00", "not_executing");
        assert_eq!(
            story.center().folded().unwrap().until,
            on_day(3, "06:00"),
            "three days are kept"
        );
        assert_eq!(story.center().runs().len(), kept, "{end}");
    }
}

/// Tells so many states, each a part of a minute after the one before.
fn many_states(story: &mut Story, count: i64, every_micros: i64) -> Time {
    let first = on_day(2, "06:00");
    for n in 0..count {
        let state = ["executing", "not_executing"][usize::from(n % 2 == 1)];
        let body = json!({"work_center": "W", "item_state": state});
        let told = Event {
            time: Time::from_micros(first.as_micros() + n * every_micros),
            id: format!("many {n}").parse().unwrap(),
            ..event("work_center.state_changed", "06:00", &body)
        };
        story.0.apply(&told).unwrap();
    }
    first
}

#[test]
fn hundreds_of_states_are_kept_in_detail() {
    let mut story = Story::new();
    let first = many_states(&mut story, 400, 10_000_000);
    assert_eq!(story.center().folded(), None);
    let to = first.plus_seconds(4_000);
    assert_eq!(story.center().periods(first, to).unwrap().len(), 400);
}

#[test]
fn more_states_in_one_minute_than_are_kept_are_cut_within_the_minute() {
    let mut story = Story::new();
    let first = many_states(&mut story, 4_097, 10_000);
    let folded = *story.center().folded().unwrap();
    assert_eq!(folded.since, first);
    assert_eq!(folded.until.micros_since(first), 256 * 10_000);
    assert_eq!(folded.buckets.micros(Bucket::Producing), 128 * 10_000);
    let to = first.plus_seconds(60);
    let whole = story.center().buckets_in_all(to);
    assert_eq!(whole.total_micros(), 60_000_000);
}

#[test]
fn something_is_known_since_the_first_word_of_an_edge_or_its_first_reading() {
    let session = json!({"work_center": "W", "state": "death", "session_no": 1});
    let mut story = Story::new();
    story.tell("edge.session", "07:00", &session);
    assert_eq!(story.center().known_since(), Some(time("07:00")));
    story.count("06:00", 5);
    assert_eq!(story.center().known_since(), Some(time("06:00")));
    story.state("05:00", "executing");
    assert_eq!(story.center().known_since(), Some(time("05:00")));
    story.count("08:00", 7);
    assert_eq!(story.center().known_since(), Some(time("05:00")));
}

#[test]
fn a_silence_that_was_told_comes_back_from_a_snapshot() {
    let mut story = Story::new();
    let limit = json!({"work_center": "W", "silent_after_s": 600});
    story.tell("work_center.configured", "05:00", &limit);
    story.state("06:00", "not_executing");
    story.0.tick(time("06:10")).unwrap();
    let stored = StoredPlant::from(&story.0);
    let back = Story(Plant::try_from(stored).unwrap());
    assert_eq!(back.codes(), [Code::R24]);
    assert_eq!(back.codes(), story.codes());
    assert_eq!(back.0.state_hash(), story.0.state_hash());
}
