//! Loads with faults through the twin's own intake, in this process: the twin ends where the truth
//! says, and each unreadable message is an exception once.

use std::collections::BTreeMap;

use actors::{ExceptionEntry, Input, PlantClock, PlantHandle, PlantOptions, Snapshot};
use bytes::Bytes;
use simulators::faults::plan::FaultPlan;
use simulators::message::{Message, Route, Step};
use simulators::truth::{Summary, Truth};
use simulators::{Load, Simulation, demo_model};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use twin_model::PlantId;

use crate::load_plans::{ALONE, all_at_once, plan};

const SEED: u64 = 11;
const EVENTS: usize = 2_500;
/// Messages given to the plant at once.
const BATCH: usize = 200;

struct Ended {
    truth: Truth,
    summary: Summary,
    plants: BTreeMap<PlantId, Snapshot>,
}

fn messages_of(plan: FaultPlan) -> (Vec<Message>, Truth, Summary) {
    let opening = "2026-03-02T06:00:00Z".parse().unwrap();
    let source = Simulation::new(&demo_model(), SEED, opening).unwrap();
    let mut load = Load::new(source.take(EVENTS), plan, SEED).unwrap();
    let (mut truth, mut messages) = (Truth::new(), Vec::new());
    while let Some(step) = load.next() {
        load.take_facts().for_each(|fact| truth.tell(fact));
        let Step::Send(message) = step else { continue };
        truth.sent(&message);
        if message.route == Route::Plant {
            messages.push(message);
        }
    }
    let summary = truth.summary(SEED, load.missing(), load.counts());
    (messages, truth, summary)
}

async fn open(plant: &PlantId, dir: &TempDir) -> PlantHandle {
    let options = PlantOptions {
        clock: PlantClock::EventTime,
        ..PlantOptions::new(plant.clone(), dir.path().join(plant.as_str()))
    };
    actors::open(options).await.unwrap()
}

/// Gives these messages to twins, each to the one of its plant.
async fn ended(messages: &[Message], truth: Truth, summary: Summary) -> Ended {
    let dir = TempDir::new().unwrap();
    let mut plants = BTreeMap::new();
    for plant in summary.plants.keys() {
        let handle = open(plant, &dir).await;
        let own: Vec<&Message> = messages.iter().filter(|it| it.plant == *plant).collect();
        for batch in own.chunks(BATCH) {
            let inputs = batch
                .iter()
                .map(|message| Bytes::from(message.body.clone()));
            let inputs = inputs.map(Input::decode).collect();
            handle.intake().submit(inputs).await.unwrap();
        }
        let end = handle.fork().take().await.unwrap();
        handle.close().await;
        plants.insert(plant.clone(), end);
    }
    Ended {
        truth,
        summary,
        plants,
    }
}

fn run(plan: FaultPlan) -> Ended {
    let (messages, truth, summary) = messages_of(plan);
    let runtime = Runtime::new().unwrap();
    runtime.block_on(ended(&messages, truth, summary))
}

/// The exceptions that were no events, by their bytes.
fn unreadable(end: &Snapshot) -> BTreeMap<Vec<u8>, Vec<&ExceptionEntry>> {
    let mut found: BTreeMap<Vec<u8>, Vec<&ExceptionEntry>> = BTreeMap::new();
    for entry in end.exceptions.iter().filter(|entry| !entry.refused) {
        found.entry(entry.raw.to_vec()).or_default().push(entry);
    }
    found
}

/// In what the twins differ from the truth.
fn differences(ended: &Ended) -> Vec<String> {
    let mut found = Vec::new();
    let mut differ = |what: String, twin: String, truth: String| {
        if twin != truth {
            found.push(format!("{what}: {twin}, by the truth {truth}"));
        }
    };
    differ(
        "lost".to_owned(),
        "0".to_owned(),
        ended.summary.lost.to_string(),
    );
    for (plant, truth) in &ended.summary.plants {
        let end = &ended.plants[plant];
        let counts = &end.counts;
        let state = end.plant.state_hash().to_string();
        differ(format!("state of {plant}"), state, truth.state_hash.clone());
        let input = counts.input().to_string();
        differ("messages".to_owned(), input, truth.messages.to_string());
        differ(
            "applied".to_owned(),
            counts.applied.to_string(),
            truth.applied.to_string(),
        );
        let refused: BTreeMap<String, u64> = counts
            .refused
            .iter()
            .map(|(code, n)| (code.to_string(), *n))
            .collect();
        differ(
            "refused".to_owned(),
            format!("{refused:?}"),
            format!("{:?}", truth.refused),
        );
        differ(
            "waiting".to_owned(),
            counts.parked.to_string(),
            truth.waiting.to_string(),
        );
        let exceptions = unreadable(end);
        differ(
            "exceptions".to_owned(),
            exceptions.len().to_string(),
            truth.corrupt.to_string(),
        );
        let expected = ended
            .truth
            .corrupt()
            .filter(|(whose, _, _)| *whose == plant);
        for (_, body, unreadable) in expected {
            let said: Vec<_> = exceptions.get(body).into_iter().flatten().collect();
            let said: Vec<_> = said.iter().map(|it| (it.code, it.seen)).collect();
            let expected = vec![(unreadable.code, unreadable.sent)];
            let what = String::from_utf8_lossy(body).into_owned();
            differ(what, format!("{said:?}"), format!("{expected:?}"));
        }
    }
    found
}

#[test]
fn each_fault_alone_leaves_the_promise_of_the_truth() {
    for (text, faults) in ALONE {
        let ended = run(plan(text));
        for fault in faults {
            assert!(
                ended.summary.faults.contains_key(fault.name()),
                "{text}: {} did not occur, seed {SEED}",
                fault.name()
            );
        }
        assert_eq!(differences(&ended), [""; 0], "{text}, seed {SEED}");
    }
}

#[test]
fn all_faults_at_once_leave_the_promise_of_the_truth() {
    let ended = run(all_at_once());
    assert_eq!(
        ended.plants.len(),
        2,
        "two plants are two, whatever their ids"
    );
    for (plant, end) in &ended.plants {
        assert_eq!(end.plant.id(), plant);
        assert!(end.counts.duplicates > 0 && end.counts.applied > 1_000);
    }
    assert_eq!(differences(&ended), [""; 0], "seed {SEED}");
}

#[test]
fn one_message_that_is_left_out_is_found() {
    let (mut messages, truth, summary) = messages_of(plan("[corrupt]\nprobability = 0.05"));
    let started = |it: &Message| it.is_first && it.type_name == "mfg.operation.started.v1";
    let at = messages.iter().rposition(started).unwrap();
    messages.remove(at);
    let runtime = Runtime::new().unwrap();
    let ended = runtime.block_on(ended(&messages, truth, summary));
    let found = differences(&ended).join("\n");
    assert!(
        found.contains("state of") && found.contains("messages"),
        "{found}"
    );
}
