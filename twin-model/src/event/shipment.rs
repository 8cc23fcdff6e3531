//! What leaves the plant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{DeliveryId, GateToken, LogisticUnitId, LotQuantity, Time};

/// Somebody asks whether lots may ship.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ShipmentRequested {
    /// Delivery number.
    pub delivery: DeliveryId,
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<SmolStr>,
    /// Which lots, and how much of each; at least one, or a unit.
    pub lots: Vec<LotQuantity>,
    /// Packing units that go with all that is in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<LogisticUnitId>,
}

/// The warehouse has shipped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ShipmentConfirmed {
    /// Delivery number.
    pub delivery: DeliveryId,
    /// The token that the gate gave when it cleared the delivery.
    pub gate_token: GateToken,
    /// When it left; the event's time when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Time>,
}

/// A delivery does not leave after all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ShipmentCancelled {
    /// Delivery number.
    pub delivery: DeliveryId,
    /// Why.
    pub reason: SmolStr,
}
