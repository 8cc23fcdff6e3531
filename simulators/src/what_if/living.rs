//! The live state of a plant as a plant file.

use std::collections::BTreeMap;

use serde::Serialize;
use twin_model::{
    Entity, ItemState, Lifecycle, Operation, Plant, Time, WorkCenter as LiveCenter, WorkOrder,
    WorkOrderId,
};

use super::standstill::standstill;
use crate::plant_file::{
    DispatchRule, DowntimeKind, Drawn, InWork, OpeningLot, PlantFile, Product, Step, Times,
    WorkCenter,
};

/// With fewer finished operations at a work center, those of the whole plant tell how long work
/// really takes.
const OBSERVATIONS_MIN: usize = 5;
/// Ratios of real to planned time are thinned to so many, evenly by rank.
const RATIOS_MAX: usize = 32;
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
}

/// An order that is not forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotSimulated {
    /// The order.
    pub order: WorkOrderId,
    /// Why, for a planner.
    pub why: &'static str,
}

/// What the live state does not say.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Assumptions {
    /// Finished operations by which real times were taken instead of planned ones; the stops
    /// within them are in these times, so no other breakdowns are simulated.
    pub observed_operations: usize,
    /// Work centers that stand still without a told end: an exponential time of a mean of an
    /// hour is left.
    pub stopped_without_end: Vec<String>,
    /// Work centers whose times are those of the whole plant, because too few operations ended
    /// there.
    pub times_of_the_plant: Vec<String>,
}

/// Ratios of real to planned times, by work center and of all.
struct Ratios {
    by_center: BTreeMap<String, Vec<f64>>,
    all: Vec<f64>,
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
            observed_operations: ratios.all.len(),
            ..Assumptions::default()
        },
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
    for name in known {
        let few = ratios
            .by_center
            .get(&name)
            .is_none_or(|own| own.len() < OBSERVATIONS_MIN);
        if few && ratios.all.len() >= OBSERVATIONS_MIN {
            living.assumptions.times_of_the_plant.push(name);
        }
    }
    living
}

impl Ratios {
    fn of(plant: &Plant) -> Self {
        let mut ratios = Ratios {
            by_center: BTreeMap::new(),
            all: Vec::new(),
        };
        for entity in plant.entities() {
            let Entity::WorkOrder(order) = entity else {
                continue;
            };
            for operation in order.operations() {
                let Some((center, ratio)) = ratio(operation) else {
                    continue;
                };
                ratios.by_center.entry(center).or_default().push(ratio);
                ratios.all.push(ratio);
            }
        }
        for list in ratios.by_center.values_mut() {
            list.sort_by(f64::total_cmp);
        }
        ratios.all.sort_by(f64::total_cmp);
        ratios
    }

    /// How long work that is planned for so many minutes really takes.
    fn times(&self, center: &str, planned_min: f64) -> Times {
        let own = self.by_center.get(center);
        let ratios = own
            .filter(|own| own.len() >= OBSERVATIONS_MIN)
            .unwrap_or(&self.all);
        if ratios.len() < OBSERVATIONS_MIN {
            return Times::Always(planned_min);
        }
        let kept = ratios.len().min(RATIOS_MAX);
        let thinned = (0..kept).map(|rank| {
            // The middles of `kept` equal parts of the sorted list.
            let place = (2 * rank + 1) * ratios.len() / (2 * kept);
            planned_min * ratios[place.min(ratios.len() - 1)]
        });
        Times::Drawn(Drawn::Observed(thinned.collect()))
    }
}

/// Real over planned time of a finished operation.
fn ratio(operation: &Operation) -> Option<(String, f64)> {
    let center = operation.work_center()?;
    let lasted_us = operation.ended_at()?.micros_since(operation.started_at()?);
    let per_unit: f64 = operation.run_s_per_unit()?.try_into().ok()?;
    let worked: f64 = operation.worked().try_into().ok()?;
    let planned_s = per_unit * worked + f64::from(operation.setup_s().unwrap_or(0));
    let ratio = lasted_us as f64 / 1e6 / planned_s;
    (planned_s > 0.0 && ratio > 0.0 && ratio.is_finite()).then(|| (center.to_string(), ratio))
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
        let due = order.planned_end();
        self.file.product.push(Product {
            id: order.id().to_string(),
            pieces: 1,
            step: steps.into_iter().map(|(_, step, _)| step).collect(),
        });
        self.file.lot.push(OpeningLot {
            due: due.map(|due| (due.micros_since(now) as f64 / 1e6 / MINUTE_S).max(0.0)),
            priority: order.priority(),
            in_work,
            ..OpeningLot::of(order.id().to_string(), order.id().to_string())
        });
        self.orders.push((order.id().clone(), due));
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
