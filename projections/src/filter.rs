//! Which entities a list shows.

use std::collections::BTreeSet;

use twin_model::{Entity, EntityKind, ProcessKind, SmolStr};

use crate::entities::Entities;

/// What a list is narrowed to. Every part that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Filter {
    pub(crate) state: Option<&'static str>,
    pub(crate) work_center: Option<String>,
    pub(crate) order: Option<String>,
    pub(crate) held: Option<bool>,
    pub(crate) process_kind: Option<ProcessKind>,
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
        let state = match entity {
            Entity::WorkOrder(order) => order.lifecycle().as_str(),
            Entity::Lot(lot) => lot.lifecycle().as_str(),
            Entity::WorkCenter(center) => center.item_state().as_str(),
            Entity::Hold(hold) if hold.is_open() => "open",
            Entity::Hold(_) => "released",
            Entity::Shipment(shipment) => shipment.decision().as_str(),
            Entity::Process(process) => process.state().as_str(),
            _ => "",
        };
        let held = || match entity {
            Entity::WorkOrder(order) => entities.is_held(order),
            Entity::Lot(lot) => lot.all_holds().next().is_some(),
            Entity::WorkCenter(center) => !center.holds().is_empty(),
            _ => false,
        };
        self.state.is_none_or(|wanted| wanted == state)
            && self
                .order
                .as_deref()
                .is_none_or(|wanted| is_of_order(entity, wanted, entities))
            && self
                .work_center
                .as_deref()
                .is_none_or(|wanted| is_at(entity, wanted))
            && self.held.is_none_or(|wanted| wanted == held())
            && self.process_kind.is_none_or(|wanted| is_a(entity, wanted))
    }
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
            shipment
                .lots()
                .iter()
                .any(|(lot, _)| lots.contains(lot.as_str()))
        }
        Entity::Process(process) => process.order().is_some_and(|own| own == order),
        _ => false,
    }
}

fn is_at(entity: &Entity, work_center: &str) -> bool {
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
        _ => false,
    }
}
