//! A logistic unit, such as a pallet, and what is in it.

use serde::Serialize;
use twin_model::{LogisticUnit, LogisticUnitId, Time};
use utoipa::ToSchema;

use super::{DiscrepancyView, LotQuantityView, QuantityView, RELATIVES_SHOWN_MAX};

/// A logistic unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LogisticUnitView {
    /// Its number: an SSCC, or what its source calls it.
    #[schema(value_type = String)]
    pub id: LogisticUnitId,
    /// `packed`, or `empty` when nothing is known to be in it.
    pub state: &'static str,
    /// Lots that are in it themselves; the first 200, ascending. What is in the units in it stands
    /// with those.
    pub lots: Vec<LotQuantityView>,
    /// How many lots are in it themselves.
    pub lots_count: usize,
    /// Units that are in it themselves; the first 200, ascending.
    #[schema(value_type = Vec<String>)]
    pub units: Vec<LogisticUnitId>,
    /// How many units are in it themselves.
    pub units_count: usize,
    /// When everything was taken out of it last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub emptied_at: Option<Time>,
    /// Soft rules that it breaks now.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Counts the changes of the unit itself; what happens to a lot in it does not raise it.
    pub version: u64,
}

impl LogisticUnitView {
    pub(crate) fn new(unit: &LogisticUnit, version: u64) -> LogisticUnitView {
        let lots = unit.lots();
        let shown = lots.iter().take(RELATIVES_SHOWN_MAX);
        LogisticUnitView {
            id: unit.id().clone(),
            state: packing_state(unit),
            lots: shown
                .map(|(lot, unit, much)| LotQuantityView {
                    lot: (*lot).clone(),
                    quantity: QuantityView::new(*much, *unit),
                })
                .collect(),
            lots_count: lots.len(),
            units: unit.units().take(RELATIVES_SHOWN_MAX).cloned().collect(),
            units_count: unit.units().count(),
            emptied_at: unit.emptied_at(),
            discrepancies: super::shown(&unit.discrepancies()),
            version,
        }
    }
}

/// Whether something is known to be in it, as answers name it.
pub(crate) fn packing_state(unit: &LogisticUnit) -> &'static str {
    if unit.is_empty() { "empty" } else { "packed" }
}
