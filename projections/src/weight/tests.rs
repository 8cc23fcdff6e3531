//! The heaviest entries that a plant can make.

use std::collections::BTreeSet;

use actors::Cursor;
use serde_json::{Value, json};
use twin_model::{Lot, Plant, Time, WorkCenter, wire};

use super::*;
use crate::entities::Entities;

/// The longest id that starts with `start`.
fn long(start: &str) -> String {
    format!("{start:-<96}")
}

/// A plant with long names, many relatives and everything on hold.
fn crowded() -> Vec<(&'static str, Value)> {
    let quantity = |value: &str| json!({"value": value, "unit": "H87"});
    let lot = |id: &str| {
        json!({"lot": long(id), "material": long("M"),
        "quantity": quantity("999999999999"), "order": long("WO")})
    };
    let operations: Vec<Value> = (0..30)
        .map(|n| {
            json!({"op": long(&format!("O{n}")), "work_center": long("SAW"),
            "predecessors": (0..n).map(|m| long(&format!("O{m}"))).collect::<Vec<_>>()})
        })
        .collect();
    let process = ["release", "confirmation"].map(|kind| json!({"kind": kind}));
    let mut told = vec![
        (
            "process_rules.published",
            json!({"version": 1, "processes": process}),
        ),
        (
            "work_order.created",
            json!({"order": long("WO"), "material": long("M"),
            "quantity": quantity("100"), "sales_order": long("SO"),
            "planned_start": "2026-03-01T08:00:00.123456Z",
            "planned_end": "2026-03-01T12:00:00.123456Z"}),
        ),
        (
            "work_order.released",
            json!({"order": long("WO"), "operations": operations}),
        ),
        (
            "operation.progressed",
            json!({"order": long("WO"), "op": long("O0"),
            "work_center": long("SAW"), "unit": "H87", "good": "1000000", "scrap": "7",
            "worker": long("worker"), "start": "2026-03-01T07:00:00.123456Z"}),
        ),
        ("lot.created", lot("IN")),
    ];
    for n in 0..40 {
        told.push((
            "lot.transformed",
            json!({"order": long("WO"),
            "inputs": [{"lot": long("IN"), "quantity": quantity("99999")}],
            "outputs": [{"lot": long(&format!("L{n}")), "material": long("M"),
                "quantity": quantity("99999")}]}),
        ));
    }
    told.extend(asked());
    told.extend(published());
    told.extend(judged());
    for (hold, kind, id) in [
        ("H1", "lot", "IN"),
        ("H2", "work_order", "WO"),
        ("H3", "work_center", "SAW"),
    ] {
        told.push((
            "hold.placed",
            json!({"hold": long(hold), "reason": "\"cracks\" ".repeat(50),
            "placed_by": long("Q"), "scope": {"kind": kind, "id": long(id)}}),
        ));
    }
    told.push((
        "shipment.requested",
        json!({"delivery": long("D"), "customer": long("C"),
        "lots": (0..40).map(|n| json!({"lot": long(&format!("L{n}")), "quantity": quantity("1")}))
            .collect::<Vec<_>>()}),
    ));
    told
}

/// Commands with long names, refused with many words, and one that is dispatched.
fn asked() -> Vec<(&'static str, Value)> {
    let op = format!("{:-<64}", "P");
    let command = format!("confirmation/{}/{op}/1-1", long("WO"));
    let mut told = vec![
        (
            "operation.completed",
            json!({"order": long("WO"), "op": op, "unit": "H87", "good": "1"}),
        ),
        (
            "posting.refused",
            json!({"command": command, "erp_code": "\"".repeat(500),
                "erp_text": "\"no\" ".repeat(83)}),
        ),
        (
            "work_center.configured",
            json!({"work_center": long("SAW")}),
        ),
        (
            "work_order.created",
            json!({"order": long("W2"), "material": long("M"), "routing_version": "r",
                "bom_version": "b", "quantity": {"value": "1", "unit": "H87"}}),
        ),
    ];
    let operations: Vec<Value> = (0..30)
        .map(|n| json!({"op": long(&format!("O{n}")), "work_center": long("SAW")}))
        .collect();
    told.push((
        "work_order.released",
        json!({"order": long("W2"), "operations": operations}),
    ));
    told
}

fn quantity(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

/// Long ids that start alike.
fn named(start: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| long(&format!("{start}{n}"))).collect()
}

/// Reference data with long lists.
fn published() -> Vec<(&'static str, Value)> {
    let operations = named("O", 30).into_iter().enumerate();
    let operations: Vec<Value> = operations
        .map(|(n, op)| {
            json!({"op": op, "work_center": long("SAW"), "setup_s": 4_000_000,
                "run_s_per_unit": "999999999.123456789", "predecessors": named("O", n)})
        })
        .collect();
    let conversions: Vec<Value> = (0..9)
        .map(|n| {
            json!({"unit": format!("XA{n}"), "numerator": "999999999999",
                "denominator": "0.000001", "valid_from": "2026-03-01T08:00:00.123456Z",
                "valid_to": "2027-03-01T08:00:00.123456Z"})
        })
        .collect();
    vec![
        (
            "material.updated",
            json!({"material": long("MX"), "version": 1, "base_unit": "KGM",
                "conversions": conversions}),
        ),
        (
            "routing.published",
            json!({"material": long("M"), "routing": long("R"), "version": "1",
                "operations": operations}),
        ),
    ]
}

/// An inspection and a nonconformance with long lists, and movements.
fn judged() -> Vec<(&'static str, Value)> {
    let characteristics: Vec<Value> = named("C", 40)
        .iter()
        .map(|name| {
            json!({"name": name, "unit": "MMT", "lower": "-0.123456789",
                "upper": "999999999.123456789"})
        })
        .collect();
    let asked = json!({"inspection": long("I"), "lot": long("L1"), "order": long("WO"),
        "blocking": true, "plan_version": long("plan"), "characteristics": characteristics});
    let mut told = vec![("inspection.created", asked)];
    told.extend(named("C", 20).into_iter().map(|name| {
        let result = json!({"inspection": long("I"), "unit": "MMT", "characteristic": name,
            "values": vec!["999999999.123456789"; 20], "verdict": "fail",
            "instrument": long("gauge")});
        ("inspection.result_recorded", result)
    }));
    let part = json!({"decision": "accept", "quantity": quantity("1"), "code": long("code")});
    let decided = json!({"inspection": long("I"), "by": long("Q"), "decisions": [part]});
    told.push(("inspection.decided", decided));
    let lots = named("L", 40);
    let disposed: Vec<Value> = lots
        .iter()
        .map(|lot| json!({"lot": lot, "disposition": "rework", "quantity": quantity("1")}))
        .collect();
    let opened = json!({"nonconformance": long("N"), "lots": lots, "severity": "critical",
        "defect": "\"cracks\" ".repeat(50)});
    told.push(("nonconformance.opened", opened));
    let disposed = json!({"nonconformance": long("N"), "lots": disposed,
        "approvers": named("A", 5)});
    told.push(("nonconformance.dispositioned", disposed));
    told.extend(named("X", 20).into_iter().map(|material| {
        let consumed = json!({"order": long("WO"), "op": long("O0"), "material": material,
            "quantity": quantity("99999999")});
        ("material.consumed", consumed)
    }));
    told
}

#[test]
fn an_entry_never_takes_more_than_its_weight() {
    let mut plant = Plant::new("P1".parse().unwrap());
    let mut entities = Entities::default();
    let mut seen = BTreeSet::new();
    for (n, (name, data)) in crowded().into_iter().enumerate() {
        let raw = json!({"specversion": "1.0", "id": format!("e{n}"), "source": "/test",
            "type": format!("mfg.{name}.v1"), "time": "2026-03-01T08:00:00Z", "plant": "P1",
            "data": data});
        let event = wire::decode(raw.to_string().as_bytes()).unwrap();
        let turn = plant.apply(&event).unwrap();
        for touched in &turn.touched {
            entities.put(&touched.state, &mut BTreeSet::new());
        }
        let states = turn.touched.iter().map(|touched| Happening::State {
            state: touched.state.clone(),
            related: entities.related(&touched.state),
            now: Time::EPOCH,
            was: "",
            caused_by: None,
        });
        for happening in states.chain(turn.notices.into_iter().map(Happening::Notice)) {
            let in_memory = match &happening {
                Happening::State { state, .. } => in_memory(state),
                _ => 0,
            };
            seen.extend(match &happening {
                Happening::State { state, .. } => Some(state.key().kind()),
                _ => None,
            });
            let cursor = Cursor {
                epoch: 1,
                commit_no: 1,
                index: 1,
            };
            let entry = ChangeEvent::new(event.plant.clone(), cursor, event.time, happening);
            let took = entry.frame().len() + in_memory + size_of::<ChangeEvent>();
            let weight = weight(&entry);
            assert!(took <= weight, "{took} > {weight}: {:?}", entry.happening);
        }
    }
    assert_eq!(seen.len(), 11, "every kind of entity was weighed: {seen:?}");
}

/// The state with its longest lists.
fn in_memory(state: &Entity) -> usize {
    size_of::<Entity>()
        + match state {
            Entity::WorkCenter(_) => size_of::<WorkCenter>(),
            Entity::WorkOrder(order) => {
                let operations = order.operations();
                let names: usize = operations
                    .iter()
                    .map(|op| op.predecessors().len() + 3)
                    .sum();
                size_of::<WorkOrder>()
                    + size_of_val(operations)
                    + (names + order.lots().len()) * 120
            }
            Entity::Lot(lot) => size_of::<Lot>() + lot.children().len() * 120,
            _ => 0,
        }
}

#[test]
fn an_entry_of_an_order_with_thousands_of_reports_weighs_one_page_of_them() {
    let mut plant = Plant::new("P1".parse().unwrap());
    let mut weights = Vec::new();
    for n in 0..200 {
        let (name, data) = match n {
            0 => (
                "work_order.created",
                json!({"order": "WO", "material": "M",
                    "quantity": {"value": "1000", "unit": "H87"}}),
            ),
            1 => (
                "work_order.released",
                json!({"order": "WO", "operations": [{"op": "10"}]}),
            ),
            _ => (
                "operation.progressed",
                json!({"order": "WO", "op": "10", "unit": "H87", "good": "1"}),
            ),
        };
        let raw = json!({"specversion": "1.0", "id": format!("e{n}"), "source": "/test",
            "type": format!("mfg.{name}.v1"), "time": "2026-03-01T08:00:00Z", "plant": "P1",
            "data": data});
        let event = wire::decode(raw.to_string().as_bytes()).unwrap();
        let turn = plant.apply(&event).unwrap();
        weights.push(turn.touched.iter().map(|t| of_entity(&t.state)).max());
    }
    assert!(weights[10] > weights[5], "each report weighs, at first");
    assert_eq!(weights[199], weights[100]);
}
