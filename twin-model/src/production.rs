//! When and where lots were made, as the lots know it and as the plant finds them by it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Entity, Lot, LotId, Time, TimeWindow, WorkCenterId};

impl Lot {
    /// Something of the lot was made in a stretch of time, at a work center where that is known.
    /// A lot can be filled more than once: it was made from the first to the last of it.
    pub(crate) fn note_production(&mut self, made: TimeWindow, center: Option<&WorkCenterId>) {
        let joined = |known: Option<&TimeWindow>| known.map_or(made, |known| known.join(&made));
        self.production = Some(joined(self.production.as_ref()));
        if let Some(center) = center {
            let span = joined(self.made_at.get(center));
            self.made_at.insert(center.clone(), span);
        }
    }

    /// When its making began.
    #[must_use]
    pub fn produced_at(&self) -> Option<Time> {
        self.production.map(|made| made.from)
    }

    /// From its first making to its last, as far as it is known.
    #[must_use]
    pub fn production(&self) -> Option<TimeWindow> {
        self.production
    }

    /// The work centers that it was made at, each with the first and the last time of that.
    #[must_use]
    pub fn made_at(&self) -> &BTreeMap<WorkCenterId, TimeWindow> {
        &self.made_at
    }
}

/// Lots by where they were made, in time. It follows from their states, so it is
/// neither business state nor stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct Productions {
    at_center: ByTime<WorkCenterId>,
}

impl Productions {
    /// Follows an entity from its former state (`None` at its birth) to the one it has now.
    pub(crate) fn moved(&mut self, former: Option<&Entity>, now: &Entity) {
        let Entity::Lot(now) = now else { return };
        let former = former.and_then(|entity| match entity {
            Entity::Lot(lot) => Some(lot),
            _ => None,
        });
        for (center, made) in &now.made_at {
            let was = former.and_then(|lot| lot.made_at.get(center));
            if was != Some(made) {
                if let Some(was) = was {
                    self.at_center.remove(center, *was, &now.id);
                }
                self.at_center.insert(center, *made, &now.id);
            }
        }
    }

    /// Lots that were made at a work center within a window.
    pub(crate) fn at_center(
        &self,
        center: &WorkCenterId,
        window: TimeWindow,
    ) -> impl Iterator<Item = &LotId> {
        self.at_center.meeting(center, window)
    }
}

/// Lots with stretches of time, by a key.
#[derive(Debug, Clone)]
struct ByTime<K>(BTreeMap<K, Stretches>);

impl<K> Default for ByTime<K> {
    fn default() -> ByTime<K> {
        ByTime(BTreeMap::new())
    }
}

#[derive(Debug, Clone, Default)]
struct Stretches {
    /// From, to, and the lot; there is no entry without one, but bounds of a search have none.
    sorted: BTreeSet<(Time, Time, Option<LotId>)>,
    /// Length of the longest that was ever among them, microseconds: none that meets a window
    /// begins farther before it.
    longest: i64,
}

impl<K: Ord + Clone> ByTime<K> {
    fn insert(&mut self, key: &K, window: TimeWindow, lot: &LotId) {
        let stretches = match self.0.get_mut(key) {
            Some(stretches) => stretches,
            None => self.0.entry(key.clone()).or_default(),
        };
        stretches.longest = stretches.longest.max(window.micros());
        let entry = (window.from, window.to, Some(lot.clone()));
        stretches.sorted.insert(entry);
    }

    fn remove(&mut self, key: &K, window: TimeWindow, lot: &LotId) {
        if let Some(stretches) = self.0.get_mut(key) {
            let entry = (window.from, window.to, Some(lot.clone()));
            stretches.sorted.remove(&entry);
        }
    }

    fn meeting(&self, key: &K, window: TimeWindow) -> impl Iterator<Item = &LotId> {
        let stretches = self.0.get(key).into_iter();
        let candidates = stretches.flat_map(move |stretches| {
            let first = window.from.plus_micros(-stretches.longest);
            let from = (first, Time::MIN, None);
            let past = (window.to.plus_micros(1), Time::MIN, None);
            stretches.sorted.range(from..past)
        });
        candidates
            .filter(move |(_, to, _)| *to >= window.from)
            .filter_map(|(_, _, lot)| lot.as_ref())
    }
}
