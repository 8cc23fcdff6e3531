//! Rules about work centers: what runs there, and what their time was spent on.

use std::collections::BTreeSet;

use super::Tell;
use super::orders::orders;
use crate::order_places::Place;
use crate::{
    Bucket, Buckets, Discrepancy, Entity, EntityKey, Oee, OperationId, Plant, Time, WorkCenter,
    WorkCenterId, WorkOrderId,
};

/// Microseconds after the last word of a machine up to which its time is divided.
const AFTERWARDS_US: i64 = 3_600_000_000;

type Running = BTreeSet<(WorkOrderId, OperationId)>;

fn centers(plant: &Plant) -> impl Iterator<Item = (EntityKey, &WorkCenter)> {
    plant.entities().filter_map(|entity| match entity {
        Entity::WorkCenter(center) => Some((entity.key(), center.as_ref())),
        _ => None,
    })
}

/// What runs at a work center, as the orders have it.
fn running_at(plant: &Plant, center: &WorkCenterId) -> Running {
    let mut running = Running::new();
    for (_, order) in orders(plant) {
        for (op, place) in order.places() {
            if matches!(&place, Place::Running(at, _) if at == center) {
                running.insert((order.id().clone(), op));
            }
        }
    }
    running
}

/// I12: a work center with more at work than it has room for is shown, and no other; and it knows
/// what runs there.
fn overlap_of(center: &WorkCenter, running: &Running, shown: &[Discrepancy]) -> Option<String> {
    let known: Running = center.running().map(|(key, _)| key.clone()).collect();
    if known != *running {
        return Some(format!("knows of {known:?}, but {running:?} runs there"));
    }
    let capacity = usize::try_from(center.capacity()).unwrap_or(usize::MAX);
    let shown = shown
        .iter()
        .any(|discrepancy| matches!(discrepancy, Discrepancy::Overlap { .. }));
    let broken = running.len() > capacity;
    (broken != shown).then(|| {
        let count = running.len();
        format!("{count} run there, {capacity} can, and shown is {shown}")
    })
}

/// I19: the buckets of a window fill it, and those of its two halves add up to it.
fn partition_of(window: (Time, Time), whole: &Buckets, halves: &Buckets) -> Option<String> {
    let micros = window.1.micros_since(window.0);
    if whole.total_micros() != micros {
        let total = whole.total_micros();
        return Some(format!("{micros} us went by, the buckets have {total} us"));
    }
    let differs = |bucket: &&Bucket| whole.micros(**bucket) != halves.micros(**bucket);
    let bucket = Bucket::ALL.iter().find(differs)?;
    Some(format!(
        "{} differs between a window and its halves",
        bucket.as_str()
    ))
}

/// From when on the time of a work center is known in detail, and an hour after its last word.
fn known_window(center: &WorkCenter) -> Option<(Time, Time)> {
    let folded = center.folded().map(|folded| folded.until);
    let from = folded.or_else(|| center.known_since())?;
    let last = center.line.ends().map_or(from, |(_, last)| last.max(from));
    Some((from, last.plus_micros(AFTERWARDS_US)))
}

/// I21: time cannot be spent twice, whatever counters say. What rests on counters and master data
/// is flagged where it is no share ([`crate::Factor::is_plausible`]).
fn share_of(oee: &Oee) -> Option<String> {
    let share = oee.availability.filter(|share| !share.is_plausible())?;
    Some(format!("was available for {} of its time", share.value()))
}

pub(super) fn overlap_is_shown(plant: &Plant, tell: Tell<'_>) {
    for (key, center) in centers(plant) {
        let running = running_at(plant, center.id());
        if let Some(text) = overlap_of(center, &running, &center.discrepancies()) {
            tell(key, text);
        }
    }
}

pub(super) fn time_is_divided(plant: &Plant, tell: Tell<'_>) {
    for (key, center) in centers(plant) {
        let Some((from, to)) = known_window(center) else {
            continue;
        };
        let middle = from.plus_micros(to.micros_since(from) / 2);
        let parts = (center.buckets(from, middle), center.buckets(middle, to));
        let (Some(whole), (Some(mut halves), Some(later))) = (center.buckets(from, to), parts)
        else {
            tell(key, format!("knows nothing of {from} to {to}"));
            continue;
        };
        halves += &later;
        if let Some(text) = partition_of((from, to), &whole, &halves) {
            tell(key, text);
        }
    }
}

/// I21: a share of time or pieces is between nothing and all of it, or is flagged.
pub(super) fn factors_are_shares(plant: &Plant, tell: Tell<'_>) {
    for (key, center) in centers(plant) {
        let Some((from, to)) = known_window(center) else {
            continue;
        };
        let Some(oee) = center.oee(from, to) else {
            continue;
        };
        if let Some(text) = share_of(&oee) {
            tell(key, text);
        }
    }
}

#[cfg(test)]
#[path = "centers/tests.rs"]
mod tests;
