//! Rules about the operations of orders, counted again from the single reports and the routing.
//! A soft rule may be broken; what must hold is that it is shown exactly then.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Tell;
use super::orders::orders;
use crate::report_ledger::{Report, Tally};
use crate::{CountingSource, Discrepancy, Operation, OperationId, Plant, ReportId, WorkOrder};

/// What the reports that stand come to: deltas add up, of a counter's epoch its last reading counts.
fn count_again(reports: &[Report]) -> Tally {
    let mut sum = Tally::default();
    let mut readings: BTreeMap<u32, &Report> = BTreeMap::new();
    let mut add = |part: &Tally| {
        sum.good += part.good;
        sum.scrap += part.scrap;
        sum.rework += part.rework;
        sum.mrb += part.mrb;
    };
    for report in reports.iter().filter(|report| !report.reversed) {
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

/// What an operation hands on: its own good quantity, or when it was left out the least of those
/// before it. `None` when nothing limits it.
fn handed_on(order: &WorkOrder, id: &OperationId, steps: usize) -> Option<Decimal> {
    let operation = order.operations().iter().find(|known| known.id() == id)?;
    if steps == 0 || !operation.is_left_out() {
        return Some(good_again(operation));
    }
    let before = operation.predecessors().iter();
    before
        .filter_map(|id| handed_on(order, id, steps - 1))
        .min()
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
            let ready = handed_on(order, before, order.operations().len());
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
    let reports = operation.ledger.reports().iter();
    let mut taken_back: Vec<ReportId> = reports
        .filter(|report| report.reversed)
        .map(|report| report.id)
        .collect();
    taken_back.sort_unstable();
    let beside = operation.beside.as_deref();
    let reversals = beside.map_or(&[][..], |beside| &beside.reversals);
    let mut reversed: Vec<ReportId> = reversals.iter().map(|known| known.report).collect();
    reversed.sort_unstable();
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
        let delivering = order.operations().iter().filter(|o| o.delivers());
        let made: Decimal = delivering.map(|operation| good_again(operation)).sum();
        // The warehouse and the MES tell of the same goods: whoever tells of more.
        let made = made.max(order.received());
        if made != order.delivered() {
            let shown = order.delivered();
            tell(key, format!("shows {shown} delivered, made was {made}"));
        }
    }
}

#[cfg(test)]
#[path = "operations/tests.rs"]
mod tests;
