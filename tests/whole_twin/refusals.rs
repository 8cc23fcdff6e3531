//! What `POST /api/v1/events` says to messages that cannot be applied, over a real connection.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bad_messages::{BadMessage, Fate, bad_messages, event, good_report, opening};
use crate::twin_process::{Answer, Served, TwinProcess};

const PLANT: &str = "P-refusals";

fn serve(dir: &TempDir) -> TwinProcess {
    let served = Served {
        plant: PLANT,
        clock: "wall",
        broker: None,
    };
    TwinProcess::serve(dir.path(), &served, "127.0.0.1:0")
}

#[track_caller]
fn apply(twin: &TwinProcess, event: &Value) {
    let answer = twin.post(event.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["results"][0]["disposition"], "applied");
}

#[track_caller]
fn assert_problem(answer: &Answer, bad: &BadMessage) -> Value {
    let what = bad.what;
    assert_eq!(answer.status, bad.status, "{what}: {answer:?}");
    assert_eq!(answer.content_type, "application/problem+json", "{what}");
    let problem = answer.json();
    assert_eq!(problem["status"], bad.status, "{what}");
    assert_eq!(problem["code"], bad.code, "{what}: {problem}");
    assert_eq!(problem["type"], format!("/docs/errors/{}", bad.code));
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(bad.says), "{what}: {detail}");
    for text in ["title", "what_to_do"] {
        assert!(!problem[text].as_str().unwrap().is_empty(), "{what}");
    }
    problem
}

#[test]
fn every_bad_message_is_a_coded_problem_and_disturbs_nobody() {
    let dir = TempDir::new().unwrap();
    let mut twin = serve(&dir);
    for event in opening(PLANT) {
        apply(&twin, &event);
    }
    let mut kept = Vec::new();
    let mut expected: BTreeMap<Fate, BTreeMap<&str, u64>> = BTreeMap::new();
    let messages = bad_messages(PLANT);
    for (number, bad) in messages.iter().enumerate() {
        let problem = assert_problem(&twin.post(&bad.body), bad);
        *expected
            .entry(bad.fate)
            .or_default()
            .entry(bad.code)
            .or_default() += 1;
        match bad.fate {
            Fate::Kept => kept.push((problem["exception"].clone(), bad)),
            Fate::Refused => assert_eq!(problem["exception"], Value::Null, "{problem}"),
        }
        apply(&twin, &good_report(PLANT, number));
        assert!(twin.is_up());
        assert_eq!(twin.get("/ready").status, 200, "after {}", bad.what);
    }

    let entries = twin.items(PLANT, "exceptions");
    assert_eq!(
        entries.len(),
        messages.len(),
        "what is refused is kept as well"
    );
    let waiting: Vec<_> = entries
        .iter()
        .filter(|entry| entry["refused"] == false)
        .collect();
    assert_eq!(waiting.len(), kept.len());
    for (entry, (id, bad)) in waiting.iter().zip(&kept) {
        assert_eq!(&entry["id"], id);
        assert_eq!(entry["code"], bad.code, "{}", bad.what);
        assert!(entry["text"].as_str().unwrap().contains(bad.says));
        assert!(!entry["what_to_do"].as_str().unwrap().is_empty());
    }
    let counts = twin.counts(PLANT);
    let applied = 3 + messages.len();
    assert_eq!(counts["applied"], applied);
    assert_eq!(counts["refused"], json!(expected[&Fate::Refused]));
    assert_eq!(counts["exceptions"], json!(expected[&Fate::Kept]));
    assert_eq!(
        (&counts["duplicates"], &counts["parked"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(counts["input"], applied + messages.len());
    let order = twin
        .get(&format!("/api/v1/plants/{PLANT}/work-orders/WO-1"))
        .json();
    let good = &order["item"]["operations"][0]["good"];
    assert_eq!(good, &messages.len().to_string(), "the good ones count");
    assert_eq!(
        twin.items(PLANT, "work-orders").len(),
        1,
        "the bad ones do not"
    );
}

#[test]
fn an_event_for_another_plant_is_not_taken() {
    let dir = TempDir::new().unwrap();
    let twin = serve(&dir);
    let data = json!({"order": "WO-1", "material": "M", "quantity": {"value": "1", "unit": "H87"}});
    let elsewhere = event("P-elsewhere", "1", "mfg.work_order.created.v1", data);
    let answer = twin.post(elsewhere.to_string().as_bytes());
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(answer.content_type, "application/problem+json");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("P-elsewhere") && detail.contains(PLANT),
        "{detail}"
    );
    assert_eq!(twin.counts(PLANT)["input"], 0);
    assert!(twin.items(PLANT, "work-orders").is_empty());
}

#[test]
fn a_batch_with_bad_messages_has_one_result_each_and_applies_the_others() {
    let dir = TempDir::new().unwrap();
    let twin = serve(&dir);
    let mut batch = opening(PLANT);
    let mut expected = vec!["applied"; batch.len()];
    // A batch is one body: what is no JSON, or larger than any body, cannot stand in it.
    let messages = bad_messages(PLANT);
    let fits = messages.iter().filter(|bad| bad.status != 413);
    for (number, bad) in fits.enumerate() {
        let Ok(body) = serde_json::from_slice(&bad.body) else {
            continue;
        };
        batch.extend([body, good_report(PLANT, number)]);
        expected.push(match bad.fate {
            Fate::Kept => "exception",
            Fate::Refused => "refused",
        });
        expected.push("applied");
    }
    let answer = twin.post(json!(batch).to_string().as_bytes());
    assert_eq!(answer.status, 200, "{answer:?}");
    let results = answer.json()["results"].clone();
    let results = results.as_array().unwrap().iter();
    let said: Vec<&str> = results
        .map(|r| r["disposition"].as_str().unwrap())
        .collect();
    assert_eq!(said, expected);
    assert_eq!(twin.counts(PLANT)["input"], batch.len());
}
