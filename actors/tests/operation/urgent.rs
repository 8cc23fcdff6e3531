//! Under overload a hold overtakes what came before it, and nothing else changes its place.

use actors::{INTAKE_EVENTS_MAX, Input, open};
use serde_json::json;
use twin_model::Criticality;

use crate::story::{message, options, tell};
use crate::waiting::{hold, lot};

/// Events of one batch.
const BATCH: usize = 512;

fn counter(n: usize) -> Input {
    let data = json!({"work_center": format!("WC-{}", n % 50), "counters": {"good": n}});
    Input::decode(message(
        &format!("c{n}"),
        "/edge",
        "work_center.counter_sampled",
        data,
    ))
}

#[tokio::test]
async fn a_hold_is_committed_before_the_counters_that_wait_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, lot("L")).await;
    let mut waiting = Vec::new();
    let batches: Vec<Vec<Input>> = (0..INTAKE_EVENTS_MAX / BATCH)
        .map(|batch| (0..BATCH).map(|n| counter(batch * BATCH + n)).collect())
        .collect();
    for batch in batches {
        waiting.push(plant.intake().enqueue(batch).await.unwrap());
    }
    // The intake is full: one more counter has no room, the hold has its own.
    let urgent = vec![Input::decode(hold("Q", "L"))];
    assert_eq!(urgent[0].class(), Criticality::RealTime);
    let held = plant
        .intake()
        .submit_as(Criticality::RealTime, urgent)
        .await;
    let held = held.unwrap().commit_no;
    let mut commits = Vec::new();
    for pending in waiting {
        commits.push(pending.await.unwrap().commit_no);
    }
    assert!(
        commits.is_sorted(),
        "counters keep their order: {commits:?}"
    );
    let last = *commits.last().unwrap();
    assert!(
        held < last,
        "the hold came in commit {held}, the last counters in {last}"
    );
    plant.close().await;
}

#[tokio::test]
async fn who_waits_in_a_lane_hears_that_the_plant_has_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    plant.close().await;
    for class in Criticality::ALL {
        let answer = plant.intake().submit_as(class, vec![counter(1)]).await;
        assert!(answer.is_err(), "{class:?}: {answer:?}");
    }
}
