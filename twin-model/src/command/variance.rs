//! What the twin tells of materials and scrap beyond the limits of the plant.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Amount, ConfirmationMode, MaterialId, OperationId, PostedAs, Unit, WorkOrderId};

/// Post at once what an order used of a material beyond its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VariancePost {
    /// The order.
    pub order: WorkOrderId,
    /// The material.
    pub material: MaterialId,
    /// Everything beyond the plan, or the difference to what stands.
    pub mode: ConfirmationMode,
    /// The postings that a difference corrects.
    pub corrects: Vec<PostedAs>,
    /// Unit of all quantities.
    pub unit: Unit,
    /// How much to post; below zero when less was used.
    #[schemars(with = "Amount")]
    pub quantity: Decimal,
    /// Used in all: consumed and scrapped.
    #[schemars(with = "Amount")]
    pub used: Decimal,
    /// What was planned, or due for what was made once the order is complete.
    #[schemars(with = "Amount")]
    pub expected: Decimal,
}

/// Take back what was posted beyond the plan: what was used is within the limits, and goes into the
/// confirmation as usual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VarianceReverse {
    /// The order.
    pub order: WorkOrderId,
    /// The material.
    pub material: MaterialId,
    /// The postings to reverse.
    pub reverses: Vec<PostedAs>,
    /// Why.
    pub reason: SmolStr,
}

/// Open a nonconformance: an operation scraps more than the plant accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NonconformanceRequested {
    /// The order.
    pub order: WorkOrderId,
    /// The operation.
    pub op: OperationId,
    /// Unit of all quantities.
    pub unit: Unit,
    /// Scrapped.
    #[schemars(with = "Amount")]
    pub scrap: Decimal,
    /// Waiting for the material review board.
    #[schemars(with = "Amount")]
    pub mrb: Decimal,
    /// Everything that the operation has made, the bad included.
    #[schemars(with = "Amount")]
    pub made: Decimal,
}

/// No nonconformance is needed after all: the reports were corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NonconformanceNotNeeded {
    /// The order.
    pub order: WorkOrderId,
    /// The operation.
    pub op: OperationId,
    /// The receiver's documents of the request.
    pub documents: Vec<SmolStr>,
}
