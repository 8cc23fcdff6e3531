//! What the twin tells other systems of a nonconformance.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    LotDisposition, LotId, MaterialId, NonconformanceId, Quantity, Severity, System, Time,
};

/// Set lots aside: something about them does not conform, and nobody has decided what becomes of
/// them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuarantineRequested {
    /// The nonconformance.
    pub nonconformance: NonconformanceId,
    /// What is wrong.
    pub defect: SmolStr,
    /// How bad it is.
    pub severity: Severity,
    /// When it was found.
    pub opened_at: Time,
    /// Lots to set aside that were not told before, ascending, at most 1,000; more follow in
    /// commands of their own.
    pub lots: Vec<LotId>,
}

/// What becomes of some of a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DecidedDisposition {
    /// What becomes of it.
    pub disposition: LotDisposition,
    /// How much; `null` for all of it.
    pub quantity: Option<Quantity>,
}

/// A lot that no longer has to stand aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedLot {
    /// The lot.
    pub lot: LotId,
    /// What was decided of it; empty where the nonconformance no longer reaches it.
    pub decided: Vec<DecidedDisposition>,
}

/// Lots that were set aside need not stand aside any more: they go where the decision says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuarantineEnded {
    /// The nonconformance.
    pub nonconformance: NonconformanceId,
    /// The lots, ascending, at most 1,000; more follow in commands of their own.
    pub lots: Vec<ReleasedLot>,
}

/// Everything is set aside: the material review board may take it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewRequested {
    /// The nonconformance.
    pub nonconformance: NonconformanceId,
    /// Who has set its lots aside.
    pub set_aside_by: Vec<System>,
    /// How many lots wait for a decision.
    pub count: usize,
    /// Which, ascending, at most 1,000.
    pub lots: Vec<LotId>,
}

/// Carry out what the board decided on (a part of) a lot. A later one for the same lot and
/// disposition stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DispositionRequested {
    /// The nonconformance.
    pub nonconformance: NonconformanceId,
    /// The lot.
    pub lot: LotId,
    /// Of which material.
    pub material: Option<MaterialId>,
    /// What becomes of it.
    pub disposition: LotDisposition,
    /// How much; `null` for all of it.
    pub quantity: Option<Quantity>,
    /// When it was decided.
    pub decided_at: Time,
    /// By whom.
    pub approvers: Vec<SmolStr>,
}

/// What was decided on (a part of) a lot no longer counts: take back what it brought about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DispositionWithdrawn {
    /// The nonconformance.
    pub nonconformance: NonconformanceId,
    /// The lot.
    pub lot: LotId,
    /// What was to become of it.
    pub disposition: LotDisposition,
    /// The receiver's documents of it.
    pub documents: Vec<SmolStr>,
    /// Why.
    pub reason: SmolStr,
}

/// A disposition that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CarriedOut {
    /// The lot.
    pub lot: LotId,
    /// What became of it.
    pub disposition: LotDisposition,
    /// How much; `null` for all of it.
    pub quantity: Option<Quantity>,
    /// The documents that it became.
    pub documents: Vec<SmolStr>,
}

/// Everything that was decided is carried out: quality may verify and close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VerificationRequested {
    /// The nonconformance.
    pub nonconformance: NonconformanceId,
    /// When it was decided last.
    pub decided_at: Time,
    /// What was carried out, by lot, at most 1,000.
    pub carried_out: Vec<CarriedOut>,
}
