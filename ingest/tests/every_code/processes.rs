//! Codes that tell of processes and the systems that they ask.

use serde_json::{Value, json};
use twin_model::Code;

use super::orders::{complete, report};
use super::scene::{Given, Scene, q, scene, told};

const FIRST: &str = "confirmation/WO-1/10/1-1";

/// The confirmation of operation 10 was asked for at 09:00; a command waits five minutes.
fn asked() -> Vec<Given> {
    let rules = json!({"version": 1, "processes": [{"kind": "confirmation", "tries_max": 3}]});
    let data = json!({"order": "WO-1", "material": "M", "quantity": q("10"),
        "tolerance": {"over": "0.5"}});
    let plan = json!({"order": "WO-1", "operations": [{"op": "10", "work_center": "SAW"},
        {"op": "20", "work_center": "PACK", "predecessors": ["10"], "delivers": true}]});
    vec![
        told("/twin", "process_rules.published", "05:00", rules),
        told("/erp", "work_order.created", "06:00", data),
        told("/erp", "work_order.released", "06:00", plan),
        complete("09:00", "10", "9"),
    ]
}

fn answered(name: &'static str, at: &str, data: Value) -> Given {
    told("/erp", name, at, data)
}

fn posted(at: &str, command: &str, document: &str) -> Given {
    let data = json!({"command": command, "document": document});
    answered("posting.acknowledged", at, data)
}

fn after(more: Vec<Given>) -> Vec<Given> {
    let mut given = asked();
    given.extend(more);
    given
}

/// 112 kg of RAW for an order that is to take 100; the plant lets 1/20 and 2 kg pass.
fn used_too_much() -> Vec<Given> {
    let kg = |value: &str| json!({"value": value, "unit": "KGM"});
    let limits = json!([{"share": {"numerator": 1, "denominator": 20}, "quantity": kg("2")}]);
    let rules = json!({"version": 1, "processes": [{"kind": "variance", "limits": limits}]});
    let data = json!({"order": "WO-1", "material": "M", "quantity": q("10")});
    let plan = json!({"order": "WO-1", "operations": [{"op": "10", "work_center": "SAW"}],
        "components": [{"material": "RAW", "quantity": kg("100")}]});
    let used = json!({"order": "WO-1", "op": "10", "material": "RAW", "quantity": kg("112")});
    vec![
        told("/twin", "process_rules.published", "05:00", rules),
        told("/erp", "work_order.created", "06:00", data),
        told("/erp", "work_order.released", "06:00", plan),
        told("/mes", "material.consumed", "07:00", used),
    ]
}

pub(crate) fn scenes() -> Vec<Scene> {
    let refused = json!({"command": FIRST, "erp_code": "M7053",
        "erp_text": "Posting period 04 is not open"});
    let mut again = Vec::new();
    for n in 0..101 {
        let command = format!("confirmation/WO-1/10/{}-1", n + 1);
        again.push(posted("09:01", &command, &format!("D{n}")));
        let scrap = json!({"order": "WO-1", "op": "10", "unit": "H87", "scrap": "1"});
        again.push(told("/mes", "operation.progressed", "08:59", scrap));
    }
    again.pop();
    again.pop();
    again.push(report("08:59", "10", "1"));
    vec![
        scene(
            Code::R32,
            &[
                "operation 10 of order WO-1",
                "Posting period 04",
                "M7053",
                "1 tries",
            ],
            after(vec![answered("posting.refused", "09:01", refused)]),
        ),
        scene(
            Code::R61,
            &["confirmation/WO-1/10/7-1"],
            after(vec![posted("09:01", "confirmation/WO-1/10/7-1", "4711")]),
        ),
        scene(
            Code::R62,
            &[
                "operation 10 of order WO-1",
                FIRST,
                "3 times",
                "2026-03-01T09:00:00Z",
            ],
            after(vec![
                Given::Tick("09:05"),
                Given::Tick("09:15"),
                Given::Tick("09:35"),
            ]),
        ),
        scene(
            Code::R63,
            &["operation 10 of order WO-1", "4711", "4712"],
            after(vec![
                posted("09:01", FIRST, "4711"),
                posted("09:02", FIRST, "4712"),
            ]),
        ),
        scene(
            Code::R67,
            &["WO-1", "112 KGM", "RAW", "100", "12"],
            used_too_much(),
        ),
        scene(Code::R64, &["confirmation/WO-1", "100"], after(again)),
    ]
}
