//! The schema of plant files takes what reading one takes, and refuses what it refuses.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::{Value, json};
use simulators::plant_file::PlantFile;

/// Every key that a plant file can have, most of them once.
const EVERYTHING: &str = r#"
model = "plant/1"
name = "everything"
time_unit = "h"
dispatch = "edd"
transport = { uniform = [0, 1] }
work_center = [
    { id = "A", machines = 2, dispatch = "least-setup", buffer = 3, calendar = "day" },
    { id = "B" },
]
crew = [{ id = "fitters", count = 2 }]
calendar = [{ id = "day", open = ["mon-fri 06:00-22:00"], resume = "after-lot" }]
family = [{ id = "red", least_lots = 2 }, { id = "blue" }]
setup = [{ from = "red", to = "blue", time = 1 }, { to = "red", time = { erlang = { phases = 2, mean = 1 } } }]
lot = [
    { id = "L", product = "P", op = "20", ready = 1, due = 9.5, priority = -1, pieces = 4 },
    { id = "M", product = "P", op = "10", age = 2, in_work = { machine = 0, elapsed = 0.5 } },
]
experiment = { horizon = 100, warm_up = 10, replications = 3, seed = 4 }

[[downtime]]
id = "service"
work_center = "A"
kind = "maintenance"
basis = "busy"
every = { triangular = [1, 2, 3] }
first = { weibull = { shape = 2, scale = 1 } }
lasts = { log-normal = { mean = 1, deviation = 1 } }
resume = "restart"
counts = "begin"

[[release]]
product = "P"
every = { exponential = 5 }
first = 1
lots = 2
pieces = 6
priority = 3
due = 20
count = 7
when_full = "turn-away"

[[release]]
product = "P"
keep = 4
count = 9

[[product]]
id = "P"
pieces = 5

[[product.step]]
op = "10"
work_center = ["A", "B"]
time = { hyper-exponential = { first = 0.4, means = [1, 2] } }
per = "piece"
interval = 0.1
batch = { least = 1, most = 3, wait = 1, kind = "oven" }
setup = "red"
crew = { id = "fitters", count = 1 }
sample = 0.9
yield = 0.99
scrap = 0.01
transport = 0.5

[[product.step]]
op = "20"
work_center = ["A", "B"]
time = { observed = [1, 2, 3.5] }
rework = { probability = 0.1, to = "10" }
inspection = { hold = 0.1, lasts = 2, scrap = 0.1, rework = { probability = 0.2, to = "10" } }
same_machine_as = "10"
queue_limit = { since = "10", most = 8, late_to = "10" }
"#;

fn below_the_root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

fn validator() -> Validator {
    jsonschema::validator_for(&PlantFile::schema()).unwrap()
}

fn everything() -> Value {
    serde_json::to_value(toml::from_str::<toml::Value>(EVERYTHING).unwrap()).unwrap()
}

fn can_be_read(plant: &Value) -> bool {
    serde_json::from_value::<PlantFile>(plant.clone()).is_ok()
}

/// JSON pointers to all values below `value`, itself included.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                places(inner, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (place, inner) in items.iter().enumerate() {
                places(inner, &format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
}

/// The names of all properties that stand anywhere in a schema.
fn properties(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(named)) = fields.get("properties") {
                found.extend(named.keys().cloned());
            }
            fields.values().for_each(|inner| properties(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| properties(inner, found)),
        _ => {}
    }
}

#[test]
fn a_file_with_every_key_of_the_schema_runs_and_is_valid() {
    PlantFile::read("everything.toml", EVERYTHING).unwrap();
    let mut known = BTreeSet::new();
    properties(&PlantFile::schema(), &mut known);
    let mut shown = Vec::new();
    places(&everything(), "", &mut shown);
    let shown: BTreeSet<String> = shown
        .iter()
        .filter_map(|place| place.rsplit('/').next())
        .map(str::to_owned)
        .collect();
    let missing: Vec<_> = known.difference(&shown).collect();
    assert!(missing.is_empty(), "the example lacks {missing:?}");
    let errors: Vec<String> = validator()
        .iter_errors(&everything())
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0]);
}

#[test]
fn the_first_plant_of_the_docs_is_valid() {
    let page = fs::read_to_string(below_the_root("docs/simulation.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (plant, _) = rest.split_once("```").unwrap();
    let plant = serde_json::to_value(toml::from_str::<toml::Value>(plant).unwrap()).unwrap();
    assert!(validator().is_valid(&plant));
}

#[test]
fn what_is_unknown_or_missing_or_of_another_kind_is_refused_by_schema_and_reader_alike() {
    let validator = validator();
    let mut all = Vec::new();
    places(&everything(), "", &mut all);
    let mut refused = 0;
    let mut agree = |plant: &Value, what: String| {
        let valid = validator.is_valid(plant);
        assert_eq!(valid, can_be_read(plant), "{what}: the schema says {valid}");
        refused += u32::from(!valid);
    };
    for place in &all {
        let mut changed = everything();
        if let Some(fields) = changed.pointer_mut(place).unwrap().as_object_mut() {
            fields.insert("no such key".to_owned(), json!(1));
            agree(&changed, format!("an unknown key in {place:?}"));
        }
        for wrong in [json!(true), json!("no such word"), json!(-1.5), Value::Null] {
            let mut changed = everything();
            *changed.pointer_mut(place).unwrap() = wrong.clone();
            agree(&changed, format!("{wrong} at {place:?}"));
        }
        let (parent, name) = place.rsplit_once('/').unwrap_or(("", ""));
        let mut changed = everything();
        if let Some(fields) = changed.pointer_mut(parent).unwrap().as_object_mut() {
            fields.remove(name);
            agree(&changed, format!("without {place:?}"));
        }
    }
    assert!(refused > 200, "only {refused} of these plants were refused");
}
