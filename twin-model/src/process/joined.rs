//! The lots that a process is about, where they only come and never go: in the order in which they
//! came, so that of what its receivers know a number is enough.

use std::collections::BTreeSet;

use super::{Process, Step};
use crate::LotId;
use crate::paged::Paged;

/// Lots, in the order in which they joined a process. Copies share them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Joined(Paged<LotId>);

impl Joined {
    /// How many lots.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &LotId> {
        self.0.iter()
    }

    /// Those after the first `known`.
    pub(super) fn after(&self, known: usize) -> impl Iterator<Item = &LotId> {
        self.0.from(self.0.nth(known))
    }

    /// Lots join, ascending among themselves.
    pub(super) fn join(&mut self, joining: NewLots) {
        let mut lots = joining.lots;
        lots.sort_unstable();
        if joining.may_be_known {
            lots.dedup();
            let known: BTreeSet<&LotId> = self.iter().collect();
            lots.retain(|lot| !known.contains(lot));
        }
        for lot in lots {
            self.0.push(lot);
        }
    }
}

/// Lots that join a process.
#[derive(Debug, Default)]
pub(super) struct NewLots {
    /// Each once.
    pub(super) lots: Vec<LotId>,
    /// Whether some of them may have joined before.
    pub(super) may_be_known: bool,
}

impl FromIterator<LotId> for Joined {
    fn from_iter<I: IntoIterator<Item = LotId>>(lots: I) -> Joined {
        Joined(lots.into_iter().collect())
    }
}

impl Process {
    /// How many of its lots, from the first that joined, the receiver of a lane knows and has not
    /// been told to let go since.
    pub(super) fn lots_told(&self, lane: &str) -> usize {
        lots_to(&self.standing(lane))
    }
}

/// How many lots those who have acknowledged these know.
pub(super) fn lots_to(standing: &[&Step]) -> usize {
    let lots = standing.iter().map(|step| step.lots_to as usize);
    lots.max().unwrap_or(0)
}
