//! Events given to a plant at a steady rate below what it can take.

use std::time::Duration;

use actors::Input;
use actors::Intake;
use anyhow::{Result, ensure};
use bytes::Bytes;
use hdrhistogram::Histogram;
use tokio::time::{Instant, sleep_until};

use crate::intake_load::{BATCH_EVENTS, decoded, give};
use crate::shop::Shop;

/// How often the load gives events.
pub const STEP: Duration = Duration::from_millis(5);
/// Events that find out how many the plant takes a second.
const PROBE_EVENTS: usize = 60_000;
/// The longest time that is told apart, microseconds.
const TIME_US_MAX: u64 = 60_000_000;

/// How many events a second the plant takes when it gets as many as it can.
///
/// # Errors
/// When the plant stops, or an event is not applied.
pub async fn full_per_s(intake: &Intake, shop: &Shop) -> Result<f64> {
    let probe = decoded(&shop.reports("probe", PROBE_EVENTS)?);
    let began = Instant::now();
    give(intake, probe).await?;
    Ok(PROBE_EVENTS as f64 / began.elapsed().as_secs_f64())
}

/// How many events each batch has, and how many batches there are, for that long at that rate.
#[must_use]
pub fn batches(per_s: f64, seconds: Duration) -> (usize, usize) {
    let per_step = ((per_s * STEP.as_secs_f64()) as usize).max(1);
    let steps = (seconds.as_secs_f64() / STEP.as_secs_f64()) as usize;
    (per_step, steps)
}

/// Gives each batch when it is due; how long each took from then to its commit, microseconds.
///
/// # Errors
/// When the plant stops.
pub async fn paced(intake: &Intake, batches: Vec<Vec<Bytes>>) -> Result<Histogram<u64>> {
    let mut times = Histogram::<u64>::new_with_bounds(1, TIME_US_MAX, 3)?;
    let mut waiting = Vec::with_capacity(batches.len());
    let mut due = Instant::now() + STEP;
    for batch in batches {
        sleep_until(due).await;
        for part in batch.chunks(BATCH_EVENTS) {
            let inputs = part.iter().cloned().map(Input::decode).collect();
            let pending = intake.enqueue(inputs).await?;
            waiting.push(tokio::spawn(async move {
                let receipt = pending.await?;
                ensure!(!receipt.dispositions.is_empty(), "nothing was taken");
                Ok(due.elapsed())
            }));
        }
        due += STEP;
    }
    for taken in waiting {
        times.saturating_record(u64::try_from(taken.await??.as_micros())?);
    }
    Ok(times)
}
