//! A shipment and what its gate says.

use serde::Serialize;
use twin_model::{
    DeliveryId, GateToken, HoldId, LogisticUnitId, NonconformanceId, Shipment, SmolStr, Time,
};
use utoipa::ToSchema;

use super::{DiscrepancyView, LotQuantityView, QuantityView, ReasonView};

/// A requested shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShipmentView {
    /// Delivery number.
    #[schema(value_type = String)]
    pub id: DeliveryId,
    /// For whom.
    #[schema(value_type = Option<String>)]
    pub customer: Option<SmolStr>,
    /// Which lots, and how much of each.
    pub lots: Vec<LotQuantityView>,
    /// Packing units that go with all that is in them.
    #[schema(value_type = Vec<String>)]
    pub units: Vec<LogisticUnitId>,
    /// `blocked` or `cleared`; blocked once it has left or was cancelled.
    pub decision: &'static str,
    /// `blocked`, `cleared`, `shipped`, `recall_required` or `cancelled`.
    pub state: &'static str,
    /// What the confirmation must carry, while cleared.
    #[schema(value_type = Option<String>)]
    pub gate_token: Option<GateToken>,
    /// Until when the clearance is good; `null` when nothing expires.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_until: Option<Time>,
    /// When it left.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub shipped_at: Option<Time>,
    /// Holds that came after it had left.
    #[schema(value_type = Vec<String>)]
    pub recalls: Vec<HoldId>,
    /// Nonconformances that came after it had left.
    #[schema(value_type = Vec<String>)]
    pub nonconforming: Vec<NonconformanceId>,
    /// Why it is blocked, or must be recalled.
    pub reasons: Vec<ReasonView>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Time,
    /// Plant time of the event that led to the decision.
    #[schema(value_type = String, format = DateTime)]
    pub decided_at: Time,
    /// Soft rules that it breaks now.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Counts the changes of the shipment.
    pub version: u64,
}

impl ShipmentView {
    pub(crate) fn new(shipment: &Shipment, version: u64) -> ShipmentView {
        ShipmentView {
            id: shipment.id().clone(),
            customer: shipment.customer().cloned(),
            lots: shipment
                .lots()
                .iter()
                .map(|(lot, quantity)| LotQuantityView {
                    lot: lot.clone(),
                    quantity: QuantityView::new(quantity.value.value(), quantity.unit),
                })
                .collect(),
            units: shipment.units().to_vec(),
            decision: shipment.decision().as_str(),
            state: shipment.state().as_str(),
            gate_token: shipment
                .clearance()
                .map(|clearance| clearance.token().clone()),
            valid_until: shipment.valid_until(),
            shipped_at: shipment.shipped_at(),
            recalls: shipment.recalls().iter().cloned().collect(),
            nonconforming: shipment.nonconforming().iter().cloned().collect(),
            reasons: shipment.reasons().iter().map(ReasonView::from).collect(),
            requested_at: shipment.requested_at(),
            decided_at: shipment.decided_at(),
            discrepancies: super::shown(&shipment.discrepancies()),
            version,
        }
    }
}
