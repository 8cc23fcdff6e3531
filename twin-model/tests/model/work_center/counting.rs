//! What counters count, and which operation gets it: down to the reading, the minute and the gap.
use serde_json::{Value, json};
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{Code, Event, Pieces, Plant, Time};

use super::{Story, event, time};

const NOTHING: Pieces = Pieces {
    good: None,
    total: None,
    scrap: None,
};

#[test]
fn good_scrapped_and_all_pieces_follow_from_each_other_where_one_is_not_counted() {
    for (good, total, scrap, shown) in [
        (None, None, None, (None, None, None)),
        (Some(5), None, None, (Some(5), None, Some(5))),
        (None, Some(7), None, (Some(7), None, Some(7))),
        (None, None, Some(2), (None, Some(2), None)),
        (None, Some(7), Some(2), (Some(5), Some(2), Some(7))),
        (Some(5), None, Some(2), (Some(5), Some(2), Some(7))),
        (Some(5), Some(7), None, (Some(5), Some(2), Some(7))),
        (Some(5), Some(9), Some(3), (Some(5), Some(3), Some(9))),
        // Counters that are read one after the other may be apart by some pieces.
        (None, Some(2), Some(3), (Some(0), Some(3), Some(2))),
        (Some(5), Some(4), None, (Some(5), Some(0), Some(4))),
    ] {
        let pieces = Pieces { good, total, scrap };
        let found = (
            pieces.good_pieces(),
            pieces.scrapped_pieces(),
            pieces.all_pieces(),
        );
        assert_eq!(found, shown, "{pieces:?}");
    }
}

impl Story {
    /// A reading at a second of the day.
    fn read(&mut self, second: i64, counters: Value) {
        let told = reading(second, counters);
        self.0.apply(&told).unwrap();
    }

    fn ran(&mut self, order: &str, from: &str, to: &str) {
        self.order(order);
        self.start(order, from);
        self.complete(order, to);
    }

    /// What the counters give the operation of an order.
    fn given(&self, order: &str) -> Pieces {
        let key = (order.parse().unwrap(), "10".parse().unwrap());
        self.center().runs()[&key].counted
    }
}

fn reading(second: i64, counters: Value) -> Event {
    let data = json!({"work_center": "W", "counters": counters});
    Event {
        time: time("00:00").plus_seconds(second),
        id: format!("r{second}").parse().unwrap(),
        ..event("work_center.counter_sampled", "06:00", &data)
    }
}

/// The second of the day of a minute.
fn at(clock: &str) -> i64 {
    time(clock).micros_since(time("00:00")) / 1_000_000
}

/// What an operation from 07:00 to 08:00 gets of four pieces between two readings.
fn of_four(from: &str, to: &str) -> u64 {
    let mut story = Story::new();
    story.ran("A", "07:00", "08:00");
    story.count(from, 10);
    story.count(to, 14);
    assert_eq!(story.center().counted_in_all().good, Some(4));
    story.given("A").good.unwrap_or(0)
}

#[test]
fn readings_close_together_give_to_whom_ran_at_any_time_between_them() {
    for (from, to, gets) in [
        ("06:50", "06:59", 0),
        ("06:50", "07:00", 4),
        ("06:59", "07:01", 4),
        ("07:10", "07:20", 4),
        ("07:59", "08:01", 4),
        ("08:00", "08:01", 0),
        // A quarter of an hour is close.
        ("06:55", "07:10", 4),
        ("07:50", "08:05", 4),
    ] {
        assert_eq!(of_four(from, to), gets, "{from} to {to}");
    }
}

#[test]
fn readings_far_apart_give_only_to_whom_ran_all_the_time_between_them() {
    for (from, to, gets) in [
        ("06:54", "07:10", 0),
        ("06:59", "07:30", 0),
        ("07:00", "07:30", 4),
        ("07:30", "08:00", 4),
        ("07:00", "08:00", 4),
        ("07:30", "08:01", 0),
        ("06:00", "09:00", 0),
    ] {
        assert_eq!(of_four(from, to), gets, "{from} to {to}");
    }
}

#[test]
fn of_two_operations_the_one_that_ran_at_the_reading_gets_the_pieces() {
    for (from, to, gets) in [
        ("07:58", "07:59", (4, 0)),
        ("07:59", "08:00", (0, 4)),
        ("07:59", "08:01", (0, 4)),
        ("08:00", "08:01", (0, 4)),
        ("08:59", "09:00", (0, 4)),
        ("09:00", "09:01", (0, 0)),
    ] {
        let mut story = Story::new();
        story.ran("A", "07:00", "08:00");
        story.ran("B", "08:00", "09:00");
        story.count(from, 10);
        story.count(to, 14);
        let given = |order: &str| story.given(order).good.unwrap_or(0);
        assert_eq!((given("A"), given("B")), gets, "{from} to {to}");
    }
    // Of what two ran through nobody knows whose it is.
    let mut story = Story::new();
    story.ran("A", "07:00", "08:00");
    story.ran("B", "07:00", "08:00");
    story.count("07:10", 10);
    story.count("07:11", 14);
    assert_eq!((story.given("A"), story.given("B")), (NOTHING, NOTHING));
    assert_eq!(story.center().counted_in_all().good, Some(4));
}

#[test]
fn each_counter_counts_for_itself_and_its_order_hears_of_it() {
    let mut story = Story::new();
    story.order("A");
    story.start("A", "07:00");
    story.read(at("07:01"), json!({"good": 10, "total": 20}));
    story.read(at("07:02"), json!({"good": 13, "scrap": 5}));
    story.read(at("07:03"), json!({"total": 27, "scrap": 6}));
    let all = Pieces {
        good: Some(3),
        total: Some(7),
        scrap: Some(1),
    };
    assert_eq!(story.given("A"), all);
    assert_eq!(story.center().counted_in_all(), all);
    let order = story.0.work_order(&"A".parse().unwrap()).unwrap();
    let [told] = order.operations()[0].machines() else {
        panic!("one machine")
    };
    assert_eq!((told.good, told.scrap), (3.into(), 1.into()));
    assert_eq!(told.work_center.as_str(), "W");
}

#[test]
fn an_order_hears_no_more_of_pieces_that_belong_to_another() {
    let machines = |story: &Story, order: &str| -> Vec<String> {
        let order = story.0.work_order(&order.parse().unwrap()).unwrap();
        let told = order.operations()[0].machines().iter();
        told.map(|told| told.good.to_string()).collect()
    };
    let mut story = Story::new();
    story.order("A");
    story.order("B");
    story.start("A", "07:00");
    story.count("07:10", 10);
    story.count("07:20", 14);
    story.count("07:30", 19);
    assert_eq!(machines(&story, "A"), ["9"]);
    // It ended before the last reading, and another one has begun since, says the MES later.
    story.complete("A", "07:20");
    assert_eq!(machines(&story, "A"), ["4"]);
    story.start("B", "07:20");
    assert_eq!(
        (machines(&story, "A"), machines(&story, "B")),
        (vec![], vec!["9".to_owned()])
    );
    let given = |order: &str| story.given(order).good;
    assert_eq!((given("A"), given("B")), (None, Some(9)));
}

#[test]
fn pieces_of_a_window_are_those_of_the_minutes_that_end_in_it() {
    let mut story = Story::new();
    for (second, good) in [(0, 0), (60, 1), (90, 3), (120, 7), (150, 15), (180, 31)] {
        story.read(at("07:00") + second, json!({"good": good}));
    }
    let counted = |from: i64, to: i64| {
        let start = time("07:00");
        let window = story
            .center()
            .counted(start.plus_seconds(from), start.plus_seconds(to));
        window.unwrap().good.unwrap_or(0)
    };
    // By the minute in which it was read: 1 + 2, 4 + 8, 16.
    assert_eq!(counted(0, 180), 31);
    assert_eq!(counted(0, 89), 0);
    assert_eq!(counted(0, 90), 3);
    assert_eq!(counted(89, 90), 3);
    assert_eq!(counted(90, 180), 28);
    assert_eq!(counted(90, 149), 0);
    assert_eq!(counted(90, 150), 12);
    assert_eq!(counted(150, 179), 0);
    assert_eq!(counted(179, 180), 16);
}

/// More readings than are kept, each 10 seconds after the one before and one piece more.
fn many(story: &mut Story, readings: i64) {
    for n in 0..readings {
        story.read(at("07:00") + 10 * n, json!({"good": n}));
    }
}

#[test]
fn readings_that_are_too_many_are_put_together_and_nothing_of_them_is_lost() {
    let mut story = Story::new();
    story.ran("A", "06:30", "07:05");
    story.ran("B", "07:05", "07:15");
    story.ran("C", "07:15", "09:00");
    many(&mut story, 1_024);
    // As long as all are kept one falls into its place among the first.
    let mut other = Story(story.0.clone());
    other.read(at("07:00") + 15, json!({"good": 1}));
    assert_eq!(other.center().counted_in_all().good, Some(1_023));
    story.read(at("07:00") + 10_240, json!({"good": 1_024}));
    assert_eq!(story.center().counted_in_all().good, Some(1_024));
    let given = |story: &Story, order: &str| story.given(order).good;
    // Five readings of the first minute and six of each other; the minute of a change is whose that
    // ran at its end.
    assert_eq!(given(&story, "A"), Some(5 + 4 * 6));
    assert_eq!(given(&story, "B"), Some(10 * 6));
    assert_eq!(given(&story, "C"), Some(105 * 6 + 6));
    let window = |story: &Story, from: i64, to: i64| {
        let start = time("07:00");
        let (from, to) = (start.plus_seconds(from), start.plus_seconds(to));
        story.center().counted(from, to).unwrap().good
    };
    assert_eq!(window(&story, 0, 10_240), Some(1_024));
    assert_eq!(
        window(&story, 0, 650),
        Some(65),
        "across what was put together"
    );
    assert_eq!(
        window(&story, 590, 650),
        Some(6),
        "a minute of which a part was"
    );
    // What was put together takes nothing more, and what came after does.
    let before = story.0.state_hash();
    for second in [15, 629, 630] {
        let late = reading(at("07:00") + second, json!({"good": 1}));
        let refused = story.0.apply(&late).unwrap_err();
        assert_eq!(refused.code(), Code::R28, "{second}");
    }
    assert_eq!(story.0.state_hash(), before);
    story.read(at("07:00") + 631, json!({"good": 63}));
    assert_eq!(story.center().counted_in_all().good, Some(1_024));
    // A start that is told late still moves pieces of what was put together.
    story.ran("D", "06:59", "07:02");
    assert_eq!(given(&story, "D"), None, "two ran then");
    assert_eq!(given(&story, "A"), Some(29 - 5 - 6));
    let stored = postcard::to_stdvec(&StoredPlant::from(&story.0)).unwrap();
    let stored: StoredPlant = postcard::from_bytes(&stored).unwrap();
    let back = Plant::try_from(stored).unwrap();
    assert!(back.entities().eq(story.0.entities()), "after a restart");
    let back = Story(back);
    assert_eq!(back.center().counted_in_all().good, Some(1_024));
    assert_eq!(window(&back, 0, 650), Some(65));
}

#[test]
fn a_minute_belongs_to_whom_ran_when_it_was_read_last() {
    let mut story = Story::new();
    story.ran("A", "06:00", "07:00");
    story.order("B");
    story.start("B", "07:00");
    story.read(at("06:58") + 30, json!({"good": 0}));
    story.read(at("06:59") + 30, json!({"good": 2}));
    let given = |story: &Story, order: &str| story.given(order).good.unwrap_or(0);
    assert_eq!((given(&story, "A"), given(&story, "B")), (2, 0));
    story.read(at("07:00") + 10, json!({"good": 3}));
    assert_eq!((given(&story, "A"), given(&story, "B")), (2, 1));
    story.read(at("07:00") + 50, json!({"good": 7}));
    assert_eq!((given(&story, "A"), given(&story, "B")), (2, 5));
    // Told in another order it is the same.
    let mut other = Story::new();
    for (second, good) in [(50, 7), (10, 3), (-30, 2), (-90, 0)] {
        other.read(at("07:00") + second, json!({"good": good}));
    }
    other.ran("A", "06:00", "07:00");
    other.order("B");
    other.start("B", "07:00");
    assert_eq!((given(&other, "A"), given(&other, "B")), (2, 5));
}

#[test]
fn of_words_of_one_instant_the_one_with_the_later_sequence_counts() {
    let told = |sequence: &str, item_state: &str| {
        let data = json!({"work_center": "W", "item_state": item_state});
        Event {
            sequence: Some(sequence.into()),
            id: format!("{sequence}{item_state}").parse().unwrap(),
            ..event("work_center.state_changed", "06:00", &data)
        }
    };
    for (first, second) in [("9", "10"), ("a", "b"), ("a9", "aa"), ("", "1")] {
        for turned in [false, true] {
            let mut words = [told(first, "executing"), told(second, "out_of_service")];
            if turned {
                words.reverse();
            }
            let mut story = Story::new();
            for word in &words {
                story.0.apply(word).unwrap();
            }
            let state = story.center().item_state();
            assert_eq!(state.as_str(), "out_of_service", "{first} {second}");
        }
    }
}

#[test]
fn a_state_began_at_most_a_day_before_it_was_told_and_never_after() {
    let day =
        |n: u32, clock: &str| -> Time { format!("2026-03-{n:02}T{clock}:00Z").parse().unwrap() };
    for (since, counts) in [
        (day(2, "07:30"), day(2, "07:30")),
        (day(1, "08:00"), day(1, "08:00")),
        (day(1, "07:59"), day(1, "08:00")),
        (day(2, "08:00"), day(2, "08:00")),
        (day(2, "09:00"), day(2, "08:00")),
    ] {
        let mut story = Story::new();
        let data = json!({"work_center": "W", "item_state": "executing", "since": since});
        story.tell("work_center.state_changed", "08:00", &data);
        assert_eq!(story.center().since(), Some(counts), "{since}");
    }
}

#[test]
fn a_state_that_is_told_again_is_as_old_as_its_first_word() {
    let mut story = Story::new();
    story.state("06:00", "out_of_service");
    story.state("07:00", "executing");
    story.state("08:00", "executing");
    assert_eq!(story.center().since(), Some(time("07:00")));
    story.state("07:30", "not_executing");
    assert_eq!(story.center().since(), Some(time("08:00")));
}

#[test]
fn of_sessions_of_one_instant_the_one_that_counts_most_is_kept_alone() {
    let change = |number: u32, state: &str, last: Option<&str>| {
        let data = json!({"work_center": "W", "session_no": number, "state": state,
            "last_sequence": last});
        event("edge.session", "06:00", &data)
    };
    let words = [
        change(1, "birth", None),
        change(1, "death", None),
        change(1, "death", Some("77")),
        change(2, "birth", None),
    ];
    for (n, better) in words.iter().enumerate() {
        for worse in &words[..n] {
            let ends = [[worse, better], [better, worse]].map(|told| {
                let mut story = Story::new();
                for word in told {
                    story.0.apply(word).unwrap();
                }
                let kept = story.center().session().unwrap();
                let twin_model::EventBody::EdgeSession(counts) = &better.body else {
                    unreachable!("a word of an edge")
                };
                assert_eq!(
                    (kept.session_no, kept.state, &kept.last_sequence),
                    (counts.session_no, counts.state, &counts.last_sequence)
                );
                story.0.state_hash()
            });
            assert_eq!(ends[0], ends[1], "{worse:?} {better:?}");
        }
    }
}
