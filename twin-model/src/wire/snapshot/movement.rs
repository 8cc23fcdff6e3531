//! The stored form of movements.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::reversal::{DocumentReversalState, ReversalState, restore_reversals};
use crate::movement::Movements;
use crate::{
    Decimal, LotId, MaterialId, Movement, MovementKind, OperationId, Quantity, ReportId, Time, Unit,
};

/// A stored [`Movement`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct MovementState {
    pub id: [u8; 16],
    pub kind: MovementKind,
    pub material: MaterialId,
    pub lot: Option<LotId>,
    pub told: Quantity,
    pub value: Decimal,
    pub unit: Unit,
    pub of_lot: Decimal,
    pub at: Time,
    pub op: Option<OperationId>,
    pub document: Option<SmolStr>,
    pub measured: Option<Quantity>,
    pub is_final: bool,
    pub lacks_lot: bool,
    /// When, by which event and why it was taken back.
    pub reversed: Option<ReversalState>,
}

impl From<&Movement> for MovementState {
    fn from(movement: &Movement) -> MovementState {
        MovementState {
            id: movement.id.0,
            kind: movement.kind,
            material: movement.material.clone(),
            lot: movement.lot.clone(),
            told: movement.told,
            value: movement.value,
            unit: movement.unit,
            of_lot: movement.of_lot,
            at: movement.at,
            op: movement.op.clone(),
            document: movement.document.clone(),
            measured: movement.measured,
            is_final: movement.is_final,
            lacks_lot: movement.lacks_lot,
            reversed: movement.reversed.as_ref().map(Into::into),
        }
    }
}

impl MovementState {
    fn restore(self) -> Movement {
        Movement {
            id: ReportId(self.id),
            kind: self.kind,
            material: self.material,
            lot: self.lot,
            told: self.told,
            value: self.value,
            unit: self.unit,
            of_lot: self.of_lot,
            at: self.at,
            op: self.op,
            document: self.document,
            measured: self.measured,
            is_final: self.is_final,
            lacks_lot: self.lacks_lot,
            reversed: self.reversed.map(ReversalState::restore),
        }
    }
}

pub(super) fn restore_movements(
    stored: Vec<MovementState>,
    reversed: Vec<DocumentReversalState>,
) -> Option<Arc<Movements>> {
    if stored.is_empty() {
        return None;
    }
    let list = stored.into_iter().map(MovementState::restore).collect();
    let mut movements = Movements::of(list);
    movements.reversed_documents = restore_reversals(reversed);
    Some(Arc::new(movements))
}
