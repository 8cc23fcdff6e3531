//! A work center as the simulation moves it: its queue, its job and its stops.

use twin_model::{ItemState, Mode, SmolStr};

use crate::event_queue::Ticket;

/// One work center.
#[derive(Clone, Debug, Default)]
pub(crate) struct Machine {
    /// Random numbers of this work center are looked up under it.
    pub(crate) entity: u64,
    /// Numbers of the orders that wait here.
    pub(crate) queue: Vec<u64>,
    pub(crate) job: Option<Job>,
    /// Why it stands still, while it does.
    pub(crate) stop: Option<Stop>,
    /// Stops so far.
    pub(crate) stops: u64,
    /// The product that it is set up for.
    pub(crate) set_up_for: Option<usize>,
    /// Working time of the orders that are released and not yet through, in seconds.
    pub(crate) load_s: i64,
    /// Whether it will look for work at the end of this instant.
    pub(crate) looks_for_work: bool,
    /// What its edge device said last.
    pub(crate) told: Option<(ItemState, Mode)>,
}

/// What a machine is busy with.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Number of the order.
    pub(crate) order: u64,
    pub(crate) work: Work,
    pub(crate) progress: Progress,
}

/// The kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Changing over to the order's product.
    Setup,
    /// Working on so many pieces.
    Batch(i64),
}

/// Whether the work goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It ends at an instant (microseconds since 1970 UTC) unless the ticket is cancelled.
    Until(i64, Ticket),
    /// The machine stands still; so many microseconds of work are left.
    Paused(i64),
}

/// A stop of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) maintenance: bool,
    pub(crate) cause: SmolStr,
}

impl Machine {
    /// Whether it could begin something new.
    pub(crate) fn is_free(&self) -> bool {
        self.job.is_none() && self.stop.is_none()
    }

    /// What its edge device sees now.
    pub(crate) fn state(&self) -> (ItemState, Mode) {
        match (&self.stop, self.job.as_ref().map(|job| job.work)) {
            (
                Some(Stop {
                    maintenance: true, ..
                }),
                _,
            ) => (ItemState::OutOfService, Mode::Maintenance),
            (Some(_), _) => (ItemState::OutOfService, Mode::None),
            (None, None) => (ItemState::NotExecuting, Mode::None),
            (None, Some(Work::Setup)) => (ItemState::NotExecuting, Mode::Setup),
            (None, Some(Work::Batch(_))) => (ItemState::Executing, Mode::Processing),
        }
    }
}
