//! How long single messages take at a steady rate below the limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bytes::Bytes;
use hdrhistogram::Histogram;
use tokio::time::MissedTickBehavior;

use crate::broker_backlog::Backlog;

/// When each message was sent and when it arrived. The queue keeps the order, so the n-th arrival
/// is the n-th message.
#[derive(Debug)]
pub struct Stamps {
    base: Instant,
    sent: Vec<AtomicU64>,
    arrived: Vec<AtomicU64>,
}

impl Stamps {
    /// Room for that many messages.
    #[must_use]
    pub fn new(messages: usize) -> Arc<Stamps> {
        let room = || (0..messages).map(|_| AtomicU64::new(0)).collect();
        Arc::new(Stamps {
            base: Instant::now(),
            sent: room(),
            arrived: room(),
        })
    }

    fn nanos(&self) -> u64 {
        u64::try_from(self.base.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn sent(&self, number: usize, nanos: u64) {
        self.sent[number].store(nanos, Ordering::Relaxed);
    }

    /// Message `number`, counted from 0, has arrived.
    pub fn arrived(&self, number: u64) {
        let place = usize::try_from(number)
            .ok()
            .and_then(|number| self.arrived.get(number));
        if let Some(place) = place {
            place.store(self.nanos(), Ordering::Relaxed);
        }
    }

    /// The times from due to arrived, in microseconds.
    ///
    /// # Errors
    /// When a message has not arrived.
    pub fn histogram(&self) -> Result<Histogram<u64>> {
        let mut histogram = Histogram::new_with_bounds(1, 60_000_000, 3)?;
        for (sent, arrived) in self.sent.iter().zip(&self.arrived) {
            let (sent, arrived) = (
                sent.load(Ordering::Relaxed),
                arrived.load(Ordering::Relaxed),
            );
            ensure!(arrived > 0, "a message has not arrived");
            histogram.saturating_record(arrived.saturating_sub(sent) / 1000);
        }
        Ok(histogram)
    }
}

/// Sends the bodies at `per_s` messages a second, each stamped with the time at which it was due:
/// a sender that falls behind makes its messages late, it does not make them unmeasured.
///
/// # Errors
/// What the broker answers.
pub async fn send_paced(
    backlog: &Backlog,
    bodies: &[Bytes],
    per_s: usize,
    stamps: &Stamps,
) -> Result<()> {
    let step = Duration::from_millis(1);
    let per_step = (per_s / 1_000).max(1);
    let mut ticks = tokio::time::interval(step);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let start = stamps.nanos();
    let mut unconfirmed = Vec::with_capacity(bodies.len());
    for (index, chunk) in bodies.chunks(per_step).enumerate() {
        ticks.tick().await;
        let due = start + index as u64 * 1_000_000;
        for (place, body) in chunk.iter().enumerate() {
            stamps.sent(index * per_step + place, due);
            unconfirmed.push(backlog.send(body).await?);
        }
    }
    for confirm in unconfirmed {
        confirm.confirmed().await?;
    }
    Ok(())
}
