//! What a lot knows of the shipments that want it: who listens, what is reserved, what has left.

use rust_decimal::Decimal;

use crate::effect::Effects;
use crate::lot_stock::add;
use crate::{DeliveryId, Lot, Message};

impl Lot {
    /// A message from the gate of a shipment.
    pub(crate) fn hear_of_shipment(&mut self, message: &Message, effects: &mut Effects) {
        match message {
            Message::GateOpened(delivery) => {
                self.goods.gates.insert(delivery.clone());
                effects.check_gate(delivery);
            }
            Message::GateClosed(delivery) => self.close_gate(delivery),
            Message::StockReserved(want) => add(&mut self.goods.reserved, *want),
            Message::StockFreed(want) => {
                add(&mut self.goods.reserved, -*want);
                effects.freed.insert(self.goods.id.clone());
            }
            Message::StockShipped { quantity, reserved } => {
                if *reserved {
                    add(&mut self.goods.reserved, -*quantity);
                }
                self.goods.stock.flow(|flows| flows.shipped += quantity);
                self.tell_gates(effects);
            }
            other => unreachable!("a lot gets no {other:?}"),
        }
        assert!(
            self.goods.reserved >= Decimal::ZERO,
            "lot {}: more freed than was reserved",
            self.goods.id
        );
    }

    fn close_gate(&mut self, delivery: &DeliveryId) {
        self.goods.gates.remove(delivery);
    }

    /// What cleared shipments will take of what is on hand, in the lot's unit.
    #[must_use]
    pub fn reserved(&self) -> Decimal {
        self.goods.reserved
    }

    /// What has left with shipments, in the lot's unit.
    #[must_use]
    pub fn shipped(&self) -> Decimal {
        self.goods.stock.flows().shipped
    }
}
