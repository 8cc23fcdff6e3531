//! Measures what a question costs the intake: how long single events take from due to committed at
//! a low rate, while one what-if after the other is answered on the twin's own terms and while
//! none is, in turn.
//!
//! `cargo run --release -p benches --bin what_if -- --json`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use actors::{Input, PlantClock, PlantHandle, PlantOptions};
use anyhow::{Context, Result, anyhow};
use benches::figure::{Figure, Goal};
use benches::intake_load::{decoded, give};
use benches::load_average::load_average;
use benches::story::Story;
use bytes::Bytes;
use clap::Parser;
use hdrhistogram::Histogram;
use simulators::plant_file::DispatchRule;
use simulators::what_if::{REPLICATIONS_MAX, Study, living_model};
use tikv_jemallocator::Jemalloc;
use tokio::time::{Instant, sleep_until};
use twin_model::wire;

/// The allocator of the twin, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// What the plant has lived through before: some days, with orders under way.
const HISTORY_EVENTS: usize = 20_000;
/// How far a question looks ahead, hours: the default.
const HORIZON_H: u32 = 7 * 24;

/// Niceness of a thread that simulates, as in `src/what_if_turn.rs`.
const NICENESS: i32 = 19;
/// What a question may cost the intake.
const GOAL_RATIO: f64 = 1.1;
/// The longest time that is told apart, microseconds.
const TIME_US_MAX: u64 = 60_000_000;

#[derive(Parser)]
#[command(about = "What a what-if costs the intake")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Events in each round of either side.
    #[arg(long, default_value_t = 2_000)]
    events: usize,
    /// Events a second.
    #[arg(long, default_value_t = 200)]
    per_s: u32,
    /// Pairs of rounds; medians are taken over them.
    #[arg(long, default_value_t = 10)]
    rounds: usize,
    /// Runs of one question; few make many questions, each of which copies the plant.
    #[arg(long, default_value_t = REPLICATIONS_MAX)]
    runs: u32,
    /// Where the journal is written; a temporary folder without it.
    #[arg(long)]
    data_dir: Option<PathBuf>,
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
    let parent = arguments.data_dir.clone();
    let folder = tempfile::tempdir_in(parent.unwrap_or_else(std::env::temp_dir))?;
    let measured = 2 * arguments.rounds * arguments.events;
    let story = Story::of(HISTORY_EVENTS + measured)?;
    let plant = actors::open(PlantOptions {
        clock: PlantClock::EventTime,
        ..PlantOptions::new(story.plant().clone(), folder.path())
    })
    .await?;
    let now = story.events()[HISTORY_EVENTS].time;
    let bodies = story
        .events()
        .iter()
        .map(|event| Bytes::from(wire::encode(event)));
    let bodies: Vec<Bytes> = bodies.collect();
    let (history, rest) = bodies.split_at(HISTORY_EVENTS);
    give(plant.intake(), decoded(history)).await?;
    plant.intake().submit(vec![Input::tick(now)]).await?;
    let load = load_average();
    let (mut beside, mut alone) = (Vec::new(), Vec::new());
    let mut answers = 0;
    for (round, bodies) in rest.chunks(arguments.events).enumerate() {
        // First one side, then the other, and the other way round in the next pair.
        if round.div_ceil(2) % 2 == 0 {
            alone.push(p99_us(&plant, bodies, arguments.per_s).await?);
        } else {
            let asking = Asking::begin(&plant, arguments.runs)?;
            beside.push(p99_us(&plant, bodies, arguments.per_s).await?);
            answers += asking.end()?;
        }
    }
    plant.close().await;
    Figure::new(
        "ingest_p99_beside_what_if",
        "us",
        &beside,
        &alone,
        Goal::RatioAtMost(GOAL_RATIO),
        format!(
            "99 of 100 events from due to committed, {} events a second, every commit with a \
             sync, beside questions one after the other ({answers} whole answers of {} runs over \
             {HORIZON_H} h) on a thread of niceness {NICENESS}; limit: the same without \
             questions, in turn; load {load}",
            arguments.per_s, arguments.runs
        ),
    )
    .print(arguments.json)
}

/// How long 99 of 100 events take at most from due to committed, microseconds.
async fn p99_us(plant: &PlantHandle, bodies: &[Bytes], per_s: u32) -> Result<f64> {
    let mut times = Histogram::<u64>::new_with_bounds(1, TIME_US_MAX, 3)?;
    let gap = Duration::from_secs(1) / per_s;
    let mut due = Instant::now() + gap;
    for body in bodies {
        sleep_until(due).await;
        let input = Input::decode(body.clone());
        plant.intake().submit(vec![input]).await?;
        // An event that waits for the one before it is late, it does not go unmeasured.
        times.saturating_record(u64::try_from(due.elapsed().as_micros())?);
        due += gap;
    }
    Ok(times.value_at_quantile(0.99) as f64)
}

/// Questions, one after the other.
struct Asking {
    ends: Arc<AtomicBool>,
    answers: Arc<AtomicU64>,
    thread: thread::JoinHandle<Result<()>>,
}

impl Asking {
    fn begin(plant: &PlantHandle, runs: u32) -> Result<Asking> {
        let (ends, answers) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (fork, runtime) = (plant.fork().clone(), tokio::runtime::Handle::current());
        let (end, answered) = (Arc::clone(&ends), Arc::clone(&answers));
        let ask = move || {
            rustix::process::setpriority_process(None, NICENESS)?;
            while !end.load(Ordering::Relaxed) {
                let snapshot = runtime.block_on(fork.take())?;
                let now = snapshot.clock;
                let living = living_model(&snapshot.plant, now, DispatchRule::Fifo);
                let mut study = Study::new(&living, &[], now, 1, HORIZON_H)?;
                while study.runs() < runs && study.run(&mut || !end.load(Ordering::Relaxed)) {}
                if study.runs() == runs {
                    study.forecast()?;
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            }
            Ok(())
        };
        let named = thread::Builder::new().name("what-if".to_owned());
        Ok(Asking {
            ends,
            answers,
            thread: named.spawn(ask).context("no thread")?,
        })
    }

    /// How many were answered.
    fn end(self) -> Result<u64> {
        self.ends.store(true, Ordering::Relaxed);
        let ended = self.thread.join();
        ended.map_err(|_| anyhow!("the thread that asks panicked"))??;
        Ok(self.answers.load(Ordering::Relaxed))
    }
}
