//! Batches on their way to a shard, one lane per class: what is urgent is decided before
//! everything that came earlier and waits.
//!
//! Within a lane the order of arrival is kept. The lanes are bounded by the credits of the intake.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use twin_model::Criticality;

use crate::intake::Credit;
use crate::{Input, Receipt, Stopped};

/// Inputs that are decided together, with the room that they take and who waits for them.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) inputs: Vec<Input>,
    pub(crate) credit: Credit,
    pub(crate) reply: oneshot::Sender<Receipt>,
}

/// The lanes of one shard.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    waiting: [VecDeque<Batch>; Criticality::ALL.len()],
    closed: bool,
}

impl Lanes {
    /// Lets a batch wait at the end of its lane.
    pub(crate) fn push(&self, class: Criticality, batch: Batch) -> Result<(), Stopped> {
        let mut state = self.0.lock();
        if state.closed {
            return Err(Stopped);
        }
        state.waiting[class as usize].push_back(batch);
        Ok(())
    }

    /// The oldest batch of the most urgent lane that has one.
    pub(crate) fn pop(&self) -> Option<Batch> {
        let mut state = self.0.lock();
        state.waiting.iter_mut().find_map(VecDeque::pop_front)
    }

    /// The oldest batch that may not wait.
    pub(crate) fn pop_urgent(&self) -> Option<Batch> {
        let mut state = self.0.lock();
        state.waiting[Criticality::RealTime as usize].pop_front()
    }

    /// Takes no more. Whoever waits for a batch that is still here hears that the plant stopped.
    pub(crate) fn close(&self) {
        let mut state = self.0.lock();
        state.closed = true;
        state.waiting = Default::default();
    }
}
