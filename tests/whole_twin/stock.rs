//! Orders, lots, holds and reports, told over HTTP a few at a time.

use serde_json::{Value, json};

fn event(id: &str, source: &str, name: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": source, "type": format!("mfg.{name}.v1"),
        "time": "2026-03-01T08:00:00Z", "plant": "P1", "data": data})
}

/// What belongs to one number: an order with reports, a lot, and with every third a hold.
pub(crate) fn events(n: usize) -> Vec<u8> {
    let (order, lot, hold) = (format!("WO-{n}"), format!("L-{n}"), format!("H-{n}"));
    let ten = json!({"value": "10", "unit": "H87"});
    let mut told = vec![
        event(
            &format!("c{n}"),
            "/erp",
            "work_order.created",
            json!({"order": order, "material": "M", "quantity": ten}),
        ),
        event(
            &format!("r{n}"),
            "/erp",
            "work_order.released",
            json!({"order": order,
                "operations": [{"op": "10", "work_center": "SAW", "delivers": true}]}),
        ),
        event(
            &format!("l{n}"),
            "/wms",
            "lot.created",
            json!({"lot": lot, "material": "S", "quantity": ten}),
        ),
    ];
    for piece in 0..3 {
        told.push(event(
            &format!("p{n}-{piece}"),
            "/mes",
            "operation.progressed",
            json!({"order": order, "op": "10", "unit": "H87", "good": "1"}),
        ));
    }
    if n.is_multiple_of(3) {
        let data = json!({"hold": hold, "scope": {"kind": "lot", "id": lot}, "reason": "scratch"});
        told.push(event(&format!("h{n}"), "/qms", "hold.placed", data));
    }
    json!(told).to_string().into_bytes()
}
