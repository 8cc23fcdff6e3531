//! Less of what is made is good.

use super::GOOD_SHARE_MIN;
use super::change::Change;
use super::impossible_change::{ImpossibleChange, within};
use super::living::LivingModel;
use crate::plant_file::{OneOrMore, Product, Step};

impl LivingModel {
    /// An order delivers what was ordered, so what is spoilt is made again: where a share of g of
    /// an operation's pieces is good, 1 / g times as many have to come to it, and so through every
    /// operation before it that has work left. Pieces that finished operations would have to make
    /// again are taken as there. The share is one of many pieces, so it is not drawn.
    pub(super) fn yields(
        &mut self,
        number: usize,
        change: &Change,
    ) -> Result<(), ImpossibleChange> {
        let Change::Yield {
            work_center,
            order,
            operation,
            good,
        } = change
        else {
            return Ok(());
        };
        within(number, "good", *good, GOOD_SHARE_MIN, 1.0)?;
        match (work_center, order, operation) {
            (Some(name), None, None) => {
                self.work_center(number, name)?;
                let here = OneOrMore::One(name.clone());
                for at in 0..self.file.product.len() {
                    self.grows(at, *good, |step| step.work_center == here);
                }
            }
            (None, Some(order), Some(operation)) => {
                let lot = self.order(number, order)?;
                let product = self.file.lot[lot].product.clone();
                let mut products = self.file.product.iter();
                let found = products.position(|known| known.id == product);
                let has = |at: &usize| {
                    let mut steps = self.file.product[*at].step.iter();
                    steps.any(|step| step.op == *operation)
                };
                let Some(at) = found.filter(has) else {
                    return Err(ImpossibleChange::Unknown {
                        number,
                        kind: "operation with work left",
                        name: format!("{order}/{operation}"),
                    });
                };
                self.grows(at, *good, |step| step.op == *operation);
            }
            _ => return Err(ImpossibleChange::OfWhat { number }),
        }
        Ok(())
    }

    /// The work of one product grows by some of its steps.
    fn grows(&mut self, at: usize, good: f64, spoils: impl Fn(&Step) -> bool) {
        let Product { id, step, .. } = &mut self.file.product[at];
        let mut factor = 1.0;
        for step in step.iter_mut().rev() {
            if spoils(step) {
                factor /= good;
            }
            step.time = step.time.scaled(factor);
        }
        // What runs is the first step, and everything after it makes it longer.
        self.assumptions.overdue.retain_mut(|overdue| {
            if overdue.order.as_str() != id {
                return true;
            }
            overdue.longest_min *= factor;
            overdue.elapsed_min >= overdue.longest_min
        });
    }
}
