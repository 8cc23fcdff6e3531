//! What the warehouse does to the quantity of a lot.

use rust_decimal::Decimal;

use crate::effect::{Effects, View};
use crate::lot_stock::Booking;
use crate::{
    EntityKey, EventRetracted, Lot, MaterialRejection, Message, MovementKind, Notice, Rejection,
    ReportId, StockAdjusted, Time, TimeWindow,
};

/// Counts that one lot keeps by their events, the newest; older ones stay in its books.
pub const COUNTS_PER_LOT_MAX: usize = 1_000;

/// Times at which the warehouse may receive one lot: each is kept, since what is merged in after it
/// comes on top of it.
pub const RECEIPTS_PER_LOT_MAX: usize = 10_000;

/// A count of the warehouse, as far as it changed the books.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockCount {
    pub(crate) at: Time,
    /// The event that told it.
    pub(crate) report: ReportId,
    /// Counted less booked, in the lot's unit.
    pub(crate) difference: Decimal,
}

impl Lot {
    /// R52: the lot keeps when it was received, of so many times.
    pub(crate) fn refuse_another_receipt(&self) -> Result<(), Rejection> {
        let flows = self.goods.stock.flows.as_deref();
        if flows.is_none_or(|flows| flows.stored().times() < RECEIPTS_PER_LOT_MAX) {
            return Ok(());
        }
        Err(Rejection::from(MaterialRejection::TooManyReceipts {
            lot: self.goods.id.clone(),
            max: RECEIPTS_PER_LOT_MAX,
        }))
    }

    /// Something of the lot was moved for an order, which asked before whether there is enough.
    pub(crate) fn book_movement(
        &mut self,
        message: &Message,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        let Message::Moved {
            order,
            op,
            kind,
            quantity,
            at,
            usage,
            measured,
        } = message
        else {
            unreachable!("{message:?} moves nothing")
        };
        self.goods.stock.book(Booking {
            order,
            op: op.as_ref(),
            kind: *kind,
            quantity: *quantity,
            at: *at,
        });
        self.goods
            .stock
            .assert_covered(&self.goods.id, self.goods.card.unit);
        if let Some(measured) = measured {
            self.weigh(*kind, *measured);
        }
        if *kind == MovementKind::Received {
            if let Some(usage) = usage {
                // Of what several say the worst counts, whoever comes first.
                self.goods.card.usage = self.goods.card.usage.max(*usage);
            }
            self.note_origin(Some(order), None);
            let made = TimeWindow::at(*at);
            self.note_production(made, None, view, effects);
            self.join_order((order, None), *at, made, effects);
            self.look_at_presumptions(view, effects);
        }
        self.tell_of_more(effects);
    }

    /// The warehouse counted the lot. What counts is the difference between its count and its
    /// books: the twin may know of movements that were not booked when it was counted.
    pub(crate) fn adjust(
        &mut self,
        body: &StockAdjusted,
        report: ReportId,
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
        self.goods.stock.flow(|flows| flows.adjusted += difference);
        let count = StockCount {
            at: view.at,
            report,
            difference: difference.normalize(),
        };
        self.keep_count(count);
        self.tell_of_more(effects);
        Ok(())
    }

    /// Keeps a count by its event, as long as it is among the newest.
    fn keep_count(&mut self, count: StockCount) {
        let full = self.goods.counts.len() >= COUNTS_PER_LOT_MAX;
        if full
            && self
                .goods
                .counts
                .first()
                .is_some_and(|oldest| count <= *oldest)
        {
            return;
        }
        let counts = &mut self.goods.counts;
        counts.insert(counts.place(|known| *known < count), count);
        if full {
            counts.remove(counts.start());
        }
    }

    /// A count is taken back; it may still come (R46). What it brought must still be there (R17).
    pub(crate) fn retract_count(
        &mut self,
        report: ReportId,
        body: &EventRetracted,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let found = self
            .goods
            .counts
            .iter()
            .find(|count| count.report == report);
        let Some(count) = found.cloned() else {
            return Err(Rejection::NotYet {
                object: EntityKey::Lot(self.goods.id.clone()),
                state: self.lifecycle().as_str().to_owned(),
                action: "a retraction",
                until: "the count that it takes back",
            });
        };
        let difference = count.difference;
        if difference > Decimal::ZERO {
            self.require_on_hand(difference)?;
        }
        let counts = &mut self.goods.counts;
        counts.remove(counts.place(|known| *known < count));
        self.goods.stock.flow(|flows| flows.adjusted -= difference);
        self.tell_of_more(effects);
        let text = format!(
            "Count {} of lot {}, which had changed its books by {difference} {}, was retracted ({}); \
             its stock was recomputed from {}.",
            body.event,
            self.goods.id,
            self.goods.card.unit,
            body.in_words(),
            count.at,
        );
        effects.notice(Notice::Corrected {
            object: EntityKey::Lot(self.goods.id.clone()),
            code: None,
            from: count.at,
            text: text.into(),
        });
        Ok(())
    }
}
