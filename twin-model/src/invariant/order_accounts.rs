//! What orders and lots say of each other's movements.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Tell;
use crate::{
    Entity, EntityKey, Lot, LotId, MovementKind, OrderTake, Plant, WorkOrder, WorkOrderId,
};

/// Invariant 1: of each material, what was issued (and what was used without an issue) is what
/// was used, scrapped, given back or lies at the line; and every movement of a lot is booked once
/// in its order and once in the lot.
pub(super) fn conservation(plant: &Plant, tell: Tell<'_>) {
    let mut by_lot: BTreeMap<(&LotId, &WorkOrderId), OrderTake> = BTreeMap::new();
    let mut stored: BTreeMap<&LotId, Decimal> = BTreeMap::new();
    for entity in plant.entities() {
        let Entity::WorkOrder(order) = entity else {
            continue;
        };
        if let Some(text) = unbalanced(order) {
            tell(entity.key(), text);
        }
        for movement in order.movement_list().iter().filter(|known| known.stands()) {
            let Some(lot) = movement.lot() else { continue };
            let take = by_lot.entry((lot, order.id())).or_default();
            let moved = movement.of_lot();
            match movement.kind() {
                MovementKind::Received => *stored.entry(lot).or_default() += moved,
                MovementKind::Issued => take.issued += moved,
                MovementKind::Returned => take.returned += moved,
                MovementKind::Scrapped => take.scrapped += moved,
                MovementKind::Consumed | MovementKind::Backflushed => {
                    take.consume(movement.op(), moved);
                }
            }
        }
    }
    for entity in plant.entities() {
        if let Entity::Lot(lot) = entity {
            compare(lot, &by_lot, &stored, tell);
        }
    }
}

fn unbalanced(order: &WorkOrder) -> Option<String> {
    let mut sums: BTreeMap<_, (Decimal, Decimal)> = BTreeMap::new();
    for movement in order.movement_list().iter().filter(|known| known.stands()) {
        let (value, unit) = movement.booked();
        let (given, used) = sums.entry((movement.material(), unit)).or_default();
        match movement.kind() {
            MovementKind::Issued => *given += value,
            MovementKind::Returned => *given -= value,
            MovementKind::Received => {}
            _ => *used += value,
        }
    }
    for account in order.accounts() {
        let key = (&account.material, account.unit);
        let (given, used) = sums.get(&key).copied().unwrap_or_default();
        let follows = account.consumed() - account.sums.consumed - account.sums.backflushed;
        let in_all = given + account.unmatched();
        let gone = used + follows + account.at_line();
        // What lies at the line and what was used without an issue is never below zero: each is
        // what was taken in all without a part of it.
        if in_all != gone {
            let material = &account.material;
            return Some(format!(
                "{in_all} {} of {material} came, {gone} are accounted for",
                key.1
            ));
        }
    }
    None
}

fn compare(
    lot: &Lot,
    by_lot: &BTreeMap<(&LotId, &WorkOrderId), OrderTake>,
    stored: &BTreeMap<&LotId, Decimal>,
    tell: Tell<'_>,
) {
    let key = || EntityKey::Lot(lot.id().clone());
    let told = stored.get(lot.id()).copied().unwrap_or_default();
    let has = lot.stock().flows().stored().total();
    if has != told {
        tell(key(), format!("{has} stored, its orders say {told}"));
    }
    for (order, take) in lot.stock().orders().iter() {
        let told = by_lot.get(&(lot.id(), order)).cloned().unwrap_or_default();
        let has = take.without_transformations();
        if has != told {
            tell(
                key(),
                format!("moved {has:?} for order {order}, which says otherwise"),
            );
        }
    }
}
