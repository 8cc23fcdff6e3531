//! A clearance ends with the shelf life of its lots, by the plant's clock alone.
use serde_json::{Value, json};
use twin_model::wire::{decode, snapshot::StoredPlant};
use twin_model::{Code, GateDecision, Plant, Time};

use crate::facts::{self, asked, created, ends_the_same, merged, split, used};

fn tell(plant: &mut Plant, name: &str, at: &str, data: &Value) {
    let text = json!({"specversion": "1.0", "id": format!("{name}{at}"), "source": "/s",
        "type": format!("mfg.{name}.v1"), "time": time(at), "plant": "P1", "data": data});
    plant
        .apply(&decode(text.to_string().as_bytes()).unwrap())
        .unwrap();
}

fn time(at: &str) -> Time {
    format!("2026-03-01T{at}:00Z").parse().unwrap()
}

fn q(value: &str) -> Value {
    json!({"value": value, "unit": "KGM"})
}

/// A plant with milk until 12:00, cream until 10:00 and salt for ever, and a delivery of `lots`.
fn plant_with_delivery_of(lots: &[&str]) -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    for (lot, at, expiry) in [
        ("MILK", "06:00", Some("12:00")),
        ("CREAM", "06:01", Some("10:00")),
        ("SALT", "06:02", None),
    ] {
        let expiry = expiry.map(time);
        let lot = json!({"lot": lot, "material": lot, "quantity": q("9"), "expiry": expiry});
        tell(&mut plant, "lot.created", at, &lot);
    }
    let lots: Vec<Value> = lots
        .iter()
        .map(|lot| json!({"lot": lot, "quantity": q("1")}))
        .collect();
    let request = json!({"delivery": "D", "lots": lots});
    tell(&mut plant, "shipment.requested", "07:00", &request);
    plant
}

fn gate(plant: &Plant) -> (GateDecision, Vec<Code>, Option<Time>) {
    let shipment = plant.shipment(&"D".parse().unwrap()).unwrap();
    let codes = shipment.reasons().iter().map(|reason| reason.code);
    let codes = codes.collect();
    (shipment.decision(), codes, shipment.valid_until())
}

/// Ticks until nothing is due; gives how many turns that made.
fn tick(plant: &mut Plant, at: &str) -> usize {
    std::iter::from_fn(|| plant.tick(time(at))).count()
}

#[test]
fn a_clearance_is_good_until_the_first_shelf_life_ends() {
    let mut plant = plant_with_delivery_of(&["MILK", "CREAM", "SALT"]);
    assert_eq!(plant.next_due(), Some(time("10:00")));
    assert_eq!(tick(&mut plant, "09:59"), 0);
    let until = Some(time("10:00"));
    assert_eq!(gate(&plant), (GateDecision::Cleared, vec![], until));
    assert_eq!(tick(&mut plant, "10:00"), 1);
    assert_eq!(gate(&plant), (GateDecision::Blocked, vec![Code::R10], None));
    assert_eq!(
        tick(&mut plant, "13:00"),
        0,
        "a blocked gate waits for nothing"
    );
    assert_eq!(plant.next_due(), None);
}

#[test]
fn a_delivery_of_what_never_expires_never_falls_due() {
    let mut plant = plant_with_delivery_of(&["SALT"]);
    assert_eq!(plant.next_due(), None);
    assert_eq!(tick(&mut plant, "23:00"), 0);
    assert_eq!(gate(&plant), (GateDecision::Cleared, vec![], None));
}

#[test]
fn a_late_request_is_judged_by_the_plants_clock() {
    let mut plant = Plant::new("P1".parse().unwrap());
    assert_eq!(tick(&mut plant, "13:00"), 0);
    let milk = json!({"lot": "MILK", "material": "M", "quantity": q("9"), "expiry": time("12:00")});
    tell(&mut plant, "lot.created", "06:00", &milk);
    let request = json!({"delivery": "D", "lots": [{"lot": "MILK", "quantity": q("1")}]});
    tell(&mut plant, "shipment.requested", "07:00", &request);
    assert_eq!(gate(&plant), (GateDecision::Blocked, vec![Code::R10], None));
}

#[test]
fn the_clock_does_not_go_back() {
    let mut plant = plant_with_delivery_of(&["MILK"]);
    assert_eq!(tick(&mut plant, "12:30"), 1);
    assert_eq!(tick(&mut plant, "11:00"), 0);
    assert_eq!(plant.clock(), time("12:30"));
    assert_eq!(gate(&plant), (GateDecision::Blocked, vec![Code::R10], None));
}

#[test]
fn a_stored_plant_knows_its_clock_and_what_falls_due() {
    let mut plant = plant_with_delivery_of(&["MILK"]);
    tick(&mut plant, "08:00");
    let mut restored = Plant::try_from(StoredPlant::from(&plant)).unwrap();
    assert_eq!(restored.clock(), time("08:00"));
    assert_eq!(restored.next_due(), Some(time("12:00")));
    assert_eq!(tick(&mut restored, "12:00"), 1);
    assert_eq!(tick(&mut plant, "12:00"), 1);
    assert_eq!(restored.state_hash(), plant.state_hash());
}

#[test]
fn a_refused_event_leaves_what_falls_due_as_it_was() {
    let mut plant = plant_with_delivery_of(&["MILK"]);
    let before = plant.state_hash();
    let again = json!({"specversion": "1.0", "id": "x", "source": "/s", "plant": "P1",
        "type": "mfg.lot.created.v1", "time": time("08:00"), "data":
        {"lot": "MILK", "material": "M", "quantity": q("9"), "expiry": time("09:00")}});
    let again = decode(again.to_string().as_bytes()).unwrap();
    assert_eq!(plant.apply(&again).unwrap_err().code(), Code::R43);
    assert_eq!(plant.next_due(), Some(time("12:00")));
    assert_eq!(plant.state_hash(), before);
}

#[test]
fn a_part_of_a_lot_is_good_no_longer_than_the_lot_whichever_is_told_first() {
    let told = |lot: &str, at, expiry| {
        let (name, at, mut data) = created(lot, at, None);
        data["expiry"] = json!(time(expiry));
        (name, at, data)
    };
    let facts = [
        created("RAW", "06:00", None),
        used("RAW", "A", "06:10", None),
        told("A", "06:20", "12:00"),
        split("A", &[("B", "5")], "07:00"),
        asked("D", "B", "08:00"),
    ];
    let mut plant = ends_the_same(&facts);
    let expiry = |plant: &Plant, lot: &str| plant.lot(&lot.parse().unwrap()).unwrap().expiry();
    assert_eq!(expiry(&plant, "B"), Some(time("12:00")));
    assert_eq!(
        gate(&plant),
        (GateDecision::Cleared, vec![], Some(time("12:00")))
    );
    // A part of the part may be worse and not better; what is made from it has a life of its own.
    for (n, fact) in (10..).zip([
        split("B", &[("C", "2")], "09:00"),
        told("C", "09:10", "11:00"),
        split("B", &[("E", "1")], "09:20"),
        told("E", "09:30", "20:00"),
        used("B", "CAKE", "09:40", None),
    ]) {
        facts::tell(&mut plant, n, &fact).unwrap();
    }
    assert_eq!(expiry(&plant, "C"), Some(time("11:00")));
    assert_eq!(expiry(&plant, "E"), Some(time("12:00")));
    assert_eq!(expiry(&plant, "CAKE"), None);
    tick(&mut plant, "12:00");
    assert_eq!(gate(&plant), (GateDecision::Blocked, vec![Code::R10], None));
}

#[test]
fn a_lot_that_was_split_off_and_made_from_another_is_a_part_of_it_all_the_same() {
    let (name, at, mut whole) = created("P", "06:00", None);
    whole["expiry"] = json!(time("12:00"));
    let plant = ends_the_same(&[
        (name, at, whole),
        split("P", &[("C", "2")], "07:00"),
        used("P", "C", "07:10", None),
    ]);
    let part = plant.lot(&"C".parse().unwrap()).unwrap();
    assert_eq!(part.expiry(), Some(time("12:00")));
}

#[test]
fn what_lots_are_merged_into_is_good_no_longer_than_the_first_of_them() {
    let told = |lot: &str, at, expiry| {
        let (name, at, mut data) = created(lot, at, None);
        data["expiry"] = json!(time(expiry));
        (name, at, data)
    };
    let mut plant = ends_the_same(&[
        told("OLD", "06:00", "10:00"),
        told("NEW", "06:10", "20:00"),
        merged(&[("OLD", "1"), ("NEW", "2")], ("BOTH", "3"), "07:00"),
        asked("D", "BOTH", "08:00"),
    ]);
    let both = plant.lot(&"BOTH".parse().unwrap()).unwrap();
    assert_eq!(both.expiry(), Some(time("10:00")));
    let until = Some(time("10:00"));
    assert_eq!(gate(&plant), (GateDecision::Cleared, vec![], until));
    tick(&mut plant, "10:00");
    assert_eq!(gate(&plant), (GateDecision::Blocked, vec![Code::R10], None));
}
