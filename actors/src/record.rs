//! One record of the journal: a batch of inputs with what was decided on them.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use twin_model::{Code, EntityKey, EventId, SmolStr, SourceId, Time};

use crate::CommandId;

/// Version of the journal's format. A journal of a newer format is not opened.
pub const JOURNAL_FORMAT: u32 = 1;

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
}

/// What was decided on an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verdict {
    Applied,
    Refused(Code),
    Parked(Code),
    Exception(Code),
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
