//! An order that comes.

use twin_model::{Time, WorkOrderId};

use super::change::Change;
use super::impossible_change::{ImpossibleChange, above_zero, not_negative};
use super::living::LivingModel;
use crate::plant_file::{OpeningLot, Product};
use crate::priority;

impl LivingModel {
    pub(super) fn adds(
        &mut self,
        number: usize,
        change: &Change,
        now: Time,
    ) -> Result<(), ImpossibleChange> {
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
            priority: priority::of_lot(*priority),
            ..OpeningLot::of(order.clone(), order.clone())
        });
        self.orders.push((id, *due));
        Ok(())
    }
}
