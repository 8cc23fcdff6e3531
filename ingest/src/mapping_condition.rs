//! Conditions on columns: which rows a rule takes.

use serde::Deserialize;
use toml::Spanned;

use crate::mapping::{Check, MappingError, OneOrMany};
use crate::reading::{Fault, flag};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionText {
    column: OneOrMany,
    equals: Option<String>,
    not: Option<String>,
    any_of: Option<Vec<String>>,
    flag: Option<bool>,
    word: Option<String>,
}

/// A condition that at least one of its columns must meet.
#[derive(Debug)]
pub(crate) struct Condition {
    columns: Vec<usize>,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Equals(String),
    Not(String),
    AnyOf(Vec<String>),
    Flag(bool),
    Word(String),
}

impl Condition {
    pub(crate) fn check(
        at: &Spanned<ConditionText>,
        check: &Check<'_>,
        key: &str,
    ) -> Result<Condition, MappingError> {
        let text = at.get_ref();
        let tests = [
            text.equals.clone().map(Test::Equals),
            text.not.clone().map(Test::Not),
            text.any_of.clone().map(Test::AnyOf),
            text.flag.map(Test::Flag),
            text.word.clone().map(Test::Word),
        ];
        let mut tests = tests.into_iter().flatten();
        let (Some(test), None) = (tests.next(), tests.next()) else {
            let detail = "needs exactly one of `equals`, `not`, `any_of`, `flag`, `word`";
            return Err(check.wrong(at, key, detail));
        };
        let names = text.column.as_slice();
        if names.is_empty() {
            return Err(check.wrong(at, key, "`column` names no column"));
        }
        let columns: Result<Vec<usize>, MappingError> = names
            .iter()
            .map(|name| check.column(at, key, name))
            .collect();
        let columns = columns?;
        Ok(Condition { columns, test })
    }

    pub(crate) fn check_all(
        texts: &[Spanned<ConditionText>],
        check: &Check<'_>,
        key: &str,
    ) -> Result<Vec<Condition>, MappingError> {
        let conditions = texts.iter();
        conditions
            .map(|text| Condition::check(text, check, key))
            .collect()
    }

    /// Whether the row meets it; a column that the row lacks counts as empty.
    ///
    /// # Errors
    /// [`Fault`] for a flag that is neither true nor false.
    fn holds(&self, values: &[Option<String>]) -> Result<bool, Fault> {
        for column in &self.columns {
            let value = values[*column].as_deref().unwrap_or("");
            let holds = match &self.test {
                Test::Equals(wanted) => value == wanted,
                Test::Not(unwanted) => value != unwanted,
                Test::AnyOf(wanted) => wanted.iter().any(|one| one == value),
                Test::Word(word) => value.split_whitespace().any(|one| one == word),
                Test::Flag(wanted) => {
                    flag(value).map_err(|detail| Fault::of(*column, value, &detail))? == *wanted
                }
            };
            if holds {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a row meets all conditions.
///
/// # Errors
/// [`Fault`] for a flag that is neither true nor false.
pub(crate) fn all_hold(conditions: &[Condition], values: &[Option<String>]) -> Result<bool, Fault> {
    for condition in conditions {
        if !condition.holds(values)? {
            return Ok(false);
        }
    }
    Ok(true)
}
