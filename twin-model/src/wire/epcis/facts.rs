//! What a plant's journal says of its lots, to be written as an EPCIS document.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::export::Exporter;
use super::{EpcisDocument, Naming, told};
use crate::retraction::Kept;
use crate::{
    DeliveryId, Entity, Event, EventBody, EventId, HoldScope, LogisticUnitId, LotId, LotPacked,
    Ownership, Plant, SourceId, Time, WorkOrderId,
};

/// Events in one document; a plant with more is written lot by lot.
pub const EVENTS_PER_DOCUMENT_MAX: usize = 1_000_000;

/// The facts that an export writes, gathered from the events of a journal in their order.
#[derive(Debug, Clone, Default)]
pub struct LotFacts {
    /// As it was when each event came: what its source did not own is a claim and no fact.
    ownership: Option<Ownership>,
    events: Vec<Event>,
}

/// More facts than one document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{found} events, and a document has at most {EVENTS_PER_DOCUMENT_MAX}; export lot by lot")]
pub struct TooManyEvents {
    found: usize,
}

impl LotFacts {
    /// Takes an event that was applied.
    pub fn note(&mut self, event: Event) {
        let table = self.ownership.as_ref();
        let writer = Ownership::writer_in(table, &event.source);
        let mut fields = event.body.writes().iter();
        if !fields.all(|field| writer.may_write(Ownership::owners_in(table, *field))) {
            return;
        }
        match &event.body {
            EventBody::OwnershipPublished(body) => {
                let ownership = self.ownership.get_or_insert_default();
                if ownership.publish(body).is_err() {
                    unreachable!("the publication was applied before")
                }
            }
            body if Exporter::writes(body) => self.events.push(event),
            _ => {}
        }
    }

    /// The document of the whole plant, or of one lot: what it was made from, what became of it,
    /// and what else went into that. `plant` is how the plant stands after the events; local times
    /// are those of `zone`.
    ///
    /// # Errors
    /// [`TooManyEvents`].
    pub fn document(
        &self,
        plant: &Plant,
        lot: Option<&LotId>,
        naming: &Naming,
        zone: &TimeZone,
        creation_date: Time,
    ) -> Result<EpcisDocument, TooManyEvents> {
        let family = lot.map(|lot| family(lot, plant));
        let about = About::of(plant, &self.events);
        let wanted = |event: &&Event| {
            family.as_ref().is_none_or(|family| {
                let lots = about.lots_of(event);
                lots.iter().any(|lot| family.contains(lot))
            })
        };
        let exporter = Exporter {
            about: &about,
            naming,
            zone,
        };
        let events: Vec<_> = self
            .events
            .iter()
            .filter(wanted)
            .filter_map(|event| match &event.body {
                EventBody::EventRetracted(body) => {
                    // Without the event itself nobody could read what was wrong.
                    let source = body.source(&event.source);
                    let wrong = about.said.get(&(source, &body.event))?;
                    Some(exporter.declaration(event, body, wrong))
                }
                _ => Some(exporter.event(event)),
            })
            .collect();
        if events.len() > EVENTS_PER_DOCUMENT_MAX {
            let found = events.len();
            return Err(TooManyEvents { found });
        }
        Ok(EpcisDocument {
            creation_date,
            events,
        })
    }
}

/// A lot with everything that it was made from and that was made from it, and everything that went
/// into those.
fn family(lot: &LotId, plant: &Plant) -> BTreeSet<LotId> {
    let reach = |from: BTreeSet<LotId>, next: &dyn Fn(&LotId) -> Vec<LotId>| {
        let mut queue: Vec<LotId> = from.iter().cloned().collect();
        let mut seen = from;
        while let Some(lot) = queue.pop() {
            for lot in next(&lot) {
                if seen.insert(lot.clone()) {
                    queue.push(lot);
                }
            }
        }
        seen
    };
    let children = |lot: &LotId| {
        let children = plant.lot(lot).map(|lot| lot.children().keys().cloned());
        children.into_iter().flatten().collect()
    };
    let parents = |lot: &LotId| {
        let parents = plant.lot(lot).map(|lot| lot.parents().keys().cloned());
        parents.into_iter().flatten().collect()
    };
    reach(reach(BTreeSet::from([lot.clone()]), &children), &parents)
}

/// Which lots an event is about.
pub(super) struct About<'p> {
    pub(super) plant: &'p Plant,
    /// Also of orders that the plant does not know.
    made_for: BTreeMap<&'p WorkOrderId, BTreeSet<&'p LotId>>,
    /// Everything that was ever packed into each unit itself.
    packed: BTreeMap<&'p LogisticUnitId, Vec<&'p LotPacked>>,
    /// What may be taken back, by source and id.
    said: BTreeMap<(&'p SourceId, &'p EventId), &'p Event>,
}

impl<'p> About<'p> {
    fn of(plant: &'p Plant, events: &'p [Event]) -> About<'p> {
        let mut packed: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut said = BTreeMap::new();
        for event in events {
            if let EventBody::LotPacked(body) = &event.body {
                packed.entry(&body.unit).or_default().push(body);
            }
            if Kept::of(event.body.type_name()).is_some() {
                said.insert((&event.source, &event.id), event);
            }
        }
        let mut made_for: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for entity in plant.entities() {
            match entity {
                Entity::Lot(lot) => {
                    if let Some(order) = lot.order() {
                        made_for.entry(order).or_default().insert(lot.id());
                    }
                }
                Entity::WorkOrder(order) => {
                    made_for
                        .entry(order.id())
                        .or_default()
                        .extend(order.lots().keys());
                }
                _ => {}
            }
        }
        About {
            plant,
            made_for,
            packed,
            said,
        }
    }

    fn lots_of(&self, event: &Event) -> Vec<LotId> {
        match &event.body {
            // Those of what is taken back.
            EventBody::EventRetracted(body) => {
                let named = (body.source(&event.source), &body.event);
                let wrong = self.said.get(&named);
                wrong.map_or_else(Vec::new, |wrong| self.lots_of(wrong))
            }
            EventBody::LotCreated(body) => vec![body.lot.clone()],
            EventBody::LotTransformed(body) => {
                let outputs = body.outputs.iter().map(|output| &output.lot);
                outputs.cloned().collect()
            }
            EventBody::LotSplit(body) => {
                let children = body.children.iter().map(|child| &child.lot);
                children.cloned().collect()
            }
            EventBody::LotMerged(body) => vec![body.child.lot.clone()],
            EventBody::LotPacked(body) => {
                let mut lots = self.ever_in(&body.units);
                match body.takes_all_out() {
                    true => lots.extend(self.ever_in(std::slice::from_ref(&body.unit))),
                    false => lots.extend(body.lots.iter().map(|line| line.lot.clone())),
                }
                lots
            }
            EventBody::StockAdjusted(body) => vec![body.lot.clone()],
            EventBody::HoldPlaced(body) => self.held(&body.scope),
            EventBody::HoldReleased(body) => {
                let hold = self.plant.hold(&body.hold);
                hold.map_or_else(Vec::new, |hold| self.held(hold.scope()))
            }
            EventBody::ShipmentRequested(body) => {
                let lots = body.lots.iter().map(|line| line.lot.clone());
                lots.chain(self.ever_in(&body.units)).collect()
            }
            EventBody::ShipmentConfirmed(body) => self.shipped(&body.delivery),
            EventBody::ShipmentCancelled(body) => self.shipped(&body.delivery),
            body => told::lots(body, self.plant),
        }
    }

    fn shipped(&self, delivery: &DeliveryId) -> Vec<LotId> {
        let Some(shipment) = self.plant.shipment(delivery) else {
            return Vec::new();
        };
        let lots = shipment.lots().iter().map(|(lot, _)| lot.clone());
        lots.chain(self.ever_in(shipment.units())).collect()
    }

    /// Lots that were ever packed into some units, at any depth.
    fn ever_in(&self, units: &[LogisticUnitId]) -> Vec<LotId> {
        let mut seen: BTreeSet<&LogisticUnitId> = units.iter().collect();
        let mut stack: Vec<&LogisticUnitId> = seen.iter().copied().collect();
        let mut lots = Vec::new();
        while let Some(unit) = stack.pop() {
            for body in self.packed.get(unit).into_iter().flatten() {
                lots.extend(body.lots.iter().map(|line| line.lot.clone()));
                stack.extend(body.units.iter().filter(|inner| seen.insert(inner)));
            }
        }
        lots
    }

    /// The lots that a hold meets itself; what is made from them follows from their genealogy.
    pub(super) fn held(&self, scope: &HoldScope) -> Vec<LotId> {
        match scope {
            HoldScope::Lot(lot) => vec![lot.clone()],
            HoldScope::WorkOrder(order) => {
                let lots = self.made_for.get(order).into_iter().flatten();
                lots.copied().cloned().collect()
            }
            HoldScope::MaterialWindow(_) | HoldScope::WorkCenterWindow(_) => {
                let mut lots: BTreeSet<LotId> = scope.lots(self.plant).into_iter().collect();
                lots.extend(scope.presumed(self.plant).map(|(lot, _)| lot.clone()));
                lots.into_iter().collect()
            }
            HoldScope::WorkCenter(_) => Vec::new(),
        }
    }
}
