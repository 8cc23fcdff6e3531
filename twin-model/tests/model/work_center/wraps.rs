//! Counters that begin again by themselves after the last of their numbers.
use serde_json::{Value, json};
use twin_model::{Code, Event};

use super::{Story, event, time};
use crate::arrival_order::permutations;

fn numbers(at: &str, modulus: Value) -> Event {
    let data = json!({"work_center": "W", "counter_modulus": modulus});
    event("work_center.configured", at, &data)
}

fn read(at: &str, counters: Value) -> Event {
    let data = json!({"work_center": "W", "counters": counters});
    event("work_center.counter_sampled", at, &data)
}

fn told(events: &[Event], order: &[usize]) -> Story {
    let mut story = Story::new();
    for place in order {
        story.0.apply(&events[*place]).unwrap();
    }
    assert_eq!(story.0.breaches(), []);
    story
}

fn falls(story: &Story) -> Vec<String> {
    let found = story.center().discrepancies();
    assert!(found.iter().all(|found| found.code() == Code::R21));
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn what_a_counter_makes_over_its_last_number_is_counted_and_is_no_discrepancy() {
    let mut story = Story::new();
    story.order("A");
    story.start("A", "06:30");
    for event in [
        numbers("06:00", json!({"good": 65_536, "scrap": 100})),
        read(
            "07:00",
            json!({"good": 65_530, "total": 65_530, "scrap": 99}),
        ),
        read("07:01", json!({"good": 4, "total": 4, "scrap": 1})),
    ] {
        story.0.apply(&event).unwrap();
    }
    let counted = story.center().counted_in_all();
    assert_eq!(
        (counted.good, counted.total, counted.scrap),
        (Some(10), Some(4), Some(2)),
        "nobody told how many numbers the counter of all pieces has"
    );
    assert_eq!(
        falls(&story),
        ["Counter total of W fell from 65530 to 4; taken as restart 1, 4 counted."]
    );
    let order = story.0.work_order(&"A".parse().unwrap()).unwrap();
    assert_eq!(order.operations()[0].machines()[0].good, 10.into());
}

#[test]
fn a_version_counts_for_the_readings_since_its_time_in_any_order_of_arrival() {
    let events = [
        numbers("06:00", json!({"good": 100})),
        numbers("08:00", json!({"good": 1_000})),
        read("07:00", json!({"good": 95})),
        read("07:10", json!({"good": 3})),
        read("08:10", json!({"good": 95})),
        read("08:20", json!({"good": 3})),
    ];
    let orders = permutations(events.len());
    let first = told(&events, &orders[0]);
    // Eight over the last number, 92 on, and three since a restart: from 95 of 1,000 to 3 is far.
    assert_eq!(first.center().counted_in_all().good, Some(8 + 92 + 3));
    assert_eq!(falls(&first).len(), 1);
    for order in &orders {
        let story = told(&events, order);
        assert_eq!(story.0.state_hash(), first.0.state_hash(), "{order:?}");
        assert_eq!(
            story.center().counted_in_all(),
            first.center().counted_in_all()
        );
        assert_eq!(falls(&story), falls(&first), "{order:?}");
    }
}

#[test]
fn an_operation_gets_the_pieces_of_a_wrap_that_is_understood_later() {
    let mut story = Story::new();
    story.order("A");
    story.start("A", "06:30");
    for event in [
        read("07:00", json!({"good": 98})),
        read("07:01", json!({"good": 1})),
    ] {
        story.0.apply(&event).unwrap();
    }
    let given = |story: &Story| {
        let order = story.0.work_order(&"A".parse().unwrap()).unwrap();
        order.operations()[0].machines()[0].good
    };
    assert_eq!((given(&story), falls(&story).len()), (1.into(), 1));
    let known = numbers("06:59", json!({"good": 100}));
    story.0.apply(&known).unwrap();
    assert_eq!((given(&story), falls(&story).len()), (3.into(), 0));
}

#[test]
fn a_restart_that_the_source_tells_is_one_whatever_the_numbers() {
    let mut later = read("07:01", json!({"good": 1}));
    if let twin_model::EventBody::WorkCenterCounterSampled(body) = &mut later.body {
        body.epoch = 1;
    }
    let events = [
        numbers("06:00", json!({"good": 100})),
        read("07:00", json!({"good": 99})),
        later,
    ];
    let story = told(&events, &[0, 1, 2]);
    assert_eq!(story.center().counted_in_all().good, Some(1));
    assert!(falls(&story).is_empty());
}

#[test]
fn what_would_count_anew_what_is_kept_in_sums_goes_to_a_person() {
    let mut story = Story::new();
    // So many readings that the first 64 are put together.
    for second in 0..1_025 {
        let good = u64::try_from(second).unwrap();
        let mut sample = read("07:00", json!({"good": good}));
        sample.id = format!("r{second}").parse().unwrap();
        sample.time = time("07:00").plus_seconds(second);
        story.0.apply(&sample).unwrap();
    }
    let at = |second: i64, modulus: Value| {
        let mut told = numbers("06:00", modulus);
        told.id = format!("c{second}").parse().unwrap();
        told.time = time("07:00").plus_seconds(second);
        told
    };
    let before = story.0.state_hash();
    for second in [0, 63] {
        let refused = story
            .0
            .apply(&at(second, json!({"good": 100})))
            .unwrap_err();
        assert_eq!(refused.code(), Code::R28, "{second}");
    }
    assert_eq!(story.0.state_hash(), before, "a rejection changes nothing");
    // What says nothing else of the counters counts them as before.
    story.0.apply(&at(10, Value::Null)).unwrap();
    story.0.apply(&at(64, json!({"good": 100}))).unwrap();
    assert_eq!(story.center().counted_in_all().good, Some(1_024));
}

#[test]
fn what_is_put_together_was_counted_by_the_version_of_its_time() {
    let mut story = Story::new();
    for event in [
        numbers("06:00", json!({"good": 100})),
        read("06:10", json!({"good": 95})),
        read("06:20", json!({"good": 3})),
    ] {
        story.0.apply(&event).unwrap();
    }
    assert_eq!(story.center().counted_in_all().good, Some(8));
    // So many versions that the first one is forgotten.
    for minute in 0..17 {
        let version = numbers(&format!("07:{minute:02}"), Value::Null);
        story.0.apply(&version).unwrap();
    }
    assert!(story.center().folded().is_some());
    assert_eq!(story.center().counted_in_all().good, Some(8));
    assert_eq!(story.0.breaches(), []);
}
