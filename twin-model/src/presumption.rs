//! Lots of an order of which nobody has said which operation made them: a receipt names none, and
//! many systems that report operations name no lots. They count as made at every work center that
//! the order was worked on at, from the first to the last of that: a hold on what was made there
//! reaches them, until somebody names their operation. What is named is held where it was made.
//! What is nothing but parts of other lots of the order is as they are, and nothing is presumed of
//! it: what holds them holds it.
//!
//! That a hold reaches a lot may so be over before the hold is. Then the lot, and what was made
//! from it, look anew at how it reaches them, whichever way was told first.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::effect::{Effects, View};
use crate::{
    EntityKey, Hold, HoldId, HoldScope, Lot, LotId, Message, OperationId, Plant, Reach, Time,
    TimeWindow, WorkCenterId, WorkOrder, WorkOrderId,
};

impl WorkOrder {
    /// An operation was worked on during some time, at a work center where one was named.
    pub(crate) fn note_work(
        &mut self,
        op: &OperationId,
        center: Option<&WorkCenterId>,
        during: TimeWindow,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        let before = self.presumed_holds(view.plant);
        if let Some(center) = center {
            self.note_made_at(op, center, effects);
        }
        if let Ok(place) = self.find(op) {
            let known = self.operations[place].worked;
            let worked = known.map_or(during, |known| known.join(&during));
            if known != Some(worked) {
                self.operation_mut(place).worked = Some(worked);
            }
        }
        let now = self.presumed_holds(view.plant);
        if now != before {
            effects.newly_presuming.push(self.id.clone());
        }
        for hold in now.difference(&before) {
            for lot in self.presumed_lots(view.plant) {
                self.presume(hold, placed_at(hold, view.plant), lot, effects);
            }
        }
    }

    /// A lot is known to belong to the order. `before` says whether it was one of its lots, and
    /// whether the order presumed where it was made.
    pub(crate) fn lot_is_known(
        &self,
        id: &LotId,
        (known, presumed): (bool, bool),
        plant: &Plant,
        effects: &mut Effects,
    ) {
        let lot = plant.lot(id);
        let presumes = lot.is_some_and(|lot| self.presumes(lot));
        for hold in self.presumed_holds(plant) {
            if presumes {
                self.presume(&hold, placed_at(&hold, plant), id, effects);
            } else if presumed {
                let message = Message::HoldReachChanged(hold.clone());
                effects.tell(EntityKey::Lot(id.clone()), message);
            }
            // Of its parts nothing is presumed any more.
            if let Some(lot) = lot.filter(|_| !known) {
                lot.tell_children(Message::HoldReachChanged(hold), effects);
            }
        }
    }

    /// Tells a lot of a hold on what was made at a work center of the order.
    pub(crate) fn presume(&self, hold: &HoldId, placed: Time, lot: &LotId, effects: &mut Effects) {
        let message = Message::HoldInherited {
            hold: hold.clone(),
            reach: self.reach_of_presumption(placed),
        };
        effects.tell(EntityKey::Lot(lot.clone()), message);
    }

    /// How such a hold reaches a lot of the order: since it was placed.
    fn reach_of_presumption(&self, placed: Time) -> Reach {
        Reach {
            steps: 1,
            from: EntityKey::WorkOrder(self.id.clone()),
            since: placed,
        }
    }

    /// Whether the lot is one of the order, nobody has said which operation made it, and it is not
    /// just parts of other lots of the order.
    pub(crate) fn presumes(&self, lot: &Lot) -> bool {
        let mut makings = self.makings.values();
        let id = &lot.goods.id;
        self.lots.contains_key(id)
            && !makings.any(|making| making.lots.contains_key(id))
            && !lot.is_but_parts_of(|whole| self.lots.contains_key(whole))
    }

    /// The lots of which it is presumed where they were made.
    fn presumed_lots<'p>(&'p self, plant: &'p Plant) -> impl Iterator<Item = &'p LotId> {
        let lots = self.lots.keys();
        lots.filter(|lot| plant.lot(lot).is_some_and(|lot| self.presumes(lot)))
    }

    /// The open holds on what was made at its work centers while it was worked on there.
    fn presumed_holds(&self, plant: &Plant) -> BTreeSet<HoldId> {
        if !plant.window_holds.is_any_at_centers() {
            return BTreeSet::new();
        }
        let met = self.work_centers().flat_map(|center| {
            let holds = plant.window_holds.at(center).iter();
            holds.filter(move |(window, _)| self.meets(center, window))
        });
        met.map(|(_, hold)| hold.clone()).collect()
    }

    /// The work centers that its operations were started or reported at, one by one operation.
    pub(crate) fn work_centers(&self) -> impl Iterator<Item = &WorkCenterId> {
        let makings = self.makings.values();
        makings.flat_map(|making| &making.work_centers)
    }

    /// From the first to the last work of its operations that were at a work center.
    pub(crate) fn span_at(&self, center: &WorkCenterId) -> Option<TimeWindow> {
        let makings = self.makings.iter();
        let there = makings.filter(|(_, making)| making.work_centers.contains(center));
        let worked = there.filter_map(|(op, _)| self.operations[self.find(op).ok()?].worked);
        worked.reduce(|one, other| one.join(&other))
    }

    /// Whether it was worked on at a work center within a window.
    fn meets(&self, center: &WorkCenterId, window: &TimeWindow) -> bool {
        let span = self.span_at(center);
        span.is_some_and(|span| span.meets(window).is_some())
    }

    /// Whether it was worked on at the same places and times as another state of it, as far as a
    /// short look tells.
    pub(crate) fn has_worked_like(&self, other: &WorkOrder) -> bool {
        let worked = self.operations.iter().filter_map(|op| op.worked);
        let others = other.operations.iter().filter_map(|op| op.worked);
        Arc::ptr_eq(&self.makings, &other.makings) && worked.eq(others)
    }
}

impl HoldScope {
    /// Lots of which is only presumed that they were made at a work center within a window, each
    /// with the order that it is presumed by.
    pub(crate) fn presumed<'p>(
        &'p self,
        plant: &'p Plant,
    ) -> impl Iterator<Item = (&'p LotId, &'p WorkOrder)> {
        let window = match self {
            HoldScope::WorkCenterWindow(scope) => Some(scope),
            _ => None,
        };
        let orders = window.into_iter().flat_map(|scope| {
            let orders = plant
                .productions
                .orders_at(&scope.work_center, scope.window);
            orders.filter_map(|id| plant.work_order(id))
        });
        orders.flat_map(|order| {
            let lots = order.presumed_lots(plant);
            lots.map(move |lot| (lot, order))
        })
    }
}

impl Lot {
    /// Whether all of it came from other lots as it is, and each of them is one that is meant.
    fn is_but_parts_of(&self, is_meant: impl Fn(&LotId) -> bool) -> bool {
        let parents = &self.goods.card.parents;
        !parents.is_empty() && parents.keys().all(is_meant) && self.goods.stock.is_from_others()
    }

    /// Something came in. Where all of that comes from other lots nothing is presumed of it, and
    /// where it does not any more it is again.
    pub(crate) fn look_at_presumptions(&self, view: View<'_>, effects: &mut Effects) {
        let card = &self.goods.card;
        if card.order.is_none() || card.parents.is_empty() {
            return;
        }
        for hold in view.plant.window_holds.at_centers() {
            let message = Message::HoldReachChanged(hold.clone());
            effects.tell(EntityKey::Lot(self.goods.id.clone()), message);
        }
    }

    /// What a hold reaches it by has changed: the way is worked out anew, from its orders and from
    /// what it was made from.
    pub(crate) fn look_at_reach(&mut self, hold: &HoldId, view: View<'_>, effects: &mut Effects) {
        let known = self.inherited.get(hold).cloned();
        let now = self.reach_by_origin(hold, &effects.newly_presuming, view.plant);
        if known == now {
            return;
        }
        let before = self.reach_here(hold, view.plant);
        if known.is_some() != now.is_some() {
            effects.hold_spread_to_one_more(hold, now.is_some());
        }
        match now {
            Some(reach) => self.inherited.insert(hold.clone(), reach),
            None => {
                self.inherited.remove(hold);
            }
        }
        if self.reach_here(hold, view.plant) != before {
            self.tell_children(Message::HoldReachChanged(hold.clone()), effects);
            self.tell_gates(effects);
        }
    }

    /// How an open hold on a window reaches it by its orders and by what it was made from.
    fn reach_by_origin(
        &self,
        hold: &HoldId,
        newly_presuming: &[WorkOrderId],
        plant: &Plant,
    ) -> Option<Reach> {
        let open = plant.hold(hold).filter(|hold| hold.is_open())?;
        let parents = self.goods.card.parents.iter();
        let by_parents = parents.filter_map(|(parent, part)| {
            let reach = plant.lot(parent)?.reach_here(hold, plant)?;
            (part.is_part || open.propagates()).then(|| reach.at_child(part.since))
        });
        let scope = match open.scope() {
            HoldScope::WorkCenterWindow(scope) => Some(scope),
            _ => None,
        };
        let orders = scope.into_iter().flat_map(|scope| {
            let (center, window) = (&scope.work_center, scope.window);
            let known = plant.productions.orders_at(center, window);
            let all = known.chain(newly_presuming);
            all.filter_map(|id| plant.work_order(id))
                .filter(move |order| order.meets(center, &window))
        });
        let by_orders = orders
            .filter(|order| order.presumes(self))
            .map(|order| order.reach_of_presumption(open.placed_at()));
        by_parents
            .chain(by_orders)
            .reduce(|best, other| best.improved_by(&other).unwrap_or(best))
    }
}

fn placed_at(hold: &HoldId, plant: &Plant) -> Time {
    plant.hold(hold).map_or(Time::MIN, Hold::placed_at)
}
