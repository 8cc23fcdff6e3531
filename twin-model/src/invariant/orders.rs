//! Rules about orders.

use rust_decimal::Decimal;

use super::Tell;
use crate::{Entity, EntityKey, Plant, WorkOrder};

pub(super) fn orders(plant: &Plant) -> impl Iterator<Item = (EntityKey, &WorkOrder)> {
    plant.entities().filter_map(|entity| match entity {
        Entity::WorkOrder(order) => Some((entity.key(), order.as_ref())),
        _ => None,
    })
}

pub(super) fn delivery(plant: &Plant, tell: Tell<'_>) {
    for (key, order) in orders(plant) {
        let Some(released) = order.released() else {
            continue;
        };
        let most = released * (Decimal::ONE + order.tolerance().over.value());
        if order.delivered() > most {
            tell(
                key,
                format!("delivered {}, at most {most}", order.delivered()),
            );
        }
    }
}

pub(super) fn no_start_before_release(plant: &Plant, tell: Tell<'_>) {
    for (key, order) in orders(plant) {
        let started = order
            .operations()
            .iter()
            .find(|op| op.started_at().is_some());
        if let (None, Some(op)) = (order.released(), started) {
            tell(
                key,
                format!("not released, but operation {} has started", op.id()),
            );
        }
    }
}
