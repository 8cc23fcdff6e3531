//! Measures what queries cost: how many a second are answered by the routes, against a handler that
//! gives the same bytes from a constant, both beside the same load of events; what they do to the
//! intake; and how long a write takes to be seen.
//!
//! `cargo run --release -p benches --bin query -- --json`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use actors::{Input, PlantHandle, PlantOptions};
use anyhow::{Context, Result, ensure};
use benches::figure::{Figure, Goal};
use benches::http_asker::HttpAsker;
use benches::intake_load::{decoded, give};
use benches::load_average::load_average;
use benches::paced_load::{batches, full_per_s, paced};
use benches::served::{HTTP_THREADS, serve};
use benches::shop::Shop;
use bytes::Bytes;
use clap::Parser;
use hdrhistogram::Histogram;
use projections::Projections;
use tikv_jemallocator::Jemalloc;
use tokio::time::{Instant, sleep_until};

/// The allocator of the twin, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Connections that ask at once.
const ASKERS: usize = 4;
/// What a query may cost against the constant.
const GOAL_THROUGHPUT: f64 = 0.8;
/// What queries may cost the intake.
const GOAL_INTAKE: f64 = 1.1;
/// When a write is to be seen, milliseconds.
const GOAL_VISIBLE_MS: f64 = 10.0;
/// The longest time that is told apart, microseconds.
const TIME_US_MAX: u64 = 60_000_000;

#[derive(Parser)]
#[command(about = "What queries cost, and how soon they see a write")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Orders of the plant.
    #[arg(long, default_value_t = 100_000)]
    orders: usize,
    /// Seconds of each round.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Rounds of each side; medians are taken over them.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Share of the rate that the plant can take which is given to it meanwhile.
    #[arg(long, default_value_t = 0.5)]
    share: f64,
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

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Item,
    List,
}

impl Asked {
    fn path(self, number: usize) -> String {
        match self {
            Asked::Item => format!("/api/v1/plants/P1/work-orders/{}", Shop::order(number)),
            Asked::List => {
                format!(
                    "/api/v1/plants/P1/work-orders?work_center=WC-{:04}&limit=20",
                    number / 100
                )
            }
        }
    }

    fn constant(self) -> &'static str {
        match self {
            Asked::Item => "/constant/item",
            Asked::List => "/constant/list",
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let parent = arguments.data_dir.clone();
    let folder = tempfile::tempdir_in(parent.unwrap_or_else(std::env::temp_dir))?;
    let shop = Shop::new("P1", arguments.orders)?;
    let plant = actors::open(PlantOptions::new(shop.plant().clone(), folder.path())).await?;
    give(plant.intake(), decoded(&shop.set_up()?)).await?;
    let projections = Projections::start(vec![plant.clone()]);
    projections.ready().await;
    let address = serve(&projections, constants).await?;
    let full_per_s = full_per_s(plant.intake(), &shop).await?;
    let per_s = full_per_s * arguments.share;
    let load = load_average();
    let mut bench = Bench {
        arguments,
        shop,
        plant,
        address,
        per_s,
        given: 0,
        note: format!(
            "{} orders, {per_s:.0} events a second meanwhile (share {} of {full_per_s:.0}), every \
             commit with a sync; load {load}",
            arguments.orders, arguments.share
        ),
    };
    for asked in [Asked::Item, Asked::List] {
        bench.throughput(asked).await?;
    }
    bench.visible().await?;
    bench.plant.close().await;
    Ok(())
}

struct Bench<'a> {
    arguments: &'a Arguments,
    shop: Shop,
    plant: PlantHandle,
    address: String,
    /// Events a second that are given meanwhile.
    per_s: f64,
    given: usize,
    note: String,
}

impl Bench<'_> {
    async fn throughput(&mut self, asked: Asked) -> Result<()> {
        let (mut ours, mut constant) = (Vec::new(), Vec::new());
        let (mut beside, mut alone) = (Vec::new(), Vec::new());
        for round in 0..self.arguments.rounds {
            for turn in [round % 3, (round + 1) % 3, (round + 2) % 3] {
                match turn {
                    0 => {
                        let (rate, p99) = self.round(Some((asked, false))).await?;
                        ours.push(rate);
                        beside.push(p99);
                    }
                    1 => constant.push(self.round(Some((asked, true))).await?.0),
                    _ => alone.push(self.round(None).await?.1),
                }
            }
        }
        let (name, what) = match asked {
            Asked::Item => ("query_item", "an order by its id"),
            Asked::List => ("query_list", "20 orders by work center"),
        };
        let note = format!(
            "{what}, {ASKERS} connections, {HTTP_THREADS} threads; limit: a handler that gives the \
             same bytes from a constant, beside the same events; {}",
            self.note
        );
        let goal = Goal::RatioAtLeast(GOAL_THROUGHPUT);
        Figure::new(name, "1/s", &ours, &constant, goal, note).print(self.arguments.json)?;
        let note = format!(
            "99 of 100 batches from due to committed beside these queries; limit: the same events \
             without queries, in turn; {}",
            self.note
        );
        let name = format!("ingest_p99_beside_{name}");
        let goal = Goal::RatioAtMost(GOAL_INTAKE);
        Figure::new(name, "us", &beside, &alone, goal, note).print(self.arguments.json)
    }

    /// One round: answers a second, and the 99th percentile of the intake in microseconds.
    async fn round(&mut self, asked: Option<(Asked, bool)>) -> Result<(f64, f64)> {
        let batches = self.batches()?;
        let (ends, answers) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let mut askers = Vec::new();
        if let Some((asked, is_constant)) = asked {
            let sample = HttpAsker::connect(&self.address)
                .await?
                .get(&asked.path(0))
                .await?
                .to_vec();
            set_constant(asked, sample);
            for number in 0..ASKERS {
                let (address, orders) = (self.address.clone(), self.shop.orders());
                let (ends, answers) = (Arc::clone(&ends), Arc::clone(&answers));
                askers.push(tokio::spawn(async move {
                    let mut asker = HttpAsker::connect(&address).await?;
                    // A fixed scattered sequence, another one for each.
                    let mut order = number * 7_919 % orders;
                    while !ends.load(Ordering::Relaxed) {
                        order = (order + 10_007) % orders;
                        let path = asked.path(order);
                        let path = if is_constant { asked.constant() } else { &path };
                        asker.get(path).await?;
                        answers.fetch_add(1, Ordering::Relaxed);
                    }
                    anyhow::Ok(())
                }));
            }
        }
        let began = Instant::now();
        let times = paced(self.plant.intake(), batches).await?;
        let p99 = times.value_at_quantile(0.99) as f64;
        let rate = answers.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
        ends.store(true, Ordering::Relaxed);
        for asker in askers {
            asker.await??;
        }
        Ok((rate, p99))
    }

    /// Events at the rate, for a round.
    fn batches(&mut self) -> Result<Vec<Vec<Bytes>>> {
        let seconds = Duration::from_secs(self.arguments.seconds);
        let (per_step, steps) = batches(self.per_s, seconds);
        self.given += 1;
        let reports = self
            .shop
            .reports(&format!("r{}", self.given), steps * per_step)?;
        Ok(reports.chunks(per_step).map(<[Bytes]>::to_vec).collect())
    }

    async fn visible(&mut self) -> Result<()> {
        let mut p99s = Vec::new();
        for round in 0..self.arguments.rounds {
            let (plant, address) = (self.plant.clone(), self.address.clone());
            let seconds = self.arguments.seconds;
            let probes =
                self.shop
                    .reports_of(7, &format!("v{round}"), usize::try_from(seconds * 50)?)?;
            let batches = self.batches()?;
            let seen = tokio::spawn(seen(plant, address, probes));
            paced(self.plant.intake(), batches).await?;
            p99s.push(seen.await??.value_at_quantile(0.99) as f64 / 1_000.0);
        }
        let note = format!(
            "99 of 100 writes from given to read again with wait_for their commit; {}",
            self.note
        );
        let goal = Goal::OursAtMost(GOAL_VISIBLE_MS);
        Figure::new("write_to_query_p99", "ms", &p99s, &[], goal, note).print(self.arguments.json)
    }
}

/// Gives one event after the other and reads what came of it.
async fn seen(plant: PlantHandle, address: String, probes: Vec<Bytes>) -> Result<Histogram<u64>> {
    let mut asker = HttpAsker::connect(&address).await?;
    let mut times = Histogram::<u64>::new_with_bounds(1, TIME_US_MAX, 3)?;
    for raw in probes {
        let began = Instant::now();
        let receipt = plant.intake().submit(vec![Input::decode(raw)]).await?;
        let path = format!("{}?wait_for={}", Asked::Item.path(7), receipt.commit_no);
        let answer: serde_json::Value = serde_json::from_slice(asker.get(&path).await?)?;
        times.saturating_record(u64::try_from(began.elapsed().as_micros())?);
        let seq = answer["seq"].as_u64().context("no seq")?;
        ensure!(seq >= receipt.commit_no, "an answer of before the write");
        sleep_until(began + Duration::from_millis(20)).await;
    }
    Ok(times)
}

static CONSTANTS: parking_lot::RwLock<[Bytes; 2]> =
    parking_lot::RwLock::new([Bytes::new(), Bytes::new()]);

fn set_constant(asked: Asked, body: Vec<u8>) {
    CONSTANTS.write()[asked as usize] = Bytes::from(body);
}

async fn constant(asked: Asked) -> HttpResponse {
    let body = CONSTANTS.read()[asked as usize].clone();
    HttpResponse::Ok()
        .content_type("application/json")
        .body(body)
}

fn constants(config: &mut ServiceConfig) {
    for asked in [Asked::Item, Asked::List] {
        config.route(asked.constant(), web::get().to(move || constant(asked)));
    }
}
