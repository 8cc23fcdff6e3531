//! What a planner asks "what if" about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use twin_model::Time;

use super::MACHINES_MAX;
use super::impossible_change::{ImpossibleChange, above_zero, not_negative, unknown, within};
use super::living::LivingModel;
use super::shift::HoursAre;
use super::standstill::standstill;
use crate::plant_file::{DowntimeKind, Times};
use crate::priority;

/// One change to the plant as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// A work center stands still.
    WorkCenterDown {
        /// Which.
        work_center: String,
        /// In how many minutes; now when left out.
        #[serde(default)]
        in_min: f64,
        /// For how many minutes.
        for_min: f64,
    },
    /// A work center has another number of machines.
    Machines {
        /// Which.
        work_center: String,
        /// How many.
        machines: u32,
    },
    /// An order gets another priority.
    Priority {
        /// Which.
        order: String,
        /// Lower is more urgent.
        priority: i32,
    },
    /// An order is taken out.
    OrderRemoved {
        /// Which.
        order: String,
    },
    /// An order comes that is made like one that is there, as far as that has work left.
    OrderAdded {
        /// Its number.
        order: String,
        /// The order that it is like.
        like: String,
        /// Times as much work; once when left out.
        #[serde(default = "once")]
        times: f64,
        /// In how many minutes it is released; now when left out.
        #[serde(default)]
        in_min: f64,
        /// When it is due.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        due: Option<Time>,
        /// Lower is more urgent; 5 when left out, as in the twin.
        #[serde(default = "usual_priority")]
        priority: i32,
    },
    /// A work center is open at other hours.
    Shift {
        /// Which.
        work_center: String,
        /// What the hours say.
        hours_are: HoursAre,
        /// From when until when, hours from now.
        hours: Vec<[f64; 2]>,
    },
    /// Less of what is made is good. What is not is made again: the work that is left of the
    /// operation, and of those before it in the order, grows by 1 / `good`.
    Yield {
        /// At which work center; either this or an operation.
        #[serde(default)]
        work_center: Option<String>,
        /// Of which order.
        #[serde(default)]
        order: Option<String>,
        /// Which operation of it.
        #[serde(default)]
        operation: Option<String>,
        /// Share of the pieces that are good.
        good: f64,
    },
}

impl LivingModel {
    /// Makes changes, one after the other.
    ///
    /// # Errors
    /// [`ImpossibleChange`] names the change, from 1, and what is wrong with it.
    pub fn changed(&self, changes: &[Change], now: Time) -> Result<Self, ImpossibleChange> {
        let mut changed = self.clone();
        for (number, change) in (1..).zip(changes) {
            changed.change(number, change, now)?;
            changed.not_too_many_stops(number)?;
        }
        changed.closes();
        Ok(changed)
    }

    fn change(
        &mut self,
        number: usize,
        change: &Change,
        now: Time,
    ) -> Result<(), ImpossibleChange> {
        match change {
            Change::WorkCenterDown {
                work_center,
                in_min,
                for_min,
            } => {
                self.work_center(number, work_center)?;
                above_zero(number, "for_min", *for_min)?;
                not_negative(number, "in_min", *in_min)?;
                self.file.downtime.push(standstill(
                    format!("what if {number}"),
                    work_center,
                    DowntimeKind::Breakdown,
                    *in_min,
                    Times::Always(*for_min),
                ));
            }
            Change::Machines {
                work_center,
                machines,
            } => {
                let at = self.work_center(number, work_center)?;
                let most = f64::from(MACHINES_MAX);
                within(number, "machines", f64::from(*machines), 1.0, most)?;
                self.file.work_center[at].machines = *machines;
            }
            Change::Priority { order, priority } => {
                let at = self.order(number, order)?;
                self.file.lot[at].priority = priority::of_lot(*priority);
            }
            Change::OrderRemoved { order } => {
                let at = self.order(number, order)?;
                self.removes(at);
            }
            Change::OrderAdded { .. } => self.adds(number, change, now)?,
            Change::Shift {
                work_center,
                hours_are,
                hours,
            } => self.shifts(number, work_center, *hours_are, hours)?,
            Change::Yield { .. } => self.yields(number, change)?,
        }
        Ok(())
    }

    /// Takes an order out, with what it is made of, so that its number is free.
    fn removes(&mut self, at: usize) {
        let lot = self.file.lot.remove(at);
        self.file
            .product
            .retain(|product| product.id != lot.product);
        let (order, _) = self.orders.remove(at);
        let overdue = &mut self.assumptions.overdue;
        overdue.retain(|overdue| overdue.order != order);
    }

    pub(super) fn work_center(&self, number: usize, name: &str) -> Result<usize, ImpossibleChange> {
        let mut centers = self.file.work_center.iter();
        let found = centers.position(|center| center.id == name);
        unknown(found, number, "work center", name)
    }

    pub(super) fn order(&self, number: usize, name: &str) -> Result<usize, ImpossibleChange> {
        let found = self.file.lot.iter().position(|lot| lot.id == name);
        unknown(found, number, "order", name)
    }
}

fn usual_priority() -> i32 {
    priority::USUAL
}

fn once() -> f64 {
    1.0
}
