//! A logistic unit, such as a pallet or a case: which lots and which other units are in it.
//!
//! What is in it follows from what was put in and taken out, each at its time, so it does not
//! depend on the order of arrival: of lots the amounts add up, of a unit the last word counts.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lot_stock::add;
use crate::{
    Claims, Discrepancy, EntityKey, LogisticUnitId, LotId, LotPacked, PackAction, Time, Unit,
};

/// Amounts of lots, each at its time, and words on other units that one unit keeps.
pub const PACKINGS_PER_UNIT_MAX: usize = 10_000;

/// The last word on a unit within another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitMove {
    /// When.
    pub at: Time,
    /// In or out. At one and the same time in counts: what may be in it must not ship unseen.
    pub action: PackAction,
}

impl UnitMove {
    /// The later one; of two at the same time the one that says in.
    fn later(self, other: UnitMove) -> UnitMove {
        let is_in = |it: UnitMove| it.action == PackAction::Add;
        match self.at.cmp(&other.at) {
            Ordering::Less => other,
            Ordering::Equal if is_in(other) => other,
            Ordering::Equal | Ordering::Greater => self,
        }
    }
}

/// A packing unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogisticUnit {
    pub(crate) id: LogisticUnitId,
    /// What was put in (above zero) or taken out (below zero) of a lot, in a unit, at a time.
    /// Nothing from before it was emptied, and nothing that is zero.
    pub(crate) lots: BTreeMap<(LotId, Unit, Time), Decimal>,
    /// The last word on each unit. None from before it was emptied.
    pub(crate) units: BTreeMap<LogisticUnitId, UnitMove>,
    /// When everything was taken out of it last. What was put in at that very time is in it.
    pub(crate) emptied_at: Option<Time>,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
}

impl LogisticUnit {
    /// A unit of which nothing is known but its name.
    pub(crate) fn named(id: LogisticUnitId) -> LogisticUnit {
        LogisticUnit {
            id,
            lots: BTreeMap::new(),
            units: BTreeMap::new(),
            emptied_at: None,
            claims: Claims::default(),
            version: 0,
        }
    }

    /// Something was put in or taken out.
    pub(crate) fn pack(&mut self, body: &LotPacked, at: Time) {
        if body.takes_all_out() {
            self.empty(at);
            return;
        }
        if self.is_over(at) {
            return;
        }
        for line in &body.lots {
            let key = (line.lot.clone(), line.quantity.unit, at);
            let quantity = line.quantity.value.value();
            let amount = self.lots.entry(key.clone()).or_default();
            match body.action {
                PackAction::Add => add(amount, quantity),
                PackAction::Remove => add(amount, -quantity),
            }
            if amount.is_zero() {
                self.lots.remove(&key);
            }
        }
        let action = body.action;
        for unit in &body.units {
            let told = UnitMove { at, action };
            let known = self.units.entry(unit.clone()).or_insert(told);
            *known = known.later(told);
        }
    }

    fn empty(&mut self, at: Time) {
        let emptied_at = self.emptied_at.map_or(at, |known| known.max(at));
        self.emptied_at = Some(emptied_at);
        self.lots.retain(|(_, _, put), _| *put >= emptied_at);
        self.units.retain(|_, told| told.at >= emptied_at);
    }

    /// Whether it was emptied after that.
    fn is_over(&self, at: Time) -> bool {
        self.emptied_at.is_some_and(|emptied| at < emptied)
    }

    /// Whether putting a unit in at a time would put it in, and is not long over.
    pub(crate) fn would_hold(&self, unit: &LogisticUnitId, at: Time) -> bool {
        let told = UnitMove {
            at,
            action: PackAction::Add,
        };
        let known = self.units.get(unit);
        !self.is_over(at) && known.is_none_or(|known| known.later(told) == told)
    }

    /// Amounts of lots, each at its time, and words on units that are kept; at most
    /// [`PACKINGS_PER_UNIT_MAX`].
    #[must_use]
    pub fn packings(&self) -> usize {
        self.lots.len() + self.units.len()
    }

    /// What all movements of each lot come to: above zero it is in it.
    fn sums(&self) -> BTreeMap<(&LotId, Unit), Decimal> {
        let mut sums = BTreeMap::new();
        for ((lot, unit, _), amount) in &self.lots {
            *sums.entry((lot, *unit)).or_default() += amount;
        }
        sums
    }

    /// The soft rules that it breaks now: R50 for lots of which more was taken out than put in.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        let mut found = self.claims.discrepancies(
            || EntityKey::LogisticUnit(self.id.clone()),
            |facet| self.standing(facet),
        );
        let short = self
            .sums()
            .into_iter()
            .filter(|(_, sum)| sum.is_sign_negative());
        found.extend(short.map(|((lot, unit), sum)| Discrepancy::TakenOutOfUnit {
            logistic_unit: self.id.clone(),
            lot: lot.clone(),
            missing: -sum,
            unit,
        }));
        found
    }

    /// Its number: an SSCC, or what its source calls it.
    #[must_use]
    pub fn id(&self) -> &LogisticUnitId {
        &self.id
    }

    /// Lots that are in it themselves, with how much, ascending. A lot that was packed in several
    /// units of measure stands there in each.
    #[must_use]
    pub fn lots(&self) -> Vec<(&LotId, Unit, Decimal)> {
        let sums = self.sums().into_iter();
        sums.filter(|(_, sum)| *sum > Decimal::ZERO)
            .map(|((lot, unit), sum)| (lot, unit, sum))
            .collect()
    }

    /// Units that are in it themselves, ascending.
    pub fn units(&self) -> impl Iterator<Item = &LogisticUnitId> {
        let inside = self
            .units
            .iter()
            .filter(|(_, told)| told.action == PackAction::Add);
        inside.map(|(unit, _)| unit)
    }

    /// When everything was taken out of it last.
    #[must_use]
    pub fn emptied_at(&self) -> Option<Time> {
        self.emptied_at
    }

    /// Whether nothing is known to be in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.units().next().is_none() && self.lots().is_empty()
    }
}

impl LotPacked {
    /// Whether it says that everything was taken out.
    #[must_use]
    pub fn takes_all_out(&self) -> bool {
        self.action == PackAction::Remove && self.lots.is_empty() && self.units.is_empty()
    }
}
