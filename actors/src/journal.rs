//! The plant's append-only journal: segment files of checksummed records.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::record::{JOURNAL_FORMAT, Record};
use crate::segment::{FILE_HEADER_BYTES, encode, format_of, header, name_of};

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
    #[error("{path}: {detail}. Restore the directory from a backup.")]
    Broken {
        /// Which file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
    /// Written by a newer version.
    #[error(
        "{path} has journal format {found}; this twin reads up to {JOURNAL_FORMAT}. Use the \
         version that wrote it, or a newer one."
    )]
    NewerFormat {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
}

impl JournalError {
    pub(crate) fn io(path: &Path, source: io::Error) -> JournalError {
        JournalError::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// Why a record is not on stable storage.
#[derive(Debug)]
pub(crate) enum AppendError {
    /// There is no room. The journal is as before the record, which may be given again.
    Full(JournalError),
    /// The journal must not be used again: what the file holds is unknown until it is read anew.
    Failed(JournalError),
}

impl AppendError {
    /// Whether the file system has only no room, now or for this user.
    fn of(error: JournalError) -> AppendError {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        match &error {
            JournalError::Io { source, .. }
                if matches!(source.kind(), StorageFull | QuotaExceeded) =>
            {
                AppendError::Full(error)
            }
            _ => AppendError::Failed(error),
        }
    }
}

/// The open end of a journal.
#[derive(Debug)]
pub(crate) struct Journal {
    dir: PathBuf,
    path: PathBuf,
    file: File,
    len: u64,
    segment_bytes: u64,
}

impl Journal {
    /// Opens the journal for appending after `last_commit`, at the end of the newest segment.
    pub(crate) fn open(
        dir: &Path,
        last_commit: u64,
        segment_bytes: u64,
    ) -> Result<Journal, JournalError> {
        match segments(dir)?.pop() {
            Some(path) => {
                let io_error = |error| JournalError::io(&path, error);
                let file = OpenOptions::new()
                    .append(true)
                    .open(&path)
                    .map_err(io_error)?;
                let len = file.metadata().map_err(io_error)?.len();
                if format_of(&path)? < JOURNAL_FORMAT {
                    // An older twin that reads this segment must not meet what it does not know.
                    if len <= FILE_HEADER_BYTES as u64 {
                        fs::remove_file(&path).map_err(io_error)?;
                    }
                    return Journal::new_segment(dir, last_commit + 1, segment_bytes);
                }
                if len <= FILE_HEADER_BYTES as u64 {
                    // It may have been made just before a fault, and its name not be durable yet.
                    sync_dir(dir)?;
                }
                Ok(Journal {
                    dir: dir.to_owned(),
                    path,
                    file,
                    len,
                    segment_bytes,
                })
            }
            None => Journal::new_segment(dir, last_commit + 1, segment_bytes),
        }
    }

    fn new_segment(
        dir: &Path,
        first_commit: u64,
        segment_bytes: u64,
    ) -> Result<Journal, JournalError> {
        let path = dir.join(name_of(first_commit));
        let io_error = |error| JournalError::io(&path, error);
        let mut file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(&path)
            .map_err(io_error)?;
        #[cfg(feature = "chaos")]
        let refused = crate::chaos::write_error(dir);
        #[cfg(not(feature = "chaos"))]
        let refused: Option<io::Error> = None;
        let made = match refused {
            Some(error) => Err(error),
            None => file.write_all(&header()).and_then(|()| file.sync_all()),
        };
        if let Err(error) = made.map_err(io_error).and_then(|()| sync_dir(dir)) {
            // Half a segment would stand in the way of the next try.
            fs::remove_file(&path).map_err(io_error)?;
            return Err(error);
        }
        Ok(Journal {
            dir: dir.to_owned(),
            path,
            file,
            len: FILE_HEADER_BYTES as u64,
            segment_bytes,
        })
    }

    /// Appends a record and waits until it is on stable storage.
    ///
    /// Returns the record's hash, which the next record carries as `previous`.
    pub(crate) fn append(&mut self, record: &Record) -> Result<[u8; 32], AppendError> {
        if self.len >= self.segment_bytes {
            let (dir, bytes) = (&self.dir, self.segment_bytes);
            let segment = Journal::new_segment(dir, record.commit_no, bytes);
            *self = segment.map_err(AppendError::of)?;
        }
        let (frame, hash) = encode(record);
        if let Err(error) = self.write(&frame) {
            let error = JournalError::io(&self.path, error);
            self.take_back()?;
            return Err(AppendError::of(error));
        }
        crate::killpoint!("C3");
        if let Err(error) = self.sync() {
            // Never tried again: after a failed sync the system may take the bytes for written
            // though they are not. They are taken back, so that the next start cannot believe them.
            self.take_back()?;
            let error = JournalError::io(&self.path, error);
            return Err(AppendError::Failed(error));
        }
        crate::killpoint!("C4");
        self.len += frame.len() as u64;
        Ok(hash)
    }

    fn write(&mut self, frame: &[u8]) -> io::Result<()> {
        #[cfg(feature = "chaos")]
        if let Some(error) = crate::chaos::write_error(&self.dir) {
            self.file.write_all(&frame[..frame.len() / 2])?;
            return Err(error);
        }
        self.file.write_all(frame)
    }

    fn sync(&mut self) -> io::Result<()> {
        #[cfg(feature = "chaos")]
        if let Some(error) = crate::chaos::sync_error(&self.dir) {
            return Err(error);
        }
        self.file.sync_data()
    }

    /// Cuts off what was written of a record that nobody was told of.
    fn take_back(&mut self) -> Result<(), AppendError> {
        self.file
            .set_len(self.len)
            .map_err(|error| AppendError::Failed(JournalError::io(&self.path, error)))
    }
}

/// The segments of a journal, oldest first.
pub(crate) fn segments(dir: &Path) -> Result<Vec<PathBuf>, JournalError> {
    files(dir, "journal-", ".log")
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
        let mut journal = Journal::open(dir.path(), 0, SEGMENT_BYTES_MAX).unwrap();
        journal.append(&record(1)).unwrap();
        // As if it were long.
        journal.len = SEGMENT_BYTES_MAX;
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
