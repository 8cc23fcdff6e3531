//! What a batch of inputs did.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_model::{Event, Notice, SourceId, Time};

use crate::record::{Entry, Poisoned};
use crate::suspects::Suspects;
use crate::{Change, ExceptionEntry, ExceptionId};

/// Something that moved a plant on.
#[derive(Debug)]
pub(crate) enum Effective {
    /// An event that was applied: as it came, after it had waited, or in the place of an exception.
    Event(Box<Event>),
    /// The clock, when it was told.
    Tick(Time),
}

/// What a batch of inputs did, to be journaled and handed out.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) entries: Vec<Entry>,
    pub(crate) poisoned: Vec<Poisoned>,
    pub(crate) changes: Vec<Change>,
    pub(crate) notices: Vec<(u32, Time, Notice)>,
    /// New and changed ones, in order.
    pub(crate) exceptions: Vec<Arc<ExceptionEntry>>,
    /// Those that had to leave memory.
    pub(crate) exceptions_gone: Vec<ExceptionId>,
    pub(crate) sources: BTreeMap<SourceId, Time>,
    /// What had an effect, in this order; collected only where somebody asks for it.
    pub(crate) effective: Option<Vec<Effective>>,
    /// Whom a live plant suspects of having ended the process; a replay suspects nobody.
    pub(crate) suspects: Option<Suspects>,
    next_index: u32,
}

impl Outcome {
    /// An outcome that lists what had an effect too.
    pub(crate) fn listing_effective() -> Outcome {
        Outcome {
            effective: Some(Vec::new()),
            ..Outcome::default()
        }
    }

    /// The next position within the commit.
    pub(crate) fn index(&mut self) -> u32 {
        self.next_index += 1;
        self.next_index
    }

    pub(crate) fn add_duplicate(&mut self) {
        match self.entries.last_mut() {
            Some(Entry::Duplicates(count)) => *count += 1,
            _ => self.entries.push(Entry::Duplicates(1)),
        }
    }
}
