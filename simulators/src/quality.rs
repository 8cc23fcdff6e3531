//! Quality holds on lots, and their end.

use twin_model::{EventBody, HoldId, HoldPlaced, HoldReleased, HoldScope, LotId, SmolStr};

use crate::emitter::System;
use crate::happening::Happening;
use crate::names::named;
use crate::random::{Draw, Purpose, entity_number};
use crate::simulation::{SECOND_US, Simulation};

/// Number of the first hold.
const HOLD_NUMBER_FIRST: u64 = 301;

/// How long quality waits for a finished lot when there is none to demonstrate the hold on.
const OPENING_HOLD_RETRY_S: i64 = 60;

fn pick(draw: Draw, texts: &'static [&'static str]) -> SmolStr {
    match texts.is_empty() {
        true => SmolStr::new_static("not stated"),
        false => SmolStr::new_static(texts[draw.below(texts.len() as u64) as usize]),
    }
}

impl Simulation {
    /// Decides whether a new lot will be held, and when.
    pub(crate) fn consider_hold(&mut self, lot: &LotId, probability: f64) {
        let Some(quality) = &self.model.quality else {
            return;
        };
        let entity = entity_number(lot.as_str());
        if !self
            .random
            .draw(entity, 0, Purpose::HoldChance)
            .chance(probability)
        {
            return;
        }
        let draw = self.random.draw(entity, 0, Purpose::HoldDelay);
        let delay_us = draw.exponential_us(quality.delay_mean_s * SECOND_US);
        self.schedule_in_us(delay_us, Happening::LotIsHeld(lot.clone()));
    }

    /// Holds a lot for `length_s` simulated seconds; for a drawn time when absent.
    pub(crate) fn hold_lot(&mut self, lot: LotId, length_s: Option<i64>) {
        let Some(quality) = &self.model.quality else {
            return;
        };
        let entity = entity_number(lot.as_str());
        let count = self.counts.holds;
        let draw = |purpose| self.random.draw(entity, count, purpose);
        let reason = pick(draw(Purpose::HoldReason), quality.reasons);
        let placed_by = pick(draw(Purpose::HoldInspector), quality.inspectors);
        let length_us = match length_s {
            Some(length_s) => length_s * SECOND_US,
            None => draw(Purpose::HoldLength).around_us(quality.length_s * SECOND_US),
        };
        let hold: HoldId = named(&format!("QH-{}", HOLD_NUMBER_FIRST + count));
        self.counts.holds += 1;
        self.holds.insert(hold.clone(), count);
        let body = HoldPlaced {
            hold: hold.clone(),
            scope: HoldScope::Lot(lot),
            reason,
            placed_by: Some(placed_by),
            ncr: None,
            propagate: true,
        };
        self.emit(System::Qms, hold.as_str(), EventBody::HoldPlaced(body));
        self.schedule_in_us(length_us, Happening::HoldEnds(hold));
    }

    pub(crate) fn release_hold(&mut self, hold: HoldId) {
        let (Some(quality), Some(count)) = (&self.model.quality, self.holds.remove(&hold)) else {
            return;
        };
        let entity = entity_number(hold.as_str());
        let draw = |purpose| self.random.draw(entity, count, purpose);
        let body = HoldReleased {
            disposition: pick(draw(Purpose::HoldDisposition), quality.dispositions),
            released_by: pick(draw(Purpose::HoldInspector), quality.inspectors),
            hold: hold.clone(),
        };
        self.emit(System::Qms, hold.as_str(), EventBody::HoldReleased(body));
        let unbooked = self
            .orders
            .iter()
            .filter(|(_, order)| order.unbooked.is_some());
        let unbooked: Vec<u64> = unbooked.map(|(number, _)| *number).collect();
        for number in unbooked {
            self.try_to_book(number);
        }
        self.all_look_for_work();
    }

    pub(crate) fn schedule_opening_hold(&mut self) {
        if let Some(quality) = &self.model.quality {
            let after_s = self.model.history_s + quality.opening_hold_s;
            self.schedule_in_us(after_s * SECOND_US, Happening::OpeningHold);
        }
    }

    /// Holds the raw lot of a finished lot that nobody has asked for yet. Its delivery follows
    /// soon and meets the hold.
    pub(crate) fn place_opening_hold(&mut self) {
        let Some(quality) = &self.model.quality else {
            return;
        };
        let delay_us = quality.opening_delivery_delay_s * SECOND_US;
        let length_s = quality.opening_hold_length_s;
        let free = |lot: &LotId| !self.emitter.is_held(lot);
        let mut finished = self.stock.finished.iter();
        let Some(place) = finished.position(|it| free(&it.lot) && free(&it.raw_lot)) else {
            self.schedule_in_us(OPENING_HOLD_RETRY_S * SECOND_US, Happening::OpeningHold);
            return;
        };
        let set_aside = self.stock.finished.remove(place);
        let raw_lot = set_aside.raw_lot.clone();
        self.stock.set_aside = Some(set_aside);
        self.hold_lot(raw_lot, Some(length_s));
        self.schedule_in_us(delay_us, Happening::OpeningDelivery);
    }
}
