//! What is in units at any depth, and from the inside out: which gates something in a unit concerns.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::effect::Effects;
use crate::{DeliveryId, Entity, EntityKey, LogisticUnitId, LotId, Plant, Unit};

/// Everything in some units, at any depth.
#[derive(Debug, Default)]
pub(crate) struct Contents<'p> {
    /// The units themselves and those in them.
    pub(crate) units: BTreeSet<&'p LogisticUnitId>,
    /// Lots with how much of each, in each unit of measure that it was packed in.
    pub(crate) lots: BTreeMap<(&'p LotId, Unit), Decimal>,
}

/// Units by what is in them, and deliveries by the units that they want. It follows from their
/// states, so it is neither business state nor stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct Packings {
    of_lot: BTreeMap<LotId, BTreeSet<LogisticUnitId>>,
    of_unit: BTreeMap<LogisticUnitId, BTreeSet<LogisticUnitId>>,
    wanted: BTreeMap<LogisticUnitId, BTreeSet<DeliveryId>>,
}

impl Packings {
    /// Follows an entity from its former state (`None` at its birth) to the one it has now.
    pub(crate) fn moved(&mut self, former: Option<&Entity>, now: &Entity) {
        match now {
            Entity::LogisticUnit(unit) => {
                let (lots, units) = former.map_or_else(Default::default, inside);
                let (lots_now, units_now) = inside(now);
                follow(&mut self.of_lot, (&lots, &lots_now), &unit.id);
                follow(&mut self.of_unit, (&units, &units_now), &unit.id);
            }
            Entity::Shipment(shipment) => {
                let units = former.map_or_else(BTreeSet::new, wanted);
                follow(&mut self.wanted, (&units, &wanted(now)), &shipment.id);
            }
            _ => {}
        }
    }

    fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Deliveries that want one of these units, or one that it is in.
    fn gates(&self, units: BTreeSet<&LogisticUnitId>) -> BTreeSet<DeliveryId> {
        let mut stack: Vec<&LogisticUnitId> = units.iter().copied().collect();
        let mut seen: BTreeSet<&LogisticUnitId> = stack.iter().copied().collect();
        while let Some(unit) = stack.pop() {
            for outer in self.of_unit.get(unit).into_iter().flatten() {
                if seen.insert(outer) {
                    stack.push(outer);
                }
            }
        }
        let wanted = seen.into_iter().filter_map(|unit| self.wanted.get(unit));
        wanted.flatten().cloned().collect()
    }
}

/// Lots and units that are in a unit itself.
fn inside(entity: &Entity) -> (BTreeSet<LotId>, BTreeSet<LogisticUnitId>) {
    let Entity::LogisticUnit(unit) = entity else {
        return Default::default();
    };
    let lots = unit.lots().into_iter().map(|(lot, ..)| lot.clone());
    (lots.collect(), unit.units().cloned().collect())
}

/// Units that a delivery wants and that have not left.
fn wanted(entity: &Entity) -> BTreeSet<LogisticUnitId> {
    match entity {
        Entity::Shipment(shipment) if shipment.end.is_none() => {
            shipment.units.iter().cloned().collect()
        }
        _ => BTreeSet::new(),
    }
}

/// Follows what `who` stands at from the former keys to those of now.
fn follow<K: Ord + Clone, V: Ord + Clone>(
    index: &mut BTreeMap<K, BTreeSet<V>>,
    (former, now): (&BTreeSet<K>, &BTreeSet<K>),
    who: &V,
) {
    for key in former.difference(now) {
        if let Some(known) = index.get_mut(key) {
            known.remove(who);
            if known.is_empty() {
                index.remove(key);
            }
        }
    }
    for key in now.difference(former) {
        index.entry(key.clone()).or_default().insert(who.clone());
    }
}

impl Plant {
    /// Everything in some units, at any depth. What two of them have counts once.
    pub(crate) fn contents<'p>(
        &'p self,
        units: impl Iterator<Item = &'p LogisticUnitId>,
    ) -> Contents<'p> {
        let mut contents = Contents::default();
        let mut stack: Vec<&LogisticUnitId> = units.collect();
        while let Some(id) = stack.pop() {
            if !contents.units.insert(id) {
                continue;
            }
            let Some(unit) = self.logistic_unit(id) else {
                continue;
            };
            for (lot, unit, quantity) in unit.lots() {
                *contents.lots.entry((lot, unit)).or_default() += quantity;
            }
            stack.extend(unit.units());
        }
        contents
    }

    /// Units that a lot is in itself, ascending.
    pub fn units_of(&self, lot: &LotId) -> impl Iterator<Item = &LogisticUnitId> {
        self.packings.of_lot.get(lot).into_iter().flatten()
    }

    /// Gates that what happens to a lot concerns: those that want it, and those that want a unit
    /// in which some of it is.
    pub(crate) fn gates_of(&self, lot: &LotId) -> BTreeSet<DeliveryId> {
        let own = self
            .lot(lot)
            .into_iter()
            .flat_map(|lot| lot.goods.gates.iter());
        let mut gates: BTreeSet<DeliveryId> = own.cloned().collect();
        if !self.packings.is_empty() {
            gates.extend(self.packings.gates(self.units_of(lot).collect()));
        }
        gates
    }

    /// Gates that want a unit, or one that it is in.
    pub(crate) fn gates_around(&self, unit: &LogisticUnitId) -> BTreeSet<DeliveryId> {
        self.packings.gates(BTreeSet::from([unit]))
    }

    /// Collects the gates that want a unit in which this turn has changed something.
    pub(crate) fn collect_gates_of_units(&self, effects: &mut Effects) {
        if self.packings.is_empty() {
            return;
        }
        let mut units = BTreeSet::new();
        let touched: Vec<EntityKey> = self.touched().map(|(key, _)| key).collect();
        for key in &touched {
            match key {
                EntityKey::Lot(lot) => units.extend(self.units_of(lot)),
                EntityKey::LogisticUnit(unit) => {
                    units.insert(unit);
                }
                _ => {}
            }
        }
        effects.gates.extend(self.packings.gates(units));
    }
}
