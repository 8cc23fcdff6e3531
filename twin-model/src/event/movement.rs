//! What the warehouse and the MES move, take and count.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{EventId, LotId, MaterialId, OperationId, Quantity, SourceId, Usage, WorkOrderId};

/// The warehouse issues material to an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct MaterialIssued {
    /// Order number.
    pub order: WorkOrderId,
    /// Which material.
    pub material: MaterialId,
    /// From which lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// How much.
    pub quantity: Quantity,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_location: Option<SmolStr>,
    /// For which reservation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation: Option<SmolStr>,
    /// The material document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<SmolStr>,
}

/// The MES consumes material for an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct MaterialConsumed {
    /// Order number.
    pub order: WorkOrderId,
    /// Which operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<OperationId>,
    /// Which material.
    pub material: MaterialId,
    /// From which lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// How much.
    pub quantity: Quantity,
    /// The same goods, measured in another unit: their weight beside the pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Quantity>,
    /// Whether it follows from the good pieces.
    #[serde(default)]
    pub backflush: bool,
    /// Whether it was scrapped at the line instead of built in.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub scrapped: bool,
    /// Who approved a material that is not on the order's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute_approval: Option<SmolStr>,
}

/// The warehouse takes material back from an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct MaterialReturned {
    /// Order number.
    pub order: WorkOrderId,
    /// Which material.
    pub material: MaterialId,
    /// Into which lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// How much.
    pub quantity: Quantity,
    /// To where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_location: Option<SmolStr>,
    /// The material document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<SmolStr>,
}

/// The warehouse receives what an order made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct GoodsReceived {
    /// Order number.
    pub order: WorkOrderId,
    /// Lot number. A lot that is not known comes into being.
    pub lot: LotId,
    /// What it is, where it is not what the order makes: a co-product or by-product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialId>,
    /// How much.
    pub quantity: Quantity,
    /// The same goods, measured in another unit: their weight beside the pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Quantity>,
    /// Usage status in stock. Of several that are said of one lot the worst counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<SmolStr>,
    /// Whether nothing more is expected.
    #[serde(default)]
    pub final_delivery: bool,
    /// The material document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<SmolStr>,
}

/// A movement of an order is taken back, by its event or its document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct MovementReversed {
    /// Order number.
    pub order: WorkOrderId,
    /// The movement's event id, with `event_source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventId>,
    /// The movement's source; the reversal's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_source: Option<SourceId>,
    /// Or its material document: all movements of the order that name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<SmolStr>,
    /// Why.
    pub reason: SmolStr,
}

/// The warehouse counts a lot and corrects its books.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct StockAdjusted {
    /// Lot number.
    pub lot: LotId,
    /// What was counted.
    pub counted: Quantity,
    /// What the books said.
    pub booked: Quantity,
    /// Why.
    pub reason: SmolStr,
}

/// The usage status of a lot changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct StockStatusChanged {
    /// Lot number.
    pub lot: LotId,
    /// How much of it; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// From which status.
    pub from: Usage,
    /// To which status.
    pub to: Usage,
    /// The ERP's movement type, such as 321.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub movement_type: Option<SmolStr>,
    /// The usage decision behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<SmolStr>,
}
