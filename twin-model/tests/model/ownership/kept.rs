//! Which claims an object keeps: the newest of each source, whatever came first, and none of an
//! owner.

use serde_json::{Value, json};
use twin_model::{Event, Plant, StateHash};

use super::{event, plant, tell, texts};

fn priority(source: &str, at: &str, new: u32) -> Event {
    let data = json!({"order": "O", "priority": {"new": new}});
    let told = event("/mes", "work_order.changed", at, &data);
    Event {
        source: source.parse().unwrap(),
        ..told
    }
}

fn told(events: &[Event]) -> (StateHash, Vec<String>) {
    let mut plant = plant();
    for event in events {
        plant.apply(event).unwrap();
    }
    assert_eq!(plant.breaches(), vec![]);
    (plant.state_hash(), texts(&plant))
}

#[test]
fn of_one_source_the_newest_word_counts_and_of_one_moment_the_greater() {
    for (first, second, counts) in [
        (("09:00", 1), ("09:10", 2), 2),
        (("09:10", 1), ("09:00", 2), 1),
        (("09:00", 1), ("09:00", 2), 2),
        (("09:00", 2), ("09:00", 1), 2),
    ] {
        let words = [first, second].map(|(at, new)| priority("/mes/line", at, new));
        let [one, other] = words.clone();
        let (hash, said) = told(&words);
        assert_eq!(said.len(), 1, "{said:?}");
        let text = format!("/mes/line set priority of Order O to {counts};");
        assert!(said[0].starts_with(&text), "{said:?}");
        assert_eq!(told(&[other, one]).0, hash, "whichever came first");
    }
}

#[test]
fn what_a_table_makes_ones_own_is_claimed_no_more_and_the_rest_is() {
    let mut plant: Plant = plant();
    for (source, new) in [("/mes/line", 1), ("/wms/hall", 2)] {
        plant.apply(&priority(source, "09:00", new)).unwrap();
    }
    let created = super::created("120");
    tell(&mut plant, "/mes/line", "work_order.created", &created);
    assert_eq!(texts(&plant).len(), 3);
    let table = |version: u32, owner: &str| -> Value {
        json!({"version": version,
            "owners": [{"entity": "work_order", "field": "priority", "owner": owner}]})
    };
    tell(&mut plant, "/twin", "ownership.published", &table(1, "mes"));
    let said = texts(&plant);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said.iter()
            .any(|text| text.contains("/wms/hall set priority"))
    );
    assert!(
        said.iter()
            .any(|text| text.contains("/mes/line set quantity"))
    );
    tell(&mut plant, "/twin", "ownership.published", &table(2, "wms"));
    let said = texts(&plant);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("/mes/line set quantity"), "{said:?}");
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    assert_eq!(
        order.priority(),
        5,
        "what was claimed was not said by an owner"
    );
}

#[test]
fn a_table_touches_those_of_whom_something_is_claimed_and_nobody_else() {
    let mut plant = plant();
    let lot = json!({"lot": "L", "material": "M", "quantity": {"value": "5", "unit": "H87"}});
    tell(&mut plant, "/wms", "lot.created", &lot);
    let table = |version: u32| json!({"version": version, "owners": []});
    let touched = |plant: &mut Plant, version: u32| -> Vec<String> {
        let turn = tell(plant, "/twin", "ownership.published", &table(version));
        let keys = turn.touched.into_iter();
        keys.map(|touched| touched.key.kind().as_str().to_owned())
            .collect()
    };
    assert_eq!(touched(&mut plant, 1), ["ownership"]);
    plant.apply(&priority("/mes/line", "09:00", 1)).unwrap();
    let mut both = touched(&mut plant, 2);
    both.sort_unstable();
    assert_eq!(both, ["ownership", "work_order"]);
}
