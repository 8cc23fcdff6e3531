//! Where a value goes in an event's data: `lots.0.quantity.unit`.

use serde_json::{Map, Value};

/// Levels of nesting in a field's path.
const PATH_PARTS_MAX: usize = 8;
/// Elements of a list that a path can name.
const LIST_ITEMS_MAX: usize = 64;

/// One step from the event's data to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathPart {
    Key(String),
    Item(usize),
}

impl PathPart {
    /// Reads `lots.0.quantity.unit` style paths; a number is a place in a list.
    pub(crate) fn parse(path: &str) -> Result<Vec<PathPart>, String> {
        let parts: Vec<&str> = path.split('.').collect();
        if parts.len() > PATH_PARTS_MAX || parts.iter().any(|part| part.is_empty()) {
            return Err(format!(
                "a path has 1 to {PATH_PARTS_MAX} parts joined by dots"
            ));
        }
        let mut read = Vec::with_capacity(parts.len());
        for (place, part) in parts.into_iter().enumerate() {
            match part.parse::<usize>() {
                Ok(_) if place == 0 => return Err("a path begins with a field's name".to_owned()),
                Ok(item) if item >= LIST_ITEMS_MAX => {
                    return Err(format!("a list has at most {LIST_ITEMS_MAX} items here"));
                }
                Ok(item) => read.push(PathPart::Item(item)),
                Err(_) => read.push(PathPart::Key(part.to_owned())),
            }
        }
        Ok(read)
    }
}

/// Puts a value at its path, making the objects and lists on the way.
pub(crate) fn put(data: &mut Map<String, Value>, path: &[PathPart], value: Value) {
    let Some((PathPart::Key(first), rest)) = path.split_first() else {
        return;
    };
    let mut place = data.entry(first.as_str()).or_insert(Value::Null);
    for part in rest {
        place = match part {
            PathPart::Key(key) => {
                if !place.is_object() {
                    *place = Value::Object(Map::new());
                }
                &mut place[key.as_str()]
            }
            PathPart::Item(item) => {
                if !place.is_array() {
                    *place = Value::Array(Vec::new());
                }
                if let Value::Array(items) = place
                    && items.len() <= *item
                {
                    items.resize(item + 1, Value::Null);
                }
                &mut place[*item]
            }
        };
    }
    *place = value;
}
