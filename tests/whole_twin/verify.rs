//! `twin verify --json` says what is wrong with files that cannot be read to their end.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bad_messages::opening;
use crate::twin_process::{Served, TwinProcess, run_twin};

const PLANT: &str = "P1";
/// Bytes before the first record of a segment, and before a record's body.
const FILE_HEADER_BYTES: usize = 16;
const FRAME_HEADER_BYTES: usize = 12;

/// A plant with three commits; gives its journal.
fn written(dir: &Path) -> PathBuf {
    let served = Served {
        plant: PLANT,
        clock: "event_time",
        broker: None,
    };
    let twin = TwinProcess::serve(dir, &served, "127.0.0.1:0");
    for event in opening(PLANT) {
        assert_eq!(twin.post(event.to_string().as_bytes()).status, 200);
    }
    assert!(twin.terminate(Duration::from_secs(20)).success());
    let dir = dir.join("data/plants").join(PLANT);
    let files = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
    let mut segments = files.filter(|path| path.extension().is_some_and(|it| it == "log"));
    segments.next().unwrap()
}

/// Where the records begin, and where the last one ends.
fn records(bytes: &[u8]) -> Vec<usize> {
    let mut places = vec![FILE_HEADER_BYTES];
    while let Some(at) = places.last().filter(|at| **at < bytes.len()) {
        let len = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap());
        places.push(at + FRAME_HEADER_BYTES + len as usize);
    }
    places
}

#[track_caller]
fn damage(dir: &Path) -> Value {
    let data = dir.join("data");
    let output = run_twin(&["verify", "--json", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let what = said["damage"]["what"].as_str().unwrap();
    assert!(errors.contains(what), "the same in words: {errors}");
    assert_eq!(said["plant"], PLANT);
    said["damage"].clone()
}

#[test]
fn a_record_that_is_damaged_or_missing_is_named_in_an_object() {
    let dir = TempDir::new().unwrap();
    let segment = written(dir.path());
    let intact = fs::read(&segment).unwrap();
    let places = records(&intact);
    assert_eq!(places.len(), 4, "three records and the end");

    let mut flipped = intact.clone();
    flipped[places[1] + FRAME_HEADER_BYTES] ^= 1;
    fs::write(&segment, flipped).unwrap();
    let found = damage(dir.path());
    assert_eq!(
        (&found["file"], &found["offset"]),
        (&json!(segment), &json!(places[1]))
    );

    let without_the_second = [&intact[..places[1]], &intact[places[2]..]].concat();
    fs::write(&segment, without_the_second).unwrap();
    let found = damage(dir.path());
    assert_eq!(
        (&found["file"], &found["offset"]),
        (&json!(segment), &json!(places[1]))
    );
    let what = found["what"].as_str().unwrap();
    assert!(what.contains("commit 3 follows commit 1"), "{what}");

    fs::write(&segment, intact).unwrap();
    let data = dir.path().join("data");
    let output = run_twin(&["verify", "--json", "--data-dir", data.to_str().unwrap()]);
    let said = crate::twin_process::json_of(&output);
    assert_eq!(
        (&said["damage"], &said["commits"]),
        (&Value::Null, &json!(3))
    );
}
