//! What a plant keeps of its journal, and what still holds when the rest is gone.

use std::fs;
use std::path::Path;

use actors::{Disposition, PlantHandle, PlantOptions, Retention, open, verify};

use crate::story;

/// Bytes of a segment: every few commits begin a new one.
const SEGMENT_BYTES: u64 = 2_000;
const ORDERS: usize = 60;

fn options(dir: &Path, retention: Retention) -> PlantOptions {
    PlantOptions {
        snapshot_inputs: 10,
        segment_bytes: SEGMENT_BYTES,
        retention,
        ..story::options(dir)
    }
}

async fn tell(plant: &PlantHandle, number: usize) -> Disposition {
    story::tell(plant, story::created(&format!("WO-{number}"))).await
}

/// Writes all orders in several lives, so that each life's snapshots are on the disk at its end.
async fn write(dir: &Path, retention: Retention) -> twin_model::StateHash {
    for from in (0..ORDERS).step_by(10) {
        let plant = open(options(dir, retention)).await.unwrap();
        for number in from..from + 10 {
            assert_eq!(tell(&plant, number).await, Disposition::Applied);
        }
        plant.close().await;
    }
    let plant = open(options(dir, retention)).await.unwrap();
    let hash = plant.fork().take().await.unwrap().plant.state_hash();
    plant.close().await;
    hash
}

/// The first commits of the segments.
fn segments(dir: &Path) -> Vec<u64> {
    let names = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let mut found: Vec<u64> = names
        .filter_map(|name| {
            let name = name.into_string().unwrap();
            let number = name.strip_prefix("journal-")?.strip_suffix(".log")?;
            Some(number.parse().unwrap())
        })
        .collect();
    found.sort_unstable();
    found
}

#[tokio::test]
async fn everything_is_kept_unless_somebody_says_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let hash = write(dir.path(), Retention::All).await;
    let kept = segments(dir.path());
    assert!(kept.len() > 5 && kept[0] == 1, "{kept:?}");
    let found = verify(&options(dir.path(), Retention::All)).unwrap();
    assert_eq!((found.began_after, found.state_hash), (0, hash));
}

#[tokio::test]
async fn young_segments_and_those_within_the_size_stay() {
    for retention in [Retention::Days(1), Retention::Mebibytes(1)] {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), retention).await;
        assert_eq!(segments(dir.path())[0], 1, "{retention:?}");
    }
}

#[tokio::test]
async fn what_no_start_needs_goes_and_every_promise_holds_without_it() {
    for retention in [Retention::Days(0), Retention::Mebibytes(0)] {
        let dir = tempfile::tempdir().unwrap();
        let everything = tempfile::tempdir().unwrap();
        let hash = write(dir.path(), retention).await;
        assert_eq!(hash, write(everything.path(), Retention::All).await);
        let (kept, all) = (segments(dir.path()), segments(everything.path()));
        assert!(kept[0] > 1 && kept.len() < all.len(), "{kept:?} of {all:?}");
        assert!(all.ends_with(&kept), "without a gap: {kept:?} of {all:?}");

        // A repetition from before is known, as marks live in the snapshots.
        let plant = open(options(dir.path(), retention)).await.unwrap();
        assert_eq!(tell(&plant, 0).await, Disposition::Duplicate);
        plant.close().await;

        // Either snapshot serves, and the chain goes on from both.
        let found = verify(&options(dir.path(), retention)).unwrap();
        assert_eq!(found.difference, None);
        assert_eq!(found.state_hash, hash);
        assert!(found.began_after >= kept[0] - 1, "{found:?}");
        assert_eq!(found.snapshots.len(), 2);
        let newest = found.snapshots[1].0.clone();
        fs::remove_file(newest).unwrap();
        let plant = open(options(dir.path(), retention)).await.unwrap();
        let again = plant.fork().take().await.unwrap().plant.state_hash();
        assert_eq!(again, hash);
        plant.close().await;
    }
}

#[tokio::test]
async fn without_a_snapshot_that_can_be_used_nothing_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), Retention::All).await;
    let all = segments(dir.path());
    // The older of two; the next snapshot lets a third one go, and this is then the oldest.
    let mut snapshots: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    snapshots.retain(|path| path.extension().is_some_and(|extension| extension == "bin"));
    snapshots.sort();
    let newest = snapshots.last().unwrap();
    let mut bytes = fs::read(newest).unwrap();
    bytes[100] ^= 1;
    fs::write(newest, bytes).unwrap();
    let plant = open(options(dir.path(), Retention::Days(0))).await.unwrap();
    for number in ORDERS..ORDERS + 10 {
        tell(&plant, number).await;
    }
    plant.close().await;
    assert!(segments(dir.path()).starts_with(&all), "nothing went");
}

#[tokio::test]
async fn a_journal_without_its_beginning_and_without_a_snapshot_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), Retention::Days(0)).await;
    let before = segments(dir.path());
    for entry in fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "bin") {
            let mut bytes = fs::read(&path).unwrap();
            // As a newer version would write it.
            bytes[8] += 1;
            fs::write(&path, bytes).unwrap();
        }
    }
    let refused = open(options(dir.path(), Retention::Days(0))).await;
    let error = refused.unwrap_err().to_string();
    let says = format!("the journal begins at commit {}", before[0]);
    assert!(error.contains(&says), "{error}");
    assert!(error.contains("has snapshot format"), "{error}");
    assert!(error.contains("Use the version that wrote them"), "{error}");
    assert_eq!(segments(dir.path()), before, "nothing was changed");
}
