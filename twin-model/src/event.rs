//! Canonical events: what the systems around the plant say happened.
//!
//! The bodies are contracts (version 1 of each type in the event catalogue), so they carry serde;
//! the entities that they change do not.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    Amount, DeliveryId, EntityKey, EventId, HoldId, HoldScope, ItemState, LotId, MaterialId, Mode,
    OperationId, PlantId, Quantity, SourceId, Time, Unit, Usage, WorkCenterId, WorkOrderId,
    WorkerId,
};

/// One canonical event with the envelope fields that decide.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Event {
    /// Unique within `source`; (`source`, `id`) is the idempotency key.
    pub id: EventId,
    /// Who says so.
    pub source: SourceId,
    /// Which plant it concerns.
    pub plant: PlantId,
    /// When it happened, by the source's clock.
    pub time: Time,
    /// The source's own order, where it numbers its events.
    pub sequence: Option<SmolStr>,
    /// Joins everything that belongs to one business transaction.
    pub correlation: Option<SmolStr>,
    /// What happened.
    pub body: EventBody,
}

/// What happened, one variant per event type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventBody {
    /// `mfg.work_order.created.v1`
    WorkOrderCreated(WorkOrderCreated),
    /// `mfg.work_order.released.v1`
    WorkOrderReleased(WorkOrderReleased),
    /// `mfg.operation.started.v1`
    OperationStarted(OperationStarted),
    /// `mfg.operation.progressed.v1`
    OperationProgressed(OperationReport),
    /// `mfg.operation.completed.v1`
    OperationCompleted(OperationReport),
    /// `mfg.lot.created.v1`
    LotCreated(LotCreated),
    /// `mfg.lot.transformed.v1`
    LotTransformed(LotTransformed),
    /// `mfg.hold.placed.v1`
    HoldPlaced(HoldPlaced),
    /// `mfg.hold.released.v1`
    HoldReleased(HoldReleased),
    /// `mfg.shipment.requested.v1`
    ShipmentRequested(ShipmentRequested),
    /// `mfg.work_center.state_changed.v1`
    WorkCenterStateChanged(WorkCenterStateChanged),
}

impl Event {
    /// A number for the whole content, to tell a redelivery from an id that was used twice. Equal
    /// for equal events whatever the layout of their JSON; stable within one release.
    #[must_use]
    pub fn content_digest(&self) -> u64 {
        let mut hasher = rustc_hash::FxHasher::default();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

impl EventBody {
    /// The CloudEvents type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            EventBody::WorkOrderCreated(_) => "mfg.work_order.created.v1",
            EventBody::WorkOrderReleased(_) => "mfg.work_order.released.v1",
            EventBody::OperationStarted(_) => "mfg.operation.started.v1",
            EventBody::OperationProgressed(_) => "mfg.operation.progressed.v1",
            EventBody::OperationCompleted(_) => "mfg.operation.completed.v1",
            EventBody::LotCreated(_) => "mfg.lot.created.v1",
            EventBody::LotTransformed(_) => "mfg.lot.transformed.v1",
            EventBody::HoldPlaced(_) => "mfg.hold.placed.v1",
            EventBody::HoldReleased(_) => "mfg.hold.released.v1",
            EventBody::ShipmentRequested(_) => "mfg.shipment.requested.v1",
            EventBody::WorkCenterStateChanged(_) => "mfg.work_center.state_changed.v1",
        }
    }

    /// The entity whose event this is.
    #[must_use]
    pub fn owner(&self) -> EntityKey {
        match self {
            EventBody::WorkOrderCreated(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::WorkOrderReleased(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::OperationStarted(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::OperationProgressed(body) | EventBody::OperationCompleted(body) => {
                EntityKey::WorkOrder(body.order.clone())
            }
            EventBody::LotCreated(body) => EntityKey::Lot(body.lot.clone()),
            EventBody::LotTransformed(body) => EntityKey::Lot(body.first_output().clone()),
            EventBody::HoldPlaced(body) => EntityKey::Hold(body.hold.clone()),
            EventBody::HoldReleased(body) => EntityKey::Hold(body.hold.clone()),
            EventBody::ShipmentRequested(body) => EntityKey::Shipment(body.delivery.clone()),
            EventBody::WorkCenterStateChanged(body) => {
                EntityKey::WorkCenter(body.work_center.clone())
            }
        }
    }

    /// The operation within the owner, for events of one operation.
    #[must_use]
    pub fn operation(&self) -> Option<&OperationId> {
        match self {
            EventBody::OperationStarted(body) => Some(&body.op),
            EventBody::OperationProgressed(body) | EventBody::OperationCompleted(body) => {
                Some(&body.op)
            }
            _ => None,
        }
    }
}

/// The ERP plans an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WorkOrderCreated {
    /// Order number.
    pub order: WorkOrderId,
    /// What is made.
    pub material: MaterialId,
    /// How much; more than zero.
    pub quantity: Quantity,
    /// How far delivery may deviate; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Tolerance>,
    /// Version of the routing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_version: Option<SmolStr>,
    /// Version of the bill of materials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bom_version: Option<SmolStr>,
    /// Planned start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_start: Option<Time>,
    /// Due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_end: Option<Time>,
    /// Lower is more urgent.
    #[serde(default = "default_priority")]
    pub priority: i32,
    /// The sales order behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales_order: Option<SmolStr>,
}

/// SAP's middle of 1 (urgent) to 9.
fn default_priority() -> i32 {
    5
}

/// Allowed deviation of the delivered quantity, as fractions (`0.1` is 10 %).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Over-delivery.
    #[serde(default)]
    pub over: Amount,
    /// Under-delivery.
    #[serde(default)]
    pub under: Amount,
}

/// The ERP releases an order for production.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WorkOrderReleased {
    /// Order number.
    pub order: WorkOrderId,
    /// Released quantity; the ordered one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Version of the routing, where the order was created without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_version: Option<SmolStr>,
    /// Version of the bill of materials, where the order was created without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bom_version: Option<SmolStr>,
    /// The routing. Empty: operations are learned from their reports.
    #[serde(default)]
    pub operations: Vec<PlannedOperation>,
}

/// One operation of a routing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PlannedOperation {
    /// Operation number.
    pub op: OperationId,
    /// Where it is planned to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_center: Option<WorkCenterId>,
    /// Operations that must have something ready first.
    #[serde(default)]
    pub predecessors: Vec<OperationId>,
    /// Whether its good quantity counts as delivered by the order.
    #[serde(default)]
    pub delivers: bool,
    /// Planned setup time, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_s: Option<u32>,
    /// Planned run time per unit, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_s_per_unit: Option<Amount>,
}

/// The MES starts an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OperationStarted {
    /// Order number.
    pub order: WorkOrderId,
    /// Operation number.
    pub op: OperationId,
    /// Where it runs.
    pub work_center: WorkCenterId,
    /// Who runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerId>,
    /// Lots that go in. Checked against holds at the start; what was made from what is said by
    /// `lot.transformed`, and only that carries holds on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input_lots: Vec<LotId>,
    /// As in [`PlannedOperation::delivers`], for orders without a routing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivers: Option<bool>,
}

/// The MES reports quantities of an operation. All are additions to what was reported before.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OperationReport {
    /// Order number.
    pub order: WorkOrderId,
    /// Operation number.
    pub op: OperationId,
    /// Where it runs, when no start was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_center: Option<WorkCenterId>,
    /// Unit of the quantities.
    pub unit: Unit,
    /// Good.
    #[serde(default)]
    pub good: Amount,
    /// Scrapped.
    #[serde(default)]
    pub scrap: Amount,
    /// To be reworked.
    #[serde(default)]
    pub rework: Amount,
    /// Waiting for the material review board.
    #[serde(default)]
    pub mrb: Amount,
    /// Start of the reported work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Time>,
    /// End of the reported work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Time>,
    /// Who reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerId>,
    /// As in [`PlannedOperation::delivers`], for orders without a routing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivers: Option<bool>,
}

/// A lot comes into being: produced or received.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LotCreated {
    /// Lot number.
    pub lot: LotId,
    /// Of which material.
    pub material: MaterialId,
    /// How much.
    pub quantity: Quantity,
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LotQuantity {
    /// Lot number.
    pub lot: LotId,
    /// How much.
    pub quantity: Quantity,
}

/// Lots become other lots (EPCIS TransformationEvent).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProducedLot {
    /// Lot number.
    pub lot: LotId,
    /// Of which material.
    pub material: MaterialId,
    /// How much.
    pub quantity: Quantity,
}

/// Quality (or any system) stops something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HoldPlaced {
    /// Hold number.
    pub hold: HoldId,
    /// What is held.
    pub scope: HoldScope,
    /// Why.
    pub reason: SmolStr,
    /// By whom; the event's source when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed_by: Option<SmolStr>,
}

/// Quality ends a hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HoldReleased {
    /// Hold number.
    pub hold: HoldId,
    /// What was decided.
    pub disposition: SmolStr,
    /// By whom.
    pub released_by: SmolStr,
}

/// Somebody asks whether lots may ship.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ShipmentRequested {
    /// Delivery number.
    pub delivery: DeliveryId,
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<SmolStr>,
    /// Which lots, and how much of each; at least one.
    pub lots: Vec<LotQuantity>,
}

/// A work center changes its state.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WorkCenterStateChanged {
    /// The work center.
    pub work_center: WorkCenterId,
    /// What the machine does.
    pub item_state: ItemState,
    /// What it is used for.
    #[serde(default)]
    pub mode: Mode,
    /// Why, where the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
}
