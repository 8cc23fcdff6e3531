//! The real log in other orders of arrival, and with messages that come twice.

use std::path::Path;

use actors::{Input, PlantClock, PlantHandle, PlantOptions};
use bytes::Bytes;
use ingest::file_import::Importer;
use ingest::mapping::Mapping;
use simulators::faults::{shuffle_within_streams, with_duplicates};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use twin_model::{Event, PlantId, wire};

use crate::job_shop::{self, EVENTS};

const SEEDS: [u64; 6] = [1, 2, 3, 42, 4_711, 20_120_102];
/// Events given to the plant at once.
const BATCH: usize = 256;

fn mapped_events(file: &Path) -> Vec<Event> {
    let dir = TempDir::new().unwrap();
    let mapping = Mapping::read(&job_shop::mapping_for("P1", dir.path())).unwrap();
    let mut importer = Importer::open(file, &mapping).unwrap();
    let mut events = Vec::new();
    while let Some(mapped) = importer.next_event().unwrap() {
        events.push(wire::decode(&mapped.json).unwrap());
    }
    events
}

/// What a plant is after these events.
#[derive(Debug, PartialEq, Eq)]
struct End {
    state_hash: String,
    discrepancies: String,
    applied: u64,
    duplicates: u64,
    others: u64,
}

async fn end_after(events: &[Event], dir: &Path) -> End {
    let plant: PlantId = "P1".parse().unwrap();
    let options = PlantOptions {
        clock: PlantClock::EventTime,
        ..PlantOptions::new(plant, dir.to_owned())
    };
    let handle: PlantHandle = actors::open(options).await.unwrap();
    for batch in events.chunks(BATCH) {
        let inputs = batch.iter().map(|event| Bytes::from(wire::encode(event)));
        let inputs = inputs.map(Input::decode).collect();
        handle.intake().submit(inputs).await.unwrap();
    }
    let latest = events.iter().map(|event| event.time).max().unwrap();
    let tick = vec![Input::tick(latest)];
    handle.intake().submit(tick).await.unwrap();
    let end = handle.fork().take().await.unwrap();
    handle.close().await;
    End {
        state_hash: end.plant.state_hash().to_string(),
        discrepancies: format!("{:?}", end.plant.open_discrepancies()),
        applied: end.counts.applied,
        duplicates: end.counts.duplicates,
        others: end.counts.input() - end.counts.applied - end.counts.duplicates,
    }
}

#[test]
fn the_order_of_arrival_and_repetitions_do_not_show_in_the_end() {
    let Some(file) = job_shop::log_file() else {
        return;
    };
    let events = mapped_events(&file);
    assert_eq!(events.len() as u64, EVENTS);
    let runtime = Runtime::new().unwrap();
    let end = |events: &[Event]| {
        let dir = TempDir::new().unwrap();
        runtime.block_on(end_after(events, dir.path()))
    };
    let in_order = end(&events);
    assert_eq!(in_order.applied, EVENTS);
    for seed in SEEDS {
        let shuffled = with_duplicates(&shuffle_within_streams(&events, seed), 0.1, seed);
        let doubled = (shuffled.len() - events.len()) as u64;
        assert!(
            doubled > EVENTS / 20,
            "seed {seed}: only {doubled} duplicates"
        );
        let moved = events.iter().zip(&shuffled).filter(|(a, b)| a != b);
        assert!(moved.count() > events.len() / 2, "seed {seed}: no shuffle");
        let expected = End {
            state_hash: in_order.state_hash.clone(),
            discrepancies: in_order.discrepancies.clone(),
            applied: EVENTS,
            duplicates: doubled,
            others: 0,
        };
        assert_eq!(end(&shuffled), expected, "seed {seed}");
    }
}
