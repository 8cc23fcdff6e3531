//! What a process finds wrong with its facts by a rule of the plant, for people to see.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Discrepancy, MaterialId, NonconformanceId, Time, Unit, WorkOrderId};

/// A broken rule that only a process knows, since the plant publishes it with the processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Finding {
    /// Quality takes longer than it may.
    Undecided {
        /// Over what.
        nonconformance: NonconformanceId,
        /// Lots without a disposition.
        lots: usize,
        /// Since when it could decide.
        since: Time,
        /// In how many seconds it should have.
        within_s: u32,
    },
    /// An order used more, or less, of a material than the plant lets pass.
    Variance {
        /// The order.
        order: WorkOrderId,
        /// The material.
        material: MaterialId,
        /// Unit of all quantities.
        unit: Unit,
        /// Consumed and scrapped.
        used: Decimal,
        /// What was expected.
        expected: Decimal,
        /// The one less the other.
        difference: Decimal,
        /// The limit, in words.
        limit: SmolStr,
    },
}

impl From<&Finding> for Discrepancy {
    fn from(finding: &Finding) -> Discrepancy {
        match finding.clone() {
            Finding::Undecided {
                nonconformance,
                lots,
                since,
                within_s,
            } => Discrepancy::NotDecidedInTime {
                nonconformance,
                lots,
                since,
                within_s,
            },
            Finding::Variance {
                order,
                material,
                unit,
                used,
                expected,
                difference,
                limit,
            } => Discrepancy::MaterialVariance {
                order,
                material,
                unit,
                used,
                expected,
                difference,
                limit,
            },
        }
    }
}
