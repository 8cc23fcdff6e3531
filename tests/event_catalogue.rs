//! docs/events.md says what the code does: every type, every field, and examples that decode.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "repository/files.rs"]
#[allow(dead_code, reason = "shared with the tests of the repository")]
mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use files::{root, text};
use ingest::topology::{Class, PlantTopology};
use serde_json::Value;
use twin_model::COMMAND_TYPES;
use twin_model::wire::{self, EVENT_TYPES};

/// One type's section.
struct Section {
    type_name: String,
    /// Field and whether it is required.
    fields: BTreeMap<String, bool>,
    /// The fields of a list's items, where the section has a table of its own for them.
    items: Option<(String, BTreeMap<String, bool>)>,
    example: Value,
}

fn sections() -> Vec<Section> {
    let page = text(&root().join("docs/events.md"));
    let sections = page.split("\n### mfg.").skip(1);
    sections
        .map(|section| {
            let section = section.split("\n## ").next().unwrap();
            let (name, rest) = section.split_once('\n').unwrap();
            let (tables, rest) = rest.split_once("```json\n").unwrap();
            let (example, _) = rest.split_once("```").unwrap();
            let (fields, items) = match tables.split_once("Each of `") {
                None => (tables, None),
                Some((fields, items)) => {
                    let (list, items) = items.split_once('`').unwrap();
                    (fields, Some((list.to_owned(), rows(items))))
                }
            };
            Section {
                type_name: format!("mfg.{name}"),
                fields: rows(fields),
                items,
                example: serde_json::from_str(example).unwrap(),
            }
        })
        .collect()
}

fn rows(table: &str) -> BTreeMap<String, bool> {
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let (name, rest) = row.split_once('`').unwrap();
        let required = match rest.split('|').nth(2).unwrap().trim() {
            "yes" => true,
            "no" => false,
            other => panic!("{name}: required is {other:?}"),
        };
        (name.to_owned(), required)
    })
    .collect()
}

/// The public fields of a struct of the event contracts.
fn fields_of(name: &str) -> BTreeSet<String> {
    let start = format!("pub struct {name} {{\n");
    let bodies = fs::read_dir(root().join("twin-model/src/event")).unwrap();
    let source = bodies
        .map(|file| text(&file.unwrap().path()))
        .find(|source| source.contains(&start))
        .unwrap_or_else(|| panic!("{name} stands in twin-model/src/event"));
    let (_, body) = source.split_once(&start).unwrap();
    let body = body.split_once("\n}").unwrap().0;
    let fields = body
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub "));
    fields
        .map(|field| field.split_once(':').unwrap().0)
        .map(|field| field.trim_start_matches("r#").to_owned())
        .collect()
}

fn decodes(event: &Value) -> bool {
    wire::decode(event.to_string().as_bytes()).is_ok()
}

/// Takes each field away in turn: what is required is missed, what is not is not.
fn assert_required(what: &str, event: &Value, at: &str, fields: &BTreeMap<String, bool>) {
    for (name, required) in fields {
        let mut without = event.clone();
        let object = without.pointer_mut(at).unwrap().as_object_mut().unwrap();
        // Not every item of a list shows every field.
        let taken = object.remove(name);
        if taken.is_some() || *required {
            assert_eq!(decodes(&without), !required, "{what}: {at}/{name}");
        }
    }
}

#[test]
fn every_type_has_its_section_with_every_field() {
    let sections = sections();
    let documented: Vec<&str> = sections.iter().map(|s| s.type_name.as_str()).collect();
    assert_eq!(documented, EVENT_TYPES, "in this order, each once");
    for section in &sections {
        let names: BTreeSet<String> = section.fields.keys().cloned().collect();
        assert_eq!(
            names,
            fields_of(wire::body_of(&section.type_name).unwrap()),
            "{}",
            section.type_name
        );
    }
    let released = sections.iter().find_map(|s| s.items.as_ref()).unwrap();
    let names: BTreeSet<String> = released.1.keys().cloned().collect();
    assert_eq!(names, fields_of("PlannedOperation"));
}

#[test]
fn every_example_decodes_and_shows_every_field() {
    for section in sections() {
        let name = &section.type_name;
        let raw = section.example.to_string();
        let event = wire::decode(raw.as_bytes()).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert_eq!(event.body.type_name(), name);
        let shown = section.example["data"].as_object().unwrap();
        let shown: BTreeSet<&String> = shown.keys().collect();
        assert_eq!(shown, section.fields.keys().collect(), "{name}");
    }
}

#[test]
fn required_is_what_cannot_be_left_out() {
    for section in sections() {
        let name = &section.type_name;
        assert_required(name, &section.example, "/data", &section.fields);
        if let Some((list, items)) = &section.items {
            for item in 0..section.example["data"][list].as_array().unwrap().len() {
                let at = format!("/data/{list}/{item}");
                assert_required(name, &section.example, &at, items);
            }
        }
    }
    let page = text(&root().join("docs/events.md"));
    let envelope = page.split("## ").nth(1).unwrap();
    let envelope = rows(envelope);
    assert_eq!(envelope.len(), 9, "{envelope:?}");
    assert_required("envelope", &sections()[0].example, "", &envelope);
}

#[test]
fn the_queues_are_those_that_the_twin_declares() {
    let page = text(&root().join("docs/events.md"));
    let row = page.lines().find(|line| line.starts_with("| `rt` |"));
    let row = row.unwrap();
    for name in EVENT_TYPES {
        let listed = row.contains(&format!("`{name}`"));
        assert_eq!(listed, Class::of(name) == Class::RealTime, "{name}");
    }
    let p1 = PlantTopology::new(&"P1".parse().unwrap()).unwrap();
    assert!(row.contains(&format!("`{}`", p1.queue(Class::RealTime))));
    for name in ["mfg.hold.placed.v1", "mfg.operation.started.v1"] {
        let key = p1.routing_key(name);
        assert!(page.contains(&format!("`{key}`")), "{key}");
    }
    let spaced = PlantTopology::new(&"Werk 1".parse().unwrap()).unwrap();
    let key = spaced.routing_key("x");
    assert!(page.contains(key.strip_suffix('x').unwrap()), "{key}");
}

#[test]
fn every_command_of_the_twin_has_its_row() {
    let page = text(&root().join("docs/events.md"));
    for name in COMMAND_TYPES {
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
    }
}
