//! How holds reach a lot and go on to what was made from it.
//!
//! Each lot knows for every hold that reaches it how near the held object is, so that a gate needs
//! no search. A hold spreads in the order of distance, because messages are delivered first in,
//! first out: a lot that several ways lead to hears of the shortest one first.

use serde::{Deserialize, Serialize};

use crate::effect::Effects;
use crate::{EntityKey, HoldId, Lot, Message};

/// The shortest way by which a hold reaches a lot. Of two ways the smaller one counts: fewer steps,
/// then the smaller key; so it does not depend on the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reach {
    /// Steps along the genealogy to the held object. The lots of a held order are one step away.
    pub steps: u32,
    /// The nearest object that the hold was placed on.
    pub from: EntityKey,
}

impl Reach {
    /// The way to what is made directly from, or for, the held object.
    pub(crate) fn first_step(from: EntityKey) -> Reach {
        Reach { steps: 1, from }
    }

    fn one_more(&self) -> Reach {
        Reach {
            steps: self.steps.saturating_add(1),
            from: self.from.clone(),
        }
    }
}

impl Lot {
    /// Takes over the holds of a lot that it was made from.
    pub(crate) fn inherit_from(&mut self, parent: &Lot, effects: &mut Effects) {
        for (hold, reach) in parent.handed_on() {
            self.inherit(&hold, reach, effects);
        }
    }

    /// The holds that reach whatever is made from this lot, with the way there.
    fn handed_on(&self) -> impl Iterator<Item = (HoldId, Reach)> {
        let own = self.holds.iter().map(|hold| {
            let key = EntityKey::Lot(self.id.clone());
            (hold.clone(), Reach::first_step(key))
        });
        let farther = self
            .inherited
            .iter()
            .filter(|(hold, _)| !self.holds.contains(*hold))
            .map(|(hold, reach)| (hold.clone(), reach.one_more()));
        own.chain(farther)
    }

    /// A hold on the lot itself is placed.
    pub(crate) fn hold_placed(&mut self, hold: &HoldId, effects: &mut Effects) {
        if self.holds.insert(hold.clone()) {
            let reach = Reach::first_step(EntityKey::Lot(self.id.clone()));
            self.hand_on(hold, &reach, effects);
            self.tell_gates(effects);
        }
    }

    /// A hold on the lot itself is over.
    pub(crate) fn hold_released(&mut self, hold: &HoldId, effects: &mut Effects) {
        if self.holds.remove(hold) {
            self.tell_children(&Message::HoldDisinherited(hold.clone()), effects);
            self.tell_gates(effects);
        }
    }

    /// A hold reaches the lot by what it was made from or for.
    pub(crate) fn inherit(&mut self, hold: &HoldId, reach: Reach, effects: &mut Effects) {
        match self.inherited.get_mut(hold) {
            Some(known) if *known <= reach => return,
            Some(known) => *known = reach.clone(),
            None => {
                self.inherited.insert(hold.clone(), reach.clone());
                effects.hold_spread_to_one_more(hold, true);
            }
        }
        // A lot that is held itself has told its children of a shorter way.
        if !self.holds.contains(hold) {
            self.hand_on(hold, &reach.one_more(), effects);
            self.tell_gates(effects);
        }
    }

    /// A hold on what the lot was made from or for is over.
    pub(crate) fn disinherit(&mut self, hold: &HoldId, effects: &mut Effects) {
        if self.inherited.remove(hold).is_some() {
            effects.hold_spread_to_one_more(hold, false);
            self.tell_children(&Message::HoldDisinherited(hold.clone()), effects);
            self.tell_gates(effects);
        }
    }

    fn hand_on(&self, hold: &HoldId, reach: &Reach, effects: &mut Effects) {
        let (hold, reach) = (hold.clone(), reach.clone());
        self.tell_children(&Message::HoldInherited { hold, reach }, effects);
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

    /// The shortest way by which a hold on what it was made from or for reaches it; `None` when
    /// that hold does not.
    #[must_use]
    pub fn reach_of(&self, hold: &HoldId) -> Option<&Reach> {
        self.inherited.get(hold)
    }
}
