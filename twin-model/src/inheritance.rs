//! How holds reach a lot and go on to what was made from it.
//!
//! Each lot knows for every hold that reaches it how near the held object is, so that a gate needs
//! no search, and since when it is reached, so that a report from before that is told apart. A hold
//! spreads in the order of distance, because messages are delivered first in, first out: a lot that
//! several ways lead to hears of the shortest one first.

use serde::{Deserialize, Serialize};

use crate::effect::{Effects, View};
use crate::{EntityKey, Hold, HoldId, Lot, LotId, Message, Plant, Time};

/// How a hold reaches a lot. The way and the time are the best of all ways each for itself, so they
/// do not depend on the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reach {
    /// Steps along the genealogy to the held object. The lots of a held order are one step away.
    pub steps: u32,
    /// The nearest object that the hold was placed on; of two equally near the smaller key.
    pub from: EntityKey,
    /// Since when it reaches the lot. Along one way that is the latest of the placing of the hold
    /// and the times at which something went on from each lot to the next; of several ways the
    /// earliest time counts.
    pub since: Time,
}

impl Reach {
    /// How a hold on an order reaches a lot that belongs to the order since `since`.
    pub(crate) fn of_order(order: EntityKey, hold: &HoldId, since: Time, plant: &Plant) -> Reach {
        let placed = plant.hold(hold).map_or(since, Hold::placed_at);
        Reach {
            steps: 1,
            from: order,
            since: since.max(placed),
        }
    }

    /// One step on, to a lot that something went into at `at`.
    pub(crate) fn at_child(&self, at: Time) -> Reach {
        Reach {
            steps: self.steps.saturating_add(1),
            from: self.from.clone(),
            since: self.since.max(at),
        }
    }

    /// With what is better of another way: the shorter way, the earlier time. `None` when nothing
    /// is.
    pub(crate) fn improved_by(&self, other: &Reach) -> Option<Reach> {
        let shorter = (other.steps, &other.from) < (self.steps, &self.from);
        let way = if shorter { other } else { self };
        let earlier = other.since < self.since;
        (shorter || earlier).then(|| Reach {
            steps: way.steps,
            from: way.from.clone(),
            since: self.since.min(other.since),
        })
    }
}

impl Plant {
    /// Holds that wait for something not yet known: it is held from its birth on.
    pub(crate) fn holds_before_birth(&self, key: &EntityKey) -> impl Iterator<Item = &HoldId> {
        let waiting = self.unborn().get(key).into_iter();
        waiting
            .flat_map(|kept| kept.holds())
            .filter_map(|message| match message {
                Message::HoldPlaced(hold) => Some(hold),
                _ => None,
            })
    }
}

impl Plant {
    /// Holds on the orders that a lot which is not yet known was made for, each with since when it
    /// reaches the lot.
    pub(crate) fn holds_by_order_before_birth<'p>(
        &'p self,
        key: &EntityKey,
    ) -> impl Iterator<Item = (&'p Hold, Time)> {
        let waiting = self
            .unborn()
            .get(key)
            .into_iter()
            .flat_map(|kept| kept.iter());
        let made_for = waiting.filter_map(|message| match message {
            Message::MadeFor { order, at, .. } => Some((order, *at)),
            _ => None,
        });
        made_for.flat_map(|(order, since)| {
            let key = EntityKey::WorkOrder(order.clone());
            let known = self.work_order(order).map(crate::WorkOrder::holds);
            let known = known.into_iter().flatten();
            let holds: Vec<&HoldId> = known.chain(self.holds_before_birth(&key)).collect();
            let holds = holds.into_iter().filter_map(|id| self.hold(id));
            holds.map(move |hold| (hold, hold.placed_at().max(since)))
        })
    }
}

impl Lot {
    /// Takes over the holds of a lot of which something is in this one since a time.
    pub(crate) fn inherit_from(
        &mut self,
        parent: &Lot,
        since: Time,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        let is_part = self.is_part_of(&parent.goods.id);
        let reaches = |hold: &&HoldId| is_part || goes_on(hold, view.plant);
        for hold in parent.all_holds().filter(reaches) {
            if let Some(reach) = parent.reach_here(hold, view.plant) {
                self.inherit(hold, &reach.at_child(since), view, effects);
            }
        }
        self.catch_from(parent, effects);
    }

    /// How a hold stands at this lot, whether placed on it or inherited.
    pub(crate) fn reach_here(&self, hold: &HoldId, plant: &Plant) -> Option<Reach> {
        let inherited = self.inherited.get(hold);
        if !self.holds.contains(hold) {
            return inherited.cloned();
        }
        let placed = plant.hold(hold)?.since_on(self);
        Some(Reach {
            steps: 0,
            from: EntityKey::Lot(self.goods.id.clone()),
            since: inherited.map_or(placed, |reach| reach.since.min(placed)),
        })
    }

    /// Since when a hold reaches the lot; `None` when it does not.
    #[must_use]
    pub fn held_since(&self, hold: &Hold) -> Option<Time> {
        let own = self.holds.contains(hold.id()).then(|| hold.since_on(self));
        let inherited = self.inherited.get(hold.id()).map(|reach| reach.since);
        own.into_iter().chain(inherited).min()
    }

    /// A hold on the lot itself is placed.
    pub(crate) fn hold_placed(&mut self, hold: &HoldId, view: View<'_>, effects: &mut Effects) {
        if self.holds.insert(hold.clone()) {
            self.hand_on(hold, view, effects);
            self.tell_gates(effects);
        }
    }

    /// A hold on the lot itself is over.
    pub(crate) fn hold_released(&mut self, hold: &HoldId, effects: &mut Effects) {
        if self.holds.remove(hold) {
            self.tell_children(Message::HoldDisinherited(hold.clone()), effects);
            self.tell_gates(effects);
        }
    }

    /// A hold reaches the lot by what it was made from or for.
    pub(crate) fn inherit(
        &mut self,
        hold: &HoldId,
        reach: &Reach,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        // A lot that is held itself has told its children of a shorter way.
        let own = self.holds.contains(hold);
        let before = own.then(|| self.reach_here(hold, view.plant));
        match self
            .inherited
            .get(hold)
            .map(|known| known.improved_by(reach))
        {
            Some(None) => return,
            Some(Some(better)) => self.inherited.insert(hold.clone(), better),
            None => {
                if self.inherited.is_empty() {
                    self.inherited = effects.only_reach(hold, reach);
                } else {
                    self.inherited.insert(hold.clone(), reach.clone());
                }
                effects.hold_spread_to_one_more(hold, true);
            }
        }
        if before.is_none_or(|before| before != self.reach_here(hold, view.plant)) {
            self.hand_on(hold, view, effects);
            self.tell_gates(effects);
        }
    }

    /// A hold on what the lot was made from or for is over.
    pub(crate) fn disinherit(&mut self, hold: &HoldId, effects: &mut Effects) {
        if self.inherited.remove(hold) {
            effects.hold_spread_to_one_more(hold, false);
            self.tell_children(Message::HoldDisinherited(hold.clone()), effects);
            self.tell_gates(effects);
        }
    }

    /// Tells every child of a hold, with the way and the time that hold for the child.
    pub(crate) fn hand_on(&self, hold: &HoldId, view: View<'_>, effects: &mut Effects) {
        if self.goods.children.is_empty() {
            return;
        }
        let Some(reach) = self.reach_here(hold, view.plant) else {
            return;
        };
        let hold = hold.clone();
        if goes_on(&hold, view.plant) {
            self.tell_children(Message::HoldInherited { hold, reach }, effects);
            return;
        }
        let inherited = Message::HoldInherited { hold, reach };
        for (child, at) in self.goods.children.iter() {
            let known = view.plant.lot(child);
            if known.is_some_and(|child| child.is_part_of(&self.goods.id)) {
                effects.tell(EntityKey::Lot(child.clone()), inherited.for_child(*at));
            }
        }
    }

    /// Whether some of it is the goods of another lot under its own name.
    pub(crate) fn is_part_of(&self, whole: &LotId) -> bool {
        self.goods
            .card
            .parents
            .get(whole)
            .is_some_and(|part| part.is_part)
    }

    /// Its own holds, then those that reach it only by what it was made from or for.
    pub fn all_holds(&self) -> impl Iterator<Item = &HoldId> {
        let own = |hold: &&HoldId| !self.holds.contains(*hold);
        self.holds.iter().chain(self.inherited.keys().filter(own))
    }

    /// Holds on what it was made from or for, ascending.
    pub fn inherited_holds(&self) -> impl Iterator<Item = &HoldId> {
        self.inherited.keys()
    }

    /// How a hold on what it was made from or for reaches it; `None` when that hold does not.
    #[must_use]
    pub fn reach_of(&self, hold: &HoldId) -> Option<&Reach> {
        self.inherited.get(hold)
    }
}

/// Whether a hold goes on to what is made from what it stands on. To the parts of that it goes on
/// in any case: they are the same goods under other names.
fn goes_on(hold: &HoldId, plant: &Plant) -> bool {
    plant.hold(hold).is_none_or(Hold::propagates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(steps: u32, from: &str, since: i64) -> Reach {
        Reach {
            steps,
            from: EntityKey::Lot(from.parse().unwrap()),
            since: Time::from_micros(since),
        }
    }

    #[test]
    fn of_several_ways_the_shortest_and_of_several_times_the_earliest_counts() {
        for (other, better) in [
            (reach(2, "B", 20), None),
            (reach(3, "A", 30), None),
            (reach(1, "C", 30), Some(reach(1, "C", 20))),
            (reach(2, "A", 20), Some(reach(2, "A", 20))),
            (reach(3, "C", 10), Some(reach(2, "B", 10))),
            (reach(1, "C", 10), Some(reach(1, "C", 10))),
        ] {
            let known = reach(2, "B", 20);
            assert_eq!(known.improved_by(&other), better, "{other:?}");
        }
    }

    #[test]
    fn a_hold_has_one_way() {
        let hold = |id: &str| -> HoldId { id.parse().unwrap() };
        let mut reaches = crate::Reaches::default();
        for (id, steps) in [("B", 1), ("C", 2), ("A", 3), ("B", 4)] {
            reaches.insert(hold(id), reach(steps, "L", 0));
        }
        let steps = |id: &str| reaches.get(&hold(id)).map(|reach| reach.steps);
        assert_eq!(
            ["A", "B", "C", "D"].map(steps),
            [Some(3), Some(4), Some(2), None]
        );
    }
}
