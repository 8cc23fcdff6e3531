//! The exceptions of a plant that are kept in memory, bounded in number and bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::marks::MarkKey;
use crate::{ExceptionEntry, ExceptionId};

/// Exceptions kept in memory. Beyond, settled ones leave first, then refused ones, then the oldest.
pub const EXCEPTIONS_MAX: usize = 10_000;
/// Bytes of messages kept in memory with their exceptions.
pub const EXCEPTIONS_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Who leaves first when there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Closed,
    Refused,
    Open,
}

impl Rank {
    fn of(entry: &ExceptionEntry) -> Rank {
        match entry {
            entry if !entry.is_open() => Rank::Closed,
            entry if entry.refused => Rank::Refused,
            _ => Rank::Open,
        }
    }
}

/// Exceptions by their number.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExceptionList {
    entries: BTreeMap<ExceptionId, Arc<ExceptionEntry>>,
    /// Only looked up, never iterated.
    by_key: FxHashMap<MarkKey, ExceptionId>,
    leaving: BTreeSet<(Rank, ExceptionId)>,
    bytes: usize,
    /// Number of the last exception ever.
    pub(crate) last: u64,
}

impl ExceptionList {
    pub(crate) fn next_id(&mut self) -> ExceptionId {
        self.last += 1;
        ExceptionId(self.last)
    }

    /// The key of a message that nothing is to be compared with; the next number makes it unique.
    pub(crate) fn next_unknown(&self) -> MarkKey {
        MarkKey::of_unknown(self.last + 1)
    }

    pub(crate) fn get(&self, id: ExceptionId) -> Option<&Arc<ExceptionEntry>> {
        self.entries.get(&id)
    }

    pub(crate) fn by_key(&self, key: MarkKey) -> Option<&Arc<ExceptionEntry>> {
        self.by_key.get(&key).and_then(|id| self.entries.get(id))
    }

    /// Puts an entry in, in the place of the one with its number. Gives those that had to leave.
    pub(crate) fn put(&mut self, entry: Arc<ExceptionEntry>) -> Vec<Arc<ExceptionEntry>> {
        self.take(entry.id);
        self.bytes += entry.raw.len();
        self.by_key.insert(entry.key, entry.id);
        self.leaving.insert((Rank::of(&entry), entry.id));
        self.entries.insert(entry.id, entry);
        let mut left = Vec::new();
        while self.entries.len() > EXCEPTIONS_MAX || self.bytes > EXCEPTIONS_BYTES_MAX {
            let first = self.leaving.first().map(|(_, id)| *id);
            let Some(gone) = first.and_then(|id| self.take(id)) else {
                unreachable!("an entry that is kept has a place in the order of leaving")
            };
            left.push(gone);
        }
        left
    }

    fn take(&mut self, id: ExceptionId) -> Option<Arc<ExceptionEntry>> {
        let entry = self.entries.remove(&id)?;
        self.bytes -= entry.raw.len();
        if self.by_key.get(&entry.key) == Some(&id) {
            self.by_key.remove(&entry.key);
        }
        self.leaving.remove(&(Rank::of(&entry), id));
        Some(entry)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<ExceptionEntry>> {
        self.entries.values()
    }

    pub(crate) fn to_vec(&self) -> Vec<Arc<ExceptionEntry>> {
        self.entries.values().cloned().collect()
    }
}
