//! One field of an emitted event: where its value comes from and how it is read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use toml::Spanned;
use twin_model::Decimal;

use crate::mapping::{Check, MappingError, OneOrMany};
use crate::mapping_condition::{Condition, ConditionText, all_hold};
use crate::mapping_time::{PartsText, TimePlace};
use crate::reading::{Fault, ReadAs, Reader};
use crate::template::Template;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldText {
    column: Option<OneOrMany>,
    constant: Option<String>,
    literal: Option<toml::Value>,
    template: Option<String>,
    date: Option<String>,
    clock: Option<String>,
    quantity: Option<String>,
    unit: Option<String>,
    cases: Option<Vec<Spanned<CaseText>>>,
    #[serde(rename = "as")]
    read_as: Option<ReadAs>,
    map: Option<BTreeMap<String, toml::Value>>,
    otherwise: Option<toml::Value>,
    #[serde(default)]
    optional: bool,
}

impl FieldText {
    /// How many origins are given.
    fn count(&self) -> usize {
        let origins = [
            self.column.is_some(),
            self.constant.is_some(),
            self.literal.is_some(),
            self.template.is_some(),
            self.date.is_some(),
            self.quantity.is_some(),
            self.cases.is_some(),
        ];
        origins.into_iter().filter(|given| *given).count()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseText {
    when: Vec<Spanned<ConditionText>>,
    value: toml::Value,
}

/// Where a field's value comes from.
#[derive(Debug)]
pub(crate) struct Field {
    from: Origin,
    /// Whether the field is left out when nothing stands there.
    optional: bool,
}

#[derive(Debug)]
enum Origin {
    Fixed(Value),
    Template(Template),
    /// The first of the columns that is filled.
    Column {
        columns: Vec<usize>,
        read_as: ReadAs,
    },
    Mapped {
        columns: Vec<usize>,
        map: BTreeMap<String, Value>,
        otherwise: Option<Value>,
    },
    Moment(TimePlace),
    Quantity {
        value: usize,
        unit: usize,
    },
    /// The value of the first case whose conditions hold.
    Cases {
        cases: Vec<(Vec<Condition>, Value)>,
        otherwise: Option<Value>,
    },
}

const ONE_ORIGIN: &str = "needs exactly one of `column`, `constant`, `literal`, `template`, \
                          `date`, `quantity`, `cases`";

impl Field {
    pub(crate) fn check(
        at: &Spanned<FieldText>,
        check: &Check<'_>,
        key: &str,
    ) -> Result<Field, MappingError> {
        let text = at.get_ref();
        let needs = |what: &str| Err(check.wrong(at, key, what));
        let reads = text.read_as.is_some() || text.map.is_some();
        let nothing = text.count() == 0 && (text.optional || text.otherwise.is_some());
        if text.column.is_none() && (reads || nothing) {
            return needs("`as`, `map`, `otherwise` and `optional` need a `column`");
        }
        if text.column.is_none() && text.cases.is_none() && text.otherwise.is_some() {
            return needs("`otherwise` needs a `column` with a `map`, or `cases`");
        }
        if text.optional && (text.constant.is_some() || text.literal.is_some()) {
            return needs("`optional` needs something that may be empty");
        }
        if text.clock.is_some() && text.date.is_none() {
            return needs("`clock` needs a `date`");
        }
        if text.quantity.is_some() != text.unit.is_some() {
            return needs("`quantity` and `unit` name the columns of both");
        }
        Ok(Field {
            from: Origin::check(at, check, key)?,
            optional: text.optional,
        })
    }

    /// The value for a row; `None` leaves the field out.
    ///
    /// # Errors
    /// [`Fault`] for what is empty or cannot be read.
    pub(crate) fn value(
        &self,
        values: &[Option<String>],
        reader: &Reader<'_>,
    ) -> Result<Option<Value>, Fault> {
        match self.from.value(values, reader)? {
            Read::Value(value) => Ok(Some(value)),
            Read::Empty(_) if self.optional => Ok(None),
            Read::Empty(column) => Err(Fault::empty(column)),
        }
    }
}

/// What stands in a place, or which column is empty.
enum Read {
    Value(Value),
    Empty(usize),
}

impl Origin {
    fn check(
        at: &Spanned<FieldText>,
        check: &Check<'_>,
        key: &str,
    ) -> Result<Origin, MappingError> {
        let text = at.get_ref();
        if text.count() != 1 {
            return Err(check.wrong(at, key, ONE_ORIGIN));
        }
        if let Some(name) = &text.constant {
            return match check.constants.get(name) {
                Some(value) => Ok(Origin::Fixed(json_of(value))),
                None => {
                    let detail = format!("there is no constant {name:?} in `constants`");
                    Err(check.wrong(at, key, detail))
                }
            };
        }
        if let Some(value) = &text.literal {
            return Ok(Origin::Fixed(json_of(value)));
        }
        if let Some(template) = &text.template {
            return Template::check(at, template, check, key).map(Origin::Template);
        }
        if let Some(date) = &text.date {
            let (date, clock) = (date.clone(), text.clock.clone());
            let parts = PartsText { date, clock };
            return TimePlace::check(&parts, at, check, key).map(Origin::Moment);
        }
        if let (Some(value), Some(unit)) = (&text.quantity, &text.unit) {
            return Ok(Origin::Quantity {
                value: check.column(at, key, value)?,
                unit: check.column(at, key, unit)?,
            });
        }
        if let Some(cases) = &text.cases {
            return Origin::check_cases(text, cases, check, key);
        }
        Origin::check_column(at, check, key)
    }

    fn check_cases(
        text: &FieldText,
        cases: &[Spanned<CaseText>],
        check: &Check<'_>,
        key: &str,
    ) -> Result<Origin, MappingError> {
        let mut checked = Vec::new();
        for case in cases {
            let case = case.get_ref();
            let when = Condition::check_all(&case.when, check, key)?;
            checked.push((when, json_of(&case.value)));
        }
        Ok(Origin::Cases {
            cases: checked,
            otherwise: text.otherwise.as_ref().map(json_of),
        })
    }

    fn check_column(
        at: &Spanned<FieldText>,
        check: &Check<'_>,
        key: &str,
    ) -> Result<Origin, MappingError> {
        let text = at.get_ref();
        let names = text.column.as_ref().map_or(&[][..], OneOrMany::as_slice);
        let columns: Result<Vec<usize>, MappingError> = names
            .iter()
            .map(|name| check.column(at, key, name))
            .collect();
        let columns = columns?;
        if columns.is_empty() {
            return Err(check.wrong(at, key, "`column` names no column"));
        }
        match &text.map {
            Some(map) if text.read_as.is_none() && !text.optional => Ok(Origin::Mapped {
                columns,
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
            None => Ok(Origin::Column {
                columns,
                read_as: text.read_as.unwrap_or_default(),
            }),
        }
    }

    fn value(&self, values: &[Option<String>], reader: &Reader<'_>) -> Result<Read, Fault> {
        match self {
            Origin::Fixed(value) => Ok(Read::Value(value.clone())),
            Origin::Template(template) => match template.text(values) {
                Ok(text) => Ok(Read::Value(Value::String(text))),
                Err(fault) => fault.column.map(Read::Empty).ok_or(fault),
            },
            Origin::Column { columns, read_as } => {
                let (column, text) = first_filled(columns, values);
                if text.is_empty() {
                    return Ok(Read::Empty(column));
                }
                let read = reader.read(text, *read_as);
                read.map(Read::Value)
                    .map_err(|detail| Fault::of(column, text, &detail))
            }
            Origin::Mapped {
                columns,
                map,
                otherwise,
            } => {
                let (column, text) = first_filled(columns, values);
                let value = map.get(text).or(otherwise.as_ref()).cloned();
                value
                    .map(Read::Value)
                    .ok_or_else(|| Fault::of(column, text, "is not in its `map`"))
            }
            Origin::Moment(place) => match place.read(values, &reader.local)? {
                Some(time) => Ok(Read::Value(Value::String(time.to_string()))),
                None => {
                    let (TimePlace::Column(column) | TimePlace::Parts { date: column, .. }) = place;
                    Ok(Read::Empty(*column))
                }
            },
            Origin::Quantity { value, unit } => quantity(*value, *unit, values, reader),
            Origin::Cases { cases, otherwise } => {
                for (when, value) in cases {
                    if all_hold(when, values)? {
                        return Ok(Read::Value(value.clone()));
                    }
                }
                let value = otherwise.clone().map(Read::Value);
                value.ok_or_else(|| Fault::of_row("none of the `cases` holds"))
            }
        }
    }
}

/// A quantity of two columns. Nothing is nothing of any unit; but a number without its unit is no
/// quantity.
fn quantity(
    value_column: usize,
    unit_column: usize,
    values: &[Option<String>],
    reader: &Reader<'_>,
) -> Result<Read, Fault> {
    let text = |column: usize| values[column].as_deref().unwrap_or("");
    let (value, unit) = (text(value_column), text(unit_column));
    if value.is_empty() {
        return Ok(Read::Empty(value_column));
    }
    let fault = |column: usize| move |detail: String| Fault::of(column, text(column), &detail);
    let number = reader
        .read(value, ReadAs::Decimal)
        .map_err(fault(value_column))?;
    if unit.is_empty() {
        let nothing = value.parse::<Decimal>().is_ok_and(|value| value.is_zero());
        return match nothing {
            true => Ok(Read::Empty(unit_column)),
            false => Err(Fault::empty(unit_column)),
        };
    }
    let unit = reader
        .read(unit, ReadAs::Unit)
        .map_err(fault(unit_column))?;
    Ok(Read::Value(json!({"value": number, "unit": unit})))
}

/// The first of the columns that is filled; the first of all when none is.
fn first_filled<'v>(columns: &[usize], values: &'v [Option<String>]) -> (usize, &'v str) {
    let text = |column: usize| values[column].as_deref().unwrap_or("");
    let filled = columns.iter().find(|column| !text(**column).is_empty());
    let column = filled.or(columns.first()).copied().unwrap_or_default();
    (column, text(column))
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
