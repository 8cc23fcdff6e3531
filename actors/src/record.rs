//! One record of the journal: a batch of inputs with what was decided on them.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use twin_model::{Code, EntityKey, EventId, SmolStr, SourceId, Time};

use crate::CommandId;
use crate::marks::MarkKey;

/// Version of the journal's format. A journal of a newer format is not opened.
pub const JOURNAL_FORMAT: u32 = 3;

/// A batch as it is journaled. Accepted events are kept as they were received; what was decided
/// is kept to verify a replay, not to trust it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) epoch: u64,
    /// Counts from 1 without a gap.
    pub(crate) commit_no: u64,
    /// Wall clock of the writer; no decision depends on it.
    pub(crate) recorded: Time,
    /// Hash of the record before (32 zero bytes before the first).
    pub(crate) previous: [u8; 32],
    pub(crate) entries: Vec<Entry>,
    /// Events whose handler panicked until they were given up. Replay does not try them again.
    pub(crate) poisoned: Vec<Poisoned>,
}

/// One journaled input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Entry {
    /// A readable event, as received.
    Event { raw: Bytes, verdict: Verdict },
    /// Events that were received before, in a row. Their content is in the journal already.
    Duplicates(u64),
    /// A message that could not be read when it came. A newer version may read it on request, but
    /// replay does not: what was decided stays.
    Unreadable(UnreadableEntry),
    /// The plant's clock.
    Tick(Time),
    /// Something that an operator or a relay did.
    Operator(OperatorEntry),
    /// A message came again that is kept as the exception with this number; a duplicate. Since
    /// format 2.
    SeenAgain(u64),
    /// A message that could not be read and of which the start alone is kept, with what the whole
    /// is known by. Since format 2.
    Start(UnreadableEntry, MarkKey),
}

/// A message that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnreadableEntry {
    pub(crate) raw: Bytes,
    pub(crate) code: Code,
    pub(crate) text: String,
    pub(crate) id: Option<EventId>,
    pub(crate) source: Option<SourceId>,
    pub(crate) type_name: Option<SmolStr>,
}

/// What is done to a plant beside events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OperatorEntry {
    /// Commands up to this one were taken over by their receiver.
    CommandsSent(CommandId),
    /// An entity leaves quarantine.
    ReleaseQuarantine(EntityKey),
    /// An exception was tried again. Since format 2.
    Replayed(ReplayedEntry),
    /// A corrected event, which stands before it in the record, was taken in the place of an
    /// exception. Since format 2.
    Corrected {
        exception: u64,
        source: SourceId,
        event_id: EventId,
        signed: Signed,
    },
    /// An exception shall have no effect. Since format 2.
    Discarded { exception: u64, signed: Signed },
}

/// Who did something, and why, in their words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signed {
    pub(crate) by: Option<SmolStr>,
    pub(crate) reason: String,
}

/// An exception that was tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplayedEntry {
    pub(crate) exception: u64,
    pub(crate) signed: Signed,
    pub(crate) found: Found,
}

/// What a replay of an exception found. Kept to verify a replay of the journal, except that a
/// message which could not be read then is not read again: a newer version might.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Found {
    Decided(Verdict),
    Duplicate,
    Unreadable {
        code: Code,
        text: String,
    },
    /// The command of the exception was sent again. Since format 3.
    Sent,
}

/// What was decided on an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verdict {
    Applied,
    Refused(Code),
    Parked(Code),
    Exception(Code),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Applied => f.write_str("applied"),
            Verdict::Refused(code) => write!(f, "refused ({code})"),
            Verdict::Parked(code) => write!(f, "parked ({code})"),
            Verdict::Exception(code) => write!(f, "an exception ({code})"),
        }
    }
}

/// An event that was given up because its handler panicked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Poisoned {
    pub(crate) source: SourceId,
    pub(crate) id: EventId,
    pub(crate) object: EntityKey,
    pub(crate) tries: u32,
    pub(crate) detail: String,
}
