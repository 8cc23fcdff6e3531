//! What the twin decided on a delivery or an event.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    Code, DeliveryId, Event, EventId, GateDecision, GateToken, HoldId, LotId, NonconformanceId,
    Reason, Rejection, SourceId, Time,
};

/// The gate of a delivery was decided, or decided anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GateDecided {
    /// The delivery.
    pub delivery: DeliveryId,
    /// What was decided.
    pub decision: GateDecision,
    /// Why, when blocked.
    pub reasons: Vec<Reason>,
    /// What the confirmation of the shipment must carry, when cleared.
    pub gate_token: Option<GateToken>,
    /// Until when the clearance is good; `null` when nothing expires.
    pub valid_until: Option<Time>,
}

/// A hold reaches lots that have left: quality must decide on a recall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecallRequired {
    /// The delivery that they left with.
    pub delivery: DeliveryId,
    /// For whom it was.
    pub customer: Option<SmolStr>,
    /// The hold.
    pub hold: HoldId,
    /// The lots of the delivery that it reaches.
    pub lots: Vec<LotId>,
    /// When they left.
    pub shipped_at: Time,
}

/// A nonconformance reaches lots that have left: quality must decide whether they are recalled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecallDecisionRequired {
    /// The delivery that they left with.
    pub delivery: DeliveryId,
    /// For whom it was.
    pub customer: Option<SmolStr>,
    /// The nonconformance.
    pub nonconformance: NonconformanceId,
    /// The lots of the delivery that it reaches and of which nothing is decided.
    pub lots: Vec<LotId>,
    /// When they left.
    pub shipped_at: Time,
}

/// An event was refused, at once or after it had waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventRejected {
    /// Who sent it.
    pub source: SourceId,
    /// Its id.
    pub event: EventId,
    /// Its CloudEvents type.
    #[serde(rename = "type")]
    pub type_name: SmolStr,
    /// The rule.
    pub code: Code,
    /// In business words.
    pub text: String,
    /// The next step.
    pub what_to_do: SmolStr,
}

impl EventRejected {
    /// What the sender of a refused event hears.
    #[must_use]
    pub fn new(event: &Event, rejection: &Rejection) -> EventRejected {
        EventRejected {
            source: event.source.clone(),
            event: event.id.clone(),
            type_name: event.body.type_name().into(),
            code: rejection.code(),
            text: rejection.to_string(),
            what_to_do: rejection.what_to_do().into(),
        }
    }
}
