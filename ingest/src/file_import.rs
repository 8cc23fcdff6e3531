//! A file's rows as canonical events, in the file's order.
//!
//! The file is read twice: first to learn which row is the first and the last of its group, then
//! to emit. Only group keys and row digests are kept in memory, bounded by [`ROWS_MAX`].
//!
//! Ids are deterministic: the same row of the same file gives the same event id on every import,
//! so that an import can be repeated or continued. Byte-identical rows are distinct reports; their
//! place among their equals is part of the id.
//!
//! No row vanishes. What cannot be mapped is sent as a message that the plant keeps as an
//! exception (R34), with the row and the reason in it, and is counted in the report.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};
use twin_model::PlantId;

use crate::import_report::{FileReport, RowFault};
use crate::local_time::LocalTime;
use crate::mapping::{Mapping, Occurrence, Rule};
use crate::mapping_field::put;
use crate::row::{FileError, Row, Rows};

/// Rows in one file; larger ones must be split.
pub const ROWS_MAX: u64 = 5_000_000;

/// Bytes of a digest that identify a row or a group; 128 bits never collide by chance.
type Digest = [u8; 16];

/// Why an import could not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is too long.
    #[error("{}: more than {ROWS_MAX} rows; split the file", file.display())]
    TooManyRows {
        /// Which file.
        file: PathBuf,
    },
}

/// One event made from a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedEvent {
    /// Deterministic id.
    pub id: String,
    /// CloudEvents type; empty when the row could not be read at all.
    pub type_name: String,
    /// For which plant.
    pub plant: PlantId,
    /// The event as CloudEvents JSON.
    pub json: Bytes,
    /// Line in the file, from 1.
    pub line: u64,
}

#[derive(Serialize)]
struct Envelope<'a, D> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type", skip_serializing_if = "str::is_empty")]
    type_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'a str>,
    datacontenttype: &'static str,
    plant: &'a PlantId,
    data: D,
}

/// What the plant keeps of a row that could not be mapped.
#[derive(Serialize)]
struct Unmapped<'a> {
    import_error: &'a str,
    file: String,
    line: u64,
    row: Value,
}

/// The source named for rows that are so broken that no rule could be chosen.
const BROKEN_ROW_SOURCE: &str = "/import";

/// First and last row of a group, counted from 0.
#[derive(Clone, Copy)]
struct Span {
    first: u64,
    last: u64,
}

/// Reads a file and gives its events one by one.
pub struct Importer<'a> {
    mapping: &'a Mapping,
    file: PathBuf,
    rows: Rows,
    rows_total: u64,
    /// Groups of each rule; empty for rules that take each row.
    groups: Vec<HashMap<Digest, Span>>,
    identical: HashMap<Digest, u32>,
    ready: VecDeque<MappedEvent>,
    report: FileReport,
}

impl<'a> Importer<'a> {
    /// Opens the file and reads it once to learn its groups.
    ///
    /// # Errors
    /// [`ImportError`] when the file cannot be read, lacks columns or is too long.
    pub fn open(file: &Path, mapping: &'a Mapping) -> Result<Importer<'a>, ImportError> {
        let (groups, rows_total) = learn_groups(file, mapping)?;
        Ok(Importer {
            mapping,
            file: file.to_owned(),
            rows: Rows::open(file, mapping)?,
            rows_total,
            groups,
            identical: HashMap::new(),
            ready: VecDeque::new(),
            report: FileReport::new(file, mapping),
        })
    }

    /// The plant that the events are for.
    #[must_use]
    pub fn plant(&self) -> &PlantId {
        self.mapping.plant()
    }

    /// Rows in the file.
    #[must_use]
    pub fn rows_total(&self) -> u64 {
        self.rows_total
    }

    /// What was read and made so far.
    #[must_use]
    pub fn report(&self) -> &FileReport {
        &self.report
    }

    /// The next event; `None` after the last row.
    ///
    /// # Errors
    /// [`ImportError::File`] when the file can no longer be read.
    pub fn next_event(&mut self) -> Result<Option<MappedEvent>, ImportError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            // Rows that were appended since the groups were learned wait for the next import.
            if self.report.rows_read >= self.rows_total {
                return Ok(None);
            }
            let Some(row) = self.rows.next_row()? else {
                return Ok(None);
            };
            self.map_row(&row);
            self.report.rows_read += 1;
        }
    }

    fn map_row(&mut self, row: &Row) {
        let count = self.identical.entry(digest(&row.content)).or_insert(0);
        let occurrence = *count;
        *count += 1;
        if occurrence > 0 {
            self.report.identical_rows += 1;
        }
        let mapping = self.mapping;
        let values = match &row.values {
            Ok(values) => values,
            Err(detail) => {
                let id = event_id(BROKEN_ROW_SOURCE, "", 0, &row.content, occurrence);
                let text = Value::String(row.raw.clone());
                self.set_aside((BROKEN_ROW_SOURCE, ""), id, row, text, detail);
                return;
            }
        };
        let mut taken = false;
        for (place, rule) in mapping.rules.iter().enumerate() {
            if !takes(rule, &self.groups[place], values, self.report.rows_read) {
                continue;
            }
            taken = true;
            let (source, name) = (rule.source.as_str(), rule.type_name.as_str());
            let id = event_id(source, name, rule.nth_of_type, &row.content, occurrence);
            match event_json(mapping, rule, &id, values) {
                Ok(json) => {
                    self.report.count_event(name);
                    self.ready.push_back(MappedEvent {
                        id,
                        type_name: name.to_owned(),
                        plant: mapping.plant.clone(),
                        json,
                        line: row.line,
                    });
                }
                Err(detail) => {
                    let pairs = mapping.columns.iter().cloned().zip(values.iter().cloned());
                    let object = pairs.map(|(name, value)| (name, Value::from(value)));
                    let text = Value::Object(object.collect());
                    self.set_aside((source, name), id, row, text, &detail);
                }
            }
        }
        if !taken {
            self.report.rows_without_rule += 1;
        }
    }

    /// Makes the message that the plant keeps as an exception: it lacks the time of an event.
    fn set_aside(&mut self, what: (&str, &str), id: String, row: &Row, text: Value, detail: &str) {
        let (source, type_name) = what;
        let file_name = self.file.file_name().unwrap_or(self.file.as_os_str());
        let json = json_bytes(&Envelope {
            specversion: "1.0",
            id: &id,
            source,
            type_name,
            time: None,
            datacontenttype: "application/json",
            plant: &self.mapping.plant,
            data: Unmapped {
                import_error: detail,
                file: file_name.to_string_lossy().into_owned(),
                line: row.line,
                row: text,
            },
        });
        self.report.count_fault(RowFault {
            line: row.line,
            type_name: type_name.to_owned(),
            detail: detail.to_owned(),
        });
        self.ready.push_back(MappedEvent {
            id,
            type_name: type_name.to_owned(),
            plant: self.mapping.plant.clone(),
            json,
            line: row.line,
        });
    }
}

fn learn_groups(
    file: &Path,
    mapping: &Mapping,
) -> Result<(Vec<HashMap<Digest, Span>>, u64), ImportError> {
    let mut groups: Vec<HashMap<Digest, Span>> = Vec::new();
    groups.resize_with(mapping.rules.len(), HashMap::new);
    let mut rows = Rows::open(file, mapping)?;
    let mut count: u64 = 0;
    while let Some(row) = rows.next_row()? {
        if count >= ROWS_MAX {
            let file = file.to_owned();
            return Err(ImportError::TooManyRows { file });
        }
        if let Ok(values) = &row.values {
            for (rule, groups) in mapping.rules.iter().zip(&mut groups) {
                if rule.occurrence != Occurrence::Each && meets(rule, values) {
                    let span = groups.entry(group_of(rule, values)).or_insert(Span {
                        first: count,
                        last: count,
                    });
                    span.last = count;
                }
            }
        }
        count += 1;
    }
    Ok((groups, count))
}

fn meets(rule: &Rule, values: &[Option<String>]) -> bool {
    rule.when.iter().all(|condition| condition.holds(values))
}

fn takes(
    rule: &Rule,
    groups: &HashMap<Digest, Span>,
    values: &[Option<String>],
    row_no: u64,
) -> bool {
    if !meets(rule, values) {
        return false;
    }
    if rule.occurrence == Occurrence::Each {
        return true;
    }
    let span = groups.get(&group_of(rule, values));
    span.is_some_and(|span| match rule.occurrence {
        Occurrence::Each => true,
        Occurrence::First => span.first == row_no,
        Occurrence::Last => span.last == row_no,
        Occurrence::NotLast => span.last != row_no,
    })
}

fn group_of(rule: &Rule, values: &[Option<String>]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for column in &rule.group_columns {
        let text = values[*column].as_deref().unwrap_or("");
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    digest(&hasher.finalize())
}

fn digest(hash: &blake3::Hash) -> Digest {
    let mut digest = [0; 16];
    digest.copy_from_slice(&hash.as_bytes()[..16]);
    digest
}

/// 128 bits of BLAKE3 as hexadecimal digits, over everything that makes the event itself.
fn event_id(
    source: &str,
    type_name: &str,
    nth_of_type: u32,
    content: &blake3::Hash,
    occurrence: u32,
) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in [source, type_name] {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.update(&nth_of_type.to_le_bytes());
    hasher.update(content.as_bytes());
    hasher.update(&occurrence.to_le_bytes());
    hasher.finalize().to_hex()[..32].to_owned()
}

fn event_json(
    mapping: &Mapping,
    rule: &Rule,
    id: &str,
    values: &[Option<String>],
) -> Result<Bytes, String> {
    let local = LocalTime::of(mapping);
    let time_text = values[rule.time_column].as_deref().unwrap_or("");
    let time = local.read(time_text).map_err(|detail| {
        let column = &mapping.columns[rule.time_column];
        format!("column {column}: {time_text:?} {detail}")
    })?;
    let mut data = Map::new();
    for (path, field) in &rule.fields {
        if let Some(value) = field.value(values, &mapping.columns, &mapping.units, &local)? {
            put(&mut data, path, value);
        }
    }
    let time = time.to_string();
    Ok(json_bytes(&Envelope {
        specversion: "1.0",
        id,
        source: rule.source.as_str(),
        type_name: &rule.type_name,
        time: Some(&time),
        datacontenttype: "application/json",
        plant: &mapping.plant,
        data,
    }))
}

fn json_bytes<D: Serialize>(envelope: &Envelope<'_, D>) -> Bytes {
    match serde_json::to_vec(envelope) {
        Ok(bytes) => Bytes::from(bytes),
        Err(error) => unreachable!("an envelope of texts is encodable: {error}"),
    }
}
