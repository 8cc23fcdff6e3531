//! Rules about lots and what they were made from.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Tell;
use crate::{Entity, EntityKey, Lot, LotId, Plant};

pub(super) fn lots(plant: &Plant) -> impl Iterator<Item = &Lot> {
    plant.entities().filter_map(|entity| match entity {
        Entity::Lot(lot) => Some(lot.as_ref()),
        _ => None,
    })
}

pub(super) fn balance(plant: &Plant, tell: Tell<'_>) {
    for lot in lots(plant) {
        if lot.on_hand() < Decimal::ZERO {
            let key = EntityKey::Lot(lot.id().clone());
            tell(key, format!("{} {} on hand", lot.on_hand(), lot.unit()));
        }
    }
}

/// Takes away lots without parents until nothing changes: what remains stands in a cycle.
pub(super) fn acyclic(plant: &Plant, tell: Tell<'_>) {
    let mut open: BTreeMap<&LotId, BTreeSet<&LotId>> = lots(plant)
        .map(|lot| (lot.id(), lot.parents().keys().collect()))
        .collect();
    let mut done: Vec<&LotId> = open
        .iter()
        .filter(|(_, parents)| parents.is_empty())
        .map(|(lot, _)| *lot)
        .collect();
    while let Some(id) = done.pop() {
        open.remove(id);
        for child in plant
            .lot(id)
            .into_iter()
            .flat_map(|lot| lot.children().keys())
        {
            let Some(parents) = open.get_mut(child) else {
                continue;
            };
            if parents.remove(id) && parents.is_empty() {
                done.push(child);
            }
        }
    }
    for id in open.into_keys() {
        let text = "comes from itself, or from a lot that does".to_owned();
        tell(EntityKey::Lot(id.clone()), text);
    }
}
