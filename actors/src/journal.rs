//! The plant's append-only journal: segment files of checksummed records.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::Durability;
use crate::frame_log::{AppendError, FrameLog};
use crate::record::Record;
use crate::segment::{JOURNAL, encode};

/// A segment that has reached this size, in bytes, is followed by a new one, unless the plant is
/// opened with smaller ones.
pub const SEGMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why a journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A record that is not the last one is damaged.
    #[error(
        "{path}: the record at offset {offset} is damaged, and intact records follow. Nothing was \
         changed. Restore the file from a backup."
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Where, in bytes.
        offset: u64,
    },
    /// The record can be read but does not fit what came before.
    #[error("{path}: {}{detail}. Restore the directory from a backup.", at(.offset))]
    Broken {
        /// Which file.
        path: PathBuf,
        /// Where, in bytes, when it is a record that does not fit.
        offset: Option<u64>,
        /// What does not fit.
        detail: String,
    },
    /// Written by a newer version.
    #[error(
        "{path} has journal format {found}; this twin reads up to {known}. Use the version that \
         wrote it, or a newer one."
    )]
    NewerFormat {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that is read here.
        known: u32,
    },
}

fn at(offset: &Option<u64>) -> String {
    offset.map_or_else(String::new, |offset| format!("at offset {offset}, "))
}

impl JournalError {
    pub(crate) fn io(path: &Path, source: io::Error) -> JournalError {
        JournalError::Io {
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn broken(path: PathBuf, detail: String) -> JournalError {
        JournalError::Broken {
            path,
            offset: None,
            detail,
        }
    }

    /// The file that it is about, and where in it, in bytes, if that is known.
    #[must_use]
    pub fn place(&self) -> (&Path, Option<u64>) {
        match self {
            JournalError::Io { path, .. } | JournalError::NewerFormat { path, .. } => (path, None),
            JournalError::Damaged { path, offset } => (path, Some(*offset)),
            JournalError::Broken { path, offset, .. } => (path, *offset),
        }
    }
}

/// The open end of a journal.
#[derive(Debug)]
pub(crate) struct Journal {
    log: FrameLog,
    durability: Durability,
}

impl Journal {
    /// Opens the journal for appending after `last_commit`, at the end of the newest segment.
    pub(crate) fn open(
        dir: &Path,
        last_commit: u64,
        segment_bytes: u64,
        durability: Durability,
    ) -> Result<Journal, JournalError> {
        let log = FrameLog::open(JOURNAL, dir, last_commit + 1, segment_bytes)?;
        Ok(Journal { log, durability })
    }

    /// Appends a record and waits until it is as durable as the plant's records are.
    ///
    /// Returns the record's hash, which the next record carries as `previous`.
    pub(crate) fn append(&mut self, record: &Record) -> Result<[u8; 32], AppendError> {
        let (frame, hash) = encode(record);
        self.log.append(record.commit_no, &frame, self.durability)?;
        Ok(hash)
    }
}

/// The segments of a journal, oldest first.
pub(crate) fn segments(dir: &Path) -> Result<Vec<PathBuf>, JournalError> {
    JOURNAL.list(dir)
}

/// Files of `dir` by the pattern, in the order of their numbers.
pub(crate) fn files(dir: &Path, prefix: &str, suffix: &str) -> Result<Vec<PathBuf>, JournalError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| JournalError::io(dir, error))? {
        let entry = entry.map_err(|error| JournalError::io(dir, error))?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if name.starts_with(prefix) && name.ends_with(suffix) {
            found.push(entry.path());
        }
    }
    // The numbers have leading zeros, so names sort as numbers.
    found.sort_unstable();
    Ok(found)
}

/// Makes names in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), JournalError> {
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(|error| JournalError::io(dir, error))
}

#[cfg(all(test, feature = "chaos"))]
mod tests {
    use twin_model::Time;

    use super::*;
    use crate::frames::FILE_HEADER_BYTES;
    use crate::segment::Segment;

    fn record(commit_no: u64) -> Record {
        Record {
            epoch: 1,
            commit_no,
            recorded: Time::EPOCH,
            previous: [0; 32],
            entries: Vec::new(),
            poisoned: Vec::new(),
        }
    }

    #[test]
    fn a_segment_for_which_there_is_no_room_is_made_when_there_is() {
        let dir = tempfile::tempdir().unwrap();
        // Any record makes a segment long enough to be followed by a new one.
        let (bytes, synced) = (FILE_HEADER_BYTES as u64 + 1, Durability::Synced);
        let mut journal = Journal::open(dir.path(), 0, bytes, synced).unwrap();
        journal.append(&record(1)).unwrap();
        let control = dir.path().join(crate::chaos::DISK_FILE);
        fs::write(&control, "full").unwrap();
        for _ in 0..2 {
            let refused = journal.append(&record(2)).unwrap_err();
            assert!(matches!(refused, AppendError::Full(_)), "{refused:?}");
            assert_eq!(segments(dir.path()).unwrap().len(), 1, "nothing half made");
        }
        fs::remove_file(&control).unwrap();
        journal.append(&record(2)).unwrap();
        let segments = segments(dir.path()).unwrap();
        assert_eq!(segments.len(), 2);
        let mut second = Segment::read(&segments[1], true).unwrap();
        assert_eq!(second.next().unwrap().unwrap().record, record(2));
        assert!(second.next().unwrap().is_none());
    }
}
