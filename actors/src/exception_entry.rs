//! One message that needs a person, and how it came to be settled.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use twin_model::{Code, CommandKey, EntityKey, EventId, SmolStr, SourceId, Time};

use crate::marks::MarkKey;

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
/// the dispositions. However often the same message comes, it has one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionEntry {
    /// Its number.
    pub id: ExceptionId,
    /// Whether a rule refused it (and its sender was told); else it waits for a person.
    pub refused: bool,
    /// Which rule, when it was last tried.
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
    /// When it was last received or tried, by the plant's clock.
    pub last_seen: Time,
    /// How often it was received.
    pub seen: u64,
    /// How often the twin tried it: when it came, and with every replay.
    pub tries: u32,
    /// How it was settled; `None` while somebody must act.
    pub closed: Option<Closed>,
    /// The message as received, only its start when it was over the limit; or the data of the
    /// command that it is about.
    pub raw: Bytes,
    /// The command of a process that it is about; `None` for messages. Such an exception is no
    /// disposition of an input.
    pub command: Option<CommandKey>,
    pub(crate) key: MarkKey,
    pub(crate) keyed_by: KeyedBy,
}

/// By what a message is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyedBy {
    /// Its source and id: it holds their idempotency mark, so no other message had an effect
    /// under them.
    Event,
    /// Its source, id and content: another message holds the mark of its id.
    Content,
    /// Its bytes.
    Bytes,
    /// Its bytes, of which the start alone is kept.
    Start,
    /// It is a command, known by its key.
    Command,
}

/// The end of an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// How it ended.
    pub how: How,
    /// Who did it, as far as they said.
    pub by: Option<SmolStr>,
    /// Why, in their words; empty when it ended by itself.
    pub reason: String,
    /// When, by the plant's clock.
    pub at: Time,
}

/// How an exception ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// A replay applied it.
    Applied,
    /// A replay found that it waits for its cause; it is tried again by itself.
    Parked,
    /// A replay found that the same event was received in another message.
    Duplicate,
    /// A corrected event was taken in its place.
    Corrected {
        /// Who is named as its source.
        source: SourceId,
        /// Its id.
        event_id: EventId,
    },
    /// Somebody decided that it shall have no effect.
    Discarded,
    /// By itself, such as by the late answer to a command.
    ByItself,
    /// A replay sent the command again; what goes wrong with it next is a new exception.
    Sent,
}

impl How {
    /// Its name in answers.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            How::Applied => "applied",
            How::Parked => "parked",
            How::Duplicate => "duplicate",
            How::Corrected { .. } => "corrected",
            How::Discarded => "discarded",
            How::ByItself => "by_itself",
            How::Sent => "sent",
        }
    }
}

/// What a person may do with an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Try the message again as it is.
    Replay,
    /// Give a corrected event with an id of its own instead.
    Correct,
    /// Decide that it has no effect, or that nothing is left to do.
    Discard,
}

impl Step {
    /// Its name in answers and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Replay => "replay",
            Step::Correct => "correct",
            Step::Discard => "discard",
        }
    }
}

impl ExceptionEntry {
    /// What identifies this content among all contents that the entry ever had: it is other
    /// whenever the message came again, was tried, or was settled.
    #[must_use]
    pub fn tag(&self) -> SmolStr {
        let (id, seen, tries) = (self.id, self.seen, self.tries);
        let state = match &self.closed {
            Some(closed) => closed.how.as_str(),
            None => "open",
        };
        format!("{id}-{seen}-{tries}-{state}").into()
    }

    /// Who must act.
    #[must_use]
    pub fn owner(&self) -> &'static str {
        self.code.owner()
    }

    /// Whether somebody must still act.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// What may be done with it now.
    ///
    /// What a rule refused cannot be replayed: its sender was told, and corrects it with a new
    /// event. Nor can a message whose id belongs to another one, or whose end is not kept. A command
    /// that was refused or that nobody answers can be sent again, and one that was not sent after too
    /// many of its kind can be sent.
    #[must_use]
    pub fn steps(&self) -> &'static [Step] {
        if !self.is_open() {
            &[]
        } else if self.command.is_some() && matches!(self.code, Code::R32 | Code::R62 | Code::R64) {
            &[Step::Replay, Step::Discard]
        } else if self.refused || self.command.is_some() {
            &[Step::Discard]
        } else if self.code == Code::R26 || self.keyed_by == KeyedBy::Start {
            &[Step::Correct, Step::Discard]
        } else {
            &[Step::Replay, Step::Correct, Step::Discard]
        }
    }
}
