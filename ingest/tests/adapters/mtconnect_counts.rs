//! Counters and sessions of a real machine's stream, recounted from its lines.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use twin_model::{Code, Liveness, Plant, Time, WorkCenter};

use crate::samples::{Seen, import_texts};
use crate::{NAME, SESSION, recount, stream};

const COUNTER: &str = "ppartcount";

fn told(seen: &Seen, type_name: &str) -> Vec<(String, Value)> {
    let of_type = seen.events.iter();
    let of_type = of_type.filter(|(event, _)| event.type_name == type_name);
    of_type
        .map(|(event, read)| {
            let mut raw: Value = serde_json::from_slice(&event.json).unwrap();
            let at = read.as_ref().unwrap().time.to_string();
            (at, raw["data"].take())
        })
        .collect()
}

fn readings(seen: &Seen) -> Vec<u64> {
    let told = told(seen, "mfg.work_center.counter_sampled.v1").into_iter();
    told.map(|(_, data)| data["counters"]["total"].as_u64().unwrap())
        .collect()
}

/// The numbers that the counter showed, session by session in the order of their times, without
/// those that only say the same again.
fn recounted(text: &str) -> Vec<u64> {
    let mut numbers: Vec<u64> = Vec::new();
    for session in recount(text) {
        // Within a session what is told at one time is one word.
        let mut by_time: BTreeMap<&str, &str> = BTreeMap::new();
        for (at, values) in &session {
            if let Some(value) = values.get(COUNTER) {
                by_time.insert(at, value);
            }
        }
        for value in by_time.into_values() {
            let number = value.parse().unwrap();
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
    }
    numbers
}

fn machine(seen: &Seen) -> WorkCenter {
    let mut plant = Plant::new("mtconnect".parse().unwrap());
    for event in seen.read() {
        plant.apply(event).unwrap();
    }
    plant
        .work_center(&"OKUMA".parse().unwrap())
        .unwrap()
        .clone()
}

#[test]
fn a_counter_that_restarts_counts_on_and_says_so() {
    let Some(text) = stream() else { return };
    let seen = import_texts(NAME, &[&text]);
    let numbers = recounted(&text);
    assert_eq!(readings(&seen), numbers);
    assert_eq!(numbers, [0, 1, 0, 1, 0, 1, 2, 3]);
    let machine = machine(&seen);
    let pairs = numbers.windows(2);
    let falls = pairs.clone().filter(|pair| pair[1] < pair[0]).count();
    let made: u64 = pairs
        .map(|pair| pair[1].checked_sub(pair[0]).unwrap_or(pair[1]))
        .sum();
    assert_eq!((falls, made), (2, 5));
    assert_eq!(machine.counted_in_all().total, Some(made));
    let broken = machine.discrepancies();
    let broken = broken.iter().filter(|broken| broken.code() == Code::R21);
    assert!(
        broken.count() >= 1,
        "a fall is shown: {:?}",
        machine.discrepancies()
    );
}

#[test]
fn each_connection_is_a_session_with_a_higher_number_and_the_one_before_died() {
    let Some(text) = stream() else { return };
    let seen = import_texts(NAME, &[&text]);
    let sessions = told(&seen, "mfg.edge.session.v1");
    let of_state = |state: &str| -> Vec<(&str, i64)> {
        let of_state = sessions.iter().filter(|(_, data)| data["state"] == state);
        let numbered =
            of_state.map(|(at, data)| (at.as_str(), data["session_no"].as_i64().unwrap()));
        numbered.collect()
    };
    let (births, deaths) = (of_state("birth"), of_state("death"));
    let connected = recount(&text);
    assert_eq!(
        (births.len(), deaths.len()),
        (connected.len(), connected.len() - 1)
    );
    assert!(
        births.is_sorted_by(|one, next| one.1 < next.1),
        "{births:?}"
    );
    for ((birth, death), lines) in births.iter().zip(&deaths).zip(&connected) {
        assert_eq!(birth.1, death.1, "a session dies under its own number");
        let last = lines
            .iter()
            .map(|(at, _)| at.parse::<Time>().unwrap())
            .max();
        assert_eq!(death.0.parse::<Time>().ok(), last, "with its last line");
    }
    let machine = machine(&seen);
    let after_death = deaths[0].0.parse::<Time>().unwrap().plus_seconds(1);
    assert_eq!(machine.liveness(after_death), Liveness::Dead);
    let connected_again = births[1].0.parse::<Time>().unwrap().plus_seconds(1);
    assert_eq!(machine.liveness(connected_again), Liveness::Live);
}

#[test]
fn a_reconnect_that_announces_the_same_count_again_counts_nothing() {
    let again = SESSION.lines().next().unwrap();
    let again = again.replace("08:00:00", "09:00:00").replace("|7", "|8");
    let seen = import_texts(NAME, &[format!("{SESSION}{again}\n")]);
    assert_eq!(readings(&seen), [7, 8]);
    assert_eq!(machine(&seen).counted_in_all().total, Some(1));
    assert_eq!(told(&seen, "mfg.edge.session.v1").len(), 3);
}

#[test]
fn a_count_that_is_not_available_is_none_and_one_that_cannot_be_read_is_no_zero() {
    for (value, exceptions, skipped) in [
        ("UNAVAILABLE", 0, 1),
        ("many", 1, 0),
        ("-3", 1, 0),
        ("", 1, 0),
    ] {
        let line = format!("2026-03-01T08:00:04Z|{COUNTER}|{value}\n");
        let seen = import_texts(NAME, &[format!("{SESSION}{line}")]);
        let told = seen.exceptions();
        assert_eq!(told.len(), exceptions, "{value}: {told:?}");
        assert_eq!(
            seen.report.rows_skipped.values().sum::<u64>(),
            skipped,
            "{value}"
        );
        assert_eq!(readings(&import_texts(NAME, &[SESSION])), [7, 8]);
        let read = seen.read();
        let counted = read
            .iter()
            .filter(|event| event.body.type_name().contains("counter"));
        assert_eq!(counted.count(), 2, "{value}: the others are told");
    }
    let seen = import_texts(NAME, &[SESSION]);
    assert_eq!(
        told(&seen, "mfg.work_center.counter_sampled.v1")[1].1,
        json!({"work_center": "OKUMA", "counters": {"total": 8}})
    );
}
