//! One movement of an order.

use serde::Serialize;
use twin_model::{EventId, LotId, MaterialId, Movement, OperationId, SmolStr, Time};
use utoipa::ToSchema;

use super::QuantityView;

/// Something that was issued, used, given back or received for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MovementView {
    /// `issued`, `returned`, `consumed`, `backflushed`, `scrapped` or `received`.
    pub kind: &'static str,
    /// Of which material.
    #[schema(value_type = String)]
    pub material: MaterialId,
    /// From or into which lot.
    #[schema(value_type = Option<String>)]
    pub lot: Option<LotId>,
    /// How much, as it was told.
    pub quantity: QuantityView,
    /// The same in the unit of the order's account.
    pub booked: QuantityView,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    /// For which operation.
    #[schema(value_type = Option<String>)]
    pub op: Option<OperationId>,
    /// The material document.
    #[schema(value_type = Option<String>)]
    pub document: Option<SmolStr>,
    /// What took it back; `null` while it counts.
    pub reversal: Option<ReversalView>,
}

/// What took a movement back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReversalView {
    /// The event.
    #[schema(value_type = String)]
    pub event: EventId,
    /// Why.
    #[schema(value_type = String)]
    pub reason: SmolStr,
}

impl From<&Movement> for MovementView {
    fn from(movement: &Movement) -> MovementView {
        let told = movement.quantity();
        let (booked, unit) = movement.booked();
        let reversal = movement.reversal();
        MovementView {
            kind: movement.kind().as_str(),
            material: movement.material().clone(),
            lot: movement.lot().cloned(),
            quantity: QuantityView::new(told.value.value(), told.unit),
            booked: QuantityView::new(booked, unit),
            at: movement.at(),
            op: movement.op().cloned(),
            document: movement.document().cloned(),
            reversal: reversal.map(|(event, reason)| ReversalView {
                event: event.clone(),
                reason: reason.clone(),
            }),
        }
    }
}
