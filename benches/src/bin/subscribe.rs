//! Measures subscriptions: a thousand followers of which one reads nothing, what that does to the
//! others, the memory of each, and how long a write takes to be told.
//!
//! `cargo run --release -p benches --bin subscribe -- --json`

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actors::{Input, PlantHandle, PlantOptions};
use anyhow::Result;
use benches::figure::{Figure, Goal};
use benches::intake_load::{decoded, give};
use benches::load_average::load_average;
use benches::memory::resident_bytes;
use benches::paced_load::{STEP, batches, full_per_s, paced};
use benches::served::{HTTP_THREADS, serve};
use benches::shop::Shop;
use benches::sse_reader::{Given, open, read};
use bytes::Bytes;
use clap::Parser;
use hdrhistogram::Histogram;
use projections::{Projections, StreamLimits};
use serde_json::json;
use tikv_jemallocator::Jemalloc;
use tokio::time::{Instant, sleep_until};

/// The allocator of the twin, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// What one that is stalled may cost the others.
const GOAL_STALLED: f64 = 1.1;
/// Memory of one follower, KiB.
const GOAL_MEMORY_KIB: f64 = 256.0;
/// When a write is to be told, milliseconds.
const GOAL_TOLD_MS: f64 = 50.0;
/// Lots whose changes are more than the system keeps for a follower that does not read.
const LOTS: usize = 6_000;
const BYTES_PER_KIB: f64 = 1024.0;
/// What followers ask for: one entry for each report.
const QUERY: &str = "plant=P1&event=state.changed&kind=work_order";

#[derive(Parser)]
#[command(about = "What subscriptions cost, and how soon they tell of a write")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Orders of the plant.
    #[arg(long, default_value_t = 10_000)]
    orders: usize,
    /// Followers.
    #[arg(long, default_value_t = 1_000)]
    followers: usize,
    /// Events a second that all of them are told of.
    #[arg(long, default_value_t = 10)]
    per_s: u64,
    /// Seconds of each round.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rounds of each side; medians are taken over them.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where the journal is written; a temporary folder without it.
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(run(&arguments))
}

async fn run(arguments: &Arguments) -> Result<()> {
    let parent = arguments.data_dir.clone();
    let folder = tempfile::tempdir_in(parent.unwrap_or_else(std::env::temp_dir))?;
    let shop = Shop::new("P1", arguments.orders)?;
    let plant = actors::open(PlantOptions::new(shop.plant().clone(), folder.path())).await?;
    give(plant.intake(), decoded(&shop.set_up()?)).await?;
    // Those of a round before may not be noticed to be gone.
    let limits = StreamLimits {
        streams_max: 3 * arguments.followers,
        ..StreamLimits::default()
    };
    let projections = Projections::start_with(vec![plant.clone()], limits);
    projections.ready().await;
    let bench = Bench {
        arguments,
        shop,
        plant,
        address: serve(&projections, |_| {}).await?,
        load: load_average(),
    };
    bench.stalled().await?;
    bench.told().await?;
    bench.plant.close().await;
    Ok(())
}

struct Bench<'a> {
    arguments: &'a Arguments,
    shop: Shop,
    plant: PlantHandle,
    address: String,
    load: String,
}

impl Bench<'_> {
    async fn stalled(&self) -> Result<()> {
        let (mut with, mut without, mut kib) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..self.arguments.rounds {
            for turn in [round % 2, (round + 1) % 2] {
                let name = format!("s{round}-{turn}");
                let (p99, memory) = self.round(&name, turn == 0).await?;
                if turn == 0 { &mut with } else { &mut without }.push(p99);
                // What the allocator has got it keeps: only the first round shows what is needed.
                if kib.is_empty() {
                    kib.push(memory);
                }
            }
        }
        let arguments = self.arguments;
        let note = format!(
            "99 of 100 entries from given to read by all others, {} followers in this process, {} \
             events a second, {HTTP_THREADS} threads; limit: the same with the last one reading; \
             load {}",
            arguments.followers, arguments.per_s, self.load
        );
        let goal = Goal::RatioAtMost(GOAL_STALLED);
        let figure = Figure::new(
            "sse_p99_beside_a_stalled_one",
            "ms",
            &with,
            &without,
            goal,
            note,
        );
        figure.print(arguments.json)?;
        let note = format!(
            "resident memory of {} open streams, with the client's side of each and its histogram; \
             first round",
            arguments.followers
        );
        let goal = Goal::OursAtMost(GOAL_MEMORY_KIB);
        Figure::new("memory_per_follower", "KiB", &kib, &[], goal, note).print(arguments.json)
    }

    /// The 99th percentile of the followers that read, milliseconds, and the memory of each, KiB.
    async fn round(&self, name: &str, is_stalled: bool) -> Result<(f64, f64)> {
        let before = resident_bytes()?;
        let count = usize::try_from(self.arguments.per_s * self.arguments.seconds)?;
        let given = Given::new(count);
        let (mut readers, mut stalled) = (Vec::new(), None);
        for number in 0..self.arguments.followers {
            if is_stalled && number == 0 {
                stalled = Some(open(&self.address, "plant=P1").await?);
            } else {
                let stream = open(&self.address, QUERY).await?;
                readers.push(tokio::spawn(read(stream, Arc::clone(&given))));
            }
        }
        // Nobody but the stalled one wants them: they fill what the system keeps for it.
        let lots: Vec<Bytes> = (0..LOTS).map(|number| self.lot(name, number)).collect();
        give(self.plant.intake(), decoded(&lots)).await?;
        let mut reports = self.shop.reports(name, count)?;
        self.give_paced(reports.drain(..1).collect(), &given)
            .await?;
        while given.warm() < readers.len() {
            sleep_until(Instant::now() + STEP).await;
        }
        self.give_paced(reports, &given).await?;
        let after = resident_bytes()?;
        let mut all = Histogram::<u64>::new(3)?;
        for reader in readers {
            all.add(reader.await??)?;
        }
        drop(stalled);
        let memory = after.saturating_sub(before) as f64 / self.arguments.followers as f64;
        let p99 = all.value_at_quantile(0.99) as f64 / 1_000.0;
        Ok((p99, memory / BYTES_PER_KIB))
    }

    fn lot(&self, round: &str, number: usize) -> Bytes {
        let id = format!("{round}-lot-{number}");
        let data = json!({"lot": id, "material": "M-4711",
            "quantity": {"value": "1", "unit": "H87"}});
        self.shop.event("/wms", &id, "mfg.lot.created.v1", &data)
    }

    /// Gives one event after the other, each when it is due.
    async fn give_paced(&self, events: Vec<Bytes>, given: &Given) -> Result<()> {
        let step = Duration::from_secs(1) / u32::try_from(self.arguments.per_s)?;
        let mut due = Instant::now() + step;
        for raw in events {
            sleep_until(due).await;
            given.mark();
            self.plant.intake().submit(vec![Input::decode(raw)]).await?;
            due += step;
        }
        Ok(())
    }

    /// How soon a write is told while the plant takes half of what it can.
    async fn told(&self) -> Result<()> {
        let per_s = full_per_s(self.plant.intake(), &self.shop).await? / 2.0;
        let mut p99s = Vec::new();
        for round in 0..self.arguments.rounds {
            let count = usize::try_from(self.arguments.seconds * 50)?;
            let given = Given::new(count);
            // Each report is waited for by itself.
            let query = format!("{QUERY}&coalesce=false&id={}", Shop::order(7));
            let stream = open(&self.address, &query).await?;
            let reader = tokio::spawn(read(stream, Arc::clone(&given)));
            let (intake, batches) = (self.plant.intake().clone(), self.loads(round, per_s)?);
            let load = tokio::spawn(async move { paced(&intake, batches).await });
            for raw in self.shop.reports_of(7, &format!("v{round}"), count)? {
                given.mark();
                let began = Instant::now();
                self.plant.intake().submit(vec![Input::decode(raw)]).await?;
                sleep_until(began + Duration::from_millis(20)).await;
            }
            let times = reader.await??;
            load.await??;
            p99s.push(times.value_at_quantile(0.99) as f64 / 1_000.0);
        }
        let note = format!(
            "99 of 100 writes from given to told to a follower of that order, beside {per_s:.0} \
             events a second, half of what the plant takes; load {}",
            self.load
        );
        let goal = Goal::OursAtMost(GOAL_TOLD_MS);
        Figure::new("write_to_sse_p99", "ms", &p99s, &[], goal, note).print(self.arguments.json)
    }

    /// Batches for a round of load, none of them about the order that is followed.
    fn loads(&self, round: usize, per_s: f64) -> Result<Vec<Vec<Bytes>>> {
        let seconds = Duration::from_secs(self.arguments.seconds);
        let (per_step, steps) = batches(per_s, seconds);
        let reports = self.shop.reports(&format!("l{round}"), steps * per_step)?;
        let followed = Shop::order(7);
        let others = reports.into_iter().filter(|raw| {
            let about = raw
                .windows(followed.len())
                .any(|w| w == followed.as_bytes());
            !about
        });
        let others: Vec<Bytes> = others.collect();
        Ok(others.chunks(per_step).map(<[Bytes]>::to_vec).collect())
    }
}
