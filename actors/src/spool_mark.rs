//! How far the messages of a spool were forwarded, kept beside its segments.
//!
//! The mark is written over in place and never synced: after a crash of the machine it may be an
//! older one, or none that can be read. Then messages are forwarded again, which their receiver
//! knows by their ids. It never is ahead of what was confirmed.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::journal::JournalError;

const MARK_FILE: &str = "forwarded.mark";
const PLACE_BYTES: usize = 24;
const MARK_BYTES: usize = PLACE_BYTES + 4;

/// A place between two frames of a spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Number of the first message of the segment.
    pub(crate) segment: u64,
    /// Where in the segment, in bytes.
    pub(crate) offset: u64,
    /// Number of the message that comes next.
    pub(crate) next: u64,
}

/// The open mark.
#[derive(Debug)]
pub(crate) struct SpoolMark(File);

impl SpoolMark {
    /// Opens the mark, with the place that it says, when it says one.
    pub(crate) fn open(dir: &Path) -> Result<(SpoolMark, Option<Place>), JournalError> {
        let path = dir.join(MARK_FILE);
        let io_error = |error| JournalError::io(&path, error);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io_error)?;
        let mut bytes = [0; MARK_BYTES];
        let read = file.read_at(&mut bytes, 0).map_err(io_error)?;
        let place = (read == MARK_BYTES).then(|| decode(&bytes)).flatten();
        Ok((SpoolMark(file), place))
    }

    pub(crate) fn write(&self, place: Place) -> std::io::Result<()> {
        self.0.write_all_at(&encode(place), 0)
    }
}

fn encode(place: Place) -> [u8; MARK_BYTES] {
    let mut bytes = [0; MARK_BYTES];
    bytes[..8].copy_from_slice(&place.segment.to_le_bytes());
    bytes[8..16].copy_from_slice(&place.offset.to_le_bytes());
    bytes[16..24].copy_from_slice(&place.next.to_le_bytes());
    let crc = crc32c::crc32c(&bytes[..PLACE_BYTES]);
    bytes[PLACE_BYTES..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

fn decode(bytes: &[u8; MARK_BYTES]) -> Option<Place> {
    let number = |at: usize| {
        let bytes = bytes.get(at..at + 8)?.try_into().ok()?;
        Some(u64::from_le_bytes(bytes))
    };
    let crc = crc32c::crc32c(&bytes[..PLACE_BYTES]);
    if bytes[PLACE_BYTES..] != crc.to_le_bytes() {
        return None;
    }
    Some(Place {
        segment: number(0)?,
        offset: number(8)?,
        next: number(16)?,
    })
}
