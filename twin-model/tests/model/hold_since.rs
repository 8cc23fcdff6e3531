//! A hold reaches a lot since some time: what was done with the lot before that is a late report,
//! however the hold and the report arrive. Gates are decisions: they look at every open hold.
use serde_json::{Value, json};
use twin_model::wire::{decode, snapshot::StoredPlant};
use twin_model::{Code, Event, GateDecision, Hold, Kind, Plant};

use crate::arrival_order::permutations;

/// A thing that happens: event type, time of day, data.
type Fact = (&'static str, &'static str, Value);

fn event(number: usize, (name, at, data): &Fact) -> Event {
    let text = json!({"specversion": "1.0", "id": format!("e{number}"), "source": "/s",
        "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{at}:00Z"), "plant": "P1",
        "data": data});
    decode(text.to_string().as_bytes()).unwrap()
}

/// Tells the facts in an order of arrival; what parks is told again after every accepted one.
fn tell_all(facts: &[Fact], order: &[usize]) -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    let mut waiting: Vec<Event> = Vec::new();
    for number in order {
        waiting.push(event(*number, &facts[*number]));
        while let Some(place) = waiting.iter().position(|event| match plant.apply(event) {
            Ok(_) => true,
            Err(rejection) => {
                assert_eq!(rejection.kind(), Kind::Park, "{order:?}: {rejection}");
                false
            }
        }) {
            waiting.remove(place);
        }
    }
    assert!(waiting.is_empty(), "{order:?}: {waiting:?} still waits");
    assert_eq!(plant.breaches(), Vec::new(), "{order:?}");
    plant
}

fn ends_the_same(facts: &[Fact]) -> Plant {
    let orders = permutations(facts.len());
    let first = tell_all(facts, &orders[0]);
    for order in &orders[1..] {
        let plant = tell_all(facts, order);
        assert_eq!(plant.state_hash(), first.state_hash(), "{order:?}");
    }
    first
}

fn q(value: &str) -> Value {
    json!({"value": value, "unit": "KGM"})
}

fn created(lot: &str, at: &'static str, order: Option<&str>) -> Fact {
    let data = json!({"lot": lot, "material": "M", "quantity": q("10"), "order": order});
    ("lot.created", at, data)
}

fn used(from: &str, into: &str, at: &'static str, order: Option<&str>) -> Fact {
    let data = json!({"order": order, "inputs": [{"lot": from, "quantity": q("1")}],
        "outputs": [{"lot": into, "material": "M", "quantity": q("1")}]});
    ("lot.transformed", at, data)
}

fn held(kind: &str, id: &str, at: &'static str) -> Fact {
    let data = json!({"hold": "H", "scope": {"kind": kind, "id": id}, "reason": "crack"});
    ("hold.placed", at, data)
}

fn held_since(plant: &Plant, lot: &str) -> Option<String> {
    let hold: &Hold = plant.hold(&"H".parse().unwrap()).unwrap();
    let since = plant.lot(&lot.parse().unwrap()).unwrap().held_since(hold);
    since.map(|at| at.to_string()[11..16].to_owned())
}

fn tell(plant: &mut Plant, number: usize, fact: &Fact) -> Result<(), Code> {
    let told = plant.apply(&event(number, fact));
    told.map(|_| ()).map_err(|rejection| rejection.code())
}

#[test]
fn what_was_done_before_a_lot_joined_a_held_order_counts_in_every_order_of_arrival() {
    let mut plant = ends_the_same(&[
        created("L", "06:00", None),
        created("X", "06:00", None),
        held("work_order", "O", "07:00"),
        // From here on some of L was made for the held order.
        used("X", "L", "09:00", Some("O")),
        used("L", "M", "08:00", None),
    ]);
    assert_eq!(held_since(&plant, "L").as_deref(), Some("09:00"));
    assert_eq!(held_since(&plant, "M").as_deref(), Some("09:00"));
    assert_eq!(held_since(&plant, "X"), None);
    let late = used("L", "N", "09:00", None);
    assert_eq!(tell(&mut plant, 90, &late), Err(Code::R07));
    assert_eq!(tell(&mut plant, 91, &used("L", "N", "08:59", None)), Ok(()));
}

#[test]
fn what_was_done_before_a_lot_was_refilled_from_a_held_one_counts_in_every_order_of_arrival() {
    let mut plant = ends_the_same(&[
        created("L", "06:00", None),
        created("X", "06:00", None),
        held("work_order", "O", "07:00"),
        used("X", "B", "08:00", Some("O")),
        // Before B belonged to the order, so it was not held then, and what it gave is.
        created("B", "06:00", None),
        used("B", "L", "07:50", None),
    ]);
    assert_eq!(held_since(&plant, "B").as_deref(), Some("08:00"));
    assert_eq!(held_since(&plant, "L").as_deref(), Some("08:00"));
    assert_eq!(tell(&mut plant, 90, &used("L", "N", "07:55", None)), Ok(()));
    assert_eq!(held_since(&plant, "N").as_deref(), Some("08:00"));
    let late = used("N", "P", "08:00", None);
    assert_eq!(tell(&mut plant, 91, &late), Err(Code::R07));
}

#[test]
fn of_several_ways_the_earliest_counts_and_an_earlier_one_is_handed_on() {
    let mut plant = ends_the_same(&[
        held("work_order", "O", "06:30"),
        created("X", "06:00", None),
        used("X", "C", "08:00", Some("O")),
        used("C", "D", "06:45", None),
        created("C", "06:10", None),
    ]);
    assert_eq!(held_since(&plant, "D").as_deref(), Some("08:00"));
    // A second way that is as old as the hold, told last of all.
    let earlier = created("K", "06:20", Some("O"));
    assert_eq!(tell(&mut plant, 80, &earlier), Ok(()));
    assert_eq!(tell(&mut plant, 81, &used("K", "C", "06:25", None)), Ok(()));
    assert_eq!(held_since(&plant, "C").as_deref(), Some("06:30"));
    assert_eq!(held_since(&plant, "D").as_deref(), Some("06:45"));
    let late = used("D", "E", "06:46", None);
    assert_eq!(tell(&mut plant, 82, &late), Err(Code::R07));
    let before = used("D", "E", "06:44", None);
    assert_eq!(tell(&mut plant, 83, &before), Ok(()));
}

#[test]
fn a_gate_looks_at_a_hold_whatever_its_since() {
    let mut plant = ends_the_same(&[
        created("L", "06:00", None),
        created("X", "06:00", None),
        held("work_order", "O", "07:00"),
        used("X", "L", "09:00", Some("O")),
    ]);
    let lots = json!([{"lot": "L", "quantity": q("1")}]);
    let asked = (
        "shipment.requested",
        "08:00",
        json!({"delivery": "D", "lots": lots}),
    );
    tell(&mut plant, 90, &asked).unwrap();
    let gate = plant.shipment(&"D".parse().unwrap()).unwrap();
    assert_eq!(gate.decision(), GateDecision::Blocked);
    assert_eq!(gate.reasons()[0].code, Code::R08);
}

#[test]
fn since_when_a_lot_is_reached_survives_a_snapshot() {
    let facts = [
        created("L", "06:00", None),
        created("X", "06:00", None),
        held("work_order", "O", "07:00"),
        used("X", "L", "09:00", Some("O")),
    ];
    let plant = tell_all(&facts, &[0, 1, 2, 3]);
    let bytes = postcard::to_stdvec(&StoredPlant::from(&plant)).unwrap();
    let stored: StoredPlant = postcard::from_bytes(&bytes).unwrap();
    let mut back = Plant::try_from(stored).unwrap();
    assert_eq!(back.state_hash(), plant.state_hash());
    assert_eq!(held_since(&back, "L").as_deref(), Some("09:00"));
    assert_eq!(tell(&mut back, 90, &used("L", "N", "08:00", None)), Ok(()));
    let late = used("L", "N", "09:30", None);
    assert_eq!(tell(&mut back, 91, &late), Err(Code::R07));
}
