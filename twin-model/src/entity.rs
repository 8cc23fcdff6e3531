//! The entities of a plant and the keys that name them.

use std::fmt;

use crate::{
    DeliveryId, Hold, HoldId, Lot, LotId, Shipment, WorkCenter, WorkCenterId, WorkOrder,
    WorkOrderId,
};

/// Names one entity within its plant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKey {
    /// A work order.
    WorkOrder(WorkOrderId),
    /// A lot.
    Lot(LotId),
    /// A work center.
    WorkCenter(WorkCenterId),
    /// A hold.
    Hold(HoldId),
    /// A shipment, by its delivery.
    Shipment(DeliveryId),
}

/// The kinds of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// [`WorkOrder`].
    WorkOrder,
    /// [`Lot`].
    Lot,
    /// [`WorkCenter`].
    WorkCenter,
    /// [`Hold`].
    Hold,
    /// [`Shipment`].
    Shipment,
}

impl EntityKind {
    /// The kind's name as it stands in keys, routes and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            EntityKind::WorkOrder => "work_order",
            EntityKind::Lot => "lot",
            EntityKind::WorkCenter => "work_center",
            EntityKind::Hold => "hold",
            EntityKind::Shipment => "shipment",
        }
    }
}

impl EntityKey {
    /// The kind of the entity.
    #[must_use]
    pub fn kind(&self) -> EntityKind {
        match self {
            EntityKey::WorkOrder(_) => EntityKind::WorkOrder,
            EntityKey::Lot(_) => EntityKind::Lot,
            EntityKey::WorkCenter(_) => EntityKind::WorkCenter,
            EntityKey::Hold(_) => EntityKind::Hold,
            EntityKey::Shipment(_) => EntityKind::Shipment,
        }
    }

    /// The identifier without its kind.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            EntityKey::WorkOrder(id) => id.as_str(),
            EntityKey::Lot(id) => id.as_str(),
            EntityKey::WorkCenter(id) => id.as_str(),
            EntityKey::Hold(id) => id.as_str(),
            EntityKey::Shipment(id) => id.as_str(),
        }
    }
}

/// The name that people read: `Order WO-1`, `Lot L-7`.
impl fmt::Display for EntityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = match self {
            EntityKey::WorkOrder(_) => "Order",
            EntityKey::Lot(_) => "Lot",
            EntityKey::WorkCenter(_) => "Work center",
            EntityKey::Hold(_) => "Hold",
            EntityKey::Shipment(_) => "Shipment",
        };
        write!(f, "{noun} {}", self.id())
    }
}

impl fmt::Debug for EntityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind().as_str(), self.id())
    }
}

/// The state of one entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entity {
    /// A work order with its operations.
    WorkOrder(WorkOrder),
    /// A lot with its genealogy.
    Lot(Lot),
    /// A work center with its queue.
    WorkCenter(WorkCenter),
    /// A hold.
    Hold(Hold),
    /// A shipment and its gate.
    Shipment(Shipment),
}

impl Entity {
    /// The entity's key.
    #[must_use]
    pub fn key(&self) -> EntityKey {
        match self {
            Entity::WorkOrder(order) => EntityKey::WorkOrder(order.id().clone()),
            Entity::Lot(lot) => EntityKey::Lot(lot.id().clone()),
            Entity::WorkCenter(center) => EntityKey::WorkCenter(center.id().clone()),
            Entity::Hold(hold) => EntityKey::Hold(hold.id().clone()),
            Entity::Shipment(shipment) => EntityKey::Shipment(shipment.id().clone()),
        }
    }

    /// How many turns have changed the entity since it came into being; not business state, so
    /// not part of the state hash.
    #[must_use]
    pub fn version(&self) -> u64 {
        match self {
            Entity::WorkOrder(order) => order.version,
            Entity::Lot(lot) => lot.version,
            Entity::WorkCenter(center) => center.version,
            Entity::Hold(hold) => hold.version,
            Entity::Shipment(shipment) => shipment.version,
        }
    }

    pub(crate) fn bump_version(&mut self) {
        let version = match self {
            Entity::WorkOrder(order) => &mut order.version,
            Entity::Lot(lot) => &mut lot.version,
            Entity::WorkCenter(center) => &mut center.version,
            Entity::Hold(hold) => &mut hold.version,
            Entity::Shipment(shipment) => &mut shipment.version,
        };
        *version += 1;
    }
}
