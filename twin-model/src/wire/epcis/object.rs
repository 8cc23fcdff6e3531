//! Object events: lots come into being or come in, are counted, held, freed and shipped.

use jiff::civil::Date;

use super::event::{Action, Things};
use super::fault::Fault;
use super::import::{NamedLot, Reader};
use super::told::{self, Told};
use super::words;
use crate::{
    Amount, EventBody, HoldPlaced, HoldReleased, HoldScope, LotCreated, LotId, Quantity,
    ShipmentCancelled, ShipmentConfirmed, ShipmentRequested, SmolStr, StockAdjusted, Time, Usage,
};

/// An object event with what is needed to read it.
pub(super) struct Object<'r> {
    pub(super) reader: &'r Reader<'r>,
    pub(super) action: Action,
    pub(super) things: &'r Things,
}

impl Object<'_> {
    pub(super) fn bodies(&self) -> Result<Vec<EventBody>, Fault> {
        let event = self.reader.event;
        let step = event.biz_step.as_deref();
        let extension = &event.extension;
        if let Some(Told(body)) = &extension.told {
            return self.told(body);
        }
        match (self.action, step) {
            (Action::Add, None | Some(words::COMMISSIONING | words::CREATING))
            | (Action::Observe, Some(words::RECEIVING | "accepting")) => self.creations(),
            (Action::Observe, Some(words::STOCK_TAKING | "cycle_counting"))
                if extension.booked.is_some() =>
            {
                self.counts()
            }
            (Action::Observe, Some(words::HOLDING)) => self.holds(),
            (Action::Observe, Some(words::INSPECTING)) if extension.hold.is_some() => {
                Ok(vec![self.release()?])
            }
            (Action::Observe, Some(words::SHIPMENT_REQUESTED)) => Ok(vec![self.request()?]),
            (Action::Observe, Some(words::SHIPMENT_CANCELLED)) => Ok(vec![self.cancellation()?]),
            (Action::Observe, Some(words::SHIPPING)) if extension.gate_token.is_some() => {
                Ok(vec![self.confirmation()?])
            }
            _ => Err(Fault::no_place(self.reader.at, self.no_place())),
        }
    }

    /// Why nothing follows from the event.
    fn no_place(&self) -> String {
        let step = self.reader.event.biz_step.as_deref();
        let step = step.unwrap_or("no step").chars().take(96);
        let step: String = step.collect();
        match (self.action, step.as_str()) {
            (Action::Observe, words::SHIPPING) => "a delivery leaves with the token that its gate \
                 gave; no other system can say that it has left"
                .to_owned(),
            (Action::Observe, words::STOCK_TAKING | "cycle_counting") => {
                "a count says nothing without what the books said".to_owned()
            }
            (Action::Delete, _) => format!(
                "things that cease to be ({step}): the warehouse books what is scrapped or used up"
            ),
            (Action::Add, _) => format!("things that come into being by {step}"),
            (Action::Observe, _) => format!("things that are only seen ({step})"),
        }
    }

    /// What a twin has said in its own words; the standard's fields must say the same. For an order
    /// of another plant nothing is moved here; what that plant has received is a lot.
    fn told(&self, body: &EventBody) -> Result<Vec<EventBody>, Fault> {
        if let Some(other) = self.differs(body)? {
            let detail = format!("says another {other} than the event");
            return Err(Fault::unreadable(self.reader.place("twin:told"), detail));
        }
        if told::order_of(body).is_none() || !self.reader.is_for_another_plant() {
            return Ok(vec![body.clone()]);
        }
        match body {
            EventBody::GoodsReceived(_) => self.creations(),
            _ => {
                let detail = "material that moves for an order of another plant";
                Err(Fault::no_place(self.reader.at, detail))
            }
        }
    }

    /// What the standard's fields say otherwise than the twin's own words.
    fn differs(&self, body: &EventBody) -> Result<Option<&'static str>, Fault> {
        let (reader, event) = (self.reader, self.reader.event);
        let lots = reader.lots(self.things, "epcList", "quantityList")?;
        let told = told::named_lots(body);
        let is_named = |lot: &LotId| lots.iter().any(|named| named.lot == *lot);
        let amounts = || lots.iter().map(|named| named.quantity);
        let quantity = told::quantity_of(body);
        Ok(
            if !told.is_empty() && (told.len() != lots.len() || !told.iter().all(is_named)) {
                Some("lot")
            } else if !told.is_empty() && amounts().any(|amount| amount != quantity) {
                Some("amount")
            } else if told::order_of(body) != reader.order().as_ref() {
                Some("order")
            } else if event.biz_step.as_deref() != Some(told::step_of(body)) {
                Some("step")
            } else {
                None
            },
        )
    }

    fn lots(&self) -> Result<Vec<NamedLot>, Fault> {
        let lots = self.reader.lots(self.things, "epcList", "quantityList")?;
        if lots.is_empty() {
            return Err(Fault::no_place(self.reader.at, "names no lot"));
        }
        Ok(lots)
    }

    fn creations(&self) -> Result<Vec<EventBody>, Fault> {
        let (reader, event) = (self.reader, self.reader.event);
        let usage = match event.disposition.as_deref() {
            None => Usage::default(),
            Some(word) => words::usage_of(word).ok_or_else(|| {
                let detail = format!("a lot that has just come cannot be {word}");
                Fault::no_place(reader.place("disposition"), detail)
            })?,
        };
        let expiry = match event.ilmd.expiry {
            Some(expiry) => Some(expiry),
            None => self.end_of_last_day()?,
        };
        let created = self.lots()?.into_iter().map(|named| {
            Ok(EventBody::LotCreated(LotCreated {
                material: named.required_material()?,
                quantity: named.required_quantity()?,
                measured: event.extension.measured,
                lot: named.lot,
                order: reader.order(),
                op: event.extension.op.clone(),
                produced_at: event.ilmd.produced_at,
                expiry,
                usage,
            }))
        });
        created.collect()
    }

    /// A lot is good up to the midnight that ends its last day, where it was made.
    fn end_of_last_day(&self) -> Result<Option<Time>, Fault> {
        let event = self.reader.event;
        let Some(day) = &event.ilmd.last_day else {
            return Ok(None);
        };
        let next = day.parse::<Date>().and_then(|day| day.tomorrow());
        let end = next.and_then(|next| {
            event
                .offset
                .to_timestamp(next.to_datetime(Default::default()))
        });
        match end {
            Ok(end) => Ok(Some(Time::from_micros(end.as_microsecond()))),
            Err(_) => {
                let at = self.reader.place("ilmd.cbvmda:itemExpirationDate");
                Err(Fault::unreadable(at, format!("{day:?} is no date")))
            }
        }
    }

    fn counts(&self) -> Result<Vec<EventBody>, Fault> {
        let reader = self.reader;
        let booked = reader.event.extension.booked.unwrap_or(Amount::ZERO);
        let counted = self.lots()?.into_iter().map(|named| {
            let counted = named.required_quantity()?;
            let unit = counted.unit;
            Ok(EventBody::StockAdjusted(StockAdjusted {
                lot: named.lot,
                counted,
                booked: Quantity {
                    value: booked,
                    unit,
                },
                reason: self.required(&reader.event.extension.reason, "twin:reason")?,
            }))
        });
        counted.collect()
    }

    /// A hold of the twin's own, or one for each lot that somebody else has set apart.
    fn holds(&self) -> Result<Vec<EventBody>, Fault> {
        let (reader, event) = (self.reader, self.reader.event);
        let extension = &event.extension;
        if let Some(hold) = &extension.hold {
            return Ok(vec![EventBody::HoldPlaced(HoldPlaced {
                hold: hold.clone(),
                scope: self.required(&extension.scope, "twin:scope")?,
                reason: self.required(&extension.reason, "twin:reason")?,
                placed_by: extension.by.clone(),
                ncr: extension.ncr.clone(),
                propagate: extension.propagate.unwrap_or(true),
            })]);
        }
        let state = event.disposition.as_deref().unwrap_or("no disposition");
        let state: String = state.chars().take(96).collect();
        let lots = self.lots()?.into_iter().enumerate();
        let held = lots.map(|(n, named)| {
            let Ok(hold) = reader.numbered_id(n).as_str().parse() else {
                unreachable!("what is an id of an event is one of a hold")
            };
            Ok(EventBody::HoldPlaced(HoldPlaced {
                hold,
                scope: HoldScope::Lot(named.lot),
                reason: format!("set apart, says an EPCIS event ({state})").into(),
                placed_by: None,
                ncr: None,
                propagate: true,
            }))
        });
        held.collect()
    }

    fn release(&self) -> Result<EventBody, Fault> {
        let extension = &self.reader.event.extension;
        Ok(EventBody::HoldReleased(HoldReleased {
            hold: self.required(&extension.hold, "twin:hold")?,
            disposition: self.required(&extension.decision, "twin:decision")?,
            released_by: self.required(&extension.by, "twin:by")?,
        }))
    }

    fn request(&self) -> Result<EventBody, Fault> {
        let reader = self.reader;
        let (units, lots) = reader.units_and_lots(self.things, "epcList", "quantityList")?;
        let lots = lots.into_iter().map(NamedLot::with_quantity);
        Ok(EventBody::ShipmentRequested(ShipmentRequested {
            delivery: self.delivery()?,
            customer: self.reader.event.extension.customer.clone(),
            lots: lots.collect::<Result<_, Fault>>()?,
            units,
        }))
    }

    fn confirmation(&self) -> Result<EventBody, Fault> {
        let extension = &self.reader.event.extension;
        Ok(EventBody::ShipmentConfirmed(ShipmentConfirmed {
            delivery: self.delivery()?,
            gate_token: self.required(&extension.gate_token, "twin:gateToken")?,
            shipped_at: extension.shipped_at,
        }))
    }

    fn cancellation(&self) -> Result<EventBody, Fault> {
        let reason: SmolStr = self.required(&self.reader.event.extension.reason, "twin:reason")?;
        Ok(EventBody::ShipmentCancelled(ShipmentCancelled {
            delivery: self.delivery()?,
            reason,
        }))
    }

    fn delivery(&self) -> Result<crate::DeliveryId, Fault> {
        let at = self.reader.place("bizTransactionList");
        let detail = "names no delivery of a twin (desadv)";
        let delivery = self.reader.delivery();
        delivery.ok_or_else(|| Fault::unreadable(at, detail))
    }

    fn required<T: Clone>(&self, value: &Option<T>, name: &str) -> Result<T, Fault> {
        let missing = || Fault::unreadable(self.reader.place(name), "is missing");
        value.clone().ok_or_else(missing)
    }
}
