//! Lots of which every system has told where they came from and went.

use serde_json::{Value, json};

fn q(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

pub(crate) fn told() -> Vec<(&'static str, Value)> {
    let lots = |lot: &str| json!([{"lot": lot, "quantity": q("2")}]);
    let used = |op: Option<&str>, scrapped: bool| {
        let data = json!({"order": "WO-G", "op": op, "material": "M", "lot": "G-RAW",
            "quantity": q("2"), "scrapped": scrapped});
        ("material.consumed", data)
    };
    let made = json!({"order": "WO-G", "op": "10", "inputs": lots("G-RAW"),
        "outputs": [{"lot": "G", "material": "M", "quantity": q("2")}]});
    let child = json!({"lot": "G", "material": "M", "quantity": q("2")});
    let issued = json!({"order": "WO-G", "material": "M", "lot": "G-RAW", "quantity": q("7"),
        "document": "DOC"});
    vec![
        (
            "work_order.created",
            json!({"order": "WO-G", "material": "M", "quantity": q("9")}),
        ),
        (
            "work_order.released",
            json!({"order": "WO-G", "operations": [{"op": "10"}, {"op": "20"}]}),
        ),
        (
            "lot.created",
            json!({"lot": "G-RAW", "material": "M", "quantity": q("90")}),
        ),
        ("material.issued", issued.clone()),
        used(Some("20"), false),
        used(None, false),
        used(Some("10"), true),
        ("material.returned", issued),
        ("lot.transformed", made),
        (
            "lot.split",
            json!({"parent": "G-RAW", "children": lots("G")}),
        ),
        (
            "lot.merged",
            json!({"parents": lots("G-RAW"), "child": child}),
        ),
        (
            "goods.received",
            json!({"order": "WO-G", "lot": "G", "quantity": q("5")}),
        ),
    ]
}
