//! What the ERP says of an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    Amount, MaterialId, OperationId, Quantity, Time, WipDisposition, WorkCenterId, WorkOrderId,
};

/// The ERP plans an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderCreated {
    /// Order number.
    pub order: WorkOrderId,
    /// What is made.
    pub material: MaterialId,
    /// How much; more than zero.
    pub quantity: Quantity,
    /// How far delivery may deviate; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Tolerance>,
    /// Version of the routing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_version: Option<SmolStr>,
    /// Version of the bill of materials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bom_version: Option<SmolStr>,
    /// Planned start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_start: Option<Time>,
    /// Due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_end: Option<Time>,
    /// Lower is more urgent.
    #[serde(default = "default_priority")]
    pub priority: i32,
    /// The sales order behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales_order: Option<SmolStr>,
    /// Whose count counts.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub counting: CountingSource,
}

/// SAP's middle of 1 (urgent) to 9.
fn default_priority() -> i32 {
    5
}

/// Allowed deviation of the delivered quantity, as fractions (`0.1` is 10 %).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Over-delivery.
    #[serde(default)]
    pub over: Amount,
    /// Under-delivery.
    #[serde(default)]
    pub under: Amount,
}

/// The ERP releases an order for production.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderReleased {
    /// Order number.
    pub order: WorkOrderId,
    /// Released quantity; the ordered one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Version of the routing, where the order was created without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_version: Option<SmolStr>,
    /// Version of the bill of materials, where the order was created without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bom_version: Option<SmolStr>,
    /// The routing. Empty: operations are learned from their reports.
    #[serde(default)]
    pub operations: Vec<PlannedOperation>,
    /// The bill of materials.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<PlannedComponent>,
}

/// One operation of a routing.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct PlannedOperation {
    /// Operation number.
    pub op: OperationId,
    /// Where it is planned to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_center: Option<WorkCenterId>,
    /// Operations that must have something ready first.
    #[serde(default)]
    pub predecessors: Vec<OperationId>,
    /// Whether it may start before they have: it runs along with them.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub overlap: bool,
    /// How much it makes; the released quantity when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Amount>,
    /// Whether quality inspects what it makes.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub inspection_point: bool,
    /// Whether its good quantity counts as delivered by the order.
    #[serde(default)]
    pub delivers: bool,
    /// Planned setup time, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_s: Option<u32>,
    /// Planned run time per unit, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_s_per_unit: Option<Amount>,
}

/// One component of a bill of materials.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct PlannedComponent {
    /// Which material.
    pub material: MaterialId,
    /// How much for the whole released quantity.
    pub quantity: Quantity,
    /// Whether the consumption follows from the good pieces and is not reported.
    #[serde(default)]
    pub backflush: bool,
    /// The operation that takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<OperationId>,
}

/// Whose count of an order counts.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CountingSource {
    /// The reports of people through the MES.
    #[default]
    Operator,
    /// The counters of the machines.
    Machine,
    /// The reports of people; the counters of the machines must agree.
    Both,
}

/// A changed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change<T> {
    /// What the sender believed it to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<T>,
    /// What it becomes.
    pub new: T,
}

/// The ERP changes an order. What is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderChanged {
    /// Order number.
    pub order: WorkOrderId,
    /// Ordered quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Change<Quantity>>,
    /// Planned start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_start: Option<Change<Time>>,
    /// Due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_end: Option<Change<Time>>,
    /// Priority; lower is more urgent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Change<i32>>,
    /// Allowed deviation of the delivered quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Change<Tolerance>>,
    /// Version of the routing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_version: Option<Change<SmolStr>>,
    /// Version of the bill of materials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bom_version: Option<Change<SmolStr>>,
    /// Whose count counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counting: Option<Change<CountingSource>>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
    /// From when on it holds; the event's time when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Time>,
}

/// The ERP cancels an order of which nothing was posted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderCancelled {
    /// Order number.
    pub order: WorkOrderId,
    /// Why.
    pub reason: SmolStr,
}

/// The ERP takes a release back before anything started.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderReleaseWithdrawn {
    /// Order number.
    pub order: WorkOrderId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
}

/// Production of an order is given up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderAborted {
    /// Order number.
    pub order: WorkOrderId,
    /// Why.
    pub reason: SmolStr,
    /// What becomes of the work in process.
    #[serde(default)]
    pub wip_disposition: WipDisposition,
}

/// The ERP completes an order technically: nothing more is expected.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderTechCompleted {
    /// Order number.
    pub order: WorkOrderId,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<SmolStr>,
    /// What the ERP takes as delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_quantity: Option<Quantity>,
}

/// The ERP takes a technical completion back.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderTechCompletionWithdrawn {
    /// Order number.
    pub order: WorkOrderId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
}

/// The ERP closes an order for good.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderClosed {
    /// Order number.
    pub order: WorkOrderId,
    /// The posting period it is closed in, as the ERP names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<SmolStr>,
}
