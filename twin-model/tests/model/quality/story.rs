//! A plant that is told of inspections and nonconformances, and what it then says of its lots.

use serde_json::{Value, json};
use twin_model::wire::{decode, encode, snapshot::StoredPlant};
use twin_model::{
    Code, Decimal, Discrepancy, Entity, EntityKey, Event, GateDecision, Inspection,
    InspectionState, Lot, Plant, Rejection, Shipment, Time, Turn, Usage, WorkOrder,
};

pub(crate) fn time(at: &str) -> Time {
    format!("2026-03-01T{at}:00Z").parse().unwrap()
}

pub(crate) fn event_from(source: &str, id: &str, name: &str, at: &str, data: &Value) -> Event {
    let text = json!({"specversion": "1.0", "id": id, "source": source,
        "type": format!("mfg.{name}.v1"), "time": time(at), "plant": "P1", "data": data});
    let event = decode(text.to_string().as_bytes()).unwrap();
    assert_eq!(decode(encode(&event).as_bytes()).unwrap(), event);
    event
}

/// One thing that is told: name, time and body.
pub(crate) type Told = (&'static str, &'static str, Value);

pub(crate) struct Story {
    pub(crate) plant: Plant,
    events: u32,
}

impl Story {
    pub(crate) fn new() -> Story {
        Story {
            plant: Plant::new("P1".parse().unwrap()),
            events: 0,
        }
    }

    /// Goes on with a plant that was told before.
    pub(crate) fn with(plant: Plant) -> Story {
        Story { plant, events: 0 }
    }

    /// A plant with 100 pieces of lot L in quality inspection, which delivery D of 60 wants.
    pub(crate) fn with_a_lot() -> Story {
        let mut story = Story::new();
        story.tell("lot.created", "06:00", lot("L", "quality_inspection"));
        story.tell("shipment.requested", "06:10", request("D", "L", "60"));
        story
    }

    /// The same, with inspection I of all of it.
    pub(crate) fn with_an_inspection() -> Story {
        let mut story = Story::with_a_lot();
        story.tell("inspection.created", "06:20", inspection("I", "L"));
        story
    }

    pub(crate) fn try_as(
        &mut self,
        source: &str,
        name: &str,
        at: &str,
        data: Value,
    ) -> Result<Turn, Rejection> {
        self.events += 1;
        let event = event_from(source, &self.events.to_string(), name, at, &data);
        let decided = self.apply(&event);
        assert_eq!(self.plant.breaches(), vec![]);
        self.comes_back_unchanged();
        decided
    }

    fn apply(&mut self, event: &Event) -> Result<Turn, Rejection> {
        let before = self.plant.state_hash();
        let decided = self.plant.apply(event);
        if decided.is_err() {
            assert_eq!(
                self.plant.state_hash(),
                before,
                "a rejection changes nothing"
            );
        }
        decided
    }

    pub(crate) fn try_to(&mut self, name: &str, at: &str, data: Value) -> Result<Turn, Rejection> {
        self.try_as("/s", name, at, data)
    }

    pub(crate) fn tell(&mut self, name: &str, at: &str, data: Value) -> Turn {
        self.try_to(name, at, data).unwrap()
    }

    fn comes_back_unchanged(&self) {
        let stored = StoredPlant::from(&self.plant);
        let bytes = postcard::to_stdvec(&stored).unwrap();
        let back: StoredPlant = postcard::from_bytes(&bytes).unwrap();
        let back = Plant::try_from(back).unwrap();
        let all = |plant: &Plant| plant.entities().cloned().collect::<Vec<_>>();
        assert_eq!(all(&back), all(&self.plant));
    }

    pub(crate) fn lot(&self, id: &str) -> &Lot {
        self.plant.lot(&id.parse().unwrap()).unwrap()
    }

    pub(crate) fn order(&self, id: &str) -> &WorkOrder {
        self.plant.work_order(&id.parse().unwrap()).unwrap()
    }

    pub(crate) fn inspection(&self, id: &str) -> &Inspection {
        self.plant.inspection(&id.parse().unwrap()).unwrap()
    }

    pub(crate) fn state(&self, inspection: &str) -> InspectionState {
        self.inspection(inspection).state()
    }

    pub(crate) fn shipment(&self, id: &str) -> &Shipment {
        self.plant.shipment(&id.parse().unwrap()).unwrap()
    }

    pub(crate) fn gate(&self, delivery: &str) -> (GateDecision, Vec<Code>) {
        let shipment = self.shipment(delivery);
        let reasons = shipment.reasons().iter().map(|reason| reason.code);
        (shipment.decision(), reasons.collect())
    }

    pub(crate) fn why(&self, delivery: &str) -> String {
        let reasons = self.shipment(delivery).reasons().iter();
        let texts: Vec<&str> = reasons.map(|reason| reason.text.as_str()).collect();
        texts.join(" | ")
    }

    /// The stock of a lot by usage, the best first.
    pub(crate) fn stock(&self, lot: &str) -> Vec<(Usage, Decimal)> {
        self.lot(lot).stock_by_usage().iter().collect()
    }

    pub(crate) fn discrepancies(&self, key: &EntityKey) -> Vec<Discrepancy> {
        let entity: &Entity = self.plant.get(key).unwrap();
        entity.discrepancies()
    }
}

/// Every order in which these can be told ends in the same state, where what waits is tried again
/// whenever something else was taken. Gives the state.
pub(crate) fn ends_the_same(given: &[Told], told: &[Told]) -> Plant {
    let events = |list: &[Told], what: &str| -> Vec<Event> {
        let numbered = list.iter().enumerate();
        let events = numbered
            .map(|(n, (name, at, data))| event_from("/s", &format!("{what}{n}"), name, at, data));
        events.collect()
    };
    let (given, told) = (events(given, "given"), events(told, "told"));
    let mut ends = Vec::new();
    for order in permutations(told.len()) {
        let mut story = Story::new();
        for event in &given {
            story.apply(event).unwrap();
        }
        let mut waiting: Vec<&Event> = Vec::new();
        for n in &order {
            waiting.push(&told[*n]);
            while let Some(place) = waiting.iter().position(|event| {
                let rejection = story.apply(event).err();
                let waits = |r: &Rejection| r.waits_for().is_some();
                let refused = rejection.as_ref().filter(|r| !waits(r));
                assert_eq!(refused, None, "{order:?}: {}", event.id);
                rejection.is_none()
            }) {
                waiting.remove(place);
            }
        }
        assert_eq!(waiting, Vec::<&Event>::new(), "{order:?}: waits for ever");
        assert_eq!(story.plant.breaches(), vec![]);
        ends.push((order, story.plant));
    }
    let (_, first) = &ends[0];
    for (order, plant) in &ends {
        assert_eq!(plant.state_hash(), first.state_hash(), "{order:?}");
    }
    ends.swap_remove(0).1
}

pub(crate) fn permutations(len: usize) -> Vec<Vec<usize>> {
    if len == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in permutations(len - 1) {
        for place in 0..=shorter.len() {
            let mut order = shorter.clone();
            order.insert(place, len - 1);
            all.push(order);
        }
    }
    all
}

pub(crate) fn q(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

pub(crate) fn n(value: i64) -> Decimal {
    Decimal::from(value)
}

/// A lot of 100 pieces.
pub(crate) fn lot(id: &str, usage: &str) -> Value {
    json!({"lot": id, "material": "M", "quantity": q("100"), "usage": usage})
}

pub(crate) fn request(delivery: &str, lot: &str, quantity: &str) -> Value {
    json!({"delivery": delivery, "lots": [{"lot": lot, "quantity": q(quantity)}]})
}

/// A blocking inspection of 100 pieces.
pub(crate) fn inspection(id: &str, lot: &str) -> Value {
    json!({"inspection": id, "lot": lot, "quantity": q("100"), "blocking": true})
}

pub(crate) fn result(id: &str, characteristic: &str, verdict: &str) -> Value {
    json!({"inspection": id, "characteristic": characteristic, "verdict": verdict})
}

pub(crate) fn decided(id: &str, parts: &[(&str, &str)]) -> Value {
    let parts = parts.iter();
    let parts =
        parts.map(|(quantity, decision)| json!({"quantity": q(quantity), "decision": decision}));
    json!({"inspection": id, "decisions": parts.collect::<Vec<_>>(), "by": "QA"})
}

pub(crate) fn because(id: &str) -> Value {
    json!({"inspection": id, "reason": "a gauge was out of calibration"})
}
