//! Events given to a plant through its intake, several batches on their way.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

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

/// What came of the batches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given {
    /// Events applied.
    pub applied: u64,
    /// The longest that one batch waited, from its turn at the intake to its commit.
    pub longest: Duration,
}

/// A batch on its way, with the time at which it came to the intake.
struct OnItsWay(Instant, Pending);

/// Gives all batches and returns when all are committed, every event applied.
///
/// # Errors
/// When the plant stops, or an event is not applied.
pub async fn give(intake: &Intake, batches: Vec<Vec<Input>>) -> Result<Given> {
    let mut waiting = VecDeque::with_capacity(BATCHES_IN_FLIGHT);
    let mut given = Given::default();
    for batch in batches {
        if waiting.len() >= BATCHES_IN_FLIGHT
            && let Some(oldest) = waiting.pop_front()
        {
            given.add(oldest).await?;
        }
        let came = Instant::now();
        waiting.push_back(OnItsWay(came, intake.enqueue(batch).await?));
    }
    for pending in waiting {
        given.add(pending).await?;
    }
    Ok(given)
}

impl Given {
    async fn add(&mut self, OnItsWay(came, pending): OnItsWay) -> Result<()> {
        let receipt = pending.await?;
        self.longest = self.longest.max(came.elapsed());
        for disposition in &receipt.dispositions {
            ensure!(
                *disposition == Disposition::Applied,
                "an event was not applied: {disposition:?}"
            );
        }
        self.applied += receipt.dispositions.len() as u64;
        Ok(())
    }
}
