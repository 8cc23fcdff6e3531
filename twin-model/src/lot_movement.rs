//! What the warehouse does to the quantity of a lot.

use rust_decimal::Decimal;

use crate::effect::Effects;
use crate::{Lot, Rejection, StockAdjusted};

impl Lot {
    /// The warehouse counted the lot. What counts is the difference between its count and its
    /// books: the twin may know of movements that were not booked when it was counted.
    pub(crate) fn adjust(
        &mut self,
        body: &StockAdjusted,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        for (quantity, field) in [(body.counted, "counted"), (body.booked, "booked")] {
            quantity.check(field)?;
            self.check_unit(quantity.unit)?;
        }
        let difference = body.counted.value.value() - body.booked.value.value();
        if difference < Decimal::ZERO {
            self.require_on_hand(-difference)?;
        }
        self.stock.flow(|flows| flows.adjusted += difference);
        self.tell_gates(effects);
        Ok(())
    }
}
