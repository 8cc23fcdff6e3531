//! Which fields of its items an answer has.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::problem::Problem;

/// Names of fields in one query.
const FIELDS_MAX: usize = 100;
/// Steps of a path like `operations.work_center`. Schemas that hold themselves end there.
const STEPS_MAX: usize = 6;

/// The fields that items of one kind have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// It has no parts that could be named.
    Leaf,
    /// It has these, or is a list of what has them.
    Object(BTreeMap<String, Shape>),
}

/// The chosen fields; `None` behind a name is all of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Fields(BTreeMap<String, Option<Fields>>);

impl Shape {
    /// The shape that a schema of an OpenAPI description describes.
    pub(crate) fn of(schema: &Value, description: &Value) -> Shape {
        shape(schema, description, STEPS_MAX).unwrap_or(Shape::Leaf)
    }
}

fn shape(schema: &Value, all: &Value, steps: usize) -> Option<Shape> {
    if steps == 0 {
        return None;
    }
    if let Some(name) = schema["$ref"].as_str() {
        let target = name.strip_prefix('#').and_then(|path| all.pointer(path))?;
        return shape(target, all, steps);
    }
    if schema["items"].is_object() {
        return shape(&schema["items"], all, steps);
    }
    if let Some(properties) = schema["properties"].as_object() {
        let parts = properties.iter().map(|(name, schema)| {
            let part = shape(schema, all, steps - 1).unwrap_or(Shape::Leaf);
            (name.clone(), part)
        });
        return Some(Shape::Object(parts.collect()));
    }
    // What may be `null` stands beside it.
    let ways = ["oneOf", "anyOf", "allOf"].iter();
    let mut ways = ways.flat_map(|way| schema[way].as_array().into_iter().flatten());
    ways.find_map(|way| shape(way, all, steps))
}

impl Fields {
    /// Reads names like `id,quantity.value`.
    ///
    /// # Errors
    /// [`Problem`] for a name that items do not have, with those that they have.
    pub(crate) fn parse(said: &str, items: &Shape) -> Result<Fields, Problem> {
        let mut fields = Fields::default();
        let names: Vec<&str> = said.split(',').map(str::trim).collect();
        if names.len() > FIELDS_MAX {
            let count = names.len();
            let text = format!("fields: {count} names; at most {FIELDS_MAX} may be given");
            return Err(Problem::bad_query(text));
        }
        for name in names {
            let path: Vec<&str> = name.split('.').collect();
            fields.add(name, &path, items)?;
        }
        Ok(fields)
    }

    fn add(&mut self, name: &str, path: &[&str], items: &Shape) -> Result<(), Problem> {
        let Some((first, rest)) = path.split_first() else {
            return Ok(());
        };
        let Shape::Object(parts) = items else {
            let whole = name.rsplit_once('.').map_or(name, |(whole, _)| whole);
            let text = format!("fields: '{name}' is not there; {whole} has no parts");
            return Err(Problem::bad_query(text));
        };
        let Some(part) = parts.get(*first) else {
            let known: Vec<&str> = parts.keys().map(String::as_str).collect();
            let text = format!("fields: '{name}' is none of {}", known.join(", "));
            return Err(Problem::bad_query(match name.rsplit_once('.') {
                Some((whole, _)) => format!("{text} (of {whole})"),
                None => text,
            }));
        };
        if rest.is_empty() {
            self.0.insert((*first).to_owned(), None);
            return Ok(());
        }
        let chosen = self.0.entry((*first).to_owned());
        // The whole of it was asked for as well.
        let Some(chosen) = chosen.or_insert_with(|| Some(Fields::default())) else {
            return Fields::default().add(name, rest, part);
        };
        chosen.add(name, rest, part)
    }

    /// Only these fields of an item; of a list the same of each of its members.
    pub(crate) fn pick(&self, item: Value) -> Value {
        match item {
            Value::Array(members) => members.into_iter().map(|it| self.pick(it)).collect(),
            Value::Object(mut all) => {
                let mut picked = Map::new();
                for (name, parts) in &self.0 {
                    if let Some(value) = all.remove(name) {
                        let value = match parts {
                            Some(parts) => parts.pick(value),
                            None => value,
                        };
                        picked.insert(name.clone(), value);
                    }
                }
                Value::Object(picked)
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn items() -> Shape {
        let description = json!({"components": {"schemas": {
            "Item": {"properties": {
                "id": {"type": "string"},
                "quantity": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Much"}]},
                "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
            }},
            "Much": {"properties": {"value": {"type": "string"}, "unit": {"type": "string"}}},
        }}});
        Shape::of(&json!({"$ref": "#/components/schemas/Item"}), &description)
    }

    #[test]
    fn chosen_fields_are_picked_also_within_lists_and_what_may_be_null() {
        let item = json!({"id": "A", "quantity": {"value": "5", "unit": "H87"},
            "parts": [{"id": "B", "quantity": null, "parts": []}]});
        for (said, expected) in [
            ("id", json!({"id": "A"})),
            ("quantity.value", json!({"quantity": {"value": "5"}})),
            ("parts.id, id", json!({"id": "A", "parts": [{"id": "B"}]})),
            (
                "parts.quantity.unit",
                json!({"parts": [{"quantity": null}]}),
            ),
            (
                "quantity.value,quantity",
                json!({"quantity": {"value": "5", "unit": "H87"}}),
            ),
            (
                "quantity,quantity.value",
                json!({"quantity": {"value": "5", "unit": "H87"}}),
            ),
        ] {
            let fields = Fields::parse(said, &items()).unwrap();
            assert_eq!(fields.pick(item.clone()), expected, "{said}");
        }
    }

    #[test]
    fn a_name_that_items_do_not_have_is_refused_with_those_that_they_have() {
        for (said, expected) in [
            ("colour", "fields: 'colour' is none of id, parts, quantity"),
            ("", "fields: '' is none of id, parts, quantity"),
            ("id,", "fields: '' is none of id, parts, quantity"),
            (
                "quantity.weight",
                "fields: 'quantity.weight' is none of unit, value (of quantity)",
            ),
            (
                "quantity,quantity.weight",
                "fields: 'quantity.weight' is none of unit, value (of quantity)",
            ),
            ("id.x", "fields: 'id.x' is not there; id has no parts"),
        ] {
            let problem = Fields::parse(said, &items()).unwrap_err();
            let body = serde_json::to_value(&problem).unwrap();
            assert_eq!(body["detail"], expected, "{said}");
        }
        let many = vec!["id"; FIELDS_MAX + 1].join(",");
        assert!(Fields::parse(&many, &items()).is_err());
    }
}
