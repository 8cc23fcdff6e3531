//! Measures supervised entities against a bare hash map, and what a plant costs in memory, at its
//! start and when it is copied.
//!
//! `cargo run --release -p benches --bin actors -- --json`

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use actors::PlantOptions;
use anyhow::{Context, Result, ensure};
use benches::bare_orders::BareOrders;
use benches::cpu_time::{self, CpuTime};
use benches::figure::{Figure, Goal, median};
use benches::intake_load::{BATCH_EVENTS, decoded, give};
use benches::load_average::load_average;
use benches::memory::resident_bytes;
use benches::shop::{Shop, readable};
use benches::twin_drain::Twin;
use clap::Parser;
use serde::{Deserialize, Serialize};
use tikv_jemallocator::Jemalloc;
use twin_model::{Decimal, Entity, Event, EventBody, Plant};

/// The allocator of the twin, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Copies taken to measure one.
const FORKS: usize = 21;
/// Cold starts measured of each kind.
const COLD_STARTS: usize = 5;

#[derive(Parser, Clone)]
#[command(about = "Supervised entities against a bare hash map, in one run")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Orders of the plant.
    #[arg(long, default_value_t = 100_000)]
    orders: usize,
    /// Events per round.
    #[arg(long, default_value_t = 200_000)]
    events: usize,
    /// Rounds; medians are taken over them.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where the journal is written; without it memory (/dev/shm), so that no disk is measured.
    #[arg(long, default_value = "/dev/shm")]
    data_dir: PathBuf,
    /// Only opens the plant in this folder and prints what that took.
    #[arg(long, hide = true)]
    cold_start: Option<PathBuf>,
}

/// What a start in a fresh process took.
#[derive(Serialize, Deserialize)]
struct ColdStart {
    seconds: f64,
    resident_bytes: f64,
    entities: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let shop = Shop::new("BENCH", arguments.orders)?;
    match &arguments.cold_start {
        Some(dir) => runtime.block_on(cold_start(&shop, dir)),
        None => runtime.block_on(run(&arguments, &shop)),
    }
}

async fn cold_start(shop: &Shop, dir: &Path) -> Result<()> {
    let before = resident_bytes()?;
    let started = Instant::now();
    let plant = actors::open(PlantOptions::new(shop.plant().clone(), dir)).await?;
    let seconds = started.elapsed().as_secs_f64();
    let resident_bytes = resident_bytes()?.saturating_sub(before) as f64;
    let entities = plant.fork().take().await?.plant.len();
    plant.close().await;
    let measured = ColdStart {
        seconds,
        resident_bytes,
        entities,
    };
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

async fn run(arguments: &Arguments, shop: &Shop) -> Result<()> {
    let folder = tempfile::tempdir_in(&arguments.data_dir)?;
    let load = load_average();
    let mut twin = Twin::open(shop, folder.path()).await?;
    supervised(arguments, shop, &mut twin).await?;
    forks(arguments, &twin).await?;
    twin.close().await?;
    cold_starts(arguments, shop, &load).await
}

/// A side's rounds: events per second of wall time and of CPU time.
#[derive(Default)]
struct Rates {
    wall: Vec<f64>,
    cpu: Vec<f64>,
    /// The longest wait of a batch in each round, in milliseconds.
    longest_ms: Vec<f64>,
}

impl Rates {
    fn add(&mut self, events: usize, wall_s: f64, cpu_s: f64) {
        self.wall.push(events as f64 / wall_s);
        self.cpu.push(events as f64 / cpu_s);
    }
}

async fn supervised(arguments: &Arguments, shop: &Shop, twin: &mut Twin) -> Result<()> {
    let load = load_average();
    let mut plant = Plant::new(shop.plant().clone());
    for event in readable(&shop.set_up()?)? {
        plant.apply(&event)?;
    }
    let mut bare = bare_orders(&plant);
    let (mut whole, mut shard, mut model, mut limit) = (
        Rates::default(),
        Rates::default(),
        Rates::default(),
        Rates::default(),
    );
    let mut threads = BTreeMap::new();
    for round in 0..arguments.rounds {
        let reports = shop.reports(&format!("load{round:03}"), arguments.events)?;
        let events = readable(&reports)?;
        run_bare(&mut bare, &events, &mut limit)?;
        run_model(&mut plant, &events, &mut model)?;
        drop(events);
        threads = run_intake(twin, &reports, &mut whole, &mut shard).await?;
    }
    print_supervised(arguments, [&whole, &shard, &model, &limit], &threads, &load)
}

fn print_supervised(
    arguments: &Arguments,
    [whole, shard, model, limit]: [&Rates; 4],
    threads: &BTreeMap<String, f64>,
    load: &str,
) -> Result<()> {
    let (orders, data_dir) = (arguments.orders, arguments.data_dir.display());
    let bare = "a hash map that adds the same fields of the same orders, no rules, no undo, no \
                duplicates, no panic guard, no journal";
    let by_thread: Vec<String> = threads
        .iter()
        .map(|(name, micros)| (name, micros / arguments.events as f64))
        .filter(|(_, micros)| *micros >= 0.02)
        .map(|(name, micros)| format!("{name} {micros:.2}"))
        .collect();
    let figures = [
        Figure::new(
            "supervised_intake",
            "events/s",
            &whole.wall,
            &limit.wall,
            Goal::RatioAtLeast(0.5),
            format!(
                "decoded reports over {orders} orders through the intake in batches of \
                 {BATCH_EVENTS}, committed to a journal in {data_dir}, seen by a follower; limit: \
                 {bare}; CPU us/event in the last round: {}; load {load}",
                by_thread.join(", ")
            ),
        ),
        Figure::new(
            "supervised_shard_per_core",
            "events/cpu-s",
            &shard.cpu,
            &limit.cpu,
            Goal::RatioAtLeast(0.5),
            "as before, CPU time of the plant's own thread only (decide, book, answer)",
        ),
        Figure::new(
            "plant_apply_per_core",
            "events/cpu-s",
            &model.cpu,
            &limit.cpu,
            Goal::None,
            "Plant::apply of the same events: rules and undo, no duplicates, guard or journal",
        ),
        Figure::new(
            "intake_longest_wait",
            "ms",
            &whole.longest_ms,
            &[],
            Goal::OursAtMost(50.0),
            "longest wait of one batch for its commit in a round at full load, 32 batches on \
             their way; a snapshot of all orders is due every 100000 events",
        ),
    ];
    for figure in figures {
        figure.print(arguments.json)?;
    }
    Ok(())
}

fn bare_orders(plant: &Plant) -> BareOrders {
    let mut bare = BareOrders::default();
    for entity in plant.entities() {
        if let Entity::WorkOrder(order) = entity {
            let operations: Vec<_> = order
                .operations()
                .iter()
                .map(|operation| operation.id().clone())
                .collect();
            bare.add(order.id().clone(), &operations);
        }
    }
    bare
}

fn run_bare(bare: &mut BareOrders, events: &[Event], rates: &mut Rates) -> Result<()> {
    let good_before = bare.good();
    let (started, cpu) = (Instant::now(), cpu_time::of_this_thread()?);
    for event in events {
        if let EventBody::OperationProgressed(body) = &event.body {
            bare.report(body, event.time);
        }
    }
    let cpu_s = cpu_time::of_this_thread()? - cpu;
    rates.add(events.len(), started.elapsed().as_secs_f64(), cpu_s);
    let good = bare.good() - good_before;
    ensure!(
        good == Decimal::from(events.len()),
        "the limit lost events: {good}"
    );
    Ok(())
}

fn run_model(plant: &mut Plant, events: &[Event], rates: &mut Rates) -> Result<()> {
    let (started, cpu) = (Instant::now(), cpu_time::of_this_thread()?);
    for event in events {
        plant.apply(event)?;
    }
    let cpu_s = cpu_time::of_this_thread()? - cpu;
    rates.add(events.len(), started.elapsed().as_secs_f64(), cpu_s);
    Ok(())
}

async fn run_intake(
    twin: &mut Twin,
    reports: &[bytes::Bytes],
    whole: &mut Rates,
    shard: &mut Rates,
) -> Result<BTreeMap<String, f64>> {
    let good_before = twin.good().await?;
    let target = twin.follower.seen().counts.applied + reports.len() as u64;
    let batches = decoded(reports);
    let (started, cpu) = (Instant::now(), CpuTime::now()?);
    let given = give(twin.handle.intake(), batches).await?;
    twin.follower.wait_for(target).await?;
    let seconds = started.elapsed().as_secs_f64();
    let threads = CpuTime::now()?.since(&cpu);
    whole.longest_ms.push(given.longest.as_secs_f64() * 1e3);
    let good = twin.good().await? - good_before;
    ensure!(
        good == Decimal::from(reports.len()),
        "{good} good pieces instead of {}",
        reports.len()
    );
    let name = format!("plant {}", twin.handle.plant());
    let shard_s = threads
        .get(&name)
        .context("the plant's thread has no name")?
        / 1e6;
    whole.add(reports.len(), seconds, threads.values().sum::<f64>() / 1e6);
    shard.add(reports.len(), seconds, shard_s);
    Ok(threads)
}

/// Consistent copies of the whole plant.
async fn forks(arguments: &Arguments, twin: &Twin) -> Result<()> {
    let mut millis = Vec::with_capacity(FORKS);
    let mut entities = 0;
    for _ in 0..FORKS {
        let started = Instant::now();
        let copy = twin.handle.fork().take().await?;
        millis.push(started.elapsed().as_secs_f64() * 1e3);
        entities = copy.plant.len();
    }
    Figure::new(
        "fork",
        "ms",
        &millis,
        &[],
        Goal::OursAtMost(20.0),
        format!(
            "consistent copy of {entities} entities, asked for and received; load {}",
            load_average()
        ),
    )
    .print(arguments.json)
}

/// Starts of the plant in a fresh process: after an orderly run, with the newest snapshot as the
/// run left it, and without any snapshot.
async fn cold_starts(arguments: &Arguments, shop: &Shop, load: &str) -> Result<()> {
    let folder = tempfile::tempdir_in(&arguments.data_dir)?;
    let twin = Twin::open(shop, folder.path()).await?;
    let events = twin.follower.seen().counts.input();
    twin.close().await?;
    let with_snapshot = start_repeatedly(arguments, folder.path())?;
    for file in fs::read_dir(folder.path())? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "bin") {
            fs::remove_file(path)?;
        }
    }
    let replayed = start_repeatedly(arguments, folder.path())?;
    let entities = with_snapshot.first().map_or(0, |start| start.entities);
    let values = |starts: &[ColdStart], value: &dyn Fn(&ColdStart) -> f64| -> Vec<f64> {
        starts.iter().map(value).collect()
    };
    let orders = arguments.orders as f64;
    let replay = values(&replayed, &|start| events as f64 / start.seconds);
    let figures = [
        Figure::new(
            "cold_start",
            "ms",
            &values(&with_snapshot, &|start| start.seconds * 1e3),
            &[],
            Goal::None,
            format!(
                "open of {} orders ({entities} entities) in a fresh process from the newest \
                 snapshot and the journal after it, files in the page cache; load {load}",
                arguments.orders
            ),
        ),
        Figure::new(
            "replay_per_core",
            "events/s",
            &replay,
            &[],
            Goal::OursAtLeast(500_000.0),
            format!(
                "open without any snapshot: {events} events read, checked, decoded and decided \
                 again on one thread, {:.0} ms",
                median(&values(&replayed, &|start| start.seconds * 1e3))
            ),
        ),
        Figure::new(
            "memory_per_order",
            "bytes",
            &values(&with_snapshot, &|start| start.resident_bytes / orders),
            &[],
            Goal::None,
            format!(
                "resident memory of the open plant by its orders: each with 4 operations, its \
                 part of a work center, and the marks of its 3 events; what the start left to \
                 the allocator counts too ({:.0} bytes after a start by replay)",
                median(&values(&replayed, &|start| start.resident_bytes / orders))
            ),
        ),
    ];
    for figure in figures {
        figure.print(arguments.json)?;
    }
    Ok(())
}

fn start_repeatedly(arguments: &Arguments, dir: &Path) -> Result<Vec<ColdStart>> {
    (0..COLD_STARTS)
        .map(|_| {
            let answer = Command::new(std::env::current_exe()?)
                .arg("--orders")
                .arg(arguments.orders.to_string())
                .arg("--cold-start")
                .arg(dir)
                .output()?;
            let errors = String::from_utf8_lossy(&answer.stderr);
            ensure!(answer.status.success(), "the cold start failed: {errors}");
            Ok(serde_json::from_slice(&answer.stdout)?)
        })
        .collect()
}
