//! The whole twin on the broker inside its own process.

use std::collections::VecDeque;
use std::time::Instant;

use anyhow::Result;
use bytes::Bytes;
use ingest::consumers::Consumers;
use ingest::delivery::Broker;
use ingest::embedded::{Confirm, EmbeddedBroker};
use ingest::topology::PlantTopology;

use crate::bare_consumer::Drain;
use crate::broker_backlog::REPORT;
use crate::cpu_time::CpuTime;
use crate::twin_drain::Twin;

/// Messages published and not confirmed.
const UNCONFIRMED_MAX: usize = 8_192;

/// Publishes all bodies to an embedded broker and waits until all are confirmed, which is after
/// their commit.
///
/// # Errors
/// When the broker refuses a message or not all are applied.
pub async fn drain(twin: &mut Twin, topology: &PlantTopology, bodies: &[Bytes]) -> Result<Drain> {
    let broker = EmbeddedBroker::new();
    broker.declare_plant(topology)?;
    let before = twin.follower.seen();
    let cpu_before = CpuTime::now()?;
    let started = Instant::now();
    let consumers = Consumers::start(Broker::Embedded(broker.clone()), &twin.handle)?;
    let mut waiting: VecDeque<Confirm> = VecDeque::with_capacity(UNCONFIRMED_MAX);
    for body in bodies {
        if waiting.len() >= UNCONFIRMED_MAX
            && let Some(oldest) = waiting.pop_front()
        {
            oldest.wait().await?;
        }
        waiting.push_back(broker.publish_event(topology, REPORT, body.clone())?);
    }
    for confirm in waiting {
        confirm.wait().await?;
    }
    let expected = bodies.len() as u64;
    let target = before.counts.applied + expected;
    let seen = twin.follower.wait_for(target).await?;
    let seconds = started.elapsed().as_secs_f64();
    let cpu = CpuTime::now()?.since(&cpu_before);
    consumers.stop().await;
    Ok(Drain {
        seconds,
        cpu_micros: cpu.into_iter().collect(),
        acks: seen.commits - before.commits,
    })
}
