//! Materials and routings: which version counts when, and what orders make of them.
#[path = "reference_data/conversions.rs"]
mod conversions;
#[path = "reference_data/lots.rs"]
mod lots;
#[path = "reference_data/published.rs"]
mod published;
#[path = "reference_data/routings.rs"]
mod routings;
#[path = "reference_data/versions.rs"]
mod versions;

use serde_json::{Value, json};
use twin_model::{Event, Kind, Plant, StateHash, WorkOrder, wire};

/// An event of the ERP at an hour of the day.
fn of_erp(name: &str, hour: u32, data: &Value) -> Event {
    event("/erp", name, hour, data)
}

fn event(source: &str, name: &str, hour: u32, data: &Value) -> Event {
    let id = format!("{source}{name}{hour}{data}");
    let id = blake3_of(&id);
    let text = json!({"specversion": "1.0", "id": id, "source": source, "plant": "P1",
        "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{hour:02}:00:00Z"),
        "data": data});
    wire::decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

/// A short name for a text.
fn blake3_of(text: &str) -> String {
    let sum = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{sum:x}")
}

fn plant() -> Plant {
    Plant::new("P1".parse().unwrap())
}

fn tell(plant: &mut Plant, event: &Event) {
    plant
        .apply(event)
        .unwrap_or_else(|e| panic!("{event:?}: {e}"));
    assert_eq!(plant.breaches(), Vec::new());
}

fn order(plant: &Plant) -> &WorkOrder {
    plant.work_order(&"WO-1".parse().unwrap()).unwrap()
}

/// An order of 240 bottles without a routing.
fn bottles() -> Vec<Event> {
    let created = json!({"order": "WO-1", "material": "BEER",
        "quantity": {"value": "240", "unit": "XBO"}});
    vec![
        of_erp("work_order.created", 5, &created),
        of_erp("work_order.released", 6, &json!({"order": "WO-1"})),
    ]
}

/// A version of the beer: so many bottles are a case.
fn beer(version: u64, hour: u32, bottles: &str) -> Event {
    let data = json!({"material": "BEER", "version": version, "base_unit": "XBO",
        "conversions": [{"unit": "XCS", "numerator": bottles, "denominator": "1"}]});
    of_erp("material.updated", hour, &data)
}

/// A report of good cases.
fn cases(hour: u32, good: &str) -> Event {
    report(hour, good, "XCS")
}

fn report(hour: u32, good: &str, unit: &str) -> Event {
    let data = json!({"order": "WO-1", "op": "10", "unit": unit, "good": good, "delivers": true});
    event("/mes", "operation.progressed", hour, &data)
}

/// The state after these events arrived in every order; what waits is tried again. All of them
/// are applied in the end, and the state is the same.
fn ends_the_same(events: &[Event]) -> StateHash {
    ends_the_same_from(&[], events)
}

/// The same, after events that always come first.
fn ends_the_same_from(first: &[Event], events: &[Event]) -> StateHash {
    let mut end = None;
    for order in permutations(events.len()) {
        let mut plant = plant();
        for event in first {
            tell(&mut plant, event);
        }
        let mut waiting: Vec<&Event> = Vec::new();
        for n in &order {
            waiting.push(&events[*n]);
            let mut tried = usize::MAX;
            while waiting.len() < tried {
                tried = waiting.len();
                waiting.retain(|event| match plant.apply(event) {
                    Ok(_) => false,
                    Err(e) => {
                        assert_eq!(e.kind(), Kind::Park, "{order:?}: {e}");
                        true
                    }
                });
            }
        }
        assert_eq!(waiting, Vec::<&Event>::new(), "{order:?}");
        assert_eq!(plant.breaches(), Vec::new(), "{order:?}");
        let hash = plant.state_hash();
        assert_eq!(*end.get_or_insert(hash), hash, "{order:?}");
    }
    end.unwrap()
}

fn permutations(len: usize) -> Vec<Vec<usize>> {
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
