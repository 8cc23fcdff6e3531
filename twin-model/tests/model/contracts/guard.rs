//! The guard of the contracts itself: it names what a change takes away, and only that.

use serde_json::{Value, json};
use twin_model::wire::Direction;

use super::breaking::breaks;

fn contract() -> Value {
    json!({
        "type": "object",
        "properties": {
            "order": {"type": "string", "maxLength": 96},
            "kind": {"$ref": "#/$defs/Kind"},
            "lots": {"type": "array", "items": {"type": ["string", "number"]}},
            "by": {"type": ["string", "null"]},
        },
        "required": ["order", "kind"],
        "$defs": {"Kind": {"oneOf": [
            {"type": "string", "const": "a"}, {"type": "string", "const": "b"}
        ]}},
    })
}

/// What the change of one place takes from senders of an event and from receivers of a command.
fn taken(pointer: &str, value: Value) -> [Vec<String>; 2] {
    let old = contract();
    let mut new = old.clone();
    *new.pointer_mut(pointer).unwrap() = value;
    [Direction::In, Direction::Out].map(|direction| breaks(direction, &old, &new))
}

fn kinds(words: &[&str]) -> Value {
    let kinds = words.iter();
    kinds
        .map(|w| json!({"type": "string", "const": w}))
        .collect()
}

/// Whether exactly what is told is found, in these words.
#[track_caller]
fn told(pointer: &str, found: &[String], says: Option<&str>) {
    assert_eq!(
        found.len(),
        usize::from(says.is_some()),
        "{pointer}: {found:?}"
    );
    let named = found
        .iter()
        .zip(says)
        .all(|(found, says)| found.starts_with(says));
    assert!(named, "{pointer}: {found:?}");
}

#[test]
fn what_a_change_takes_from_the_senders_of_an_event_is_named() {
    let types = "/properties/lots/items/type";
    let mut without = contract()["properties"].clone();
    without.as_object_mut().unwrap().remove("by");
    for (pointer, value, says) in [
        (
            "/properties",
            without,
            Some("$.by: the field was removed; who still sends"),
        ),
        (
            "/required",
            json!(["order", "kind", "by"]),
            Some("$.by: is required now"),
        ),
        ("/required", json!(["order"]), None),
        (
            types,
            json!("string"),
            Some("$.lots[]: the type \"number\" was allowed"),
        ),
        (types, json!(["string", "number", "null"]), None),
        (
            "/properties/order/maxLength",
            json!(40),
            Some("$.order: maxLength is narrower"),
        ),
        ("/properties/order/maxLength", json!(97), None),
        (
            "/$defs/Kind/oneOf",
            kinds(&["a"]),
            Some("$.kind: \"b\" was allowed"),
        ),
        ("/$defs/Kind/oneOf", kinds(&["a", "b", "c"]), None),
    ] {
        told(pointer, &taken(pointer, value)[0], says);
    }
}

#[test]
fn what_a_change_takes_from_the_receivers_of_a_command_is_named() {
    let types = "/properties/lots/items/type";
    let mut without = contract()["properties"].clone();
    without.as_object_mut().unwrap().remove("by");
    for (pointer, value, says) in [
        (
            "/properties",
            without,
            Some("$.by: the field was removed; who reads"),
        ),
        ("/required", json!(["order", "kind", "by"]), None),
        (
            "/required",
            json!(["order"]),
            Some("$.kind: was always there"),
        ),
        (types, json!("string"), None),
        (
            types,
            json!(["string", "number", "null"]),
            Some("$.lots[]: the type \"null\" is new"),
        ),
        ("/properties/order/maxLength", json!(40), None),
        (
            "/properties/order/maxLength",
            json!(97),
            Some("$.order: maxLength is wider"),
        ),
        ("/$defs/Kind/oneOf", kinds(&["a"]), None),
        (
            "/$defs/Kind/oneOf",
            kinds(&["a", "b", "c"]),
            Some("$.kind: \"c\" is new"),
        ),
    ] {
        told(pointer, &taken(pointer, value)[1], says);
    }
}

#[test]
fn a_field_more_takes_nothing_away() {
    let mut more = contract();
    more["properties"]["note"] = json!({"type": "string"});
    for direction in [Direction::In, Direction::Out] {
        assert_eq!(breaks(direction, &contract(), &more), [""; 0]);
        assert_eq!(breaks(direction, &contract(), &contract()), [""; 0]);
    }
}
