//! What a person wants done with an exception, and why it may not be done.

use bytes::Bytes;
use twin_model::{EventId, Rejection, SmolStr, SourceId};

use crate::exception_entry::KeyedBy;
use crate::{
    Disposition, EVENT_BYTES_MAX, ExceptionEntry, ExceptionId, How, IntakeError, Step, Stopped,
};

/// Longest reason, in bytes.
pub const REASON_BYTES_MAX: usize = 1_000;
/// Longest name of who does it, in bytes.
pub const SIGNATURE_BYTES_MAX: usize = 100;

/// What a person wants done with an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Which one.
    pub id: ExceptionId,
    /// What.
    pub what: Resolve,
    /// Who does it, as far as they say.
    pub by: Option<SmolStr>,
    /// Why, in their words. A dry run needs none.
    pub reason: String,
    /// Only if the exception still has one of these [tags](ExceptionEntry::tag); `None` when it may
    /// have changed.
    pub unchanged: Option<Vec<SmolStr>>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolve {
    /// Try the message again as it is; send the command again.
    Replay,
    /// Take this event in its place: a CloudEvent as JSON, with an id of its own. The attribute
    /// `corrects` with the exception's number is added to it.
    Correct(Bytes),
    /// It shall have no effect.
    Discard,
}

impl Resolve {
    pub(crate) fn step(&self) -> Step {
        match self {
            Resolve::Replay => Step::Replay,
            Resolve::Correct(_) => Step::Correct,
            Resolve::Discard => Step::Discard,
        }
    }

    /// Whether an exception that ended so is what was wanted.
    pub(crate) fn is_done_by(&self, how: &How) -> bool {
        match self {
            Resolve::Replay => {
                matches!(how, How::Applied | How::Parked | How::Duplicate | How::Sent)
            }
            Resolve::Correct(_) => matches!(how, How::Corrected { .. }),
            Resolve::Discard => *how == How::Discarded,
        }
    }
}

/// What was done with an exception.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The commit that holds it.
    pub commit_no: u64,
    /// The exception as it is now.
    pub entry: std::sync::Arc<ExceptionEntry>,
    /// What became of the message, or of the corrected event; `None` when it was discarded, or had
    /// been settled before.
    pub disposition: Option<Disposition>,
    /// The same was done before: nothing was changed now.
    pub already: bool,
}

/// Why nothing was done with an exception.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// There is no such exception, or it is not kept any more.
    #[error(
        "Exception {0} is not kept: there is none of this number, or it had to leave for newer ones"
    )]
    NotKept(ExceptionId),
    /// It ended in another way.
    #[error("Exception {} is settled already: {}", .0.id, ended(.0))]
    Closed(Box<ExceptionEntry>),
    /// Its kind does not allow that.
    #[error(
        "Exception {} cannot be settled by a {}: {}", .entry.id, .step.as_str(), why_not(.entry)
    )]
    NotAllowed {
        /// What was wanted.
        step: Step,
        /// The exception.
        entry: Box<ExceptionEntry>,
    },
    /// It is not as who decided on it saw it.
    #[error("Exception {} has changed: it has the tag \"{}\" now", .0.id, .0.tag())]
    Changed(Box<ExceptionEntry>),
    /// The reason or the name is missing or too long.
    #[error(
        "a reason of 1 to {REASON_BYTES_MAX} bytes is needed, and a name of at most \
         {SIGNATURE_BYTES_MAX}"
    )]
    NotSigned,
    /// The corrected event is too large, or no JSON object.
    #[error("the corrected event must be one JSON object of at most {EVENT_BYTES_MAX} bytes")]
    NoEvent,
    /// The corrected event carries an id under which something was received.
    #[error(
        "the corrected event has the id {event_id} of {source_id}, under which a message was received \
         before; give it an id of its own"
    )]
    SameId {
        /// Who is named as its source.
        source_id: SourceId,
        /// Its id.
        event_id: EventId,
    },
    /// The corrected event would not go through either.
    #[error("the corrected event does not go through either: {0}")]
    CorrectionRefused(Rejection),
    /// The command cannot be sent again now.
    #[error("the command cannot be sent again: {0}")]
    CommandNotSent(Rejection),
    /// The plant takes nothing now.
    #[error(transparent)]
    NotTaken(#[from] IntakeError),
}

impl From<Stopped> for ResolveError {
    fn from(stopped: Stopped) -> ResolveError {
        ResolveError::NotTaken(stopped.into())
    }
}

fn ended(entry: &ExceptionEntry) -> String {
    match &entry.closed {
        Some(closed) => {
            let by = closed.by.as_deref().unwrap_or("an unnamed person");
            let (how, at, reason) = (closed.how.as_str(), closed.at, &closed.reason);
            format!("{how} on {at} by {by}, because {reason}")
        }
        None => "it is open".to_owned(),
    }
}

fn why_not(entry: &ExceptionEntry) -> &'static str {
    if entry.command.is_some() {
        "it is about a command that was carried out, or that its process must not send"
    } else if entry.refused {
        "a rule refused the message and its sender was told, who corrects it with a new event"
    } else if entry.keyed_by == KeyedBy::Start {
        "only the start of the message was kept"
    } else {
        "its id belongs to another message, which had its effect"
    }
}
