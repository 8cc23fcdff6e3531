//! The contracts of messages: a schema for every type, made from the types, true to the examples
//! of `docs/events.md` and to what decoding does, and never taken back unnoticed.
#[path = "contracts/breaking.rs"]
mod breaking;
#[path = "contracts/guard.rs"]
mod guard;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use breaking::breaks;
use jsonschema::Validator;
use serde_json::{Value, json};
use twin_model::wire::version::NEWER_TYPES;
use twin_model::wire::{self, Contract, Direction, EVENT_TYPES, contracts};
use twin_model::{COMMAND_TYPES, Criticality};

fn below_the_root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

/// The examples of `docs/events.md`, by type.
fn examples() -> BTreeMap<String, Value> {
    let page = fs::read_to_string(below_the_root("docs/events.md")).unwrap();
    let sections = page.split("\n### mfg.").skip(1);
    sections
        .map(|section| {
            let (name, rest) = section.split_once('\n').unwrap();
            let (_, rest) = rest.split_once("```json\n").unwrap();
            let (example, _) = rest.split_once("```").unwrap();
            (
                format!("mfg.{name}"),
                serde_json::from_str(example).unwrap(),
            )
        })
        .collect()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

fn schema_of(contract: &Contract) -> Value {
    contract.schema.as_value().clone()
}

fn decodes(message: &Value) -> bool {
    wire::decode(message.to_string().as_bytes()).is_ok()
}

#[test]
fn every_type_of_the_tables_has_its_contract() {
    let known: Vec<&str> = contracts().iter().map(|c| c.type_name).collect();
    let newer: Vec<&str> = NEWER_TYPES.iter().map(|(newer, _)| *newer).collect();
    assert_eq!(known, [EVENT_TYPES, &newer, COMMAND_TYPES].concat());
    for contract in contracts() {
        let name = contract.type_name;
        let is_event = EVENT_TYPES.contains(&name) || newer.contains(&name);
        assert_eq!(contract.direction == Direction::In, is_event, "{name}");
        assert_eq!(contract.criticality.is_some(), is_event, "{name}");
        assert!(contract.version() >= 1, "{name} ends in its version");
        assert!(contract.owners.systems().next().is_some(), "{name}");
        let schema = schema_of(&contract);
        assert_eq!(schema["type"], "object", "{name}");
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        for (field, schema) in schema["properties"].as_object().unwrap() {
            let described = schema.get("description").is_some();
            assert!(described, "{name}.{field} says what it means");
        }
    }
}

#[test]
fn a_hold_is_more_urgent_than_a_counter() {
    assert!(Criticality::of("mfg.hold.placed.v1") < Criticality::of("mfg.lot.created.v1"));
    let counter = Criticality::of("mfg.work_center.counter_sampled.v1");
    assert_eq!(counter, Criticality::NearRealTime);
    assert_eq!(
        Criticality::of("mfg.new.thing.v9"),
        Criticality::NearRealTime
    );
}

#[test]
fn every_example_is_valid() {
    let examples = examples();
    for contract in contracts() {
        let Some(example) = examples.get(contract.type_name) else {
            let documented = EVENT_TYPES.contains(&contract.type_name);
            assert!(!documented, "{}", contract.type_name);
            continue;
        };
        let errors: Vec<String> = validator(&schema_of(&contract))
            .iter_errors(&example["data"])
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0], "{}", contract.type_name);
    }
}

/// Every place in a value: its pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                places(field, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{n}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn what_the_schema_refuses_and_what_decoding_refuses_is_the_same_for_wrong_types() {
    let examples = examples();
    let mut refused = 0;
    for contract in contracts() {
        let Some(example) = examples.get(contract.type_name) else {
            continue;
        };
        let validator = validator(&schema_of(&contract));
        let mut at = Vec::new();
        places(&example["data"], "", &mut at);
        for place in at {
            let there = example["data"].pointer(&place).unwrap();
            for wrong in [
                json!({"no": "such thing"}),
                json!([[]]),
                json!(true),
                json!(-1.5),
            ] {
                // Another value of the same kind may be a good one.
                if std::mem::discriminant(&wrong) == std::mem::discriminant(there) {
                    continue;
                }
                let mut message = example.clone();
                *message["data"].pointer_mut(&place).unwrap() = wrong.clone();
                let valid = validator.is_valid(&message["data"]);
                let taken = decodes(&message);
                // Decoding knows limits beyond types: an amount may be valid and not taken.
                assert!(
                    valid >= taken,
                    "{}{place} = {wrong}: the schema refuses what is taken",
                    contract.type_name
                );
                if !wrong.is_number() {
                    assert_eq!(valid, taken, "{}{place} = {wrong}", contract.type_name);
                }
                refused += u32::from(!valid);
            }
        }
    }
    assert!(refused > 500, "{refused} wrong messages refused");
}

#[test]
fn what_is_required_is_required_by_both() {
    let examples = examples();
    for contract in contracts() {
        let Some(example) = examples.get(contract.type_name) else {
            continue;
        };
        let validator = validator(&schema_of(&contract));
        for name in example["data"].as_object().unwrap().keys() {
            let mut message = example.clone();
            message["data"].as_object_mut().unwrap().remove(name);
            let valid = validator.is_valid(&message["data"]);
            assert_eq!(valid, decodes(&message), "{}: {name}", contract.type_name);
        }
    }
}

#[test]
fn a_word_that_is_not_listed_is_valid_nowhere() {
    let examples = examples();
    for (type_name, place) in [
        ("mfg.hold.placed.v1", "/scope/kind"),
        ("mfg.lot.created.v1", "/usage"),
        ("mfg.operation.progressed.v1", "/mode"),
        ("mfg.work_center.state_changed.v1", "/item_state"),
        ("mfg.edge.session.v1", "/state"),
    ] {
        let mut message = examples[type_name].clone();
        *message["data"].pointer_mut(place).unwrap() = json!("no such word");
        let schema = wire::event_schema(type_name).unwrap();
        assert!(!validator(schema.as_value()).is_valid(&message["data"]));
        assert!(!decodes(&message), "{type_name}{place}");
    }
}

/// `docs/schemas` holds what was given out. A change shows there; one that takes something from
/// those who rely on it is refused.
#[test]
fn no_contract_changes_unnoticed() {
    let write = std::env::var_os("TWIN_WRITE_GOLDEN").is_some();
    let mut broken = Vec::new();
    let mut stale = Vec::new();
    let mut files = BTreeSet::new();
    for contract in contracts() {
        let name = contract.type_name;
        let path = below_the_root(&format!("docs/schemas/{name}.json"));
        files.insert(format!("{name}.json"));
        let now = schema_of(&contract);
        let given_out: Option<Value> = fs::read_to_string(&path)
            .ok()
            .map(|text| serde_json::from_str(&text).unwrap());
        let taken = given_out
            .iter()
            .flat_map(|given_out| breaks(contract.direction, given_out, &now));
        let before = broken.len();
        broken.extend(taken.map(|what| format!("{name} {what}")));
        if given_out.as_ref() == Some(&now) || broken.len() > before {
            continue;
        }
        if write {
            fs::write(&path, format!("{now:#}\n")).unwrap();
        } else {
            stale.push(name);
        }
    }
    assert_eq!(
        broken, [""; 0],
        "senders and receivers rely on these contracts: a change like this needs a new version of \
         the type. (A type that was in no release yet may change: delete its file in docs/schemas \
         and run this test with TWIN_WRITE_GOLDEN=1)"
    );
    assert_eq!(
        stale, [""; 0],
        "these contracts are new or have grown; if that is meant, run this test once with \
         TWIN_WRITE_GOLDEN=1"
    );
    let there = fs::read_dir(below_the_root("docs/schemas")).unwrap();
    for file in there {
        let file = file.unwrap().file_name().into_string().unwrap();
        assert!(
            files.contains(&file),
            "docs/schemas/{file} is the contract of no type any more: who still uses it?"
        );
    }
}
