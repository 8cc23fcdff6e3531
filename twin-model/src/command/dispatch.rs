//! What the twin tells the MES of orders that may be produced.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Amount, MaterialId, OperationId, Quantity, Time, WorkCenterId, WorkOrderId};

/// One operation of an order that may be produced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DispatchedOperation {
    /// Operation number.
    pub op: OperationId,
    /// Where it is planned to run.
    pub work_center: Option<WorkCenterId>,
    /// Operations that must have something ready first.
    pub predecessors: Vec<OperationId>,
    /// How much it makes, in the order's unit; `null` for the whole quantity.
    #[schemars(with = "Option<Amount>")]
    pub quantity: Option<Decimal>,
    /// Planned set-up, seconds.
    pub setup_s: Option<u32>,
    /// Planned time per unit, seconds.
    #[schemars(with = "Option<Amount>")]
    pub run_s_per_unit: Option<Decimal>,
}

/// Produce this order. A later one for the same order stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderDispatchRequested {
    /// The order.
    pub order: WorkOrderId,
    /// What is made.
    pub material: MaterialId,
    /// How much.
    pub quantity: Quantity,
    /// Version of the routing.
    pub routing_version: Option<SmolStr>,
    /// Version of the bill of materials.
    pub bom_version: Option<SmolStr>,
    /// Planned start.
    pub planned_start: Option<Time>,
    /// Due.
    pub planned_end: Option<Time>,
    /// Lower is more urgent.
    pub priority: i32,
    /// The routing, in its order.
    pub operations: Vec<DispatchedOperation>,
}

/// Do not produce this order: its release was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderDispatchWithdrawn {
    /// The order.
    pub order: WorkOrderId,
    /// Why.
    pub reason: SmolStr,
}
