//! What the warehouse does to the quantity of a lot.

use rust_decimal::Decimal;

use crate::effect::{Effects, View};
use crate::{Lot, Message, MovementKind, Rejection, StockAdjusted, TimeWindow};

impl Lot {
    /// Something of the lot was moved for an order, which asked before whether there is enough.
    pub(crate) fn book_movement(
        &mut self,
        message: &Message,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        let Message::Moved {
            order,
            kind,
            quantity,
            at,
            usage,
            measured,
        } = message
        else {
            unreachable!("{message:?} moves nothing")
        };
        self.stock.book(order, *kind, *quantity);
        self.stock.assert_covered(&self.id, self.unit);
        if let Some(measured) = measured {
            self.weigh(*kind, *measured);
        }
        if *kind == MovementKind::Received {
            if let Some(usage) = usage {
                // Of what several say the worst counts, whoever comes first.
                self.usage = self.usage.max(*usage);
            }
            self.note_origin(Some(order), None);
            let made = TimeWindow::at(*at);
            self.note_production(made, None, view, effects);
            self.join_order((order, None), *at, made, effects);
        }
        self.tell_gates(effects);
    }

    /// The warehouse counted the lot. What counts is the difference between its count and its
    /// books: the twin may know of movements that were not booked when it was counted.
    pub(crate) fn adjust(
        &mut self,
        body: &StockAdjusted,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        body.counted.check("counted")?;
        body.booked.check("booked")?;
        let counted = self.in_own_unit(body.counted, view, effects)?;
        let booked = self.in_own_unit(body.booked, view, effects)?;
        let difference = counted.value.value() - booked.value.value();
        if difference < Decimal::ZERO {
            self.require_on_hand(-difference)?;
        }
        self.stock.flow(|flows| flows.adjusted += difference);
        self.tell_gates(effects);
        Ok(())
    }
}
