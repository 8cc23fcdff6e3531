//! Which processes run in a plant, and the answers to their commands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{CommandKey, MaterialId, ProcessKind, Quantity, System, Time};

/// What is confirmed in one posting.
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
pub enum ConfirmedBy {
    /// Each operation when it ends.
    #[default]
    Operation,
    /// The whole order when it is complete.
    Order,
}

/// An exact share: `numerator` of `denominator`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct LimitRatio {
    /// How many, at most 1,000,000.
    pub numerator: u32,
    /// Of how many, 1 to 1,000,000.
    pub denominator: u32,
}

/// How far something may differ from what was expected. With both a share and a quantity, only
/// what exceeds both is beyond it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedLimit {
    /// Which material; every one that has no limit of its own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialId>,
    /// A share of what was expected (of what an operation has made, for scrap).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<LimitRatio>,
    /// A quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
}

/// How one kind of process runs. What is absent is as by default.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessRule {
    /// Which kind.
    pub kind: ProcessKind,
    /// What happened before is not taken up; the time of the publication when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Seconds in which a command should be answered, before it is sent again; 300 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_within_s: Option<u32>,
    /// How often a command is sent, and tried after refusals; 5 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_max: Option<u32>,
    /// Seconds for which late reports are waited for before a confirmation; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_s: Option<u32>,
    /// What a confirmation is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<ConfirmedBy>,
    /// The systems that block what a hold reaches (WMS, MES and ERP when absent), or set aside what
    /// a nonconformance reaches (WMS and MES when absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub systems: Option<Vec<System>>,
    /// Seconds in which quality should decide a nonconformance; nobody watches that when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_within_s: Option<u32>,
    /// How far the use of materials may differ from the plan, or how much an operation may scrap
    /// (one limit, without a material).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Vec<PublishedLimit>>,
}

/// The plant's operator publishes which processes run. The list is complete in itself: a kind
/// that it does not name is off.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ProcessRulesPublished {
    /// Grows with each publication.
    pub version: u64,
    /// The kinds that run, each once.
    #[serde(default)]
    pub processes: Vec<ProcessRule>,
}

/// A system has carried out a command of the twin.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct PostingAcknowledged {
    /// The id of the command.
    pub command: CommandKey,
    /// The document that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<SmolStr>,
    /// When it was posted; the event's time when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted_at: Option<Time>,
}

/// A system has refused a command of the twin.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct PostingRefused {
    /// The id of the command.
    pub command: CommandKey,
    /// Its code, verbatim.
    pub erp_code: SmolStr,
    /// Its text, verbatim.
    pub erp_text: SmolStr,
}
