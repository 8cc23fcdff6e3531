//! The entities of one plant by kind and id, with the indexes that lists need.

mod around;
mod page;
mod ranks;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use twin_model::{
    Entity, EntityKey, EntityKind, HoldId, Inspection, Lifecycle, LogisticUnit, Lot, LotId,
    NonconformanceId, Shipment, ShipmentState, SmolStr, Time, WorkOrder,
};

pub(crate) use self::page::Page;
use self::ranks::Ranks;
use crate::index::Index;
use crate::view::{Related, object_path};

type Table = BTreeMap<SmolStr, Entity>;

static EMPTY: Table = Table::new();

/// All entities, and where to find them by what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Entities {
    work_orders: Table,
    lots: Table,
    work_centers: Table,
    holds: Table,
    shipments: Table,
    /// Entities of the kinds that have no list of their own.
    others: BTreeMap<EntityKind, Table>,
    orders_by_lifecycle: Index,
    orders_by_work_center: Index,
    lots_by_order: Index,
    lots_by_material: Index,
    lots_by_hold: Index,
    units_by_lot: Index,
    /// By nonconformance.
    lots_affected: Index,
    /// By nonconformance: lots of which something has no disposition.
    lots_undisposed: Index,
    inspections_by_lot: Index,
    /// Deliveries that have not left.
    open_shipments_by_lot: Index,
    open_holds: BTreeSet<SmolStr>,
    /// What breaks a soft rule, by its path.
    disputed: BTreeMap<SmolStr, EntityKey>,
    /// When something changes by the mere passing of time: orders become late, lots expire.
    alarms: BTreeMap<Time, BTreeSet<EntityKey>>,
    ranks: Ranks,
}

impl Entities {
    pub(crate) fn table(&self, kind: EntityKind) -> &Table {
        match kind {
            EntityKind::WorkOrder => &self.work_orders,
            EntityKind::Lot => &self.lots,
            EntityKind::WorkCenter => &self.work_centers,
            EntityKind::Hold => &self.holds,
            EntityKind::Shipment => &self.shipments,
            other => self.others.get(&other).unwrap_or(&EMPTY),
        }
    }

    pub(crate) fn get(&self, kind: EntityKind, id: &str) -> Option<&Entity> {
        self.table(kind).get(id)
    }

    pub(crate) fn with_lifecycle(&self, lifecycle: &str) -> &BTreeSet<SmolStr> {
        self.orders_by_lifecycle.get(lifecycle)
    }

    pub(crate) fn at_work_center(&self, work_center: &str) -> &BTreeSet<SmolStr> {
        self.orders_by_work_center.get(work_center)
    }

    pub(crate) fn lots_of_order(&self, order: &str) -> &BTreeSet<SmolStr> {
        self.lots_by_order.get(order)
    }

    pub(crate) fn lots_of_material(&self, material: &str) -> &BTreeSet<SmolStr> {
        self.lots_by_material.get(material)
    }

    /// The lots that a hold reaches.
    pub(crate) fn held_by(&self, hold: &str) -> &BTreeSet<SmolStr> {
        self.lots_by_hold.get(hold)
    }

    /// The lots that a nonconformance affects.
    pub(crate) fn affected_by(&self, nonconformance: &str) -> &BTreeSet<SmolStr> {
        self.lots_affected.get(nonconformance)
    }

    /// The lots of a nonconformance of which something has no disposition.
    pub(crate) fn undisposed_of(&self, nonconformance: &str) -> &BTreeSet<SmolStr> {
        self.lots_undisposed.get(nonconformance)
    }

    pub(crate) fn inspections_of(&self, lot: &str) -> &BTreeSet<SmolStr> {
        self.inspections_by_lot.get(lot)
    }

    /// Lots that a delivery wants, by themselves and in units at any depth.
    pub(crate) fn lots_of_shipment<'m>(&'m self, shipment: &'m Shipment) -> BTreeSet<&'m LotId> {
        let mut lots: BTreeSet<&LotId> = shipment.lots().iter().map(|(lot, _)| lot).collect();
        let mut stack: Vec<&str> = shipment.units().iter().map(|unit| unit.as_str()).collect();
        let mut seen: BTreeSet<&str> = stack.iter().copied().collect();
        while let Some(id) = stack.pop() {
            let Some(entity) = self.get(EntityKind::LogisticUnit, id) else {
                continue;
            };
            if let Entity::LogisticUnit(unit) = entity {
                lots.extend(unit.lots().into_iter().map(|(lot, ..)| lot));
                stack.extend(
                    unit.units()
                        .map(|inner| inner.as_str())
                        .filter(|id| seen.insert(id)),
                );
            }
        }
        lots
    }

    /// Logistic units that some of a lot is in itself.
    pub(crate) fn units_of_lot(&self, lot: &str) -> &BTreeSet<SmolStr> {
        self.units_by_lot.get(lot)
    }

    pub(crate) fn open_holds(&self) -> &BTreeSet<SmolStr> {
        &self.open_holds
    }

    /// Whether the order or one of its lots is on hold.
    pub(crate) fn is_held(&self, order: &WorkOrder) -> bool {
        let held = |id: &str| match self.lots.get(id) {
            Some(Entity::Lot(lot)) => lot.all_holds().next().is_some(),
            _ => false,
        };
        !order.holds().is_empty() || order.lots().keys().any(|lot| held(lot.as_str()))
    }

    /// What `entity`'s item shows of others.
    pub(crate) fn related(&self, entity: &Entity) -> Related {
        Related::of(entity, self)
    }

    /// Entities that time alone changes after `from`, up to and including `to`.
    pub(crate) fn alarms(&self, from: Time, to: Time) -> impl Iterator<Item = &Entity> {
        let due = (from < to).then(|| {
            self.alarms
                .range((Bound::Excluded(from), Bound::Included(to)))
        });
        due.into_iter()
            .flatten()
            .flat_map(|(_, keys)| keys)
            .filter_map(|key| self.get(key.kind(), key.id()))
    }

    /// What breaks a soft rule, by its path.
    pub(crate) fn disputed(&self) -> &BTreeMap<SmolStr, EntityKey> {
        &self.disputed
    }

    /// Looks whether an entity breaks a soft rule. That is told with a notice, so nobody looks at
    /// each change.
    pub(crate) fn look_at_disputes(&mut self, key: &EntityKey) {
        let found = self.get(key.kind(), key.id());
        let is_disputed = found.is_some_and(|entity| !entity.discrepancies().is_empty());
        let path = SmolStr::new(object_path(key));
        match is_disputed {
            true => drop(self.disputed.insert(path, key.clone())),
            false => drop(self.disputed.remove(&path)),
        }
    }

    /// Takes an entity's new state in. Adds to `reached` the entities whose items show something
    /// else because of it: holds and nonconformances that now reach other lots, inspections for
    /// which other deliveries wait.
    pub(crate) fn put(&mut self, state: &Entity, reached: &mut BTreeSet<EntityKey>) {
        let key = state.key();
        let table = match key.kind() {
            EntityKind::WorkOrder => &mut self.work_orders,
            EntityKind::Lot => &mut self.lots,
            EntityKind::WorkCenter => &mut self.work_centers,
            EntityKind::Hold => &mut self.holds,
            EntityKind::Shipment => &mut self.shipments,
            other => self.others.entry(other).or_default(),
        };
        let before = match table.get_mut(key.id()) {
            Some(place) => Some(std::mem::replace(place, state.clone())),
            None => {
                table.insert(key.id().into(), state.clone());
                None
            }
        };
        let before = before.as_ref();
        self.set_alarm(&key, before.and_then(alarm), alarm(state));
        self.ranks.put(key.kind(), key.id(), before, state);
        match (before, state) {
            (Some(Entity::WorkOrder(old)), Entity::WorkOrder(new)) => {
                self.index_order(Some(old), new);
            }
            (_, Entity::WorkOrder(new)) => self.index_order(None, new),
            (Some(Entity::Lot(old)), Entity::Lot(new)) => self.index_lot(Some(old), new, reached),
            (_, Entity::Lot(new)) => self.index_lot(None, new, reached),
            (Some(Entity::Inspection(old)), Entity::Inspection(new)) => {
                self.index_inspection(Some(old), new);
            }
            (_, Entity::Inspection(new)) => self.index_inspection(None, new),
            (Some(Entity::Shipment(old)), Entity::Shipment(new)) => {
                self.index_shipment(Some(old), new, reached);
            }
            (_, Entity::Shipment(new)) => self.index_shipment(None, new, reached),
            (Some(Entity::LogisticUnit(old)), Entity::LogisticUnit(new)) => {
                self.index_unit(Some(old), new);
            }
            (_, Entity::LogisticUnit(new)) => self.index_unit(None, new),
            (_, Entity::Hold(hold)) if hold.is_open() => {
                self.open_holds.insert(key.id().into());
            }
            (_, Entity::Hold(_)) => {
                self.open_holds.remove(key.id());
            }
            _ => {}
        }
    }

    fn set_alarm(&mut self, key: &EntityKey, old: Option<Time>, new: Option<Time>) {
        if old == new {
            return;
        }
        if let Some(old) = old
            && let Some(keys) = self.alarms.get_mut(&old)
        {
            keys.remove(key);
            if keys.is_empty() {
                self.alarms.remove(&old);
            }
        }
        if let Some(new) = new {
            self.alarms.entry(new).or_default().insert(key.clone());
        }
    }

    fn index_order(&mut self, old: Option<&WorkOrder>, new: &WorkOrder) {
        let id = new.id().as_str();
        let lifecycle = new.lifecycle();
        if old.map(WorkOrder::lifecycle) != Some(lifecycle) {
            if let Some(old) = old {
                self.orders_by_lifecycle
                    .remove(old.lifecycle().as_str(), id);
            }
            self.orders_by_lifecycle.insert(lifecycle.as_str(), id);
        }
        if old.is_some_and(|old| work_centers(old).eq(work_centers(new))) {
            return;
        }
        for work_center in old.into_iter().flat_map(work_centers) {
            self.orders_by_work_center.remove(work_center, id);
        }
        for work_center in work_centers(new) {
            self.orders_by_work_center.insert(work_center, id);
        }
    }

    fn index_lot(&mut self, old: Option<&Lot>, new: &Lot, reached: &mut BTreeSet<EntityKey>) {
        let id = new.id().as_str();
        if old.map(Lot::order) != Some(new.order()) {
            let (old, new) = (old.and_then(Lot::order), new.order());
            self.lots_by_order.move_to(
                id,
                old.map(|old| old.as_str()),
                new.map(|new| new.as_str()),
            );
        }
        if old.map(Lot::material) != Some(new.material()) {
            let old = old.map(|old| old.material().as_str());
            let new = Some(new.material().as_str());
            self.lots_by_material.move_to(id, old, new);
        }
        let had: BTreeSet<&HoldId> = old.into_iter().flat_map(Lot::all_holds).collect();
        let has: BTreeSet<&HoldId> = new.all_holds().collect();
        for hold in had.symmetric_difference(&has) {
            self.lots_by_hold.set(hold.as_str(), id, has.contains(hold));
            reached.insert(EntityKey::Hold((*hold).clone()));
        }
        for (index, of) in [
            (&mut self.lots_affected, affecting as Labels),
            (&mut self.lots_undisposed, undisposed),
        ] {
            let had = old.map(of).unwrap_or_default();
            let has = of(new);
            for found in had.symmetric_difference(&has) {
                index.set(found.as_str(), id, has.contains(found));
                reached.insert(EntityKey::Nonconformance((*found).clone()));
            }
        }
    }

    fn index_unit(&mut self, old: Option<&LogisticUnit>, new: &LogisticUnit) {
        let lots = |unit: &LogisticUnit| -> BTreeSet<LotId> {
            let lots = unit.lots().into_iter();
            lots.map(|(lot, ..)| lot.clone()).collect()
        };
        let (had, has) = (old.map(lots).unwrap_or_default(), lots(new));
        for lot in had.symmetric_difference(&has) {
            let is_there = has.contains(lot);
            self.units_by_lot
                .set(lot.as_str(), new.id().as_str(), is_there);
        }
    }

    fn index_inspection(&mut self, old: Option<&Inspection>, new: &Inspection) {
        let (old, lot) = (old.and_then(Inspection::lot), new.lot());
        let (old, lot) = (old.map(LotId::as_str), lot.map(LotId::as_str));
        self.inspections_by_lot.move_to(new.id().as_str(), old, lot);
    }

    fn index_shipment(
        &mut self,
        old: Option<&Shipment>,
        new: &Shipment,
        reached: &mut BTreeSet<EntityKey>,
    ) {
        let had = old.map(open_lots).unwrap_or_default();
        let has = open_lots(new);
        for lot in had.symmetric_difference(&has) {
            let lots = &mut self.open_shipments_by_lot;
            lots.set(lot.as_str(), new.id().as_str(), has.contains(lot));
            let inspections = self.inspections_by_lot.get(lot.as_str()).iter();
            reached
                .extend(inspections.filter_map(|id| Some(EntityKey::Inspection(id.parse().ok()?))));
        }
    }
}

/// What a lot stands under in an index of nonconformances.
type Labels = fn(&Lot) -> BTreeSet<&NonconformanceId>;

fn affecting(lot: &Lot) -> BTreeSet<&NonconformanceId> {
    let known = lot.nonconformances();
    known
        .filter_map(|(id, it)| it.affected.as_ref().map(|_| id))
        .collect()
}

fn undisposed(lot: &Lot) -> BTreeSet<&NonconformanceId> {
    lot.undisposed().map(|(id, _)| id).collect()
}

/// The lots of a delivery that has not left.
fn open_lots(shipment: &Shipment) -> BTreeSet<&LotId> {
    match shipment.state() {
        ShipmentState::Blocked | ShipmentState::Cleared => {
            shipment.lots().iter().map(|(lot, _)| lot).collect()
        }
        ShipmentState::Shipped | ShipmentState::RecallRequired | ShipmentState::Cancelled => {
            BTreeSet::new()
        }
    }
}

fn work_centers(order: &WorkOrder) -> impl Iterator<Item = &str> {
    order
        .operations()
        .iter()
        .filter_map(|op| op.work_center().map(|center| center.as_str()))
}

/// When time alone changes what is said of the entity.
fn alarm(entity: &Entity) -> Option<Time> {
    match entity {
        // Late is what is open after its end, not at it.
        Entity::WorkOrder(order) if order.lifecycle() != Lifecycle::Completed => order
            .planned_end()
            .map(|due| Time::from_micros(due.as_micros() + 1)),
        Entity::Lot(lot) => lot.expiry(),
        _ => None,
    }
}
