//! The stored form of a logistic unit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Claims, Decimal, LogisticUnit, LogisticUnitId, LotId, Time, Unit, UnitMove};

/// A stored [`LogisticUnit`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct LogisticUnitState {
    pub id: LogisticUnitId,
    pub lots: Vec<(LotId, Unit, Time, Decimal)>,
    pub units: BTreeMap<LogisticUnitId, UnitMove>,
    pub emptied_at: Option<Time>,
    pub claims: Claims,
}

impl From<&LogisticUnit> for LogisticUnitState {
    fn from(unit: &LogisticUnit) -> LogisticUnitState {
        let lots = unit.lots.iter();
        LogisticUnitState {
            id: unit.id.clone(),
            lots: lots
                .map(|((lot, unit, at), amount)| (lot.clone(), *unit, *at, *amount))
                .collect(),
            units: unit.units.clone(),
            emptied_at: unit.emptied_at,
            claims: unit.claims.clone(),
        }
    }
}

impl LogisticUnitState {
    pub(super) fn restore(self, version: u64) -> LogisticUnit {
        let lots = self.lots.into_iter();
        LogisticUnit {
            id: self.id,
            lots: lots
                .map(|(lot, unit, at, amount)| ((lot, unit, at), amount))
                .collect(),
            units: self.units,
            emptied_at: self.emptied_at,
            claims: self.claims,
            version,
        }
    }
}
