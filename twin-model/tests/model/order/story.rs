//! Telling a plant what happens to one order, and looking at it afterwards.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::sync::Arc;

use serde_json::{Value, json};
use twin_model::wire::{decode, encode};
use twin_model::{
    Code, Event, Kind, Lifecycle, Notice, Operation, Plant, Rejection, Turn, WorkOrder,
};

pub(crate) struct Story {
    pub(crate) plant: Plant,
    events: u32,
}

/// What is told: name, time of the day, data.
pub(crate) type Told = (&'static str, &'static str, Value);

impl Story {
    /// An order over 10 pieces (10 % over-delivery) with operations 10 at SAW and 20 at PACK,
    /// which delivers. Created at 06:00; not released.
    pub(crate) fn created() -> Story {
        let mut story = Story {
            plant: Plant::new("P1".parse().unwrap()),
            events: 0,
        };
        story.ok((
            "work_order.created",
            "06:00",
            json!({"order": "WO", "material": "M", "quantity": q("10"),
                "tolerance": {"over": "0.1"}, "planned_end": "2026-03-01T20:00:00Z"}),
        ));
        story
    }

    /// The same order, released at 06:01.
    pub(crate) fn released() -> Story {
        let mut story = Story::created();
        story.ok(release("06:01"));
        story
    }

    pub(crate) fn event(&mut self, (name, at, data): Told) -> Event {
        self.events += 1;
        let text = json!({
            "specversion": "1.0", "id": format!("e{}", self.events), "source": "/test",
            "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{at}:00Z"),
            "plant": "P1", "data": data,
        });
        let event = decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        let again = decode(encode(&event).as_bytes()).unwrap();
        assert_eq!(again, event, "encode and decode agree");
        event
    }

    /// Tells it; a rejection changes nothing, and what follows can be stored and restored.
    pub(crate) fn tell(&mut self, told: Told) -> Result<Turn, Rejection> {
        let event = self.event(told);
        let before = self.plant.state_hash();
        let outcome = self.plant.apply(&event);
        if outcome.is_err() {
            assert_eq!(
                self.plant.state_hash(),
                before,
                "a rejection changes nothing"
            );
        }
        assert_eq!(self.plant.breaches(), [], "no invariant is broken");
        outcome
    }

    pub(crate) fn ok(&mut self, told: Told) -> Turn {
        let text = format!("{told:?}");
        self.tell(told).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    /// The id of the event that was told last.
    pub(crate) fn last_id(&self) -> String {
        format!("e{}", self.events)
    }

    /// Code and kind of what it meets.
    pub(crate) fn meets(&mut self, told: Told) -> (Code, Kind) {
        let text = format!("{told:?}");
        let rejection = self.tell(told).expect_err(&text);
        (rejection.code(), rejection.kind())
    }

    pub(crate) fn order(&self) -> &WorkOrder {
        self.plant.work_order(&"WO".parse().unwrap()).unwrap()
    }

    pub(crate) fn lifecycle(&self) -> Lifecycle {
        self.order().lifecycle()
    }

    pub(crate) fn op(&self, op: &str) -> &Arc<Operation> {
        let found = |known: &&Arc<Operation>| known.id().as_str() == op;
        self.order().operations().iter().find(found).unwrap()
    }

    /// State and sub-state of an operation.
    pub(crate) fn state(&self, op: &str) -> (&'static str, Option<&'static str>) {
        let state = self.order().operation_state(self.op(op));
        (state.as_str(), state.sub_state())
    }

    /// What runs at a work center, and what waits there.
    pub(crate) fn at(&self, center: &str) -> (Vec<String>, Vec<String>) {
        let Some(center) = self.plant.work_center(&center.parse().unwrap()) else {
            return (Vec::new(), Vec::new());
        };
        let names = |(_, op): &(_, twin_model::OperationId)| op.to_string();
        (
            center.running().map(|(key, _)| key).map(names).collect(),
            center.queue().keys().map(names).collect(),
        )
    }

    pub(crate) fn broken(&self) -> Vec<Code> {
        self.order()
            .discrepancies()
            .iter()
            .map(|d| d.code())
            .collect()
    }
}

pub(crate) fn q(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

pub(crate) fn release(at: &'static str) -> Told {
    (
        "work_order.released",
        at,
        json!({"order": "WO", "operations": [
            {"op": "10", "work_center": "SAW", "setup_s": 600, "run_s_per_unit": "30"},
            {"op": "20", "work_center": "PACK", "predecessors": ["10"], "delivers": true}]}),
    )
}

pub(crate) fn start(op: &str, center: &str, at: &'static str) -> Told {
    (
        "operation.started",
        at,
        json!({"order": "WO", "op": op, "work_center": center}),
    )
}

pub(crate) fn report(op: &str, good: &str, at: &'static str) -> Told {
    (
        "operation.progressed",
        at,
        json!({"order": "WO", "op": op, "unit": "H87", "good": good}),
    )
}

pub(crate) fn complete(op: &str, good: &str, at: &'static str) -> Told {
    (
        "operation.completed",
        at,
        json!({"order": "WO", "op": op, "unit": "H87", "good": good}),
    )
}

pub(crate) fn reversal(event: &str, at: &'static str) -> Told {
    (
        "confirmation.reversed",
        at,
        json!({"order": "WO", "event": event, "reason": "counted twice"}),
    )
}

/// An event that names the order and perhaps more.
pub(crate) fn say(name: &'static str, at: &'static str, more: Value) -> Told {
    let mut data = json!({"order": "WO"});
    for (key, value) in more.as_object().unwrap() {
        data[key] = value.clone();
    }
    (name, at, data)
}

/// Texts of the corrections that a turn tells.
pub(crate) fn corrections(turn: &Turn) -> Vec<(Option<Code>, String)> {
    let of = |notice: &Notice| match notice {
        Notice::Corrected { code, text, .. } => Some((*code, text.to_string())),
        _ => None,
    };
    turn.notices.iter().filter_map(of).collect()
}
