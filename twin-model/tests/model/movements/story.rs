//! A plant that is told events in few words.

use serde_json::{Value, json};
use twin_model::{Account, Code, Decimal, Event, Lot, Plant, Turn, WorkOrder, wire};

/// A plant, and how many events it was told.
pub(crate) struct Story {
    pub(crate) plant: Plant,
    told: u32,
}

/// A quantity.
pub(crate) fn q(value: &str, unit: &str) -> Value {
    json!({"value": value, "unit": unit})
}

/// A number.
pub(crate) fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

impl Story {
    pub(crate) fn new() -> Story {
        Story {
            plant: Plant::new("P1".parse().unwrap()),
            told: 0,
        }
    }

    /// The next event, a minute after the one before.
    pub(crate) fn event(&mut self, name: &str, data: &Value) -> Event {
        self.told += 1;
        let at = format!(
            "2026-03-01T{:02}:{:02}:00Z",
            8 + self.told / 60,
            self.told % 60
        );
        self.event_at(name, &at, data)
    }

    pub(crate) fn event_at(&self, name: &str, at: &str, data: &Value) -> Event {
        let text = json!({"specversion": "1.0", "id": format!("e{}", self.told), "source": "/s",
            "type": format!("mfg.{name}.v1"), "time": at, "plant": "P1", "data": data});
        wire::decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{name}: {e:?}"))
    }

    /// Tells what the plant takes.
    pub(crate) fn tell(&mut self, name: &str, data: &Value) -> Turn {
        let event = self.event(name, data);
        let told = self.plant.apply(&event);
        assert_eq!(self.plant.breaches(), Vec::new());
        told.unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Tells what the plant does not take now; nothing changes.
    pub(crate) fn met(&mut self, name: &str, data: &Value) -> twin_model::Rejection {
        let event = self.event(name, data);
        let before = self.plant.state_hash();
        let rejection = self.plant.apply(&event).map(|_| name).unwrap_err();
        assert_eq!(
            self.plant.state_hash(),
            before,
            "a rejection changes nothing"
        );
        rejection
    }

    /// As [`Story::met`], when only the code counts.
    pub(crate) fn code(&mut self, name: &str, data: &Value) -> Code {
        self.met(name, data).code()
    }

    pub(crate) fn lot(&self, id: &str) -> &Lot {
        self.plant.lot(&id.parse().unwrap()).unwrap()
    }

    /// An order of 10 shafts for which 20 kg of steel are planned, released, and a lot of steel.
    pub(crate) fn shafts() -> Story {
        let mut story = Story::new();
        let created = json!({"order": "WO-1", "material": "SHAFT", "quantity": q("10", "H87"),
            "tolerance": {"over": "0.1"}});
        story.tell("work_order.created", &created);
        let released = json!({"order": "WO-1", "operations": [
            {"op": "10", "work_center": "SAW"},
            {"op": "20", "work_center": "PACK", "predecessors": ["10"], "delivers": true}],
            "components": [{"material": "STEEL", "quantity": q("20", "KGM"), "op": "10"},
                {"material": "OIL", "quantity": q("5", "LTR"), "backflush": true}]});
        story.tell("work_order.released", &released);
        let lot = json!({"lot": "A", "material": "STEEL", "quantity": q("100", "KGM")});
        story.tell("lot.created", &lot);
        story
    }

    pub(crate) fn order(&self) -> &WorkOrder {
        self.plant.work_order(&"WO-1".parse().unwrap()).unwrap()
    }

    /// The account of a material of the order.
    pub(crate) fn account(&self, material: &str) -> Account {
        let accounts = self.order().accounts();
        let found = accounts
            .into_iter()
            .find(|account| account.material.as_str() == material);
        found.unwrap_or_else(|| panic!("{material}"))
    }

    /// A report of good pieces of an operation.
    pub(crate) fn good(&mut self, op: &str, good: &str) {
        let data = json!({"order": "WO-1", "op": op, "unit": "H87", "good": good});
        self.tell("operation.progressed", &data);
    }

    /// What is in stock of a lot.
    pub(crate) fn on_hand(&self, lot: &str) -> Decimal {
        self.lot(lot).on_hand()
    }
}
