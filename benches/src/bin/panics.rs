//! Measures what panics cost: a plant in which every thousandth report is about an order whose
//! handler panics, beside the same plant whose handlers do not. Each such report is tried three
//! times and then kept as an exception.
//!
//! `cargo run --release -p benches --features chaos --bin panics -- --json`

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Instant;

use actors::{Disposition, PlantClock, PlantHandle, PlantOptions};
use anyhow::{Result, ensure};
use benches::figure::{Figure, Goal};
use benches::intake_load;
use benches::load_average::load_average;
use benches::shop::{Shop, now};
use bytes::Bytes;
use clap::Parser;
use tikv_jemallocator::Jemalloc;
use twin_model::EntityKey;

/// The allocator of the twin, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// One of so many reports is about the order whose handler panics.
const EVENTS_PER_PANIC: usize = 1_000;
/// Time between two reports, microseconds: an order that fails five times within a minute is set
/// aside, and then nothing panics any more.
const STEP_MICROS: i64 = 20_000;
/// Batches on their way.
const BATCHES_IN_FLIGHT: usize = 32;

#[derive(Parser, Clone)]
#[command(about = "A plant with panics beside one without, in one run")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Orders of the plant.
    #[arg(long, default_value_t = 10_000)]
    orders: usize,
    /// Events per round.
    #[arg(long, default_value_t = 200_000)]
    events: usize,
    /// Rounds of each side; medians are taken over them.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where the journals are written; without it memory (/dev/shm), so that no disk is measured.
    #[arg(long, default_value = "/dev/shm")]
    data_dir: PathBuf,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(run(&arguments))
}

async fn run(arguments: &Arguments) -> Result<()> {
    let load = load_average();
    let folder = tempfile::tempdir_in(&arguments.data_dir)?;
    let shop = Shop::new("PANICS", arguments.orders)?;
    let calm = open(&shop, &folder.path().join("calm"), None).await?;
    let unlucky = EntityKey::WorkOrder(Shop::order(0).parse()?);
    let troubled = open(&shop, &folder.path().join("troubled"), Some(unlucky)).await?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    let start = now();
    for round in 0..arguments.rounds {
        let bodies = reports(arguments, &shop, round, start)?;
        for (plant, rates, panics) in [(&calm, &mut without, 0), (&troubled, &mut with, 1)] {
            let (seconds, given_up) = give(plant, &bodies).await?;
            let expected = panics * arguments.events / EVENTS_PER_PANIC;
            ensure!(
                given_up == expected,
                "{given_up} events were given up instead of {expected}"
            );
            rates.push(arguments.events as f64 / seconds);
        }
    }
    Figure::new(
        "supervised_panics",
        "events/s",
        &with,
        &without,
        Goal::RatioAtLeast(0.7),
        format!(
            "decoded reports over {} orders through the intake, one of {EVENTS_PER_PANIC} panics \
             three times and becomes an exception, journal in {}; limit: the same reports without \
             panics; load {load}",
            arguments.orders,
            arguments.data_dir.display(),
        ),
    )
    .print(arguments.json)?;
    calm.close().await;
    troubled.close().await;
    Ok(())
}

async fn open(shop: &Shop, dir: &Path, panic_at: Option<EntityKey>) -> Result<PlantHandle> {
    let options = PlantOptions {
        clock: PlantClock::EventTime,
        panic_at: None,
        ..PlantOptions::new(shop.plant().clone(), dir)
    };
    let plant = actors::open(options.clone()).await?;
    for events in shop.set_up()?.chunks(10_000) {
        intake_load::give(plant.intake(), intake_load::decoded(events)).await?;
    }
    if panic_at.is_none() {
        return Ok(plant);
    }
    // The orders are there before the handlers of one of them begin to panic.
    plant.close().await;
    Ok(actors::open(PlantOptions {
        panic_at,
        ..options
    })
    .await?)
}

/// Reports over all orders but the first, and every thousandth about the first.
fn reports(
    arguments: &Arguments,
    shop: &Shop,
    round: usize,
    start: twin_model::Time,
) -> Result<Vec<Bytes>> {
    (0..arguments.events)
        .map(|n| {
            let number = round * arguments.events + n;
            let order = match n % EVENTS_PER_PANIC {
                0 => 0,
                _ => 1 + number % (arguments.orders - 1),
            };
            let at = start.plus_micros(STEP_MICROS * i64::try_from(number)?);
            shop.report(&format!("r{number:010}"), order, at)
        })
        .collect()
}

/// Gives all reports; the seconds that it took and how many were given up.
async fn give(plant: &PlantHandle, bodies: &[Bytes]) -> Result<(f64, usize)> {
    let batches = intake_load::decoded(bodies);
    let mut waiting = VecDeque::with_capacity(BATCHES_IN_FLIGHT);
    let mut given_up = 0;
    let mut count = |dispositions: &[Disposition]| {
        given_up += dispositions
            .iter()
            .filter(|it| **it != Disposition::Applied)
            .count();
    };
    let started = Instant::now();
    for batch in batches {
        if waiting.len() >= BATCHES_IN_FLIGHT
            && let Some(oldest) = waiting.pop_front()
        {
            let oldest: actors::Pending = oldest;
            count(&oldest.await?.dispositions);
        }
        waiting.push_back(plant.intake().enqueue(batch).await?);
    }
    for pending in waiting {
        count(&pending.await?.dispositions);
    }
    Ok((started.elapsed().as_secs_f64(), given_up))
}
