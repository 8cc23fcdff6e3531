//! How lots come into being, become others and are packed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    LogisticUnitId, LotId, MaterialId, OperationId, Quantity, Time, TimeWindow, Usage,
    WorkCenterId, WorkOrderId,
};

/// A lot comes into being: produced or received.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct LotCreated {
    /// Lot number.
    pub lot: LotId,
    /// Of which material.
    pub material: MaterialId,
    /// How much.
    pub quantity: Quantity,
    /// The same goods, measured in another unit: their weight beside the pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Quantity>,
    /// The order that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<WorkOrderId>,
    /// The operation that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<OperationId>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub produced_at: Option<Time>,
    /// End of its shelf life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Time>,
    /// Usage status in stock.
    #[serde(default)]
    pub usage: Usage,
}

/// A lot and how much of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct LotQuantity {
    /// Lot number.
    pub lot: LotId,
    /// How much.
    pub quantity: Quantity,
}

/// A part that gets a name of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct SplitPart {
    /// Lot number of the part.
    pub lot: LotId,
    /// How much.
    pub quantity: Quantity,
    /// Which stock of the whole it is, by its usage status. When absent, the part may have
    /// everything that its whole has: what is not free for all of the whole is not for the part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// Lots become other lots (EPCIS TransformationEvent).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct LotTransformed {
    /// The order it happens for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<WorkOrderId>,
    /// The operation that does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<OperationId>,
    /// What goes in; at least one.
    pub inputs: Vec<LotQuantity>,
    /// What comes out; at least one.
    pub outputs: Vec<ProducedLot>,
}

impl LotTransformed {
    /// The output that names the event's owner. Decoding refuses an event without outputs.
    ///
    /// # Panics
    /// When `outputs` is empty.
    #[must_use]
    pub fn first_output(&self) -> &LotId {
        &self.outputs[0].lot
    }
}

/// One output of a transformation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ProducedLot {
    /// Lot number.
    pub lot: LotId,
    /// Of which material.
    pub material: MaterialId,
    /// How much.
    pub quantity: Quantity,
}

/// A part of a lot becomes lots of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct LotSplit {
    /// The lot that is split.
    pub parent: LotId,
    /// What becomes of it; at least one.
    pub children: Vec<SplitPart>,
}

/// Lots become one lot, also by flowing into one tank.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct LotMerged {
    /// What goes in; at least one.
    pub parents: Vec<LotQuantity>,
    /// What comes out.
    pub child: ProducedLot,
    /// The tank, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tank: Option<WorkCenterId>,
    /// When it happened: from the first in to the last out. Everything that was in the tank in that
    /// time may be in the child. The time of the event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<TimeWindow>,
}

/// Whether something goes into a packing unit or out of it (EPCIS AggregationEvent).
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
pub enum PackAction {
    /// It goes in.
    #[default]
    Add,
    /// It goes out.
    Remove,
}

/// Lots or units are packed into a unit, or unpacked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct LotPacked {
    /// The packing unit, such as an SSCC.
    pub unit: LogisticUnitId,
    /// Lots that go in or out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<LotQuantity>,
    /// Units that go in or out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<LogisticUnitId>,
    /// In or out.
    #[serde(default)]
    pub action: PackAction,
}
