//! What one commit made true, for everybody who follows the plant.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_model::{Entity, EntityKey, EventId, Notice, Plant, PlantId, SmolStr, SourceId, Time};

use crate::books::Books;
use crate::outcome::Outcome;
use crate::{Counts, Cursor, ExceptionEntry, ExceptionId};

/// The event behind a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseRef {
    /// Its id.
    pub event: EventId,
    /// Who sent it.
    pub source: SourceId,
    /// Its CloudEvents type.
    pub type_name: &'static str,
    /// The business transaction it belongs to.
    pub correlation: Option<SmolStr>,
}

/// One entity in its new state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Position within the commit, from 1, shared with the notices.
    pub index: u32,
    /// Which entity.
    pub key: EntityKey,
    /// Its state.
    pub state: Entity,
    /// When it happened, by the event.
    pub at: Time,
    /// The event behind it.
    pub caused_by: Arc<CauseRef>,
}

/// One durable commit. Commits are handed out in the order of their numbers, without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Which plant.
    pub plant: PlantId,
    /// Which opening of the plant.
    pub epoch: u64,
    /// Counts from 1.
    pub commit_no: u64,
    /// When it was written, by the wall clock.
    pub recorded: Time,
    /// The plant's clock: the last tick that it was told, the Unix epoch before the first.
    pub clock: Time,
    /// Changed entities, in order.
    pub changes: Vec<Change>,
    /// Notices with their position within the commit and the plant time.
    pub notices: Vec<(u32, Time, Notice)>,
    /// Dispositions up to here.
    pub counts: Arc<Counts>,
    /// New and changed exceptions, in order.
    pub exceptions: Vec<Arc<ExceptionEntry>>,
    /// Exceptions that had to leave memory for newer ones.
    pub exceptions_gone: Vec<ExceptionId>,
    /// Newest event time of each source that this commit moved.
    pub sources: Vec<(SourceId, Time)>,
}

/// A consistent, committed copy of a plant.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The entities.
    pub plant: Plant,
    /// Which opening of the plant.
    pub epoch: u64,
    /// The last commit in it.
    pub commit_no: u64,
    /// When that was written, by the wall clock; the Unix epoch before the first commit.
    pub recorded: Time,
    /// The plant's clock, as in [`Commit::clock`].
    pub clock: Time,
    /// Dispositions up to here.
    pub counts: Arc<Counts>,
    /// The exceptions that are kept, oldest first.
    pub exceptions: Vec<Arc<ExceptionEntry>>,
    /// Newest event time of each source.
    pub sources: BTreeMap<SourceId, Time>,
}

impl Commit {
    /// What the batch with this outcome made true: the commit of this epoch and number.
    pub(crate) fn of(
        books: &Books,
        outcome: Outcome,
        (epoch, commit_no): (u64, u64),
        recorded: Time,
    ) -> Commit {
        Commit {
            plant: books.plant.id().clone(),
            epoch,
            commit_no,
            recorded,
            clock: books.now,
            changes: outcome.changes,
            notices: outcome.notices,
            counts: Arc::new(books.counts.clone()),
            exceptions: outcome.exceptions,
            exceptions_gone: outcome.exceptions_gone,
            sources: outcome.sources.into_iter().collect(),
        }
    }
}

impl Snapshot {
    /// A copy of these books, which stand at the commit of this epoch and number.
    pub(crate) fn of(books: &Books, (epoch, commit_no): (u64, u64), recorded: Time) -> Snapshot {
        Snapshot {
            plant: books.plant.clone(),
            epoch,
            commit_no,
            recorded,
            clock: books.now,
            counts: Arc::new(books.counts.clone()),
            exceptions: books.exceptions.to_vec(),
            sources: books.sources.clone(),
        }
    }

    /// The plant's now: its clock or, where nobody has told it the time, its newest event.
    #[must_use]
    pub fn now(&self) -> Time {
        now(self.clock, &self.sources)
    }

    /// The position that this copy has reached: the whole of its last commit.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor {
            epoch: self.epoch,
            commit_no: self.commit_no,
            index: u32::MAX,
        }
    }
}

/// A plant's now: its clock or, where nobody has told it the time, its newest event.
pub(crate) fn now(clock: Time, sources: &BTreeMap<SourceId, Time>) -> Time {
    match clock == Time::EPOCH {
        true => sources.values().copied().fold(clock, Time::max),
        false => clock,
    }
}
