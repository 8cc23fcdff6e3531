//! When the orders of one model are done, run after run.

use std::sync::Arc;

use twin_model::{Time, WorkOrderId};

use super::NoAnswer;
use super::living::LivingModel;
use crate::kernel::{Floor, Happening, Kernel, Tally, Watch};

/// What stands for "not within the horizon": later than everything.
pub(super) const BEYOND_US: i64 = i64::MAX;
/// So many events happen between two looks at whether a run may go on: some milliseconds.
const EVENTS_BETWEEN_LOOKS: u32 = 4_096;

/// When the orders of one model were done, in each run.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    floor: Arc<Floor>,
    /// How far ahead is looked, microseconds.
    pub(super) horizon_us: i64,
    /// In the order of the model's lots.
    pub(super) orders: Vec<Finished>,
    /// By work center: name and sum of the busy shares of the runs.
    pub(super) busy: Vec<(String, f64)>,
}

/// When one order was done.
#[derive(Clone, Debug)]
pub(super) struct Finished {
    pub(super) order: WorkOrderId,
    /// When it is due, microseconds from the begin.
    pub(super) due_us: Option<i64>,
    /// By run, microseconds from the begin; [`BEYOND_US`]: not within the horizon.
    pub(super) done_us: Vec<i64>,
}

/// One run.
pub(super) struct Run {
    /// By order.
    done_us: Vec<i64>,
    /// By work center.
    busy: Vec<f64>,
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
    /// Of a model that has not run yet.
    pub(super) fn of(living: &LivingModel, now: Time, horizon_us: i64) -> Result<Self, NoAnswer> {
        if living.orders.is_empty() {
            return Err(NoAnswer::NothingToForecast);
        }
        let floor = Arc::new(living.file.floor()?);
        let orders = living.orders.iter().map(|(order, due)| Finished {
            order: order.clone(),
            due_us: due.map(|due| due.micros_since(now)),
            done_us: Vec::new(),
        });
        Ok(Self {
            orders: orders.collect(),
            busy: floor
                .work_centers()
                .map(|name| (name.to_owned(), 0.0))
                .collect(),
            floor,
            horizon_us,
        })
    }

    /// Runs the model once; `None` when `goes_on` ended that.
    pub(super) fn run(
        &self,
        seed: u64,
        number: u64,
        goes_on: &mut dyn FnMut() -> bool,
    ) -> Option<Run> {
        let mut done_us = vec![BEYOND_US; self.orders.len()];
        let mut finish = Finish {
            done_us: &mut done_us,
        };
        let mut tally = Tally::new(&self.floor, 0);
        let mut watch = (&mut finish, &mut tally);
        let mut kernel = Kernel::new(Arc::clone(&self.floor), seed, number, &mut watch);
        let mut until_look = EVENTS_BETWEEN_LOOKS;
        // A run that gets stuck ends there: its orders are beyond the horizon, as they would be.
        while kernel.next_us().is_some_and(|next| next <= self.horizon_us) {
            kernel.step(&mut watch);
            until_look -= 1;
            if until_look == 0 {
                until_look = EVENTS_BETWEEN_LOOKS;
                if !goes_on() {
                    return None;
                }
            }
        }
        tally.close(self.horizon_us);
        let last_us = done_us.iter().copied().max().unwrap_or(0);
        let last_us = last_us.min(self.horizon_us).max(1) as f64;
        let busy = (0_u32..)
            .zip(tally.work_centers())
            .map(|(center, counted)| {
                counted.busy_us as f64 / (last_us * f64::from(self.floor.machines_of(center)))
            });
        let busy = busy.collect();
        Some(Run { done_us, busy })
    }

    /// Counts a run.
    pub(super) fn counts(&mut self, run: Run) {
        for (order, done_us) in self.orders.iter_mut().zip(run.done_us) {
            order.done_us.push(done_us);
        }
        for ((_, sum), busy) in self.busy.iter_mut().zip(run.busy) {
            *sum += busy;
        }
    }
}
