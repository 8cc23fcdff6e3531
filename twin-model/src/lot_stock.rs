//! Where the quantity of a lot came from and where it went.
//!
//! Every term is a sum of facts, so it does not depend on the order in which they arrive; what is
//! on hand is computed. Invariant 2: what came in is what is on hand, or with an order, or left.

use rust_decimal::Decimal;

use crate::{LotId, MovementKind, PagedMap, Shared, Unit, WorkOrderId};

/// What one order took of a lot, as two witnesses tell it: the warehouse by issues and returns,
/// the MES by consumptions and transformations. In the lot's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OrderTake {
    /// Issued by the warehouse.
    pub issued: Decimal,
    /// Taken back by the warehouse.
    pub returned: Decimal,
    /// Consumed, says the MES.
    pub consumed: Decimal,
    /// Went into other lots, says the MES.
    pub transformed: Decimal,
}

impl OrderTake {
    /// What the order used: by its consumptions or by what was made from the lot, whichever is
    /// more. An MES that tells of both tells of the same material.
    #[must_use]
    pub fn used(&self) -> Decimal {
        self.consumed.max(self.transformed)
    }

    /// What left the stock for the order. Both witnesses speak of the same material, so the
    /// larger of the two accounts counts, and not their sum.
    #[must_use]
    pub fn taken(&self) -> Decimal {
        (self.issued - self.returned).max(self.used())
    }

    /// Issued and neither consumed nor returned: it lies at the line.
    #[must_use]
    pub fn at_line(&self) -> Decimal {
        self.taken() - self.used()
    }

    /// Consumed without an issue; zero when the issues cover it.
    #[must_use]
    pub fn unmatched(&self) -> Decimal {
        self.taken() - (self.issued - self.returned)
    }
}

/// Where the quantity of some lots came from and went, in the lot's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LotFlows {
    /// Came from lots that were merged or split into this one.
    pub merged_in: Decimal,
    /// Became lots of its own, or was merged into others.
    pub split_out: Decimal,
    /// Left the plant.
    pub shipped: Decimal,
    /// Thrown away.
    pub scrapped: Decimal,
    /// Found (above zero) or missed (below) by counting.
    pub adjusted: Decimal,
    /// Received by the warehouse. It tells of what was created or made, so of both the larger
    /// counts.
    pub stored: Decimal,
}

impl LotFlows {
    fn normalize(&mut self) {
        for sum in [
            &mut self.merged_in,
            &mut self.split_out,
            &mut self.shipped,
            &mut self.scrapped,
            &mut self.adjusted,
            &mut self.stored,
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

/// The stock account of a lot, in the lot's unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LotStock {
    /// Created, or made by a transformation.
    pub(crate) received: Decimal,
    /// Went into other lots without an order.
    pub(crate) consumed: Decimal,
    /// Went to orders, ascending by order.
    pub(crate) orders: PagedMap<WorkOrderId, OrderTake>,
    /// What most lots of a plant do not have; `None` when all of it is zero.
    pub(crate) flows: Option<Shared<LotFlows>>,
}

impl LotStock {
    /// Adds what was created, or made by a transformation.
    pub(crate) fn receive(&mut self, quantity: Decimal) {
        add(&mut self.received, quantity);
    }

    /// Adds what an order, or nobody in particular, consumed.
    pub(crate) fn consume(&mut self, order: Option<&WorkOrderId>, quantity: Decimal) {
        match order {
            Some(order) => self.take(order, |take| &mut take.transformed, quantity),
            None => add(&mut self.consumed, quantity),
        }
    }

    /// Books a movement of an order; below zero when one is taken back.
    pub(crate) fn book(&mut self, order: &WorkOrderId, kind: MovementKind, quantity: Decimal) {
        match kind {
            MovementKind::Received => self.flow(|flows| flows.stored += quantity),
            MovementKind::Issued => self.take(order, |take| &mut take.issued, quantity),
            MovementKind::Returned => self.take(order, |take| &mut take.returned, quantity),
            MovementKind::Consumed | MovementKind::Backflushed | MovementKind::Scrapped => {
                self.take(order, |take| &mut take.consumed, quantity);
            }
        }
    }

    /// Adds to one account of what an order took.
    fn take(
        &mut self,
        order: &WorkOrderId,
        account: fn(&mut OrderTake) -> &mut Decimal,
        quantity: Decimal,
    ) {
        match self.orders.get_mut(order) {
            Some(take) => add(account(take), quantity),
            None => {
                let mut take = OrderTake::default();
                add(account(&mut take), quantity);
                self.orders.insert(order.clone(), take);
            }
        }
    }

    /// What `order` took; nothing when it is unknown here.
    #[must_use]
    pub fn taken_by(&self, order: &WorkOrderId) -> OrderTake {
        self.orders.get(order).copied().unwrap_or_default()
    }

    /// How much more leaves the stock when `order` consumes `quantity`: less than that where the
    /// warehouse has issued it before.
    pub(crate) fn drawn_by(&self, order: Option<&WorkOrderId>, quantity: Decimal) -> Decimal {
        let before = order.map_or_else(OrderTake::default, |order| self.taken_by(order));
        let after = OrderTake {
            transformed: before.transformed + quantity,
            ..before
        };
        after.taken() - before.taken()
    }

    /// Everything that came in.
    #[must_use]
    pub fn inflow(&self) -> Decimal {
        let flows = self.flows();
        self.received.max(flows.stored) + flows.merged_in + flows.adjusted
    }

    /// What orders took, by issue or consumption.
    #[must_use]
    pub fn taken(&self) -> Decimal {
        self.orders.values().map(OrderTake::taken).sum()
    }

    /// What is in stock: neither with an order nor gone.
    #[must_use]
    pub fn on_hand(&self) -> Decimal {
        let flows = self.flows();
        let gone = flows.split_out + flows.shipped + flows.scrapped;
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
        self.received
    }

    /// What each order took, ascending by order.
    #[must_use]
    pub fn orders(&self) -> &PagedMap<WorkOrderId, OrderTake> {
        &self.orders
    }

    /// The terms that most lots do not have.
    #[must_use]
    pub fn flows(&self) -> LotFlows {
        self.flows.as_deref().copied().unwrap_or_default()
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

    #[test]
    fn an_issue_and_a_consumption_of_the_same_material_take_it_once() {
        let mut stock = LotStock {
            received: d(10),
            ..LotStock::default()
        };
        stock.book(&order("O"), MovementKind::Issued, d(6));
        assert_eq!((stock.on_hand(), stock.at_line()), (d(4), d(6)));
        assert_eq!(stock.drawn_by(Some(&order("O")), d(6)), d(0));
        assert_eq!(stock.drawn_by(Some(&order("P")), d(6)), d(6));
        stock.consume(Some(&order("O")), d(5));
        assert_eq!((stock.on_hand(), stock.at_line()), (d(4), d(1)));
        stock.consume(Some(&order("O")), d(3));
        assert_eq!((stock.on_hand(), stock.at_line()), (d(2), d(0)));
        assert_eq!(stock.taken_by(&order("O")).unmatched(), d(2));
    }

    #[test]
    fn what_came_in_is_on_hand_or_at_the_line_or_gone() {
        let mut stock = LotStock {
            received: d(100),
            consumed: d(10),
            ..LotStock::default()
        };
        stock.flow(|flows| {
            *flows = LotFlows {
                merged_in: d(20),
                split_out: d(7),
                shipped: d(30),
                scrapped: d(3),
                adjusted: d(-2),
                stored: d(50),
            };
        });
        stock.book(&order("O"), MovementKind::Issued, d(9));
        stock.consume(Some(&order("O")), d(4));
        let flows = stock.flows();
        let gone = stock.consumed() + flows.split_out + flows.shipped + flows.scrapped;
        assert_eq!(stock.inflow(), stock.on_hand() + stock.at_line() + gone);
        assert_eq!(stock.on_hand(), d(59));
    }
}
