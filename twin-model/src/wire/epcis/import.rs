//! EPCIS events as events of the twin: all of an event, or a fault with its place.

use std::collections::BTreeMap;

use super::declared;
use super::event::{Action, EpcisEvent, LotChange, Things, What};
use super::fault::Fault;
use super::naming::{Named, Naming};
use super::object::Object;
use super::reading::{self, Found};
use super::uri::{is_uri, private_parts};
use super::words;
use crate::wire::limits;
use crate::{
    Amount, DeliveryId, Event, EventBody, EventId, ID_BYTES_MAX, LogisticUnitId, LotId, LotMerged,
    LotPacked, LotQuantity, LotSplit, LotTransformed, MaterialId, PackAction, ProducedLot,
    Quantity, SourceId, SplitPart, TimeWindow, Unit, WorkCenterId, WorkOrderId,
};

/// What became of one event of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadEvent<'a> {
    /// Path in the document.
    pub at: String,
    /// The event as it came.
    pub raw: &'a str,
    /// Who says it.
    pub source: SourceId,
    /// Its id at the twin, the same on every reading; of the first, when it becomes several.
    pub id: EventId,
    /// Events of the twin, at least one; or why there is none.
    pub outcome: Result<Vec<Event>, Fault>,
}

/// Reads a document, a query's answer, a list of events, or one event. Every event in it is
/// answered for; a text that has none because it cannot be read is one answer for itself.
#[must_use]
pub fn read<'a>(text: &'a str, naming: &Naming) -> Vec<ReadEvent<'a>> {
    let mut seen = BTreeMap::new();
    match reading::events(text) {
        Ok(found) => {
            let found = found.iter();
            found
                .map(|found| read_one(found, naming, &mut seen))
                .collect()
        }
        Err(fault) => vec![ReadEvent {
            at: "$".to_owned(),
            raw: text,
            source: naming.source().clone(),
            id: digest_id(text, 0),
            outcome: Err(fault),
        }],
    }
}

fn read_one<'a>(
    found: &Found<'a>,
    naming: &Naming,
    seen: &mut BTreeMap<EventId, u32>,
) -> ReadEvent<'a> {
    let mut read = ReadEvent {
        at: found.at.clone(),
        raw: found.raw.get(),
        source: naming.source().clone(),
        id: digest_id(found.raw.get(), 0),
        outcome: Ok(Vec::new()),
    };
    let event = match reading::event(found) {
        Ok(event) => event,
        Err(fault) => {
            read.outcome = Err(fault);
            return read;
        }
    };
    (read.source, read.id) = match event.id.as_deref() {
        Some(uri) => match naming.read_event(uri) {
            Some(named) => named,
            None => (naming.source().clone(), digest_id(uri, 0)),
        },
        // Events without names that say the same are told apart by their place among their equals.
        None => {
            let content = reading::content(found.raw);
            let count = seen.entry(digest_id(&content, 0)).or_insert(0);
            *count += 1;
            (naming.source().clone(), digest_id(&content, *count - 1))
        }
    };
    if let Some(uri) = event.id.as_deref().filter(|uri| !is_uri(uri)) {
        let detail = format!("{:?} is no URI", uri.chars().take(96).collect::<String>());
        let at = format!("{}.eventID", found.at);
        read.outcome = Err(Fault::unreadable(at, detail));
        return read;
    }
    let reader = Reader {
        naming,
        event: &event,
        id: &read.id,
        at: &found.at,
    };
    let bodies = reader.bodies();
    let time = event.error.as_ref().map_or(event.time, |it| it.declared_at);
    if let Some(teller) = declared::teller(&event, naming) {
        (read.source, read.id) = teller;
    }
    read.outcome = bodies.map(|bodies| {
        let events = bodies.into_iter().enumerate().map(|(n, body)| Event {
            id: nth_id(&read.id, n),
            source: read.source.clone(),
            plant: naming.plant().clone(),
            time,
            sequence: event.extension.sequence.clone(),
            correlation: event.extension.correlation.clone(),
            body,
        });
        events.collect()
    });
    read
}

/// An id for what has none of its own: 128 bits of BLAKE3 over what it says.
fn digest_id(text: &str, count: u32) -> EventId {
    let hex = blake3::hash(text.as_bytes()).to_hex();
    match format!("urn:plant-twin:digest:{}:{count}", &hex[..32]).parse() {
        Ok(id) => id,
        Err(error) => unreachable!("a digest is a short text: {error}"),
    }
}

/// The first event has the id itself.
fn nth_id(id: &EventId, n: usize) -> EventId {
    if n == 0 {
        return id.clone();
    }
    let numbered = format!("{id}#{}", n + 1);
    if numbered.len() <= ID_BYTES_MAX
        && let Ok(id) = numbered.parse()
    {
        return id;
    }
    digest_id(id.as_str(), u32::try_from(n).unwrap_or(u32::MAX))
}

const ONE_PIECE: Quantity = Quantity {
    value: Amount::ONE,
    unit: Unit::PIECE,
};

/// What reading the content of an event needs.
pub(super) struct Reader<'a> {
    pub(super) naming: &'a Naming,
    pub(super) event: &'a EpcisEvent,
    id: &'a EventId,
    pub(super) at: &'a str,
}

/// A lot among the things of an event.
pub(super) struct NamedLot {
    pub(super) lot: LotId,
    pub(super) material: Option<MaterialId>,
    /// `None` where the event does not say how much.
    pub(super) quantity: Option<Quantity>,
    pub(super) at: String,
}

impl Reader<'_> {
    fn bodies(&self) -> Result<Vec<EventBody>, Fault> {
        match &self.event.error {
            Some(error) => Ok(vec![self.declared(error)?]),
            None => self.content(),
        }
    }

    /// What it says, whether that was wrong or not.
    pub(super) fn content(&self) -> Result<Vec<EventBody>, Fault> {
        let bodies = match &self.event.what {
            What::Object { action, things } => Object {
                reader: self,
                action: *action,
                things,
            }
            .bodies()?,
            What::Transformation {
                inputs,
                outputs,
                id,
            } => vec![self.transformation(inputs, outputs, id.as_deref())?],
            What::Aggregation {
                action,
                parent,
                children,
            } => vec![self.packing(*action, parent.as_deref(), children)?],
            What::Association { .. } => {
                let detail = "things that become part of another thing are not followed; a lot \
                              that goes into another is a TransformationEvent";
                return Err(Fault::no_place(self.place("type"), detail));
            }
        };
        for body in &bodies {
            limits::check(body).map_err(|broken| {
                let detail = format!(
                    "as {} at {}: {}",
                    body.type_name(),
                    broken.path,
                    broken.detail
                );
                Fault::unreadable(self.at, detail)
            })?;
        }
        Ok(bodies)
    }

    /// The id of the nth event that follows from this one.
    pub(super) fn numbered_id(&self, n: usize) -> EventId {
        nth_id(self.id, n)
    }

    pub(super) fn place(&self, field: &str) -> String {
        format!("{}.{field}", self.at)
    }

    fn transformation(
        &self,
        inputs: &Things,
        outputs: &Things,
        id: Option<&str>,
    ) -> Result<EventBody, Fault> {
        if id.is_some() {
            let detail = "a transformation told in parts: what became of what is not known from \
                          one of them";
            return Err(Fault::no_place(self.place("transformationID"), detail));
        }
        let inputs = self.lots(inputs, "inputEPCList", "inputQuantityList")?;
        let outputs = self.lots(outputs, "outputEPCList", "outputQuantityList")?;
        match self.event.extension.change {
            Some(LotChange::Split) => return self.split(&inputs, outputs),
            Some(LotChange::Merged) => return self.merger(inputs, outputs),
            None => {}
        }
        let inputs = inputs.into_iter().map(NamedLot::with_quantity);
        let outputs = outputs.into_iter().map(NamedLot::produced);
        Ok(EventBody::LotTransformed(LotTransformed {
            order: self.order(),
            op: self.event.extension.op.clone(),
            inputs: inputs.collect::<Result<_, Fault>>()?,
            outputs: outputs.collect::<Result<_, Fault>>()?,
        }))
    }

    fn split(&self, inputs: &[NamedLot], outputs: Vec<NamedLot>) -> Result<EventBody, Fault> {
        let [parent] = inputs else {
            let detail = format!("{} lots are split; one is expected", inputs.len());
            return Err(Fault::unreadable(self.at, detail));
        };
        let told = &self.event.extension.stock;
        let children = outputs.into_iter().map(|part| {
            let LotQuantity { lot, quantity } = part.with_quantity()?;
            let mut told = told.iter().filter(|part| part.lot == lot);
            let usage = told.next().map(|part| part.usage);
            Ok(SplitPart {
                lot,
                quantity,
                usage,
            })
        });
        Ok(EventBody::LotSplit(LotSplit {
            parent: parent.lot.clone(),
            children: children.collect::<Result<_, Fault>>()?,
        }))
    }

    fn merger(&self, inputs: Vec<NamedLot>, outputs: Vec<NamedLot>) -> Result<EventBody, Fault> {
        let Ok([child]) = <[NamedLot; 1]>::try_from(outputs) else {
            let detail = "a merger gives one lot";
            return Err(Fault::unreadable(self.at, detail));
        };
        let parents = inputs.into_iter().map(NamedLot::with_quantity);
        let extension = &self.event.extension;
        let window = match (extension.from, extension.to) {
            (Some(from), Some(to)) => Some(TimeWindow { from, to }),
            _ => None,
        };
        Ok(EventBody::LotMerged(LotMerged {
            parents: parents.collect::<Result<_, Fault>>()?,
            child: child.produced()?,
            tank: self.tank(),
            window,
        }))
    }

    /// Lots and units go into a unit, or come out of it.
    fn packing(
        &self,
        action: Action,
        parent: Option<&str>,
        children: &Things,
    ) -> Result<EventBody, Fault> {
        let action = match action {
            Action::Add => PackAction::Add,
            Action::Delete => PackAction::Remove,
            Action::Observe => {
                let detail = "what is only seen together says not that it was packed";
                return Err(Fault::no_place(self.place("action"), detail));
            }
        };
        let at = self.place("parentID");
        let missing = || Fault::no_place(at.clone(), "says not what it is packed into");
        let parent = parent.ok_or_else(missing)?;
        let Some(Named::Unit(unit)) = self.naming.read(parent) else {
            let shown: String = parent.chars().take(96).collect();
            return Err(Fault::no_place(at, format!("{shown:?} names no unit")));
        };
        let (units, lots) = self.units_and_lots(children, "childEPCs", "childQuantityList")?;
        let lots = lots.into_iter().map(NamedLot::with_quantity);
        Ok(EventBody::LotPacked(LotPacked {
            unit,
            lots: lots.collect::<Result<_, Fault>>()?,
            units,
            action,
        }))
    }

    /// Units among single things, and what else there is as lots.
    pub(super) fn units_and_lots(
        &self,
        things: &Things,
        epcs: &str,
        quantities: &str,
    ) -> Result<(Vec<LogisticUnitId>, Vec<NamedLot>), Fault> {
        let mut units = Vec::new();
        let mut rest = things.clone();
        rest.epcs.retain(|uri| match self.naming.read(uri) {
            Some(Named::Unit(unit)) => {
                units.push(unit);
                false
            }
            _ => true,
        });
        Ok((units, self.lots(&rest, epcs, quantities)?))
    }

    fn tank(&self) -> Option<WorkCenterId> {
        let read_point = self.event.read_point.as_deref()?;
        let [_, tank] = private_parts(read_point, "work_center")?;
        tank.parse().ok()
    }

    /// Single things are lots of one piece; they come before the amounts.
    pub(super) fn lots(
        &self,
        things: &Things,
        epcs: &str,
        quantities: &str,
    ) -> Result<Vec<NamedLot>, Fault> {
        let mut lots = Vec::new();
        for (n, uri) in things.epcs.iter().enumerate() {
            let at = self.place(&format!("{epcs}[{n}]"));
            let (lot, material) = self.lot(uri, &at)?;
            lots.push(NamedLot {
                lot,
                material,
                quantity: Some(ONE_PIECE),
                at,
            });
        }
        for (n, element) in things.quantities.iter().enumerate() {
            let at = self.place(&format!("{quantities}[{n}]"));
            let (lot, material) = self.lot(&element.epc_class, &format!("{at}.epcClass"))?;
            let unit = element.uom.unwrap_or(Unit::PIECE);
            let quantity = element.quantity.map(|value| Quantity { value, unit });
            lots.push(NamedLot {
                lot,
                material,
                quantity,
                at,
            });
        }
        Ok(lots)
    }

    fn lot(&self, uri: &str, at: &str) -> Result<(LotId, Option<MaterialId>), Fault> {
        let detail = match self.naming.read(uri) {
            Some(Named::Lot(lot, material)) => return Ok((lot, material)),
            Some(Named::Piece(lot, material)) => return Ok((lot, Some(material))),
            Some(Named::Unit(unit)) => format!("packing unit {unit} is no lot"),
            Some(Named::Item(gtin)) => {
                format!("GTIN {gtin} without a lot or serial number: genealogy needs to know which")
            }
            None => {
                let shown: String = uri.chars().take(96).collect();
                format!("{shown:?} names no lot that can be told from others")
            }
        };
        Err(Fault::no_place(at, detail))
    }

    /// The twin's order that the event belongs to. Orders of others are not the plant's.
    pub(super) fn order(&self) -> Option<WorkOrderId> {
        let [_, order] = self.document(words::PRODUCTION_ORDER, "order")?;
        order.parse().ok()
    }

    /// Whether it belongs to an order of another plant.
    pub(super) fn is_for_another_plant(&self) -> bool {
        let order = self.document(words::PRODUCTION_ORDER, "order");
        order.is_some_and(|[plant, _]| plant != self.naming.plant().as_str())
    }

    pub(super) fn delivery(&self) -> Option<DeliveryId> {
        let [_, delivery] = self.document(words::DESPATCH, "delivery")?;
        delivery.parse().ok()
    }

    fn document(&self, kind: &str, name: &str) -> Option<[String; 2]> {
        let of_kind = |document: &&super::BizTransaction| document.kind.as_deref() == Some(kind);
        let documents = self.event.transactions.iter().filter(of_kind);
        let mut named = documents.filter_map(|d| private_parts(&d.document, name));
        named.next()
    }
}

impl NamedLot {
    pub(super) fn with_quantity(self) -> Result<LotQuantity, Fault> {
        Ok(LotQuantity {
            quantity: self.required_quantity()?,
            lot: self.lot,
        })
    }

    fn produced(self) -> Result<ProducedLot, Fault> {
        Ok(ProducedLot {
            material: self.required_material()?,
            quantity: self.required_quantity()?,
            lot: self.lot,
        })
    }

    pub(super) fn required_quantity(&self) -> Result<Quantity, Fault> {
        let detail = "says not how much";
        self.quantity
            .ok_or_else(|| Fault::no_place(&self.at, detail))
    }

    pub(super) fn required_material(&self) -> Result<MaterialId, Fault> {
        let material = self.material.clone();
        let detail = format!("does not say of which material lot {} is", self.lot);
        material.ok_or_else(|| Fault::no_place(&self.at, detail))
    }
}
