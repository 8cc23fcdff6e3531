//! A plant file from a log: what the events of a plant say of its machines, routes and times.
//!
//! Nothing is asked of the twin's entities but their events, in the order in which they were
//! applied. What a log cannot say is assumed, and what a plant file cannot say is left out; both
//! come with the file, in words ([`Fitted`]).

mod machines;
mod observed;
mod routes;
mod seen;
mod steps;

use std::collections::BTreeMap;

use twin_model::{
    Decimal, Event, EventBody, HoldScope, InspectionId, ItemState, LotDisposition, Mode,
    OperationId, OperationReport, Time, UsageDecision, WorkCenterId, WorkOrderId,
};

use crate::plant_file::{Experiment, Format, PlantFile, TimeUnit, Times};
use observed::minutes;
use seen::{Inspection, Machine, Operation, Order, Standing, Visit};

/// A log as far as it was read.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    orders: BTreeMap<WorkOrderId, Order>,
    machines: BTreeMap<WorkCenterId, Machine>,
    /// Setup times by what was set up for, minutes.
    setups: BTreeMap<String, Vec<f64>>,
    /// What each step of each material is set up for.
    families: BTreeMap<(String, OperationId), String>,
    inspections: BTreeMap<InspectionId, WorkOrderId>,
    first: Option<Time>,
    last: Option<Time>,
    events: u64,
    unknown: BTreeMap<&'static str, u64>,
}

/// A plant file that was made of a log.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The file.
    pub file: PlantFile,
    /// What the log does not say and is assumed.
    pub assumed: Vec<String>,
    /// What the log says and the file leaves out.
    pub left_out: Vec<String>,
    /// By product: orders that were done, and their mean time from release to the end of the last
    /// operation, minutes.
    pub cycle_min: BTreeMap<String, (u64, f64)>,
}

/// A log of which no plant file can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "of {events} events none tells of an order whose operations were begun and ended at a work \
     center; a plant file needs mfg.work_order.created, mfg.operation.started and \
     mfg.operation.completed"
)]
pub struct NothingToFit {
    /// Events that were read.
    pub events: u64,
}

impl Fit {
    /// Nothing was read yet.
    #[must_use]
    pub fn new() -> Fit {
        Fit::default()
    }

    /// Reads one event; the order is that in which a twin applied them.
    pub fn note(&mut self, event: &Event) {
        let at = event.time;
        self.events += 1;
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = self.last.max(Some(at));
        match &event.body {
            EventBody::WorkOrderCreated(body) => {
                let order = Order {
                    material: body.material.clone(),
                    pieces: float(body.quantity.value.value()),
                    priority: body.priority,
                    released: None,
                    due: body.planned_end,
                    route: Vec::new(),
                    operations: BTreeMap::new(),
                    inspections: Vec::new(),
                };
                self.orders.insert(body.order.clone(), order);
            }
            EventBody::WorkOrderReleased(body) => {
                if let Some(order) = self.orders.get_mut(&body.order) {
                    order.released = Some(at);
                    order.route = body.operations.iter().map(|it| it.op.clone()).collect();
                }
            }
            EventBody::WorkCenterStateChanged(body) => {
                let standing = match (body.item_state, body.mode) {
                    (ItemState::OutOfService, Mode::Maintenance) => Some(Standing::Maintained),
                    (ItemState::OutOfService, _) => Some(Standing::Broken),
                    (ItemState::NotAvailable, _) => Some(Standing::Closed),
                    _ => None,
                };
                let machine = self.machines.entry(body.work_center.clone()).or_default();
                machine.changes(body.since.unwrap_or(at), standing);
            }
            EventBody::InspectionCreated(body) => {
                if let (Some(id), Some(op)) = (&body.order, &body.op)
                    && let Some(order) = self.orders.get_mut(id)
                {
                    self.inspections.insert(body.inspection.clone(), id.clone());
                    order.inspections.push(Inspection {
                        id: body.inspection.clone(),
                        op: op.clone(),
                        begin: at,
                        end: None,
                        outcome: LotDisposition::UseAsIs,
                    });
                }
            }
            other => self.note_work(at, other),
        }
    }

    fn operation(&mut self, order: &WorkOrderId, op: &OperationId) -> Option<&mut Operation> {
        let order = self.orders.get_mut(order)?;
        Some(order.operations.entry(op.clone()).or_default())
    }

    /// What the MES says of operations.
    fn note_work(&mut self, at: Time, body: &EventBody) {
        match body {
            EventBody::OperationSetupStarted(body) => {
                if let Some(operation) = self.operation(&body.order, &body.op) {
                    operation.setting_up = Some((at, body.to_setup.clone()));
                }
            }
            EventBody::OperationStarted(body) => {
                self.begins(&body.order, &body.op, Some(&body.work_center), at);
            }
            EventBody::OperationResumed(body) => {
                let operation = self.operation(&body.order, &body.op);
                let open = operation.and_then(|it| it.visits.last_mut());
                let open = open.filter(|visit| visit.end.is_none());
                match open.and_then(|visit| visit.pauses.last_mut()) {
                    Some((_, end)) => *end = Some(at),
                    None => self.begins(&body.order, &body.op, None, at),
                }
            }
            EventBody::OperationDispatched(body) => {
                if let Some(operation) = self.operation(&body.order, &body.op) {
                    operation.moved_to = Some(body.work_center.clone());
                }
            }
            EventBody::OperationInterrupted(body) => {
                let Some(operation) = self.operation(&body.order, &body.op) else {
                    return;
                };
                let Some(visit) = operation.visits.last_mut().filter(|it| it.end.is_none()) else {
                    return;
                };
                match visit.sent_back {
                    true => visit.end = Some(at),
                    false => visit.pauses.push((at, None)),
                }
            }
            EventBody::OperationSkipped(body) => {
                if let Some(operation) = self.operation(&body.order, &body.op) {
                    operation.skipped = true;
                }
            }
            EventBody::OperationProgressed(report) => self.report(report, at, false),
            EventBody::OperationCompleted(report) => self.report(report, at, true),
            other => self.note_quality(at, other),
        }
    }

    /// An operation is worked on from now on.
    fn begins(
        &mut self,
        order: &WorkOrderId,
        op: &OperationId,
        work_center: Option<&WorkCenterId>,
        at: Time,
    ) {
        let Some(of) = self.orders.get_mut(order) else {
            return;
        };
        let step = of.step_of(op);
        let material = of.material.to_string();
        let operation = of.operations.entry(op.clone()).or_default();
        let last = operation.visits.last();
        let was_at = last.and_then(|visit| visit.work_center.clone());
        let moved = operation.moved_to.take();
        let work_center = work_center.cloned().or(moved).or(was_at);
        let setup = operation.setting_up.take();
        operation.visits.push(Visit {
            begin: at,
            end: None,
            pauses: Vec::new(),
            sent_back: false,
            reported: None,
            work_center: work_center.clone(),
        });
        let Some(work_center) = work_center else {
            return;
        };
        let machine = self.machines.entry(work_center).or_default();
        machine.is_heard_of(at);
        if let Some((began, Some(family))) = setup {
            let took_us = at.micros_since(began) - machine.stood_us(began, at);
            let family = family.to_string();
            self.families.insert((material, step), family.clone());
            self.setups
                .entry(family)
                .or_default()
                .push(minutes(took_us));
        }
    }

    fn report(&mut self, report: &OperationReport, at: Time, completes: bool) {
        let end = report.end.unwrap_or(at);
        let Some(operation) = self.operation(&report.order, &report.op) else {
            return;
        };
        let rework = float(report.rework.value());
        operation.good += float(report.good.value());
        operation.scrap += float(report.scrapped());
        operation.rework += rework;
        operation.completed |= completes;
        let never_began = operation.visits.is_empty();
        let undecided = float(report.mrb.value()) > 0.0;
        match operation.visits.last_mut().filter(|it| it.end.is_none()) {
            Some(visit) => {
                visit.sent_back |= rework > 0.0 && !completes;
                visit.reported = visit.reported.max(Some(end));
                if completes {
                    visit.end = visit.reported;
                }
            }
            // What was interrupted for a rework may end without more work on it.
            None if never_began => self.leave_out("operations without a start"),
            None => {}
        }
        if undecided {
            self.leave_out("reports of pieces that wait for the material review board");
        }
    }

    fn note_quality(&mut self, at: Time, body: &EventBody) {
        match body {
            EventBody::InspectionDecided(body) => {
                let order = self.inspections.get(&body.inspection);
                let order = order.and_then(|order| self.orders.get_mut(order));
                let known = order.and_then(|order| {
                    let mut all = order.inspections.iter_mut();
                    all.find(|it| it.id == body.inspection)
                });
                let Some(inspection) = known else {
                    return self.leave_out("decisions on goods instead of orders");
                };
                inspection.end = Some(at);
                for part in &body.decisions {
                    inspection.outcome = match part.decision {
                        UsageDecision::Scrap | UsageDecision::Reject => LotDisposition::Scrap,
                        UsageDecision::Rework => LotDisposition::Rework,
                        _ => inspection.outcome,
                    };
                }
            }
            EventBody::HoldPlaced(body) if !matches!(body.scope, HoldScope::WorkOrder(_)) => {
                self.leave_out("holds of lots and work centers");
            }
            EventBody::WorkOrderCancelled(_) | EventBody::WorkOrderAborted(_) => {
                self.leave_out("cancellations and aborts of orders");
            }
            EventBody::LotCreated(_)
            | EventBody::LotTransformed(_)
            | EventBody::MaterialConsumed(_)
            | EventBody::GoodsReceived(_)
            | EventBody::ShipmentRequested(_) => {
                self.leave_out("movements of goods");
            }
            _ => {}
        }
    }

    fn leave_out(&mut self, what: &'static str) {
        *self.unknown.entry(what).or_default() += 1;
    }

    /// The plant file that the log is of.
    ///
    /// # Errors
    /// [`NothingToFit`] when no operation was begun and ended.
    pub fn plant_file(&self, name: &str) -> Result<Fitted, NothingToFit> {
        let nothing = NothingToFit {
            events: self.events,
        };
        let (Some(first), Some(last)) = (self.first, self.last) else {
            return Err(nothing);
        };
        let mut said = Said::default();
        let groups = self.groups();
        let made = self.steps(&groups);
        if made.is_empty() {
            return Err(nothing);
        }
        let (products, cycle_min) = self.products(&groups, &made, &mut said);
        let file = PlantFile {
            model: Format::Plant1,
            name: name.to_owned(),
            time_unit: TimeUnit::Minute,
            dispatch: Default::default(),
            transport: Times::Always(0.0),
            work_center: self.work_centers(&groups, &mut said),
            crew: Vec::new(),
            calendar: Vec::new(),
            downtime: self.downtimes(&groups, &mut said),
            family: self.families(),
            setup: self.changeovers(&mut said),
            release: self.releases(first, &products, &mut said),
            product: products,
            lot: Vec::new(),
            experiment: Experiment {
                horizon: Some(minutes(last.micros_since(first)).max(1.0)),
                ..Experiment::default()
            },
        };
        self.say_what_is_left_out(&mut said);
        Ok(Fitted {
            file,
            assumed: said.assumed,
            left_out: said.left_out,
            cycle_min,
        })
    }

    fn say_what_is_left_out(&self, said: &mut Said) {
        for (what, count) in &self.unknown {
            said.left_out.push(format!("{count} {what}"));
        }
        let orders = self.orders.values();
        let open = orders.filter(|order| order.ended().is_none()).count();
        if open > 0 {
            let text = format!("{open} orders that were not worked on, or are not yet through");
            said.left_out.push(text);
        }
    }
}

/// What is to be said of a fit.
#[derive(Debug, Default)]
struct Said {
    assumed: Vec<String>,
    left_out: Vec<String>,
}

fn float(value: Decimal) -> f64 {
    // A quantity in decimal digits always is a number.
    value.to_string().parse().unwrap_or(0.0)
}
