//! What an import did, for people and for `--json`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use twin_model::{Code, PlantId};

/// Row faults told one by one; further ones are only counted.
pub const ROW_FAULTS_TOLD_MAX: usize = 100;

/// A row that could not be mapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowFault {
    /// The file's name.
    pub file: String,
    /// Line in the file, or number of the record in a document, from 1.
    pub line: u64,
    /// The event that it should have become; empty when no rule could be chosen.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What is wrong.
    pub detail: String,
}

/// What was read from a file and made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The files.
    pub files: Vec<String>,
    /// The mapping's name.
    pub mapping: String,
    /// The plant that the events are for.
    pub plant: String,
    /// Rows read, without the header.
    pub rows_read: u64,
    /// Rows that equal an earlier one byte for byte; they are reports of their own.
    pub identical_rows: u64,
    /// Rows that no rule takes, and that nothing is known of.
    pub rows_without_rule: u64,
    /// Rows that say what was said before.
    pub rows_unchanged: u64,
    /// Rows that are known to say nothing, by the reason.
    pub rows_skipped: BTreeMap<String, u64>,
    /// Messages made: events and row exceptions.
    pub events: u64,
    /// Events by type.
    pub events_by_type: BTreeMap<String, u64>,
    /// Messages that stand for a row that could not be mapped.
    pub row_exceptions: u64,
    /// The first of them.
    pub row_faults: Vec<RowFault>,
}

impl FileReport {
    pub(crate) fn new(files: &[PathBuf], mapping: &str, plant: &PlantId) -> FileReport {
        FileReport {
            files: files
                .iter()
                .map(|file| file.display().to_string())
                .collect(),
            mapping: mapping.to_owned(),
            plant: plant.to_string(),
            rows_read: 0,
            identical_rows: 0,
            rows_without_rule: 0,
            rows_unchanged: 0,
            rows_skipped: BTreeMap::new(),
            events: 0,
            events_by_type: BTreeMap::new(),
            row_exceptions: 0,
            row_faults: Vec::new(),
        }
    }

    pub(crate) fn count_event(&mut self, type_name: &str) {
        self.events += 1;
        match self.events_by_type.get_mut(type_name) {
            Some(count) => *count += 1,
            None => {
                self.events_by_type.insert(type_name.to_owned(), 1);
            }
        }
    }

    pub(crate) fn count_skipped(&mut self, why: &str) {
        match self.rows_skipped.get_mut(why) {
            Some(count) => *count += 1,
            None => {
                self.rows_skipped.insert(why.to_owned(), 1);
            }
        }
    }

    pub(crate) fn count_fault(&mut self, fault: RowFault) {
        self.events += 1;
        self.row_exceptions += 1;
        if self.row_faults.len() < ROW_FAULTS_TOLD_MAX {
            self.row_faults.push(fault);
        }
    }
}

/// What the plant answered, as it stood at each event's own commit: an event that waits here may
/// have been applied since. The plant's counts have the final word.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Answers {
    /// Applied.
    pub applied: u64,
    /// Received before.
    pub duplicates: u64,
    /// Refused, by rule.
    pub refused: BTreeMap<Code, u64>,
    /// Waiting for something, by rule.
    pub parked: BTreeMap<Code, u64>,
    /// Put before a person, by rule.
    pub exceptions: BTreeMap<Code, u64>,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// What was read and made.
    #[serde(flatten)]
    pub file: FileReport,
    /// Messages confirmed by the broker, or committed by the plant.
    pub confirmed: u64,
    /// Messages sent again after a refusal or a lost connection; the plant knows them by their id.
    pub sent_again: u64,
    /// What the plant answered; absent when a broker stands between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
    /// Duration, in milliseconds.
    pub elapsed_ms: u64,
}
