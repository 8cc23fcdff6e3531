//! What the MES says of an operation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    Amount, Decimal, EventId, HoldId, Interruption, LotId, OperationId, SourceId, Time, Unit,
    WorkCenterId, WorkOrderId, WorkerId,
};

/// The MES starts an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct OperationStarted {
    /// Order number.
    pub order: WorkOrderId,
    /// Operation number.
    pub op: OperationId,
    /// Where it runs.
    pub work_center: WorkCenterId,
    /// Who runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerId>,
    /// Lots that go in. Checked against holds at the start; what was made from what is said by
    /// `lot.transformed`, and only that carries holds on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input_lots: Vec<LotId>,
    /// As in [`PlannedOperation::delivers`](crate::PlannedOperation::delivers), for orders without a routing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivers: Option<bool>,
}

/// Whether the quantities of a report are added to what was reported before.
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
pub enum ReportMode {
    /// They are what was made since the report before.
    #[default]
    Delta,
    /// They are what a counter shows: all that was made since it began its epoch.
    Cumulative,
}

/// How much was scrapped for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScrapReason {
    /// How much.
    pub quantity: Amount,
    /// Why.
    pub reason: SmolStr,
}

/// The MES reports quantities of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct OperationReport {
    /// Order number.
    pub order: WorkOrderId,
    /// Operation number.
    pub op: OperationId,
    /// Where it runs, when no start was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_center: Option<WorkCenterId>,
    /// Unit of the quantities.
    pub unit: Unit,
    /// Whether they are added to what was reported before; they are when absent.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub mode: ReportMode,
    /// Grows by one at each restart of the counter that a cumulative report reads.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub counter_epoch: u32,
    /// Good.
    #[serde(default)]
    pub good: Amount,
    /// Scrapped, where it is not told by reason.
    #[serde(default)]
    pub scrap: Amount,
    /// Scrapped, by reason; `scrap` is then their sum or absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scrap_by_reason: Vec<ScrapReason>,
    /// To be reworked.
    #[serde(default)]
    pub rework: Amount,
    /// Waiting for the material review board.
    #[serde(default)]
    pub mrb: Amount,
    /// Start of the reported work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Time>,
    /// End of the reported work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Time>,
    /// Who reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerId>,
    /// As in [`PlannedOperation::delivers`](crate::PlannedOperation::delivers), for orders without a routing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivers: Option<bool>,
    /// Lots that came out. What they were made from is said by `lot.transformed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_lots: Vec<LotId>,
    /// Whether nothing more of the order follows, whatever operations have not ended. Only of a
    /// completion.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub r#final: bool,
    /// The document of the ERP that the report became, where the sender posted it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<SmolStr>,
}

impl OperationReport {
    /// All that was scrapped.
    #[must_use]
    pub fn scrapped(&self) -> Decimal {
        match self.scrap_by_reason.as_slice() {
            [] => self.scrap.value(),
            parts => parts.iter().map(|part| part.quantity.value()).sum(),
        }
    }
}

/// The MES puts an operation into the queue of a work center.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct OperationDispatched {
    /// Order number.
    pub order: WorkOrderId,
    /// Operation number.
    pub op: OperationId,
    /// The work center.
    pub work_center: WorkCenterId,
    /// Place in the queue, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_pos: Option<u32>,
    /// When it should start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_start: Option<Time>,
}

/// The MES starts to set up a work center for an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct OperationSetupStarted {
    /// Order number.
    pub order: WorkOrderId,
    /// Operation number.
    pub op: OperationId,
    /// The work center.
    pub work_center: WorkCenterId,
    /// The set-up before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_setup: Option<SmolStr>,
    /// The set-up that is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_setup: Option<SmolStr>,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerId>,
}

/// The MES interrupts an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct OperationInterrupted {
    /// Order number.
    pub order: WorkOrderId,
    /// Operation number.
    pub op: OperationId,
    /// A constraint or a decision.
    #[serde(default)]
    pub kind: Interruption,
    /// Why.
    pub reason: SmolStr,
    /// The hold behind it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldId>,
}

/// The MES resumes an interrupted operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct OperationResumed {
    /// Order number.
    pub order: WorkOrderId,
    /// Operation number.
    pub op: OperationId,
}

/// What becomes of the work in process of an operation that is given up.
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
pub enum WipDisposition {
    /// It is scrapped.
    #[default]
    Scrap,
    /// It is worked on elsewhere.
    Rework,
    /// It goes back to stock.
    Return,
    /// The material review board decides.
    Review,
}

/// The MES gives an operation up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct OperationAborted {
    /// Order number.
    pub order: WorkOrderId,
    /// Operation number.
    pub op: OperationId,
    /// Why.
    pub reason: SmolStr,
    /// What becomes of the work in process.
    #[serde(default)]
    pub wip_disposition: WipDisposition,
}

/// The MES leaves an operation out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct OperationSkipped {
    /// Order number.
    pub order: WorkOrderId,
    /// Operation number.
    pub op: OperationId,
    /// Why.
    pub reason: SmolStr,
}

/// A report is taken back, by its event or its document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ConfirmationReversed {
    /// Order number.
    pub order: WorkOrderId,
    /// The report's operation. A reversal that names it stays in order with the other events of
    /// the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<OperationId>,
    /// The report's event id, with `event_source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventId>,
    /// The report's source; the reversal's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_source: Option<SourceId>,
    /// Or the document that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<SmolStr>,
    /// Why.
    pub reason: SmolStr,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<SmolStr>,
}
