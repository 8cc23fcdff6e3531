//! The state hash sees every business field, and nothing else.
#[path = "state_hash/claims.rs"]
mod claims;
#[path = "state_hash/goods.rs"]
mod goods;
#[path = "state_hash/inspections.rs"]
mod inspections;
#[path = "state_hash/movements.rs"]
mod movements;
#[path = "state_hash/reference.rs"]
mod reference;
#[path = "state_hash/units.rs"]
mod units;

use serde_json::{Value, json};
use twin_model::wire::{decode, snapshot::StoredPlant};
use twin_model::{DeliveryId, Entity, Plant, ShipmentState};

fn tell(plant: &mut Plant, n: u32, name: &str, data: &Value) {
    let text = json!({"specversion": "1.0", "id": format!("e{n}"), "source": "/s",
        "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{:02}:{:02}:00Z", 8 + n / 60, n % 60),
        "plant": "P1", "data": data});
    plant
        .apply(&decode(text.to_string().as_bytes()).unwrap())
        .unwrap();
}

fn q(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

fn orders() -> Vec<(&'static str, Value)> {
    vec![
        (
            "work_order.created",
            json!({"order": "WO-1", "material": "M", "quantity": q("10"),
            "tolerance": {"over": "0.1", "under": "0.2"}, "routing_version": "r",
            "bom_version": "b", "planned_start": "2026-03-01T08:00:00Z",
            "planned_end": "2026-03-02T08:00:00Z", "priority": 3, "sales_order": "S"}),
        ),
        (
            "work_order.released",
            json!({"order": "WO-1", "operations": [
            {"op": "10", "work_center": "W", "delivers": true, "setup_s": 60,
             "run_s_per_unit": "1.5"},
            {"op": "20", "work_center": "W", "predecessors": ["10"]}]}),
        ),
        (
            "operation.completed",
            json!({"order": "WO-1", "op": "10", "work_center": "V",
            "unit": "H87", "good": "5", "scrap": "1", "rework": "2", "mrb": "3", "worker": "Q"}),
        ),
        (
            "operation.started",
            json!({"order": "WO-1", "op": "20", "work_center": "V"}),
        ),
        (
            "work_order.created",
            json!({"order": "WO-2", "material": "M", "quantity": q("1")}),
        ),
        (
            "work_order.released",
            json!({"order": "WO-2",
            "operations": [{"op": "10", "work_center": "V"}]}),
        ),
    ]
}

/// An order with everything that can be said of one.
fn told_order() -> Vec<(&'static str, Value)> {
    let report = |more: &[(&str, Value)]| {
        let mut data = json!({"order": "WO-3", "op": "10", "unit": "H87", "work_center": "V",
            "mode": "cumulative", "counter_epoch": 1, "good": "2", "worker": "Q",
            "scrap_by_reason": [{"quantity": "1", "reason": "burr"}], "document": "DOC"});
        for (key, value) in more {
            data[key] = value.clone();
        }
        data
    };
    vec![
        (
            "work_order.created",
            json!({"order": "WO-3", "material": "M", "quantity": q("10"), "counting": "both"}),
        ),
        (
            "work_order.released",
            json!({"order": "WO-3", "quantity": q("9"), "operations": [
            {"op": "10", "work_center": "V", "quantity": "9", "inspection_point": true},
            {"op": "20", "predecessors": ["10"], "overlap": true}],
            "components": [{"material": "RAW", "quantity": q("18"), "backflush": true,
                "op": "10"}]}),
        ),
        (
            "work_order.changed",
            json!({"order": "WO-3", "priority": {"new": 2}, "tolerance": {"new": {"over": "1"}}}),
        ),
        (
            "operation.dispatched",
            json!({"order": "WO-3", "op": "10", "work_center": "V", "queue_pos": 4,
            "planned_start": "2026-03-01T08:00:00Z"}),
        ),
        (
            "operation.setup_started",
            json!({"order": "WO-3", "op": "10", "work_center": "V", "from_setup": "a",
            "to_setup": "b", "worker": "Q"}),
        ),
        (
            "operation.started",
            json!({"order": "WO-3", "op": "10", "work_center": "V"}),
        ),
        ("operation.progressed", report(&[])),
        (
            "confirmation.reversed",
            json!({"order": "WO-3", "document": "DOC", "reason": "twice", "by": "lead"}),
        ),
        (
            "operation.interrupted",
            json!({"order": "WO-3", "op": "10", "reason": "no steel", "hold": "H1"}),
        ),
        (
            "operation.aborted",
            json!({"order": "WO-3", "op": "10", "reason": "lost", "wip_disposition": "review"}),
        ),
        (
            "operation.completed",
            report(&[
                ("op", json!("20")),
                ("final", json!(true)),
                ("document", json!("D2")),
            ]),
        ),
        (
            "work_order.tech_completed",
            json!({"order": "WO-3", "by": "plan", "final_quantity": q("2")}),
        ),
    ]
}

/// Orders that ended in the other ways.
fn ended_orders() -> Vec<(&'static str, Value)> {
    let mut events = Vec::new();
    for order in ["WO-4", "WO-5", "WO-6"] {
        events.push((
            "work_order.created",
            json!({"order": order, "material": "M", "quantity": q("1")}),
        ));
        events.push(("work_order.released", json!({"order": order})));
    }
    events.extend([
        (
            "work_order.aborted",
            json!({"order": "WO-4", "reason": "drawing", "wip_disposition": "rework"}),
        ),
        (
            "work_order.release_withdrawn",
            json!({"order": "WO-5", "reason": "steel"}),
        ),
        (
            "work_order.cancelled",
            json!({"order": "WO-5", "reason": "customer"}),
        ),
        ("work_order.tech_completed", json!({"order": "WO-6"})),
        (
            "work_order.closed",
            json!({"order": "WO-6", "period": "2026-03"}),
        ),
    ]);
    events
}

fn lots_and_holds() -> Vec<(&'static str, Value)> {
    let mut events = vec![
        (
            "lot.created",
            json!({"lot": "A", "material": "RAW", "quantity": q("9"),
            "order": "WO-1", "op": "10", "produced_at": "2026-03-01T07:00:00Z",
            "expiry": "2027-03-01T07:00:00Z", "usage": "unrestricted"}),
        ),
        (
            "lot.transformed",
            json!({"order": "WO-1", "inputs": [{"lot": "A", "quantity": q("2")}],
            "outputs": [{"lot": "B", "material": "M", "quantity": q("2")}]}),
        ),
        (
            "shipment.requested",
            json!({"delivery": "D", "customer": "C",
            "lots": [{"lot": "B", "quantity": q("1")}, {"lot": "A", "quantity": q("1")}]}),
        ),
    ];
    for (hold, kind, id) in [
        ("H1", "lot", "A"),
        ("H2", "work_order", "WO-1"),
        ("H3", "work_center", "V"),
        ("H4", "lot", "unborn"),
        ("H5", "lot", "B"),
    ] {
        events.push((
            "hold.placed",
            json!({"hold": hold, "scope": {"kind": kind, "id": id},
            "reason": "why", "placed_by": "QA", "ncr": "N1", "propagate": hold != "H1"}),
        ));
    }
    events.push((
        "hold.released",
        json!({"hold": "H5", "disposition": "ok",
        "released_by": "QA"}),
    ));
    events.push((
        "lot.merged",
        json!({"parents": [{"lot": "A", "quantity": q("1")}],
        "child": {"lot": "C", "material": "M", "quantity": q("1")}, "tank": "T"}),
    ));
    events.push((
        "work_center.state_changed",
        json!({"work_center": "V",
        "item_state": "executing", "mode": "processing", "reason": "run"}),
    ));
    events
}

fn of_a_machine() -> Vec<(&'static str, Value)> {
    let w = "V";
    vec![
        (
            "work_center.configured",
            json!({"work_center": w, "capacity": 2, "ideal_s_per_unit": "30",
            "silent_after_s": 900, "counter_modulus": {"good": 99, "scrap": 99},
            "kpi_window_s": 3600, "shifts": [
            {"from": "2026-03-01T06:00:00Z", "to": "2026-03-01T14:00:00Z"}]}),
        ),
        (
            "work_center.state_changed",
            json!({"work_center": w, "item_state": "not_executing", "mode": "setup",
            "reason": "no pallet", "idle_cause": "blocked"}),
        ),
        (
            "work_center.counter_sampled",
            json!({"work_center": w, "epoch": 1, "counters":
            {"good": 9, "total": 12, "scrap": 3}}),
        ),
        (
            "work_center.counter_sampled",
            json!({"work_center": w, "epoch": 1, "counters": {"good": 4, "total": 14, "scrap": 4}}),
        ),
        (
            "edge.session",
            json!({"work_center": w, "session_no": 7, "state": "death", "last_sequence": "0042"}),
        ),
        (
            "maintenance.scheduled",
            json!({"work_center": w, "maintenance": "PM", "from": "2026-03-02T06:00:00Z",
            "to": "2026-03-02T08:00:00Z"}),
        ),
        (
            "maintenance.started",
            json!({"work_center": w, "maintenance": "BD", "kind": "breakdown",
            "until": "2026-03-01T12:00:00Z"}),
        ),
    ]
}

/// A plant in which every optional field of every entity is filled.
fn full_plant() -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    let events = orders()
        .into_iter()
        .chain(told_order())
        .chain(ended_orders())
        .chain(lots_and_holds())
        .chain(movements::told())
        .chain(units::told())
        .chain(units::deliveries())
        .chain(inspections::all())
        .chain(of_a_machine())
        .chain(reference::told())
        .chain(goods::told());
    for (n, (name, data)) in (1..).zip(events) {
        tell(&mut plant, n, name, &data);
    }
    let delivery: DeliveryId = "SENT".parse().unwrap();
    let clearance = plant.shipment(&delivery).unwrap().clearance();
    let token = clearance.unwrap().token().clone();
    let sent = json!({"delivery": delivery, "gate_token": token});
    tell(&mut plant, 40, "shipment.confirmed", &sent);
    let late = json!({"hold": "H6", "scope": {"kind": "lot", "id": "Z"}, "reason": "late"});
    tell(&mut plant, 41, "hold.placed", &late);
    claims::tell(&mut plant);
    plant
}

/// Paths to all leaves of a JSON value, and to its arrays (which lose their last element).
fn places(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                places(
                    inner,
                    format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(list) => {
            found.push(path.clone());
            for (n, inner) in list.iter().enumerate() {
                places(inner, format!("{path}/{n}"), found);
            }
        }
        _ => found.push(path),
    }
}

const LATER: &str = "2031-01-01T00:00:00Z";

/// Texts that some contract accepts.
const WORDS: &[&str] = &[
    LATER,
    "77",
    "KGM",
    "restricted",
    "not_executing",
    "executing",
    "setup",
    "processing",
    "TWIN-R16",
    "lot.usage",
    "cmms",
    "machine",
    "suspended",
    "return",
    "planned_start",
    "split",
    "starved",
    "returned",
    "consumed",
    "birth",
    "pass",
    "rework",
    "minor",
    "major",
    "planned",
    "breakdown",
    "finished",
    "add",
    "remove",
];

/// Other values to try at a leaf; the first that the contract accepts is taken.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(b) => vec![json!(!b)],
        Value::Number(n) => vec![
            json!(n.as_i64().unwrap() + 1),
            json!(n.as_i64().unwrap() - 1),
        ],
        Value::Null => vec![
            json!({"at": LATER, "reason": "x"}),
            json!({"at": LATER, "by": "x", "reason": "x"}),
            json!({"at": LATER, "period": null}),
            json!({"at": LATER, "by": null, "final_quantity": null}),
            json!({"at": LATER, "reason": "x", "wip_disposition": "scrap"}),
            json!({"at": LATER, "work_center": "x", "queue_pos": null, "planned_start": null}),
            json!({"at": LATER, "work_center": "x", "from": null, "to": null, "worker": null}),
            json!({"at": LATER, "kind": "held", "reason": "x", "hold": null}),
            json!({"at": LATER, "parts": []}),
            json!({"from": LATER, "to": LATER}),
            json!({"at": LATER, "quantity": "1"}),
            json!({"at": LATER, "by": "x", "meaning": "x"}),
            json!({"value": "1", "unit": "H87"}),
            json!([LATER, null, null]),
            json!([LATER, "x"]),
            json!(["x", "y"]),
            json!(["x", "y", "2031-01-01T00:00:00Z"]),
            json!("2031-01-01T00:00:00Z"),
            json!("1"),
            json!(1),
            json!("x"),
            json!({"Cancelled": {"at": "2031-01-01T00:00:00Z", "reason": "x"}}),
            json!("starved"),
            json!({"at": "2031-01-01T00:00:00Z", "rank": 1, "reason": null,
                "doing": {"item_state": "executing", "mode": "none", "idle_cause": null}}),
            json!({"since": "2031-01-01T00:00:00Z", "until": "2031-01-02T00:00:00Z",
                "buckets": [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]}),
            json!({"at": LATER, "epoch": 1, "shows": 2, "restarts": 3, "fell": null}),
        ],
        Value::String(s) => {
            let words = WORDS.iter().map(|word| json!(word));
            words.chain([json!(format!("{s}-other"))]).collect()
        }
        Value::Array(list) => list
            .split_last()
            .map(|(_, rest)| json!(rest))
            .into_iter()
            .collect(),
        Value::Object(_) => vec![],
    }
}

#[test]
fn changing_any_business_field_changes_the_hash() {
    let plant = full_plant();
    let stored = StoredPlant::from(&plant);
    let whole = serde_json::to_value(&stored).unwrap();
    let hash = plant.state_hash();
    let mut found = Vec::new();
    for (n, entity) in whole["entities"].as_array().unwrap().iter().enumerate() {
        places(&entity["state"], format!("/entities/{n}/state"), &mut found);
    }
    places(&whole["unborn"], "/unborn".to_owned(), &mut found);
    let mut changed = 0;
    for path in &found {
        let old = whole.pointer(path).unwrap();
        let altered = others(old)
            .into_iter()
            .filter(|new| new != old)
            .find_map(|new| {
                let mut altered = whole.clone();
                *altered.pointer_mut(path).unwrap() = new;
                let stored: StoredPlant = serde_json::from_value(altered).ok()?;
                Plant::try_from(stored).ok()
            });
        match altered {
            Some(altered) => {
                assert_ne!(altered.state_hash(), hash, "{path} does not count");
                changed += 1;
            }
            None => {
                // An empty list, or a tuple: of a tuple only the members can change.
                let fixed =
                    matches!(old, Value::Array(list) if [0, 2, 3, 4, 10, 16].contains(&list.len()));
                assert!(
                    fixed,
                    "{path} = {old} was never altered: teach `others` a value for it"
                );
            }
        }
    }
    assert!(changed > 150, "only {changed} fields were altered");
}

#[test]
fn versions_and_decision_times_do_not_count() {
    let plant = full_plant();
    let mut stored = StoredPlant::from(&plant);
    for entity in &mut stored.entities {
        entity.version += 7;
        if let Some(gate) = &mut entity.gate {
            gate.decided_at = gate.decided_at.plus_seconds(60);
            gate.judged_at = gate.judged_at.plus_seconds(60);
            gate.cleared_times += 1;
            gate.former = gate.clearance.take().or(gate.former.take());
            gate.texts
                .iter_mut()
                .for_each(|text| *text = "in other words".into());
        }
    }
    assert_eq!(
        Plant::try_from(stored).unwrap().state_hash(),
        plant.state_hash()
    );
}

#[test]
fn the_order_in_which_entities_came_into_being_does_not_count() {
    let plant = full_plant();
    let mut stored = StoredPlant::from(&plant);
    stored.entities.reverse();
    assert_eq!(
        Plant::try_from(stored).unwrap().state_hash(),
        plant.state_hash()
    );
}

#[test]
fn the_story_fills_every_kind_of_entity() {
    let plant = full_plant();
    let has = |matches: fn(&Entity) -> bool| plant.entities().any(matches);
    assert!(has(
        |e| matches!(e, Entity::WorkOrder(o) if o.operations().len() == 2)
    ));
    assert!(has(
        |e| matches!(e, Entity::Lot(l) if l.inherited_holds().next().is_some())
    ));
    assert!(has(
        |e| matches!(e, Entity::WorkCenter(w) if w.running().next().is_some()
            && !w.queue().is_empty()
            && w.counted_in_all().good == Some(4)
            && w.session().is_some())
    ));
    assert!(has(|e| matches!(e, Entity::Hold(h) if !h.is_open())));
    assert!(has(
        |e| matches!(e, Entity::Shipment(s) if !s.reasons().is_empty())
    ));
    assert!(has(
        |e| matches!(e, Entity::Shipment(s) if s.state() == ShipmentState::RecallRequired)
    ));
    assert!(has(
        |e| matches!(e, Entity::Shipment(s) if s.state() == ShipmentState::Cancelled)
    ));
}
