//! A plant whose events are kept as its journal would keep them, and documents of it.

use std::collections::BTreeMap;

use jiff::tz::{Offset, TimeZone};
use serde_json::{Value, json};
use twin_model::wire::epcis::{EpcisDocument, LotFacts, Naming, ReadEvent, read};
use twin_model::wire::{decode, encode};
use twin_model::{Event, LotId, Notice, Plant, Rejection, Time, Turn};

pub(super) struct Story {
    pub(super) plant: Plant,
    /// What was applied, in order.
    pub(super) journal: Vec<Event>,
    sent: u32,
}

pub(super) fn time(at: &str) -> Time {
    format!("2026-03-01T{at}:00Z").parse().unwrap()
}

pub(super) fn kg(value: &str) -> Value {
    json!({"value": value, "unit": "KGM"})
}

pub(super) fn pieces(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

impl Story {
    pub(super) fn new() -> Story {
        Story {
            plant: Plant::new("P1".parse().unwrap()),
            journal: Vec::new(),
            sent: 0,
        }
    }

    pub(super) fn try_to(
        &mut self,
        source: &str,
        name: &str,
        data: Value,
    ) -> Result<Turn, Rejection> {
        self.sent += 1;
        let at = Time::from_micros(time("06:00").as_micros() + i64::from(self.sent) * 60_000_001);
        let text = json!({"specversion": "1.0", "id": format!("e {}/{name}", self.sent),
            "source": source, "type": format!("mfg.{name}.v1"), "time": at, "plant": "P1",
            "sequence": format!("{:04}", self.sent), "correlationid": "c:1", "data": data});
        let event = decode(text.to_string().as_bytes()).unwrap();
        let turn = self.plant.apply(&event)?;
        self.journal.push(event);
        Ok(turn)
    }

    pub(super) fn tell(&mut self, source: &str, name: &str, data: Value) -> Turn {
        self.try_to(source, name, data).unwrap()
    }

    /// The facts of the journal.
    pub(super) fn facts(&self) -> LotFacts {
        let mut facts = LotFacts::default();
        for event in &self.journal {
            facts.note(event.clone());
        }
        facts
    }

    pub(super) fn document(&self, lot: Option<&str>, naming: &Naming) -> Value {
        let lot: Option<LotId> = lot.map(|lot| lot.parse().unwrap());
        let zone = TimeZone::fixed(Offset::from_hours(1).unwrap());
        let document: EpcisDocument = self
            .facts()
            .document(&self.plant, lot.as_ref(), naming, &zone, time("20:00"))
            .unwrap();
        serde_json::from_str(&serde_json::to_string(&document).unwrap()).unwrap()
    }
}

/// The token of the newest clearance.
pub(super) fn token(turn: &Turn) -> String {
    let mut tokens = turn.notices.iter().filter_map(|notice| match notice {
        Notice::GateDecided { token, .. } => token.as_ref(),
        _ => None,
    });
    tokens.next_back().unwrap().to_string()
}

/// Names of plant P1 with these GTINs.
pub(super) fn naming(gtins: &[(&str, &str)]) -> Naming {
    let gtins: BTreeMap<_, _> = gtins
        .iter()
        .map(|(material, gtin)| (material.parse().unwrap(), gtin.parse().unwrap()))
        .collect();
    Naming::new("P1".parse().unwrap(), "/epcis".parse().unwrap(), gtins).unwrap()
}

/// The events of a document, all of which must be readable.
#[track_caller]
pub(super) fn events(document: &str, naming: &Naming) -> Vec<Event> {
    let read = read(document, naming).into_iter();
    read.flat_map(|read| read.outcome.unwrap()).collect()
}

/// The one answer of a document with one event.
#[track_caller]
pub(super) fn one<'a>(document: &'a str, naming: &Naming) -> ReadEvent<'a> {
    let mut all = read(document, naming);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

/// An empty plant that is told these events, over the wire.
pub(super) fn plant_of(events: &[Event]) -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    for event in events {
        let event = decode(encode(event).as_bytes()).unwrap();
        plant.apply(&event).unwrap();
    }
    plant
}
