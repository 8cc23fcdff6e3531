//! Files of checksummed frames: what the plant's journal and an edge's spool consist of.
//!
//! A segment has a header (magic, format), then frames, each with its length and checksum. Its name
//! carries the number of what it begins with. Frames are appended by [`crate::frame_log`].

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::journal::{JournalError, files};

/// Largest frame that is believed when reading, in bytes: the intake's limit with room for the
/// encoding.
const FRAME_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Where the first frame of a segment begins, in bytes.
pub(crate) const FILE_HEADER_BYTES: usize = 16;
/// What stands before the body of a frame, in bytes.
pub(crate) const FRAME_HEADER_BYTES: usize = 12;
const FRAME_MAGIC: [u8; 4] = *b"\xF5PTR";
const SUFFIX: &str = ".log";

/// What sort of segments: their names, and what their headers say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SegmentKind {
    /// Start of the file names.
    pub(crate) prefix: &'static str,
    pub(crate) magic: &'static [u8; 8],
    /// What this version writes; it reads all up to it.
    pub(crate) format: u32,
}

impl SegmentKind {
    /// The segments in `dir`, oldest first.
    pub(crate) fn list(&self, dir: &Path) -> Result<Vec<PathBuf>, JournalError> {
        files(dir, self.prefix, SUFFIX)
    }

    /// Where the segment lies that begins with `first`.
    pub(crate) fn path(&self, dir: &Path, first: u64) -> PathBuf {
        dir.join(format!("{}{first:020}{SUFFIX}", self.prefix))
    }

    /// What the segment at `path` begins with, by its name.
    pub(crate) fn first_of(&self, path: &Path) -> Option<u64> {
        let name = path.file_name()?.to_str()?;
        let number = name.strip_prefix(self.prefix)?.strip_suffix(SUFFIX)?;
        number.parse().ok()
    }

    /// The header of a segment of this version's format.
    pub(crate) fn header(&self) -> [u8; FILE_HEADER_BYTES] {
        let mut header = [0; FILE_HEADER_BYTES];
        header[..8].copy_from_slice(self.magic);
        header[8..12].copy_from_slice(&self.format.to_le_bytes());
        header
    }
}

/// The format that a segment says it has.
pub(crate) fn format_of(path: &Path) -> Result<u32, JournalError> {
    let mut header = [0; FILE_HEADER_BYTES];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut header))
        .map_err(|error| JournalError::io(path, error))?;
    Ok(u32_at(&header, 8))
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
pub(crate) struct Frames {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Where the next frame begins.
    offset: usize,
    /// Only the newest may have a torn end: what was being written when the process died, which was
    /// never acknowledged.
    newest: bool,
    /// Where the intact part ends, when something torn follows it.
    pub(crate) torn_at: Option<u64>,
}

impl Frames {
    /// Reads a segment and checks its header.
    pub(crate) fn read(
        kind: SegmentKind,
        path: &Path,
        newest: bool,
    ) -> Result<Frames, JournalError> {
        let bytes = fs::read(path).map_err(|error| JournalError::io(path, error))?;
        let mut frames = Frames {
            path: path.to_owned(),
            bytes,
            offset: FILE_HEADER_BYTES,
            newest,
            torn_at: None,
        };
        if frames.bytes.len() < FILE_HEADER_BYTES {
            if !newest {
                return Err(frames.damaged(0));
            }
            frames.torn_at = Some(0);
            frames.offset = frames.bytes.len();
            return Ok(frames);
        }
        if &frames.bytes[..8] != kind.magic {
            return Err(frames.damaged(0));
        }
        let found = u32_at(&frames.bytes, 8);
        if found > kind.format {
            return Err(JournalError::NewerFormat {
                path: path.to_owned(),
                found,
                known: kind.format,
            });
        }
        Ok(frames)
    }

    /// Where the body of the next intact frame lies, as long as there is one.
    pub(crate) fn next(&mut self) -> Result<Option<Range<usize>>, JournalError> {
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
        self.offset = body.end;
        Ok(Some(body))
    }

    /// The bytes of a body.
    pub(crate) fn body(&self, at: Range<usize>) -> &[u8] {
        &self.bytes[at]
    }

    pub(crate) fn damaged(&self, offset: usize) -> JournalError {
        JournalError::Damaged {
            path: self.path.clone(),
            offset: offset as u64,
        }
    }
}

/// Fills in the header of a frame, for which room stands before its body.
pub(crate) fn seal(frame: &mut [u8]) {
    let body = &frame[FRAME_HEADER_BYTES..];
    let crc = crc32c::crc32c(body);
    let Ok(len) = u32::try_from(body.len()) else {
        unreachable!("the intake holds less than a frame may have")
    };
    frame[..4].copy_from_slice(&FRAME_MAGIC);
    frame[4..8].copy_from_slice(&len.to_le_bytes());
    frame[8..12].copy_from_slice(&crc.to_le_bytes());
}

/// Where the body of the intact frame at `offset` lies, if there is one.
pub(crate) fn frame_at(bytes: &[u8], offset: usize) -> Option<Range<usize>> {
    let header = bytes.get(offset..offset + FRAME_HEADER_BYTES)?;
    let len = body_bytes(header)?;
    let start = offset + FRAME_HEADER_BYTES;
    let body = bytes.get(start..start + len)?;
    (crc32c::crc32c(body) == u32_at(header, 8)).then_some(start..start + len)
}

/// How long the body is, by the header of its frame.
pub(crate) fn body_bytes(header: &[u8]) -> Option<usize> {
    if header[..4] != FRAME_MAGIC {
        return None;
    }
    let len = u32_at(header, 4) as usize;
    (len <= FRAME_BYTES_MAX).then_some(len)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
