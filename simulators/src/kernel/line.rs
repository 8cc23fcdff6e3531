//! The lots that wait before a work center.

use crate::heap::Heap;

/// Which lot comes first: the more urgent, then the one with the lesser rank, then the one that
/// came to the floor first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn {
    /// The complement of the priority: the greater that is, the less is this.
    pub(crate) after: i32,
    /// What the rule goes by.
    pub(crate) rank: i64,
    /// The lot's number.
    pub(crate) number: u64,
}

/// Lots that can take each other's place: same setup, same batch, same machine, same people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alike {
    pub(crate) family: u32,
    pub(crate) batch: u32,
    pub(crate) machine: u32,
    /// Crew and how many of it.
    pub(crate) crew: (u32, u32),
}

/// Lots of one sort that wait.
#[derive(Clone, Debug)]
pub(crate) struct Sort {
    pub(crate) alike: Alike,
    pub(crate) lots: Heap<Turn, u32>,
}

/// All that wait before one work center.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// In the order in which the first of each came.
    pub(crate) sorts: Vec<Sort>,
    pub(crate) waiting: u32,
}

impl Line {
    #[inline]
    pub(crate) fn push(&mut self, alike: Alike, turn: Turn, lot: u32) {
        self.waiting += 1;
        if let Some(sort) = self.sorts.iter_mut().find(|sort| sort.alike == alike) {
            return sort.lots.push(turn, lot);
        }
        let mut lots = Heap::default();
        lots.push(turn, lot);
        self.sorts.push(Sort { alike, lots });
    }

    /// Takes the first lot of one sort.
    #[inline]
    pub(crate) fn pop(&mut self, sort: usize) -> Option<u32> {
        let (_, lot) = self.sorts.get_mut(sort)?.lots.pop()?;
        self.waiting -= 1;
        Some(lot)
    }

    /// Takes the lot at a place of a sort's heap.
    pub(crate) fn remove(&mut self, sort: usize, place: usize) -> u32 {
        self.waiting -= 1;
        self.sorts[sort].lots.remove(place).1
    }
}
