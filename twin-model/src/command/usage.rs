//! What the twin tells of usage decisions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{InspectionId, LotId, MaterialId, PostedAs, Quantity, Time, Usage, UsageDecision};

/// What becomes of a part of a lot, as a posting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UsagePosting {
    /// What quality decided.
    pub decision: UsageDecision,
    /// Of how much.
    pub quantity: Quantity,
    /// The status that it had.
    pub from: Usage,
    /// The status that it gets; `null` when it leaves the stock.
    pub to: Option<Usage>,
    /// SAP's movement type for that; `null` where nothing moves, or no single one says it.
    pub movement_type: Option<SmolStr>,
}

/// Post what quality decided on a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UsageDecisionPost {
    /// The lot.
    pub lot: LotId,
    /// Of which material.
    pub material: MaterialId,
    /// The inspection that was decided; postings that follow name it.
    pub inspection: InspectionId,
    /// When.
    pub decided_at: Time,
    /// By whom.
    pub by: SmolStr,
    /// What becomes of which part; together the inspected quantity.
    pub postings: Vec<UsagePosting>,
}

/// Take back what was posted of a decision: quality has reopened it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UsageDecisionReverse {
    /// The lot.
    pub lot: LotId,
    /// The inspection.
    pub inspection: InspectionId,
    /// The postings to reverse.
    pub reverses: Vec<PostedAs>,
    /// Why.
    pub reason: SmolStr,
}
