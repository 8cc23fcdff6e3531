//! What the twin asks the ERP to post of finished work.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Amount, CommandKey, OperationId, Time, Unit, WorkOrderId};

/// Whether a confirmation is the first, or what it was short of or over.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmationMode {
    /// Everything; nothing of it stands in the ERP.
    Full,
    /// The difference to what stands there; negative quantities and times take back.
    Delta,
}

/// A posting that stands in the ERP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostedAs {
    /// The command that it came from.
    pub command: CommandKey,
    /// The ERP's document, where it named one.
    pub document: Option<SmolStr>,
}

/// Confirm finished work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfirmationPost {
    /// The order.
    pub order: WorkOrderId,
    /// The operation; `null` for the whole order.
    pub op: Option<OperationId>,
    /// Everything, or the difference.
    pub mode: ConfirmationMode,
    /// The postings that a difference corrects.
    pub corrects: Vec<PostedAs>,
    /// Unit of all quantities.
    pub unit: Unit,
    /// Good.
    #[schemars(with = "Amount")]
    pub good: Decimal,
    /// Scrapped.
    #[schemars(with = "Amount")]
    pub scrap: Decimal,
    /// To be reworked.
    #[schemars(with = "Amount")]
    pub rework: Decimal,
    /// Waiting for the material review board.
    #[schemars(with = "Amount")]
    pub mrb: Decimal,
    /// First known start of the work.
    pub start: Option<Time>,
    /// Its end.
    pub end: Time,
    /// Set-up before the start, seconds.
    pub setup_s: i64,
    /// Time in which it ran, seconds; work that overlaps counts once.
    pub run_s: i64,
}

/// Take back what was confirmed: the work is no longer complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfirmationReverse {
    /// The order.
    pub order: WorkOrderId,
    /// The operation; `null` for the whole order.
    pub op: Option<OperationId>,
    /// The postings to reverse.
    pub reverses: Vec<PostedAs>,
    /// Why.
    pub reason: SmolStr,
}
