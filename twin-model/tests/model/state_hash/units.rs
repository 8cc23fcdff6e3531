//! Logistic units with everything that can be said of one, and deliveries.

use serde_json::{Value, json};

fn q(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

pub(crate) fn told() -> Vec<(&'static str, Value)> {
    let packed = |unit: &str, data: Value| {
        let mut packed = data;
        packed["unit"] = unit.into();
        ("lot.packed", packed)
    };
    let lots = |lot: &str, much: &str| json!([{"lot": lot, "quantity": q(much)}]);
    vec![
        (
            "lot.created",
            json!({"lot": "packed", "material": "M", "quantity": q("9")}),
        ),
        packed("PALLET", json!({"lots": lots("packed", "1")})),
        packed("PALLET", json!({"action": "remove"})),
        packed("PALLET", json!({"units": ["CASE", "BOX"]})),
        packed("PALLET", json!({"units": ["BOX"], "action": "remove"})),
        packed("CASE", json!({"lots": lots("packed", "3")})),
        packed(
            "CASE",
            json!({"lots": lots("packed", "1"), "action": "remove"}),
        ),
    ]
}

/// One that is called back, one that is cleared, one that is cancelled, of a lot of their own.
pub(crate) fn deliveries() -> Vec<(&'static str, Value)> {
    let lot = |lot: &str| {
        json!({"lot": lot, "material": "M", "quantity": q("9"),
            "expiry": "2027-03-01T07:00:00Z"})
    };
    let request = |delivery: &str, lot: &str| json!({"delivery": delivery, "lots": [{"lot": lot, "quantity": q("2")}]});
    let mut sent = request("SENT", "Z");
    sent["units"] = json!(["PALLET"]);
    vec![
        ("lot.created", lot("Y")),
        ("lot.created", lot("Z")),
        ("shipment.requested", sent),
        ("shipment.requested", request("CLEARED", "Y")),
        ("shipment.requested", request("CANCELLED", "Z")),
        (
            "shipment.cancelled",
            json!({"delivery": "CANCELLED", "reason": "not needed"}),
        ),
    ]
}
