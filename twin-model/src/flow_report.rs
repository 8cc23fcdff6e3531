//! What the orders of a plant show against the textbook, rule by rule: where real work went
//! another way than a planner would draw it.
//!
//! Nothing here refuses anything. The report is worked out from the states of orders, so it can be
//! made of a live plant, of an import and of a simulation alike, and be recounted from their
//! events.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::{Entity, Operation, OperationId, Plant, Time, WorkCenterId, WorkOrder, WorkOrderId};

/// What the report is made by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowRules {
    /// Operations that are the final inspection of their order.
    pub final_inspections: BTreeSet<OperationId>,
}

/// Where orders went another way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowReport {
    /// Operations with more good pieces than their order was released for (R39).
    pub over_completed: Vec<(WorkOrderId, OperationId)>,
    /// Operations with more good pieces than the one before them in the flow: the earlier one, the
    /// later one. The flow is the order of the first starts; operations that report no good
    /// pieces at all (set-ups, checks by sample) do not count as a step of it.
    pub ahead: Vec<(WorkOrderId, OperationId, OperationId)>,
    /// Orders whose delivering operation started before their first final inspection had ended.
    pub packed_early: Vec<WorkOrderId>,
    /// Orders of which more was delivered, scrapped and put before the review board than was
    /// released and tolerated.
    pub not_conserved: Vec<WorkOrderId>,
    /// Reports that began at a work center while another one was still under way there, by work
    /// center.
    pub overlaps: BTreeMap<WorkCenterId, u64>,
}

impl FlowReport {
    /// The report on a plant as it stands.
    #[must_use]
    pub fn of(plant: &Plant, rules: &FlowRules) -> FlowReport {
        let mut report = FlowReport::default();
        let mut at_work: BTreeMap<&WorkCenterId, Vec<(Time, Time)>> = BTreeMap::new();
        let mut orders: Vec<&WorkOrder> = plant
            .entities()
            .filter_map(|entity| match entity {
                Entity::WorkOrder(order) => Some(order.as_ref()),
                _ => None,
            })
            .collect();
        orders.sort_unstable_by_key(|order| order.id());
        for order in orders {
            report.look_at(order, rules);
            for operation in order.operations() {
                let Some(center) = operation.work_center() else {
                    continue;
                };
                let spans = operation.reported_spans();
                at_work.entry(center).or_default().extend(spans);
            }
        }
        for (center, spans) in at_work {
            let overlaps = overlaps(spans);
            if overlaps > 0 {
                report.overlaps.insert(center.clone(), overlaps);
            }
        }
        report
    }

    fn look_at(&mut self, order: &WorkOrder, rules: &FlowRules) {
        let Some(released) = order.released() else {
            return;
        };
        for operation in order.operations() {
            if operation.good() > released {
                self.over_completed
                    .push((order.id().clone(), operation.id().clone()));
            }
        }
        for pair in flow(order).windows(2) {
            if pair[1].good() > pair[0].good() {
                let (before, after) = (pair[0].id().clone(), pair[1].id().clone());
                self.ahead.push((order.id().clone(), before, after));
            }
        }
        if packed_early(order, rules) {
            self.packed_early.push(order.id().clone());
        }
        let (mut scrap, mut mrb) = (Decimal::ZERO, Decimal::ZERO);
        for operation in order.operations() {
            scrap += operation.scrap();
            mrb += operation.mrb();
        }
        let most = released * (Decimal::ONE + order.tolerance().over.value());
        if order.delivered() + scrap + mrb > most {
            self.not_conserved.push(order.id().clone());
        }
    }
}

/// The operations with good pieces, in the order of their first starts.
fn flow(order: &WorkOrder) -> Vec<&Operation> {
    let mut steps: Vec<&Operation> = order
        .operations()
        .iter()
        .map(AsRef::as_ref)
        .filter(|operation: &&Operation| operation.good() > Decimal::ZERO)
        .collect();
    steps.sort_by_key(|operation| (operation.started_at(), operation.id()));
    steps
}

fn packed_early(order: &WorkOrder, rules: &FlowRules) -> bool {
    let operations = || order.operations().iter().map(AsRef::<Operation>::as_ref);
    let packed = operations()
        .filter(|operation| operation.delivers())
        .filter_map(Operation::started_at)
        .min();
    let inspected = operations()
        .filter(|operation| rules.final_inspections.contains(operation.id()))
        .flat_map(Operation::reported_spans)
        .map(|(_, end)| end)
        .min();
    matches!((packed, inspected), (Some(packed), Some(inspected)) if packed < inspected)
}

/// How many spans begin before an earlier one has ended.
fn overlaps(mut spans: Vec<(Time, Time)>) -> u64 {
    spans.sort_unstable();
    let mut busy_until = None;
    let mut found = 0;
    for (start, end) in spans {
        if busy_until.is_some_and(|until| start < until) {
            found += 1;
        }
        busy_until = busy_until.max(Some(end));
    }
    found
}
