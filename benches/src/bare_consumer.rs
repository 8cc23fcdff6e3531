//! The limit for ingest: a lapin consumer that only acknowledges.
//!
//! Same queue, arguments, prefetch and loop as the twin's consumer: it takes the first delivery,
//! then what else is there up to one batch, and acknowledges the batch's last message for all of
//! it. Bodies are counted and not looked into.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use futures_util::{FutureExt, StreamExt};
use ingest::consumer::{BATCH_MESSAGES_MAX, PREFETCH};
use ingest::topology::{Class, PlantTopology};
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties, Consumer};

use crate::cpu_time::CpuTime;
use crate::latency::Stamps;

/// When the bare consumer acknowledges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiples {
    /// After what was there, as the twin does.
    AsReady,
    /// After this many messages, and at the end.
    Fixed(usize),
}

/// What a drain took.
#[derive(Debug, Clone)]
pub struct Drain {
    /// From before the connection to the last acknowledgement, in seconds.
    pub seconds: f64,
    /// CPU time of this process by thread, in microseconds.
    pub cpu_micros: Vec<(String, f64)>,
    /// Acknowledgements, or for the twin its commits.
    pub acks: u64,
}

impl Drain {
    /// CPU time of this process over all threads, in microseconds.
    #[must_use]
    pub fn cpu_total_micros(&self) -> f64 {
        self.cpu_micros.iter().map(|(_, micros)| micros).sum()
    }
}

struct Bare {
    connection: Connection,
    channel: Channel,
    consumer: Consumer,
}

async fn open(url: &str, topology: &PlantTopology) -> Result<Bare> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    topology.declare(&channel).await?;
    let qos = BasicQosOptions::default();
    channel.basic_qos(PREFETCH, qos).await?;
    let queue = topology.queue(Class::NearRealTime);
    let options = BasicConsumeOptions::default();
    let consumer = channel
        .basic_consume(
            queue.as_str().into(),
            "".into(),
            options,
            FieldTable::default(),
        )
        .await?;
    Ok(Bare {
        connection,
        channel,
        consumer,
    })
}

/// Drains `expected` messages of `bytes` each, every one exactly once.
///
/// # Errors
/// What the broker answers, or when a message is not what was published.
pub async fn drain(
    url: &str,
    topology: &PlantTopology,
    expected: u64,
    bytes: usize,
    multiples: Multiples,
    stamps: Option<&Stamps>,
) -> Result<Drain> {
    let cpu_before = CpuTime::now()?;
    let started = Instant::now();
    let mut bare = open(url, topology).await?;
    let batch_max = match multiples {
        Multiples::AsReady => BATCH_MESSAGES_MAX,
        Multiples::Fixed(messages) => messages,
    };
    let (mut taken, mut acks) = (0_u64, 0_u64);
    let mut unacked = 0;
    while taken < expected {
        let mut next = Some(bare.consumer.next().await.context("the delivery ended")?);
        let mut last = None;
        while let Some(delivery) = next {
            let delivery = delivery?;
            ensure!(delivery.data.len() == bytes, "a message of another size");
            ensure!(!delivery.redelivered, "a message came twice");
            if let Some(stamps) = stamps {
                stamps.arrived(taken);
            }
            taken += 1;
            unacked += 1;
            last = Some(delivery.acker);
            if unacked >= batch_max {
                break;
            }
            next = bare.consumer.next().now_or_never().flatten();
        }
        let due = multiples == Multiples::AsReady || unacked >= batch_max || taken >= expected;
        if let (true, Some(acker)) = (due, last) {
            acker.ack(BasicAckOptions { multiple: true }).await?;
            acks += 1;
            unacked = 0;
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let cpu = CpuTime::now()?.since(&cpu_before);
    bare.channel.close(200, "done".into()).await?;
    bare.connection.close(200, "done".into()).await?;
    ensure!(taken == expected, "{taken} messages instead of {expected}");
    Ok(Drain {
        seconds,
        cpu_micros: cpu.into_iter().collect(),
        acks,
    })
}
