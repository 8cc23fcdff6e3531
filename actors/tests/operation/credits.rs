//! What is on its way to its commit is counted, and one more has to wait outside.

use std::fs;
use std::time::Duration;

use actors::chaos::DISK_FILE;
use actors::{
    Disposition, INTAKE_EVENTS_MAX, Input, Pending, PlantHandle, URGENT_EVENTS_MAX, open,
};
use serde_json::json;
use twin_model::Criticality;

use crate::story::{created, message, options};

/// Events of one batch; the credits are a multiple of it.
const BATCH: usize = 512;
/// How long a batch is offered before it counts as waiting outside.
const OFFERED: Duration = Duration::from_millis(300);
const WAIT: Duration = Duration::from_secs(60);

fn order(n: usize) -> Input {
    Input::decode(created(&format!("WO-{n}")))
}

fn hold(n: usize) -> Input {
    let data = json!({"hold": format!("H-{n}"), "reason": "cracks",
        "scope": {"kind": "lot", "id": format!("L-{n}")}});
    Input::decode(message(&format!("h-{n}"), "/qms", "hold.placed", data))
}

/// Gives batches until one finds no room; gives what was taken.
async fn fill(plant: &PlantHandle, class: Criticality, make: fn(usize) -> Input) -> Vec<Pending> {
    let mut taken = Vec::new();
    loop {
        let from = taken.len() * BATCH;
        let batch = (from..from + BATCH).map(make).collect();
        let offered = plant.intake().enqueue_as(class, batch);
        match tokio::time::timeout(OFFERED, offered).await {
            Ok(pending) => taken.push(pending.unwrap()),
            // Given up while it waited: nothing of it was taken.
            Err(_) => return taken,
        }
    }
}

#[tokio::test]
async fn a_plant_that_commits_nothing_takes_as_much_as_its_credits_and_no_event_more() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    fs::write(dir.path().join(DISK_FILE), "full").unwrap();
    let mut taken = fill(&plant, Criticality::NearRealTime, order).await;
    assert_eq!(taken.len() * BATCH, INTAKE_EVENTS_MAX);
    // Urgent ones have room of their own, and a limit of their own.
    let urgent = fill(&plant, Criticality::RealTime, hold).await;
    assert_eq!(urgent.len() * BATCH, URGENT_EVENTS_MAX);
    taken.extend(urgent);

    fs::remove_file(dir.path().join(DISK_FILE)).unwrap();
    let mut applied = 0;
    for pending in taken {
        let receipt = tokio::time::timeout(WAIT, pending).await;
        let dispositions = receipt.expect("it goes on").unwrap().dispositions;
        assert!(dispositions.iter().all(|it| *it == Disposition::Applied));
        applied += dispositions.len();
    }
    assert_eq!(applied, INTAKE_EVENTS_MAX + URGENT_EVENTS_MAX);
    let counts = plant.fork().take().await.unwrap().counts;
    assert_eq!(
        (counts.applied, counts.input()),
        (applied as u64, applied as u64)
    );
    plant.close().await;
}
