//! What a source takes back of what it has said.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    DeliveryId, EntityKey, EventId, HoldId, InspectionId, LogisticUnitId, LotId, MaterialId,
    NonconformanceId, OperationId, SourceId, WorkCenterId, WorkOrderId,
};

/// The object that an event was about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "kind",
    content = "id",
    rename_all = "snake_case",
    deny_unknown_fields
)]
pub enum ObjectRef {
    /// An order, also for its operations and movements.
    WorkOrder(WorkOrderId),
    /// A lot.
    Lot(LotId),
    /// A work center.
    WorkCenter(WorkCenterId),
    /// A hold.
    Hold(HoldId),
    /// A delivery.
    Shipment(DeliveryId),
    /// A material.
    Material(MaterialId),
    /// The routings of a material.
    Routing(MaterialId),
    /// An inspection.
    Inspection(InspectionId),
    /// A nonconformance.
    Nonconformance(NonconformanceId),
    /// A logistic unit, such as a pallet.
    LogisticUnit(LogisticUnitId),
}

impl ObjectRef {
    /// The name of an entity; `None` for the plant's own tables and processes.
    pub(crate) fn of(key: &EntityKey) -> Option<ObjectRef> {
        Some(match key {
            EntityKey::WorkOrder(id) => ObjectRef::WorkOrder(id.clone()),
            EntityKey::Lot(id) => ObjectRef::Lot(id.clone()),
            EntityKey::WorkCenter(id) => ObjectRef::WorkCenter(id.clone()),
            EntityKey::Hold(id) => ObjectRef::Hold(id.clone()),
            EntityKey::Shipment(id) => ObjectRef::Shipment(id.clone()),
            EntityKey::Material(id) => ObjectRef::Material(id.clone()),
            EntityKey::Routing(id) => ObjectRef::Routing(id.clone()),
            EntityKey::Inspection(id) => ObjectRef::Inspection(id.clone()),
            EntityKey::Nonconformance(id) => ObjectRef::Nonconformance(id.clone()),
            EntityKey::LogisticUnit(id) => ObjectRef::LogisticUnit(id.clone()),
            EntityKey::Ownership | EntityKey::Process(_) | EntityKey::ProcessRules => return None,
        })
    }

    /// The entity that it names.
    #[must_use]
    pub fn key(&self) -> EntityKey {
        match self {
            ObjectRef::WorkOrder(id) => EntityKey::WorkOrder(id.clone()),
            ObjectRef::Lot(id) => EntityKey::Lot(id.clone()),
            ObjectRef::WorkCenter(id) => EntityKey::WorkCenter(id.clone()),
            ObjectRef::Hold(id) => EntityKey::Hold(id.clone()),
            ObjectRef::Shipment(id) => EntityKey::Shipment(id.clone()),
            ObjectRef::Material(id) => EntityKey::Material(id.clone()),
            ObjectRef::Routing(id) => EntityKey::Routing(id.clone()),
            ObjectRef::Inspection(id) => EntityKey::Inspection(id.clone()),
            ObjectRef::Nonconformance(id) => EntityKey::Nonconformance(id.clone()),
            ObjectRef::LogisticUnit(id) => EntityKey::LogisticUnit(id.clone()),
        }
    }
}

/// Why an event is taken back, as EPCIS has it.
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
pub enum RetractionReason {
    /// It did not happen.
    #[default]
    DidNotOccur,
    /// It happened otherwise; what is right is said by other events.
    IncorrectData,
}

impl RetractionReason {
    /// The reason's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RetractionReason::DidNotOccur => "did_not_occur",
            RetractionReason::IncorrectData => "incorrect_data",
        }
    }
}

/// An earlier event is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct EventRetracted {
    /// What it was about.
    pub object: ObjectRef,
    /// Its operation. A retraction that names it stays in order with the other events of the
    /// operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<OperationId>,
    /// Its CloudEvents type.
    pub r#type: SmolStr,
    /// Its id.
    pub event: EventId,
    /// Its source; the retraction's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_source: Option<SourceId>,
    /// Why.
    pub reason: RetractionReason,
    /// The events that say what is right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected_by: Vec<EventId>,
    /// More, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<SmolStr>,
}
