//! From a queue of the broker at the plant into a spool: acknowledged when it is on the disk.
//!
//! What cannot be read goes the same way: the queue says for which plant it is, and the twin keeps
//! it as an exception. At the quota, and on a disk without room, the channel is closed, which gives
//! back what was handed out, and the queue is consumed again when there is room: each time counts
//! as one return of a message, of which the broker allows a few only.

use actors::{Spool, StoreError};
use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::amqp_url::AmqpUrl;
use crate::backoff::Backoff;
use crate::consumer_status::ConsumerStatus;
use crate::delivery::{Delivered, Deliveries, Lost, Session};
use crate::edge::forwarder::LaneName;
use crate::stop::{Stop, StopSignal, stop_signal};

/// Messages that a queue hands out ahead of their acknowledgement. Few, because each time the
/// quota is reached the broker counts a return for each of them, and sets a message aside that was
/// returned too often.
const PREFETCH: u16 = 100;
/// Bytes after which a batch takes no further message.
const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A running way in from one queue.
pub(crate) struct Taker {
    stop: StopSignal,
    task: JoinHandle<()>,
}

impl Taker {
    /// Starts to take, until stopped or until the spool fails. Must be called within a tokio
    /// runtime.
    pub(crate) fn start(
        url: AmqpUrl,
        lane: LaneName,
        spool: Spool,
        status: ConsumerStatus,
    ) -> Taker {
        let (stop, stopped) = stop_signal();
        let work = Work {
            url,
            lane,
            spool,
            status,
        };
        let task = tokio::spawn(work.supervise(stopped));
        Taker { stop, task }
    }

    /// Stops. What is not acknowledged goes back to the broker at the plant.
    pub(crate) async fn stop(self) {
        self.stop.send();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "taking from the broker at the plant failed while stopping");
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum TakeError {
    #[error(transparent)]
    Lost(#[from] Lost),
    #[error(transparent)]
    Store(#[from] StoreError),
}

struct Work {
    url: AmqpUrl,
    lane: LaneName,
    spool: Spool,
    status: ConsumerStatus,
}

/// Why deliveries are no longer taken.
enum Ended {
    Stopped,
    /// There is no room for the next message, of so many bytes.
    NoRoomFor {
        message_bytes: u64,
        why: StoreError,
    },
}

impl Work {
    async fn supervise(self, mut stop: Stop) {
        let mut backoff = Backoff::new();
        loop {
            let error = match self.run(&mut stop, &mut backoff).await {
                Ok(()) => return,
                Err(error) => error,
            };
            let (plant, class) = (self.lane.plant.plant(), self.lane.class.word());
            tracing::warn!(%error, %plant, class, "nothing is taken from the broker at the plant");
            self.status.disconnected();
            self.status.failed(error.to_string());
            if matches!(error, TakeError::Store(StoreError::Failed(_))) {
                // The process ends with its spool.
                return;
            }
            tokio::select! {
                () = stop.asked() => return,
                () = tokio::time::sleep(backoff.next_wait()) => {}
            }
        }
    }

    /// Takes until stopped.
    async fn run(&self, stop: &mut Stop, backoff: &mut Backoff) -> Result<(), TakeError> {
        let session = tokio::select! {
            opened = Session::open_for_edge(&self.url, &self.lane.plant) => opened?,
            () = stop.asked() => return Ok(()),
        };
        self.status.connected();
        loop {
            let (plant, class) = (&self.lane.plant, self.lane.class);
            let mut deliveries = session.consume(plant, class, PREFETCH).await?;
            let taken = self.take(&mut deliveries, stop, backoff).await;
            deliveries.close().await;
            match taken? {
                Ended::Stopped => break,
                Ended::NoRoomFor { message_bytes, why } => {
                    let (plant, class) = (plant.plant(), class.word());
                    tracing::warn!(%why, %plant, class, "waits for room");
                    self.status.failed(why.to_string());
                    tokio::select! {
                        () = self.spool.room(message_bytes) => {}
                        () = stop.asked() => break,
                    }
                }
            }
        }
        session.close().await;
        Ok(())
    }

    async fn take(
        &self,
        deliveries: &mut Deliveries,
        stop: &mut Stop,
        backoff: &mut Backoff,
    ) -> Result<Ended, TakeError> {
        loop {
            let first = tokio::select! {
                delivered = deliveries.next() => delivered?,
                () = stop.asked() => return Ok(Ended::Stopped),
            };
            let batch = batch_from(first, deliveries)?;
            let again = batch.iter().filter(|delivered| delivered.returns > 0);
            self.status
                .delivered(batch.len() as u64, again.count() as u64);
            if let Some(no_room) = self.store(&batch, deliveries).await? {
                return Ok(no_room);
            }
            backoff.reset();
        }
    }

    /// Stores the messages in their order and acknowledges what is stored; ends when there is no
    /// room for the next one.
    async fn store(
        &self,
        batch: &[Delivered],
        deliveries: &mut Deliveries,
    ) -> Result<Option<Ended>, TakeError> {
        let mut rest = batch;
        let mut together = batch.len();
        while let Some(next) = rest.first() {
            together = together.min(rest.len());
            let messages: Vec<Bytes> = rest[..together].iter().map(|d| d.body.clone()).collect();
            #[cfg(feature = "chaos")]
            if actors::chaos::acknowledges_first() {
                deliveries.ack_through(&rest[together - 1].tag).await?;
                let later = std::time::Duration::from_millis(actors::chaos::ANSWERED_FIRST_MS);
                tokio::time::sleep(later).await;
                drop(self.spool.store(&messages).await);
                rest = &rest[together..];
                continue;
            }
            match self.spool.store(&messages).await {
                Ok(_) => {}
                // Fewer at once may fit.
                Err(StoreError::Full { .. } | StoreError::NoRoom(_)) if together > 1 => {
                    together /= 2;
                    continue;
                }
                Err(why @ (StoreError::Full { .. } | StoreError::NoRoom(_))) => {
                    let message_bytes = next.body.len() as u64;
                    return Ok(Some(Ended::NoRoomFor { message_bytes, why }));
                }
                Err(error) => return Err(error.into()),
            }
            actors::killpoint!("E1");
            deliveries.ack_through(&rest[together - 1].tag).await?;
            self.status.acknowledged(together as u64);
            rest = &rest[together..];
        }
        Ok(None)
    }
}

/// What is there already, without waiting for more.
fn batch_from(first: Delivered, deliveries: &mut Deliveries) -> Result<Vec<Delivered>, Lost> {
    let mut bytes = first.body.len();
    let mut batch = vec![first];
    while bytes < BATCH_BYTES_MAX
        && batch.len() < usize::from(PREFETCH)
        && let Some(delivered) = deliveries.ready()?
    {
        bytes += delivered.body.len();
        batch.push(delivered);
    }
    Ok(batch)
}
