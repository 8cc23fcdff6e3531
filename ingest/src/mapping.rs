//! How the rows of a file become events: data that an integrator writes, in TOML.
//!
//! Nothing about any particular file is in code. `mappings/` has a commented example.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;
use twin_model::{PlantId, SourceId};

use crate::mapping_field::{Condition, Field, FieldText, PathPart};

/// Rules in one mapping.
pub const RULES_MAX: usize = 100;
/// Fields in one rule.
pub const FIELDS_MAX: usize = 200;
/// Columns in one mapping.
pub const COLUMNS_MAX: usize = 1_000;

/// A mapping that cannot be used. The text names file, line and key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// The file cannot be read.
    #[error("{}: {detail}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        detail: String,
    },
    /// Not TOML, or not the keys and kinds of a mapping.
    #[error("{}: {detail}", file.display())]
    Syntax {
        /// Which file.
        file: PathBuf,
        /// What is wrong, with line and key.
        detail: String,
    },
    /// A value that makes no sense.
    #[error("{}, line {line}: {key}: {detail}", file.display())]
    Value {
        /// Which file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// The key, as a path.
        key: String,
        /// What is wrong.
        detail: String,
    },
}

/// How a file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated values with a header line.
    Csv,
    /// One JSON object per line; its top-level keys are the columns.
    Jsonl,
}

/// What to do with a local time that the clocks showed twice or never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnAmbiguous {
    /// Take the earlier of both instants.
    Earlier,
    /// Take the later of both instants.
    Later,
    /// The row is set aside.
    Reject,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MappingText {
    name: String,
    plant: Spanned<String>,
    format: Format,
    #[serde(default)]
    delimiter: Option<Spanned<char>>,
    columns: Spanned<Vec<String>>,
    time_zone: Spanned<String>,
    time_format: Spanned<String>,
    on_ambiguous: OnAmbiguous,
    #[serde(default)]
    constants: BTreeMap<String, toml::Value>,
    #[serde(default)]
    units: BTreeMap<String, String>,
    emit: Spanned<Vec<RuleText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    #[serde(rename = "type")]
    type_name: Spanned<String>,
    source: Spanned<String>,
    time: Spanned<String>,
    #[serde(default)]
    when: Vec<Spanned<ConditionText>>,
    #[serde(default)]
    occurrence: Option<Spanned<OccurrenceText>>,
    fields: Spanned<BTreeMap<String, Spanned<FieldText>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionText {
    pub(crate) column: String,
    pub(crate) equals: Option<String>,
    pub(crate) not: Option<String>,
    pub(crate) any_of: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum OccurrenceText {
    Each,
    FirstOf(Vec<String>),
    LastOf(Vec<String>),
    NotLastOf(Vec<String>),
}

/// Which of the rows that agree in some columns a rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occurrence {
    Each,
    First,
    Last,
    NotLast,
}

/// One rule: which rows give which event.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) type_name: String,
    /// Counts the rules of this type, so that two events of one type and row differ in their id.
    pub(crate) nth_of_type: u32,
    pub(crate) source: SourceId,
    pub(crate) time_column: usize,
    pub(crate) when: Vec<Condition>,
    pub(crate) occurrence: Occurrence,
    /// Columns whose agreement makes a group, for `occurrence`.
    pub(crate) group_columns: Vec<usize>,
    pub(crate) fields: Vec<(Vec<PathPart>, Field)>,
}

/// A checked mapping.
#[derive(Debug)]
pub struct Mapping {
    pub(crate) name: String,
    pub(crate) plant: PlantId,
    pub(crate) format: Format,
    pub(crate) delimiter: u8,
    pub(crate) columns: Vec<String>,
    pub(crate) time_zone: TimeZone,
    pub(crate) time_format: String,
    pub(crate) on_ambiguous: OnAmbiguous,
    pub(crate) units: BTreeMap<String, String>,
    pub(crate) rules: Vec<Rule>,
}

impl Mapping {
    /// Reads and checks a mapping file.
    ///
    /// # Errors
    /// [`MappingError`], naming file, line and key.
    pub fn read(file: &Path) -> Result<Mapping, MappingError> {
        let text = std::fs::read_to_string(file).map_err(|error| MappingError::File {
            file: file.to_owned(),
            detail: error.to_string(),
        })?;
        Mapping::parse(&text, file)
    }

    /// Checks the text of a mapping; `file` is only for messages.
    ///
    /// # Errors
    /// [`MappingError`], naming file, line and key.
    pub fn parse(text: &str, file: &Path) -> Result<Mapping, MappingError> {
        let read: MappingText = toml::from_str(text).map_err(|error| MappingError::Syntax {
            file: file.to_owned(),
            detail: error.to_string(),
        })?;
        let mut check = Check {
            text,
            file,
            columns: &[],
            constants: &read.constants,
        };
        let columns = read.columns.get_ref().clone();
        if columns.is_empty() || columns.len() > COLUMNS_MAX {
            let detail = format!("name 1 to {COLUMNS_MAX} columns");
            return Err(check.wrong(&read.columns, "columns", detail));
        }
        check.columns = &columns;
        let rules = check.rules(&read.emit)?;
        let delimiter = match &read.delimiter {
            None => b',',
            Some(given) => u8::try_from(*given.get_ref())
                .map_err(|_| check.wrong(given, "delimiter", "must be one ASCII character"))?,
        };
        let time_zone = TimeZone::get(read.time_zone.get_ref()).map_err(|_| {
            let detail = "is no IANA time zone (like Europe/Berlin or UTC)";
            check.wrong(&read.time_zone, "time_zone", detail)
        })?;
        check.time_format(&read.time_format)?;
        Ok(Mapping {
            name: read.name,
            plant: check.parse(&read.plant, "plant")?,
            format: read.format,
            delimiter,
            time_zone,
            time_format: read.time_format.into_inner(),
            on_ambiguous: read.on_ambiguous,
            units: read.units,
            rules,
            columns,
        })
    }

    /// The mapping's name, for reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The plant that the events are for.
    #[must_use]
    pub fn plant(&self) -> &PlantId {
        &self.plant
    }
}

/// What the values of a mapping are checked against.
pub(crate) struct Check<'a> {
    text: &'a str,
    file: &'a Path,
    columns: &'a [String],
    pub(crate) constants: &'a BTreeMap<String, toml::Value>,
}

impl Check<'_> {
    pub(crate) fn wrong<T>(
        &self,
        at: &Spanned<T>,
        key: &str,
        detail: impl Into<String>,
    ) -> MappingError {
        let start = at.span().start.min(self.text.len());
        MappingError::Value {
            file: self.file.to_owned(),
            line: self.text[..start].matches('\n').count() + 1,
            key: key.to_owned(),
            detail: detail.into(),
        }
    }

    pub(crate) fn column<T>(
        &self,
        at: &Spanned<T>,
        key: &str,
        name: &str,
    ) -> Result<usize, MappingError> {
        let place = self.columns.iter().position(|column| column == name);
        place.ok_or_else(|| {
            let detail = format!("there is no column {name:?} in `columns`");
            self.wrong(at, key, detail)
        })
    }

    fn parse<T: std::str::FromStr>(
        &self,
        text: &Spanned<String>,
        key: &str,
    ) -> Result<T, MappingError>
    where
        T::Err: std::fmt::Display,
    {
        let parsed = text.get_ref().parse();
        parsed.map_err(|error: T::Err| self.wrong(text, key, error.to_string()))
    }

    /// A format that does not read back what it wrote would set every row aside.
    fn time_format(&self, format: &Spanned<String>) -> Result<(), MappingError> {
        let sample = jiff::civil::date(2012, 3, 4).at(5, 6, 7, 0);
        let pattern = format.get_ref();
        let written = jiff::fmt::strtime::format(pattern, sample);
        let read = written.and_then(|text| jiff::civil::DateTime::strptime(pattern, &text));
        match read {
            Ok(_) => Ok(()),
            Err(error) => {
                let detail = format!("is no format of a local date and time: {error}");
                Err(self.wrong(format, "time_format", detail))
            }
        }
    }

    fn rules(&self, emit: &Spanned<Vec<RuleText>>) -> Result<Vec<Rule>, MappingError> {
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
        let mut when = Vec::new();
        for condition in &text.when {
            when.push(Condition::check(condition, self, &format!("{key}.when"))?);
        }
        let listed = text.fields.get_ref();
        if listed.is_empty() || listed.len() > FIELDS_MAX {
            let detail = format!("write 1 to {FIELDS_MAX} fields");
            return Err(self.wrong(&text.fields, &format!("{key}.fields"), detail));
        }
        let mut fields = Vec::with_capacity(listed.len());
        for (path, field) in listed {
            let key = format!("{key}.fields.{path}");
            let parts = PathPart::parse(path).map_err(|detail| self.wrong(field, &key, detail))?;
            fields.push((parts, Field::check(field, self, &key)?));
        }
        Ok(Rule {
            type_name: type_name.clone(),
            nth_of_type: u32::try_from(nth).unwrap_or(u32::MAX),
            source: self.parse(&text.source, &format!("{key}.source"))?,
            time_column: self.column(&text.time, &format!("{key}.time"), text.time.get_ref())?,
            when,
            occurrence,
            group_columns,
            fields,
        })
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
            OccurrenceText::FirstOf(names) => (Occurrence::First, names),
            OccurrenceText::LastOf(names) => (Occurrence::Last, names),
            OccurrenceText::NotLastOf(names) => (Occurrence::NotLast, names),
        };
        let key = format!("{key}.occurrence");
        if names.is_empty() {
            return Err(self.wrong(at, &key, "name the columns that make a group"));
        }
        let columns: Result<Vec<usize>, MappingError> = names
            .iter()
            .map(|name| self.column(at, &key, name))
            .collect();
        Ok((occurrence, columns?))
    }
}
