//! Deliveries: the warehouse asks whether finished lots may leave.

use twin_model::{DeliveryId, EventBody, LotQuantity, Quantity, ShipmentRequested, SmolStr, Unit};

use crate::emitter::System;
use crate::happening::Happening;
use crate::names::named;
use crate::operations::pieces;
use crate::random::{Purpose, entity_number};
use crate::simulation::{SECOND_US, Simulation};
use crate::stock::FinishedLot;

/// Number of the first delivery.
const DELIVERY_NUMBER_FIRST: u64 = 80_011;

impl Simulation {
    pub(crate) fn schedule_delivery_round(&mut self) {
        let round = self.counts.delivery_rounds;
        let draw = self.random.draw(
            entity_number("delivery rounds"),
            round,
            Purpose::DeliveryGap,
        );
        self.counts.delivery_rounds += 1;
        let delay_us = draw.around_us(self.model.shipping.round_s * SECOND_US);
        self.schedule_in_us(delay_us, Happening::DeliveryRound);
    }

    /// Requests one delivery, and more while the stock is too high.
    pub(crate) fn delivery_round(&mut self) {
        self.schedule_delivery_round();
        let mut keep = self.model.shipping.stock_min;
        while self.stock.finished.len() > keep {
            let lots = self.oldest_of_one_customer();
            self.request_delivery(lots);
            keep = self.model.shipping.stock_max;
        }
    }

    fn oldest_of_one_customer(&mut self) -> Vec<FinishedLot> {
        let shipping = &self.model.shipping;
        let spare = self
            .stock
            .finished
            .len()
            .saturating_sub(shipping.stock_min)
            .max(1);
        let lots_max = shipping.lots_max.min(spare);
        let customer = self.stock.finished[0].customer;
        let mut taken = Vec::new();
        self.stock.finished.retain(|finished| {
            let take = taken.len() < lots_max && finished.customer == customer;
            if take {
                taken.push(finished.clone());
            }
            !take
        });
        taken
    }

    pub(crate) fn request_opening_delivery(&mut self) {
        if let Some(set_aside) = self.stock.set_aside.take() {
            self.request_delivery(vec![set_aside]);
        }
    }

    fn request_delivery(&mut self, lots: Vec<FinishedLot>) {
        let number = DELIVERY_NUMBER_FIRST + self.counts.deliveries;
        self.counts.deliveries += 1;
        let delivery: DeliveryId = named(&format!("DLV-{number}"));
        let quantity = |count| Quantity {
            value: pieces(count),
            unit: Unit::PIECE,
        };
        let customer = lots
            .first()
            .map(|finished| SmolStr::new_static(finished.customer));
        let lots = lots
            .into_iter()
            .map(|finished| LotQuantity {
                quantity: quantity(finished.pieces),
                lot: finished.lot,
            })
            .collect();
        let about = delivery.to_string();
        let body = ShipmentRequested {
            delivery,
            customer,
            lots,
            units: Vec::new(),
        };
        self.emit(System::Wms, &about, EventBody::ShipmentRequested(body));
    }
}
