//! How the rows of a file become events: data that an integrator writes, in TOML.
//!
//! Nothing about any particular file is in code. `mappings/` has a commented example.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;
use twin_model::PlantId;

use crate::local_time::WITH_OFFSET;
use crate::mapping_rule::{Complete, CompleteText, Rule, RuleText, Skip, SkipText};
use crate::record_kind::{RecordKind, RecordText, check_kinds};
use crate::shdr_items::{SHDR_KINDS, ShdrItems, ShdrText};

pub use crate::mapping_rule::{FIELDS_MAX, RULES_MAX};

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
    /// JSON documents, whose records are told apart by where they stand and what they have.
    Json,
    /// One XML document, whose records are told apart in the same way.
    Xml,
    /// The stream of an MTConnect adapter.
    Shdr,
}

/// What becomes of a row that no rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unmatched {
    /// It is counted in the report.
    #[default]
    Count,
    /// It is sent as an exception.
    SetAside,
}

/// One text, or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            OneOrMany::One(text) => std::slice::from_ref(text),
            OneOrMany::Many(texts) => texts,
        }
    }
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
    #[serde(default)]
    columns: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    record: Vec<Spanned<RecordText>>,
    #[serde(default)]
    shdr: Option<Spanned<ShdrText>>,
    time_zone: Spanned<String>,
    time_format: Spanned<OneOrMany>,
    on_ambiguous: OnAmbiguous,
    #[serde(default)]
    unmatched: Unmatched,
    #[serde(default)]
    constants: BTreeMap<String, toml::Value>,
    #[serde(default)]
    units: BTreeMap<String, String>,
    #[serde(default)]
    complete: Vec<Spanned<CompleteText>>,
    #[serde(default)]
    skip: Vec<Spanned<SkipText>>,
    emit: Spanned<Vec<RuleText>>,
}

/// How the rows of a file are found.
#[derive(Debug)]
pub(crate) enum Layout {
    Csv { delimiter: u8 },
    Jsonl,
    Json(Vec<RecordKind>),
    Xml(Vec<RecordKind>),
    Shdr(ShdrItems),
}

/// A checked mapping.
#[derive(Debug)]
pub struct Mapping {
    pub(crate) name: String,
    pub(crate) plant: PlantId,
    pub(crate) layout: Layout,
    pub(crate) columns: Vec<String>,
    pub(crate) time_zone: TimeZone,
    pub(crate) time_formats: Vec<String>,
    pub(crate) on_ambiguous: OnAmbiguous,
    pub(crate) unmatched: Unmatched,
    pub(crate) units: BTreeMap<String, String>,
    pub(crate) completions: Vec<Complete>,
    pub(crate) skips: Vec<Skip>,
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
            kinds: &[],
            constants: &read.constants,
        };
        let (layout, columns) = check.layout(&read)?;
        let kinds = layout.kind_names();
        check.columns = &columns;
        check.kinds = &kinds;
        let rules = check.rules(&read.emit)?;
        let completions = check.completions(&read.complete)?;
        let skips = check.skips(&read.skip)?;
        let time_zone = TimeZone::get(read.time_zone.get_ref()).map_err(|_| {
            let detail = "is no IANA time zone (like Europe/Berlin or UTC)";
            check.wrong(&read.time_zone, "time_zone", detail)
        })?;
        check.time_formats(&read.time_format)?;
        Ok(Mapping {
            name: read.name,
            plant: check.parse(&read.plant, "plant")?,
            layout,
            time_zone,
            time_formats: read.time_format.get_ref().as_slice().to_vec(),
            on_ambiguous: read.on_ambiguous,
            unmatched: read.unmatched,
            units: read.units,
            completions,
            skips,
            rules,
            columns,
        })
    }

    /// The same mapping for another plant.
    #[must_use]
    pub fn for_plant(self, plant: PlantId) -> Mapping {
        Mapping { plant, ..self }
    }

    /// Where a column stands in rows of a kind, for messages.
    pub(crate) fn column_path(&self, kind: Option<usize>, column: usize) -> &str {
        let kind = kind.and_then(|kind| self.layout.kinds().get(kind));
        let mut cells = kind.into_iter().flat_map(|kind| &kind.cells);
        let cell = cells.find(|cell| cell.column == column);
        cell.map_or(&self.columns[column], |cell| &cell.shown)
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

impl Layout {
    fn kind_names(&self) -> Vec<String> {
        match self {
            Layout::Csv { .. } | Layout::Jsonl => Vec::new(),
            Layout::Json(kinds) | Layout::Xml(kinds) => {
                kinds.iter().map(|kind| kind.name.clone()).collect()
            }
            Layout::Shdr(_) => SHDR_KINDS.iter().map(|kind| (*kind).to_owned()).collect(),
        }
    }

    /// The kinds of records of a document.
    pub(crate) fn kinds(&self) -> &[RecordKind] {
        match self {
            Layout::Json(kinds) | Layout::Xml(kinds) => kinds,
            _ => &[],
        }
    }
}

/// What the values of a mapping are checked against.
pub(crate) struct Check<'a> {
    text: &'a str,
    file: &'a Path,
    columns: &'a [String],
    kinds: &'a [String],
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

    /// Place of a kind of records.
    pub(crate) fn kind<T>(
        &self,
        at: &Spanned<T>,
        key: &str,
        name: &str,
    ) -> Result<usize, MappingError> {
        let place = self.kinds.iter().position(|kind| kind == name);
        place.ok_or_else(|| {
            let detail = format!("there is no kind of records {name:?}");
            self.wrong(at, key, detail)
        })
    }

    pub(crate) fn parse<T: std::str::FromStr>(
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

    /// How rows are found, and the columns that they have.
    fn layout(&self, read: &MappingText) -> Result<(Layout, Vec<String>), MappingError> {
        let is_listed = matches!(read.format, Format::Csv | Format::Jsonl);
        if let (Some(columns), false) = (&read.columns, is_listed) {
            let detail = "are listed with each `record`; for shdr they are given";
            return Err(self.wrong(columns, "columns", detail));
        }
        match read.format {
            Format::Csv => {
                let delimiter = self.delimiter(read.delimiter.as_ref())?;
                Ok((Layout::Csv { delimiter }, self.listed(read)?))
            }
            Format::Jsonl => Ok((Layout::Jsonl, self.listed(read)?)),
            Format::Json => {
                let (kinds, columns) = check_kinds(&read.record, self)?;
                Ok((Layout::Json(kinds), columns))
            }
            Format::Xml => {
                let (kinds, columns) = check_kinds(&read.record, self)?;
                Ok((Layout::Xml(kinds), columns))
            }
            Format::Shdr => match &read.shdr {
                None => Err(self.wrong(&read.plant, "shdr", "is missing")),
                Some(text) => {
                    let items = ShdrItems::check(text, self)?;
                    let columns = items.columns();
                    Ok((Layout::Shdr(items), columns))
                }
            },
        }
    }

    fn listed(&self, read: &MappingText) -> Result<Vec<String>, MappingError> {
        let Some(columns) = &read.columns else {
            return Err(self.wrong(&read.plant, "columns", "are missing"));
        };
        let names = columns.get_ref();
        if names.is_empty() || names.len() > COLUMNS_MAX {
            let detail = format!("name 1 to {COLUMNS_MAX} columns");
            return Err(self.wrong(columns, "columns", detail));
        }
        Ok(names.clone())
    }

    fn delimiter(&self, given: Option<&Spanned<char>>) -> Result<u8, MappingError> {
        match given {
            None => Ok(b','),
            Some(given) => u8::try_from(*given.get_ref())
                .map_err(|_| self.wrong(given, "delimiter", "must be one ASCII character")),
        }
    }

    /// A format that does not read back what it wrote would set every row aside.
    fn time_formats(&self, formats: &Spanned<OneOrMany>) -> Result<(), MappingError> {
        let sample = jiff::civil::date(2012, 3, 4).at(5, 6, 7, 0);
        let patterns = formats.get_ref().as_slice();
        if patterns.is_empty() {
            return Err(self.wrong(formats, "time_format", "names no format"));
        }
        for pattern in patterns.iter().filter(|pattern| *pattern != WITH_OFFSET) {
            let written = jiff::fmt::strtime::format(pattern, sample);
            let read = written.and_then(|text| jiff::civil::DateTime::strptime(pattern, &text));
            if let Err(error) = read {
                let detail = format!("is no format of a local date and time: {error}");
                return Err(self.wrong(formats, "time_format", detail));
            }
        }
        Ok(())
    }
}
