//! Messages that no plant can apply, and good ones to stand between them.

use serde_json::{Value, json};

/// When the good events happened.
const TIME: &str = "2024-03-04T06:00:00+01:00";
/// Bytes of the message that is too large.
const HUGE_BYTES: usize = 2 * 1024 * 1024;

/// What becomes of a bad message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// Refused by a rule of the plant.
    Refused,
    /// Kept as an exception for a person.
    Kept,
}

/// One message that cannot be applied.
pub(crate) struct BadMessage {
    pub(crate) what: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) code: &'static str,
    /// Words of the reason.
    pub(crate) says: &'static str,
    pub(crate) fate: Fate,
    /// Status of the HTTP answer.
    pub(crate) status: u16,
}

/// An event of `plant` as JSON, from the system that owns what it says.
pub(crate) fn event(plant: &str, id: &str, type_name: &str, data: Value) -> Value {
    let source = if type_name.starts_with("mfg.work_order.") {
        "/erp/sap"
    } else {
        "/mes/line"
    };
    json!({
        "specversion": "1.0", "id": id, "source": source, "type": type_name,
        "time": TIME, "plant": plant, "data": data,
    })
}

/// An order with a running operation, ready for [`good_report`].
pub(crate) fn opening(plant: &str) -> Vec<Value> {
    let quantity = json!({"value": "1000", "unit": "H87"});
    let created = json!({"order": "WO-1", "material": "M-1", "quantity": quantity});
    let released = json!({
        "order": "WO-1", "routing_version": "1", "bom_version": "1",
        "operations": [{"op": "10", "work_center": "WC-1"}],
    });
    let started = json!({"order": "WO-1", "op": "10", "work_center": "WC-1"});
    vec![
        event(plant, "created", "mfg.work_order.created.v1", created),
        event(plant, "released", "mfg.work_order.released.v1", released),
        event(plant, "started", "mfg.operation.started.v1", started),
    ]
}

/// A report of one good piece.
pub(crate) fn good_report(plant: &str, number: usize) -> Value {
    report(plant, &format!("good-{number}"), "1")
}

fn report(plant: &str, id: &str, good: &str) -> Value {
    let data = json!({
        "order": "WO-1", "op": "10", "work_center": "WC-1", "unit": "H87", "good": good,
    });
    event(plant, id, REPORT, data)
}

const CREATED: &str = "mfg.work_order.created.v1";
const REPORT: &str = "mfg.operation.progressed.v1";

/// One of each kind, for `plant`.
pub(crate) fn bad_messages(plant: &str) -> Vec<BadMessage> {
    let mut all = unreadable_messages(plant);
    all.extend(refused_messages(plant));
    all
}

fn unreadable_messages(plant: &str) -> Vec<BadMessage> {
    let order = json!({
        "order": "WO-2", "material": "M-1", "quantity": {"value": "1", "unit": "H87"},
    });
    let kept = |what, body: Vec<u8>, (code, says), status| BadMessage {
        what,
        body,
        code,
        says,
        fate: Fate::Kept,
        status,
    };
    let bytes = |value: &Value| value.to_string().into_bytes();
    let created = event(plant, "bad-order", CREATED, order);
    let mut cut = bytes(&created);
    cut.truncate(cut.len() / 2);
    let unknown = event(plant, "bad-type", "mfg.oven.exploded.v1", json!({}));
    let mut no_material = created.clone();
    no_material["data"]
        .as_object_mut()
        .unwrap()
        .remove("material");
    let mut no_id = created.clone();
    no_id.as_object_mut().unwrap().remove("id");
    let mut no_number = created.clone();
    no_number["data"]["quantity"]["value"] = json!("ten");
    let mut huge = created;
    huge["data"]["remark"] = json!("x".repeat(HUGE_BYTES));
    let unreadable = |says| ("TWIN-R34", says);
    vec![
        kept("malformed JSON", cut, unreadable("EOF while parsing"), 400),
        kept("no JSON", vec![0xff, 0x00, b'{'], unreadable("at $"), 400),
        kept(
            "unknown type",
            bytes(&unknown),
            ("TWIN-R33", "v1 of mfg.oven.exploded"),
            400,
        ),
        kept(
            "missing field",
            bytes(&no_material),
            unreadable("material"),
            400,
        ),
        kept("missing id", bytes(&no_id), unreadable("$.id"), 400),
        kept(
            "no number",
            bytes(&no_number),
            unreadable("$.data.quantity.value"),
            400,
        ),
        kept("2 MB", bytes(&huge), ("TWIN-R41", "at most 262144"), 413),
    ]
}

fn refused_messages(plant: &str) -> Vec<BadMessage> {
    let refused = |what, body: Value, code, says| BadMessage {
        what,
        body: body.to_string().into_bytes(),
        code,
        says,
        fate: Fate::Refused,
        status: 422,
    };
    let mut future = report(plant, "future", "1");
    future["time"] = json!("2150-01-01T00:00:00Z");
    vec![
        refused(
            "negative",
            report(plant, "negative", "-3"),
            "TWIN-R44",
            "-3",
        ),
        refused(
            "half a piece",
            report(plant, "half", "0.5"),
            "TWIN-R20",
            "0.5",
        ),
        refused("future", future, "TWIN-R38", "ahead of the plant clock"),
    ]
}
