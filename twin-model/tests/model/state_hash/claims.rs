//! What sources say of fields that they do not own, and tables of owners.

use serde_json::{Value, json};
use twin_model::{Plant, wire::decode};

fn said() -> Vec<(&'static str, &'static str, Value)> {
    let q = |value: &str| json!({"value": value, "unit": "H87"});
    vec![
        (
            "/twin",
            "ownership.published",
            json!({"version": 1, "sources": [{"source": "/s", "system": "mes"}],
            "owners": [{"entity": "lot", "field": "stock", "owner": "erp"}]}),
        ),
        (
            "/qms",
            "work_order.created",
            json!({"order": "WO-1", "material": "N", "quantity": q("11")}),
        ),
        (
            "/erp",
            "operation.completed",
            json!({"order": "WO-1", "op": "10", "unit": "H87", "good": "7"}),
        ),
        (
            "/qms",
            "lot.created",
            json!({"lot": "A", "material": "N", "quantity": q("8")}),
        ),
        (
            "/erp",
            "work_center.state_changed",
            json!({"work_center": "V", "item_state": "not_executing"}),
        ),
        (
            "/mes",
            "shipment.requested",
            json!({"delivery": "D", "lots": [{"lot": "B", "quantity": q("2")}]}),
        ),
        ("/erp", "ownership.published", json!({"version": 2})),
        (
            "/erp",
            "inspection.cancelled",
            json!({"inspection": "I1", "reason": "x"}),
        ),
    ]
}

/// Adds claims to every kind of entity of the full plant.
pub(crate) fn tell(plant: &mut Plant) {
    for (n, (source, name, data)) in said().into_iter().enumerate() {
        let text = json!({"specversion": "1.0", "id": format!("claim{n}"), "source": source,
            "type": format!("mfg.{name}.v1"), "time": "2026-03-02T08:00:00Z", "plant": "P1",
            "data": data});
        plant
            .apply(&decode(text.to_string().as_bytes()).unwrap())
            .unwrap();
    }
}
