//! One field of an emitted event: where its value comes from and how it is read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;
use twin_model::{Decimal, Unit};

use crate::local_time::LocalTime;
use crate::mapping::{Check, ConditionText, MappingError};

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

/// How a column's text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReadAs {
    #[default]
    Text,
    Decimal,
    Integer,
    Time,
    Unit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldText {
    column: Option<String>,
    constant: Option<String>,
    literal: Option<toml::Value>,
    template: Option<String>,
    #[serde(rename = "as")]
    read_as: Option<ReadAs>,
    map: Option<BTreeMap<String, toml::Value>>,
    otherwise: Option<toml::Value>,
    #[serde(default)]
    optional: bool,
}

/// Where a field's value comes from.
#[derive(Debug)]
pub(crate) enum Field {
    Fixed(Value),
    Template(Vec<TemplatePart>),
    Column {
        column: usize,
        read_as: ReadAs,
        optional: bool,
    },
    Mapped {
        column: usize,
        map: BTreeMap<String, Value>,
        otherwise: Option<Value>,
    },
}

#[derive(Debug)]
pub(crate) enum TemplatePart {
    Text(String),
    Column(usize),
}

impl Field {
    pub(crate) fn check(
        at: &Spanned<FieldText>,
        check: &Check<'_>,
        key: &str,
    ) -> Result<Field, MappingError> {
        let text = at.get_ref();
        let reads_column = text.column.is_some();
        let has_reading = text.read_as.is_some() || text.map.is_some() || text.otherwise.is_some();
        if !reads_column && (has_reading || text.optional) {
            let detail = "`as`, `map`, `otherwise` and `optional` need a `column`";
            return Err(check.wrong(at, key, detail));
        }
        match (&text.column, &text.constant, &text.literal, &text.template) {
            (Some(column), None, None, None) => {
                let column = check.column(at, key, column)?;
                Field::check_column(at, column, check, key)
            }
            (None, Some(name), None, None) => match check.constants.get(name) {
                Some(value) => Ok(Field::Fixed(json_of(value))),
                None => {
                    let detail = format!("there is no constant {name:?} in `constants`");
                    Err(check.wrong(at, key, detail))
                }
            },
            (None, None, Some(value), None) => Ok(Field::Fixed(json_of(value))),
            (None, None, None, Some(template)) => Field::check_template(at, template, check, key),
            _ => {
                let detail = "needs exactly one of `column`, `constant`, `literal`, `template`";
                Err(check.wrong(at, key, detail))
            }
        }
    }

    fn check_column(
        at: &Spanned<FieldText>,
        column: usize,
        check: &Check<'_>,
        key: &str,
    ) -> Result<Field, MappingError> {
        let text = at.get_ref();
        match &text.map {
            Some(map) if text.read_as.is_none() && !text.optional => Ok(Field::Mapped {
                column,
                map: map
                    .iter()
                    .map(|(from, to)| (from.clone(), json_of(to)))
                    .collect(),
                otherwise: text.otherwise.as_ref().map(json_of),
            }),
            Some(_) => {
                let detail = "`map` says what becomes of each value: leave out `as` and `optional`";
                Err(check.wrong(at, key, detail))
            }
            None if text.otherwise.is_some() => {
                Err(check.wrong(at, key, "`otherwise` needs a `map`"))
            }
            None => Ok(Field::Column {
                column,
                read_as: text.read_as.unwrap_or_default(),
                optional: text.optional,
            }),
        }
    }

    fn check_template(
        at: &Spanned<FieldText>,
        template: &str,
        check: &Check<'_>,
        key: &str,
    ) -> Result<Field, MappingError> {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let Some(len) = rest[open..].find('}') else {
                return Err(check.wrong(at, key, "an opening brace is never closed"));
            };
            if open > 0 {
                parts.push(TemplatePart::Text(rest[..open].to_owned()));
            }
            let column = check.column(at, key, &rest[open + 1..open + len])?;
            parts.push(TemplatePart::Column(column));
            rest = &rest[open + len + 1..];
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Text(rest.to_owned()));
        }
        Ok(Field::Template(parts))
    }

    /// The value for a row; `None` leaves the field out.
    pub(crate) fn value(
        &self,
        values: &[Option<String>],
        columns: &[String],
        units: &BTreeMap<String, String>,
        local: &LocalTime<'_>,
    ) -> Result<Option<Value>, String> {
        let text_of = |column: usize| values[column].as_deref().unwrap_or("");
        match self {
            Field::Fixed(value) => Ok(Some(value.clone())),
            Field::Template(parts) => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        TemplatePart::Text(fixed) => text.push_str(fixed),
                        TemplatePart::Column(column) => text.push_str(text_of(*column)),
                    }
                }
                Ok(Some(Value::String(text)))
            }
            Field::Mapped {
                column,
                map,
                otherwise,
            } => {
                let text = text_of(*column);
                let value = map.get(text).or(otherwise.as_ref()).cloned();
                value.map(Some).ok_or_else(|| {
                    format!("column {}: {text:?} is not in its `map`", columns[*column])
                })
            }
            Field::Column {
                column,
                read_as,
                optional,
            } => {
                let text = text_of(*column);
                if text.is_empty() {
                    let name = &columns[*column];
                    let missing = || format!("column {name} is empty");
                    return if *optional { Ok(None) } else { Err(missing()) };
                }
                let read = read(text, *read_as, units, local);
                read.map(Some)
                    .map_err(|detail| format!("column {}: {text:?} {detail}", columns[*column]))
            }
        }
    }
}

fn read(
    text: &str,
    read_as: ReadAs,
    units: &BTreeMap<String, String>,
    local: &LocalTime<'_>,
) -> Result<Value, String> {
    let plain = |text: &str| Value::String(text.to_owned());
    match read_as {
        ReadAs::Text => Ok(plain(text)),
        ReadAs::Decimal => match text.parse::<Decimal>() {
            Ok(_) => Ok(plain(text)),
            Err(_) => Err("is not a decimal number".to_owned()),
        },
        ReadAs::Integer => match text.parse::<i64>() {
            Ok(number) => Ok(Value::from(number)),
            Err(_) => Err("is not a whole number".to_owned()),
        },
        ReadAs::Time => local.read(text).map(|time| Value::String(time.to_string())),
        ReadAs::Unit => {
            let code = units.get(text).map_or(text, String::as_str);
            match code.parse::<Unit>() {
                Ok(unit) => Ok(plain(unit.as_str())),
                Err(error) => Err(format!("({error})")),
            }
        }
    }
}

fn json_of(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => Value::from(*number),
        // Events carry decimals as text: a float would not keep its digits.
        toml::Value::Float(number) => Value::String(number.to_string()),
        toml::Value::Boolean(truth) => Value::Bool(*truth),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(items) => Value::Array(items.iter().map(json_of).collect()),
        toml::Value::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, value)| (key.clone(), json_of(value)))
                .collect(),
        ),
    }
}

/// A condition on a column.
#[derive(Debug)]
pub(crate) struct Condition {
    column: usize,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Equals(String),
    Not(String),
    AnyOf(Vec<String>),
}

impl Condition {
    pub(crate) fn check(
        at: &Spanned<ConditionText>,
        check: &Check<'_>,
        key: &str,
    ) -> Result<Condition, MappingError> {
        let text = at.get_ref();
        let test = match (&text.equals, &text.not, &text.any_of) {
            (Some(value), None, None) => Test::Equals(value.clone()),
            (None, Some(value), None) => Test::Not(value.clone()),
            (None, None, Some(values)) => Test::AnyOf(values.clone()),
            _ => {
                let detail = "needs exactly one of `equals`, `not`, `any_of`";
                return Err(check.wrong(at, key, detail));
            }
        };
        let column = check.column(at, key, &text.column)?;
        Ok(Condition { column, test })
    }

    /// Whether the row meets it; a column that the row lacks counts as empty.
    pub(crate) fn holds(&self, values: &[Option<String>]) -> bool {
        let value = values[self.column].as_deref().unwrap_or("");
        match &self.test {
            Test::Equals(wanted) => value == wanted,
            Test::Not(unwanted) => value != unwanted,
            Test::AnyOf(wanted) => wanted.iter().any(|one| one == value),
        }
    }
}
