//! A disk that is full, and one that answers a sync with an error.
#![cfg(feature = "chaos")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "tests"
)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use actors::chaos::DISK_FILE;
use actors::{
    Disposition, Durability, Input, IntakeError, Pending, PlantClock, PlantHandle, PlantOptions,
    Stopped, open, verify,
};
use bytes::Bytes;
use serde_json::json;
use twin_model::StateHash;

/// Long enough for the plant to notice that its disk is full, or has room again.
const NOTICED_WITHIN: Duration = Duration::from_secs(20);

fn options(dir: &Path) -> PlantOptions {
    PlantOptions {
        clock: PlantClock::EventTime,
        ..PlantOptions::new("P1".parse().unwrap(), dir)
    }
}

fn created(order: &str) -> Bytes {
    json!({"specversion": "1.0", "id": order, "source": "/erp", "plant": "P1",
        "type": "mfg.work_order.created.v1", "time": "2026-03-01T08:00:00Z",
        "data": {"order": order, "material": "M", "quantity": {"value": "100", "unit": "H87"}}})
    .to_string()
    .into()
}

async fn give(plant: &PlantHandle, order: &str) -> Pending {
    let inputs = vec![Input::decode(created(order))];
    plant.intake().enqueue(inputs).await.unwrap()
}

async fn tell(plant: &PlantHandle, order: &str) -> Disposition {
    let receipt = give(plant, order).await.await.unwrap();
    receipt.dispositions[0].clone()
}

async fn hash(plant: &PlantHandle) -> StateHash {
    plant.fork().take().await.unwrap().plant.state_hash()
}

fn disk_refuses(dir: &Path, what: &str) {
    fs::write(dir.join(DISK_FILE), what).unwrap();
}

fn disk_is_well(dir: &Path) {
    fs::remove_file(dir.join(DISK_FILE)).unwrap();
}

fn journal_bytes(dir: &Path) -> u64 {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    files
        .filter(|file| file.file_name().to_string_lossy().starts_with("journal-"))
        .map(|file| file.metadata().unwrap().len())
        .sum()
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let waited = tokio::time::timeout(NOTICED_WITHIN, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(
        waited.await.is_ok(),
        "not within {NOTICED_WITHIN:?}: {what}"
    );
}

#[tokio::test]
async fn a_plant_whose_disk_is_full_waits_and_goes_on_by_itself_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, "WO-1").await;
    let (head, bytes) = (plant.ledger().head(), journal_bytes(dir.path()));

    disk_refuses(dir.path(), "full");
    let second = give(&plant, "WO-2").await;
    let third = give(&plant, "WO-3").await;
    until("it waits", || plant.waits_for_room().is_some()).await;
    let why = plant.waits_for_room().unwrap();
    assert!(why.contains("journal-"), "it names the file: {why}");
    assert!(plant.is_open());
    assert_eq!(plant.ledger().head(), head, "nothing was committed");
    assert_eq!(
        journal_bytes(dir.path()),
        bytes,
        "half a record is taken back"
    );

    disk_is_well(dir.path());
    for pending in [second, third] {
        let receipt = tokio::time::timeout(NOTICED_WITHIN, pending).await;
        let receipt = receipt.expect("it goes on").unwrap();
        assert_eq!(receipt.dispositions, [Disposition::Applied]);
    }
    assert_eq!(plant.waits_for_room(), None);
    let undisturbed = tempfile::tempdir().unwrap();
    let other = open(options(undisturbed.path())).await.unwrap();
    for order in ["WO-1", "WO-2", "WO-3"] {
        tell(&other, order).await;
    }
    let expected = hash(&other).await;
    assert_eq!(hash(&plant).await, expected);
    plant.close().await;
    verify(&options(dir.path())).expect("the journal is whole");
    let plant = open(options(dir.path())).await.unwrap();
    assert_eq!(hash(&plant).await, expected);
}

#[tokio::test]
async fn a_shard_that_panics_while_it_waits_for_room_is_rebuilt_with_what_waited() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, "WO-1").await;
    disk_refuses(dir.path(), "full");
    let second = give(&plant, "WO-2").await;
    until("it waits", || plant.waits_for_room().is_some()).await;
    let third = give(&plant, "WO-3").await;
    plant.panic_shard().await;
    let asked = plant.exceptions().parked(0, 1).await;
    assert_eq!(asked.unwrap_err(), Stopped, "who asks is told at once");
    assert!(plant.is_open());

    disk_is_well(dir.path());
    for pending in [second, third] {
        let receipt = tokio::time::timeout(NOTICED_WITHIN, pending).await;
        let receipt = receipt.expect("it goes on").unwrap();
        assert_eq!(receipt.dispositions, [Disposition::Applied]);
    }
    let before = hash(&plant).await;
    plant.close().await;
    let plant = open(options(dir.path())).await.unwrap();
    assert_eq!(hash(&plant).await, before);
    for order in ["WO-1", "WO-2", "WO-3"] {
        assert_eq!(tell(&plant, order).await, Disposition::Duplicate);
    }
}

#[tokio::test]
async fn a_plant_that_waits_for_room_can_be_stopped_and_has_told_nobody_anything() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, "WO-1").await;
    let before = hash(&plant).await;
    disk_refuses(dir.path(), "full");
    let second = give(&plant, "WO-2").await;
    until("it waits", || plant.waits_for_room().is_some()).await;

    let closed = tokio::time::timeout(NOTICED_WITHIN, plant.close()).await;
    assert!(closed.is_ok(), "it stops though the disk is full");
    assert_eq!(second.await.unwrap_err(), IntakeError::Stopped(Stopped));

    disk_is_well(dir.path());
    let plant = open(options(dir.path())).await.unwrap();
    assert_eq!(hash(&plant).await, before);
    assert_eq!(
        tell(&plant, "WO-2").await,
        Disposition::Applied,
        "sent again"
    );
}

#[tokio::test]
async fn a_sync_that_failed_is_not_tried_again_and_its_record_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, "WO-1").await;
    let (before, bytes) = (hash(&plant).await, journal_bytes(dir.path()));

    disk_refuses(dir.path(), "sync");
    let second = give(&plant, "WO-2").await;
    assert_eq!(second.await.unwrap_err(), IntakeError::Stopped(Stopped));
    plant.ended().await;
    assert_eq!(journal_bytes(dir.path()), bytes, "the record is taken back");

    disk_is_well(dir.path());
    assert!(!plant.is_open(), "it does not go on by itself");
    let plant = open(options(dir.path())).await.unwrap();
    assert_eq!(hash(&plant).await, before);
    assert_eq!(
        tell(&plant, "WO-2").await,
        Disposition::Applied,
        "sent again"
    );
}

#[tokio::test]
async fn an_unsynced_plant_waits_for_no_sync_and_comes_back_the_same_after_its_process_ends() {
    let dir = tempfile::tempdir().unwrap();
    let unsynced = || PlantOptions {
        durability: Durability::UnsafeUnsynced,
        ..options(dir.path())
    };
    let plant = open(unsynced()).await.unwrap();
    assert_eq!(plant.durability(), Durability::UnsafeUnsynced);
    tell(&plant, "WO-1").await;
    disk_refuses(dir.path(), "sync");
    assert_eq!(tell(&plant, "WO-2").await, Disposition::Applied);
    let told = hash(&plant).await;
    disk_is_well(dir.path());
    plant.close().await;

    let plant = open(options(dir.path())).await.unwrap();
    assert_eq!(plant.durability(), Durability::Synced);
    assert_eq!(hash(&plant).await, told);
    assert_eq!(tell(&plant, "WO-2").await, Disposition::Duplicate);
}
