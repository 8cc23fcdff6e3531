//! Measures the whole twin behind RabbitMQ, and behind the embedded broker, against their limits.
//!
//! `cargo run --release -p benches --bin ingest -- --json`

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use benches::bare_consumer::{self, Drain, Multiples};
use benches::borrowed_event::BorrowedEvent;
use benches::broker_backlog::Backlog;
use benches::figure::{Figure, Goal};
use benches::latency::{Stamps, send_paced};
use benches::load_average::load_average;
use benches::private_broker::PrivateBroker;
use benches::shop::{REPORT_BYTES, Shop};
use benches::twin_drain::Twin;
use benches::{cpu_time, embedded_drain};
use bytes::Bytes;
use clap::Parser;
use ingest::amqp_url::AmqpUrl;
use ingest::delivery::Broker;
use ingest::topology::PlantTopology;
use tikv_jemallocator::Jemalloc;

/// The allocator of the twin, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Orders that the reports are about.
const ORDERS: usize = 200;
/// Multiple of the second bare consumer.
const FIXED_MULTIPLE: usize = 256;

#[derive(Parser, Clone)]
#[command(about = "The whole twin behind a broker, against bare consumers, in one run")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// A RabbitMQ to use; without it a private one is started and stopped.
    #[arg(long)]
    amqp: Option<String>,
    /// Messages per round.
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// Rounds; medians are taken over them.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where the journal is written; a temporary folder without it.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Messages per second of the latency rounds.
    #[arg(long, default_value_t = 8_000)]
    rate: usize,
    /// Length of one latency round in seconds; 0 leaves latency out.
    #[arg(long, default_value_t = 4)]
    latency_s: usize,
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

/// Everything that a round needs.
struct Lab {
    arguments: Arguments,
    url: String,
    broker_pid: Option<u32>,
    amqp: AmqpUrl,
    bare: PlantTopology,
    bare_shop: Shop,
    twin_topology: PlantTopology,
    twin_shop: Shop,
    twin: Twin,
    /// Acknowledged messages that the broker gave back when the channel closed.
    given_back: u32,
}

async fn run(arguments: &Arguments) -> Result<()> {
    let private = match &arguments.amqp {
        Some(_) => None,
        None => Some(PrivateBroker::start()?),
    };
    let url = match (&arguments.amqp, &private) {
        (Some(url), _) => url.clone(),
        (None, Some(private)) => private.url().to_owned(),
        (None, None) => return Err(anyhow!("no broker")),
    };
    let folder = tempfile::tempdir_in(
        arguments
            .data_dir
            .clone()
            .unwrap_or_else(std::env::temp_dir),
    )?;
    // Two plants, so that both sides have queues of their own with the same arguments.
    let name = format!("B{}", std::process::id());
    let (bare_shop, twin_shop) = (
        Shop::new(&format!("{name}-bare"), ORDERS)?,
        Shop::new(&format!("{name}-twin"), ORDERS)?,
    );
    let mut lab = Lab {
        amqp: url.parse()?,
        broker_pid: private.as_ref().map(PrivateBroker::pid).transpose()?,
        bare: PlantTopology::new(bare_shop.plant())?,
        twin_topology: PlantTopology::new(twin_shop.plant())?,
        twin: Twin::open(&twin_shop, folder.path()).await?,
        arguments: arguments.clone(),
        url,
        bare_shop,
        twin_shop,
        given_back: 0,
    };
    lab.drains().await?;
    if lab.arguments.latency_s > 0 {
        lab.latencies().await?;
    }
    lab.embedded().await?;
    lab.twin.close().await
}

/// One side's rounds.
#[derive(Default)]
struct Side {
    events_per_s: Vec<f64>,
    client_micros: Vec<f64>,
    broker_micros: Vec<f64>,
    acked: Vec<f64>,
    last: Option<Drain>,
}

impl Side {
    fn add(&mut self, drain: Drain, events: usize, broker_s: Option<f64>) {
        let events = events as f64;
        self.events_per_s.push(events / drain.seconds);
        self.client_micros.push(drain.cpu_total_micros() / events);
        self.broker_micros
            .extend(broker_s.map(|seconds| seconds * 1e6 / events));
        self.acked.push(events / drain.acks as f64);
        self.last = Some(drain);
    }

    fn median_rate(&self) -> f64 {
        benches::figure::median(&self.events_per_s)
    }

    /// CPU time by thread of the last round, per event.
    fn by_thread(&self, events: usize) -> String {
        let Some(last) = &self.last else {
            return String::new();
        };
        let parts: Vec<String> = last
            .cpu_micros
            .iter()
            .map(|(name, micros)| (name, micros / events as f64))
            .filter(|(_, micros)| *micros >= 0.05)
            .map(|(name, micros)| format!("{name} {micros:.2}"))
            .collect();
        parts.join(", ")
    }
}

impl Lab {
    fn print(&self, figure: &Figure) -> Result<()> {
        figure.print(self.arguments.json)
    }

    fn broker_cpu(&self) -> Option<f64> {
        self.broker_pid
            .and_then(|pid| cpu_time::of_process(pid).ok())
    }

    /// Publishes, drains, and checks that nothing is left.
    async fn bare_round(
        &mut self,
        round: usize,
        multiples: Multiples,
    ) -> Result<(Drain, Option<f64>)> {
        let backlog = Backlog::open(&self.amqp, &self.bare).await?;
        let bodies = self
            .bare_shop
            .reports(&format!("bare{round:03}"), self.arguments.events)?;
        backlog.fill(&bodies).await?;
        let broker = self.broker_cpu();
        let drain = self.drain_bare(bodies.len(), multiples, None).await?;
        let broker_s = self.broker_cpu().zip(broker).map(|(now, then)| now - then);
        self.given_back += backlog.left().await?;
        backlog.close().await;
        Ok((drain, broker_s))
    }

    /// On the broker's thread, as the twin's consumer.
    async fn drain_bare(
        &self,
        expected: usize,
        multiples: Multiples,
        stamps: Option<std::sync::Arc<Stamps>>,
    ) -> Result<Drain> {
        let (url, bare) = (self.url.clone(), self.bare.clone());
        tokio::spawn(async move {
            let stamps = stamps.as_deref();
            let expected = expected as u64;
            bare_consumer::drain(&url, &bare, expected, REPORT_BYTES, multiples, stamps).await
        })
        .await?
    }

    async fn twin_round(&mut self, round: usize) -> Result<(Drain, Option<f64>)> {
        let backlog = Backlog::open(&self.amqp, &self.twin_topology).await?;
        let bodies = self
            .twin_shop
            .reports(&format!("twin{round:03}"), self.arguments.events)?;
        backlog.fill(&bodies).await?;
        let broker = self.broker_cpu();
        let expected = bodies.len() as u64;
        let drain = self
            .twin
            .drain(Broker::Amqp(self.amqp.clone()), expected)
            .await?;
        let broker_s = self.broker_cpu().zip(broker).map(|(now, then)| now - then);
        self.given_back += backlog.left().await?;
        backlog.close().await;
        Ok((drain, broker_s))
    }

    async fn drains(&mut self) -> Result<()> {
        let events = self.arguments.events;
        let load = load_average();
        let (mut ready, mut fixed, mut twin) = (Side::default(), Side::default(), Side::default());
        for round in 0..self.arguments.rounds {
            let (drain, broker) = self.bare_round(3 * round, Multiples::AsReady).await?;
            ready.add(drain, events, broker);
            let (drain, broker) = self.twin_round(round).await?;
            twin.add(drain, events, broker);
            let multiples = Multiples::Fixed(FIXED_MULTIPLE);
            let (drain, broker) = self.bare_round(3 * round + 1, multiples).await?;
            fixed.add(drain, events, broker);
        }
        let (limit, how) = if ready.median_rate() >= fixed.median_rate() {
            (&ready, "acks what is ready, up to 512, as the twin does")
        } else {
            (&fixed, "acks every 256 messages")
        };
        self.print(&Figure::new(
            "ingest_drain",
            "events/s",
            &twin.events_per_s,
            &limit.events_per_s,
            Goal::RatioAtLeast(0.85),
            format!(
                "{events} reports of {REPORT_BYTES} bytes from one quorum queue, prefetch 1000, \
                 every one committed once; limit: the faster of two bare lapin consumers ({how}; \
                 as ready {:.0}, fixed {:.0}); {:.0} events per commit, the bare one {:.0} per \
                 ack; {} acknowledged messages given back at the end of all rounds; load {load}",
                ready.median_rate(),
                fixed.median_rate(),
                benches::figure::median(&twin.acked),
                benches::figure::median(&ready.acked),
                self.given_back,
            ),
        ))?;
        self.print(&Figure::new(
            "ingest_client_cpu",
            "us/event",
            &twin.client_micros,
            &limit.client_micros,
            Goal::RatioAtMost(1.5),
            format!(
                "all threads of the twin's process; last round by thread: {}; bare: {}",
                twin.by_thread(events),
                limit.by_thread(events)
            ),
        ))?;
        if !twin.broker_micros.is_empty() {
            self.print(&Figure::new(
                "ingest_broker_cpu",
                "us/event",
                &twin.broker_micros,
                &limit.broker_micros,
                Goal::None,
                "the broker's process during the drain, on the same two cores",
            ))?;
        }
        Ok(())
    }

    /// Due to committed and seen by a follower, beside due to delivered at a bare consumer.
    async fn latencies(&mut self) -> Result<()> {
        let (rate, load) = (self.arguments.rate, load_average());
        let messages = rate * self.arguments.latency_s;
        let mut ours: [Vec<f64>; 2] = Default::default();
        let mut bare: [Vec<f64>; 2] = Default::default();
        for round in 0..self.arguments.rounds {
            let bodies = self
                .bare_shop
                .reports(&format!("blat{round:03}"), messages)?;
            let stamps = Stamps::new(messages);
            let backlog = Backlog::open(&self.amqp, &self.bare).await?;
            let (drained, sent) = tokio::join!(
                self.drain_bare(messages, Multiples::AsReady, Some(stamps.clone())),
                send_paced(&backlog, &bodies, rate, &stamps)
            );
            drained?;
            sent?;
            backlog.close().await;
            note_quantiles(&mut bare, &stamps)?;

            let bodies = self
                .twin_shop
                .reports(&format!("tlat{round:03}"), messages)?;
            let stamps = Stamps::new(messages);
            let backlog = Backlog::open(&self.amqp, &self.twin_topology).await?;
            self.twin.follower.note_arrivals(Some(stamps.clone()));
            let broker = Broker::Amqp(self.amqp.clone());
            let (drained, sent) = tokio::join!(
                self.twin.drain(broker, messages as u64),
                send_paced(&backlog, &bodies, rate, &stamps)
            );
            drained?;
            sent?;
            self.twin.follower.note_arrivals(None);
            backlog.close().await;
            note_quantiles(&mut ours, &stamps)?;
        }
        for (place, name) in ["ingest_latency_p50", "ingest_latency_p99"]
            .into_iter()
            .enumerate()
        {
            self.print(&Figure::new(
                name,
                "ms",
                &ours[place],
                &bare[place],
                Goal::None,
                format!(
                    "due at the publisher to committed, synced and seen by a follower, at {rate} \
                     events/s; limit: to delivered at a bare consumer; load {load}"
                ),
            ))?;
        }
        Ok(())
    }

    /// The embedded path, by CPU time, beside bare decoding of the same bytes.
    async fn embedded(&mut self) -> Result<()> {
        let (events, load) = (self.arguments.events, load_average());
        let mut wall = Vec::new();
        let (mut ours, mut borrowed, mut value) = (Vec::new(), Vec::new(), Vec::new());
        let mut by_thread = String::new();
        for round in 0..self.arguments.rounds {
            let bodies = self.twin_shop.reports(&format!("embd{round:03}"), events)?;
            borrowed.push(decode_rate(&bodies, |body| {
                serde_json::from_slice::<BorrowedEvent<'_>>(body).map(|event| event.id.len())
            })?);
            value.push(decode_rate(&bodies, |body| {
                serde_json::from_slice::<serde_json::Value>(body)
                    .map(|event| event.is_object().into())
            })?);
            let drain = embedded_drain::drain(&mut self.twin, &self.twin_topology, &bodies).await?;
            wall.push(events as f64 / drain.seconds);
            ours.push(events as f64 * 1e6 / drain.cpu_total_micros());
            let mut side = Side::default();
            side.add(drain, events, None);
            by_thread = side.by_thread(events);
        }
        self.print(&Figure::new(
            "embedded_drain",
            "events/s",
            &wall,
            &[],
            Goal::None,
            format!(
                "publish, consume, commit with sync, confirm, in one process on two cores; load \
                 {load}"
            ),
        ))?;
        self.print(&Figure::new(
            "embedded_per_core",
            "events/cpu-s",
            &ours,
            &borrowed,
            Goal::RatioAtLeast(0.5),
            format!(
                "CPU time of all threads, publisher included (us/event: {by_thread}); limit: \
                 serde_json into borrowed text fields, nothing checked"
            ),
        ))?;
        self.print(&Figure::new(
            "embedded_per_core_value",
            "events/cpu-s",
            &ours,
            &value,
            Goal::RatioAtLeast(0.5),
            "as before; limit: serde_json into serde_json::Value",
        ))
    }
}

fn note_quantiles(sides: &mut [Vec<f64>; 2], stamps: &Stamps) -> Result<()> {
    let histogram = stamps.histogram()?;
    for (side, quantile) in sides.iter_mut().zip([0.5, 0.99]) {
        side.push(histogram.value_at_quantile(quantile) as f64 / 1000.0);
    }
    Ok(())
}

/// Bodies decoded per second of this thread's CPU time.
fn decode_rate(
    bodies: &[Bytes],
    decode: impl Fn(&[u8]) -> serde_json::Result<usize>,
) -> Result<f64> {
    let before = cpu_time::of_this_thread()?;
    let mut sum = 0;
    for body in bodies {
        sum += decode(body)?;
    }
    std::hint::black_box(sum);
    Ok(bodies.len() as f64 / (cpu_time::of_this_thread()? - before))
}
