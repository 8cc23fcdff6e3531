//! One file of the journal: a header, then checksummed frames with a record each.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::journal::JournalError;
use crate::record::{JOURNAL_FORMAT, Record};

/// Largest record that is believed when reading, in bytes: the intake's limit with room for the
/// encoding.
const RECORD_BYTES_MAX: usize = 256 * 1024 * 1024;

const FILE_MAGIC: &[u8; 8] = b"PTWINJNL";
pub(crate) const FILE_HEADER_BYTES: usize = 16;
const FRAME_MAGIC: [u8; 4] = *b"\xF5PTR";
const FRAME_HEADER_BYTES: usize = 12;

/// The header of a segment of this version's format.
pub(crate) fn header() -> [u8; FILE_HEADER_BYTES] {
    let mut header = [0; FILE_HEADER_BYTES];
    header[..8].copy_from_slice(FILE_MAGIC);
    header[8..12].copy_from_slice(&JOURNAL_FORMAT.to_le_bytes());
    header
}

/// The frame of a record, and the record's hash.
pub(crate) fn encode(record: &Record) -> (Vec<u8>, [u8; 32]) {
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
pub(crate) fn format_of(path: &Path) -> Result<u32, JournalError> {
    let mut header = [0; FILE_HEADER_BYTES];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut header))
        .map_err(|error| JournalError::io(path, error))?;
    Ok(u32_at(&header, 8))
}

/// The name of the segment that begins with a commit.
pub(crate) fn name_of(first_commit: u64) -> String {
    format!("journal-{first_commit:020}.log")
}

/// The first commit of a segment, by its name.
pub(crate) fn first_commit(path: &Path) -> u64 {
    let name = path
        .file_stem()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    name.trim_start_matches("journal-").parse().unwrap_or(0)
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

/// A segment in memory, read frame by frame.
#[derive(Debug)]
pub(crate) struct Segment {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Where the next frame begins.
    offset: usize,
    /// Only the newest may have a torn end: the record that was being written when the process
    /// died, which was never acknowledged.
    newest: bool,
    /// Where the intact part ends, when something torn follows it.
    pub(crate) torn_at: Option<u64>,
}

/// A record with where it stands.
#[derive(Debug)]
pub(crate) struct Framed {
    pub(crate) offset: u64,
    pub(crate) record: Record,
    /// Which the next record carries as `previous`.
    pub(crate) hash: [u8; 32],
    /// Its size in the file.
    pub(crate) len: usize,
}

impl Segment {
    /// Reads a segment and checks its header.
    pub(crate) fn read(path: &Path, newest: bool) -> Result<Segment, JournalError> {
        let bytes = fs::read(path).map_err(|error| JournalError::io(path, error))?;
        let mut segment = Segment {
            path: path.to_owned(),
            bytes,
            offset: FILE_HEADER_BYTES,
            newest,
            torn_at: None,
        };
        if segment.bytes.len() < FILE_HEADER_BYTES {
            if !newest {
                return Err(segment.damaged(0));
            }
            segment.torn_at = Some(0);
            segment.offset = segment.bytes.len();
            return Ok(segment);
        }
        if &segment.bytes[..8] != FILE_MAGIC {
            return Err(segment.damaged(0));
        }
        let found = u32_at(&segment.bytes, 8);
        if found > JOURNAL_FORMAT {
            return Err(JournalError::NewerFormat {
                path: path.to_owned(),
                found,
            });
        }
        Ok(segment)
    }

    /// The next record, as long as there is an intact one.
    pub(crate) fn next(&mut self) -> Result<Option<Framed>, JournalError> {
        let offset = self.offset;
        if offset >= self.bytes.len() {
            return Ok(None);
        }
        let Some(body) = frame_at(&self.bytes, offset) else {
            let mut later = offset + 1..self.bytes.len();
            let intact_follows = later.any(|at| frame_at(&self.bytes, at).is_some());
            if !self.newest || intact_follows {
                return Err(self.damaged(offset));
            }
            self.torn_at = Some(offset as u64);
            self.offset = self.bytes.len();
            return Ok(None);
        };
        let record = postcard::from_bytes(body).map_err(|_| self.damaged(offset))?;
        let hash = *blake3::hash(body).as_bytes();
        let len = FRAME_HEADER_BYTES + body.len();
        self.offset += len;
        Ok(Some(Framed {
            offset: offset as u64,
            record,
            hash,
            len,
        }))
    }

    fn damaged(&self, offset: usize) -> JournalError {
        JournalError::Damaged {
            path: self.path.clone(),
            offset: offset as u64,
        }
    }
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
