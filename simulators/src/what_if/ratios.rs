//! How long work really takes against its plan.

use std::collections::BTreeMap;

use serde::Serialize;
use twin_model::{Entity, Operation, Plant};

use crate::plant_file::{Drawn, Times};
use crate::statistics::thinned;

/// With fewer finished operations at a work center, those of the whole plant tell how long work
/// really takes.
const OBSERVATIONS_MIN: usize = 5;
/// Ratios of real to planned time are thinned to so many, evenly by rank.
const RATIOS_MAX: usize = 32;

/// What tells how long an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ToldBy {
    /// Its plan times what finished operations of its work center took of theirs.
    WorkCenter,
    /// Its plan times what finished operations of the whole plant took of theirs.
    Plant,
    /// Its plan.
    Plan,
}

/// Ratios of real to planned times, by work center and of all.
pub(super) struct Ratios {
    by_center: BTreeMap<String, Vec<f64>>,
    all: Vec<f64>,
}

impl Ratios {
    pub(super) fn of(plant: &Plant) -> Self {
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

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// What tells how long work at a work center takes.
    pub(super) fn told_by(&self, center: &str) -> ToldBy {
        let own = self.by_center.get(center).map_or(0, Vec::len);
        if own >= OBSERVATIONS_MIN {
            ToldBy::WorkCenter
        } else if self.all.len() >= OBSERVATIONS_MIN {
            ToldBy::Plant
        } else {
            ToldBy::Plan
        }
    }

    /// How long work that is planned for so many minutes really takes.
    pub(super) fn times(&self, center: &str, planned_min: f64) -> Times {
        let ratios = match (self.told_by(center), self.by_center.get(center)) {
            (ToldBy::Plan, _) => return Times::Always(planned_min),
            (ToldBy::WorkCenter, Some(own)) => own,
            _ => &self.all,
        };
        let times = thinned(ratios, RATIOS_MAX).map(|ratio| planned_min * ratio);
        Times::Drawn(Drawn::Observed(times.collect()))
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
