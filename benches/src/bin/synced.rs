//! Measures what it costs to keep one's word: the whole twin with synced commits beside the same
//! twin without syncs, while events are published; and one hot order with synced commits.
//!
//! `cargo run --release -p benches --bin synced -- --json`

use std::path::{Path, PathBuf};

use actors::Durability;
use anyhow::Result;
use benches::broker_backlog::Backlog;
use benches::figure::{Figure, Goal};
use benches::load_average::load_average;
use benches::private_broker::PrivateBroker;
use benches::shop::{REPORT_BYTES, Shop};
use benches::twin_drain::Twin;
use bytes::Bytes;
use clap::Parser;
use ingest::amqp_url::AmqpUrl;
use ingest::delivery::Broker;
use ingest::topology::PlantTopology;
use tikv_jemallocator::Jemalloc;

/// The allocator of the twin, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Orders that the reports of the first figure are about.
const ORDERS: usize = 200;
/// Reports of one hot order in a round: an operation keeps 10,000.
const HOT_REPORTS: usize = 9_000;

#[derive(Parser, Clone)]
#[command(about = "The whole twin with synced commits beside itself without, in one run")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Messages per round of the first figure.
    #[arg(long, default_value_t = 60_000)]
    events: usize,
    /// Rounds of each side; medians are taken over them.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where the journals are written; a temporary folder without it.
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // As in `twin serve`: everything about the broker on one thread of its own.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("broker")
        .enable_all()
        .build()?;
    runtime.block_on(run(&arguments))
}

async fn run(arguments: &Arguments) -> Result<()> {
    let broker = PrivateBroker::start()?;
    let amqp: AmqpUrl = broker.url().parse()?;
    let parent = arguments.data_dir.clone();
    let folder = tempfile::tempdir_in(parent.unwrap_or_else(std::env::temp_dir))?;
    own_memory(arguments, &amqp, folder.path()).await?;
    hot_order(arguments, &amqp, folder.path()).await
}

/// One twin with its queue.
struct Side {
    shop: Shop,
    topology: PlantTopology,
    twin: Twin,
    events_per_s: Vec<f64>,
}

impl Side {
    async fn open(
        name: &str,
        orders: usize,
        folder: &Path,
        durability: Durability,
    ) -> Result<Side> {
        let shop = Shop::new(&format!("B{}-{name}", std::process::id()), orders)?;
        Ok(Side {
            topology: PlantTopology::new(shop.plant())?,
            twin: Twin::open_as(&shop, &folder.join(name), durability).await?,
            shop,
            events_per_s: Vec::new(),
        })
    }

    /// Publishes while the twin takes, from the first message to the last acknowledgement.
    async fn publish_and_take(&mut self, amqp: &AmqpUrl, bodies: &[Bytes]) -> Result<()> {
        let backlog = Backlog::open(amqp, &self.topology).await?;
        let broker = Broker::Amqp(amqp.clone());
        let drain = self.twin.drain(broker, bodies.len() as u64);
        let (drained, filled) = tokio::join!(drain, backlog.fill(bodies));
        filled?;
        self.events_per_s
            .push(bodies.len() as f64 / drained?.seconds);
        backlog.close().await;
        Ok(())
    }
}

async fn own_memory(arguments: &Arguments, amqp: &AmqpUrl, folder: &Path) -> Result<()> {
    let load = load_average();
    let mut synced = Side::open("synced", ORDERS, folder, Durability::Synced).await?;
    let unsynced = Durability::UnsafeUnsynced;
    let mut unsynced = Side::open("unsynced", ORDERS, folder, unsynced).await?;
    for round in 0..arguments.rounds {
        for side in [&mut synced, &mut unsynced] {
            let bodies = side
                .shop
                .reports(&format!("load{round:03}"), arguments.events)?;
            side.publish_and_take(amqp, &bodies).await?;
        }
    }
    Figure::new(
        "ingest_own_memory",
        "events/s",
        &synced.events_per_s,
        &unsynced.events_per_s,
        Goal::RatioAtLeast(0.95),
        format!(
            "{} reports of {REPORT_BYTES} bytes published and taken at once through one quorum \
             queue, every one committed with a sync; limit: the same twin that waits for no sync \
             (unsafe_unsynced); load {load}",
            arguments.events
        ),
    )
    .print(arguments.json)?;
    synced.twin.close().await?;
    unsynced.twin.close().await
}

async fn hot_order(arguments: &Arguments, amqp: &AmqpUrl, folder: &Path) -> Result<()> {
    let load = load_average();
    let (rounds, synced) = (arguments.rounds, Durability::Synced);
    let mut hot = Side::open("hot", rounds, folder, synced).await?;
    for order in 0..rounds {
        let bodies = hot
            .shop
            .reports_of(order, &format!("hot{order:03}"), HOT_REPORTS)?;
        let backlog = Backlog::open(amqp, &hot.topology).await?;
        backlog.fill(&bodies).await?;
        let broker = Broker::Amqp(amqp.clone());
        let drain = hot.twin.drain(broker, bodies.len() as u64).await?;
        hot.events_per_s.push(bodies.len() as f64 / drain.seconds);
        backlog.close().await;
    }
    Figure::new(
        "ingest_hot_order",
        "events/s",
        &hot.events_per_s,
        &[],
        Goal::OursAtLeast(5_000.0),
        format!(
            "{HOT_REPORTS} reports about one operation of one order from one quorum queue, every \
             one committed with a sync and kept; another order each round; load {load}"
        ),
    )
    .print(arguments.json)?;
    hot.twin.close().await
}
