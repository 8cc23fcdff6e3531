//! A real machine's stream: what it tells, whatever the order of its lines.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "adapters/mtconnect_counts.rs"]
mod mtconnect_counts;
#[path = "adapters/samples.rs"]
mod samples;

use std::collections::{BTreeMap, BTreeSet};

use samples::{Seen, import, import_texts, sample_folder};
use twin_model::{Event, EventBody, Plant};

const NAME: &str = "mtconnect-shdr";
const WATCHED: [&str; 5] = ["avail", "estop", "pexecution", "pmode", "fmode"];

fn stream() -> Option<String> {
    let folder = sample_folder("mtconnect")?;
    Some(std::fs::read_to_string(folder.join("okuma.shdr.txt")).unwrap())
}

/// Pseudo-random numbers by a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.below(place + 1));
        }
    }
}

/// The stamped lines of each session, read without the reader's code: names and values by time.
fn recount(text: &str) -> Vec<Vec<(String, BTreeMap<String, String>)>> {
    let mut sessions: Vec<Vec<(String, BTreeMap<String, String>)>> = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("2022-")) {
        let fields: Vec<&str> = line.split('|').collect();
        if fields[1].starts_with('@') || fields.len().is_multiple_of(2) {
            continue;
        }
        let pairs = fields[1..].chunks(2);
        let values: BTreeMap<String, String> = pairs
            .map(|pair| (pair[0].to_owned(), pair[1].trim().to_owned()))
            .collect();
        if values.contains_key("avail") {
            sessions.push(Vec::new());
        }
        sessions
            .last_mut()
            .unwrap()
            .push((fields[0].to_owned(), values));
    }
    for session in &mut sessions {
        session.sort_by(|one, other| one.0.cmp(&other.0));
    }
    sessions.sort_by(|one, other| one[0].0.cmp(&other[0].0));
    sessions
}

/// What the watched items say of the machine, by hand.
fn state_of(known: &BTreeMap<String, String>) -> (&'static str, &'static str) {
    let state = match known["pexecution"].as_str() {
        "ACTIVE" => "executing",
        "READY" | "PROGRAM_COMPLETED" => "not_executing",
        other => panic!("{other}"),
    };
    let mode = match known["fmode"].as_str() {
        "PRODUCTION" => "processing",
        "PROCESS_DEVELOPMENT" => "none",
        other => panic!("{other}"),
    };
    (state, mode)
}

fn states(seen: &Seen) -> Vec<(String, String, String)> {
    let read = seen.read().into_iter();
    let states = read.filter_map(|event| match &event.body {
        EventBody::WorkCenterStateChanged(body) => Some((
            event.time.to_string(),
            body.item_state.as_str().to_owned(),
            body.mode.as_str().to_owned(),
        )),
        _ => None,
    });
    states.collect()
}

#[test]
fn ten_thousand_lines_are_a_few_changes_of_state() {
    let Some(text) = stream() else { return };
    let seen = import_texts(NAME, &[&text]);
    assert_eq!(seen.exceptions(), Vec::<String>::new());
    let mut known = BTreeMap::new();
    let mut expected: Vec<(&str, &str)> = Vec::new();
    for (_, values) in recount(&text).into_iter().flatten() {
        let is_news = WATCHED.iter().any(|item| values.contains_key(*item));
        known.extend(values);
        if is_news && expected.last() != Some(&state_of(&known)) {
            expected.push(state_of(&known));
        }
    }
    let told = states(&seen);
    let told: Vec<(&str, &str)> = told
        .iter()
        .map(|(_, state, mode)| (state.as_str(), mode.as_str()))
        .collect();
    assert_eq!(told, expected);
    assert_eq!(told.len(), 19);
    assert!(
        seen.events.len() <= 50,
        "{} events of 10,770 lines",
        seen.events.len()
    );
    assert_eq!(
        seen.report.rows_read, 40,
        "births, deaths, states and counts"
    );
}

/// The stream with the lines of each session in another order; its first line, which begins it,
/// and the assets stay where they are.
fn shuffled(text: &str, dice: &mut Dice) -> String {
    let mut sessions: Vec<(String, Vec<String>)> = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        match &mut block {
            Some(open) => {
                open.push('\n');
                open.push_str(line);
                if line.starts_with("--multiline--") {
                    let whole = block.take().unwrap();
                    sessions.last_mut().unwrap().1.push(whole);
                }
            }
            None if line.contains("|--multiline--") => block = Some(line.to_owned()),
            None if line.contains("|avail|") => sessions.push((line.to_owned(), Vec::new())),
            None => sessions.last_mut().unwrap().1.push(line.to_owned()),
        }
    }
    let mut shuffled = String::new();
    for (first, mut lines) in sessions {
        dice.shuffle(&mut lines);
        shuffled.push_str(&format!("{first}\n{}\n", lines.join("\n")));
    }
    shuffled
}

fn events_of(seen: &Seen) -> Vec<Event> {
    seen.read().into_iter().cloned().collect()
}

#[test]
fn the_order_of_the_lines_within_a_session_does_not_show() {
    let Some(text) = stream() else { return };
    let in_order = events_of(&import_texts(NAME, &[&text]));
    for seed in [1, 42, 20_220_808] {
        let other = shuffled(&text, &mut Dice(seed));
        assert_ne!(other, text);
        let seen = events_of(&import_texts(NAME, &[other]));
        assert_eq!(
            seen, in_order,
            "seed {seed}: the same ids, times and contents"
        );
    }
}

#[test]
fn a_plant_ends_the_same_in_whatever_order_the_changes_reach_it() {
    let Some(text) = stream() else { return };
    let mut events = events_of(&import_texts(NAME, &[text]));
    let end = |events: &[Event]| {
        let mut plant = Plant::new("mtconnect".parse().unwrap());
        for event in events {
            plant
                .apply(event)
                .unwrap_or_else(|refusal| panic!("{}: {refusal}", event.id));
        }
        plant.state_hash()
    };
    let in_order = end(&events);
    for seed in 1..=100 {
        Dice(seed).shuffle(&mut events);
        assert_eq!(end(&events), in_order, "seed {seed}");
    }
}

#[test]
fn a_later_copy_of_the_stream_has_no_second_effect() {
    let Some(text) = stream() else { return };
    let once = import_texts(NAME, &[&text]);
    let ids: BTreeSet<&str> = once
        .events
        .iter()
        .map(|(event, _)| event.id.as_str())
        .collect();
    assert_eq!(
        ids.len(),
        once.events.len(),
        "every event has an id of its own"
    );
    let again = import_texts(NAME, &[text]);
    assert_eq!(events_of(&again), events_of(&once));
}

/// A session in which the machine runs from the first second to the third.
const SESSION: &str = "\
2026-03-01T08:00:00Z|avail|AVAILABLE|estop|ARMED|pexecution|READY|pmode|AUTOMATIC|fmode|PRODUCTION|ppartcount|7
2026-03-01T08:00:01Z|pexecution|ACTIVE|X1load|56
2026-03-01T08:00:03Z|pexecution|READY|ppartcount|8
";

fn told(extra: &str) -> Vec<(String, String, String)> {
    states(&import_texts(NAME, &[format!("{SESSION}{extra}")]))
}

#[test]
fn what_a_reconnect_announces_again_with_old_times_is_not_news() {
    let before = told("");
    assert_eq!(before.len(), 3);
    assert_eq!(told("2026-03-01T06:33:04Z|pexecution|ACTIVE\n"), before);
    assert_eq!(told("2026-03-01T07:59:59Z|system|NORMAL||||\n"), before);
    let again = SESSION
        .lines()
        .next()
        .unwrap()
        .replace("08:00:00", "09:00:00");
    assert_eq!(
        told(&format!("{again}\n")),
        before,
        "the same state after the reconnect"
    );
}

#[test]
fn a_fault_an_emergency_stop_and_an_absent_machine_are_states_of_their_own() {
    for (line, state, mode) in [
        (
            "08:00:02Z|system|FAULT|E1|1|HIGH|broken",
            "out_of_service",
            "processing",
        ),
        ("08:00:02Z|estop|TRIGGERED", "out_of_service", "processing"),
        ("08:00:02Z|avail|UNAVAILABLE", "not_available", "processing"),
        (
            "08:00:02Z|pexecution|UNAVAILABLE",
            "not_available",
            "processing",
        ),
        ("08:00:02Z|pmode|MANUAL_DATA_INPUT", "executing", "setup"),
        ("08:00:02Z|fmode|MAINTENANCE", "executing", "maintenance"),
        ("08:00:02Z|fmode|SETUP", "executing", "setup"),
        (
            "08:00:02Z|pexecution|FEED_HOLD",
            "not_executing",
            "processing",
        ),
    ] {
        let told = told(&format!("2026-03-01T{line}\n"));
        let at = told.iter().find(|(at, _, _)| at.contains("08:00:02"));
        let (_, seen_state, seen_mode) = at.unwrap_or_else(|| panic!("{line}: {told:?}"));
        assert_eq!(
            (seen_state.as_str(), seen_mode.as_str()),
            (state, mode),
            "{line}"
        );
    }
    let seen = import_texts(
        NAME,
        &[format!(
            "{SESSION}2026-03-01T08:00:02Z|system|FAULT|E1|1|H|x\n"
        )],
    );
    let reasons = seen.data("mfg.work_center.state_changed.v1");
    assert_eq!(reasons[2]["reason"], "system");
}

#[test]
fn what_cannot_be_read_is_an_exception_and_the_rest_is_told() {
    for (line, expected) in [
        (
            "2|@ASSET@|EM233|CuttingTool|<CuttingTool/>",
            "at line 4: \"2\" is no time",
        ),
        (
            "2026-03-01T08:00:02Z|pexecution",
            "at line 4: pexecution has no value",
        ),
        (
            "2026-03-01T08:00:02Z|pexecution|SLEEPING",
            "none of the `cases` holds",
        ),
        (
            "2026-03-01T08:00:02Z|@ASSET@|1|T|--multiline--A\n<x/>",
            "at line 4: what begins here",
        ),
    ] {
        let seen = import_texts(NAME, &[format!("{SESSION}{line}\n")]);
        let exceptions = seen.exceptions();
        assert_eq!(exceptions.len(), 1, "{line}: {exceptions:?}");
        assert!(exceptions[0].contains(expected), "{line}: {exceptions:?}");
        assert_eq!(states(&seen).len(), 3, "{line}");
    }
    let Some(folder) = sample_folder("mtconnect") else {
        return;
    };
    for (name, exceptions) in [("cuttingtool_scenario.txt", 3), ("big_data_set.txt", 1)] {
        let seen = import(NAME, &[folder.join(name)]);
        assert_eq!(
            seen.exceptions().len(),
            exceptions,
            "{name}: {:?}",
            seen.exceptions()
        );
    }
}

#[test]
fn a_stream_that_begins_in_the_middle_tells_no_state_before_all_of_it_is_known() {
    let text: String = SESSION
        .lines()
        .skip(1)
        .map(|line| format!("{line}\n"))
        .collect();
    let seen = import_texts(NAME, &[&text]);
    assert!(states(&seen).is_empty());
    let expected = "the stream tells nothing of avail";
    assert!(
        seen.exceptions()[0].contains(expected),
        "{:?}",
        seen.exceptions()
    );
    let joined = import_texts(NAME, &[format!("{text}{SESSION}")]);
    assert_eq!(states(&joined), told(""));
}

#[test]
fn the_items_that_the_mapping_looks_at_are_those_of_the_machines_description() {
    let Some(folder) = sample_folder("mtconnect") else {
        return;
    };
    let devices = std::fs::read_to_string(folder.join("Devices.xml")).unwrap();
    for (name, kind) in [
        ("avail", "AVAILABILITY"),
        ("estop", "EMERGENCY_STOP"),
        ("pexecution", "EXECUTION"),
        ("pmode", "CONTROLLER_MODE"),
        ("fmode", "FUNCTIONAL_MODE"),
        ("ppartcount", "PART_COUNT"),
    ] {
        let items = devices.split("<DataItem ").skip(1);
        let item = items.map(|item| item.split('>').next().unwrap());
        let named = |item: &&str| item.contains(&format!("name=\"{name}\""));
        let found = item.clone().find(named).unwrap_or_else(|| panic!("{name}"));
        assert!(
            found.contains(&format!("type=\"{kind}\"")),
            "{name}: {found}"
        );
    }
    let mapping = ingest::built_in_mapping::BUILT_IN;
    let (_, text) = mapping.iter().find(|(known, _)| *known == NAME).unwrap();
    let conditions = devices
        .split("<DataItem ")
        .filter(|item| item.contains("\"CONDITION\""));
    for condition in conditions {
        let Some(name) = condition.split(" name=\"").nth(1) else {
            continue;
        };
        let name = name.split('"').next().unwrap();
        if stream().is_some_and(|stream| stream.contains(&format!("|{name}|"))) {
            assert!(
                text.contains(&format!("\"{name}\"")),
                "{name} is a condition"
            );
        }
    }
}
