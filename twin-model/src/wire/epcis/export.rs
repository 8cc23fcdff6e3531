//! One event of the plant as an EPCIS event. docs/epcis.md has the table.

use jiff::tz::{Offset, TimeZone};

use super::event::{
    Action, EpcisEvent, Extension, LotChange, LotMasterData, PartOfStock, PersistentDisposition,
    Things, What,
};
use super::facts::About;
use super::{Naming, told, words};
use crate::{
    Amount, DeliveryId, Event, EventBody, HoldScope, LogisticUnitId, LotCreated, LotId, LotMerged,
    LotPacked, LotSplit, LotTransformed, OperationId, PackAction, Quantity, SplitPart,
    StockAdjusted, Time, WorkOrderId,
};

/// What writing an event needs to know of the plant.
pub(super) struct Exporter<'a> {
    pub(super) about: &'a About<'a>,
    pub(super) naming: &'a Naming,
    pub(super) zone: &'a TimeZone,
}

impl Exporter<'_> {
    /// Whether events of this type are written; a retraction is where the event is that it takes
    /// back.
    pub(super) fn writes(body: &EventBody) -> bool {
        matches!(
            body,
            EventBody::LotCreated(_)
                | EventBody::LotTransformed(_)
                | EventBody::LotSplit(_)
                | EventBody::LotMerged(_)
                | EventBody::LotPacked(_)
                | EventBody::StockAdjusted(_)
                | EventBody::HoldPlaced(_)
                | EventBody::HoldReleased(_)
                | EventBody::ShipmentRequested(_)
                | EventBody::ShipmentConfirmed(_)
                | EventBody::ShipmentCancelled(_)
                | EventBody::EventRetracted(_)
        ) || told::is_told(body)
    }

    /// An event of a type that [`Exporter::writes`] names.
    pub(super) fn event(&self, event: &Event) -> EpcisEvent {
        let mut out = self.blank(event);
        match &event.body {
            EventBody::LotCreated(body) => self.creation(body, &mut out),
            EventBody::LotTransformed(body) => self.transformation(body, &mut out),
            EventBody::LotSplit(body) => self.split(body, &mut out),
            EventBody::LotMerged(body) => self.merger(body, &mut out),
            EventBody::LotPacked(body) => self.packing(body, &mut out),
            EventBody::StockAdjusted(body) => self.count(body, &mut out),
            EventBody::HoldPlaced(body) => {
                self.hold(&body.scope, &mut out);
                out.biz_step = Some(words::HOLDING.to_owned());
                out.disposition = Some(words::HELD.to_owned());
                out.persistent.set = vec![words::HELD.to_owned()];
                out.extension.hold = Some(body.hold.clone());
                out.extension.scope = Some(body.scope.clone());
                out.extension.reason = Some(body.reason.clone());
                out.extension.by.clone_from(&body.placed_by);
                out.extension.ncr.clone_from(&body.ncr);
                out.extension.propagate = (!body.propagate).then_some(false);
            }
            EventBody::HoldReleased(body) => {
                if let Some(hold) = self.about.plant.hold(&body.hold) {
                    self.hold(hold.scope(), &mut out);
                }
                out.biz_step = Some(words::INSPECTING.to_owned());
                out.persistent.unset = vec![words::HELD.to_owned()];
                out.extension.hold = Some(body.hold.clone());
                out.extension.decision = Some(body.disposition.clone());
                out.extension.by = Some(body.released_by.clone());
            }
            EventBody::ShipmentRequested(body) => {
                let lots = body.lots.iter().map(|line| (&line.lot, line.quantity));
                self.shipment(&body.delivery, lots, &body.units, &mut out);
                out.biz_step = Some(words::SHIPMENT_REQUESTED.to_owned());
                out.extension.customer.clone_from(&body.customer);
            }
            EventBody::ShipmentConfirmed(body) => {
                self.requested(&body.delivery, &mut out);
                out.biz_step = Some(words::SHIPPING.to_owned());
                out.disposition = Some(words::IN_TRANSIT.to_owned());
                out.biz_location = None;
                out.extension.gate_token = Some(body.gate_token.clone());
                out.extension.shipped_at = body.shipped_at;
            }
            EventBody::ShipmentCancelled(body) => {
                self.requested(&body.delivery, &mut out);
                out.biz_step = Some(words::SHIPMENT_CANCELLED.to_owned());
                out.extension.reason = Some(body.reason.clone());
            }
            told => self.tell(told, &mut out),
        }
        out
    }

    /// Everything that does not depend on the type. The things are seen, here.
    fn blank(&self, event: &Event) -> EpcisEvent {
        EpcisEvent {
            id: Some(self.naming.event(&event.source, &event.id)),
            time: event.time,
            offset: self.offset(event.time),
            what: What::Object {
                action: Action::Observe,
                things: Things::default(),
            },
            biz_step: None,
            disposition: None,
            persistent: PersistentDisposition::default(),
            read_point: Some(self.naming.location()),
            biz_location: Some(self.naming.location()),
            transactions: Vec::new(),
            error: None,
            ilmd: LotMasterData::default(),
            extension: Extension {
                sequence: event.sequence.clone(),
                correlation: event.correlation.clone(),
                ..Extension::default()
            },
        }
    }

    /// The local offset at a time, in whole minutes as the standard has it; UTC where the zone's
    /// offset was not.
    fn offset(&self, at: Time) -> Offset {
        let offset = match jiff::Timestamp::from_microsecond(at.as_micros()) {
            Ok(stamp) => self.zone.to_offset(stamp),
            Err(_) => Offset::UTC,
        };
        let whole = offset.seconds() % 60 == 0 && offset.seconds().abs() <= 14 * 3_600;
        if whole { offset } else { Offset::UTC }
    }

    fn creation(&self, body: &LotCreated, out: &mut EpcisEvent) {
        let mut things = Things::default();
        let material = Some(&body.material);
        self.naming
            .add(&mut things, &body.lot, material, body.quantity);
        let action = Action::Add;
        out.what = What::Object { action, things };
        out.biz_step = Some(words::COMMISSIONING.to_owned());
        out.disposition = Some(words::disposition_of(body.usage).to_owned());
        self.made_by(body.order.as_ref(), body.op.as_ref(), out);
        out.extension.measured = body.measured;
        out.ilmd = LotMasterData {
            lot_number: Some(body.lot.to_string()),
            last_day: body.expiry.map(|expiry| last_day(expiry, out.offset)),
            expiry: body.expiry,
            produced_at: body.produced_at,
        };
    }

    fn transformation(&self, body: &LotTransformed, out: &mut EpcisEvent) {
        let (mut inputs, mut outputs) = (Things::default(), Things::default());
        for input in &body.inputs {
            self.add_known(&mut inputs, &input.lot, input.quantity);
        }
        for output in &body.outputs {
            let material = Some(&output.material);
            self.naming
                .add(&mut outputs, &output.lot, material, output.quantity);
        }
        let id = None;
        out.what = What::Transformation {
            inputs,
            outputs,
            id,
        };
        out.biz_step = Some(words::CREATING.to_owned());
        self.made_by(body.order.as_ref(), body.op.as_ref(), out);
    }

    /// The children are the parent's material, and the whole of them leaves it.
    fn split(&self, body: &LotSplit, out: &mut EpcisEvent) {
        let (mut inputs, mut outputs) = (Things::default(), Things::default());
        for child in &body.children {
            self.add_known(&mut outputs, &child.lot, child.quantity);
        }
        match sum(body.children.iter().map(|child| child.quantity)) {
            Some(whole) => self.add_known(&mut inputs, &body.parent, whole),
            None => {
                let material = self.about.plant.lot(&body.parent).map(crate::Lot::material);
                let parent = self.naming.whole(&body.parent, material);
                inputs.quantities.push(parent);
            }
        }
        let id = None;
        out.what = What::Transformation {
            inputs,
            outputs,
            id,
        };
        out.biz_step = Some(words::CREATING.to_owned());
        out.extension.change = Some(LotChange::Split);
        let told = |child: &SplitPart| {
            let lot = child.lot.clone();
            child.usage.map(|usage| PartOfStock { lot, usage })
        };
        out.extension.stock = body.children.iter().filter_map(told).collect();
    }

    fn merger(&self, body: &LotMerged, out: &mut EpcisEvent) {
        let (mut inputs, mut outputs) = (Things::default(), Things::default());
        for parent in &body.parents {
            self.add_known(&mut inputs, &parent.lot, parent.quantity);
        }
        let (child, material) = (&body.child, Some(&body.child.material));
        self.naming
            .add(&mut outputs, &child.lot, material, child.quantity);
        let id = None;
        out.what = What::Transformation {
            inputs,
            outputs,
            id,
        };
        out.biz_step = Some(words::CREATING.to_owned());
        out.extension.change = Some(LotChange::Merged);
        out.extension.from = body.window.as_ref().map(|window| window.from);
        out.extension.to = body.window.as_ref().map(|window| window.to);
        if let Some(tank) = &body.tank {
            out.read_point = Some(self.naming.work_center(tank));
        }
    }

    fn packing(&self, body: &LotPacked, out: &mut EpcisEvent) {
        let mut children = self.units(&body.units);
        for line in &body.lots {
            self.add_known(&mut children, &line.lot, line.quantity);
        }
        let (action, step) = match body.action {
            PackAction::Add => (Action::Add, words::PACKING),
            PackAction::Remove => (Action::Delete, words::UNPACKING),
        };
        out.what = What::Aggregation {
            action,
            parent: Some(self.naming.unit(&body.unit)),
            children,
        };
        out.biz_step = Some(step.to_owned());
    }

    /// Units as things with names of their own.
    fn units(&self, units: &[LogisticUnitId]) -> Things {
        Things {
            epcs: units.iter().map(|unit| self.naming.unit(unit)).collect(),
            quantities: Vec::new(),
        }
    }

    fn count(&self, body: &StockAdjusted, out: &mut EpcisEvent) {
        let mut things = Things::default();
        self.add_known(&mut things, &body.lot, body.counted);
        let action = Action::Observe;
        out.what = What::Object { action, things };
        out.biz_step = Some(words::STOCK_TAKING.to_owned());
        out.extension.booked = Some(body.booked.value);
        out.extension.reason = Some(body.reason.clone());
    }

    fn hold(&self, scope: &HoldScope, out: &mut EpcisEvent) {
        let lots = self.about.held(scope);
        let lots = lots.iter().map(|lot| {
            let material = self.about.plant.lot(lot).map(crate::Lot::material);
            self.naming.whole(lot, material)
        });
        out.what = What::Object {
            action: Action::Observe,
            things: Things {
                epcs: Vec::new(),
                quantities: lots.collect(),
            },
        };
    }

    fn requested(&self, delivery: &DeliveryId, out: &mut EpcisEvent) {
        let shipment = self.about.plant.shipment(delivery);
        let lots = shipment.map_or(&[][..], crate::Shipment::lots).iter();
        let lots = lots.map(|(lot, quantity)| (lot, *quantity));
        let units = shipment.map_or(&[][..], crate::Shipment::units);
        self.shipment(delivery, lots, units, out);
    }

    fn shipment<'l>(
        &self,
        delivery: &DeliveryId,
        lots: impl Iterator<Item = (&'l LotId, Quantity)>,
        units: &[LogisticUnitId],
        out: &mut EpcisEvent,
    ) {
        let mut things = self.units(units);
        for (lot, quantity) in lots {
            self.add_known(&mut things, lot, quantity);
        }
        let action = Action::Observe;
        out.what = What::Object { action, things };
        out.transactions.push(self.naming.delivery(delivery));
    }

    pub(super) fn add_known(&self, things: &mut Things, lot: &LotId, quantity: Quantity) {
        let material = self.about.plant.lot(lot).map(crate::Lot::material);
        self.naming.add(things, lot, material, quantity);
    }

    fn made_by(&self, order: Option<&WorkOrderId>, op: Option<&OperationId>, out: &mut EpcisEvent) {
        let order = order.map(|order| self.naming.order(order));
        out.transactions.extend(order);
        out.extension.op = op.cloned();
    }
}

/// What all of them come to, where they have one unit.
fn sum(mut parts: impl Iterator<Item = Quantity>) -> Option<Quantity> {
    let first = parts.next()?;
    let unit = first.unit;
    let mut sum = first.value.value();
    for part in parts {
        if part.unit != unit {
            return None;
        }
        sum += part.value.value();
    }
    let value = Amount::try_from(sum).ok()?;
    Some(Quantity { value, unit })
}

/// The last day before a shelf life ends, by the calendar of the event's offset.
fn last_day(expiry: Time, offset: Offset) -> String {
    let before = expiry.plus_micros(-1);
    match jiff::Timestamp::from_microsecond(before.as_micros()) {
        Ok(stamp) => offset.to_datetime(stamp).date().to_string(),
        Err(_) => before.to_string(),
    }
}
