//! Measures how long a plant takes to come back: from a snapshot, and from its journal alone.
//!
//! `cargo run --release -p benches --bin recover -- --json`

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use actors::{PlantHandle, PlantOptions};
use anyhow::{Result, ensure};
use benches::cpu_time;
use benches::figure::{Figure, Goal};
use benches::intake_load::{decoded, give};
use benches::load_average::load_average;
use benches::shop::Shop;
use bytes::Bytes;
use clap::Parser;
use tikv_jemallocator::Jemalloc;

/// The allocator of the twin, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Seconds until 100,000 twins are back, at most; ten times the twins may take ten times as long.
const COLD_START_S_PER_100_K: f64 = 1.0;
/// Events replayed per second of CPU time, at least.
const REPLAY_PER_S: f64 = 1_000_000.0;
/// Orders of the plant whose journal is replayed.
const REPLAY_ORDERS: usize = 10_000;
/// Events made at once while a plant is filled.
const CHUNK_EVENTS: usize = 20_000;
/// Bytes before the first frame of a segment, and before the body of a frame (see
/// `actors/src/frames.rs`).
const FILE_HEADER_BYTES: usize = 16;
const FRAME_HEADER_BYTES: usize = 12;

#[derive(Parser, Clone)]
#[command(about = "Cold start from a snapshot, and replay of a journal")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Twins of the cold starts.
    #[arg(long, value_delimiter = ',', default_values_t = [100_000, 1_000_000])]
    twins: Vec<usize>,
    /// Reports in the journal that is replayed.
    #[arg(long, default_value_t = 500_000)]
    events: usize,
    /// Rounds; medians are taken over them.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Where the files are; a temporary folder without it.
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    for twins in &arguments.twins {
        runtime.block_on(cold_start(&arguments, *twins))?;
    }
    runtime.block_on(replay(&arguments))
}

fn folder(arguments: &Arguments) -> Result<tempfile::TempDir> {
    Ok(match &arguments.data_dir {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir()?,
    })
}

fn options(shop: &Shop, dir: &Path, snapshot_inputs: u64) -> PlantOptions {
    PlantOptions {
        snapshot_inputs,
        ..PlantOptions::new(shop.plant().clone(), dir)
    }
}

async fn give_all(plant: &PlantHandle, events: impl Iterator<Item = Result<Bytes>>) -> Result<()> {
    let mut events = events.peekable();
    while events.peek().is_some() {
        let chunk: Result<Vec<Bytes>> = events.by_ref().take(CHUNK_EVENTS).collect();
        give(plant.intake(), decoded(&chunk?)).await?;
    }
    Ok(())
}

/// Orders, each created and released with four operations, back from a snapshot of the last commit.
async fn cold_start(arguments: &Arguments, twins: usize) -> Result<()> {
    let shop = Shop::new("BENCH", twins)?;
    let folder = folder(arguments)?;
    let options = options(&shop, folder.path(), 2 * twins as u64);
    let plant = actors::open(options.clone()).await?;
    let events = (0..twins).flat_map(|order| [Ok(shop.created(order)), Ok(shop.released(order))]);
    give_all(&plant, events).await?;
    plant.close().await;
    let snapshot: Vec<PathBuf> = files(folder.path(), "snapshot-")?;
    ensure!(snapshot.len() == 1, "{snapshot:?}");
    let bytes = fs::metadata(&snapshot[0])?.len();

    let mut seconds = Vec::new();
    for _ in 0..arguments.rounds {
        let started = Instant::now();
        let plant = actors::open(options.clone()).await?;
        seconds.push(started.elapsed().as_secs_f64());
        let entities = plant.fork().take().await?.plant.len();
        ensure!(entities >= twins, "{entities} of {twins} are back");
        plant.close().await;
    }
    let goal = Goal::OursAtMost(COLD_START_S_PER_100_K * twins as f64 / 100_000.0);
    let note = format!(
        "{twins} orders with four operations each and their work centers, by the clock, from a \
         snapshot of {} MB; load {}",
        bytes / 1_000_000,
        load_average()
    );
    Figure::new("cold_start", "s", &seconds, &[], goal, note).print(arguments.json)
}

/// A journal without a snapshot, against reading the same bytes and checking their checksums.
async fn replay(arguments: &Arguments) -> Result<()> {
    let shop = Shop::new("BENCH", REPLAY_ORDERS)?;
    let folder = folder(arguments)?;
    let options = options(&shop, folder.path(), u64::MAX);
    let plant = actors::open(options.clone()).await?;
    give_all(&plant, shop.set_up()?.into_iter().map(Ok)).await?;
    give_all(
        &plant,
        shop.reports("r", arguments.events)?.into_iter().map(Ok),
    )
    .await?;
    let events = plant.fork().take().await?.counts.applied as f64;
    plant.close().await;

    let (mut by_clock, mut by_cpu, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..arguments.rounds {
        let (started, cpu) = (Instant::now(), cpu_time::of_process(std::process::id())?);
        let plant = actors::open(options.clone()).await?;
        by_clock.push(events / started.elapsed().as_secs_f64());
        by_cpu.push(events / (cpu_time::of_process(std::process::id())? - cpu));
        let back = plant.fork().take().await?.counts.applied as f64;
        ensure!(back == events, "{back} of {events} events are back");
        plant.close().await;
        let started = Instant::now();
        let records = read_and_check(folder.path())?;
        ensure!(records > 0, "there is a journal");
        bare.push(events / started.elapsed().as_secs_f64());
    }
    let note = |what: &str| {
        format!(
            "{events} events of {REPLAY_ORDERS} orders, {what}; load {}",
            load_average()
        )
    };
    let what = "all threads; limit: the same bytes read, their checksums checked";
    let goal = Goal::OursAtLeast(REPLAY_PER_S);
    Figure::new(
        "replay_per_cpu_second",
        "events/s",
        &by_cpu,
        &bare,
        goal,
        note(what),
    )
    .print(arguments.json)?;
    let what = "three threads, by the clock";
    Figure::new(
        "replay",
        "events/s",
        &by_clock,
        &bare,
        Goal::None,
        note(what),
    )
    .print(arguments.json)
}

/// Reads a journal and checks its checksums, and looks into nothing; gives its records.
fn read_and_check(dir: &Path) -> Result<usize> {
    let mut records = 0;
    for path in files(dir, "journal-")? {
        let bytes = fs::read(&path)?;
        let mut rest = &bytes[FILE_HEADER_BYTES..];
        while let Some((header, behind)) = rest.split_at_checked(FRAME_HEADER_BYTES) {
            let len = u32::from_le_bytes(header[4..8].try_into()?) as usize;
            let crc = u32::from_le_bytes(header[8..12].try_into()?);
            ensure!(crc32c::crc32c(&behind[..len]) == crc, "{}", path.display());
            rest = &behind[len..];
            records += 1;
        }
    }
    Ok(records)
}

fn files(dir: &Path, prefix: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
