//! Where the quantity of a lot came from and where it went.
//!
//! Every term is a sum of facts, so it does not depend on the order in which they arrive; what is
//! on hand is computed. Invariant 2: what came in is what is on hand, or with an order, or left.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    LotId, MovementKind, OperationId, OrderTake, PagedMap, Shared, SumByTime, Time, Unit,
    WorkOrderId,
};

/// Times of splits and mergers out of one lot that are kept apart, the latest.
pub const SPLITS_PER_LOT_MAX: usize = 1_000;

/// A movement of an order as a lot books it; below zero when it is taken back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Booking<'a> {
    pub(crate) order: &'a WorkOrderId,
    pub(crate) op: Option<&'a OperationId>,
    pub(crate) kind: MovementKind,
    /// In the lot's unit.
    pub(crate) quantity: Decimal,
    pub(crate) at: Time,
}

/// What the creation of a lot told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Creation {
    /// How much, in the lot's unit.
    pub quantity: Decimal,
    /// When it was told.
    pub at: Time,
}

/// Where the quantity of some lots came from and went, in the lot's unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LotFlows {
    /// Was split off other lots.
    pub parted: Decimal,
    /// Was merged into it from others, by when it began to flow in.
    merged: SumByTime,
    /// Received by the warehouse, by when it was.
    stored: SumByTime,
    /// What the receipts come to with what was merged in after them. Follows from both.
    seen: Decimal,
    /// Became lots of its own, or was merged into others, by when it did; of what went at more
    /// times than are kept the oldest stand together.
    split_out: SumByTime,
    /// Left the plant.
    pub shipped: Decimal,
    /// Thrown away.
    pub scrapped: Decimal,
    /// Found (above zero) or missed (below) by counting.
    pub adjusted: Decimal,
}

impl LotFlows {
    /// What is stored of what came from elsewhere, was received and went into other lots.
    pub(crate) fn restored([merged, stored, split_out]: [Vec<(Time, Decimal)>; 3]) -> LotFlows {
        let mut flows = LotFlows {
            merged: SumByTime::restored(merged),
            stored: SumByTime::restored(stored),
            split_out: SumByTime::restored(split_out),
            ..LotFlows::default()
        };
        flows.seen = flows.seen_by_the_warehouse();
        flows
    }

    /// Adds what was merged in.
    pub(crate) fn merge(&mut self, at: Time, quantity: Decimal) {
        self.merged.add(at, quantity);
        self.seen = self.seen_by_the_warehouse();
    }

    /// Adds what the warehouse received.
    pub(crate) fn store(&mut self, at: Time, quantity: Decimal) {
        self.stored.add(at, quantity);
        self.seen = self.seen_by_the_warehouse();
    }

    /// Adds what became lots of its own, or was merged into others.
    pub(crate) fn part(&mut self, at: Time, quantity: Decimal) {
        self.split_out
            .add_of_latest(at, quantity, SPLITS_PER_LOT_MAX);
    }

    /// What became lots of its own, or was merged into others.
    #[must_use]
    pub fn split_out(&self) -> &SumByTime {
        &self.split_out
    }

    /// What was merged in.
    #[must_use]
    pub fn merged(&self) -> &SumByTime {
        &self.merged
    }

    /// What the warehouse received.
    #[must_use]
    pub fn stored(&self) -> &SumByTime {
        &self.stored
    }

    /// A receipt tells of goods that were there by its time, wherever they came from; what is
    /// merged in later comes on top of it. Which of the receipts is looked at decides how much that
    /// is, and the most of it is there.
    fn seen_by_the_warehouse(&self) -> Decimal {
        let mut merged = self.merged.iter().peekable();
        let (mut received, mut later) = (Decimal::ZERO, self.merged.total());
        let mut most = Decimal::ZERO;
        for (at, quantity) in self.stored.iter() {
            received += quantity;
            while let Some((_, before)) = merged.next_if(|(since, _)| *since <= at) {
                later -= before;
            }
            most = most.max(received + later);
        }
        most.normalize()
    }

    /// What came in by splits and mergers, and what the lot's creation told beside that: a creation
    /// announces what had come in by its time and every part that was split off, and what is merged
    /// in later comes on top of it.
    fn parts_and(&self, created: Option<Creation>) -> Decimal {
        let parts = self.parted + self.merged.total();
        created.map_or(parts, |created| {
            let later = self.merged.after(created.at);
            created.quantity.max(parts - later) + later
        })
    }

    fn normalize(&mut self) {
        for sum in [
            &mut self.parted,
            &mut self.shipped,
            &mut self.scrapped,
            &mut self.adjusted,
        ] {
            add(sum, Decimal::ZERO);
        }
    }
}

/// Adds to a sum, and keeps its shortest form: `1.5` and `1.50` are one value, but not one state,
/// and which of them a sum comes to may hang on the order of its parts.
pub(crate) fn add(sum: &mut Decimal, value: Decimal) {
    *sum = (*sum + value).normalize();
}

/// For which order, and for which of its operations, as far as it was told.
pub(crate) type User<'a> = (Option<&'a WorkOrderId>, Option<&'a OperationId>);

/// The stock account of a lot, in the lot's unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LotStock {
    /// What its own creation told; `None` until it is told.
    pub(crate) created: Option<Creation>,
    /// Made by transformations.
    pub(crate) made: Decimal,
    /// Went into other lots without an order.
    pub(crate) consumed: Decimal,
    /// Went to orders, ascending by order.
    pub(crate) orders: PagedMap<WorkOrderId, OrderTake>,
    /// What most lots of a plant do not have; `None` when all of it is zero.
    pub(crate) flows: Option<Shared<LotFlows>>,
}

impl LotStock {
    /// Adds what a transformation made.
    pub(crate) fn produce(&mut self, quantity: Decimal) {
        add(&mut self.made, quantity);
    }

    /// Adds what an operation of an order, or nobody in particular, made into other lots.
    pub(crate) fn consume(&mut self, user: User<'_>, quantity: Decimal) {
        match user.0 {
            Some(order) => self.take(order, |take| take.transform(user.1, quantity)),
            None => add(&mut self.consumed, quantity),
        }
    }

    /// Books a movement of an order.
    pub(crate) fn book(&mut self, booking: Booking<'_>) {
        let quantity = booking.quantity;
        if booking.kind == MovementKind::Received {
            self.flow(|flows| flows.store(booking.at, quantity));
            return;
        }
        self.take(booking.order, |take| match booking.kind {
            MovementKind::Received => unreachable!("a receipt takes nothing"),
            MovementKind::Issued => add(&mut take.issued, quantity),
            MovementKind::Returned => add(&mut take.returned, quantity),
            MovementKind::Scrapped => add(&mut take.scrapped, quantity),
            MovementKind::Consumed | MovementKind::Backflushed => {
                take.consume(booking.op, quantity);
            }
        });
    }

    /// Changes what an order took.
    fn take(&mut self, order: &WorkOrderId, change: impl FnOnce(&mut OrderTake)) {
        match self.orders.get_mut(order) {
            Some(take) => change(take),
            None => {
                let mut take = OrderTake::default();
                change(&mut take);
                self.orders.insert(order.clone(), take);
            }
        }
    }

    /// What `order` took; nothing when it is unknown here.
    #[must_use]
    pub fn taken_by(&self, order: &WorkOrderId) -> OrderTake {
        self.orders.get(order).cloned().unwrap_or_default()
    }

    /// How much more leaves the stock when `quantity` is made into other lots: less than that where
    /// the warehouse has issued it before, or the MES has told of its consumption.
    pub(crate) fn drawn_by(&self, user: User<'_>, quantity: Decimal) -> Decimal {
        let Some(order) = user.0 else {
            return quantity;
        };
        let mut take = self.taken_by(order);
        let before = take.taken();
        take.transform(user.1, quantity);
        take.taken() - before
    }

    /// Everything that came in. The MES, which creates, makes, splits and merges, and the
    /// warehouse, which receives, speak of the same goods, so the larger of their accounts counts.
    #[must_use]
    pub fn inflow(&self) -> Decimal {
        let Some(flows) = &self.flows else {
            return self.received();
        };
        self.told(flows) + flows.adjusted
    }

    /// What came in, as it was told and not counted.
    fn told(&self, flows: &LotFlows) -> Decimal {
        let told = self.made + flows.parts_and(self.created);
        told.max(flows.seen)
    }

    /// Whether everything that came in came from other lots, whoever tells of it.
    pub(crate) fn is_from_others(&self) -> bool {
        let flows = self.flows.as_deref();
        flows.is_some_and(|flows| self.told(flows) <= flows.parted + flows.merged.total())
    }

    /// Whether nothing was made of it, and its creation told of no more than came from others.
    pub(crate) fn is_but_parts(&self) -> bool {
        let flows = self.flows.as_deref();
        let parts = flows.map_or(Decimal::ZERO, |it| it.parted + it.merged.total());
        let created = self.created.map_or(Decimal::ZERO, |told| told.quantity);
        self.made.is_zero() && created <= parts
    }

    /// What came in and was not received by the warehouse until a time: it was where it was made.
    pub(crate) fn not_stored_by(&self, at: Time) -> Decimal {
        let flows = self.flows.as_deref();
        let until = |stored: &SumByTime| stored.total() - stored.after(at);
        let stored = flows.map_or(Decimal::ZERO, |flows| until(&flows.stored));
        (self.inflow() - stored).max(Decimal::ZERO)
    }

    /// What orders took, by issue or consumption.
    #[must_use]
    pub fn taken(&self) -> Decimal {
        self.orders.values().map(OrderTake::taken).sum()
    }

    /// What is in stock: neither with an order nor gone.
    #[must_use]
    pub fn on_hand(&self) -> Decimal {
        let flows = self.flows.as_deref();
        let gone = flows.map_or(Decimal::ZERO, |flows| {
            flows.split_out.total() + flows.shipped + flows.scrapped
        });
        self.inflow() - self.consumed - self.taken() - gone
    }

    /// Issued to orders and neither consumed nor returned.
    #[must_use]
    pub fn at_line(&self) -> Decimal {
        self.orders.values().map(OrderTake::at_line).sum()
    }

    /// Consumed, with and without an order.
    #[must_use]
    pub fn consumed(&self) -> Decimal {
        let orders = self.orders.values().map(OrderTake::used);
        self.consumed + orders.sum::<Decimal>()
    }

    /// Created plus made by transformations.
    #[must_use]
    pub fn received(&self) -> Decimal {
        self.made + self.created.map_or(Decimal::ZERO, |told| told.quantity)
    }

    /// Whether anything ever came into it.
    pub(crate) fn is_untouched(&self) -> bool {
        let flows = self.flows.as_deref();
        self.received().is_zero()
            && flows.is_none_or(|flows| {
                let came = [flows.parted, flows.merged.total(), flows.stored.total()];
                came.iter().all(Decimal::is_zero) && flows.adjusted.is_zero()
            })
    }

    /// What each order took, ascending by order.
    #[must_use]
    pub fn orders(&self) -> &PagedMap<WorkOrderId, OrderTake> {
        &self.orders
    }

    /// The terms that most lots do not have.
    #[must_use]
    pub fn flows(&self) -> LotFlows {
        self.flows.as_deref().cloned().unwrap_or_default()
    }

    /// Changes the terms that most lots do not have.
    pub(crate) fn flow(&mut self, change: impl FnOnce(&mut LotFlows)) {
        let flows = self.flows.get_or_insert_default();
        change(flows);
        flows.normalize();
        if **flows == LotFlows::default() {
            self.flows = None;
        }
    }

    /// # Panics
    /// When more left than came in: every handler asks before it takes.
    pub(crate) fn assert_covered(&self, lot: &LotId, unit: Unit) {
        let on_hand = self.on_hand();
        assert!(
            on_hand >= Decimal::ZERO,
            "lot {lot}: {on_hand} {unit} on hand"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(value: i64) -> Decimal {
        value.into()
    }

    fn order(id: &str) -> WorkOrderId {
        id.parse().unwrap()
    }

    fn at(minute: i64) -> Time {
        Time::EPOCH.plus_seconds(minute * 60)
    }

    fn of(quantity: i64) -> LotStock {
        let mut stock = LotStock::default();
        stock.produce(d(quantity));
        stock
    }

    fn issued(order: &WorkOrderId, quantity: i64) -> Booking<'_> {
        Booking {
            order,
            op: None,
            kind: MovementKind::Issued,
            quantity: d(quantity),
            at: at(0),
        }
    }

    #[test]
    fn an_issue_and_a_consumption_of_the_same_material_take_it_once() {
        let mut stock = of(10);
        let (o, p) = (order("O"), order("P"));
        stock.book(issued(&o, 6));
        assert_eq!((stock.on_hand(), stock.at_line()), (d(4), d(6)));
        assert_eq!(stock.drawn_by((Some(&o), None), d(6)), d(0));
        assert_eq!(stock.drawn_by((Some(&p), None), d(6)), d(6));
        assert_eq!(stock.drawn_by((None, None), d(6)), d(6));
        stock.consume((Some(&o), None), d(5));
        assert_eq!((stock.on_hand(), stock.at_line()), (d(4), d(1)));
        stock.consume((Some(&o), None), d(3));
        assert_eq!((stock.on_hand(), stock.at_line()), (d(2), d(0)));
        assert_eq!(stock.taken_by(&o).unmatched(), d(2));
    }

    #[test]
    fn what_came_in_is_on_hand_or_at_the_line_or_gone() {
        let mut stock = of(100);
        stock.consume((None, None), d(10));
        stock.flow(|flows| {
            flows.store(at(1), d(50));
            flows.merge(at(2), d(20));
            flows.part(at(3), d(7));
            flows.shipped = d(30);
            flows.scrapped = d(3);
            flows.adjusted = d(-2);
        });
        let o = order("O");
        stock.book(issued(&o, 9));
        stock.consume((Some(&o), None), d(4));
        let flows = stock.flows();
        let gone = stock.consumed() + flows.split_out.total() + flows.shipped + flows.scrapped;
        assert_eq!(stock.inflow(), stock.on_hand() + stock.at_line() + gone);
        assert_eq!(stock.on_hand(), d(59));
    }

    /// What came in by a creation (quantity, minute), parts, mergers and receipts.
    fn inflow(
        created: Option<(i64, i64)>,
        parted: i64,
        merged: &[(i64, i64)],
        stored: &[(i64, i64)],
    ) -> Decimal {
        let created = created.map(|(quantity, minute)| Creation {
            quantity: d(quantity),
            at: at(minute),
        });
        let mut stock = LotStock {
            created,
            ..LotStock::default()
        };
        stock.flow(|flows| {
            flows.parted = d(parted);
            for (quantity, minute) in merged {
                flows.merge(at(*minute), d(*quantity));
            }
            for (quantity, minute) in stored {
                flows.store(at(*minute), d(*quantity));
            }
        });
        stock.inflow()
    }

    #[test]
    fn who_announces_goods_that_came_in_brings_none() {
        for (created, parted, merged, stored, expected) in [
            // Parts: a creation or a receipt of them, whenever it is dated, announces them.
            (Some((50, 9)), 50, &[][..], &[][..], 50),
            (Some((50, 1)), 50, &[], &[], 50),
            (Some((60, 1)), 50, &[], &[], 60),
            (None, 50, &[], &[(50, 9)], 50),
            (Some((50, 9)), 50, &[], &[(20, 1), (30, 2)], 50),
            // Mergers: what is told of the lot since then announces them.
            (Some((50, 6)), 0, &[(50, 5)], &[], 50),
            (Some((50, 5)), 0, &[(50, 5)], &[], 50),
            (Some((50, 4)), 0, &[(50, 5)], &[], 100),
            (None, 0, &[(50, 5)], &[(50, 5)], 50),
            (None, 0, &[(50, 5)], &[(50, 4)], 100),
            (Some((100, 4)), 0, &[(50, 5)], &[(100, 4)], 150),
            (Some((100, 4)), 0, &[(50, 5)], &[(150, 6)], 150),
            (Some((100, 4)), 0, &[(20, 3), (50, 5)], &[], 150),
            (Some((100, 4)), 0, &[(120, 3), (50, 5)], &[], 170),
            // Filled and emptied into the warehouse in turns.
            (None, 0, &[(50, 2), (50, 4)], &[(50, 3), (50, 5)], 100),
            (None, 0, &[(50, 2), (50, 4)], &[(70, 3), (20, 5)], 120),
            (None, 0, &[(50, 2), (50, 4)], &[(70, 3), (60, 5)], 130),
        ] {
            let came = inflow(created, parted, merged, stored);
            assert_eq!(
                came,
                d(expected),
                "{created:?}, {parted}, {merged:?}, {stored:?}"
            );
        }
    }
}
