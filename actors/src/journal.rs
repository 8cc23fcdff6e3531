//! The plant's append-only journal: segment files of checksummed records.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::record::{JOURNAL_FORMAT, Record};

/// A segment that has reached this size, in bytes, is followed by a new one.
pub const SEGMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Largest record that is believed when reading, in bytes: the intake's limit with room for the
/// encoding.
const RECORD_BYTES_MAX: usize = 256 * 1024 * 1024;

const FILE_MAGIC: &[u8; 8] = b"PTWINJNL";
const FILE_HEADER_BYTES: usize = 16;
const FRAME_MAGIC: [u8; 4] = *b"\xF5PTR";
const FRAME_HEADER_BYTES: usize = 12;

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
}

impl Journal {
    /// Opens the journal for appending after `last_commit`, at the end of the newest segment.
    pub(crate) fn open(dir: &Path, last_commit: u64) -> Result<Journal, JournalError> {
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
                    return Journal::new_segment(dir, last_commit + 1);
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
                })
            }
            None => Journal::new_segment(dir, last_commit + 1),
        }
    }

    fn new_segment(dir: &Path, first_commit: u64) -> Result<Journal, JournalError> {
        let path = dir.join(format!("journal-{first_commit:020}.log"));
        let io_error = |error| JournalError::io(&path, error);
        let mut file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(&path)
            .map_err(io_error)?;
        let mut header = [0; FILE_HEADER_BYTES];
        header[..8].copy_from_slice(FILE_MAGIC);
        header[8..12].copy_from_slice(&JOURNAL_FORMAT.to_le_bytes());
        #[cfg(feature = "chaos")]
        let refused = crate::chaos::write_error(dir);
        #[cfg(not(feature = "chaos"))]
        let refused: Option<io::Error> = None;
        let made = match refused {
            Some(error) => Err(error),
            None => file.write_all(&header).and_then(|()| file.sync_all()),
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
        })
    }

    /// Appends a record and waits until it is on stable storage.
    ///
    /// Returns the record's hash, which the next record carries as `previous`.
    pub(crate) fn append(&mut self, record: &Record) -> Result<[u8; 32], AppendError> {
        if self.len >= SEGMENT_BYTES_MAX {
            let segment = Journal::new_segment(&self.dir, record.commit_no);
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

fn encode(record: &Record) -> (Vec<u8>, [u8; 32]) {
    let frame = vec![0; FRAME_HEADER_BYTES];
    let mut frame = match postcard::to_extend(record, frame) {
        Ok(frame) => frame,
        Err(error) => unreachable!("records are encodable: {error}"),
    };
    let body = &frame[FRAME_HEADER_BYTES..];
    let hash = *blake3::hash(body).as_bytes();
    let crc = crc32c::crc32c(body);
    let Ok(len) = u32::try_from(body.len()) else {
        unreachable!("the intake holds less than a record may have")
    };
    frame[..4].copy_from_slice(&FRAME_MAGIC);
    frame[4..8].copy_from_slice(&len.to_le_bytes());
    frame[8..12].copy_from_slice(&crc.to_le_bytes());
    (frame, hash)
}

/// The format that a segment says it has.
fn format_of(path: &Path) -> Result<u32, JournalError> {
    let mut header = [0; FILE_HEADER_BYTES];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut header))
        .map_err(|error| JournalError::io(path, error))?;
    Ok(u32_at(&header, 8))
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

/// What was read of a segment.
#[derive(Debug)]
pub(crate) struct SegmentRead {
    /// Intact records with their hashes.
    pub(crate) records: Vec<(Record, [u8; 32])>,
    /// Where the intact part ends, when something torn follows it.
    pub(crate) torn_at: Option<u64>,
}

/// Reads a segment. Only the newest may have a torn end: the record that was being written when
/// the process died, which was never acknowledged.
pub(crate) fn read_segment(path: &Path, newest: bool) -> Result<SegmentRead, JournalError> {
    let bytes = fs::read(path).map_err(|error| JournalError::io(path, error))?;
    let damaged = |offset: usize| JournalError::Damaged {
        path: path.to_owned(),
        offset: offset as u64,
    };
    if bytes.len() < FILE_HEADER_BYTES {
        return match newest {
            true => Ok(SegmentRead {
                records: Vec::new(),
                torn_at: Some(0),
            }),
            false => Err(damaged(0)),
        };
    }
    if &bytes[..8] != FILE_MAGIC {
        return Err(damaged(0));
    }
    let found = u32_at(&bytes, 8);
    if found > JOURNAL_FORMAT {
        return Err(JournalError::NewerFormat {
            path: path.to_owned(),
            found,
        });
    }
    let mut records = Vec::new();
    let mut offset = FILE_HEADER_BYTES;
    while offset < bytes.len() {
        let Some(body) = frame_at(&bytes, offset) else {
            let intact_follows = (offset + 1..bytes.len()).any(|at| frame_at(&bytes, at).is_some());
            if !newest || intact_follows {
                return Err(damaged(offset));
            }
            return Ok(SegmentRead {
                records,
                torn_at: Some(offset as u64),
            });
        };
        let record: Record = postcard::from_bytes(body).map_err(|_| damaged(offset))?;
        records.push((record, *blake3::hash(body).as_bytes()));
        offset += FRAME_HEADER_BYTES + body.len();
    }
    Ok(SegmentRead {
        records,
        torn_at: None,
    })
}

/// The body of the intact frame at `offset`, if there is one.
fn frame_at(bytes: &[u8], offset: usize) -> Option<&[u8]> {
    let header = bytes.get(offset..offset + FRAME_HEADER_BYTES)?;
    if header[..4] != FRAME_MAGIC {
        return None;
    }
    let len = u32_at(header, 4) as usize;
    if len > RECORD_BYTES_MAX {
        return None;
    }
    let start = offset + FRAME_HEADER_BYTES;
    let body = bytes.get(start..start + len)?;
    (crc32c::crc32c(body) == u32_at(header, 8)).then_some(body)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Cuts a torn end off the newest segment.
pub(crate) fn cut(path: &Path, at: u64) -> Result<(), JournalError> {
    let io_error = |error| JournalError::io(path, error);
    if at == 0 {
        // Not even the header was written: the segment holds nothing.
        return fs::remove_file(path).map_err(io_error);
    }
    let file = OpenOptions::new()
        .write(true)
        .open(path)
        .map_err(io_error)?;
    file.set_len(at).map_err(io_error)?;
    file.sync_all().map_err(io_error)
}

#[cfg(all(test, feature = "chaos"))]
mod tests {
    use twin_model::Time;

    use super::*;

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
        let mut journal = Journal::open(dir.path(), 0).unwrap();
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
        let records = read_segment(&segments[1], true).unwrap().records;
        assert_eq!(records.len(), 1);
    }
}
