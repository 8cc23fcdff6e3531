//! One file of the journal: a frame for each record.

use std::path::Path;

use crate::frames::{FRAME_HEADER_BYTES, Frames, SegmentKind, seal};
use crate::journal::JournalError;
use crate::record::{JOURNAL_FORMAT, Record};

/// The segments of a plant's journal.
pub(crate) const JOURNAL: SegmentKind = SegmentKind {
    prefix: "journal-",
    magic: b"PTWINJNL",
    format: JOURNAL_FORMAT,
};

/// The frame of a record, and the record's hash.
pub(crate) fn encode(record: &Record) -> (Vec<u8>, [u8; 32]) {
    let frame = vec![0; FRAME_HEADER_BYTES];
    let mut frame = match postcard::to_extend(record, frame) {
        Ok(frame) => frame,
        Err(error) => unreachable!("records are encodable: {error}"),
    };
    seal(&mut frame);
    let hash = *blake3::hash(&frame[FRAME_HEADER_BYTES..]).as_bytes();
    (frame, hash)
}

/// The first commit of a segment, by its name.
pub(crate) fn first_commit(path: &Path) -> u64 {
    JOURNAL.first_of(path).unwrap_or(0)
}

/// A segment in memory, read record by record.
#[derive(Debug)]
pub(crate) struct Segment(Frames);

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
        Frames::read(JOURNAL, path, newest).map(Segment)
    }

    /// Where the intact part ends, when something torn follows it and all before it was read.
    pub(crate) fn torn_at(&self) -> Option<u64> {
        self.0.torn_at
    }

    /// The next record, as long as there is an intact one.
    pub(crate) fn next(&mut self) -> Result<Option<Framed>, JournalError> {
        let Some(body) = self.0.next()? else {
            return Ok(None);
        };
        let offset = body.start - FRAME_HEADER_BYTES;
        let len = body.end - offset;
        let body = self.0.body(body);
        let record = postcard::from_bytes(body).map_err(|_| self.0.damaged(offset))?;
        Ok(Some(Framed {
            offset: offset as u64,
            record,
            hash: *blake3::hash(body).as_bytes(),
            len,
        }))
    }
}
