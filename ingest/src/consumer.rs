//! From a queue to the plant: the loop that takes deliveries, and acknowledges after the commit.
//!
//! The loop waits for the first delivery, takes what else is there without lingering, decodes it
//! on its own task, hands it to the plant as one batch, and goes on while several batches are
//! under way. As their commits come in, in order, everything up to the batch's last message is
//! acknowledged at once.
//!
//! A message that cannot be read is part of its batch like any other: the plant keeps it as an
//! exception, and it is acknowledged with its neighbours. Nothing is ever rejected in mid-batch.

use std::time::Duration;

use actors::{Input, Intake, IntakeError, Receipt};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::stream::{FuturesOrdered, StreamExt};
use twin_model::{Criticality, PlantId};

use crate::consumer_status::ConsumerStatus;
use crate::delivery::{Delivered, Deliveries, Lost, Tag};
use crate::stop::Stop;

/// Messages that a queue hands out ahead of their acknowledgement. More buys no speed.
pub const PREFETCH: u16 = 1_000;
/// Messages in one batch.
pub const BATCH_MESSAGES_MAX: usize = 512;
/// Bytes after which a batch takes no further message.
pub const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Batches handed to the plant whose commit is awaited.
pub const BATCHES_IN_FLIGHT_MAX: usize = 8;
/// A message that was given back this often may be what brings the process down.
pub const SUSPECT_RETURNS: u64 = 3;
/// Wait before a batch is offered again while the plant's outbox is full, in milliseconds.
pub const OUTBOX_FULL_WAIT_MS: u64 = 200;

/// How many messages may be at risk at once.
///
/// Every session starts careful. When the process dies, the broker counts a return for each
/// message that was handed out, so a crash loop with a full prefetch would bring innocent
/// messages to the delivery limit together with the culprit. Careful, only one is at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// One message at a time, until one comes that was not given back often.
    Careful,
    /// Full prefetch, until a message comes that was given back often.
    Full,
}

impl Pace {
    pub(crate) fn prefetch(self) -> u16 {
        match self {
            Pace::Careful => 1,
            Pace::Full => PREFETCH,
        }
    }
}

/// Why a loop ended without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It was asked to stop; everything taken is acknowledged.
    Stopped,
    /// It must go on at the other pace.
    Change(Pace),
}

/// Why a loop ended with an error.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsumeError {
    #[error(transparent)]
    Lost(#[from] Lost),
    #[error(transparent)]
    Plant(#[from] IntakeError),
}

/// What the loop works with besides its queue.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) plant: PlantId,
    pub(crate) intake: Intake,
    /// How urgent the queue's events are.
    pub(crate) class: Criticality,
    pub(crate) status: ConsumerStatus,
    pub(crate) stop: Stop,
}

struct Batch {
    bodies: Vec<Bytes>,
    last: Tag,
    /// Another pace is due after this batch.
    change: Option<Pace>,
}

/// A batch's end and size, with what came of it.
type Outcome = (Tag, u64, Result<Receipt, IntakeError>);

/// Takes deliveries until told to stop, or until the deliveries or the plant end.
pub(crate) async fn consume(
    mut deliveries: Deliveries,
    pace: Pace,
    mut target: Target,
) -> Result<Ended, ConsumeError> {
    let mut in_flight = FuturesOrdered::new();
    let ended = loop {
        tokio::select! {
            biased;
            Some(outcome) = in_flight.next(), if !in_flight.is_empty() => {
                acknowledge(&mut deliveries, outcome, &mut in_flight, &target.status).await?;
            }
            () = target.stop.asked() => break Ended::Stopped,
            first = deliveries.next(), if in_flight.len() < BATCHES_IN_FLIGHT_MAX => {
                let batch = gather(&mut deliveries, first?, pace, &target.status)?;
                let count = batch.bodies.len() as u64;
                actors::killpoint!("C0");
                #[cfg(feature = "chaos")]
                if actors::chaos::acknowledges_first() {
                    deliveries.ack_through(&batch.last).await?;
                }
                let Some(pending) = enqueue(batch.bodies, &mut target).await? else {
                    break Ended::Stopped;
                };
                in_flight.push_back(async move { (batch.last, count, pending.await) });
                if let Some(change) = batch.change {
                    if pace == Pace::Careful {
                        deliveries.ask_no_more().await?;
                    }
                    break Ended::Change(change);
                }
            }
        }
    };
    while let Some(outcome) = in_flight.next().await {
        acknowledge(&mut deliveries, outcome, &mut in_flight, &target.status).await?;
    }
    deliveries.close().await;
    Ok(ended)
}

/// Acknowledges a batch, and with it those behind it whose commits are in as well: one commit often
/// holds several, and the broker answers each acknowledgement by itself.
async fn acknowledge(
    deliveries: &mut Deliveries,
    (mut tag, mut count, outcome): Outcome,
    in_flight: &mut FuturesOrdered<impl Future<Output = Outcome>>,
    status: &ConsumerStatus,
) -> Result<(), ConsumeError> {
    outcome?;
    let mut failed = None;
    while let Some(Some((next, more, outcome))) = in_flight.next().now_or_never() {
        if let Err(error) = outcome {
            failed = Some(error);
            break;
        }
        (tag, count) = (next, count + more);
    }
    #[cfg(feature = "chaos")]
    if actors::chaos::acknowledges_first() {
        return Ok(());
    }
    deliveries.ack_through(&tag).await?;
    actors::killpoint!("C6");
    status.acknowledged(count);
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// Takes what is there after the first delivery, without waiting.
fn gather(
    deliveries: &mut Deliveries,
    first: Delivered,
    pace: Pace,
    status: &ConsumerStatus,
) -> Result<Batch, Lost> {
    let mut bytes = first.body.len();
    let mut again = u64::from(first.returns > 0);
    let mut change = pace_after(pace, &first);
    let mut batch = Batch {
        bodies: vec![first.body],
        last: first.tag,
        change: None,
    };
    while batch.bodies.len() < BATCH_MESSAGES_MAX && bytes < BATCH_BYTES_MAX {
        let Some(next) = deliveries.ready()? else {
            break;
        };
        bytes += next.body.len();
        again += u64::from(next.returns > 0);
        change = change.or(pace_after(pace, &next));
        batch.bodies.push(next.body);
        batch.last = next.tag;
    }
    batch.change = change;
    status.delivered(batch.bodies.len() as u64, again);
    Ok(batch)
}

fn pace_after(pace: Pace, delivered: &Delivered) -> Option<Pace> {
    match pace {
        Pace::Careful if delivered.returns < SUSPECT_RETURNS => Some(Pace::Full),
        Pace::Full if delivered.returns >= SUSPECT_RETURNS => Some(Pace::Careful),
        Pace::Careful | Pace::Full => None,
    }
}

/// Hands a batch to the plant; `None` when told to stop first.
async fn enqueue(
    bodies: Vec<Bytes>,
    target: &mut Target,
) -> Result<Option<actors::Pending>, IntakeError> {
    loop {
        let inputs = bodies.iter().cloned().map(Input::decode).collect();
        actors::killpoint!("C1");
        tokio::select! {
            taken = target.intake.enqueue_as(target.class, inputs) => match taken {
                Err(IntakeError::OutboxFull) => {
                    // Kept here and not given back: every return counts against the message.
                    target.status.failed(IntakeError::OutboxFull.to_string());
                    tokio::time::sleep(Duration::from_millis(OUTBOX_FULL_WAIT_MS)).await;
                }
                taken => return taken.map(Some),
            },
            () = target.stop.asked() => return Ok(None),
        }
    }
}
