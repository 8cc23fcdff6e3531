//! Replications of a live plant, and what they say of each order.

use std::sync::Arc;

use serde::Serialize;
use twin_model::{Time, WorkOrderId};

use super::NoAnswer;
use super::living::LivingModel;
use crate::kernel::{Floor, Happening, Kernel, Tally, Watch};
use crate::statistics::{Confidence, Paired, Percentiles, Share, wilson};

/// What stands for "not within the horizon": later than everything.
const BEYOND_US: i64 = i64::MAX;

/// When the orders of one model were done, in each replication.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// By order, in the order of the model's lots: microseconds from the begin, by replication.
    done_us: Vec<Vec<i64>>,
    /// By work center: name and mean busy share.
    load: Vec<(String, f64)>,
    /// When each order is due, microseconds from the begin.
    due_us: Vec<Option<i64>>,
    orders: Vec<WorkOrderId>,
}

/// What is to be expected of an order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrderForecast {
    /// The order.
    pub order: WorkOrderId,
    /// When it is due.
    pub due: Option<Time>,
    /// One of ten runs finishes it by then; `None`: not within the horizon.
    pub p10: Option<Time>,
    /// Half of the runs do.
    pub p50: Option<Time>,
    /// Nine of ten do.
    pub p90: Option<Time>,
    /// Share of the runs in which it is late, as counted, with its 95 % interval; `None` without
    /// a due date.
    pub late: Option<LateShare>,
    /// By how many minutes the changes make it later, in the mean over pairs of runs with the
    /// same random numbers; `None` without changes, or where a run does not finish it.
    pub later_min: Option<Difference>,
}

/// A share with its 95 % Wilson interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LateShare {
    /// As counted.
    pub share: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A mean difference with the half width of its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The mean.
    pub mean: f64,
    /// The half width.
    pub half_width: f64,
}

/// How busy a work center is until the last order is done, or the horizon where that is earlier.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoadForecast {
    /// Which.
    pub work_center: String,
    /// Share of the time of its machines that they work.
    pub busy: f64,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// By order, in the order of their numbers.
    pub orders: Vec<OrderForecast>,
    /// By work center.
    pub load: Vec<LoadForecast>,
}

/// Notes when lots are done.
struct Finish<'a> {
    done_us: &'a mut [i64],
}

impl Watch for Finish<'_> {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        if let Happening::Done(lot) = what {
            // Lots of the opening are numbered from zero in the order of the file.
            if let Some(done) = self.done_us.get_mut(lot.number as usize) {
                *done = at_us;
            }
        }
    }
}

impl Outcome {
    /// Runs a model so many times, up to a horizon (microseconds); `goes_on` is asked before
    /// each run, and false ends the work early with the runs so far.
    ///
    /// # Errors
    /// [`NoAnswer`] when there is nothing to run, or the model cannot be run.
    pub fn of(
        living: &LivingModel,
        now: Time,
        seed: u64,
        replications: u32,
        horizon_us: i64,
        mut goes_on: impl FnMut() -> bool,
    ) -> Result<Self, NoAnswer> {
        if living.orders.is_empty() {
            return Err(NoAnswer::NothingToForecast);
        }
        let floor = Arc::new(living.file.floor()?);
        let due = living
            .orders
            .iter()
            .map(|(_, due)| due.map(|due| due.micros_since(now)));
        let mut outcome = Self {
            done_us: vec![Vec::with_capacity(replications as usize); living.orders.len()],
            load: floor
                .work_centers()
                .map(|name| (name.to_owned(), 0.0))
                .collect(),
            due_us: due.collect(),
            orders: living
                .orders
                .iter()
                .map(|(order, _)| order.clone())
                .collect(),
        };
        let mut runs = 0;
        for replication in 0..replications {
            if !goes_on() {
                break;
            }
            outcome.runs_once(&floor, seed, replication, horizon_us);
            runs += 1;
        }
        for (_, busy) in &mut outcome.load {
            *busy /= f64::from(runs.max(1));
        }
        Ok(outcome)
    }

    /// How many runs it is from.
    pub fn replications(&self) -> u32 {
        self.done_us.first().map_or(0, Vec::len) as u32
    }

    fn runs_once(&mut self, floor: &Arc<Floor>, seed: u64, replication: u32, horizon_us: i64) {
        let mut done_us = vec![BEYOND_US; self.orders.len()];
        let mut finish = Finish {
            done_us: &mut done_us,
        };
        let mut tally = Tally::new(floor, 0);
        let mut watch = (&mut finish, &mut tally);
        let number = u64::from(replication);
        let mut kernel = Kernel::new(Arc::clone(floor), seed, number, &mut watch);
        // A run that gets stuck ends there: its orders are beyond the horizon, as they would be.
        kernel.run_until(horizon_us, &mut watch).ok();
        tally.close(horizon_us);
        let last_us = done_us.iter().copied().max().unwrap_or(0).min(horizon_us);
        for ((number, counted), (_, busy)) in
            (0_u32..).zip(tally.work_centers()).zip(&mut self.load)
        {
            let time_us = last_us.max(1) as f64 * f64::from(floor.machines_of(number));
            *busy += counted.busy_us as f64 / time_us;
        }
        for (all, done) in self.done_us.iter_mut().zip(done_us) {
            all.push(done);
        }
    }
}

/// What the runs say; `changed` is what a planner asked about, `baseline` the plant as it is.
pub fn forecast(changed: &Outcome, baseline: Option<&Outcome>, now: Time) -> Forecast {
    let at = |us: i64| (us != BEYOND_US).then(|| now.plus_micros(us));
    let orders = changed
        .orders
        .iter()
        .zip(&changed.done_us)
        .zip(&changed.due_us);
    let orders = orders.filter_map(|((order, done_us), &due_us)| {
        let percentiles = Percentiles::of(done_us.clone())?;
        let late = due_us.and_then(|due_us| {
            let late = done_us.iter().filter(|&&done| done > due_us).count();
            wilson(late as u64, done_us.len() as u64, Confidence::P95)
        });
        let before = baseline.and_then(|baseline| {
            let place = baseline.orders.iter().position(|known| known == order)?;
            baseline.done_us.get(place)
        });
        Some(OrderForecast {
            order: order.clone(),
            due: due_us.map(|due| now.plus_micros(due)),
            p10: at(percentiles.p10()),
            p50: at(percentiles.p50()),
            p90: at(percentiles.p90()),
            late: late.map(|share: Share| LateShare {
                share: share.raw,
                low: share.low,
                high: share.high,
            }),
            later_min: before.and_then(|before| difference(before, done_us)),
        })
    });
    let load = changed.load.iter().map(|(work_center, busy)| LoadForecast {
        work_center: work_center.clone(),
        busy: *busy,
    });
    Forecast {
        orders: orders.collect(),
        load: load.collect(),
    }
}

fn difference(before: &[i64], after: &[i64]) -> Option<Difference> {
    let mut paired = Paired::default();
    for (&before, &after) in before.iter().zip(after) {
        if before == BEYOND_US || after == BEYOND_US {
            return None;
        }
        paired.observe(before as f64 / 60e6, after as f64 / 60e6);
    }
    let interval = paired.difference(Confidence::P95)?;
    Some(Difference {
        mean: interval.mean,
        half_width: interval.half_width,
    })
}
