//! The rules of a mapping: which rows give which event.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use twin_model::SourceId;

use crate::field_path::PathPart;
use crate::mapping::{Check, MappingError};
use crate::mapping_condition::{Condition, ConditionText};
use crate::mapping_field::{Field, FieldText};
use crate::mapping_time::{TimePlaces, TimeText};
use crate::template::Template;

/// Rules in one mapping.
pub const RULES_MAX: usize = 100;
/// Fields in one rule.
pub const FIELDS_MAX: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    #[serde(rename = "type")]
    type_name: Spanned<String>,
    source: Spanned<String>,
    time: Spanned<TimeText>,
    #[serde(default)]
    record: Option<Spanned<String>>,
    #[serde(default)]
    id: Option<Spanned<String>>,
    #[serde(default)]
    when: Vec<Spanned<ConditionText>>,
    #[serde(default)]
    occurrence: Option<Spanned<OccurrenceText>>,
    #[serde(default)]
    without: Option<Spanned<SameText>>,
    fields: Spanned<BTreeMap<String, Spanned<FieldText>>>,
    #[serde(default)]
    lists: BTreeMap<String, Spanned<ListText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListText {
    record: String,
    same: Vec<String>,
    #[serde(default)]
    once: bool,
    #[serde(default)]
    when: Vec<Spanned<ConditionText>>,
    fields: BTreeMap<String, Spanned<FieldText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SameText {
    record: String,
    same: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SkipText {
    #[serde(default)]
    record: Option<String>,
    #[serde(default)]
    when: Vec<Spanned<ConditionText>>,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompleteText {
    record: String,
    from: String,
    same: Vec<String>,
    columns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum OccurrenceText {
    Each,
    Change,
    FirstOf(Vec<String>),
    LastOf(Vec<String>),
    NotLastOf(Vec<String>),
    ChangeOf(Vec<String>),
}

/// Which of the rows that agree in some columns a rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occurrence {
    Each,
    First,
    Last,
    NotLast,
    /// Rows whose event says something else than the one before.
    Change,
}

/// Rows of another kind that agree with a row in some columns.
#[derive(Debug)]
pub(crate) struct Same {
    pub(crate) kind: usize,
    pub(crate) columns: Vec<usize>,
}

/// A list in an event: one item for each row of a kind that agrees with the event's row.
#[derive(Debug)]
pub(crate) struct List {
    /// Its path as it was written, for messages.
    pub(crate) name: String,
    pub(crate) path: Vec<PathPart>,
    pub(crate) of: Same,
    /// Whether rows that are the same in all columns are one item, told again.
    pub(crate) once: bool,
    pub(crate) when: Vec<Condition>,
    pub(crate) fields: Vec<(Vec<PathPart>, Field)>,
}

/// Columns that a kind of rows lacks and another kind has.
#[derive(Debug)]
pub(crate) struct Complete {
    pub(crate) kind: usize,
    pub(crate) from: Same,
    pub(crate) columns: Vec<usize>,
}

/// Rows that are known to say nothing.
#[derive(Debug)]
pub(crate) struct Skip {
    pub(crate) kind: Option<usize>,
    pub(crate) when: Vec<Condition>,
    pub(crate) why: String,
}

/// One rule: which rows give which event.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) type_name: String,
    /// Counts the rules of this type, so that two events of one type and row differ in their id.
    pub(crate) nth_of_type: u32,
    pub(crate) source: SourceId,
    pub(crate) time: TimePlaces,
    pub(crate) kind: Option<usize>,
    pub(crate) id: Option<Template>,
    pub(crate) when: Vec<Condition>,
    pub(crate) occurrence: Occurrence,
    /// Columns whose agreement makes a group, for `occurrence`.
    pub(crate) group_columns: Vec<usize>,
    pub(crate) without: Option<Same>,
    pub(crate) fields: Vec<(Vec<PathPart>, Field)>,
    pub(crate) lists: Vec<List>,
}

impl Check<'_> {
    pub(crate) fn rules(&self, emit: &Spanned<Vec<RuleText>>) -> Result<Vec<Rule>, MappingError> {
        let texts = emit.get_ref();
        if texts.is_empty() || texts.len() > RULES_MAX {
            let detail = format!("write 1 to {RULES_MAX} rules");
            return Err(self.wrong(emit, "emit", detail));
        }
        let mut rules: Vec<Rule> = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let type_name = text.type_name.get_ref();
            let nth_of_type = rules
                .iter()
                .filter(|rule| rule.type_name == *type_name)
                .count();
            rules.push(self.rule(text, &format!("emit[{index}]"), nth_of_type)?);
        }
        Ok(rules)
    }

    fn rule(&self, text: &RuleText, key: &str, nth: usize) -> Result<Rule, MappingError> {
        let type_name = text.type_name.get_ref();
        if !twin_model::wire::EVENT_TYPES.contains(&type_name.as_str()) {
            let detail = format!("{type_name:?} is no event type of this twin");
            return Err(self.wrong(&text.type_name, &format!("{key}.type"), detail));
        }
        let (occurrence, group_columns) = self.occurrence(text.occurrence.as_ref(), key)?;
        let listed = text.fields.get_ref();
        if listed.is_empty() || listed.len() > FIELDS_MAX {
            let detail = format!("write 1 to {FIELDS_MAX} fields");
            return Err(self.wrong(&text.fields, &format!("{key}.fields"), detail));
        }
        let record = text.record.as_ref();
        let kind = record.map(|at| self.kind(at, &format!("{key}.record"), at.get_ref()));
        let id = text.id.as_ref().map(|at| {
            let key = format!("{key}.id");
            Template::check(at, at.get_ref(), self, &key)
        });
        let without = text.without.as_ref().map(|at| {
            let same = at.get_ref();
            self.same(at, &format!("{key}.without"), &same.record, &same.same)
        });
        let mut lists = Vec::with_capacity(text.lists.len());
        for (path, list) in &text.lists {
            lists.push(self.list(path, list, &format!("{key}.lists.{path}"))?);
        }
        Ok(Rule {
            type_name: type_name.clone(),
            nth_of_type: u32::try_from(nth).unwrap_or(u32::MAX),
            source: self.parse(&text.source, &format!("{key}.source"))?,
            time: TimePlaces::check(&text.time, self, &format!("{key}.time"))?,
            kind: kind.transpose()?,
            id: id.transpose()?,
            when: Condition::check_all(&text.when, self, &format!("{key}.when"))?,
            occurrence,
            group_columns,
            without: without.transpose()?,
            fields: self.fields(listed, &format!("{key}.fields"))?,
            lists,
        })
    }

    fn fields(
        &self,
        texts: &BTreeMap<String, Spanned<FieldText>>,
        key: &str,
    ) -> Result<Vec<(Vec<PathPart>, Field)>, MappingError> {
        let mut fields = Vec::with_capacity(texts.len());
        for (path, field) in texts {
            let key = format!("{key}.{path}");
            let parts = PathPart::parse(path).map_err(|detail| self.wrong(field, &key, detail))?;
            fields.push((parts, Field::check(field, self, &key)?));
        }
        Ok(fields)
    }

    fn list(&self, path: &str, at: &Spanned<ListText>, key: &str) -> Result<List, MappingError> {
        let text = at.get_ref();
        Ok(List {
            name: path.to_owned(),
            path: PathPart::parse(path).map_err(|detail| self.wrong(at, key, detail))?,
            of: self.same(at, key, &text.record, &text.same)?,
            once: text.once,
            when: Condition::check_all(&text.when, self, &format!("{key}.when"))?,
            fields: self.fields(&text.fields, &format!("{key}.fields"))?,
        })
    }

    fn same<T>(
        &self,
        at: &Spanned<T>,
        key: &str,
        record: &str,
        names: &[String],
    ) -> Result<Same, MappingError> {
        let kind = self.kind(at, key, record)?;
        let columns = self.columns_named(at, key, names)?;
        Ok(Same { kind, columns })
    }

    fn columns_named<T>(
        &self,
        at: &Spanned<T>,
        key: &str,
        names: &[String],
    ) -> Result<Vec<usize>, MappingError> {
        if names.is_empty() {
            return Err(self.wrong(at, key, "name the columns that must agree"));
        }
        let names = names.iter();
        names.map(|name| self.column(at, key, name)).collect()
    }

    pub(crate) fn completions(
        &self,
        texts: &[Spanned<CompleteText>],
    ) -> Result<Vec<Complete>, MappingError> {
        let check = |at: &Spanned<CompleteText>| {
            let text = at.get_ref();
            Ok(Complete {
                kind: self.kind(at, "complete.record", &text.record)?,
                from: self.same(at, "complete.from", &text.from, &text.same)?,
                columns: self.columns_named(at, "complete.columns", &text.columns)?,
            })
        };
        texts.iter().map(check).collect()
    }

    pub(crate) fn skips(&self, texts: &[Spanned<SkipText>]) -> Result<Vec<Skip>, MappingError> {
        let check = |at: &Spanned<SkipText>| {
            let text = at.get_ref();
            let record = text.record.as_deref();
            let kind = record.map(|name| self.kind(at, "skip.record", name));
            Ok(Skip {
                kind: kind.transpose()?,
                when: Condition::check_all(&text.when, self, "skip.when")?,
                why: text.why.clone(),
            })
        };
        texts.iter().map(check).collect()
    }

    fn occurrence(
        &self,
        text: Option<&Spanned<OccurrenceText>>,
        key: &str,
    ) -> Result<(Occurrence, Vec<usize>), MappingError> {
        let Some(at) = text else {
            return Ok((Occurrence::Each, Vec::new()));
        };
        let (occurrence, names) = match at.get_ref() {
            OccurrenceText::Each => return Ok((Occurrence::Each, Vec::new())),
            OccurrenceText::Change => return Ok((Occurrence::Change, Vec::new())),
            OccurrenceText::FirstOf(names) => (Occurrence::First, names),
            OccurrenceText::LastOf(names) => (Occurrence::Last, names),
            OccurrenceText::NotLastOf(names) => (Occurrence::NotLast, names),
            OccurrenceText::ChangeOf(names) => (Occurrence::Change, names),
        };
        let key = format!("{key}.occurrence");
        if names.is_empty() {
            return Err(self.wrong(at, &key, "name the columns that make a group"));
        }
        Ok((occurrence, self.columns_named(at, &key, names)?))
    }
}
