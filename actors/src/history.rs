//! What the plant was: its journal, read once more while the plant goes on.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use twin_model::{Event, SourceId, Time};

use crate::commit::now;
use crate::door::Door;
use crate::guard::{guarded_tick, guarded_turn};
use crate::journal::JournalError;
use crate::outcome::{Effective, Outcome};
use crate::recovery::{self, RecoveryError};
use crate::rerun::{Files, Rerun};
use crate::retold::Retold;
use crate::stored::StoredBooks;
use crate::{Counts, Cursor, PlantClock, Snapshot, Stopped};

/// The door to what a plant was. Everything here reads files and decides events again: call it
/// where blocking is allowed, and few at once, since each has all states of the plant for itself.
#[derive(Debug, Clone)]
pub struct History {
    pub(crate) files: Files,
    pub(crate) door: Door,
}

/// A moment in the life of a plant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// Right after this commit; 0 is before the first.
    Commit(u64),
    /// After the last commit that was recorded up to this time or, where the plant lives in the time
    /// of its events, that did not move its clock beyond it.
    Time(Time),
}

/// A plant as it was at a time, by all that is known of it now.
#[derive(Debug, Clone)]
pub struct Was {
    /// The plant. Its commit is the newest one that was taken into account; it has no exceptions,
    /// and of the inputs only those are counted that it consists of.
    pub snapshot: Snapshot,
    /// Events of up to that time that only make sense with later ones, and are left out.
    pub left_out: u64,
}

/// Why the past cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// It is before what is kept.
    #[error(
        "the plant's journal is kept from commit {first} on, and no snapshot of before serves: \
         its retention has let the earlier part go"
    )]
    NotKept {
        /// The first commit that is there.
        first: u64,
    },
    /// It is yet to come.
    #[error("the plant has reached commit {head}")]
    Ahead {
        /// The newest durable commit.
        head: u64,
    },
    /// The journal has another history than the one in which the cursor was given out.
    #[error("the cursor is of another history than the plant's journal")]
    OtherOpening,
    /// The plant is closing.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The files cannot be read, or this version decides otherwise.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
}

impl From<JournalError> for HistoryError {
    fn from(error: JournalError) -> HistoryError {
        HistoryError::Recovery(error.into())
    }
}

impl History {
    /// The plant as it was at a moment, and was known then: what came later is not in it, even if
    /// it tells of before.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn at(&self, moment: Moment) -> Result<Snapshot, HistoryError> {
        let commit_no = match moment {
            Moment::Commit(commit_no) => commit_no,
            Moment::Time(time) => return self.at_time(time),
        };
        self.reached(commit_no)?;
        let mut rerun = self.rerun(|stored| stored.commit_no <= commit_no)?;
        rerun.commits(commit_no, &mut |_| ControlFlow::Continue(()))?;
        Ok(rerun.snapshot())
    }

    fn at_time(&self, time: Time) -> Result<Snapshot, HistoryError> {
        let until = self.door.head().commit_no;
        match self.files.settings.clock {
            PlantClock::Wall => {
                let mut rerun = self.rerun(|stored| stored.recorded <= time)?;
                rerun.records(until, |recovered, read| {
                    if read.record.recorded > time {
                        return Ok(ControlFlow::Break(()));
                    }
                    recovery::replay_record(recovered, read, Outcome::default())?;
                    Ok(ControlFlow::Continue(()))
                })?;
                Ok(rerun.snapshot())
            }
            PlantClock::EventTime => {
                let mut rerun = self.rerun(|stored| now(stored.now, &stored.sources) <= time)?;
                // Only once a record is decided is it known how far it moves the clock.
                let mut before = rerun.commit_no();
                rerun.records(until, |recovered, read| {
                    let number = read.record.commit_no;
                    recovery::replay_record(recovered, read, Outcome::default())?;
                    let books = &recovered.books;
                    if now(books.now, &books.sources) > time {
                        return Ok(ControlFlow::Break(()));
                    }
                    before = number;
                    Ok(ControlFlow::Continue(()))
                })?;
                match before == rerun.commit_no() {
                    true => Ok(rerun.snapshot()),
                    false => self.at(Moment::Commit(before)),
                }
            }
        }
    }

    /// The plant as it was at a time by all that is known now: it consists of the events that
    /// happened up to then, also of those that came later, and nothing waits for what has come
    /// since.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn was(&self, time: Time) -> Result<Was, HistoryError> {
        let until = self.door.head().commit_no;
        // From there on nothing of before that time was missing, and nothing of after was there.
        let serves = |stored: &StoredBooks| {
            let newest = stored.sources.values().max();
            stored.parked.is_empty() && stored.now.max(*newest.unwrap_or(&stored.now)) <= time
        };
        let mut rerun = self.rerun(serves)?;
        let mut was = Rebuilt::of(rerun.snapshot(), time);
        rerun.records(until, |recovered, read| {
            let (epoch, recorded) = (read.record.epoch, read.record.recorded);
            let outcome = Outcome::listing_effective();
            let outcome = recovery::replay_record(recovered, read, outcome)?;
            for effective in outcome.effective.into_iter().flatten() {
                match effective {
                    Effective::Event(event) => was.take(&event),
                    Effective::Tick(now) => was.tick(now),
                }
            }
            was.seen(epoch, recovered.head.commit_no, recorded);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(was.end())
    }

    /// Tells the commits after a cursor once more.
    ///
    /// # Errors
    /// [`HistoryError`]; that the cursor is of another history may also be found later.
    pub fn retell(&self, after: Cursor) -> Result<Retold, HistoryError> {
        self.reached(after.commit_no)?;
        self.retold(after.whole_before(), Some(after))
    }

    /// As [`History::retell`], after the commit `whole`, whatever history that was in.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn retell_from(&self, whole: u64) -> Result<Retold, HistoryError> {
        self.reached(whole)?;
        self.retold(whole, None)
    }

    fn retold(&self, whole: u64, after: Option<Cursor>) -> Result<Retold, HistoryError> {
        let rerun = self.rerun(|stored| stored.commit_no <= whole)?;
        Retold::begin(rerun, self.door.clone(), whole, after)
    }

    fn reached(&self, commit_no: u64) -> Result<(), HistoryError> {
        let head = self.door.head().commit_no;
        match commit_no <= head {
            true => Ok(()),
            false => Err(HistoryError::Ahead { head }),
        }
    }

    fn rerun(&self, serves: impl Fn(&StoredBooks) -> bool) -> Result<Rerun, HistoryError> {
        Rerun::begin(self.files.clone(), self.door.clone(), serves)
    }
}

/// A plant that is put together from the events of up to a time.
struct Rebuilt {
    time: Time,
    snapshot: Snapshot,
    counts: Counts,
    left_out: u64,
}

impl Rebuilt {
    fn of(start: Snapshot, time: Time) -> Rebuilt {
        Rebuilt {
            time,
            counts: Counts {
                applied: start.counts.applied,
                ..Counts::default()
            },
            snapshot: Snapshot {
                exceptions: Vec::new(),
                ..start
            },
            left_out: 0,
        }
    }

    fn take(&mut self, event: &Event) {
        if event.time > self.time {
            return;
        }
        match guarded_turn(&mut self.snapshot.plant, event) {
            Ok(_) => self.counts.applied += 1,
            Err(_) => self.left_out += 1,
        }
        note(&mut self.snapshot.sources, event);
    }

    fn tick(&mut self, now: Time) {
        if now > self.time {
            return;
        }
        let Snapshot { plant, clock, .. } = &mut self.snapshot;
        *clock = now.max(*clock);
        while guarded_tick(plant, *clock).is_some() {}
    }

    fn seen(&mut self, epoch: u64, commit_no: u64, recorded: Time) {
        let snapshot = &mut self.snapshot;
        (snapshot.epoch, snapshot.commit_no, snapshot.recorded) = (epoch, commit_no, recorded);
    }

    fn end(mut self) -> Was {
        self.tick(self.time);
        Was {
            snapshot: Snapshot {
                counts: Arc::new(self.counts),
                ..self.snapshot
            },
            left_out: self.left_out,
        }
    }
}

fn note(sources: &mut BTreeMap<SourceId, Time>, event: &Event) {
    let newest = sources.entry(event.source.clone()).or_insert(event.time);
    *newest = event.time.max(*newest);
}
