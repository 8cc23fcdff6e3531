//! What needs a person: messages that could not be read or decided.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use twin_model::{Code, CommandKey, EntityKey, EventId, SmolStr, SourceId, Time};

use crate::shard::Door;
use crate::{Stopped, fork};

/// Exceptions kept in memory. The journal keeps every one; the oldest leave memory first.
pub const EXCEPTIONS_MAX: usize = 10_000;
/// How much of a message is kept in memory with its exception, in bytes; the journal has it all.
pub const EXCEPTION_RAW_BYTES_MAX: usize = 16 * 1024;

/// The number of an exception, shown as `EX-7`. Counts from 1 per plant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExceptionId(pub(crate) u64);

impl fmt::Display for ExceptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EX-{}", self.0)
    }
}

impl fmt::Debug for ExceptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no exception number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an exception number (like EX-7)")]
pub struct InvalidExceptionId;

impl FromStr for ExceptionId {
    type Err = InvalidExceptionId;

    fn from_str(text: &str) -> Result<ExceptionId, InvalidExceptionId> {
        let number = text.strip_prefix("EX-").ok_or(InvalidExceptionId)?;
        number
            .parse()
            .map(ExceptionId)
            .map_err(|_| InvalidExceptionId)
    }
}

/// What a person should see: a message that could not be read or decided, one that a rule refused,
/// or a command that a process cannot bring to its end. Only the first counts as an exception among
/// the dispositions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionEntry {
    /// Its number.
    pub id: ExceptionId,
    /// Whether a rule refused it (and its sender was told); else it waits for a person.
    pub refused: bool,
    /// Which rule.
    pub code: Code,
    /// In business words.
    pub text: String,
    /// The next step.
    pub what_to_do: &'static str,
    /// Who sent it, where that could be read.
    pub source: Option<SourceId>,
    /// The event's id, where it could be read.
    pub event_id: Option<EventId>,
    /// The event's type as sent, where it could be read.
    pub event_type: Option<SmolStr>,
    /// The object it concerns, where known.
    pub object: Option<EntityKey>,
    /// When it became an exception, by the plant's clock.
    pub first_seen: Time,
    /// The message as received, or the data of the command that it is about, cut to
    /// [`EXCEPTION_RAW_BYTES_MAX`].
    pub raw: Bytes,
    /// The command of a process that it is about; `None` for messages. Such an exception is no
    /// disposition of an input.
    pub command: Option<CommandKey>,
    /// When it ended by itself, such as by a late answer; `None` while it is open.
    pub closed_at: Option<Time>,
}

/// The newest exceptions of a plant, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExceptionList {
    entries: VecDeque<Arc<ExceptionEntry>>,
    /// Number of the last exception ever.
    pub(crate) last: u64,
}

impl ExceptionList {
    pub(crate) fn next_id(&mut self) -> ExceptionId {
        self.last += 1;
        ExceptionId(self.last)
    }

    pub(crate) fn push(&mut self, entry: Arc<ExceptionEntry>) {
        if self.entries.len() >= EXCEPTIONS_MAX {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    /// The newest exception about a command, open or closed.
    pub(crate) fn of_command(&self, command: &CommandKey) -> Option<&Arc<ExceptionEntry>> {
        let mut newest = self.entries.iter().rev();
        newest.find(|entry| entry.command.as_ref() == Some(command))
    }

    /// Puts an entry in the place of the one with its number.
    pub(crate) fn replace(&mut self, entry: Arc<ExceptionEntry>) {
        let place = self
            .entries
            .binary_search_by_key(&entry.id, |known| known.id);
        if let Ok(place) = place {
            self.entries[place] = entry;
        }
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<ExceptionEntry>> {
        self.entries.iter()
    }

    pub(crate) fn to_vec(&self) -> Vec<Arc<ExceptionEntry>> {
        self.entries.iter().cloned().collect()
    }
}

/// The door to the exceptions of a plant.
#[derive(Debug, Clone)]
pub struct Exceptions {
    pub(crate) door: Door,
}

impl Exceptions {
    /// The newest exceptions, oldest first, as of the last commit.
    ///
    /// # Errors
    /// [`Stopped`] when the plant is stopping or its journal has failed.
    pub async fn list(&self) -> Result<Vec<Arc<ExceptionEntry>>, Stopped> {
        Ok(fork::take(&self.door).await?.exceptions)
    }

    /// Takes an entity out of quarantine: its waiting events are tried again. Journaled like an
    /// event. Does nothing when the entity is not quarantined.
    ///
    /// # Errors
    /// [`Stopped`] when the plant is stopping or its journal has failed.
    pub async fn release_quarantine(&self, entity: EntityKey) -> Result<(), Stopped> {
        self.door
            .operator(crate::record::OperatorEntry::ReleaseQuarantine(entity))
            .await
    }
}
