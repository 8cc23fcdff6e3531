//! The plant that is measured: orders with four operations each, and the events about them as they
//! travel.

use std::time::SystemTime;

use anyhow::{Result, anyhow, ensure};
use bytes::Bytes;
use serde_json::{Value, json};
use twin_model::{Event, PlantId, Time, wire};

/// Size of a progress report on the wire, in bytes.
pub const REPORT_BYTES: usize = 600;
/// Orders that share one work center: queues of real plants hold tens of operations, not all.
const ORDERS_PER_CENTER: usize = 100;
/// Operations of each order's routing.
const OPERATIONS: usize = 4;

/// A plant with its orders.
#[derive(Debug, Clone)]
pub struct Shop {
    plant: PlantId,
    orders: usize,
}

impl Shop {
    /// A plant of that name with that many orders.
    ///
    /// # Errors
    /// When the name is no plant id.
    pub fn new(plant: &str, orders: usize) -> Result<Shop> {
        Ok(Shop {
            plant: plant.parse()?,
            orders,
        })
    }

    /// The plant.
    #[must_use]
    pub fn plant(&self) -> &PlantId {
        &self.plant
    }

    /// How many orders it has.
    #[must_use]
    pub fn orders(&self) -> usize {
        self.orders
    }

    /// Order number of order `number`.
    #[must_use]
    pub fn order(number: usize) -> String {
        format!("WO-{number:06}")
    }

    fn center(number: usize) -> String {
        format!("WC-{:04}", number / ORDERS_PER_CENTER)
    }

    /// Any event of this plant.
    #[must_use]
    pub fn event(&self, source: &str, id: &str, type_name: &str, data: &Value) -> Bytes {
        let event = json!({
            "specversion": "1.0", "id": id, "source": source, "type": type_name,
            "time": now().to_string(), "plant": self.plant.as_str(), "data": data,
        });
        Bytes::from(event.to_string())
    }

    /// The ERP plans order `number`. Its quantity is more than any run reports.
    #[must_use]
    pub fn created(&self, number: usize) -> Bytes {
        let data = json!({
            "order": Shop::order(number), "material": "M-4711",
            "quantity": {"value": "1000000000", "unit": "H87"},
        });
        let id = format!("created-{number}");
        self.event("/erp/sap", &id, "mfg.work_order.created.v1", &data)
    }

    /// The ERP releases order `number`, with its routing.
    #[must_use]
    pub fn released(&self, number: usize) -> Bytes {
        let operations: Vec<Value> = (0..OPERATIONS)
            .map(|place| {
                let predecessors: Vec<String> = (0..place).last().map(op).into_iter().collect();
                json!({
                    "op": op(place), "predecessors": predecessors,
                    "work_center": Shop::center(number + place * ORDERS_PER_CENTER),
                })
            })
            .collect();
        let data = json!({"order": Shop::order(number), "operations": operations});
        let id = format!("released-{number}");
        self.event("/erp/sap", &id, "mfg.work_order.released.v1", &data)
    }

    /// Everything that makes the plant ready to be measured: orders planned and released, and the
    /// first report of each, which starts its first operation.
    ///
    /// # Errors
    /// As [`Shop::report`].
    pub fn set_up(&self) -> Result<Vec<Bytes>> {
        let mut events = Vec::with_capacity(3 * self.orders);
        for number in 0..self.orders {
            events.push(self.created(number));
            events.push(self.released(number));
        }
        for number in 0..self.orders {
            events.push(self.report(&format!("first-{number:010}"), number, now())?);
        }
        Ok(events)
    }

    /// One more good piece of the first operation of order `number`: [`REPORT_BYTES`] long.
    ///
    /// # Errors
    /// When names are so long that it does not fit.
    pub fn report(&self, id: &str, number: usize, time: Time) -> Result<Bytes> {
        let (order, center, op) = (Shop::order(number), Shop::center(number), op(0));
        let plant = self.plant.as_str();
        let head = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/mes/line-1","type":"mfg.operation.progressed.v1","time":"{time}","plant":"{plant}","subject":"{order}/{op}","datacontenttype":"application/json","correlationid":"{order}","data":{{"order":"{order}","op":"{op}","work_center":"{center}","unit":"H87","good":"1","scrap":"0","rework":"0","mrb":"0","start":"{time}","end":"{time}","worker":"W-0042"}},"dataschema":"https://schemas.example.com/mfg/"#
        );
        let room = REPORT_BYTES.saturating_sub(head.len() + 2);
        let event = format!("{head}{}\"}}", "v".repeat(room));
        ensure!(
            event.len() == REPORT_BYTES,
            "a report has {} bytes",
            event.len()
        );
        Ok(Bytes::from(event))
    }

    /// `count` reports with ids of `round`, over the orders in a fixed scattered sequence; each a
    /// microsecond after the one before it, as the work of a plant follows upon itself.
    ///
    /// # Errors
    /// As [`Shop::report`].
    pub fn reports(&self, round: &str, count: usize) -> Result<Vec<Bytes>> {
        let start = now();
        let mut scatter = Scatter::new(self.orders);
        (0_i64..)
            .take(count)
            .map(|n| {
                let id = format!("{round}-{n:08}");
                self.report(&id, scatter.pick(), start.plus_micros(n))
            })
            .collect()
    }

    /// `count` reports with ids of `round`, all about order `number`, each a microsecond after the
    /// one before it.
    ///
    /// # Errors
    /// As [`Shop::report`].
    pub fn reports_of(&self, number: usize, round: &str, count: usize) -> Result<Vec<Bytes>> {
        let start = now();
        (0_i64..)
            .take(count)
            .map(|n| self.report(&format!("{round}-{n:08}"), number, start.plus_micros(n)))
            .collect()
    }
}

fn op(place: usize) -> String {
    format!("{:04}", (place + 1) * 10)
}

/// Decodes events that were made here.
///
/// # Errors
/// Why one of them cannot be read.
pub fn readable(events: &[Bytes]) -> Result<Vec<Event>> {
    events
        .iter()
        .map(|bytes| wire::decode(bytes).map_err(|error| anyhow!("{}", error.rejection)))
        .collect()
}

/// A fixed scattered sequence of numbers below a bound: neighbours in it share no cache line.
#[derive(Debug, Clone)]
pub struct Scatter {
    state: u64,
    bound: u64,
}

impl Scatter {
    /// The sequence below `bound`, always the same.
    #[must_use]
    pub fn new(bound: usize) -> Scatter {
        let bound = bound as u64;
        Scatter { state: 42, bound }
    }

    /// The next number.
    pub fn pick(&mut self) -> usize {
        // Knuth's MMIX generator; its upper half is scattered well enough.
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let upper = self.state >> 32;
        usize::try_from((upper * self.bound) >> 32).unwrap_or(0)
    }
}

/// The wall clock.
#[must_use]
pub fn now() -> Time {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    Time::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_readable_event_of_the_promised_size() {
        let shop = Shop::new("BENCH", 200).unwrap();
        let bytes = shop.report("r1-00000001", 7, now()).unwrap();
        assert_eq!(bytes.len(), REPORT_BYTES);
        let event = twin_model::wire::decode(&bytes).unwrap();
        assert_eq!(event.body.type_name(), "mfg.operation.progressed.v1");
    }

    #[test]
    fn every_event_of_the_set_up_applies() {
        let shop = Shop::new("BENCH", 300).unwrap();
        let mut plant = twin_model::Plant::new(shop.plant().clone());
        for bytes in shop.set_up().unwrap() {
            plant
                .apply(&twin_model::wire::decode(&bytes).unwrap())
                .unwrap();
        }
        assert!(plant.len() > 300, "orders and work centers exist");
    }
}
