//! What an event would do can be asked without doing it.

use serde_json::json;
use twin_model::{Entity, EntityKey, Event, GateDecision, Plant, wire};

use super::any_order::story::{self, Random};

/// Random stories, and events told in each.
const STORIES: u64 = 25;
const EVENTS: usize = 200;

fn plant() -> Plant {
    Plant::new("P1".parse().unwrap())
}

fn event(id: &str, source: &str, type_name: &str, data: serde_json::Value) -> Event {
    let message = json!({
        "specversion": "1.0", "id": id, "source": source, "type": type_name,
        "time": "2026-03-01T08:00:00Z", "plant": "P1", "data": data,
    });
    wire::decode(message.to_string().as_bytes()).unwrap()
}

/// One plant is only told; the other is asked before each event, of that event and of one that may
/// never come. Both must give the same turns and end the same.
#[test]
fn asking_first_changes_nothing_and_foretells_what_comes() {
    let (mut went, mut refused) = (0, 0);
    for seed in 1..=STORIES {
        let mut random = Random::new(seed);
        let events: Vec<Event> = (0..EVENTS).map(|n| story::event(n, &mut random)).collect();
        let (mut told, mut asked) = (plant(), plant());
        for event in &events {
            let before = asked.state_hash();
            drop(asked.would(&events[random.below(EVENTS)]));
            let outlook = asked.would(event);
            assert_eq!(asked.state_hash(), before, "story {seed}: {event:?}");
            let (turn, same) = (told.apply(event), asked.apply(event));
            match (&outlook, &turn, &same) {
                (Ok(outlook), Ok(turn), Ok(same)) => {
                    went += 1;
                    for other in [outlook, same] {
                        assert_eq!(other.notices, turn.notices, "story {seed}: {event:?}");
                        let states = |all: &twin_model::Turn| -> Vec<(EntityKey, Entity)> {
                            let touched = all.touched.iter();
                            touched.map(|t| (t.key.clone(), t.state.clone())).collect()
                        };
                        assert_eq!(states(other), states(turn), "story {seed}: {event:?}");
                    }
                }
                (Err(outlook), Err(rejection), Err(same)) => {
                    refused += 1;
                    assert_eq!(outlook, rejection, "story {seed}: {event:?}");
                    assert_eq!(same, rejection, "story {seed}: {event:?}");
                }
                _ => panic!("story {seed}: {event:?}: {outlook:?}, {turn:?}, {same:?}"),
            }
        }
        assert_eq!(asked.state_hash(), told.state_hash(), "story {seed}");
        assert_eq!(asked.breaches(), [], "story {seed}");
    }
    assert!(
        went > 1_000 && refused > 1_000,
        "{went}, {refused}: too tame"
    );
}

#[test]
fn a_delivery_can_be_asked_for_without_reserving_anything() {
    let mut plant = plant();
    let lot = json!({"lot": "L-1", "material": "M-1", "quantity": {"value": "10", "unit": "H87"}});
    plant
        .apply(&event("1", "/wms", "mfg.lot.created.v1", lot))
        .unwrap();
    let request = |delivery: &str| {
        let lots = json!([{"lot": "L-1", "quantity": {"value": "10", "unit": "H87"}}]);
        let data = json!({"delivery": delivery, "lots": lots});
        event(delivery, "/wms", "mfg.shipment.requested.v1", data)
    };
    let decision = |turn: &twin_model::Turn| {
        turn.touched
            .iter()
            .find_map(|touched| match &touched.state {
                Entity::Shipment(shipment) => Some(shipment.decision()),
                _ => None,
            })
    };
    for delivery in ["D-1", "D-2"] {
        let turn = plant.would(&request(delivery)).unwrap();
        assert_eq!(decision(&turn), Some(GateDecision::Cleared), "{delivery}");
    }
    plant.apply(&request("D-1")).unwrap();
    let turn = plant.would(&request("D-2")).unwrap();
    assert_eq!(decision(&turn), Some(GateDecision::Blocked), "D-1 has it");
    let unknown = EntityKey::Shipment("D-2".parse().unwrap());
    assert_eq!(plant.get(&unknown), None);
}
