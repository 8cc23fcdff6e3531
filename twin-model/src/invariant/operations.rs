//! Rules about the operations of orders, counted again from the single reports and the routing.
//! A soft rule may be broken; what must hold is that it is shown exactly then.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Tell;
use super::orders::orders;
use crate::report_ledger::{Report, Tally};
use crate::{
    CountingSource, Discrepancy, MovementKind, Operation, OperationId, Plant, ReportId, WorkOrder,
};

/// What the reports that stand come to: deltas add up, of a counter's epoch its last reading counts.
fn count_again<'a>(reports: impl Iterator<Item = &'a Report>) -> Tally {
    let mut sum = Tally::default();
    let mut readings: BTreeMap<u32, &Report> = BTreeMap::new();
    let mut add = |part: &Tally| {
        sum.good += part.good;
        sum.scrap += part.scrap;
        sum.rework += part.rework;
        sum.mrb += part.mrb;
    };
    for report in reports.filter(|report| !report.reversed) {
        match report.epoch {
            None => add(&report.tally),
            Some(epoch) => {
                let known = readings.entry(epoch).or_insert(report);
                if (known.end, known.id) <= (report.end, report.id) {
                    *known = report;
                }
            }
        }
    }
    readings.values().for_each(|report| add(&report.tally));
    sum
}

fn good_again(operation: &Operation) -> Decimal {
    match operation.counting() {
        CountingSource::Machine => operation.machines().iter().map(|told| told.good).sum(),
        CountingSource::Operator | CountingSource::Both => {
            count_again(operation.ledger.reports()).good
        }
    }
}

/// Who answers for the operation `id`: itself, or when it was left out those before it that were
/// not. Each once, however many ways lead there.
fn answering<'o>(
    order: &'o WorkOrder,
    id: &'o OperationId,
) -> impl Iterator<Item = &'o Operation> + use<'o> {
    let operations = || order.operations().iter();
    let mut asked = BTreeSet::from([id]);
    loop {
        let known = asked.len();
        let left_out = operations().filter(|it| it.is_left_out() && asked.contains(it.id()));
        let before: Vec<_> = left_out.flat_map(|it| it.predecessors()).collect();
        asked.extend(before);
        if asked.len() == known {
            break;
        }
    }
    let answers = move |it: &&Operation| !it.is_left_out() && asked.contains(it.id());
    order
        .operations()
        .iter()
        .map(|it| it as &Operation)
        .filter(answers)
}

/// Tells where what should be shown and what is shown differ.
fn differ<T: Ord + std::fmt::Debug>(should: &BTreeSet<T>, shown: &BTreeSet<T>) -> Option<String> {
    let missing = should.difference(shown).next();
    let extra = shown.difference(should).next();
    match (missing, extra) {
        (Some(missing), _) => Some(format!("broken at {missing:?}, and not shown")),
        (None, Some(extra)) => Some(format!("shown at {extra:?}, and not broken")),
        (None, None) => None,
    }
}

/// I04: an operation that made more than was released for it is shown, and no other.
fn surplus_of(order: &WorkOrder, shown: &[Discrepancy]) -> Option<String> {
    let should = order.operations().iter().filter(|operation| {
        let planned = operation.quantity().or_else(|| order.released());
        planned.is_some_and(|planned| good_again(operation) > planned)
    });
    let shown = shown.iter().filter_map(|discrepancy| match discrepancy {
        Discrepancy::MoreThanReleased { operation, .. } => Some(operation),
        _ => None,
    });
    differ(&should.map(|known| known.id()).collect(), &shown.collect())
}

/// I05: an operation that is ahead of one before it is shown, and no other.
fn ahead_of(order: &WorkOrder, shown: &[Discrepancy]) -> Option<String> {
    let mut should = BTreeSet::new();
    for operation in order.operations() {
        let good = good_again(operation);
        for before in operation.predecessors() {
            let ready = answering(order, before).map(good_again).min();
            if ready.is_some_and(|ready| good > ready) {
                should.insert((operation.id(), before));
            }
        }
    }
    let shown = shown.iter().filter_map(|discrepancy| match discrepancy {
        Discrepancy::AheadOfPredecessor {
            operation,
            predecessor,
            ..
        } => Some((operation, predecessor)),
        _ => None,
    });
    differ(&should, &shown.collect())
}

/// What an order comes to, counted again: delivered, scrapped and before the review board.
fn accounted_for(order: &WorkOrder) -> Decimal {
    let mut sum = delivered_again(order);
    for operation in order.operations() {
        // Scrap is what people report where they count, and what machines count where those do.
        sum += operation.scrap() + operation.mrb();
    }
    sum
}

/// What the delivering operations made, or what the warehouse received: whoever tells of more.
fn delivered_again(order: &WorkOrder) -> Decimal {
    let delivering = order.operations().iter().filter(|o| o.delivers());
    let made: Decimal = delivering.map(|operation| good_again(operation)).sum();
    let movements = order.movement_list().iter();
    let received = movements.filter(|known| {
        known.stands()
            && known.kind() == MovementKind::Received
            && known.material() == order.material()
    });
    let received: Decimal = received.map(|known| known.booked().0).sum();
    made.max(received)
}

/// I06: an order that was closed with more than was released and tolerated is shown, and no other.
fn more_at_the_close_of(order: &WorkOrder, shown: &[Discrepancy]) -> Option<String> {
    let shown = shown
        .iter()
        .any(|discrepancy| matches!(discrepancy, Discrepancy::ClosedWithMore { .. }));
    let most = order
        .released()
        .map(|released| released * (Decimal::ONE + order.tolerance().over.value()));
    let sum = accounted_for(order);
    let broken = order.closing().is_some() && most.is_some_and(|most| sum > most);
    (broken != shown)
        .then(|| format!("{sum} are accounted for, {most:?} could be, and shown is {shown}"))
}

/// I22: an order shows as delivered what its reports and receipts come to.
fn delivery_of(order: &WorkOrder, shown: Decimal) -> Option<String> {
    let made = delivered_again(order);
    (made != shown).then(|| format!("shows {shown} delivered, made was {made}"))
}

/// I22: what the operation shows is what its reports come to.
fn layers_of(operation: &Operation, shown: Tally) -> Option<String> {
    let counted = count_again(operation.ledger.reports());
    (counted != shown).then(|| {
        let id = operation.id();
        format!("operation {id} shows {shown:?}, its reports come to {counted:?}")
    })
}

/// I15: what was taken back is known by one reversal each, and nothing else is.
fn reversals_of(operation: &Operation) -> Option<String> {
    let reports = operation.ledger.reports();
    let mut taken_back: Vec<ReportId> = reports
        .filter(|report| report.reversed)
        .map(|report| report.id)
        .collect();
    taken_back.sort_unstable();
    let beside = operation.beside.as_deref();
    let reversals = beside
        .into_iter()
        .flat_map(|beside| beside.reversals.keys());
    let reversed: Vec<ReportId> = reversals.copied().collect();
    (taken_back != reversed).then(|| {
        let (id, reports, words) = (operation.id(), taken_back.len(), reversed.len());
        format!("operation {id}: {reports} reports were taken back, by {words} reversals")
    })
}

pub(super) fn surplus_is_shown(plant: &Plant, tell: Tell<'_>) {
    for (key, order) in orders(plant) {
        if let Some(text) = surplus_of(order, &order.discrepancies()) {
            tell(key, text);
        }
    }
}

pub(super) fn ahead_is_shown(plant: &Plant, tell: Tell<'_>) {
    for (key, order) in orders(plant) {
        if let Some(text) = ahead_of(order, &order.discrepancies()) {
            tell(key, text);
        }
    }
}

pub(super) fn reversed_once(plant: &Plant, tell: Tell<'_>) {
    for (key, order) in orders(plant) {
        for text in order.operations().iter().filter_map(|o| reversals_of(o)) {
            tell(key.clone(), text);
        }
    }
}

pub(super) fn layers_agree(plant: &Plant, tell: Tell<'_>) {
    for (key, order) in orders(plant) {
        for operation in order.operations() {
            if let Some(text) = layers_of(operation, operation.reported()) {
                tell(key.clone(), text);
            }
        }
        if let Some(text) = delivery_of(order, order.delivered()) {
            tell(key, text);
        }
    }
}

pub(super) fn closed_with_more(plant: &Plant, tell: Tell<'_>) {
    for (key, order) in orders(plant) {
        if let Some(text) = more_at_the_close_of(order, &order.discrepancies()) {
            tell(key, text);
        }
    }
}

/// I14: what a start found before it. `None` when every operation before one, unless it may
/// overlap, was ever reported on, was left out after such ones, or is none of the order's.
pub(super) fn started_too_early(order: &WorkOrder, operation: &Operation) -> Option<String> {
    if operation.overlap {
        return None;
    }
    let mut before = operation.predecessors().iter();
    let missing = before.find(|id| !answering(order, id).all(ever_ready))?;
    let id = operation.id();
    Some(format!(
        "operation {id} was started when {missing} had nothing"
    ))
}

fn ever_ready(operation: &Operation) -> bool {
    let reports = operation.ledger.reports();
    let told = |report: &Report| report.completes || !report.tally.good.is_zero();
    // What counters come to is recomputed, and may be nothing again.
    !operation.machines().is_empty() || reports.into_iter().any(told)
}

#[cfg(test)]
#[path = "operations/tests.rs"]
mod tests;
