//! The entities of a plant and the keys that name them.

use std::fmt;

use crate::{
    Claims, DeliveryId, Discrepancy, Hold, HoldId, Inspection, InspectionId, LogisticUnit,
    LogisticUnitId, Lot, LotId, Material, MaterialId, Nonconformance, NonconformanceId, Ownership,
    Process, ProcessId, ProcessRules, Routing, Shared, Shipment, WorkCenter, WorkCenterId,
    WorkOrder, WorkOrderId,
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
    /// Who owns what in the plant: one per plant.
    Ownership,
    /// A process.
    Process(ProcessId),
    /// Which processes run in the plant: one per plant.
    ProcessRules,
    /// A material.
    Material(MaterialId),
    /// The routings of a material.
    Routing(MaterialId),
    /// An inspection.
    Inspection(InspectionId),
    /// A nonconformance.
    Nonconformance(NonconformanceId),
    /// A logistic unit.
    LogisticUnit(LogisticUnitId),
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
    /// [`Ownership`].
    Ownership,
    /// [`Process`].
    Process,
    /// [`ProcessRules`].
    ProcessRules,
    /// [`Material`].
    Material,
    /// [`Routing`].
    Routing,
    /// [`Inspection`].
    Inspection,
    /// [`Nonconformance`].
    Nonconformance,
    /// [`LogisticUnit`].
    LogisticUnit,
}

impl EntityKind {
    /// Every kind.
    pub const ALL: [EntityKind; 13] = [
        EntityKind::WorkOrder,
        EntityKind::Lot,
        EntityKind::WorkCenter,
        EntityKind::Hold,
        EntityKind::Shipment,
        EntityKind::Ownership,
        EntityKind::Process,
        EntityKind::ProcessRules,
        EntityKind::Material,
        EntityKind::Routing,
        EntityKind::Inspection,
        EntityKind::Nonconformance,
        EntityKind::LogisticUnit,
    ];

    /// The kind's name as it stands in keys, routes and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            EntityKind::WorkOrder => "work_order",
            EntityKind::Lot => "lot",
            EntityKind::WorkCenter => "work_center",
            EntityKind::Hold => "hold",
            EntityKind::Shipment => "shipment",
            EntityKind::Ownership => "ownership",
            EntityKind::Process => "process",
            EntityKind::ProcessRules => "process_rules",
            EntityKind::Material => "material",
            EntityKind::Routing => "routing",
            EntityKind::Inspection => "inspection",
            EntityKind::Nonconformance => "nonconformance",
            EntityKind::LogisticUnit => "logistic_unit",
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
            EntityKey::Ownership => EntityKind::Ownership,
            EntityKey::Process(_) => EntityKind::Process,
            EntityKey::ProcessRules => EntityKind::ProcessRules,
            EntityKey::Material(_) => EntityKind::Material,
            EntityKey::Routing(_) => EntityKind::Routing,
            EntityKey::Inspection(_) => EntityKind::Inspection,
            EntityKey::Nonconformance(_) => EntityKind::Nonconformance,
            EntityKey::LogisticUnit(_) => EntityKind::LogisticUnit,
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
            EntityKey::Ownership | EntityKey::ProcessRules => "table",
            EntityKey::Process(id) => id.as_str(),
            EntityKey::Material(id) | EntityKey::Routing(id) => id.as_str(),
            EntityKey::Inspection(id) => id.as_str(),
            EntityKey::Nonconformance(id) => id.as_str(),
            EntityKey::LogisticUnit(id) => id.as_str(),
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
            EntityKey::Ownership => "Ownership",
            EntityKey::Process(_) => "Process",
            EntityKey::ProcessRules => "Process rules",
            EntityKey::Material(_) => "Material",
            EntityKey::Routing(_) => "Routing of",
            EntityKey::Inspection(_) => "Inspection",
            EntityKey::Nonconformance(_) => "Nonconformance",
            EntityKey::LogisticUnit(_) => "Unit",
        };
        write!(f, "{noun} {}", self.id())
    }
}

impl fmt::Debug for EntityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind().as_str(), self.id())
    }
}

/// The state of one entity. A clone shares it: it is copied only by who changes it while somebody
/// else still has it, and takes no more room than its own kind needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entity {
    /// A work order with its operations.
    WorkOrder(Shared<WorkOrder>),
    /// A lot with its genealogy.
    Lot(Shared<Lot>),
    /// A work center with its queue.
    WorkCenter(Shared<WorkCenter>),
    /// A hold.
    Hold(Shared<Hold>),
    /// A shipment and its gate.
    Shipment(Shared<Shipment>),
    /// Who owns what in the plant.
    Ownership(Shared<Ownership>),
    /// A process.
    Process(Shared<Process>),
    /// Which processes run in the plant.
    ProcessRules(Shared<ProcessRules>),
    /// A material with its versions.
    Material(Shared<Material>),
    /// The routings of a material.
    Routing(Shared<Routing>),
    /// An inspection with what it found.
    Inspection(Shared<Inspection>),
    /// A nonconformance with what became of its lots.
    Nonconformance(Shared<Nonconformance>),
    /// A logistic unit with what is packed in it.
    LogisticUnit(Shared<LogisticUnit>),
}

macro_rules! entities {
    ($($kind:ident),+ $(,)?) => {$(
        impl From<$kind> for Entity {
            fn from(state: $kind) -> Entity {
                Entity::$kind(Shared::new(state))
            }
        }
    )+};
}

entities! {
    WorkOrder, Lot, WorkCenter, Hold, Shipment, Ownership, Process, ProcessRules, Material, Routing, Inspection, Nonconformance, LogisticUnit,
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
            Entity::Ownership(_) => EntityKey::Ownership,
            Entity::Process(process) => EntityKey::Process(process.id().clone()),
            Entity::ProcessRules(_) => EntityKey::ProcessRules,
            Entity::Material(material) => EntityKey::Material(material.id().clone()),
            Entity::Routing(routing) => EntityKey::Routing(routing.id().clone()),
            Entity::Inspection(inspection) => EntityKey::Inspection(inspection.id().clone()),
            Entity::Nonconformance(found) => EntityKey::Nonconformance(found.id().clone()),
            Entity::LogisticUnit(unit) => EntityKey::LogisticUnit(unit.id().clone()),
        }
    }

    /// Whether this is the entity that a key names.
    #[must_use]
    pub fn is(&self, key: &EntityKey) -> bool {
        match (self, key) {
            (Entity::WorkOrder(order), EntityKey::WorkOrder(id)) => order.id() == id,
            (Entity::Lot(lot), EntityKey::Lot(id)) => lot.id() == id,
            (Entity::WorkCenter(center), EntityKey::WorkCenter(id)) => center.id() == id,
            (Entity::Hold(hold), EntityKey::Hold(id)) => hold.id() == id,
            (Entity::Shipment(shipment), EntityKey::Shipment(id)) => shipment.id() == id,
            (Entity::Ownership(_), EntityKey::Ownership) => true,
            (Entity::Process(process), EntityKey::Process(id)) => process.id() == id,
            (Entity::ProcessRules(_), EntityKey::ProcessRules) => true,
            (Entity::Material(material), EntityKey::Material(id)) => material.id() == id,
            (Entity::Routing(routing), EntityKey::Routing(id)) => routing.id() == id,
            (Entity::Inspection(inspection), EntityKey::Inspection(id)) => inspection.id() == id,
            (Entity::Nonconformance(found), EntityKey::Nonconformance(id)) => found.id() == id,
            (Entity::LogisticUnit(unit), EntityKey::LogisticUnit(id)) => unit.id() == id,
            _ => false,
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
            Entity::Ownership(ownership) => ownership.version,
            Entity::Process(process) => process.version,
            Entity::ProcessRules(rules) => rules.version,
            Entity::Material(material) => material.version,
            Entity::Routing(routing) => routing.version,
            Entity::Inspection(inspection) => inspection.version,
            Entity::Nonconformance(found) => found.version,
            Entity::LogisticUnit(unit) => unit.version,
        }
    }

    /// The soft rules that the entity breaks now.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        match self {
            Entity::WorkOrder(order) => order.discrepancies(),
            Entity::Lot(lot) => lot.discrepancies(),
            Entity::WorkCenter(center) => center.discrepancies(),
            Entity::Shipment(shipment) => shipment.discrepancies(),
            Entity::Ownership(ownership) => ownership.discrepancies(),
            Entity::Process(process) => process.discrepancies(),
            Entity::ProcessRules(rules) => rules.discrepancies(),
            Entity::Material(material) => material.discrepancies(),
            Entity::Routing(routing) => routing.discrepancies(),
            Entity::Inspection(inspection) => inspection.discrepancies(),
            Entity::Nonconformance(found) => found.discrepancies(),
            Entity::LogisticUnit(unit) => unit.discrepancies(),
            Entity::Hold(_) => Vec::new(),
        }
    }

    /// What sources said of fields that they do not own; `None` where nothing of it is kept.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        match self {
            Entity::WorkOrder(order) => Some(&order.claims),
            Entity::Lot(lot) => Some(&lot.goods.card.claims),
            Entity::WorkCenter(center) => Some(&center.claims),
            Entity::Shipment(shipment) => Some(&shipment.claims),
            Entity::Ownership(ownership) => Some(&ownership.claims),
            Entity::Process(process) => Some(&process.claims),
            Entity::ProcessRules(rules) => Some(&rules.claims),
            Entity::Material(material) => Some(&material.claims),
            Entity::Routing(routing) => Some(&routing.claims),
            Entity::Inspection(inspection) => Some(&inspection.claims),
            Entity::Nonconformance(found) => Some(&found.claims),
            Entity::LogisticUnit(unit) => Some(&unit.claims),
            Entity::Hold(_) => None,
        }
    }

    pub(crate) fn claims_mut(&mut self) -> Option<&mut Claims> {
        match self {
            Entity::WorkOrder(order) => Some(&mut order.claims),
            Entity::Lot(lot) => Some(&mut lot.goods.card.claims),
            Entity::WorkCenter(center) => Some(&mut center.claims),
            Entity::Shipment(shipment) => Some(&mut shipment.claims),
            Entity::Ownership(ownership) => Some(&mut ownership.claims),
            Entity::Process(process) => Some(&mut process.claims),
            Entity::ProcessRules(rules) => Some(&mut rules.claims),
            Entity::Material(material) => Some(&mut material.claims),
            Entity::Routing(routing) => Some(&mut routing.claims),
            Entity::Inspection(inspection) => Some(&mut inspection.claims),
            Entity::Nonconformance(found) => Some(&mut found.claims),
            Entity::LogisticUnit(unit) => Some(&mut unit.claims),
            Entity::Hold(_) => None,
        }
    }

    pub(crate) fn bump_version(&mut self) {
        let version = match self {
            Entity::WorkOrder(order) => &mut order.version,
            Entity::Lot(lot) => &mut lot.version,
            Entity::WorkCenter(center) => &mut center.version,
            Entity::Hold(hold) => &mut hold.version,
            Entity::Shipment(shipment) => &mut shipment.version,
            Entity::Ownership(ownership) => &mut ownership.version,
            Entity::Process(process) => &mut process.version,
            Entity::ProcessRules(rules) => &mut rules.version,
            Entity::Material(material) => &mut material.version,
            Entity::Routing(routing) => &mut routing.version,
            Entity::Inspection(inspection) => &mut inspection.version,
            Entity::Nonconformance(found) => &mut found.version,
            Entity::LogisticUnit(unit) => &mut unit.version,
        };
        *version += 1;
    }
}
