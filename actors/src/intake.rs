//! The door for events: bounded, and answered after the commit.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use twin_model::{Code, Criticality, Rejection};

use crate::door::Door;
use crate::lanes::Batch;
use crate::{ExceptionId, Input, OUTBOX_COMMANDS_MAX, Stopped};

/// Events that may be on their way between intake and commit; more must wait outside.
pub const INTAKE_EVENTS_MAX: usize = 16_384;
/// Kibibytes that may be on their way between intake and commit; more must wait outside.
pub const INTAKE_KIB_MAX: usize = 64 * 1024;
/// As [`INTAKE_EVENTS_MAX`], for urgent events, which have room of their own.
pub const URGENT_EVENTS_MAX: usize = 4_096;
/// As [`INTAKE_KIB_MAX`], for urgent events.
pub const URGENT_KIB_MAX: usize = 16 * 1024;

/// What became of one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Its effect is in the plant.
    Applied,
    /// It was received before; nothing was changed.
    Duplicate,
    /// Refused by a rule; nothing was changed.
    Refused(Rejection),
    /// It waits for its cause and is tried again by itself.
    Parked {
        /// The rule that it waits on.
        code: Code,
        /// In business words.
        text: String,
    },
    /// It is put before a person.
    Exception {
        /// The exception's number.
        id: ExceptionId,
        /// Why.
        rejection: Rejection,
    },
}

/// The commit that holds a batch, and what became of each input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Number of the commit.
    pub commit_no: u64,
    /// One per input, in the order of the inputs. A tick counts as applied.
    pub dispositions: Vec<Disposition>,
}

/// Why inputs were not taken, or not committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// More at once than the intake can ever hold.
    #[error(
        "a batch has at most {INTAKE_EVENTS_MAX} inputs and {INTAKE_KIB_MAX} KiB, of urgent events \
         {URGENT_EVENTS_MAX} and {URGENT_KIB_MAX} KiB; send it in parts"
    )]
    TooMuch,
    /// Too many commands wait to be sent.
    #[error(
        "{OUTBOX_COMMANDS_MAX} commands wait to be sent; the plant takes events again when the \
         broker takes commands"
    )]
    OutboxFull,
    /// The plant is stopping, or its journal has failed. The inputs may or may not have been
    /// committed: send them again, with the same ids.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Room taken in the intake until the commit.
#[derive(Debug)]
pub(crate) struct Credit {
    _events: OwnedSemaphorePermit,
    _kib: OwnedSemaphorePermit,
}

/// The door for events. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Intake {
    door: Door,
    urgent: Room,
    ordinary: Room,
}

/// What may be on its way at once.
#[derive(Debug, Clone)]
struct Room {
    events_max: usize,
    kib_max: usize,
    events: Arc<Semaphore>,
    kib: Arc<Semaphore>,
}

impl Room {
    fn new(events_max: usize, kib_max: usize) -> Room {
        Room {
            events_max,
            kib_max,
            events: Arc::new(Semaphore::new(events_max)),
            kib: Arc::new(Semaphore::new(kib_max)),
        }
    }
}

/// A batch on its way to its commit. Resolves to the receipt when the batch is on stable storage.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Receipt>);

impl Future for Pending {
    type Output = Result<Receipt, IntakeError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(cx)
            .map(|answer| answer.map_err(|_| Stopped.into()))
    }
}

impl Intake {
    pub(crate) fn new(door: Door) -> Intake {
        Intake {
            door,
            urgent: Room::new(URGENT_EVENTS_MAX, URGENT_KIB_MAX),
            ordinary: Room::new(INTAKE_EVENTS_MAX, INTAKE_KIB_MAX),
        }
    }

    /// As [`PlantHandle::waits_for_room`](crate::PlantHandle::waits_for_room).
    #[must_use]
    pub fn waits_for_room(&self) -> Option<String> {
        self.door.waits_for_room()
    }

    /// Gives inputs to the plant and waits for their commit. When it returns, their effects are
    /// on stable storage.
    ///
    /// # Errors
    /// [`IntakeError`]; after [`IntakeError::Stopped`] send the inputs again with the same ids.
    pub async fn submit(&self, inputs: Vec<Input>) -> Result<Receipt, IntakeError> {
        self.enqueue(inputs).await?.await
    }

    /// As [`Intake::submit`], in the lane of a class.
    ///
    /// # Errors
    /// As [`Intake::submit`].
    pub async fn submit_as(
        &self,
        class: Criticality,
        inputs: Vec<Input>,
    ) -> Result<Receipt, IntakeError> {
        self.enqueue_as(class, inputs).await?.await
    }

    /// Gives inputs to the plant and returns once there was room for them; the commit is awaited
    /// with the returned [`Pending`]. Batches are decided in the order of these calls. A dropped
    /// [`Pending`] does not take the inputs back.
    ///
    /// # Errors
    /// [`IntakeError`]; nothing of the batch was taken then.
    pub async fn enqueue(&self, inputs: Vec<Input>) -> Result<Pending, IntakeError> {
        self.enqueue_as(Criticality::NearRealTime, inputs).await
    }

    /// As [`Intake::enqueue`], in the lane of a class: batches of one class are decided in the
    /// order of these calls, and a more urgent class before all that is not decided yet. Urgent
    /// batches have room of their own, however many others wait.
    ///
    /// # Errors
    /// [`IntakeError`]; nothing of the batch was taken then.
    pub async fn enqueue_as(
        &self,
        class: Criticality,
        inputs: Vec<Input>,
    ) -> Result<Pending, IntakeError> {
        let room = match class {
            Criticality::RealTime => &self.urgent,
            Criticality::NearRealTime | Criticality::Batch => &self.ordinary,
        };
        let bytes: usize = inputs.iter().map(Input::len_bytes).sum();
        let kib = bytes.div_ceil(1024);
        if inputs.len() > room.events_max || kib > room.kib_max {
            return Err(IntakeError::TooMuch);
        }
        if self.door.outbox_len() >= OUTBOX_COMMANDS_MAX {
            return Err(IntakeError::OutboxFull);
        }
        let credit = Credit {
            _events: take(&room.events, inputs.len()).await?,
            _kib: take(&room.kib, kib).await?,
        };
        let (reply, answer) = oneshot::channel();
        let batch = Batch {
            inputs,
            credit,
            reply,
        };
        self.door.batch(class, batch).await?;
        Ok(Pending(answer))
    }
}

async fn take(credits: &Arc<Semaphore>, count: usize) -> Result<OwnedSemaphorePermit, Stopped> {
    let count = u32::try_from(count).map_err(|_| Stopped)?;
    Arc::clone(credits)
        .acquire_many_owned(count)
        .await
        .map_err(|_| Stopped)
}
