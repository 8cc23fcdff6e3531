//! When and where lots were made, as the lots know it and as the plant finds them by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::effect::{Effects, View};
use crate::{
    Entity, EntityKey, Hold, HoldId, HoldScope, Lot, LotId, MaterialId, Message, PagedMap, Plant,
    Shared, Time, TimeWindow, WorkCenterId, WorkOrder, WorkOrderId,
};

impl Lot {
    /// Something of the lot was made in a stretch of time, at a work center where that is known.
    /// A lot can be filled more than once: it was made from the first to the last of it. A hold on
    /// a window that this meets stands on the lot from now on.
    pub(crate) fn note_production(
        &mut self,
        made: TimeWindow,
        center: Option<&WorkCenterId>,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        let met: Vec<(HoldId, Option<Time>)> = {
            let before = |hold: &Hold| self.held_since(hold);
            let own = self.holds.iter().filter_map(|id| view.plant.hold(id));
            own.filter(|hold| hold.scope().target().is_none())
                .map(|hold| (hold.id().clone(), before(hold)))
                .collect()
        };
        let began = self.produced_at();
        let joined = |known: Option<&TimeWindow>| known.map_or(made, |known| known.join(&made));
        self.goods.card.production = Some(joined(self.goods.card.production.as_ref()));
        if let Some(center) = center {
            let span = joined(self.goods.card.made_at.get(center));
            self.goods.card.made_at.insert(center.clone(), span);
        }
        if self.produced_at() != began {
            self.look_at_material(view, effects);
        }
        for (id, before) in met {
            let now = view.plant.hold(&id).and_then(|hold| self.held_since(hold));
            if now != before {
                self.hand_on(&id, view, effects);
            }
        }
        for hold in view.plant.window_holds.on(self) {
            self.hold_placed(&hold, view, effects);
        }
    }

    /// When its making began.
    #[must_use]
    pub fn produced_at(&self) -> Option<Time> {
        self.goods.card.production.map(|made| made.from)
    }

    /// From its first making to its last, as far as it is known.
    #[must_use]
    pub fn production(&self) -> Option<TimeWindow> {
        self.goods.card.production
    }

    /// The work centers that it was made at, each with the first and the last time of that.
    #[must_use]
    pub fn made_at(&self) -> &PagedMap<WorkCenterId, TimeWindow> {
        &self.goods.card.made_at
    }
}

/// Lots by what they are and where they were made, in time. It follows from their states, so it is
/// neither business state nor stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct Productions {
    of_material: ByTime<MaterialId, LotId>,
    at_center: ByTime<WorkCenterId, LotId>,
    /// Orders by where and when they were worked on.
    orders: ByTime<WorkCenterId, WorkOrderId>,
    /// Orders by what they moved without a lot, and when.
    without_lot: ByTime<MaterialId, WorkOrderId>,
}

impl Productions {
    /// Follows an entity from its former state (`None` at its birth) to the one it has now.
    pub(crate) fn moved(&mut self, former: Option<&Entity>, now: &Entity) {
        if let Entity::WorkOrder(now) = now {
            let former = former.and_then(|entity| match entity {
                Entity::WorkOrder(order) => Some(order.as_ref()),
                _ => None,
            });
            self.order_moved(former, now);
            self.order_took_without_lot(former, now);
        }
        let Entity::Lot(now) = now else { return };
        let former = former.and_then(|entity| match entity {
            Entity::Lot(lot) => Some(lot),
            _ => None,
        });
        let alike = |former: &Shared<Lot>| {
            former.goods.is_same(&now.goods) || former.goods.card.is_same(&now.goods.card)
        };
        if former.is_some_and(alike) {
            return;
        }
        let was = former.and_then(|lot| lot.goods.card.production);
        let (material, is) = (&now.goods.card.material, now.goods.card.production);
        self.of_material.moved(material, (was, is), &now.goods.id);
        for (center, made) in now.goods.card.made_at.iter() {
            let was = former.and_then(|lot| lot.goods.card.made_at.get(center));
            let change = (was.copied(), Some(*made));
            self.at_center.moved(center, change, &now.goods.id);
        }
    }

    fn order_moved(&mut self, former: Option<&WorkOrder>, now: &WorkOrder) {
        if former.is_some_and(|former| former.has_worked_like(now)) {
            return;
        }
        for center in now.work_centers() {
            let was = former.and_then(|former| former.span_at(center));
            let change = (was, now.span_at(center));
            self.orders.moved(center, change, now.id());
        }
    }

    fn order_took_without_lot(&mut self, former: Option<&WorkOrder>, now: &WorkOrder) {
        let was = former.and_then(|former| former.moved.as_ref());
        let Some(moved) = &now.moved else { return };
        if was.is_some_and(|was| Arc::ptr_eq(was, moved)) {
            return;
        }
        for (material, during) in moved.without_lot() {
            let was = was.and_then(|was| was.without_lot().get(material));
            let change = (was.copied(), Some(*during));
            self.without_lot.moved(material, change, now.id());
        }
    }

    /// Orders that moved something of a material without a lot, from the first to the last time of
    /// which some is within a window.
    pub(crate) fn moved_without_lot(
        &self,
        material: &MaterialId,
        window: TimeWindow,
    ) -> impl Iterator<Item = &WorkOrderId> {
        self.without_lot.meeting(material, window)
    }

    /// Orders that were worked on at a work center within a window.
    pub(crate) fn orders_at(
        &self,
        center: &WorkCenterId,
        window: TimeWindow,
    ) -> impl Iterator<Item = &WorkOrderId> {
        self.orders.meeting(center, window)
    }

    /// Lots of a material that were made within a window.
    pub(crate) fn of_material(
        &self,
        material: &MaterialId,
        window: TimeWindow,
    ) -> impl Iterator<Item = &LotId> {
        self.of_material.meeting(material, window)
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

/// Objects with stretches of time, by a key.
#[derive(Debug, Clone)]
struct ByTime<K, T>(BTreeMap<K, Stretches<T>>);

impl<K, T> Default for ByTime<K, T> {
    fn default() -> ByTime<K, T> {
        ByTime(BTreeMap::new())
    }
}

#[derive(Debug, Clone)]
struct Stretches<T> {
    /// Until when, by its beginning and the object; there is no entry without an object, but bounds
    /// of a search have none.
    ends: BTreeMap<(Time, Option<T>), Time>,
    /// Length of the longest that was ever among them, microseconds: none that meets a window
    /// begins farther before it.
    longest: i64,
}

impl<T> Default for Stretches<T> {
    fn default() -> Stretches<T> {
        Stretches {
            ends: BTreeMap::new(),
            longest: 0,
        }
    }
}

impl<K: Ord + Clone, T: Ord + Clone> ByTime<K, T> {
    /// Follows an object from the window that it had to the one that it has now.
    fn moved(&mut self, key: &K, (was, is): (Option<TimeWindow>, Option<TimeWindow>), object: &T) {
        if was == is {
            return;
        }
        if let Some(was) = was
            && is.map(|is| is.from) != Some(was.from)
        {
            self.remove(key, was, object);
        }
        if let Some(is) = is {
            self.insert(key, is, object);
        }
    }

    fn insert(&mut self, key: &K, window: TimeWindow, object: &T) {
        let stretches = match self.0.get_mut(key) {
            Some(stretches) => stretches,
            None => self.0.entry(key.clone()).or_default(),
        };
        stretches.longest = stretches.longest.max(window.micros());
        let entry = (window.from, Some(object.clone()));
        stretches.ends.insert(entry, window.to);
    }

    fn remove(&mut self, key: &K, window: TimeWindow, object: &T) {
        if let Some(stretches) = self.0.get_mut(key) {
            stretches.ends.remove(&(window.from, Some(object.clone())));
        }
    }

    fn meeting(&self, key: &K, window: TimeWindow) -> impl Iterator<Item = &T> {
        let stretches = self.0.get(key).into_iter();
        let candidates = stretches.flat_map(move |stretches| {
            let first = window.from.plus_micros(-stretches.longest);
            let past = window.to.plus_micros(1);
            stretches.ends.range((first, None)..(past, None))
        });
        candidates
            .filter(move |(_, to)| **to >= window.from)
            .filter_map(|((_, object), _)| object.as_ref())
    }
}

/// Open holds on windows, by what they look at. It follows from the states of the holds, so it is
/// neither business state nor stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct WindowHolds {
    of_material: BTreeMap<MaterialId, Vec<(TimeWindow, HoldId)>>,
    at_center: BTreeMap<WorkCenterId, Vec<(TimeWindow, HoldId)>>,
}

impl WindowHolds {
    /// Follows a hold to the state that it has now.
    pub(crate) fn moved(&mut self, now: &Entity) {
        let Entity::Hold(hold) = now else { return };
        match hold.scope() {
            HoldScope::MaterialWindow(scope) => {
                let known = self.of_material.entry(scope.material.clone()).or_default();
                WindowHolds::note(known, scope.window, hold);
            }
            HoldScope::WorkCenterWindow(scope) => {
                let known = self.at_center.entry(scope.work_center.clone()).or_default();
                WindowHolds::note(known, scope.window, hold);
            }
            HoldScope::Lot(_) | HoldScope::WorkOrder(_) | HoldScope::WorkCenter(_) => {}
        }
    }

    fn note(known: &mut Vec<(TimeWindow, HoldId)>, window: TimeWindow, hold: &Hold) {
        known.retain(|(_, id)| id != hold.id());
        if hold.is_open() {
            known.push((window, hold.id().clone()));
            known.sort_unstable();
        }
    }

    /// Whether there is, or was, a hold on any work center's window: mostly there is none.
    pub(crate) fn is_any_at_centers(&self) -> bool {
        !self.at_center.is_empty()
    }

    /// The holds on a work center, each with its window.
    pub(crate) fn at(&self, center: &WorkCenterId) -> &[(TimeWindow, HoldId)] {
        self.at_center.get(center).map_or(&[], Vec::as_slice)
    }

    /// The holds on work centers.
    pub(crate) fn at_centers(&self) -> impl Iterator<Item = &HoldId> {
        self.at_center.values().flatten().map(|(_, hold)| hold)
    }

    /// The holds whose window the making of a lot meets.
    fn on(&self, lot: &Lot) -> Vec<HoldId> {
        let of_material = self
            .of_material
            .get(&lot.goods.card.material)
            .into_iter()
            .flatten();
        let of_material = of_material.filter(|(window, _)| {
            let made = lot.goods.card.production.as_ref();
            made.is_some_and(|made| made.meets(window).is_some())
        });
        let at_center = lot.goods.card.made_at.iter().flat_map(|(center, made)| {
            let known = self.at_center.get(center).into_iter().flatten();
            known.filter(|(window, _)| made.meets(window).is_some())
        });
        let all = of_material.chain(at_center);
        all.map(|(_, hold)| hold.clone()).collect()
    }
}

impl HoldScope {
    /// Lots that a window takes in, by what is known of their making.
    pub(crate) fn lots(&self, plant: &Plant) -> Vec<LotId> {
        match self {
            HoldScope::MaterialWindow(scope) => {
                let lots = plant.productions.of_material(&scope.material, scope.window);
                lots.cloned().collect()
            }
            HoldScope::WorkCenterWindow(scope) => {
                let lots = plant
                    .productions
                    .at_center(&scope.work_center, scope.window);
                lots.cloned().collect()
            }
            HoldScope::Lot(_) | HoldScope::WorkOrder(_) | HoldScope::WorkCenter(_) => Vec::new(),
        }
    }

    /// When the making of a lot first met the window; `None` for what is no window.
    pub(crate) fn first_met(&self, lot: &Lot) -> Option<Time> {
        match self {
            HoldScope::MaterialWindow(scope) => lot.goods.card.production?.meets(&scope.window),
            HoldScope::WorkCenterWindow(scope) => lot
                .goods
                .card
                .made_at
                .get(&scope.work_center)?
                .meets(&scope.window),
            HoldScope::Lot(_) | HoldScope::WorkOrder(_) | HoldScope::WorkCenter(_) => None,
        }
    }
}

impl Plant {
    /// Lots of a material that were made at a time or later look at what it says of them.
    pub(crate) fn tell_lots_made_of(
        &self,
        material: &MaterialId,
        since: Time,
        effects: &mut Effects,
    ) {
        let window = TimeWindow {
            from: since,
            to: Time::MAX,
        };
        for lot in self.productions.of_material(material, window) {
            effects.tell(EntityKey::Lot(lot.clone()), Message::MaterialPublished);
        }
    }
}
