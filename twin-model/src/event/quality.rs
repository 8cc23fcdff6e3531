//! What quality says: inspections and nonconformances.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    Amount, InspectionId, LotId, NonconformanceId, OperationId, Quantity, Time, Unit, Usage,
    WorkOrderId,
};

/// What an inspection looks at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Characteristic {
    /// Its name.
    pub name: SmolStr,
    /// Unit of its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// Lower limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lower: Option<Amount>,
    /// Upper limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upper: Option<Amount>,
}

/// Quality asks for an inspection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct InspectionCreated {
    /// Its number.
    pub inspection: InspectionId,
    /// Which lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// For which order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<WorkOrderId>,
    /// After which operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<OperationId>,
    /// Version of the inspection plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_version: Option<SmolStr>,
    /// How much is judged; the decision must add up to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Pieces to take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_size: Option<u32>,
    /// Whether the lot may not be used before the decision.
    #[serde(default)]
    pub blocking: bool,
    /// What is looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub characteristics: Vec<Characteristic>,
}

/// What a result says.
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
pub enum Verdict {
    /// Within the limits.
    #[default]
    Pass,
    /// Outside the limits.
    Fail,
}

impl Verdict {
    /// The verdict's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
        }
    }
}

/// A characteristic was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct InspectionResultRecorded {
    /// Which inspection.
    pub inspection: InspectionId,
    /// Which characteristic.
    pub characteristic: SmolStr,
    /// Measured values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Amount>,
    /// Their unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// What they say.
    #[serde(default)]
    pub verdict: Verdict,
    /// Measured with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<SmolStr>,
    /// Whether it was the last.
    #[serde(default)]
    pub complete: bool,
}

/// What becomes of an inspected quantity.
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
pub enum UsageDecision {
    /// Free to use.
    #[default]
    Accept,
    /// Usable under a concession.
    AcceptWithDeviation,
    /// To be worked on again.
    Rework,
    /// Rejected.
    Reject,
    /// Scrapped.
    Scrap,
    /// Back to the supplier.
    Return,
}

impl UsageDecision {
    /// The decision's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            UsageDecision::Accept => "accept",
            UsageDecision::AcceptWithDeviation => "accept_with_deviation",
            UsageDecision::Rework => "rework",
            UsageDecision::Reject => "reject",
            UsageDecision::Scrap => "scrap",
            UsageDecision::Return => "return",
        }
    }

    /// The usage status that it gives; `None` when the stock leaves.
    #[must_use]
    pub fn usage(self) -> Option<Usage> {
        match self {
            UsageDecision::Accept => Some(Usage::Unrestricted),
            UsageDecision::AcceptWithDeviation => Some(Usage::Restricted),
            UsageDecision::Rework => Some(Usage::Blocked),
            // What goes back stays rejected until it has left.
            UsageDecision::Reject | UsageDecision::Return => Some(Usage::Rejected),
            UsageDecision::Scrap => None,
        }
    }
}

/// One part of a usage decision.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct DecidedQuantity {
    /// How much.
    pub quantity: Quantity,
    /// What becomes of it.
    pub decision: UsageDecision,
    /// The QMS' own code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<SmolStr>,
}

/// An electronic signature, as the QMS recorded it.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Signature {
    /// Who signed.
    pub by: SmolStr,
    /// When.
    pub at: Time,
    /// What the signature means.
    pub meaning: SmolStr,
}

/// Quality decides an inspection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct InspectionDecided {
    /// Which inspection.
    pub inspection: InspectionId,
    /// What becomes of the inspected quantity; at least one.
    pub decisions: Vec<DecidedQuantity>,
    /// Who decided.
    pub by: SmolStr,
    /// The signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// Quality does not inspect after all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct InspectionCancelled {
    /// Which inspection.
    pub inspection: InspectionId,
    /// Why.
    pub reason: SmolStr,
}

/// Quality looks again at a decided inspection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct InspectionReopened {
    /// Which inspection.
    pub inspection: InspectionId,
    /// Why.
    pub reason: SmolStr,
}

/// How bad it is.
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
pub enum Severity {
    /// Usable as it is, most likely.
    #[default]
    Minor,
    /// Function or fit may suffer.
    Major,
    /// People may come to harm.
    Critical,
}

impl Severity {
    /// The severity's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Minor => "minor",
            Severity::Major => "major",
            Severity::Critical => "critical",
        }
    }
}

/// Quality finds something that does not conform.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct NonconformanceOpened {
    /// Its number.
    pub nonconformance: NonconformanceId,
    /// Lots that are affected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<LotId>,
    /// The order that made them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<WorkOrderId>,
    /// How much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// What is wrong.
    pub defect: SmolStr,
    /// How bad it is.
    #[serde(default)]
    pub severity: Severity,
    /// Where it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_at_op: Option<OperationId>,
}

/// The affected lots are set aside.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct NonconformanceContained {
    /// Which nonconformance.
    pub nonconformance: NonconformanceId,
    /// What was done.
    pub action: SmolStr,
}

/// The material review board takes it up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct NonconformanceReviewStarted {
    /// Which nonconformance.
    pub nonconformance: NonconformanceId,
}

/// What the material review board decides on a lot.
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
pub enum LotDisposition {
    /// Use as it is.
    #[default]
    UseAsIs,
    /// Work on it again.
    Rework,
    /// Scrap it.
    Scrap,
    /// Back to the supplier.
    ReturnToVendor,
    /// Use for something lesser.
    Regrade,
    /// Sort the good from the bad.
    Sort,
}

impl LotDisposition {
    /// The disposition's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LotDisposition::UseAsIs => "use_as_is",
            LotDisposition::Rework => "rework",
            LotDisposition::Scrap => "scrap",
            LotDisposition::ReturnToVendor => "return_to_vendor",
            LotDisposition::Regrade => "regrade",
            LotDisposition::Sort => "sort",
        }
    }

    /// What is done, before the name of a lot: `the scrapping of`.
    #[must_use]
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            LotDisposition::UseAsIs => "the use as it is of",
            LotDisposition::Rework => "the rework of",
            LotDisposition::Scrap => "the scrapping of",
            LotDisposition::ReturnToVendor => "the return to the vendor of",
            LotDisposition::Regrade => "the regrading of",
            LotDisposition::Sort => "the sorting of",
        }
    }
}

/// The decision on one lot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct DispositionedLot {
    /// Lot number.
    pub lot: LotId,
    /// How much of it; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// What becomes of it.
    pub disposition: LotDisposition,
}

/// The material review board decides.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct NonconformanceDispositioned {
    /// Which nonconformance.
    pub nonconformance: NonconformanceId,
    /// What becomes of each lot; at least one.
    pub lots: Vec<DispositionedLot>,
    /// Who decided; at least one.
    pub approvers: Vec<SmolStr>,
}

/// The effect of the disposition was checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct NonconformanceVerified {
    /// Which nonconformance.
    pub nonconformance: NonconformanceId,
    /// How it was checked.
    pub verification: SmolStr,
}

/// A nonconformance is closed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct NonconformanceClosed {
    /// Which nonconformance.
    pub nonconformance: NonconformanceId,
    /// How the effect was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<SmolStr>,
}

/// It was none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct NonconformanceCancelled {
    /// Which nonconformance.
    pub nonconformance: NonconformanceId,
    /// Why.
    pub reason: SmolStr,
}
