//! A log as an earlier release stored it, replayed by the code of today: every event gets the
//! verdict that it got then, and all of it comes to the same state (case l of the versions).
//!
//! The events in `stored_log/v1.jsonl` are never changed: they stand for what lies in the journals
//! of plants. Verdicts and hash are renewed on purpose only, when a release adds business fields or
//! changes a rule and says so:
//! `TWIN_WRITE_GOLDEN=1 cargo test -p twin-model --all-features --test model stored_log`

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::value::RawValue;
use twin_model::{Plant, wire};

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/model/stored_log/v1.jsonl")
}

/// One event as it was stored, with its verdict; or the state at the end.
#[derive(serde::Serialize, serde::Deserialize)]
struct Line {
    verdict: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<Box<RawValue>>,
}

fn stored() -> Vec<Line> {
    let text = fs::read_to_string(file()).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The same lines with the verdicts of today; each event is applied, or names its rule.
fn replayed(lines: &[Line]) -> Vec<Line> {
    let mut plant = Plant::new("P1".parse().unwrap());
    let mut again = Vec::new();
    for event in lines.iter().filter_map(|line| line.event.as_ref()) {
        let read = wire::decode(event.get().as_bytes());
        let decided = read.map_err(|error| error.rejection);
        let decided = decided.and_then(|event| plant.apply(&event));
        again.push(Line {
            verdict: match decided {
                Ok(_) => "applied".to_owned(),
                Err(rejection) => rejection.code().to_string(),
            },
            event: Some(event.clone()),
        });
    }
    assert_eq!(plant.breaches(), []);
    again.push(Line {
        verdict: plant.state_hash().to_string(),
        event: None,
    });
    again
}

fn written(lines: &[Line]) -> String {
    let lines = lines
        .iter()
        .map(|line| serde_json::to_string(line).unwrap() + "\n");
    lines.collect()
}

#[test]
fn a_log_that_an_earlier_release_stored_decides_and_ends_as_it_did() {
    let before = stored();
    let now = replayed(&before);
    if std::env::var_os("TWIN_WRITE_GOLDEN").is_some() {
        fs::write(file(), written(&now)).unwrap();
        return;
    }
    for (number, (was, is)) in before.iter().zip(&now).enumerate() {
        let event = was
            .event
            .as_ref()
            .map_or("the state at the end", |event| event.get());
        assert_eq!(was.verdict, is.verdict, "line {}: {event}", number + 1);
    }
    assert_eq!(before.len(), now.len());
}

#[test]
fn the_stored_log_tells_of_every_type_of_event_that_there_was() {
    let lines = stored();
    let events = lines.iter().filter_map(|line| line.event.as_ref());
    let types: BTreeSet<String> = events
        .map(|event| serde_json::from_str::<serde_json::Value>(event.get()).unwrap())
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect();
    for known in wire::EVENT_TYPES {
        assert!(
            types.contains(*known),
            "{known} is missing: add an event of it at the end"
        );
    }
    let applied = lines
        .iter()
        .filter(|line| line.verdict == "applied")
        .count();
    assert!(
        applied >= 200,
        "only {applied} were applied: too little is said"
    );
}
