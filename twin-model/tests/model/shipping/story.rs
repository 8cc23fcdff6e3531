//! A plant that is told of deliveries, and what it then says of them.

use serde_json::{Value, json};
use twin_model::wire::decode;
use twin_model::{
    Code, Decimal, Event, Lot, Plant, Rejection, Shipment, ShipmentState, Time, Turn,
};

pub(crate) fn time(at: &str) -> Time {
    format!("2026-03-01T{at}:00Z").parse().unwrap()
}

pub(crate) fn event(name: &str, at: &str, data: &Value) -> Event {
    let text = json!({"specversion": "1.0", "id": format!("{name}{at}"), "source": "/s",
        "type": format!("mfg.{name}.v1"), "time": time(at), "plant": "P1", "data": data});
    decode(text.to_string().as_bytes()).unwrap()
}

pub(crate) struct Story(pub(crate) Plant);

impl Story {
    pub(crate) fn new() -> Story {
        Story(Plant::new("P1".parse().unwrap()))
    }

    /// A plant with 100 kg of lot A.
    pub(crate) fn with_a_lot() -> Story {
        let mut story = Story::new();
        story.tell("lot.created", "06:00", lot("A"));
        story
    }

    /// The same, and delivery D of 60 kg of it, cleared.
    pub(crate) fn with_a_clearance() -> Story {
        let mut story = Story::with_a_lot();
        story.tell("shipment.requested", "07:00", request("D", "A", "60"));
        assert_eq!(story.state("D"), ShipmentState::Cleared);
        story
    }

    pub(crate) fn try_to(&mut self, name: &str, at: &str, data: Value) -> Result<Turn, Rejection> {
        let before = self.0.state_hash();
        let decided = self.0.apply(&event(name, at, &data));
        if decided.is_err() {
            assert_eq!(self.0.state_hash(), before, "a rejection changes nothing");
        }
        assert_eq!(self.0.breaches(), vec![]);
        decided
    }

    pub(crate) fn tell(&mut self, name: &str, at: &str, data: Value) -> Turn {
        self.try_to(name, at, data).unwrap()
    }

    pub(crate) fn shipment(&self, delivery: &str) -> &Shipment {
        self.0.shipment(&delivery.parse().unwrap()).unwrap()
    }

    pub(crate) fn state(&self, delivery: &str) -> ShipmentState {
        self.shipment(delivery).state()
    }

    pub(crate) fn codes(&self, delivery: &str) -> Vec<Code> {
        let reasons = self.shipment(delivery).reasons().iter();
        reasons.map(|reason| reason.code).collect()
    }

    pub(crate) fn token(&self, delivery: &str) -> String {
        let clearance = self.shipment(delivery).clearance().unwrap();
        clearance.token().to_string()
    }

    pub(crate) fn lot(&self, lot: &str) -> &Lot {
        self.0.lot(&lot.parse().unwrap()).unwrap()
    }
}

pub(crate) fn q(value: &str) -> Value {
    json!({"value": value, "unit": "KGM"})
}

pub(crate) fn lot(id: &str) -> Value {
    json!({"lot": id, "material": "M", "quantity": q("100")})
}

pub(crate) fn request(delivery: &str, lot: &str, quantity: &str) -> Value {
    json!({"delivery": delivery, "customer": "Nordwerk",
        "lots": [{"lot": lot, "quantity": q(quantity)}]})
}

pub(crate) fn confirm(delivery: &str, token: &str) -> Value {
    json!({"delivery": delivery, "gate_token": token})
}

pub(crate) fn cancel(delivery: &str) -> Value {
    json!({"delivery": delivery, "reason": "the customer changed the order"})
}

pub(crate) fn hold(id: &str, lot: &str) -> Value {
    json!({"hold": id, "scope": {"kind": "lot", "id": lot}, "reason": "crack"})
}

pub(crate) fn release(id: &str) -> Value {
    json!({"hold": id, "disposition": "ok", "released_by": "QA"})
}

pub(crate) fn made(from: &str, quantity: &str, to: &str) -> Value {
    json!({"inputs": [{"lot": from, "quantity": q(quantity)}],
        "outputs": [{"lot": to, "material": "M", "quantity": q("50")}]})
}

pub(crate) fn kg(n: i64) -> Decimal {
    Decimal::from(n)
}
