//! Looking up the entities of a plant by their typed ids, and what they say together.

use std::collections::BTreeMap;

use crate::{
    Code, DeliveryId, Entity, EntityKey, Hold, HoldId, Inspection, InspectionId, LogisticUnit,
    LogisticUnitId, Lot, LotId, Material, MaterialId, Nonconformance, NonconformanceId, Ownership,
    Plant, Process, ProcessId, ProcessRules, Routing, Shipment, SourceId, WorkCenter, WorkCenterId,
    WorkOrder, WorkOrderId,
};

impl Plant {
    /// The name under which the plant itself causes something, such as by its clock.
    #[must_use]
    pub fn own_source(&self) -> SourceId {
        let name = format!("/twin/{}", self.id());
        match name.parse() {
            Ok(source) => source,
            // The longest plant ids leave no room for the prefix.
            Err(_) => match self.id().as_str().parse() {
                Ok(source) => source,
                Err(error) => unreachable!("a plant's id is an id: {error}"),
            },
        }
    }

    /// How many soft rules are broken now, by rule.
    #[must_use]
    pub fn open_discrepancies(&self) -> BTreeMap<Code, u64> {
        let mut open = BTreeMap::new();
        for entity in self.entities() {
            for discrepancy in entity.discrepancies() {
                *open.entry(discrepancy.code()).or_default() += 1;
            }
        }
        open
    }

    /// One order.
    #[must_use]
    pub fn work_order(&self, id: &WorkOrderId) -> Option<&WorkOrder> {
        match self.get(&EntityKey::WorkOrder(id.clone()))? {
            Entity::WorkOrder(order) => Some(order),
            _ => None,
        }
    }

    /// One lot.
    #[must_use]
    pub fn lot(&self, id: &LotId) -> Option<&Lot> {
        match self.get(&EntityKey::Lot(id.clone()))? {
            Entity::Lot(lot) => Some(lot),
            _ => None,
        }
    }

    /// One hold.
    #[must_use]
    pub fn hold(&self, id: &HoldId) -> Option<&Hold> {
        match self.get(&EntityKey::Hold(id.clone()))? {
            Entity::Hold(hold) => Some(hold),
            _ => None,
        }
    }

    /// One inspection.
    #[must_use]
    pub fn inspection(&self, id: &InspectionId) -> Option<&Inspection> {
        match self.get(&EntityKey::Inspection(id.clone()))? {
            Entity::Inspection(inspection) => Some(inspection),
            _ => None,
        }
    }

    /// One nonconformance.
    #[must_use]
    pub fn nonconformance(&self, id: &NonconformanceId) -> Option<&Nonconformance> {
        match self.get(&EntityKey::Nonconformance(id.clone()))? {
            Entity::Nonconformance(found) => Some(found),
            _ => None,
        }
    }

    /// One logistic unit.
    #[must_use]
    pub fn logistic_unit(&self, id: &LogisticUnitId) -> Option<&LogisticUnit> {
        match self.get(&EntityKey::LogisticUnit(id.clone()))? {
            Entity::LogisticUnit(unit) => Some(unit),
            _ => None,
        }
    }

    /// One shipment.
    #[must_use]
    pub fn shipment(&self, id: &DeliveryId) -> Option<&Shipment> {
        match self.get(&EntityKey::Shipment(id.clone()))? {
            Entity::Shipment(shipment) => Some(shipment),
            _ => None,
        }
    }

    /// One material, where the ERP has published it.
    #[must_use]
    pub fn material(&self, id: &MaterialId) -> Option<&Material> {
        match self.get(&EntityKey::Material(id.clone()))? {
            Entity::Material(material) => Some(material),
            _ => None,
        }
    }

    /// The routings of a material, where one is published.
    #[must_use]
    pub fn routing(&self, makes: &MaterialId) -> Option<&Routing> {
        match self.get(&EntityKey::Routing(makes.clone()))? {
            Entity::Routing(routing) => Some(routing),
            _ => None,
        }
    }

    /// Who owns what, where the plant has published it.
    #[must_use]
    pub fn ownership(&self) -> Option<&Ownership> {
        match self.get(&EntityKey::Ownership)? {
            Entity::Ownership(ownership) => Some(ownership),
            _ => None,
        }
    }

    /// One process.
    #[must_use]
    pub fn process(&self, id: &ProcessId) -> Option<&Process> {
        match self.get(&EntityKey::Process(id.clone()))? {
            Entity::Process(process) => Some(process),
            _ => None,
        }
    }

    /// Which processes run, where the plant has published it.
    #[must_use]
    pub fn process_rules(&self) -> Option<&ProcessRules> {
        match self.get(&EntityKey::ProcessRules)? {
            Entity::ProcessRules(rules) => Some(rules),
            _ => None,
        }
    }

    /// One work center.
    #[must_use]
    pub fn work_center(&self, id: &WorkCenterId) -> Option<&WorkCenter> {
        match self.get(&EntityKey::WorkCenter(id.clone()))? {
            Entity::WorkCenter(center) => Some(center),
            _ => None,
        }
    }
}
