//! What happens to the stock and the quality of lots: movements for orders, changes of status,
//! inspections and nonconformances.
//!
//! The vocabulary says of these which lots are looked at, moved or found wrong, and what they are
//! afterwards, and no more: it has no words for an order's account, for a decision by quantities
//! or for a board. So the event of the twin stands beside the standard's fields as it is, and a
//! twin reads that; which lots it is about must be the same in both.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::event::{Action, EpcisEvent, What};
use super::export::Exporter;
use super::words;
use crate::wire::cloud_event::{data, read_body};
use crate::{EventBody, LotId, Plant, Quantity, WorkOrderId};

/// An event of the twin in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told(pub EventBody);

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written {
            #[serde(rename = "type")]
            type_name: &'static str,
            data: Box<RawValue>,
        }
        let written = Written {
            type_name: self.0.type_name(),
            data: RawValue::from_string(data(&self.0)).map_err(serde::ser::Error::custom)?,
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Told, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Read {
            #[serde(rename = "type")]
            type_name: String,
            data: Box<RawValue>,
        }
        let read = Read::deserialize(deserializer)?;
        let body = read_body("EPCIS", &read.type_name, read.data.get());
        let body = body.map_err(serde::de::Error::custom)?;
        match is_told(&body) {
            true => Ok(Told(body)),
            false => Err(serde::de::Error::custom(format!(
                "{} is said in the words of the standard",
                read.type_name
            ))),
        }
    }
}

/// Whether events of this type are written as they are, beside what the standard says of them. A
/// movement without a lot is about none.
pub(super) fn is_told(body: &EventBody) -> bool {
    match body {
        EventBody::MaterialIssued(body) => body.lot.is_some(),
        EventBody::MaterialConsumed(body) => body.lot.is_some(),
        EventBody::MaterialReturned(body) => body.lot.is_some(),
        EventBody::GoodsReceived(_)
        | EventBody::StockStatusChanged(_)
        | EventBody::InspectionCreated(_)
        | EventBody::InspectionResultRecorded(_)
        | EventBody::InspectionDecided(_)
        | EventBody::InspectionReopened(_)
        | EventBody::InspectionCancelled(_)
        | EventBody::NonconformanceOpened(_)
        | EventBody::NonconformanceContained(_)
        | EventBody::NonconformanceReviewStarted(_)
        | EventBody::NonconformanceDispositioned(_)
        | EventBody::NonconformanceVerified(_)
        | EventBody::NonconformanceClosed(_)
        | EventBody::NonconformanceCancelled(_) => true,
        _ => false,
    }
}

/// The order for which material is moved.
pub(super) fn order_of(body: &EventBody) -> Option<&WorkOrderId> {
    match body {
        EventBody::MaterialIssued(body) => Some(&body.order),
        EventBody::MaterialConsumed(body) => Some(&body.order),
        EventBody::MaterialReturned(body) => Some(&body.order),
        EventBody::GoodsReceived(body) => Some(&body.order),
        _ => None,
    }
}

/// The lots that the event names itself.
pub(super) fn named_lots(body: &EventBody) -> Vec<LotId> {
    match body {
        EventBody::MaterialIssued(body) => body.lot.iter().cloned().collect(),
        EventBody::MaterialConsumed(body) => body.lot.iter().cloned().collect(),
        EventBody::MaterialReturned(body) => body.lot.iter().cloned().collect(),
        EventBody::GoodsReceived(body) => vec![body.lot.clone()],
        EventBody::StockStatusChanged(body) => vec![body.lot.clone()],
        EventBody::InspectionCreated(body) => body.lot.iter().cloned().collect(),
        EventBody::NonconformanceOpened(body) => body.lots.clone(),
        EventBody::NonconformanceDispositioned(body) => {
            let lots: BTreeSet<&LotId> = body.lots.iter().map(|part| &part.lot).collect();
            lots.into_iter().cloned().collect()
        }
        _ => Vec::new(),
    }
}

/// The lots that the event is about: those that it names, or else those of what it names.
pub(super) fn lots(body: &EventBody, plant: &Plant) -> Vec<LotId> {
    let named = named_lots(body);
    if !named.is_empty() {
        return named;
    }
    match body.owner() {
        crate::EntityKey::Inspection(id) => {
            let inspection = plant.inspection(&id);
            let lot = inspection.and_then(crate::Inspection::lot);
            lot.into_iter().cloned().collect()
        }
        crate::EntityKey::Nonconformance(id) => {
            let found = plant.nonconformance(&id);
            let lots = found.map(crate::Nonconformance::lots);
            lots.into_iter().flatten().cloned().collect()
        }
        _ => Vec::new(),
    }
}

impl Exporter<'_> {
    /// Says what the vocabulary has words for, and the rest as it is.
    pub(super) fn tell(&self, body: &EventBody, out: &mut EpcisEvent) {
        let quantity = quantity_of(body);
        if let What::Object { action, things } = &mut out.what {
            for lot in lots(body, self.about.plant) {
                match quantity {
                    Some(quantity) => self.add_known(things, &lot, quantity),
                    None => {
                        let material = self.about.plant.lot(&lot).map(crate::Lot::material);
                        things.quantities.push(self.naming.whole(&lot, material));
                    }
                }
            }
            if matches!(body, EventBody::GoodsReceived(_)) {
                *action = Action::Add;
            }
        }
        if let Some(order) = order_of(body) {
            out.transactions.push(self.naming.order(order));
        }
        out.biz_step = Some(step_of(body).to_owned());
        match body {
            EventBody::GoodsReceived(body) => {
                let usage = body.usage.unwrap_or_default();
                out.disposition = Some(words::disposition_of(usage).to_owned());
            }
            EventBody::StockStatusChanged(body) => {
                let (from, to) = [body.from, body.to].map(words::disposition_of).into();
                out.disposition = Some(to.to_owned());
                out.persistent.set = vec![to.to_owned()];
                out.persistent.unset = vec![from.to_owned()];
            }
            EventBody::InspectionCreated(_) | EventBody::InspectionReopened(_) => {
                out.disposition = Some(words::NOT_KNOWN.to_owned());
            }
            EventBody::NonconformanceOpened(_) => {
                out.disposition = Some(words::NON_CONFORMANT.to_owned());
                out.persistent.set = vec![words::NON_CONFORMANT.to_owned()];
            }
            EventBody::NonconformanceClosed(_) | EventBody::NonconformanceCancelled(_) => {
                out.persistent.unset = vec![words::NON_CONFORMANT.to_owned()];
            }
            _ => {}
        }
        out.extension.told = Some(Told(body.clone()));
    }
}

/// How much of each lot.
pub(super) fn quantity_of(body: &EventBody) -> Option<Quantity> {
    match body {
        EventBody::MaterialIssued(body) => Some(body.quantity),
        EventBody::MaterialConsumed(body) => Some(body.quantity),
        EventBody::MaterialReturned(body) => Some(body.quantity),
        EventBody::GoodsReceived(body) => Some(body.quantity),
        EventBody::StockStatusChanged(body) => body.quantity,
        _ => None,
    }
}

/// The step of the business.
pub(super) fn step_of(body: &EventBody) -> &'static str {
    match body {
        EventBody::MaterialIssued(_) => words::PICKING,
        EventBody::MaterialConsumed(_) => words::CONSUMED,
        EventBody::MaterialReturned(_) => words::STORING,
        EventBody::GoodsReceived(_) => words::CREATING,
        _ => words::INSPECTING,
    }
}
