//! The live state of a plant as a plant file.

use std::collections::BTreeMap;

use twin_model::{
    Entity, ItemState, Lifecycle, Operation, Plant, Time, WorkCenter as LiveCenter, WorkOrder,
    WorkOrderId,
};

use super::assumptions::{Assumptions, NotSimulated, Overdue};
use super::ratios::{Ratios, ToldBy};
use super::shift::ClosedTimes;
use super::standstill::standstill;
use crate::plant_file::{
    DispatchRule, DowntimeKind, Drawn, InWork, OneOrMore, OpeningLot, PlantFile, Product, Step,
    Times, WorkCenter,
};
use crate::priority;

/// How long a stop lasts of which nobody has told the end, minutes in the mean.
const UNKNOWN_STOP_MIN: f64 = 60.0;
/// Seconds of one minute.
const MINUTE_S: f64 = 60.0;

/// A plant file made of a live state.
#[derive(Clone, Debug)]
pub struct LivingModel {
    /// The file; times in minutes, zero is the instant of the state.
    pub file: PlantFile,
    /// The orders that are forecast, in the order of the file's lots, with when they are due.
    pub orders: Vec<(WorkOrderId, Option<Time>)>,
    /// Orders that are not, and why.
    pub left_out: Vec<NotSimulated>,
    /// What had to be assumed.
    pub assumptions: Assumptions,
    /// When changes of shifts close work centers; not in the file before all changes are made.
    pub(super) closed: ClosedTimes,
}

/// Makes a plant file of a plant as it stands at `now`.
///
/// Each released order with work left is a product of its own, whose steps are the operations
/// that are left with the planned time that is left, and one lot. An operation that runs is in
/// its machine since its last report. Operations of one order follow each other, also those that
/// may overlap.
pub fn living_model(plant: &Plant, now: Time, rule: DispatchRule) -> LivingModel {
    let ratios = Ratios::of(plant);
    let mut living = LivingModel {
        file: PlantFile {
            dispatch: rule,
            ..PlantFile::empty(plant.id().as_str())
        },
        orders: Vec::new(),
        left_out: Vec::new(),
        assumptions: Assumptions {
            observed_operations: ratios.count(),
            ..Assumptions::default()
        },
        closed: ClosedTimes::default(),
    };
    // By name, so that neither the order of entities in memory nor that of events decides.
    let mut orders: BTreeMap<&WorkOrderId, &WorkOrder> = BTreeMap::new();
    let mut centers: BTreeMap<&str, &LiveCenter> = BTreeMap::new();
    for entity in plant.entities() {
        match entity {
            Entity::WorkOrder(order) => {
                orders.insert(order.id(), order);
            }
            Entity::WorkCenter(center) => {
                centers.insert(center.id().as_str(), center);
            }
            _ => {}
        }
    }
    for (name, center) in &centers {
        living.adds_work_center(name, center, now);
    }
    for order in orders.values() {
        living.adds_order(order, now, &ratios);
    }
    let known: Vec<String> = living
        .file
        .work_center
        .iter()
        .map(|at| at.id.clone())
        .collect();
    let of_the_plant = |name: &String| ratios.told_by(name) == ToldBy::Plant;
    living.assumptions.times_of_the_plant = known.into_iter().filter(of_the_plant).collect();
    living
}

impl LivingModel {
    fn adds_work_center(&mut self, name: &str, center: &LiveCenter, now: Time) {
        let machines = center.capacity().max(1);
        self.file
            .work_center
            .push(WorkCenter::of(name.to_owned(), machines));
        let maintained = center.maintenance_at(now);
        let stands = matches!(
            center.item_state(),
            ItemState::OutOfService | ItemState::NotAvailable
        ) && center.state().is_some();
        if maintained.is_none() && !stands {
            return;
        }
        let end_min = maintained
            .and_then(|(_, until)| until)
            .map(|until| until.micros_since(now) as f64 / 1e6 / MINUTE_S)
            .filter(|&left| left > 0.0);
        if end_min.is_none() {
            self.assumptions.stopped_without_end.push(name.to_owned());
        }
        let kind = if maintained.is_some() {
            DowntimeKind::Maintenance
        } else {
            DowntimeKind::Breakdown
        };
        let lasts = match end_min {
            Some(left) => Times::Always(left),
            None => Times::Drawn(Drawn::Exponential(UNKNOWN_STOP_MIN)),
        };
        let stop = standstill("stands now".to_owned(), name, kind, 0.0, lasts);
        self.file.downtime.push(stop);
    }

    fn adds_order(&mut self, order: &WorkOrder, now: Time, ratios: &Ratios) {
        let why = match order.lifecycle() {
            Lifecycle::Created => Some("it is not released"),
            Lifecycle::Released | Lifecycle::InProcess if order.is_held() => {
                Some("it is on hold, and nobody knows for how long")
            }
            Lifecycle::Released | Lifecycle::InProcess => None,
            _ => return,
        };
        if let Some(why) = why {
            return self.leaves_out(order, why);
        }
        let mut steps = Vec::new();
        for operation in order.operations() {
            let Some(left_s) = order.remaining_s(operation) else {
                return self.leaves_out(order, "an operation has no planned time");
            };
            if left_s.is_zero() {
                continue;
            }
            let Some(center) = operation.work_center().or(operation.intended_work_center()) else {
                return self.leaves_out(order, "an operation has no work center");
            };
            let left_s: f64 = left_s.try_into().unwrap_or(0.0);
            self.knows(center.as_str());
            steps.push((
                operation.is_running(),
                Step::of(
                    operation.id().to_string(),
                    center.to_string(),
                    ratios.times(center.as_str(), left_s / MINUTE_S),
                ),
                since_last_word_min(operation, now),
            ));
        }
        if steps.is_empty() {
            return self.leaves_out(order, "no work is left, and it is not completed yet");
        }
        // What runs comes first; the sort keeps the routing's order otherwise.
        steps.sort_by_key(|(runs, ..)| !runs);
        let in_work = steps[0].0.then(|| InWork {
            machine: 0,
            elapsed: steps[0].2,
        });
        if in_work.is_some() {
            self.is_overdue(order, &steps[0], now, ratios);
        }
        let due = order.planned_end();
        self.file.product.push(Product {
            id: order.id().to_string(),
            pieces: 1,
            step: steps.into_iter().map(|(_, step, _)| step).collect(),
        });
        self.file.lot.push(OpeningLot {
            due: due.map(|due| (due.micros_since(now) as f64 / 1e6 / MINUTE_S).max(0.0)),
            priority: priority::of_lot(order.priority()),
            in_work,
            ..OpeningLot::of(order.id().to_string(), order.id().to_string())
        });
        self.orders.push((order.id().clone(), due));
    }

    /// Says so where an operation runs longer than anything that tells how long it takes.
    fn is_overdue(
        &mut self,
        order: &WorkOrder,
        (_, step, elapsed_min): &(bool, Step, f64),
        now: Time,
        ratios: &Ratios,
    ) {
        let longest_min = match &step.time {
            Times::Drawn(Drawn::Observed(times)) => times.iter().copied().fold(0.0, f64::max),
            Times::Always(time) => *time,
            // Nothing else is a time of an operation here, and every other law has no end.
            Times::Drawn(_) => return,
        };
        let OneOrMore::One(center) = &step.work_center else {
            return;
        };
        if *elapsed_min < longest_min {
            return;
        }
        self.assumptions.overdue.push(Overdue {
            order: order.id().clone(),
            operation: step.op.clone(),
            work_center: center.clone(),
            since: now.plus_micros(-(elapsed_min * MINUTE_S * 1e6) as i64),
            elapsed_min: *elapsed_min,
            longest_min,
            told_by: ratios.told_by(center),
        });
    }

    fn leaves_out(&mut self, order: &WorkOrder, why: &'static str) {
        self.left_out.push(NotSimulated {
            order: order.id().clone(),
            why,
        });
    }

    /// A work center that only an operation names has one machine.
    fn knows(&mut self, name: &str) {
        if self.file.work_center.iter().all(|known| known.id != name) {
            self.file
                .work_center
                .push(WorkCenter::of(name.to_owned(), 1));
        }
    }
}

/// Minutes since an operation last reported, or began.
fn since_last_word_min(operation: &Operation, now: Time) -> f64 {
    let last = operation.last_report_at().or(operation.started_at());
    last.map_or(0.0, |last| {
        (now.micros_since(last) as f64 / 1e6 / MINUTE_S).max(0.0)
    })
}
