//! What the twin tells planning of work centers that stop.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{MaintenanceId, MaintenanceKind, OperationId, Time, WorkCenterId, WorkOrderId};

/// An operation that a stop meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AffectedOperation {
    /// The order.
    pub order: WorkOrderId,
    /// The operation.
    pub op: OperationId,
    /// Whether it runs; else it waits.
    pub running: bool,
    /// When the order is due.
    pub planned_end: Option<Time>,
    /// The order's priority; lower is more urgent.
    pub priority: i32,
}

/// A work center stops, or will. A later one for the same maintenance stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StopAnnounced {
    /// The work center.
    pub work_center: WorkCenterId,
    /// Number of the maintenance order.
    pub maintenance: MaintenanceId,
    /// Planned or a breakdown.
    pub kind: MaintenanceKind,
    /// Whether maintenance has the work center already.
    pub begun: bool,
    /// Since when, or from when on.
    pub from: Time,
    /// Expected end; `null` when nobody knows.
    pub until: Option<Time>,
    /// What runs and waits there, by order and operation, at most 1,000.
    pub affected: Vec<AffectedOperation>,
}

/// A stop that was announced is over, or does not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StopEnded {
    /// The work center.
    pub work_center: WorkCenterId,
    /// Number of the maintenance order.
    pub maintenance: MaintenanceId,
    /// When maintenance gave it back; `null` when it never took it.
    pub ended_at: Option<Time>,
}
