//! Processes in a plant in operation: commands with their ids in the outbox, answers, exceptions;
//! and a replay of the journal, also of one that was cut off, gives the same.

use std::fs;
use std::path::Path;

use actors::{
    Disposition, ExceptionId, How, Input, PlantClock, PlantHandle, PlantOptions, Resolution,
    Resolve, ResolveError, Snapshot, Step, open,
};
use bytes::Bytes;
use serde_json::{Value, json};
use twin_model::{Code, Entity, StateHash};

fn options(dir: &Path) -> PlantOptions {
    PlantOptions {
        clock: PlantClock::EventTime,
        ..PlantOptions::new("P1".parse().unwrap(), dir)
    }
}

fn message(source: &str, name: &str, at: &str, data: &Value) -> Input {
    let id: String = format!("{at} {name} {data}").chars().take(90).collect();
    let text = json!({"specversion": "1.0", "id": id, "source": source, "plant": "P1",
        "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{at}:00Z"),
        "correlationid": "SO-77", "data": data});
    Input::decode(Bytes::from(text.to_string()))
}

fn tick(at: &str) -> Input {
    Input::tick(format!("2026-03-01T{at}:00Z").parse().unwrap())
}

/// A day: a dispatch that is answered, a confirmation that is refused once and then never
/// answered, a correction, and an answer that is much too late.
fn day() -> Vec<Input> {
    let q = json!({"value": "10", "unit": "H87"});
    let first = "confirmation/WO/10/1-1";
    let refused = json!({"command": first, "erp_code": "M7053", "erp_text": "locked"});
    let late = json!({"order": "WO", "op": "10", "unit": "H87", "good": "1"});
    vec![
        message(
            "/twin",
            "process_rules.published",
            "05:00",
            &json!({"version": 1, "processes": [
            {"kind": "release"}, {"kind": "confirmation", "tries_max": 2}]}),
        ),
        message(
            "/erp",
            "work_center.configured",
            "05:30",
            &json!({"work_center": "SAW"}),
        ),
        message(
            "/erp",
            "work_order.created",
            "06:00",
            &json!({"order": "WO", "material": "M", "quantity": q}),
        ),
        message(
            "/erp",
            "work_order.released",
            "06:00",
            &json!({"order": "WO",
            "routing_version": "r", "bom_version": "b",
            "operations": [{"op": "10", "work_center": "SAW", "delivers": true}]}),
        ),
        message(
            "/mes",
            "posting.acknowledged",
            "06:01",
            &json!({"command": "release/WO/mes/1-1"}),
        ),
        // An answer that is quicker than its cause waits.
        message("/erp", "posting.refused", "09:01", &refused),
        message(
            "/mes",
            "operation.completed",
            "09:00",
            &json!({"order": "WO", "op": "10", "unit": "H87", "good": "9"}),
        ),
        tick("09:06"),
        tick("09:30"),
        message("/mes", "operation.progressed", "08:00", &late),
        tick("12:00"),
        message(
            "/erp",
            "posting.acknowledged",
            "12:10",
            &json!({"command": "confirmation/WO/10/1-2", "document": "4711"}),
        ),
        tick("12:20"),
    ]
}

const SENT: [&str; 6] = [
    "release/WO/mes/1-1",
    "confirmation/WO/10/1-1",
    "confirmation/WO/10/1-2",
    "confirmation/WO/10/1-2",
    "confirmation/WO/10/2-1",
    "confirmation/WO/10/2-1",
];

async fn give(plant: &PlantHandle, inputs: Vec<Input>) -> Vec<Disposition> {
    plant.intake().submit(inputs).await.unwrap().dispositions
}

async fn commands(plant: &PlantHandle) -> Vec<Value> {
    let due = plant.outbox().due(100).await.unwrap();
    for command in &due {
        let body: Value = serde_json::from_str(&command.body).unwrap();
        assert_eq!(body["id"], command.event_id.as_str());
    }
    due.iter()
        .map(|command| serde_json::from_str(&command.body).unwrap())
        .collect()
}

fn processes(snapshot: &Snapshot) -> Vec<Entity> {
    let entities = snapshot.plant.entities();
    entities
        .filter(|entity| matches!(entity, Entity::Process(_)))
        .cloned()
        .collect()
}

async fn seen(plant: &PlantHandle) -> (StateHash, Vec<Entity>, Vec<Value>) {
    let snapshot = plant.fork().take().await.unwrap();
    (
        snapshot.plant.state_hash(),
        processes(&snapshot),
        commands(plant).await,
    )
}

#[tokio::test]
async fn commands_answers_and_exceptions_go_through_the_plant() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let dispositions = give(&plant, day()).await;
    assert!(matches!(
        dispositions[5],
        Disposition::Parked {
            code: Code::R61,
            ..
        }
    ));
    let sent = commands(&plant).await;
    let ids: Vec<&str> = sent
        .iter()
        .map(|command| command["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, SENT);
    assert_eq!(
        (&sent[1]["subject"], &sent[1]["source"]),
        (&json!("WO"), &json!("/twin/P1"))
    );
    assert!(
        sent.iter()
            .all(|command| command["correlationid"] == "SO-77"),
        "also by the clock"
    );
    assert_eq!(sent[3]["causationid"], "tick-2026-03-01T09:30:00Z");
    let exceptions = plant.exceptions().list().await.unwrap();
    let codes: Vec<Code> = exceptions.iter().map(|entry| entry.code).collect();
    assert_eq!(
        codes,
        [Code::R62],
        "told as a refusal, then as a time-out, under one number"
    );
    let closed = exceptions[0].closed.as_ref().unwrap().at.to_string();
    assert_eq!(closed, "2026-03-01T12:10:00Z");
    let counts = plant.fork().take().await.unwrap().counts;
    assert_eq!((counts.parked, counts.exceptions.len()), (0, 0));
    assert_eq!(counts.input(), counts.applied);
}

#[tokio::test]
async fn a_replay_gives_the_same_state_and_the_same_ids() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    give(&plant, day()).await;
    let before = seen(&plant).await;
    let exceptions = plant.exceptions().list().await.unwrap();
    plant.close().await;
    let plant = open(options(dir.path())).await.unwrap();
    assert_eq!(seen(&plant).await, before);
    assert_eq!(plant.exceptions().list().await.unwrap(), exceptions);
}

/// The twin dies after each input, its journal torn at the end; what it had not committed is sent
/// again. It comes to the same end with the same commands.
#[tokio::test]
async fn a_twin_that_dies_again_and_again_asks_the_same() {
    let undisturbed = {
        let dir = tempfile::tempdir().unwrap();
        let plant = open(options(dir.path())).await.unwrap();
        give(&plant, day()).await;
        seen(&plant).await
    };
    let dir = tempfile::tempdir().unwrap();
    for n in 0..day().len() {
        let plant = open(options(dir.path())).await.unwrap();
        // What was sent before the crash comes again, and is recognised.
        let again: Vec<Input> = day().into_iter().take(n + 1).collect();
        give(&plant, again).await;
        plant.close().await;
        let journal = newest_segment(dir.path());
        let mut bytes = fs::read(&journal).unwrap();
        bytes.extend_from_slice(&[7; 11]);
        fs::write(&journal, bytes).unwrap();
    }
    let plant = open(options(dir.path())).await.unwrap();
    assert_eq!(seen(&plant).await, undisturbed);
}

fn replay(id: ExceptionId) -> Resolution {
    Resolution {
        id,
        what: Resolve::Replay,
        by: Some("A. Meyer".into()),
        reason: "the connector is up again".to_owned(),
        unchanged: None,
    }
}

/// What a person does with a command that nobody has answered: sent again under its id, once,
/// shown before by a dry run, and the same after a replay of the journal.
#[tokio::test]
async fn a_command_that_was_given_up_is_sent_again_once_by_a_replay() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let until_silence: Vec<Input> = day().into_iter().take(11).collect();
    give(&plant, until_silence).await;
    let sent = commands(&plant).await.len();
    let exceptions = plant.exceptions();
    let open_one = exceptions.list().await.unwrap().last().unwrap().clone();
    assert_eq!(open_one.code, Code::R62);
    assert_eq!(open_one.steps(), [Step::Replay, Step::Discard]);
    let tried = exceptions.dry_run(replay(open_one.id)).await.unwrap();
    let would: Vec<&str> = tried
        .commands
        .iter()
        .map(|it| it.event_id.as_str())
        .collect();
    assert_eq!(would, ["confirmation/WO/10/1-2"], "the same id");
    assert_eq!(tried.entry.closed.as_ref().unwrap().how, How::Sent);
    assert_eq!(commands(&plant).await.len(), sent, "nothing was done");

    let done = exceptions.resolve(replay(open_one.id)).await.unwrap();
    assert!(!done.already && done.disposition.is_none());
    let again = exceptions.resolve(replay(open_one.id)).await.unwrap();
    assert!(again.already, "doing it twice does it once");
    let now = commands(&plant).await;
    assert_eq!(now.len(), sent + 1);
    assert_eq!(now[sent]["id"], "confirmation/WO/10/1-2");
    let before = (seen(&plant).await, exceptions.list().await.unwrap());
    plant.close().await;
    let plant = open(options(dir.path())).await.unwrap();
    let after = plant.exceptions().list().await.unwrap();
    assert_eq!((seen(&plant).await, after), before);

    // Nobody answers this time either: a new exception, with its own replay.
    give(&plant, vec![tick("12:05"), tick("13:00")]).await;
    let exceptions = plant.exceptions().list().await.unwrap();
    let newest = exceptions.last().unwrap();
    assert!(newest.id != open_one.id && newest.is_open());
    // The answer comes late; what was sent again is closed by it as ever.
    give(&plant, day().into_iter().skip(11).collect()).await;
    let exceptions = plant.exceptions().list().await.unwrap();
    let how = exceptions.last().unwrap().closed.as_ref().unwrap();
    assert_eq!(how.how, How::ByItself);
    let refused = plant.exceptions().resolve(replay(newest.id)).await;
    assert!(
        matches!(refused, Err(ResolveError::Closed(_))),
        "{refused:?}"
    );
}

fn newest_segment(dir: &Path) -> std::path::PathBuf {
    let files = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
    let mut segments: Vec<_> = files
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("journal")
        })
        .collect();
    segments.sort();
    segments.pop().unwrap()
}
