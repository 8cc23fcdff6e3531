//! What a new schema takes from those who rely on the old one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use twin_model::wire::Direction;

/// A schema with the document that its references point into.
#[derive(Clone, Copy)]
struct At<'a> {
    root: &'a Value,
    schema: &'a Value,
}

impl<'a> At<'a> {
    fn resolved(self) -> At<'a> {
        match self.schema.get("$ref").and_then(Value::as_str) {
            None => self,
            Some(to) => At {
                root: self.root,
                schema: self.root.pointer(to.trim_start_matches('#')).unwrap(),
            }
            .resolved(),
        }
    }

    fn child(self, schema: &'a Value) -> At<'a> {
        At {
            root: self.root,
            schema,
        }
        .resolved()
    }

    fn object(self, key: &str) -> Option<&'a Map<String, Value>> {
        self.schema.get(key).and_then(Value::as_object)
    }

    fn words(self, key: &str) -> Option<BTreeSet<&'a str>> {
        match self.schema.get(key)? {
            Value::String(one) => Some([one.as_str()].into()),
            Value::Array(many) => many.iter().map(Value::as_str).collect(),
            _ => None,
        }
    }

    /// The ways in which a value may be written: each alternative, or the one.
    fn alternatives(self) -> Option<Vec<At<'a>>> {
        let list = ["oneOf", "anyOf"]
            .iter()
            .find_map(|key| self.schema.get(key))?;
        let list = list.as_array().unwrap().iter();
        Some(list.map(|schema| self.child(schema)).collect())
    }
}

/// What `new` takes from those who relied on `old`: senders of an event, receivers of a command.
/// One sentence for each.
pub(crate) fn breaks(direction: Direction, old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    // Whoever writes by the narrower schema must be understood by who reads by the wider one:
    // an event is written by the old and read by the new, a command the other way round.
    let [old, new] = [old, new].map(|root| At { root, schema: root }.resolved());
    let (written, read) = match direction {
        Direction::In => (old, new),
        Direction::Out => (new, old),
    };
    compare(direction, written, read, "$", &mut found);
    found
}

fn said(direction: Direction, at: &str, event: &str, command: &str) -> String {
    match direction {
        Direction::In => format!("{at}: {event}"),
        Direction::Out => format!("{at}: {command}"),
    }
}

fn compare(direction: Direction, written: At<'_>, read: At<'_>, at: &str, found: &mut Vec<String>) {
    fields(direction, written, read, at, found);
    types_and_words(direction, written, read, at, found);
    limits(direction, written, read, at, found);
    if let (Some(from), Some(to)) = (written.schema.get("items"), read.schema.get("items")) {
        let at = format!("{at}[]");
        compare(direction, written.child(from), read.child(to), &at, found);
    }
    if let Some(ways) = written.alternatives() {
        for way in ways {
            let taken = read.alternatives().is_some_and(|known| {
                known.iter().any(|known| {
                    let mut found = Vec::new();
                    compare(direction, way, *known, at, &mut found);
                    found.is_empty()
                })
            });
            if !taken {
                let shown = way.schema.get("const").unwrap_or(way.schema);
                found.push(said(
                    direction,
                    at,
                    &format!("{shown} was allowed and is not any more"),
                    &format!("{shown} is new; its receivers do not know it"),
                ));
            }
        }
    } else if let Some(known) = read.alternatives() {
        // A plain value where several ways are known: one of them must take it.
        let taken = known.iter().any(|known| {
            let mut found = Vec::new();
            compare(direction, written, *known, at, &mut found);
            found.is_empty()
        });
        if !taken {
            found.push(said(
                direction,
                at,
                "what was allowed fits none of the ways any more",
                "what is sent fits none of the ways that receivers know",
            ));
        }
    }
}

fn fields(direction: Direction, written: At<'_>, read: At<'_>, at: &str, found: &mut Vec<String>) {
    let required = |of: At<'_>| -> BTreeSet<String> {
        let names = of.words("required").unwrap_or_default();
        names.into_iter().map(str::to_owned).collect()
    };
    for name in required(read).difference(&required(written)) {
        found.push(said(
            direction,
            &format!("{at}.{name}"),
            "is required now; who does not send it is refused. Make it optional",
            "was always there and may be missing now",
        ));
    }
    let none = Map::new();
    let from = written.object("properties").unwrap_or(&none);
    let to = read.object("properties").unwrap_or(&none);
    for (name, schema) in from {
        let at = format!("{at}.{name}");
        match to.get(name) {
            Some(other) => {
                compare(direction, written.child(schema), read.child(other), &at, found);
            }
            None if direction == Direction::In => found.push(format!(
                "{at}: the field was removed; who still sends it is not heard. Keep it, deprecated, \
                 until the last sender has moved"
            )),
            // A receiver ignores what it does not know.
            None => {}
        }
    }
    let closed = |of: At<'_>| of.schema.get("additionalProperties") == Some(&Value::Bool(false));
    if closed(read) && !closed(written) {
        found.push(said(
            direction,
            at,
            "takes no unknown fields any more",
            "may have unknown fields now",
        ));
    }
    if direction == Direction::Out {
        for name in to.keys().filter(|name| !from.contains_key(*name)) {
            found.push(format!(
                "{at}.{name}: the field was removed; who reads it misses it"
            ));
        }
    }
}

fn types_and_words(
    direction: Direction,
    written: At<'_>,
    read: At<'_>,
    at: &str,
    found: &mut Vec<String>,
) {
    for (key, what) in [("type", "type"), ("enum", "word"), ("const", "word")] {
        let Some(to) = read.words(key) else { continue };
        let from = match key {
            "type" => written.words(key),
            _ => written.words("enum").or_else(|| written.words("const")),
        };
        let Some(from) = from else {
            if written.alternatives().is_none() {
                found.push(said(
                    direction,
                    at,
                    &format!("only the {what} {to:?} is taken now"),
                    &format!("may be another {what} than {to:?} now"),
                ));
            }
            continue;
        };
        // An integer is a number.
        let known =
            |name: &&&str| to.contains(**name) || (**name == "integer" && to.contains("number"));
        for name in from.iter().filter(|name| !known(name)) {
            found.push(said(
                direction,
                at,
                &format!("the {what} {name:?} was allowed and is not any more"),
                &format!("the {what} {name:?} is new; its receivers do not know it"),
            ));
        }
    }
}

fn limits(direction: Direction, written: At<'_>, read: At<'_>, at: &str, found: &mut Vec<String>) {
    for (key, upper) in [
        ("maxLength", true),
        ("maxItems", true),
        ("maximum", true),
        ("minLength", false),
        ("minItems", false),
        ("minimum", false),
    ] {
        let Some(to) = read.schema.get(key).and_then(Value::as_f64) else {
            continue;
        };
        let from = written.schema.get(key).and_then(Value::as_f64);
        let narrower = from.is_none_or(|from| if upper { from > to } else { from < to });
        let typed = written.words("type").is_some();
        if narrower && typed {
            found.push(said(
                direction,
                at,
                &format!("{key} is narrower now: {to}"),
                &format!("{key} is wider now than {to}"),
            ));
        }
    }
    let pattern = |of: At<'_>| of.schema.get("pattern").cloned();
    if pattern(read).is_some() && pattern(read) != pattern(written) {
        found.push(format!("{at}: the pattern is another one"));
    }
}
