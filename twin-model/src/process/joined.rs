//! The lots that a process blocks: in the order in which they came, so that of what its receivers
//! know a number is enough. A lot goes again only as long as nobody was asked to block it.

use super::{Process, Step};
use crate::paged::Paged;
use crate::{LotId, PagedMap, ProcessKind};

/// Lots, each once, in the order in which they joined a process. Copies share them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Joined {
    in_order: Paged<LotId>,
    /// The same ones, by their ids.
    by_id: PagedMap<LotId, ()>,
}

impl Joined {
    /// How many lots.
    pub(crate) fn len(&self) -> usize {
        self.in_order.len()
    }

    /// All of them, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &LotId> {
        self.in_order.iter()
    }

    /// Those after the first `known`.
    pub(super) fn after(&self, known: usize) -> impl Iterator<Item = &LotId> {
        self.in_order.from(self.in_order.nth(known))
    }

    /// Lots join, in the order that is given; those that have joined before stay where they are.
    fn join(&mut self, lots: Vec<LotId>) {
        for lot in lots {
            if !self.by_id.contains_key(&lot) {
                self.by_id.insert(lot.clone(), ());
                self.in_order.push(lot);
            }
        }
    }

    /// Of the lots after the first `named` those leave that `goes` says.
    fn leave(&mut self, named: usize, goes: impl Fn(&LotId) -> bool) {
        if !self.after(named).any(&goes) {
            return;
        }
        let others = self.after(named).filter(|lot| !goes(lot));
        let stay = self.iter().take(named).chain(others);
        *self = stay.cloned().collect();
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
        let in_order: Paged<LotId> = lots.into_iter().collect();
        let by_id = in_order.iter().map(|lot| (lot.clone(), ()));
        Joined {
            by_id: by_id.collect(),
            in_order,
        }
    }
}

impl Process {
    /// Hears what is new of its lots.
    pub(super) fn hear_of_lots(&mut self, news: LotNews) {
        match self.id.kind() {
            ProcessKind::Hold => self.hear_of_held(news),
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

    /// What a hold reaches no more is blocked by nobody who was not asked yet. Who was asked keeps
    /// it until the release, and so do the others, that all stand the same.
    fn hear_of_held(&mut self, news: LotNews) {
        let LotNews {
            mut came,
            mut left,
            are_all,
        } = news;
        came.sort_unstable();
        left.sort_unstable();
        if are_all || !left.is_empty() {
            let named = self.steps.iter().map(|step| step.lots_to as usize).max();
            self.lots.leave(named.unwrap_or(0), |lot| match are_all {
                true => came.binary_search(lot).is_err(),
                false => left.binary_search(lot).is_ok(),
            });
        }
        self.lots.join(came);
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

#[cfg(test)]
#[path = "joined/tests.rs"]
mod tests;
