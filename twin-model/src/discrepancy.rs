//! Broken soft rules: accepted, and shown until they heal.

use rust_decimal::Decimal;

use crate::{Code, OperationId, Unit, WorkOrderId};

/// A soft rule that the state of an order breaks now. Computed from the state, never stored, so
/// it heals by itself and does not depend on the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Discrepancy {
    /// R05: downstream is ahead of upstream.
    #[error(
        "Operation {operation} of order {order} reports {good} {unit}, more than the {ready} that \
         operation {predecessor} has finished. Late report from {predecessor} expected."
    )]
    AheadOfPredecessor {
        /// The order.
        order: WorkOrderId,
        /// The operation that is ahead.
        operation: OperationId,
        /// The one that is behind.
        predecessor: OperationId,
        /// Good of the one ahead.
        good: Decimal,
        /// Good of the one behind.
        ready: Decimal,
        /// Unit of both.
        unit: Unit,
    },
    /// R39: an operation reports more than was released.
    #[error(
        "Operation {operation} of order {order} reports {good} {unit}; the order was released for \
         {released}. Correct the report, or raise the order quantity in ERP."
    )]
    MoreThanReleased {
        /// The order.
        order: WorkOrderId,
        /// The operation.
        operation: OperationId,
        /// Its good quantity.
        good: Decimal,
        /// The released quantity.
        released: Decimal,
        /// Unit of both.
        unit: Unit,
    },
}

impl Discrepancy {
    /// The rule's code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Discrepancy::AheadOfPredecessor { .. } => Code::R05,
            Discrepancy::MoreThanReleased { .. } => Code::R39,
        }
    }

    /// Whether both are the same broken rule at the same place, whatever the numbers.
    pub(crate) fn same_case(&self, other: &Discrepancy) -> bool {
        match (self, other) {
            (
                Discrepancy::AheadOfPredecessor {
                    operation: a,
                    predecessor: p,
                    ..
                },
                Discrepancy::AheadOfPredecessor {
                    operation: b,
                    predecessor: q,
                    ..
                },
            ) => a == b && p == q,
            (
                Discrepancy::MoreThanReleased { operation: a, .. },
                Discrepancy::MoreThanReleased { operation: b, .. },
            ) => a == b,
            _ => false,
        }
    }
}
