//! What a planner asks "what if" about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use twin_model::{Time, WorkOrderId};

use super::living::LivingModel;
use super::standstill::standstill;
use crate::plant_file::{DowntimeKind, OpeningLot, Product, Times};

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
        /// More comes first.
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
        /// More comes first.
        #[serde(default)]
        priority: i32,
    },
}

/// A change that cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ImpossibleChange {
    /// It names something that there is not.
    #[error("change {number}: there is no {kind} {name:?} among what is simulated")]
    Unknown {
        /// Which change, from 1.
        number: usize,
        /// What is looked for.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// It names an order that is there already.
    #[error("change {number}: order {name:?} is there already; give the new one another number")]
    Known {
        /// Which change, from 1.
        number: usize,
        /// The order.
        name: String,
    },
    /// A number that cannot be.
    #[error("change {number}: {what} is {value}; it must be {must}")]
    Number {
        /// Which change, from 1.
        number: usize,
        /// Which number.
        what: &'static str,
        /// What it is.
        value: f64,
        /// What it must be.
        must: &'static str,
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
        }
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
                above_zero(number, "machines", f64::from(*machines))?;
                self.file.work_center[at].machines = *machines;
            }
            Change::Priority { order, priority } => {
                let at = self.order(number, order)?;
                self.file.lot[at].priority = *priority;
            }
            Change::OrderRemoved { order } => {
                let at = self.order(number, order)?;
                self.file.lot.remove(at);
                self.orders.remove(at);
            }
            Change::OrderAdded { .. } => self.adds(number, change, now)?,
        }
        Ok(())
    }

    fn adds(&mut self, number: usize, change: &Change, now: Time) -> Result<(), ImpossibleChange> {
        let Change::OrderAdded {
            order,
            like,
            times,
            in_min,
            due,
            priority,
        } = change
        else {
            return Ok(());
        };
        above_zero(number, "times", *times)?;
        not_negative(number, "in_min", *in_min)?;
        let name = order.clone();
        if self.order(number, order).is_ok() {
            return Err(ImpossibleChange::Known { number, name });
        }
        let Ok(id) = order.parse::<WorkOrderId>() else {
            let kind = "order number like";
            return Err(ImpossibleChange::Unknown { number, kind, name });
        };
        let at = self.order(number, like)?;
        let like = self.file.lot[at].product.clone();
        let found = self.file.product.iter().find(|product| product.id == like);
        let mut steps = found.map_or_else(Vec::new, |product| product.step.clone());
        for step in &mut steps {
            step.time = step.time.scaled(*times);
        }
        self.file.product.push(Product {
            id: order.clone(),
            pieces: 1,
            step: steps,
        });
        self.file.lot.push(OpeningLot {
            ready: *in_min,
            due: due.map(|due| (due.micros_since(now) as f64 / 60e6).max(0.0)),
            priority: *priority,
            ..OpeningLot::of(order.clone(), order.clone())
        });
        self.orders.push((id, *due));
        Ok(())
    }

    fn work_center(&self, number: usize, name: &str) -> Result<usize, ImpossibleChange> {
        let mut centers = self.file.work_center.iter();
        let found = centers.position(|center| center.id == name);
        unknown(found, number, "work center", name)
    }

    fn order(&self, number: usize, name: &str) -> Result<usize, ImpossibleChange> {
        let found = self.file.lot.iter().position(|lot| lot.id == name);
        unknown(found, number, "order", name)
    }
}

fn unknown(
    found: Option<usize>,
    number: usize,
    kind: &'static str,
    name: &str,
) -> Result<usize, ImpossibleChange> {
    let name = name.to_owned();
    found.ok_or(ImpossibleChange::Unknown { number, kind, name })
}

fn above_zero(number: usize, what: &'static str, value: f64) -> Result<(), ImpossibleChange> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    let must = "above zero";
    Err(ImpossibleChange::Number {
        number,
        what,
        value,
        must,
    })
}

fn not_negative(number: usize, what: &'static str, value: f64) -> Result<(), ImpossibleChange> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    let must = "zero or more";
    Err(ImpossibleChange::Number {
        number,
        what,
        value,
        must,
    })
}

fn once() -> f64 {
    1.0
}
