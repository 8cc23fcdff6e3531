//! The rows of files as canonical events, in the files' order.
//!
//! The files are read twice: first to learn which rows belong together (the first and the last of
//! a group, the items of a list, the columns that another row has), then to emit. Kept in memory
//! are group keys, row digests and the rows that others need, bounded by [`ROWS_MAX`].
//!
//! Ids are deterministic: the same row gives the same event id on every import, so that an import
//! can be repeated or continued. A mapping names the id where the source has keys of its own; else
//! it is made from the content of the row. Identical rows without keys are distinct reports; their
//! place among their equals is part of the id.
//!
//! No row vanishes. What cannot be mapped is sent as a message that the plant keeps as an
//! exception (R34), with the row, the place and the reason in it, and is counted in the report.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use twin_model::PlantId;

use crate::import_report::{FileReport, RowFault};
use crate::local_time::LocalTime;
use crate::mapped_event::{Envelope, Unmapped, content, event_id, event_json, json_bytes};
use crate::mapping::{Mapping, Unmatched};
use crate::mapping_condition::all_hold;
use crate::mapping_rule::{Occurrence, Rule};
use crate::reading::{Fault, Reader};
use crate::row::{FileError, Row, Rows};
use crate::row_joins::{Digest, Joins, Values, digest, group_of};

pub use crate::mapped_event::{ITEMS_MAX, MappedEvent};

/// Rows in one import; larger files must be split.
pub const ROWS_MAX: u64 = 5_000_000;

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

/// The source named for rows that are so broken that no rule could be chosen.
const BROKEN_ROW_SOURCE: &str = "/import";

/// Reads files and gives their events one by one.
pub struct Importer<'a> {
    mapping: &'a Mapping,
    files: Vec<PathBuf>,
    rows: Rows<'a>,
    joins: Joins,
    /// What each rule said last in each group, for rules that only tell changes.
    said: Vec<HashMap<Digest, Digest>>,
    identical: HashMap<Digest, u32>,
    ready: VecDeque<MappedEvent>,
    report: FileReport,
}

/// What a rule made of a row.
enum Made {
    /// It does not take the row.
    Nothing,
    /// It takes the row, which says what was said before.
    NothingNew,
    Event(MappedEvent),
}

impl<'a> Importer<'a> {
    /// Opens a file and reads it once to learn its groups.
    ///
    /// # Errors
    /// [`ImportError`] when the file cannot be read, lacks columns or is too long.
    pub fn open(file: &Path, mapping: &'a Mapping) -> Result<Importer<'a>, ImportError> {
        Importer::open_all(&[file.to_owned()], mapping)
    }

    /// Opens files that belong together: rows of one may be items of a list of another.
    ///
    /// # Errors
    /// [`ImportError`] when a file cannot be read, lacks columns or is too long.
    pub fn open_all(files: &[PathBuf], mapping: &'a Mapping) -> Result<Importer<'a>, ImportError> {
        Ok(Importer {
            mapping,
            files: files.to_vec(),
            joins: Joins::learn(files, mapping)?,
            rows: Rows::open(files, mapping)?,
            said: vec![HashMap::new(); mapping.rules.len()],
            identical: HashMap::new(),
            ready: VecDeque::new(),
            report: FileReport::new(files, mapping.name(), mapping.plant()),
        })
    }

    /// The plant that the events are for.
    #[must_use]
    pub fn plant(&self) -> &PlantId {
        self.mapping.plant()
    }

    /// Rows in the files.
    #[must_use]
    pub fn rows_total(&self) -> u64 {
        self.joins.rows_total
    }

    /// What was read and made so far.
    #[must_use]
    pub fn report(&self) -> &FileReport {
        &self.report
    }

    /// The next event; `None` after the last row.
    ///
    /// # Errors
    /// [`ImportError::File`] when a file can no longer be read.
    pub fn next_event(&mut self) -> Result<Option<MappedEvent>, ImportError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            // Rows that were appended since the groups were learned wait for the next import.
            if self.report.rows_read >= self.joins.rows_total {
                return Ok(None);
            }
            let Some(row) = self.joins.next_row(&mut self.rows, self.mapping)? else {
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
                let fault = Fault::of_row(detail.clone());
                self.set_aside((BROKEN_ROW_SOURCE, "", 0), occurrence, row, &fault);
                return;
            }
        };
        let mut is_taken = false;
        for (place, rule) in mapping.rules.iter().enumerate() {
            match self.apply(place, rule, row, values, occurrence) {
                Ok(Made::Nothing) => {}
                Ok(Made::NothingNew) => {
                    is_taken = true;
                    self.report.rows_unchanged += 1;
                }
                Ok(Made::Event(event)) => {
                    is_taken = true;
                    self.report.count_event(&rule.type_name);
                    self.ready.push_back(event);
                }
                Err(fault) => {
                    is_taken = true;
                    let what = (rule.source.as_str(), &*rule.type_name, rule.nth_of_type);
                    self.set_aside(what, occurrence, row, &fault);
                }
            }
        }
        if !is_taken && !self.joins.is_used(row, values, mapping) {
            self.leave(row, values, occurrence);
        }
    }

    /// What a rule makes of a row.
    fn apply(
        &mut self,
        place: usize,
        rule: &Rule,
        row: &Row,
        values: &[Option<String>],
        occurrence: u32,
    ) -> Result<Made, Fault> {
        let known = &self.joins.rules[place];
        let is_kind = rule.kind.is_none() || rule.kind == row.kind;
        if !is_kind || !all_hold(&rule.when, values)? {
            return Ok(Made::Nothing);
        }
        let row_no = self.report.rows_read;
        let group = group_of(&rule.group_columns, values);
        let span = known.groups.get(&group);
        let takes = match rule.occurrence {
            Occurrence::Each | Occurrence::Change => true,
            Occurrence::First => span.is_some_and(|span| span.first == row_no),
            Occurrence::Last => span.is_some_and(|span| span.last == row_no),
            Occurrence::NotLast => span.is_some_and(|span| span.last != row_no),
        };
        let told_elsewhere = rule
            .without
            .as_ref()
            .is_some_and(|same| known.others.contains(&group_of(&same.columns, values)));
        if told_elsewhere {
            return Ok(Made::NothingNew);
        }
        if !takes {
            return Ok(Made::Nothing);
        }
        let lists = rule.lists.iter().zip(&known.items);
        let items: Vec<&[Values]> = lists
            .map(|(list, items)| {
                let found = items.get(&group_of(&list.of.columns, values));
                found.map_or(&[][..], Vec::as_slice)
            })
            .collect();
        let reader = Reader {
            columns: &self.mapping.columns,
            units: &self.mapping.units,
            local: LocalTime::of(self.mapping),
        };
        let (time, data) = content(rule, values, &items, &reader)?;
        if rule.occurrence == Occurrence::Change && !self.is_news(place, group, &data) {
            return Ok(Made::NothingNew);
        }
        let id = match &rule.id {
            Some(template) => template.text(values)?,
            None => {
                let (source, name) = (rule.source.as_str(), &*rule.type_name);
                event_id(source, name, rule.nth_of_type, &row.content, occurrence)
            }
        };
        Ok(Made::Event(MappedEvent {
            json: event_json(self.mapping, rule, &id, &time, &data),
            id,
            type_name: rule.type_name.clone(),
            plant: self.mapping.plant.clone(),
            line: row.line,
        }))
    }

    fn is_news(&mut self, place: usize, group: Digest, data: &Map<String, Value>) -> bool {
        let text = Value::Object(data.clone()).to_string();
        let said = digest(&blake3::hash(text.as_bytes()));
        self.said[place].insert(group, said) != Some(said)
    }

    /// No rule takes the row: it is known to say nothing, or it is counted or set aside.
    fn leave(&mut self, row: &Row, values: &[Option<String>], occurrence: u32) {
        let mapping = self.mapping;
        for skip in &mapping.skips {
            let is_kind = skip.kind.is_none() || skip.kind == row.kind;
            if is_kind && all_hold(&skip.when, values) == Ok(true) {
                self.report.count_skipped(&skip.why);
                return;
            }
        }
        self.report.rows_without_rule += 1;
        if mapping.unmatched == Unmatched::Count {
            return;
        }
        let kind = row.kind.and_then(|kind| mapping.layout.kinds().get(kind));
        let detail = match kind {
            Some(kind) => match &kind.unmapped {
                Some(why) => why.clone(),
                None => format!("no rule of the mapping takes this record ({})", kind.name),
            },
            None => "no rule of the mapping takes this row".to_owned(),
        };
        let fault = Fault::of_row(detail);
        self.set_aside((BROKEN_ROW_SOURCE, "", 0), occurrence, row, &fault);
    }

    /// Makes the message that the plant keeps as an exception: it says itself what is wrong.
    fn set_aside(&mut self, what: (&str, &str, u32), occurrence: u32, row: &Row, fault: &Fault) {
        let (source, type_name, nth) = what;
        let mapping = self.mapping;
        let id = event_id(source, type_name, nth, &row.content, occurrence);
        let file = &self.files[row.file];
        let file_name = file.file_name().unwrap_or(file.as_os_str());
        let detail = fault.told(&mapping.columns);
        let column = fault
            .column
            .map(|column| mapping.column_path(row.kind, column));
        let json = json_bytes(&Envelope {
            specversion: "1.0",
            id: &id,
            source,
            type_name,
            time: None,
            datacontenttype: "application/json",
            plant: &mapping.plant,
            unreadableat: Some(&row.at(column)),
            unreadablewhy: Some(&fault.detail),
            unreadableas: None,
            data: Unmapped {
                import_error: &detail,
                file: file_name.to_string_lossy().into_owned(),
                line: row.line,
                row: shown(row, mapping),
            },
        });
        self.report.count_fault(RowFault {
            file: file_name.to_string_lossy().into_owned(),
            line: row.line,
            type_name: type_name.to_owned(),
            detail,
        });
        self.ready.push_back(MappedEvent {
            id,
            type_name: type_name.to_owned(),
            plant: mapping.plant.clone(),
            json,
            line: row.line,
        });
    }
}

/// The row as the plant keeps it: its columns, or what could be read of it.
fn shown(row: &Row, mapping: &Mapping) -> Value {
    let Ok(values) = &row.values else {
        return Value::String(row.raw.clone());
    };
    let columns = mapping.columns.iter().cloned().zip(values.iter().cloned());
    let is_listed = mapping.layout.kinds().is_empty();
    let shown = columns.filter(|(_, value)| is_listed || value.is_some());
    let object = shown.map(|(name, value)| (name, Value::from(value)));
    Value::Object(object.collect())
}
