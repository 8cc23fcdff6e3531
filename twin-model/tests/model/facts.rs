//! Facts that are told in every order of arrival, as a plant in operation takes them: what parks is
//! told again after every accepted one.
use std::collections::BTreeSet;

use serde_json::{Value, json};
use twin_model::wire::decode;
use twin_model::{Code, EntityKey, Event, GateDecision, Kind, Plant, Turn};

use crate::arrival_order::permutations;

/// A thing that happens: event type, time of day, data.
pub(crate) type Fact = (&'static str, &'static str, Value);

pub(crate) fn event(number: usize, (name, at, data): &Fact) -> Event {
    let text = json!({"specversion": "1.0", "id": format!("e{number}"), "source": "/s",
        "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{at}:00Z"), "plant": "P1",
        "data": data});
    decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{name}: {:?}", e.rejection))
}

/// Tells one fact; gives the code of the rule that it meets.
pub(crate) fn tell(plant: &mut Plant, number: usize, fact: &Fact) -> Result<(), Code> {
    let before = plant.state_hash();
    let told = plant.apply(&event(number, fact));
    if told.is_err() {
        assert_eq!(plant.state_hash(), before, "a rejection changes nothing");
    }
    told.map(|_| ()).map_err(|rejection| rejection.code())
}

fn keys(turn: Turn) -> BTreeSet<EntityKey> {
    turn.touched
        .into_iter()
        .map(|touched| touched.key)
        .collect()
}

/// Tells the facts in an order of arrival; none may be refused or wait at the end.
pub(crate) fn tell_all(facts: &[Fact], order: &[usize]) -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    let mut waiting: Vec<(EntityKey, Event)> = Vec::new();
    for number in order {
        let event = event(*number, &facts[*number]);
        let mut touched = match plant.apply(&event) {
            Ok(turn) => keys(turn),
            Err(rejection) => {
                assert_eq!(rejection.kind(), Kind::Park, "{order:?}: {rejection}");
                let key = rejection.waits_for().unwrap_or_else(|| event.body.owner());
                waiting.push((key, event.clone()));
                keys(plant.note_waiting(&event, true))
            }
        };
        // As a plant in operation does: only what waits for something that changed is tried again.
        while let Some(key) = touched.pop_first() {
            for (waits_for, event) in std::mem::take(&mut waiting) {
                if waits_for != key {
                    waiting.push((waits_for, event));
                    continue;
                }
                match plant.apply(&event) {
                    Ok(turn) => {
                        touched.extend(keys(turn));
                        touched.extend(keys(plant.note_waiting(&event, false)));
                    }
                    Err(rejection) => {
                        let key = rejection.waits_for().unwrap_or_else(|| event.body.owner());
                        waiting.push((key, event));
                    }
                }
            }
        }
    }
    assert!(waiting.is_empty(), "{order:?}: {waiting:?} still waits");
    assert_eq!(plant.breaches(), Vec::new(), "{order:?}");
    plant
}

/// Every order of arrival of the facts ends in the same state.
pub(crate) fn ends_the_same(facts: &[Fact]) -> Plant {
    let orders = permutations(facts.len());
    let first = tell_all(facts, &orders[0]);
    for order in &orders[1..] {
        let plant = tell_all(facts, order);
        assert_eq!(plant.state_hash(), first.state_hash(), "{order:?}");
    }
    first
}

pub(crate) fn q(value: &str) -> Value {
    json!({"value": value, "unit": "KGM"})
}

pub(crate) fn parts(lots: &[(&str, &str)]) -> Vec<Value> {
    let part = |(lot, n): &(&str, &str)| json!({"lot": lot, "quantity": q(n)});
    lots.iter().map(part).collect()
}

pub(crate) fn created(lot: &str, at: &'static str, order: Option<&str>) -> Fact {
    let data = json!({"lot": lot, "material": "M", "quantity": q("10"), "order": order});
    ("lot.created", at, data)
}

pub(crate) fn used(from: &str, into: &str, at: &'static str, order: Option<&str>) -> Fact {
    let data = json!({"order": order, "inputs": parts(&[(from, "1")]),
        "outputs": [{"lot": into, "material": "M", "quantity": q("1")}]});
    ("lot.transformed", at, data)
}

pub(crate) fn split(parent: &str, children: &[(&str, &str)], at: &'static str) -> Fact {
    let data = json!({"parent": parent, "children": parts(children)});
    ("lot.split", at, data)
}

pub(crate) fn merged(parents: &[(&str, &str)], child: (&str, &str), at: &'static str) -> Fact {
    let child = json!({"lot": child.0, "material": "M", "quantity": q(child.1)});
    let data = json!({"parents": parts(parents), "child": child});
    ("lot.merged", at, data)
}

/// From one lot through tank T into another, between two times of the day.
pub(crate) fn through_tank(
    parent: &str,
    child: &str,
    (from, to): (&'static str, &'static str),
) -> Fact {
    let (name, at, mut data) = merged(&[(parent, "1")], (child, "1"), to);
    data["tank"] = json!("T");
    data["window"] = json!({"from": format!("2026-03-01T{from}:00Z"),
        "to": format!("2026-03-01T{to}:00Z")});
    (name, at, data)
}

pub(crate) fn held(kind: &str, id: &str, at: &'static str) -> Fact {
    let data = json!({"hold": "H", "scope": {"kind": kind, "id": id}, "reason": "crack"});
    ("hold.placed", at, data)
}

pub(crate) fn released(at: &'static str) -> Fact {
    let data = json!({"hold": "H", "disposition": "use as is", "released_by": "QA"});
    ("hold.released", at, data)
}

/// A shipment of one kilogram of a lot.
pub(crate) fn asked(delivery: &str, lot: &str, at: &'static str) -> Fact {
    let data = json!({"delivery": delivery, "lots": parts(&[(lot, "1")])});
    ("shipment.requested", at, data)
}

pub(crate) fn gate(plant: &Plant, delivery: &str) -> (GateDecision, Vec<Code>) {
    let shipment = plant.shipment(&delivery.parse().unwrap()).unwrap();
    let codes = shipment.reasons().iter().map(|reason| reason.code);
    (shipment.decision(), codes.collect())
}
