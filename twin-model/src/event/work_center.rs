//! What machines, their edge and maintenance say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Amount, IdleCause, ItemState, MaintenanceId, Mode, Time, WorkCenterId};

/// A work center changes its state.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkCenterStateChanged {
    /// The work center.
    pub work_center: WorkCenterId,
    /// What the machine does.
    pub item_state: ItemState,
    /// What it is used for.
    #[serde(default)]
    pub mode: Mode,
    /// Why it stands although it could work, where the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_cause: Option<IdleCause>,
    /// Since when it is so; the event's time when absent. A state that is told again keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// Why, where the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
}

/// Master data of a work center.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkCenterConfigured {
    /// The work center.
    pub work_center: WorkCenterId,
    /// Operations that may run at once; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// When it is staffed; always when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<Shift>,
    /// Ideal time per unit, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ideal_s_per_unit: Option<Amount>,
    /// Seconds of silence after which its state is shown as stale, at least 60; never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_after_s: Option<u32>,
    /// Where its counters begin again by themselves; nowhere when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter_modulus: Option<CounterModulus>,
    /// Length of the windows whose figures are told when they are over, seconds: 900 to 86,400, and
    /// a part of a day without a rest. None are told when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kpi_window_s: Option<u32>,
}

/// How many numbers each counter of a machine has: one of 16 bits has 65,536, and after 65,535 it
/// shows 0.
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
#[serde(deny_unknown_fields)]
pub struct CounterModulus {
    /// Of the counter of good pieces, at least 10.
    #[serde(default)]
    pub good: Option<u64>,
    /// Of the counter of all pieces, at least 10.
    #[serde(default)]
    pub total: Option<u64>,
    /// Of the counter of scrapped pieces, at least 10.
    #[serde(default)]
    pub scrap: Option<u64>,
}

/// A time in which a work center is staffed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Shift {
    /// Start.
    pub from: Time,
    /// End.
    pub to: Time,
}

/// Cumulative counters of a machine.
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
pub struct Counters {
    /// Good pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<u64>,
    /// All pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Scrapped pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrap: Option<u64>,
}

/// The counters of a machine were read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct WorkCenterCounterSampled {
    /// The work center.
    pub work_center: WorkCenterId,
    /// What they show.
    pub counters: Counters,
    /// Grows by one at each known restart of the counters.
    #[serde(default)]
    pub epoch: u32,
    /// Pieces per hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_per_h: Option<Amount>,
}

/// Whether an edge is there.
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
pub enum SessionState {
    /// It is there.
    #[default]
    Birth,
    /// It is gone.
    Death,
}

/// The connection to a machine comes or goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct EdgeSession {
    /// The work center.
    pub work_center: WorkCenterId,
    /// Comes or goes.
    #[serde(default)]
    pub state: SessionState,
    /// Grows with each connection.
    pub session_no: u64,
    /// Last sequence of the session, at its death.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sequence: Option<SmolStr>,
}

/// Why maintenance takes a work center.
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
pub enum MaintenanceKind {
    /// Planned.
    #[default]
    Planned,
    /// It broke down.
    Breakdown,
}

/// Maintenance plans a stop.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct MaintenanceScheduled {
    /// Number of the maintenance order.
    pub maintenance: MaintenanceId,
    /// The work center.
    pub work_center: WorkCenterId,
    /// Planned start.
    pub from: Time,
    /// Planned end.
    pub to: Time,
    /// Planned or a breakdown.
    #[serde(default)]
    pub kind: MaintenanceKind,
}

/// Maintenance takes the work center.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct MaintenanceStarted {
    /// Number of the maintenance order.
    pub maintenance: MaintenanceId,
    /// The work center.
    pub work_center: WorkCenterId,
    /// Planned or a breakdown.
    #[serde(default)]
    pub kind: MaintenanceKind,
    /// Expected end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

/// Maintenance gives the work center back.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct MaintenanceFinished {
    /// Number of the maintenance order.
    pub maintenance: MaintenanceId,
    /// The work center.
    pub work_center: WorkCenterId,
}
