//! What an event may contain at most: each limit takes its last value and refuses the next, and says
//! where it was broken.
#[path = "event_limits/texts.rs"]
mod texts;
#[path = "event_limits/values.rs"]
mod values;

use serde_json::{Value, json};
use twin_model::Code;
use twin_model::wire::{
    APPROVERS_MAX, COMPONENTS_PER_ORDER_MAX, CONVERSIONS_PER_MATERIAL_MAX, DECIDED_PARTS_MAX,
    LOTS_PER_EVENT_MAX, OPERATIONS_PER_ORDER_MAX, PREDECESSORS_MAX, SCRAP_REASONS_MAX, SHIFTS_MAX,
    TEXT_BYTES_MAX, VALUES_PER_RESULT_MAX, decode,
};

/// What is wrong with an event, or nothing.
fn broken(name: &str, data: &Value) -> Option<String> {
    let text = json!({"specversion": "1.0", "id": "1", "source": "/s", "plant": "P1",
        "type": format!("mfg.{name}.v1"), "time": "2026-03-01T06:00:00Z", "data": data});
    let unread = decode(text.to_string().as_bytes()).err()?;
    assert_eq!(unread.rejection.code(), Code::R34, "{name}");
    Some(unread.rejection.to_string())
}

fn taken(name: &str, data: &Value) {
    assert_eq!(broken(name, data), None, "{name} {data}");
}

fn refused(name: &str, data: &Value, path: &str) {
    let said = broken(name, data).unwrap_or_else(|| panic!("{name} is taken: {path}"));
    assert!(said.contains(path), "{name}: {said}");
}

fn with(data: &Value, pointer: &str, value: Value) -> Value {
    let mut data = data.clone();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    data.pointer_mut(parent).unwrap()[field] = value;
    data
}

/// Where a JSON pointer stands in the words of a rejection.
fn path(pointer: &str) -> String {
    format!("$.data{}", pointer.replace("/0", "").replace('/', "."))
}

fn q(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

/// Something about an operation, with more.
fn op(more: &Value) -> Value {
    let mut data = json!({"order": "O", "op": "10"});
    for (key, value) in more.as_object().unwrap() {
        data[key] = value.clone();
    }
    data
}

/// Takes a list of `max` entries and refuses one more.
fn most(name: &str, field: &str, max: usize, data: impl Fn(usize) -> Value) {
    taken(name, &data(max));
    refused(name, &data(max + 1), &format!("$.data{field}"));
}

/// So many entries that differ in one name.
fn named(n: usize, field: &str, more: &Value) -> Vec<Value> {
    let entry = |name: String| {
        let mut entry = more.clone();
        entry[field] = json!(name);
        entry
    };
    names(n).into_iter().map(entry).collect()
}

fn parts(n: usize) -> Vec<Value> {
    named(n, "lot", &json!({"quantity": q("1")}))
}

fn made(n: usize) -> Vec<Value> {
    named(n, "lot", &json!({"material": "M", "quantity": q("1")}))
}

#[test]
fn a_list_of_an_order_has_its_most_entries_and_no_more() {
    let lots = LOTS_PER_EVENT_MAX;
    most("operation.started", ".input_lots", lots, |n| {
        op(&json!({"work_center": "W", "input_lots": names(n)}))
    });
    most("operation.progressed", ".output_lots", lots, |n| {
        op(&json!({"unit": "H87", "output_lots": names(n)}))
    });
    let reason = json!({"quantity": "1", "reason": "r"});
    let max = SCRAP_REASONS_MAX;
    most("operation.completed", ".scrap_by_reason", max, |n| {
        op(&json!({"unit": "H87", "scrap_by_reason": vec![reason.clone(); n]}))
    });
    let max = OPERATIONS_PER_ORDER_MAX;
    let operations = |n: usize| named(n, "op", &json!({}));
    most(
        "work_order.released",
        ".operations",
        max,
        |n| json!({"order": "O", "operations": operations(n)}),
    );
    most(
        "routing.published",
        ".operations",
        max,
        |n| json!({"routing": "R", "version": "1", "operations": operations(n)}),
    );
    let at = ".operations.predecessors";
    most(
        "work_order.released",
        at,
        PREDECESSORS_MAX,
        |n| json!({"order": "O", "operations": [{"op": "z"}, {"op": "y", "predecessors": names(n)}]}),
    );
    let max = COMPONENTS_PER_ORDER_MAX;
    most("work_order.released", ".components", max, |n| {
        let components = named(n, "material", &json!({"quantity": q("1")}));
        json!({"order": "O", "components": components})
    });
}

#[test]
fn a_list_of_lots_and_units_has_its_most_entries_and_no_more() {
    let max = LOTS_PER_EVENT_MAX;
    most(
        "lot.transformed",
        ".inputs",
        max,
        |n| json!({"inputs": parts(n), "outputs": made(1)}),
    );
    most(
        "lot.transformed",
        ".outputs",
        max,
        |n| json!({"inputs": parts(1), "outputs": made(n)}),
    );
    most(
        "lot.split",
        ".children",
        max,
        |n| json!({"parent": "P", "children": parts(n)}),
    );
    most(
        "lot.merged",
        ".parents",
        max,
        |n| json!({"parents": parts(n), "child": made(1)[0]}),
    );
    most(
        "lot.packed",
        ".lots",
        max,
        |n| json!({"unit": "U", "lots": parts(n), "action": "add"}),
    );
    most(
        "lot.packed",
        ".units",
        1_000,
        |n| json!({"unit": "U", "units": names(n), "action": "add"}),
    );
    most(
        "shipment.requested",
        ".lots",
        max,
        |n| json!({"delivery": "D", "lots": parts(n)}),
    );
    most(
        "shipment.requested",
        ".lots",
        max,
        |n| json!({"delivery": "D", "lots": parts(n), "units": ["U"]}),
    );
    most(
        "shipment.requested",
        ".units",
        1_000,
        |n| json!({"delivery": "D", "lots": [], "units": names(n)}),
    );
}

#[test]
fn a_list_of_quality_and_of_reference_data_has_its_most_entries_and_no_more() {
    let max = VALUES_PER_RESULT_MAX;
    most(
        "inspection.result_recorded",
        ".values",
        max,
        |n| json!({"inspection": "I", "characteristic": "c", "values": vec!["1"; n]}),
    );
    let decision = json!({"quantity": q("1"), "decision": "accept"});
    most(
        "inspection.decided",
        ".decisions",
        DECIDED_PARTS_MAX,
        |n| json!({"inspection": "I", "by": "b", "decisions": vec![decision.clone(); n]}),
    );
    let max = LOTS_PER_EVENT_MAX;
    most(
        "nonconformance.opened",
        ".lots",
        max,
        |n| json!({"nonconformance": "N", "defect": "d", "lots": names(n)}),
    );
    let boards = |n: usize| named(n, "lot", &json!({"disposition": "rework"}));
    most(
        "nonconformance.dispositioned",
        ".lots",
        max,
        |n| json!({"nonconformance": "N", "lots": boards(n), "approvers": ["a"]}),
    );
    let max = APPROVERS_MAX;
    most(
        "nonconformance.dispositioned",
        ".approvers",
        max,
        |n| json!({"nonconformance": "N", "lots": boards(1), "approvers": vec!["a"; n]}),
    );
    let shift = json!({"from": "2026-03-01T06:00:00Z", "to": "2026-03-01T07:00:00Z"});
    most(
        "work_center.configured",
        ".shifts",
        SHIFTS_MAX,
        |n| json!({"work_center": "W", "shifts": vec![shift.clone(); n]}),
    );
    let max = CONVERSIONS_PER_MATERIAL_MAX;
    most(
        "material.updated",
        ".conversions",
        max,
        |n| json!({"material": "M", "base_unit": "H87", "conversions": factors(n)}),
    );
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|n| format!("X{n}")).collect()
}

/// So many factors of one unit, each for a day of its own.
fn factors(n: usize) -> Vec<Value> {
    let start: twin_model::Time = "2026-03-01T00:00:00Z".parse().unwrap();
    let day = |n: usize| start.plus_seconds(86_400 * i64::try_from(n).unwrap());
    (0..n)
        .map(|n| {
            json!({"unit": "XCS", "numerator": "12", "denominator": "1",
                "valid_from": day(n), "valid_to": day(n + 1)})
        })
        .collect()
}

#[test]
fn a_list_that_must_name_something_is_not_empty() {
    let transformed =
        |inputs: usize, outputs: usize| json!({"inputs": parts(inputs), "outputs": made(outputs)});
    refused("lot.transformed", &transformed(0, 1), "$.data.inputs");
    refused("lot.transformed", &transformed(1, 0), "$.data.outputs");
    let split = json!({"parent": "A", "children": []});
    refused("lot.split", &split, "$.data.children");
    let merged = json!({"parents": [], "child": made(1)[0]});
    refused("lot.merged", &merged, "$.data.parents");
    let packed = |action: &str| json!({"unit": "U", "lots": [], "action": action});
    refused("lot.packed", &packed("add"), "$.data.lots");
    taken("lot.packed", &packed("remove"));
    let units = json!({"unit": "U", "units": ["V"], "action": "add"});
    taken("lot.packed", &units);
    let request = json!({"delivery": "D", "lots": []});
    refused("shipment.requested", &request, "$.data.lots");
    let decided = json!({"inspection": "I", "by": "b", "decisions": []});
    refused("inspection.decided", &decided, "$.data.decisions");
    let board = |lots: Value, approvers: Value| json!({"nonconformance": "N", "lots": lots, "approvers": approvers});
    let rework = json!([{"lot": "L", "disposition": "rework"}]);
    let name = "nonconformance.dispositioned";
    refused(name, &board(json!([]), json!(["a"])), "$.data.lots");
    refused(name, &board(rework, json!([])), "$.data.approvers");
}

#[test]
fn an_event_names_what_it_is_about() {
    for (name, data) in [
        ("inspection.created", json!({"inspection": "I"})),
        (
            "nonconformance.opened",
            json!({"nonconformance": "N", "defect": "d"}),
        ),
    ] {
        refused(name, &data, "$.data");
        for (field, value) in [
            ("order", json!("O")),
            ("lot", json!("L")),
            ("lots", json!(["L"])),
        ] {
            if (name, field) != ("inspection.created", "lots")
                && (name, field) != ("nonconformance.opened", "lot")
            {
                taken(name, &with(&data, &format!("/{field}"), value));
            }
        }
    }
    for name in ["confirmation.reversed", "movement.reversed"] {
        let data = json!({"order": "O", "reason": "r"});
        refused(name, &data, "$.data");
        taken(name, &with(&data, "/event", json!("e")));
        taken(name, &with(&data, "/document", json!("d")));
        let silent = json!({"order": "O", "event": "e", "reason": " "});
        refused(name, &silent, "$.data.reason");
    }
    let change = json!({"order": "O"});
    refused("work_order.changed", &change, "$.data");
    for (field, new) in [
        ("quantity", q("1")),
        ("planned_start", json!("2026-03-01T06:00:00Z")),
        ("planned_end", json!("2026-03-01T06:00:00Z")),
        ("priority", json!(1)),
        ("tolerance", json!({"over": "0.1"})),
        ("routing_version", json!("2")),
        ("bom_version", json!("2")),
        ("counting", json!("machine")),
    ] {
        let changed = with(&change, &format!("/{field}"), json!({"new": new}));
        taken("work_order.changed", &changed);
    }
}

#[test]
fn a_name_stands_once_in_a_list() {
    let twice = json!([{"lot": "A", "quantity": q("1")}, {"lot": "A", "quantity": q("2")}]);
    let made = json!([{"lot": "B", "material": "M", "quantity": q("1")},
        {"lot": "B", "material": "M", "quantity": q("1")}]);
    for (name, data, at) in [
        (
            "lot.split",
            json!({"parent": "P", "children": twice}),
            "$.data.children",
        ),
        (
            "lot.transformed",
            json!({"inputs": twice, "outputs": made}),
            "$.data.outputs",
        ),
        (
            "lot.packed",
            json!({"unit": "U", "lots": twice, "action": "add"}),
            "$.data.lots",
        ),
        (
            "lot.packed",
            json!({"unit": "U", "units": ["V", "V"], "action": "add"}),
            "$.data.units",
        ),
        (
            "lot.packed",
            json!({"unit": "U", "units": ["U"], "action": "add"}),
            "$.data.units",
        ),
        (
            "shipment.requested",
            json!({"delivery": "D", "lots": [], "units": ["U", "U"]}),
            "$.data.units",
        ),
    ] {
        refused(name, &data, at);
    }
    let child = json!({"lot": "C", "material": "M", "quantity": q("3")});
    taken("lot.merged", &json!({"parents": twice, "child": child}));
}

#[test]
fn what_orders_and_joins_events_is_short_too() {
    for field in ["sequence", "correlationid"] {
        let told = |length: usize| {
            let mut event = json!({"specversion": "1.0", "id": "1", "source": "/s", "plant": "P1",
                "type": "mfg.work_order.cancelled.v1", "time": "2026-03-01T06:00:00Z",
                "data": {"order": "O", "reason": "r"}});
            event[field] = json!("x".repeat(length));
            decode(event.to_string().as_bytes())
        };
        assert!(told(TEXT_BYTES_MAX).is_ok());
        let said = told(TEXT_BYTES_MAX + 1).unwrap_err().rejection.to_string();
        assert!(said.contains(field) && said.contains("501 bytes"), "{said}");
    }
}
