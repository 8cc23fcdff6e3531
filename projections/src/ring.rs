//! The recent entries of a plant's change stream, shared by all who follow it.
//!
//! Followers read by position and own nothing here: one that is slow costs nothing, until the
//! entries that it has not read are the oldest ones and leave. It is then told so.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use actors::Cursor;
use twin_model::EntityKey;

use crate::change_event::{ChangeEvent, Happening};
use crate::weight::weight;

/// Entries that a plant's stream keeps for followers that come back.
pub const STREAM_EVENTS_MAX: usize = 100_000;
/// Memory that these entries may take per plant, bytes.
pub const STREAM_BYTES_MAX: usize = 128 * 1024 * 1024;
/// How many entries a follower may be behind before it gets only the newest state of each item; or
/// half of those that are kept, where that is less.
pub const STREAM_BEHIND_MAX: usize = 10_000;

/// Why a cursor cannot be continued from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Gap {
    /// Entries after it are no longer kept.
    #[error("changes after this cursor are no longer kept")]
    TooOld,
    /// It belongs to another opening of the plant than the entries kept, or to another history
    /// than the plant's journal.
    #[error("this cursor is of another history than the plant's journal")]
    OtherEpoch,
    /// It was not given out by this plant.
    #[error("the plant has not reached this cursor")]
    Ahead,
}

impl Gap {
    /// Whether the journal may still have what comes after `cursor`, when the plant has reached
    /// `newest`.
    pub(crate) fn may_be_in_the_journal(self, cursor: Cursor, newest: Cursor) -> bool {
        match self {
            Gap::TooOld => true,
            Gap::OtherEpoch => cursor.epoch < newest.epoch && cursor.commit_no <= newest.commit_no,
            Gap::Ahead => false,
        }
    }
}

/// An entry with its neighbours of the same item, by their positions.
#[derive(Debug)]
struct Kept {
    event: Arc<ChangeEvent>,
    weight: usize,
    before: Option<u64>,
    after: Option<u64>,
}

/// An entry as a follower reads it.
#[derive(Debug)]
pub(crate) struct Linked {
    pub(crate) event: Arc<ChangeEvent>,
    /// The entry before it of the same item, which may have left.
    pub(crate) before: Option<u64>,
    /// The entry after it of the same item.
    pub(crate) after: Option<u64>,
}

/// The recent entries.
#[derive(Debug)]
pub(crate) struct Ring {
    entries: VecDeque<Kept>,
    /// Where the newest entry of each item stands, of those that are kept.
    newest: HashMap<EntityKey, u64>,
    /// Position of the first entry kept; counts all entries ever.
    first: u64,
    /// Everything up to and including this is before the first entry kept.
    floor: Cursor,
    bytes: usize,
    events_max: usize,
    bytes_max: usize,
}

impl Ring {
    /// An empty ring after `floor`.
    pub(crate) fn with_limits(floor: Cursor, events_max: usize, bytes_max: usize) -> Ring {
        Ring {
            entries: VecDeque::new(),
            newest: HashMap::new(),
            first: 0,
            floor,
            bytes: 0,
            events_max,
            bytes_max,
        }
    }

    /// An empty ring after `floor`, in which no position of this one is found.
    pub(crate) fn restarted(self, floor: Cursor) -> Ring {
        Ring {
            entries: VecDeque::new(),
            newest: HashMap::new(),
            first: self.end() + 1,
            floor,
            bytes: 0,
            ..self
        }
    }

    /// Adds an entry; the oldest leave when a limit is reached.
    pub(crate) fn push(&mut self, event: ChangeEvent) {
        assert!(
            self.entries
                .back()
                .map_or(self.floor, |last| last.event.cursor)
                < event.cursor,
            "entries come in the order of their cursors"
        );
        let weight = weight(&event);
        let position = self.end();
        let before = item_of(&event).and_then(|item| self.newest.insert(item, position));
        if let Some(before) = before.and_then(|before| self.kept_mut(before)) {
            before.after = Some(position);
        }
        self.bytes += weight;
        self.entries.push_back(Kept {
            event: Arc::new(event),
            weight,
            before,
            after: None,
        });
        while self.entries.len() > self.events_max || self.bytes > self.bytes_max {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            if let (None, Some(item)) = (oldest.after, item_of(&oldest.event)) {
                self.newest.remove(&item);
            }
            self.bytes -= oldest.weight;
            self.first += 1;
            self.floor = oldest.event.cursor;
        }
    }

    fn kept_mut(&mut self, position: u64) -> Option<&mut Kept> {
        let place = usize::try_from(position.checked_sub(self.first)?).ok()?;
        self.entries.get_mut(place)
    }

    /// The entry at a position, if it is kept.
    pub(crate) fn at(&self, position: u64) -> Option<&Arc<ChangeEvent>> {
        let place = usize::try_from(position.checked_sub(self.first)?).ok()?;
        self.entries.get(place).map(|kept| &kept.event)
    }

    /// Whether a follower at a position is so far behind that it may lose what it has not read.
    pub(crate) fn is_behind(&self, position: u64) -> bool {
        let behind = self.end().saturating_sub(position);
        let behind = usize::try_from(behind).unwrap_or(usize::MAX);
        let bytes_are_used_up = self.bytes > self.bytes_max / 2;
        behind > STREAM_BEHIND_MAX.min(self.events_max / 2)
            || bytes_are_used_up && behind > self.entries.len() / 2
    }

    /// The position after the newest entry.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// Entries and bytes kept now.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.entries.len(), self.bytes)
    }

    /// The position of the first entry after `cursor`; `newest` is what the plant has reached.
    pub(crate) fn seek(&self, cursor: Cursor, newest: Cursor) -> Result<u64, Gap> {
        if cursor.epoch != self.floor.epoch {
            return Err(Gap::OtherEpoch);
        }
        if cursor < self.floor {
            return Err(Gap::TooOld);
        }
        if cursor > newest {
            return Err(Gap::Ahead);
        }
        let after = self
            .entries
            .partition_point(|kept| kept.event.cursor <= cursor);
        Ok(self.first + after as u64)
    }

    /// As [`Ring::seek`], for a cursor that is known to be of this plant's history: what another
    /// opening gave out, with nothing between it and the entries kept, can be continued from.
    pub(crate) fn reach(&self, cursor: Cursor, newest: Cursor) -> Result<u64, Gap> {
        let whole = (cursor.index, self.floor.index) == (u32::MAX, u32::MAX);
        let touches = whole && cursor.commit_no == self.floor.commit_no;
        match touches && cursor.epoch < self.floor.epoch {
            true => Ok(self.first),
            false => self.seek(cursor, newest),
        }
    }

    /// Up to `max` entries from `position` on, or `None` when some of them have left.
    pub(crate) fn read(&self, position: u64, max: usize) -> Option<Vec<Arc<ChangeEvent>>> {
        let kept = self.from(position, max)?;
        Some(kept.map(|kept| Arc::clone(&kept.event)).collect())
    }

    /// As [`Ring::read`], each with its neighbours.
    pub(crate) fn read_linked(&self, position: u64, max: usize) -> Option<Vec<Linked>> {
        let linked = self.from(position, max)?.map(|kept| Linked {
            event: Arc::clone(&kept.event),
            before: kept.before,
            after: kept.after,
        });
        Some(linked.collect())
    }

    fn from(&self, position: u64, max: usize) -> Option<impl Iterator<Item = &Kept>> {
        let skip = usize::try_from(position.checked_sub(self.first)?).ok()?;
        Some(self.entries.iter().skip(skip).take(max))
    }
}

/// The item that an entry shows; `None` of a notice.
fn item_of(event: &ChangeEvent) -> Option<EntityKey> {
    match &event.happening {
        Happening::State { state, .. } => Some(state.key()),
        Happening::Notice(_) | Happening::Exception(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use twin_model::{Code, EntityKey, Notice, Time};

    use super::*;
    use crate::change_event::Happening;

    fn cursor(commit_no: u64, index: u32) -> Cursor {
        Cursor {
            epoch: 3,
            commit_no,
            index,
        }
    }

    fn entry(commit_no: u64, index: u32) -> ChangeEvent {
        let notice = Notice::DiscrepancyFound {
            object: EntityKey::Lot("L-1".parse().unwrap()),
            code: Code::R05,
            text: "a discrepancy".into(),
        };
        let plant = "P1".parse().unwrap();
        let happening = Happening::Notice(notice);
        ChangeEvent::new(plant, cursor(commit_no, index), Time::EPOCH, happening)
    }

    fn whole(commit_no: u64) -> Cursor {
        cursor(commit_no, u32::MAX)
    }

    /// Two entries in each of the commits 5 to 9, after a snapshot at 4.
    fn ring(events_max: usize) -> Ring {
        let mut ring = Ring::with_limits(whole(4), events_max, usize::MAX);
        for commit_no in 5..=9 {
            ring.push(entry(commit_no, 1));
            ring.push(entry(commit_no, 2));
        }
        ring
    }

    fn after(ring: &Ring, from: Cursor) -> Result<Vec<Cursor>, Gap> {
        let position = ring.seek(from, whole(9))?;
        let entries = ring.read(position, usize::MAX).unwrap();
        Ok(entries.iter().map(|entry| entry.cursor).collect())
    }

    #[test]
    fn a_follower_gets_exactly_what_comes_after_its_cursor() {
        let ring = ring(100);
        assert_eq!(after(&ring, whole(4)).unwrap().len(), 10);
        assert_eq!(
            after(&ring, cursor(8, 2)),
            Ok(vec![cursor(9, 1), cursor(9, 2)])
        );
        assert_eq!(after(&ring, whole(8)), Ok(vec![cursor(9, 1), cursor(9, 2)]));
        assert_eq!(after(&ring, cursor(9, 1)), Ok(vec![cursor(9, 2)]));
        assert_eq!(after(&ring, whole(9)), Ok(vec![]), "at the newest: no gap");
    }

    #[test]
    fn a_cursor_that_cannot_be_continued_from_is_named_never_moved() {
        let ring = ring(4);
        assert_eq!(ring.size().0, 4);
        assert_eq!(
            after(&ring, cursor(7, 2)).unwrap().len(),
            4,
            "the last one that left"
        );
        assert_eq!(after(&ring, cursor(7, 1)), Err(Gap::TooOld));
        assert_eq!(after(&ring, whole(10)), Err(Gap::Ahead));
        let other = Cursor {
            epoch: 2,
            ..whole(9)
        };
        assert_eq!(after(&ring, other), Err(Gap::OtherEpoch));
        let other = Cursor {
            epoch: 4,
            ..whole(5)
        };
        assert_eq!(after(&ring, other), Err(Gap::OtherEpoch));
    }

    #[test]
    fn the_oldest_leave_when_the_bytes_are_used_up() {
        let one = weight(&entry(5, 1));
        let mut ring = Ring::with_limits(whole(4), usize::MAX, one * 3);
        for commit_no in 5..=9 {
            ring.push(entry(commit_no, 1));
        }
        assert_eq!(ring.size(), (3, one * 3));
        assert!(ring.read(1, 10).is_none(), "its first two have left");
        assert_eq!(ring.read(2, 10).unwrap().len(), 3);
    }

    #[test]
    fn positions_of_before_a_restart_are_lost_not_mistaken() {
        let before = ring(100);
        let end = before.end();
        let mut restarted = before.restarted(Cursor {
            epoch: 4,
            ..whole(9)
        });
        assert!(restarted.read(end, 10).is_none());
        assert!(restarted.read(end - 1, 10).is_none());
        assert_eq!(restarted.seek(whole(9), whole(9)), Err(Gap::OtherEpoch));
        let mut first = entry(10, 1);
        first.cursor.epoch = 4;
        restarted.push(first);
        assert_eq!(restarted.read(end + 1, 10).unwrap().len(), 1);
    }
}
