//! The lots that a process is about, where they only come and never go: in the order in which they
//! came, so that of what its receivers know a number is enough.

use std::collections::BTreeSet;

use super::{Process, Step};
use crate::paged::Paged;
use crate::{LotId, PagedMap, ProcessKind};

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
    fn join(&mut self, news: LotNews) {
        let mut lots = news.came;
        lots.sort_unstable();
        if news.are_all {
            lots.dedup();
            let known: BTreeSet<&LotId> = self.iter().collect();
            lots.retain(|lot| !known.contains(lot));
        }
        for lot in lots {
            self.0.push(lot);
        }
    }
}

/// What is new of the lots of a process.
#[derive(Debug, Default)]
pub(super) struct LotNews {
    /// Lots that belong to it now.
    pub(super) came: Vec<LotId>,
    /// Lots that do not, or no longer.
    pub(super) left: Vec<LotId>,
    /// Whether all that belong to it are among those that came, known ones too.
    pub(super) are_all: bool,
}

impl FromIterator<LotId> for Joined {
    fn from_iter<I: IntoIterator<Item = LotId>>(lots: I) -> Joined {
        Joined(lots.into_iter().collect())
    }
}

impl Process {
    /// Hears what is new of its lots.
    pub(super) fn hear_of_lots(&mut self, news: LotNews) {
        match self.id.kind() {
            ProcessKind::Hold => self.lots.join(news),
            ProcessKind::Deviation => {
                if news.are_all {
                    self.undisposed = PagedMap::default();
                }
                for lot in &news.left {
                    self.undisposed.remove(lot);
                }
                for lot in news.came {
                    self.undisposed.insert(lot, ());
                }
            }
            _ => {}
        }
    }

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
