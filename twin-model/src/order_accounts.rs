//! What an order planned, took and gave, material by material, and how much of it is delivered.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::movement::{AccountSums, MovementKind, MovementList, Movements};
use crate::{
    Account, Discrepancy, MaterialId, Movement, PlannedComponent, Quantity, Ratio, Unit, WorkOrder,
};

impl WorkOrder {
    /// The accounts of the order, ascending by material and unit: what it planned, and what was
    /// moved for it.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        let mut accounts: BTreeMap<(MaterialId, Unit), Account> = BTreeMap::new();
        let new = |(material, unit): &(MaterialId, Unit)| Account {
            material: material.clone(),
            unit: *unit,
            planned: None,
            standard: None,
            follows: Decimal::ZERO,
            sums: AccountSums::default(),
            lacking: AccountSums::default(),
        };
        for component in &*self.components {
            let unit = component.quantity.unit;
            let key = (component.material.clone(), unit);
            let account = accounts.entry(key.clone()).or_insert_with(|| new(&key));
            let planned = component.quantity.value.value();
            *account.planned.get_or_insert_default() += planned;
            if let Some(standard) = self.standard_of(component) {
                *account.standard.get_or_insert_default() += standard;
                if component.backflush {
                    account.follows += standard;
                }
            }
        }
        if let Some(moved) = self.movements() {
            for (key, sums) in moved.sums() {
                let account = accounts.entry(key.clone()).or_insert_with(|| new(key));
                account.sums = *sums;
                account.lacking = moved.lacking_of(key);
            }
        }
        accounts.into_values().collect()
    }

    /// The movements of the order, ascending by time; also those that were taken back.
    #[must_use]
    pub fn movement_list(&self) -> &MovementList {
        self.movements()
            .map_or(MovementList::NOTHING, Movements::list)
    }

    /// What the good pieces made so far should have taken of a component.
    fn standard_of(&self, component: &PlannedComponent) -> Option<Decimal> {
        let released = self.released()?;
        let made = match &component.op {
            Some(op) => self
                .find(op)
                .map_or(Decimal::ZERO, |place| self.operations[place].good()),
            None => self.delivered(),
        };
        let released = released.try_into().ok()?;
        let per_unit = Ratio::of(component.quantity.value, released).ok()?;
        Some(per_unit.apply(made)?.value)
    }

    /// The unit in which the movements of a material are counted: that of the list where it
    /// stands on it, that of the order for what it makes, else the standing unit of what the
    /// movement measures. None of them hangs on what came first.
    pub(crate) fn account_unit(
        &self,
        material: &MaterialId,
        told: Unit,
        kind: MovementKind,
    ) -> Unit {
        if kind == MovementKind::Received && *material == self.material {
            return self.unit;
        }
        let mut listed = self
            .components
            .iter()
            .filter(|component| component.material == *material)
            .map(|component| component.quantity.unit);
        let first = listed.clone().next();
        listed
            .find(|unit| *unit == told)
            .or(first)
            .unwrap_or_else(|| told.standing())
    }

    pub(crate) fn sums_of(&self, material: &MaterialId, unit: Unit) -> AccountSums {
        let key = (material.clone(), unit);
        let known = self.movements().and_then(|moved| moved.sums().get(&key));
        known.copied().unwrap_or_default()
    }

    /// What the warehouse has received of what the order makes, in the order's unit.
    #[must_use]
    pub fn received(&self) -> Decimal {
        match &self.moved {
            Some(_) => self.sums_of(&self.material, self.unit).received,
            None => Decimal::ZERO,
        }
    }

    /// Good quantity of the delivering operations, in the order's unit.
    #[must_use]
    pub fn good_of_deliveries(&self) -> Decimal {
        self.operations
            .iter()
            .filter(|op| op.delivers)
            .map(|op| op.good())
            .sum()
    }

    /// What is delivered, in the order's unit: what the delivering operations made or what the
    /// warehouse received, whichever is more. Both tell of the same goods.
    #[must_use]
    pub fn delivered(&self) -> Decimal {
        self.good_of_deliveries().max(self.received())
    }

    /// R81, and R59 where the warehouse speaks of the material at all.
    pub(crate) fn broken_by_movements(&self, found: &mut Vec<Discrepancy>) {
        for account in self.accounts() {
            let without = account.without_lot();
            if without > Decimal::ZERO {
                found.push(Discrepancy::MovedWithoutLot {
                    order: self.id.clone(),
                    material: account.material.clone(),
                    without,
                    with: account.with_lot(),
                    unit: account.unit,
                });
            }
            let difference = account.unmatched();
            if !account.sums.issued.is_zero() && difference > Decimal::ZERO {
                found.push(Discrepancy::UsedWithoutIssue {
                    order: self.id.clone(),
                    used: account.consumed() + account.sums.scrapped,
                    issued: account.sums.issued - account.sums.returned,
                    difference,
                    unit: account.unit,
                    material: account.material,
                });
            }
        }
    }

    /// What was moved first for the order and counts, in words; `None` when nothing was. What was
    /// given back again is as if it had not been given.
    pub(crate) fn first_movement(&self) -> Option<String> {
        let moved = self.movements()?;
        let counts = |movement: &&Movement| {
            let sums = self.sums_of(&movement.material, movement.unit);
            let kept = match movement.kind {
                MovementKind::Issued => sums.issued > sums.returned,
                MovementKind::Returned => false,
                _ => true,
            };
            movement.stands() && kept
        };
        let first = moved.list().iter().find(counts)?;
        let material = &first.material;
        Some(match first.kind {
            MovementKind::Issued => format!("material {material} had been issued"),
            MovementKind::Received => format!("{} had been received", first.told),
            _ => format!("material {material} had been used"),
        })
    }

    /// Whether nothing more is expected by the warehouse.
    #[must_use]
    pub fn is_finally_received(&self) -> bool {
        self.movements().is_some_and(Movements::is_final)
    }
}

impl Movement {
    /// How much, in the unit of its account.
    #[must_use]
    pub fn booked(&self) -> (Decimal, Unit) {
        (self.value, self.unit)
    }

    /// How much, as it was told.
    #[must_use]
    pub fn quantity(&self) -> Quantity {
        self.told
    }
}
