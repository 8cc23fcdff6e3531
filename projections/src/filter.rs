//! Which entities a list shows.

use std::collections::BTreeSet;

use twin_model::{Entity, EntityKind, Movement, ProcessKind, SmolStr};

use crate::entities::Entities;
use crate::search::Words;
use crate::view::packing_state;

/// What a list is narrowed to. Every part that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Filter {
    pub(crate) state: Option<&'static str>,
    pub(crate) severity: Option<&'static str>,
    pub(crate) work_center: Option<String>,
    pub(crate) order: Option<String>,
    pub(crate) lot: Option<String>,
    pub(crate) material: Option<String>,
    pub(crate) held: Option<bool>,
    pub(crate) blocking: Option<bool>,
    pub(crate) process_kind: Option<ProcessKind>,
    pub(crate) words: Option<Words>,
}

impl Filter {
    /// The narrowest set of ids that holds all that pass; `None` when there is no such set.
    pub(crate) fn within<'m>(
        &self,
        kind: EntityKind,
        entities: &'m Entities,
    ) -> Option<&'m BTreeSet<SmolStr>> {
        let sets = match kind {
            EntityKind::WorkOrder => [
                self.state.map(|state| entities.with_lifecycle(state)),
                self.work_center
                    .as_deref()
                    .map(|center| entities.at_work_center(center)),
            ],
            EntityKind::Lot => [
                self.order
                    .as_deref()
                    .map(|order| entities.lots_of_order(order)),
                self.material
                    .as_deref()
                    .map(|material| entities.lots_of_material(material)),
            ],
            EntityKind::Inspection => [
                self.lot.as_deref().map(|lot| entities.inspections_of(lot)),
                None,
            ],
            EntityKind::Hold => [
                (self.state == Some("open")).then(|| entities.open_holds()),
                None,
            ],
            _ => [None, None],
        };
        sets.into_iter().flatten().min_by_key(|ids| ids.len())
    }

    /// Whether the list shows `entity`.
    pub(crate) fn takes(&self, entity: &Entity, entities: &Entities) -> bool {
        let all = |wanted: &Option<String>, is_so: fn(&Entity, &str, &Entities) -> bool| {
            let wanted = wanted.as_deref();
            wanted.is_none_or(|wanted| is_so(entity, wanted, entities))
        };
        self.state.is_none_or(|wanted| wanted == state_of(entity))
            && self.severity.is_none_or(|wanted| is_as_bad(entity, wanted))
            && all(&self.order, is_of_order)
            && all(&self.work_center, is_at)
            && all(&self.lot, concerns_lot)
            && all(&self.material, concerns_material)
            && self
                .held
                .is_none_or(|wanted| wanted == is_held(entity, entities))
            && self.blocking.is_none_or(|wanted| wanted == blocks(entity))
            && self.process_kind.is_none_or(|wanted| is_a(entity, wanted))
            && self.words.as_ref().is_none_or(|words| words.are_in(entity))
    }
}

/// The word for the entity's state, as lists narrow by it.
pub(crate) fn state_of(entity: &Entity) -> &'static str {
    match entity {
        Entity::WorkOrder(order) => order.lifecycle().as_str(),
        Entity::Lot(lot) => lot.lifecycle().as_str(),
        Entity::WorkCenter(center) => center.item_state().as_str(),
        Entity::Hold(hold) if hold.is_open() => "open",
        Entity::Hold(_) => "released",
        Entity::Shipment(shipment) => shipment.state().as_str(),
        Entity::Process(process) => process.state().as_str(),
        Entity::Inspection(inspection) => inspection.state().as_str(),
        Entity::Nonconformance(found) => found.state().as_str(),
        Entity::LogisticUnit(unit) => packing_state(unit),
        _ => "",
    }
}

fn is_held(entity: &Entity, entities: &Entities) -> bool {
    match entity {
        Entity::WorkOrder(order) => entities.is_held(order),
        Entity::Lot(lot) => lot.all_holds().next().is_some(),
        Entity::WorkCenter(center) => !center.holds().is_empty(),
        _ => false,
    }
}

fn blocks(entity: &Entity) -> bool {
    matches!(entity, Entity::Inspection(inspection) if inspection.blocks())
}

fn is_as_bad(entity: &Entity, severity: &str) -> bool {
    matches!(entity, Entity::Nonconformance(found) if found.severity().as_str() == severity)
}

fn is_a(entity: &Entity, kind: ProcessKind) -> bool {
    matches!(entity, Entity::Process(process) if process.id().kind() == kind)
}

/// Whether the entity belongs to the order: made for it, on hold with it, or shipping from it.
fn is_of_order(entity: &Entity, order: &str, entities: &Entities) -> bool {
    match entity {
        Entity::WorkOrder(own) => own.id().as_str() == order,
        Entity::Lot(lot) => lot.order().is_some_and(|own| own.as_str() == order),
        Entity::WorkCenter(center) => center
            .running()
            .map(|(key, _)| key)
            .chain(center.queue().keys())
            .any(|(own, _)| own.as_str() == order),
        Entity::Hold(hold) => {
            let target = hold.scope().target();
            target.is_some_and(|held| held.kind() == EntityKind::WorkOrder && held.id() == order)
        }
        Entity::Shipment(shipment) => {
            let lots = entities.lots_of_order(order);
            let wanted = entities.lots_of_shipment(shipment);
            wanted.iter().any(|lot| lots.contains(lot.as_str()))
        }
        Entity::Process(process) => process.order().is_some_and(|own| own == order),
        Entity::Inspection(inspection) => {
            inspection.order().is_some_and(|own| own.as_str() == order)
        }
        Entity::Nonconformance(found) => {
            let of_order = entities.lots_of_order(order);
            let affected = entities.affected_by(found.id().as_str());
            let named = found.order().is_some_and(|own| own.as_str() == order);
            named || of_order.iter().any(|lot| affected.contains(lot))
        }
        Entity::Routing(routing) => routing.wishes().keys().any(|own| own.as_str() == order),
        _ => false,
    }
}

/// Whether the entity speaks of the lot: looks at it, reaches it, or ships it.
fn concerns_lot(entity: &Entity, lot: &str, entities: &Entities) -> bool {
    match entity {
        Entity::Inspection(inspection) => inspection.lot().is_some_and(|own| own.as_str() == lot),
        Entity::Nonconformance(found) => entities.affected_by(found.id().as_str()).contains(lot),
        Entity::Hold(hold) => entities.held_by(hold.id().as_str()).contains(lot),
        Entity::Shipment(shipment) => {
            let wanted = entities.lots_of_shipment(shipment);
            wanted.iter().any(|own| own.as_str() == lot)
        }
        _ => false,
    }
}

/// Whether the entity is made of the material, or makes or uses it.
fn concerns_material(entity: &Entity, material: &str, _: &Entities) -> bool {
    match entity {
        Entity::Lot(lot) => lot.material().as_str() == material,
        Entity::WorkOrder(order) => {
            let components = order.components().iter();
            let used = components.map(|component| &component.material);
            let moved = order.movement_list().iter().map(Movement::material);
            let mut all = std::iter::once(order.material()).chain(used).chain(moved);
            all.any(|own| own.as_str() == material)
        }
        _ => false,
    }
}

fn is_at(entity: &Entity, work_center: &str, _: &Entities) -> bool {
    match entity {
        Entity::WorkOrder(order) => order
            .operations()
            .iter()
            .filter_map(|op| op.work_center())
            .any(|center| center.as_str() == work_center),
        Entity::WorkCenter(center) => center.id().as_str() == work_center,
        Entity::Hold(hold) => {
            let target = hold.scope().place();
            target.is_some_and(|center| center.as_str() == work_center)
        }
        Entity::Routing(routing) => {
            let versions = routing.versions().iter();
            let mut places = versions
                .flat_map(|version| version.operations())
                .filter_map(|op| op.work_center.as_ref());
            places.any(|center| center.as_str() == work_center)
        }
        _ => false,
    }
}
