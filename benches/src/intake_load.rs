//! Events given to a plant through its intake, several batches on their way.

use std::collections::VecDeque;

use actors::{Disposition, Input, Intake, Pending};
use anyhow::{Result, ensure};
use bytes::Bytes;

/// Events in one batch.
pub const BATCH_EVENTS: usize = 256;
/// Batches on their way: together they fit the intake's credits.
const BATCHES_IN_FLIGHT: usize = 32;

/// Decodes events into batches.
#[must_use]
pub fn decoded(events: &[Bytes]) -> Vec<Vec<Input>> {
    events
        .chunks(BATCH_EVENTS)
        .map(|chunk| chunk.iter().cloned().map(Input::decode).collect())
        .collect()
}

/// Gives all batches and returns when all are committed, every event applied.
///
/// # Errors
/// When the plant stops, or an event is not applied.
pub async fn give(intake: &Intake, batches: Vec<Vec<Input>>) -> Result<u64> {
    let mut waiting: VecDeque<Pending> = VecDeque::with_capacity(BATCHES_IN_FLIGHT);
    let mut applied = 0;
    for batch in batches {
        if waiting.len() >= BATCHES_IN_FLIGHT
            && let Some(oldest) = waiting.pop_front()
        {
            applied += all_applied(oldest).await?;
        }
        waiting.push_back(intake.enqueue(batch).await?);
    }
    for pending in waiting {
        applied += all_applied(pending).await?;
    }
    Ok(applied)
}

async fn all_applied(pending: Pending) -> Result<u64> {
    let receipt = pending.await?;
    for disposition in &receipt.dispositions {
        ensure!(
            *disposition == Disposition::Applied,
            "an event was not applied: {disposition:?}"
        );
    }
    Ok(receipt.dispositions.len() as u64)
}
