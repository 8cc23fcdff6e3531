//! A shipment with its gate, as stored and hashed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    Claims, Clearance, Code, Decimal, DeliveryId, GateDecision, GateToken, HoldId, LogisticUnitId,
    LotId, NonconformanceId, Quantity, Reason, Shipment, ShipmentEnd, Time, Unit,
};

/// A stored [`Shipment`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct ShipmentState {
    pub id: DeliveryId,
    pub customer: Option<SmolStr>,
    pub lots: Vec<(LotId, Quantity)>,
    pub units: Vec<LogisticUnitId>,
    pub loaded: Vec<(LotId, Unit, Decimal)>,
    pub requested_at: Time,
    pub cleared: bool,
    /// The rules that block it. Their sentences name lots and steps as they stood when the gate
    /// was judged, which depends on arrival, so they are kept beside the state.
    pub reasons: Vec<Code>,
    pub end: Option<StoredEnd>,
    pub recalls: BTreeSet<HoldId>,
    pub nonconforming: BTreeSet<NonconformanceId>,
    pub claims: Claims,
}

/// A stored [`ShipmentEnd`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain enum")]
pub enum StoredEnd {
    Shipped { at: Time, token: GateToken },
    Cancelled { at: Time, reason: SmolStr },
}

impl From<&ShipmentEnd> for StoredEnd {
    fn from(end: &ShipmentEnd) -> StoredEnd {
        match end.clone() {
            ShipmentEnd::Shipped { at, token } => StoredEnd::Shipped { at, token },
            ShipmentEnd::Cancelled { at, reason } => StoredEnd::Cancelled { at, reason },
        }
    }
}

impl StoredEnd {
    fn restore(self) -> ShipmentEnd {
        match self {
            StoredEnd::Shipped { at, token } => ShipmentEnd::Shipped { at, token },
            StoredEnd::Cancelled { at, reason } => ShipmentEnd::Cancelled { at, reason },
        }
    }
}

/// What is not business state of a shipment's gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredGate {
    /// When it was decided last.
    pub decided_at: Time,
    /// Latest plant time that it has seen.
    pub judged_at: Time,
    /// The clearance that stands.
    pub clearance: Option<StoredClearance>,
    /// The clearance before.
    pub former: Option<StoredClearance>,
    /// Whether only time has stood against the lots since that one ended.
    pub only_time_since: bool,
    /// How often it has cleared.
    pub cleared_times: u32,
    /// The sentences of its reasons.
    pub texts: Vec<SmolStr>,
}

/// A stored [`Clearance`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct StoredClearance {
    pub token: GateToken,
    pub number: u32,
    pub seen: Vec<(LotId, SmolStr)>,
    pub valid_until: Option<Time>,
    pub promised: Vec<(LotId, Decimal)>,
}

impl From<&Clearance> for StoredClearance {
    fn from(clearance: &Clearance) -> StoredClearance {
        StoredClearance {
            token: clearance.token.clone(),
            number: clearance.number,
            seen: clearance.seen.clone(),
            valid_until: clearance.valid_until,
            promised: clearance.promised.clone(),
        }
    }
}

impl StoredClearance {
    fn restore(self) -> Clearance {
        Clearance {
            token: self.token,
            number: self.number,
            seen: self.seen,
            valid_until: self.valid_until,
            promised: self.promised,
        }
    }
}

impl From<&Shipment> for ShipmentState {
    fn from(shipment: &Shipment) -> ShipmentState {
        ShipmentState {
            id: shipment.id.clone(),
            customer: shipment.customer.clone(),
            lots: shipment.lots.clone(),
            units: shipment.units.clone(),
            loaded: shipment
                .loaded
                .iter()
                .map(|((lot, unit), much)| (lot.clone(), *unit, *much))
                .collect(),
            requested_at: shipment.requested_at,
            cleared: shipment.decision == GateDecision::Cleared,
            reasons: shipment.reasons.iter().map(|reason| reason.code).collect(),
            end: shipment.end.as_ref().map(StoredEnd::from),
            recalls: shipment.recalls.clone(),
            nonconforming: shipment.nonconforming.clone(),
            claims: shipment.claims.clone(),
        }
    }
}

impl From<&Shipment> for StoredGate {
    fn from(shipment: &Shipment) -> StoredGate {
        let reasons = shipment.reasons.iter();
        StoredGate {
            decided_at: shipment.decided_at,
            judged_at: shipment.judged_at,
            clearance: shipment.clearance.as_ref().map(StoredClearance::from),
            former: shipment.former.as_ref().map(StoredClearance::from),
            only_time_since: shipment.only_time_since,
            cleared_times: shipment.cleared_times,
            texts: reasons.map(|reason| reason.text.clone()).collect(),
        }
    }
}

impl ShipmentState {
    pub(super) fn restore(self, gate: Option<StoredGate>, version: u64) -> Shipment {
        let gate = gate.unwrap_or_else(|| StoredGate {
            decided_at: self.requested_at,
            judged_at: self.requested_at,
            clearance: None,
            former: None,
            only_time_since: true,
            cleared_times: 0,
            texts: Vec::new(),
        });
        let no_text = std::iter::repeat(SmolStr::default());
        let texts = gate.texts.into_iter().chain(no_text);
        let reasons = self.reasons.into_iter().zip(texts);
        Shipment {
            id: self.id,
            customer: self.customer,
            lots: self.lots,
            units: self.units,
            loaded: self
                .loaded
                .into_iter()
                .map(|(lot, unit, much)| ((lot, unit), much))
                .collect(),
            requested_at: self.requested_at,
            decision: match self.cleared {
                true => GateDecision::Cleared,
                false => GateDecision::Blocked,
            },
            reasons: reasons.map(|(code, text)| Reason { code, text }).collect(),
            end: self.end.map(StoredEnd::restore),
            recalls: self.recalls,
            nonconforming: self.nonconforming,
            decided_at: gate.decided_at,
            judged_at: gate.judged_at,
            clearance: gate.clearance.map(StoredClearance::restore),
            former: gate.former.map(StoredClearance::restore),
            only_time_since: gate.only_time_since,
            cleared_times: gate.cleared_times,
            claims: self.claims,
            version,
        }
    }
}
