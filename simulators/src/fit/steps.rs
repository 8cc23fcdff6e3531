//! What a log says of each step of each material, over all orders.

use std::collections::{BTreeMap, BTreeSet};

use twin_model::{LotDisposition, OperationId, Time};

use super::Fit;
use super::machines::Groups;
use super::observed::minutes;
use super::seen::{Operation, Order, Visit};

/// A step over all orders of a material.
#[derive(Clone, Debug, Default)]
pub(super) struct Made {
    /// Minutes.
    pub(super) times: Vec<f64>,
    /// How often at which group.
    pub(super) at: BTreeMap<usize, u64>,
    /// Sum of its places in the orders, and of how many.
    pub(super) places: (f64, u64),
    /// Orders that were done and took it.
    pub(super) taken: u64,
    pub(super) good: f64,
    pub(super) scrap: f64,
    /// Lots that ended here.
    pub(super) scrapped: u64,
    /// Where lots were sent back to.
    pub(super) sent_back: Vec<OperationId>,
    /// How long inspections lasted, minutes.
    pub(super) inspected: Vec<f64>,
    pub(super) inspected_scrap: u64,
    pub(super) inspected_back: Vec<OperationId>,
}

/// The steps of all materials.
pub(super) type Steps = BTreeMap<(String, OperationId), Made>;

/// Whether a lot was spoilt as a whole by an operation.
fn is_spoilt(operation: &Operation) -> bool {
    operation.completed && operation.scrap > 0.0 && operation.good + operation.rework <= 0.0
}

impl Order {
    /// Whether it ended before its route did.
    pub(super) fn is_scrapped(&self) -> bool {
        let inspected = self.inspections.iter();
        let mut inspected = inspected.map(|it| it.outcome);
        inspected.any(|outcome| outcome == LotDisposition::Scrap) || self.spoilt_by().is_some()
    }

    /// The operation that spoilt it, when nothing followed.
    fn spoilt_by(&self) -> Option<&OperationId> {
        let last = self
            .operations
            .iter()
            .max_by_key(|(_, operation)| operation.visits.last().map(|visit| visit.begin));
        last.filter(|(_, operation)| is_spoilt(operation))
            .map(|(op, _)| op)
    }

    /// The step that was begun first at an instant or later.
    fn next_step(&self, begins: &[(Time, OperationId)], at: Time) -> Option<OperationId> {
        let place = begins.partition_point(|(begin, _)| *begin < at);
        begins.get(place).map(|(_, step)| step.clone())
    }
}

impl Fit {
    pub(super) fn steps(&self, groups: &Groups) -> Steps {
        let mut steps = Steps::new();
        for order in self.orders.values() {
            let begins = order.begins();
            self.places(order, &begins, &mut steps);
            let counts = order.ended().is_some() && !order.is_scrapped();
            let mut taken: BTreeSet<OperationId> = BTreeSet::new();
            let spoilt = order.spoilt_by();
            for (op, operation) in &order.operations {
                if operation.visits.is_empty() {
                    continue;
                }
                let step = order.step_of(op);
                let first = taken.insert(step.clone());
                let made = steps.entry((order.material.to_string(), step)).or_default();
                made.taken += u64::from(counts && first);
                match spoilt == Some(op) {
                    true => made.scrapped += 1,
                    false => {
                        made.good += operation.good + operation.rework;
                        made.scrap += operation.scrap;
                    }
                }
                for visit in &operation.visits {
                    self.visit(order, visit, groups, &begins, made);
                }
            }
            self.inspections(order, &begins, &mut steps);
        }
        steps.retain(|_, made| !made.times.is_empty());
        steps
    }

    /// Where the steps of an order stand among its steps.
    fn places(&self, order: &Order, begins: &[(Time, OperationId)], steps: &mut Steps) {
        let mut route: Vec<OperationId> = order.route.clone();
        if route.is_empty() {
            for (_, step) in begins {
                if !route.contains(step) {
                    route.push(step.clone());
                }
            }
        }
        let count = route.len() as f64;
        for (place, step) in route.into_iter().enumerate() {
            let made = steps.entry((order.material.to_string(), step)).or_default();
            made.places.0 += (place as f64 + 0.5) / count;
            made.places.1 += 1;
        }
    }

    fn visit(
        &self,
        order: &Order,
        visit: &Visit,
        groups: &Groups,
        begins: &[(Time, OperationId)],
        made: &mut Made,
    ) {
        let Some(end) = visit.end else {
            return;
        };
        let mut took_us = end.micros_since(visit.begin);
        for (from, to) in &visit.pauses {
            took_us -= to.unwrap_or(end).micros_since(*from);
        }
        if let Some(center) = &visit.work_center {
            if let Some(machine) = self.machines.get(center) {
                took_us -= machine.stood_us(visit.begin, end);
            }
            if let Some(group) = groups.of.get(center) {
                *made.at.entry(*group).or_default() += 1;
            }
        }
        made.times.push(minutes(took_us.max(0)));
        if visit.sent_back {
            made.sent_back.extend(order.next_step(begins, end));
        }
    }

    fn inspections(&self, order: &Order, begins: &[(Time, OperationId)], steps: &mut Steps) {
        for inspection in &order.inspections {
            let step = order.step_of(&inspection.op);
            let Some(end) = inspection.end else {
                continue;
            };
            let made = steps.entry((order.material.to_string(), step)).or_default();
            made.inspected
                .push(minutes(end.micros_since(inspection.begin)));
            match inspection.outcome {
                LotDisposition::Scrap => made.inspected_scrap += 1,
                LotDisposition::Rework => {
                    made.inspected_back.extend(order.next_step(begins, end));
                }
                _ => {}
            }
        }
    }
}
