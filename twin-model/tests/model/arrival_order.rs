//! What two sources say of one thing ends the same, whichever is quicker.
use serde_json::{Value, json};
use twin_model::{Event, Plant, wire};

fn event(id: usize, name: &str, at: &str, data: &Value) -> Event {
    let text = json!({"specversion": "1.0", "id": id.to_string(), "source": "/s",
        "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{at}:00Z"), "plant": "P1",
        "data": data});
    wire::decode(text.to_string().as_bytes()).unwrap()
}

fn prepared() -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    let order = json!({"order": "O", "material": "M", "quantity": {"value": "9", "unit": "H87"}});
    plant
        .apply(&event(100, "work_order.created", "05:00", &order))
        .unwrap();
    let routing = json!({"order": "O", "operations": [{"op": "10", "work_center": "W1"}]});
    plant
        .apply(&event(101, "work_order.released", "05:10", &routing))
        .unwrap();
    let raw = json!({"lot": "A", "material": "R", "quantity": {"value": "9", "unit": "H87"}});
    plant
        .apply(&event(102, "lot.created", "05:20", &raw))
        .unwrap();
    plant
}

/// Every order of arrival of these events ends in the same state.
fn ends_the_same(events: &[(&str, &str, Value)]) {
    let mut hashes = Vec::new();
    for order in permutations(events.len()) {
        let mut plant = prepared();
        for n in &order {
            let (name, at, data) = &events[*n];
            plant
                .apply(&event(*n, name, at, data))
                .unwrap_or_else(|e| panic!("{order:?}: {e}"));
        }
        hashes.push((plant.state_hash(), order));
    }
    assert!(hashes.len() > 1);
    for (hash, order) in &hashes {
        assert_eq!(*hash, hashes[0].0, "{order:?} against {:?}", hashes[0].1);
    }
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

#[test]
fn reports_and_the_start_of_one_operation() {
    let report = |worker: &str, center: Option<&str>| {
        json!({"order": "O", "op": "10", "unit": "H87", "good": "1", "worker": worker,
            "work_center": center})
    };
    ends_the_same(&[
        (
            "operation.started",
            "06:30",
            json!({"order": "O", "op": "10", "work_center": "W2"}),
        ),
        ("operation.progressed", "07:00", report("a", None)),
        ("operation.progressed", "06:10", report("b", Some("W2"))),
        ("operation.progressed", "07:00", report("c", Some("W2"))),
    ]);
}

#[test]
fn a_lot_that_is_filled_more_than_once() {
    let made = |order: Option<&str>| {
        json!({"order": order, "op": "10", "inputs": [{"lot": "A", "quantity":
            {"value": "1", "unit": "H87"}}], "outputs": [{"lot": "B", "material": "M",
            "quantity": {"value": "1", "unit": "H87"}}]})
    };
    ends_the_same(&[
        ("lot.transformed", "06:30", made(Some("O"))),
        ("lot.transformed", "06:10", made(None)),
        (
            "lot.created",
            "06:20",
            json!({"lot": "B", "material": "M", "order": "N",
            "quantity": {"value": "1", "unit": "H87"}}),
        ),
    ]);
}

#[test]
fn two_states_of_a_machine_at_the_same_time() {
    let state = |state: &str| json!({"work_center": "W1", "item_state": state});
    ends_the_same(&[
        ("work_center.state_changed", "06:00", state("executing")),
        ("work_center.state_changed", "06:00", state("not_executing")),
        (
            "work_center.state_changed",
            "05:00",
            state("out_of_service"),
        ),
    ]);
}
