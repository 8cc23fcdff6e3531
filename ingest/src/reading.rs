//! How the text of a column is read. What cannot be read is a fault, never a zero.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use twin_model::{Decimal, Unit};

use crate::local_time::LocalTime;

/// Why a row cannot be mapped, and the column that is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) column: Option<usize>,
    /// What is wrong, without the column's name.
    pub(crate) detail: String,
}

impl Fault {
    /// A text that is not what it should be.
    pub(crate) fn of(column: usize, text: &str, detail: &str) -> Fault {
        Fault {
            column: Some(column),
            detail: format!("{text:?} {detail}"),
        }
    }

    pub(crate) fn empty(column: usize) -> Fault {
        Fault {
            column: Some(column),
            detail: "is empty".to_owned(),
        }
    }

    pub(crate) fn of_row(detail: impl Into<String>) -> Fault {
        Fault {
            column: None,
            detail: detail.into(),
        }
    }

    /// The fault in words, with the name of its column.
    pub(crate) fn told(&self, columns: &[String]) -> String {
        match self.column {
            None => self.detail.clone(),
            Some(column) if self.detail.starts_with("is ") => {
                format!("column {} {}", columns[column], self.detail)
            }
            Some(column) => format!("column {}: {}", columns[column], self.detail),
        }
    }
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
    Flag,
    Alpha,
}

/// What reading needs to know of the mapping.
pub(crate) struct Reader<'a> {
    pub(crate) columns: &'a [String],
    pub(crate) units: &'a BTreeMap<String, String>,
    pub(crate) local: LocalTime<'a>,
}

impl Reader<'_> {
    /// The value that a text means.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub(crate) fn read(&self, text: &str, read_as: ReadAs) -> Result<Value, String> {
        let plain = |text: &str| Value::String(text.to_owned());
        match read_as {
            ReadAs::Text => Ok(plain(text)),
            ReadAs::Alpha => Ok(plain(without_zeros(text))),
            ReadAs::Flag => flag(text).map(Value::Bool),
            ReadAs::Decimal => match text.parse::<Decimal>() {
                Ok(_) => Ok(plain(text)),
                Err(_) => Err("is not a decimal number".to_owned()),
            },
            ReadAs::Integer => match text.parse::<i64>() {
                Ok(number) => Ok(Value::from(number)),
                Err(_) => Err("is not a whole number".to_owned()),
            },
            ReadAs::Time => self.local.read(text).map(|time| plain(&time.to_string())),
            ReadAs::Unit => {
                let code = self.units.get(text).map_or(text, String::as_str);
                match code.parse::<Unit>() {
                    Ok(unit) => Ok(plain(unit.as_str())),
                    Err(error) => Err(format!("({error})")),
                }
            }
        }
    }
}

/// A flag as systems write it: `X` or nothing (SAP), a truth value, or a bit.
///
/// # Errors
/// When it is none of them.
pub(crate) fn flag(text: &str) -> Result<bool, String> {
    match text {
        "X" | "x" | "true" | "TRUE" | "1" => Ok(true),
        "" | "false" | "FALSE" | "0" => Ok(false),
        _ => Err("is neither true nor false".to_owned()),
    }
}

/// A number that a system pads with zeros, as people write it: `0000000008` is `8`. Anything but a
/// number stays.
pub(crate) fn without_zeros(text: &str) -> &str {
    if !text.bytes().all(|letter| letter.is_ascii_digit()) {
        return text;
    }
    let kept = text.trim_start_matches('0');
    if kept.is_empty() && !text.is_empty() {
        "0"
    } else {
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padded_numbers_lose_their_zeros_and_names_keep_them() {
        for (text, expected) in [
            ("0000000008", "8"),
            ("8", "8"),
            ("000", "0"),
            ("0A8", "0A8"),
            ("", ""),
            ("00000000000000000000000000000000000000007", "7"),
        ] {
            assert_eq!(without_zeros(text), expected, "{text}");
        }
    }

    #[test]
    fn a_flag_is_a_cross_or_a_truth_value_and_nothing_else() {
        for (text, expected) in [("X", true), ("", false), ("true", true), ("0", false)] {
            assert_eq!(flag(text), Ok(expected), "{text}");
        }
        for text in ["Y", "perhaps", " "] {
            assert!(flag(text).is_err(), "{text}");
        }
    }
}
