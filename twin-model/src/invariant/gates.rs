//! Rules about holds and the gates of shipments.

use std::collections::{BTreeMap, BTreeSet};

use super::Tell;
use super::lots::lots;
use crate::{
    Entity, EntityKey, GateDecision, Hold, HoldId, HoldScope, Lot, LotId, Plant, Shipment,
};

fn open_holds(plant: &Plant) -> impl Iterator<Item = &Hold> {
    plant.entities().filter_map(|entity| match entity {
        Entity::Hold(hold) if hold.is_open() => Some(hold.as_ref()),
        _ => None,
    })
}

pub(super) fn shipments(plant: &Plant) -> impl Iterator<Item = &Shipment> {
    plant.entities().filter_map(|entity| match entity {
        Entity::Shipment(shipment) => Some(shipment.as_ref()),
        _ => None,
    })
}

/// Lots that a hold stands on by its scope, without what was made from them.
fn in_scope<'p>(hold: &'p Hold, plant: &'p Plant) -> Vec<&'p LotId> {
    match hold.scope() {
        HoldScope::Lot(id) => plant.lot(id).map(|lot| lot.id()).into_iter().collect(),
        // A lot that was filled for several orders shows one of them; the orders know them all.
        HoldScope::WorkOrder(id) => plant
            .work_order(id)
            .into_iter()
            .flat_map(|order| order.lots().keys())
            .filter(|lot| plant.lot(lot).is_some())
            .chain(
                lots(plant)
                    .filter(|lot| lot.order() == Some(id))
                    .map(Lot::id),
            )
            .collect(),
        HoldScope::WorkCenter(_) => Vec::new(),
        HoldScope::MaterialWindow(_) | HoldScope::WorkCenterWindow(_) => lots(plant)
            .filter(|lot| lot_is_in(hold.scope(), lot))
            .map(Lot::id)
            .chain(hold.scope().presumed(plant).map(|(lot, _)| lot))
            .collect(),
    }
}

/// Whether a window takes in a lot, by what is known of its making.
fn lot_is_in(scope: &HoldScope, lot: &Lot) -> bool {
    let (made, window) = match scope {
        HoldScope::MaterialWindow(scope) if scope.material == *lot.material() => {
            (lot.production(), scope.window)
        }
        HoldScope::WorkCenterWindow(scope) => {
            (lot.made_at().get(&scope.work_center).copied(), scope.window)
        }
        _ => return false,
    };
    made.is_some_and(|made| made.from <= window.to && window.from <= made.to)
}

/// Which open holds reach each lot, worked out from the scopes and the genealogy.
pub(super) fn reached(plant: &Plant) -> BTreeMap<&LotId, BTreeSet<&HoldId>> {
    let mut reached: BTreeMap<&LotId, BTreeSet<&HoldId>> = BTreeMap::new();
    for hold in open_holds(plant) {
        let mut stack = in_scope(hold, plant);
        while let Some(id) = stack.pop() {
            if reached.entry(id).or_default().insert(hold.id()) {
                let children = plant
                    .lot(id)
                    .into_iter()
                    .flat_map(|lot| lot.children().keys());
                stack.extend(
                    children
                        .filter_map(|child| plant.lot(child))
                        .filter(|child| hold.propagates() || child.is_part_of(id))
                        .map(|lot| lot.id()),
                );
            }
        }
    }
    reached
}

pub(super) fn no_ship_on_hold(plant: &Plant, tell: Tell<'_>) {
    let reached = reached(plant);
    for shipment in shipments(plant).filter(|s| s.decision() == GateDecision::Cleared) {
        for lot in shipment.wanted_lots(plant) {
            if let Some(hold) = reached.get(lot).and_then(|holds| holds.first()) {
                let key = EntityKey::Shipment(shipment.id().clone());
                tell(key, format!("clear, but hold {hold} reaches lot {lot}"));
            }
        }
    }
}

pub(super) fn hold_reaches_all(plant: &Plant, tell: Tell<'_>) {
    let reached = reached(plant);
    let none = BTreeSet::new();
    for lot in lots(plant) {
        let known: BTreeSet<&HoldId> = lot.all_holds().collect();
        let key = || EntityKey::Lot(lot.id().clone());
        for missed in reached.get(lot.id()).unwrap_or(&none).difference(&known) {
            tell(
                key(),
                format!("hold {missed} reaches it and is not known there"),
            );
        }
    }
}
