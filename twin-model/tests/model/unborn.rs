//! What is told of an order before anybody has announced it: bounded, and in any order.

use serde_json::json;
use twin_model::wire::{self, snapshot::StoredPlant};
use twin_model::{
    Code, Event, Kind, Notice, Plant, Turn, UNBORN_MESSAGES_MAX, UNBORN_MESSAGES_SHOWN,
};

fn event(id: &str, name: &str, data: &serde_json::Value) -> Event {
    let text = json!({"specversion": "1.0", "id": id, "source": "/s", "plant": "P1",
        "type": format!("mfg.{name}.v1"), "time": "2026-03-01T07:00:00Z", "data": data});
    wire::decode(text.to_string().as_bytes()).unwrap()
}

fn lot(n: usize) -> Event {
    let data = json!({"lot": format!("L{n}"), "material": "M", "order": "WO",
        "quantity": {"value": "1", "unit": "H87"}});
    event(&format!("l{n}"), "lot.created", &data)
}

fn hold(id: &str) -> Event {
    let data = json!({"hold": id, "scope": {"kind": "work_order", "id": "WO"}, "reason": "x"});
    event(id, "hold.placed", &data)
}

#[test]
fn so_many_lots_wait_for_an_order_and_no_more_but_a_hold_always_does() {
    let mut plant = Plant::new("P1".parse().unwrap());
    for n in 0..UNBORN_MESSAGES_MAX {
        plant.apply(&lot(n)).unwrap();
    }
    let before = plant.state_hash();
    let full = plant.apply(&lot(UNBORN_MESSAGES_MAX)).unwrap_err();
    assert_eq!((full.code(), full.kind()), (Code::R01, Kind::Exception));
    assert_eq!(
        full.to_string(),
        "There is no room for another waiting event, so this one is put before a person. It would \
         wait for Order WO (TWIN-R01)."
    );
    assert_eq!(plant.state_hash(), before, "a rejection changes nothing");
    plant.apply(&hold("H")).unwrap();
    let held = plant.lot(&"L9".parse().unwrap()).unwrap();
    assert_eq!(held.all_holds().count(), 1, "it reaches what waits");
    let again = Plant::try_from(StoredPlant::from(&plant)).unwrap();
    assert_eq!(again.state_hash(), plant.state_hash());
    let order = json!({"order": "WO", "material": "M", "quantity": {"value": "9", "unit": "H87"}});
    plant
        .apply(&event("o", "work_order.created", &order))
        .unwrap();
    let born = plant.work_order(&"WO".parse().unwrap()).unwrap();
    assert_eq!(born.lots().len(), UNBORN_MESSAGES_MAX);
    assert_eq!(born.holds().len(), 1);
    plant.apply(&lot(UNBORN_MESSAGES_MAX)).unwrap();
}

#[test]
fn a_hold_that_waits_for_an_order_meets_its_lots_whichever_comes_first() {
    let released = json!({"hold": "H2", "disposition": "use", "released_by": "QA"});
    let facts = [lot(0), hold("H1"), lot(1), hold("H2")];
    let mut hashes = Vec::new();
    for turn in 0..facts.len() {
        let mut plant = Plant::new("P1".parse().unwrap());
        let mut arrival = facts.clone();
        arrival.rotate_left(turn);
        for fact in &arrival {
            plant.apply(fact).unwrap();
        }
        plant
            .apply(&event("r", "hold.released", &released))
            .unwrap();
        for n in ["L0", "L1"] {
            let lot = plant.lot(&n.parse().unwrap()).unwrap();
            let holds: Vec<String> = lot.all_holds().map(ToString::to_string).collect();
            assert_eq!(holds, ["H1"], "{n}, turn {turn}");
        }
        hashes.push(plant.state_hash());
    }
    assert!(hashes.iter().all(|hash| *hash == hashes[0]));
}

#[test]
fn an_order_that_much_waits_for_is_shown_until_it_is_announced() {
    let told = |turn: &Turn| {
        let told = turn.notices.iter().filter_map(|notice| match notice {
            Notice::DiscrepancyFound { object, code, text } => {
                Some((true, object.to_string(), *code, text.to_string()))
            }
            Notice::DiscrepancyHealed { object, code, text } => {
                Some((false, object.to_string(), *code, text.to_string()))
            }
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    let says = |found: bool| {
        let text = "Order WO is not announced, and 1000 lots and reports name it; after 10000 the \
            next one is put before a person. Have its owner send it, or correct the number in the \
            sending system.";
        (found, "Order WO".to_owned(), Code::R01, text.to_owned())
    };
    let order = json!({"order": "WO", "material": "M", "quantity": {"value": "9", "unit": "H87"}});
    let order = event("o", "work_order.created", &order);
    let released = json!({"hold": "H", "disposition": "use", "released_by": "QA"});
    for many in [false, true] {
        let mut plant = Plant::new("P1".parse().unwrap());
        for n in 1..UNBORN_MESSAGES_SHOWN {
            assert_eq!(told(&plant.apply(&lot(n)).unwrap()), [], "{n}");
        }
        // A hold waits as well, and is gone with its release.
        assert_eq!(told(&plant.apply(&hold("H")).unwrap()), [says(true)]);
        let over = plant
            .apply(&event("r", "hold.released", &released))
            .unwrap();
        assert_eq!(told(&over), [says(false)]);
        if many {
            assert_eq!(told(&plant.apply(&lot(0)).unwrap()), [says(true)]);
            let again = plant.apply(&lot(UNBORN_MESSAGES_SHOWN)).unwrap();
            assert_eq!(told(&again), [], "once");
        }
        let healed = if many { vec![says(false)] } else { vec![] };
        assert_eq!(told(&plant.apply(&order).unwrap()), healed);
        let born = plant.work_order(&"WO".parse().unwrap()).unwrap();
        assert_eq!(born.lots().len() >= UNBORN_MESSAGES_SHOWN, many);
    }
}
