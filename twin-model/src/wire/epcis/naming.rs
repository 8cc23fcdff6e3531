//! What the things of a plant are called in EPCIS, and back.
//!
//! A lot of a material with a GTIN is named by GTIN and lot number; everything else has a private
//! name (`uri.rs`). A name is used only if it reads back to exactly the same thing.

use std::collections::BTreeMap;

use super::event::{BizTransaction, QuantityElement, Things};
use super::gs1::{Gtin, Key, sscc};
use super::uri::{is_uri, private, private_parts};
use crate::{
    Amount, DeliveryId, EventId, LogisticUnitId, LotId, MaterialId, PlantId, Quantity, SourceId,
    Unit, WorkCenterId, WorkOrderId,
};

/// The names of one plant.
#[derive(Debug, Clone)]
pub struct Naming {
    plant: PlantId,
    source: SourceId,
    gtins: BTreeMap<MaterialId, Gtin>,
    materials: BTreeMap<Gtin, MaterialId>,
}

/// Two materials with one GTIN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("materials {one} and {other} have the same GTIN {gtin}; a GTIN names one material")]
pub struct GtinTaken {
    one: MaterialId,
    other: MaterialId,
    gtin: Gtin,
}

/// What a name of the dimension "what" stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A lot, with its material where the name tells it.
    Lot(LotId, Option<MaterialId>),
    /// One piece with a number of its own: a lot of one piece.
    Piece(LotId, MaterialId),
    /// A packing unit.
    Unit(LogisticUnitId),
    /// A trade item without a lot.
    Item(Gtin),
}

impl Naming {
    /// The names of a plant. What documents of others say is said by `source`.
    ///
    /// # Errors
    /// [`GtinTaken`].
    pub fn new(
        plant: PlantId,
        source: SourceId,
        gtins: BTreeMap<MaterialId, Gtin>,
    ) -> Result<Naming, GtinTaken> {
        let mut materials = BTreeMap::new();
        for (material, gtin) in &gtins {
            if let Some(one) = materials.insert(gtin.clone(), material.clone()) {
                return Err(GtinTaken {
                    one,
                    other: material.clone(),
                    gtin: gtin.clone(),
                });
            }
        }
        Ok(Naming {
            plant,
            source,
            gtins,
            materials,
        })
    }

    /// The plant.
    #[must_use]
    pub fn plant(&self) -> &PlantId {
        &self.plant
    }

    /// Adds so much of a lot to a list of things.
    pub(super) fn add(
        &self,
        things: &mut Things,
        lot: &LotId,
        material: Option<&MaterialId>,
        quantity: Quantity,
    ) {
        let key = material.and_then(|material| self.key(lot, material));
        let one = quantity.unit == Unit::PIECE && quantity.value == Amount::ONE;
        let is_piece = matches!(key, Some(Key::Serial(..)));
        let link = key.as_ref().and_then(Key::link);
        // Single things are read before amounts: the order of the list must not change.
        if let Some(link) = &link
            && is_piece
            && one
            && things.quantities.is_empty()
            && !things.epcs.contains(link)
        {
            things.epcs.push(link.clone());
            return;
        }
        let class = link.filter(|_| !is_piece);
        let class = class.unwrap_or_else(|| self.private_lot(lot, material));
        things.quantities.push(QuantityElement::of(class, quantity));
    }

    /// The name of a packing unit.
    pub(super) fn unit(&self, unit: &LogisticUnitId) -> String {
        let link = sscc(unit.as_str()).and_then(|sscc| Key::Unit(sscc).link());
        link.unwrap_or_else(|| private("unit", &[self.plant.as_str(), unit.as_str()]))
    }

    /// A lot without an amount.
    pub(super) fn whole(&self, lot: &LotId, material: Option<&MaterialId>) -> QuantityElement {
        let key = material.and_then(|material| self.key(lot, material));
        let link = key.filter(|key| matches!(key, Key::Lot(..)));
        let link = link.as_ref().and_then(Key::link);
        QuantityElement {
            epc_class: link.unwrap_or_else(|| self.private_lot(lot, material)),
            quantity: None,
            uom: None,
        }
    }

    fn private_lot(&self, lot: &LotId, material: Option<&MaterialId>) -> String {
        let material = material.map_or("", MaterialId::as_str);
        private("lot", &[self.plant.as_str(), material, lot.as_str()])
    }

    /// The GS1 key of a lot, if that reads back to the same lot.
    fn key(&self, lot: &LotId, material: &MaterialId) -> Option<Key> {
        let of_own = |gtin: &Gtin| Key::Lot(gtin.clone(), lot.to_string());
        let of_others = || {
            let (gtin, number) = lot.as_str().split_at_checked(14)?;
            let gtin: Gtin = gtin.parse().ok()?;
            let lot = number.strip_prefix("/10/").map(str::to_owned);
            let serial = number.strip_prefix("/21/").map(str::to_owned);
            lot.map(|lot| Key::Lot(gtin.clone(), lot))
                .or_else(|| serial.map(|serial| Key::Serial(gtin.clone(), serial)))
        };
        let keys = [of_others(), self.gtins.get(material).map(of_own)];
        keys.into_iter().flatten().find(|key| {
            key.link().is_some()
                && match self.named_by(key.clone()) {
                    Some(Named::Lot(named, Some(of)) | Named::Piece(named, of)) => {
                        named == *lot && of == *material
                    }
                    _ => false,
                }
        })
    }

    /// What a name stands for; `None` when it says nothing here.
    pub(super) fn read(&self, uri: &str) -> Option<Named> {
        if let Some([_, material, lot]) = private_parts(uri, "lot") {
            let material = match material.as_str() {
                "" => None,
                named => Some(named.parse().ok()?),
            };
            return Some(Named::Lot(lot.parse().ok()?, material));
        }
        if let Some([_, unit]) = private_parts(uri, "unit") {
            return unit.parse().ok().map(Named::Unit);
        }
        self.named_by(Key::read(uri)?)
    }

    /// Lots of others are told apart by their GTIN: lot numbers are unique within one item only.
    fn named_by(&self, key: Key) -> Option<Named> {
        let material_of = |gtin: &Gtin| match self.materials.get(gtin) {
            Some(material) => Ok(material.clone()),
            None => gtin.as_str().parse(),
        };
        Some(match key {
            Key::Lot(gtin, lot) => {
                let id = match self.materials.contains_key(&gtin) {
                    true => lot,
                    false => format!("{gtin}/10/{lot}"),
                };
                Named::Lot(id.parse().ok()?, Some(material_of(&gtin).ok()?))
            }
            Key::Serial(gtin, serial) => {
                let id = format!("{gtin}/21/{serial}");
                Named::Piece(id.parse().ok()?, material_of(&gtin).ok()?)
            }
            Key::Item(gtin) => Named::Item(gtin),
            Key::Unit(sscc) => Named::Unit(sscc.as_str().parse().ok()?),
        })
    }

    /// An event's own name.
    pub(super) fn event(&self, source: &SourceId, id: &EventId) -> String {
        if *source == self.source && is_uri(id.as_str()) && own_event(id.as_str()).is_none() {
            return id.to_string();
        }
        let parts = [self.plant.as_str(), source.as_str(), id.as_str()];
        private("event", &parts)
    }

    /// Who says an event of this name, and under which id; `None` for a name that is too long or
    /// has blanks.
    pub(super) fn read_event(&self, uri: &str) -> Option<(SourceId, EventId)> {
        own_event(uri).or_else(|| Some((self.source.clone(), uri.parse().ok()?)))
    }

    /// Who says what documents of others say.
    #[must_use]
    pub fn source(&self) -> &SourceId {
        &self.source
    }

    pub(super) fn order(&self, order: &WorkOrderId) -> BizTransaction {
        BizTransaction {
            kind: Some(super::words::PRODUCTION_ORDER.to_owned()),
            document: private("order", &[self.plant.as_str(), order.as_str()]),
        }
    }

    pub(super) fn delivery(&self, delivery: &DeliveryId) -> BizTransaction {
        BizTransaction {
            kind: Some(super::words::DESPATCH.to_owned()),
            document: private("delivery", &[self.plant.as_str(), delivery.as_str()]),
        }
    }

    /// Where a work center is.
    pub(super) fn work_center(&self, id: &WorkCenterId) -> String {
        private("work_center", &[self.plant.as_str(), id.as_str()])
    }

    /// Where the plant is.
    pub(super) fn location(&self) -> String {
        private("plant", &[self.plant.as_str()])
    }
}

fn own_event(uri: &str) -> Option<(SourceId, EventId)> {
    let [_, source, id] = private_parts(uri, "event")?;
    Some((source.parse().ok()?, id.parse().ok()?))
}
