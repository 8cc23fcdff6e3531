//! Movements of an order, one of which is taken back by its document.

use serde_json::{Value, json};

pub(crate) fn told() -> Vec<(&'static str, Value)> {
    let issued = |quantity: &str, document: &str| {
        let quantity = json!({"value": quantity, "unit": "H87"});
        let data = json!({"order": "WO-1", "material": "RAW", "quantity": quantity,
            "document": document});
        ("material.issued", data)
    };
    let back = json!({"order": "WO-1", "document": "M1", "reason": "wrong bin"});
    vec![
        issued("2", "M1"),
        ("movement.reversed", back),
        issued("3", "M2"),
    ]
}
