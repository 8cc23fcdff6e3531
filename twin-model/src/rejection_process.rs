//! What goes wrong between a process and the systems that it asks.

use smol_str::SmolStr;

use crate::{Code, CommandKey, EntityKey, Kind, ProcessId, System, Time};

/// A command, or the answer to one, that does not come to its end by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProcessRejection {
    /// R32: a system refused a command.
    #[error(
        "{system} refused {what}: {erp_text:?} ({erp_code}). {tries} tries; next at {next}. Mend \
         the cause in {system}."
    )]
    PostingRefused {
        /// Who refused.
        system: System,
        /// What it was asked for.
        what: String,
        /// What it said.
        erp_text: SmolStr,
        /// Its code.
        erp_code: SmolStr,
        /// How often it was tried.
        tries: u32,
        /// When it is tried again: a time, or words when a person must decide.
        next: SmolStr,
    },
    /// R61: an answer to something that was not asked.
    #[error(
        "This twin has not sent command {command}. The {event} waits; it is applied if the facts \
         make the twin send it. Check what the sender answers."
    )]
    CommandNotKnown {
        /// The process that would send it.
        object: EntityKey,
        /// The command.
        command: CommandKey,
        /// The waiting event's type name.
        event: &'static str,
    },
    /// R62: nobody answers.
    #[error(
        "{system} has not answered {what} (command {command}), sent {sent} times since {since}. \
         Look in {system} whether it was done, and have {system} answer."
    )]
    Unanswered {
        /// Who was asked.
        system: System,
        /// For what.
        what: String,
        /// The command.
        command: CommandKey,
        /// How often it was sent.
        sent: u32,
        /// Since when.
        since: Time,
    },
    /// R63: one command became several documents.
    #[error(
        "{system} has done {what} more than once: {documents}. Reverse all but one in {system}."
    )]
    PostedTwice {
        /// Who did it.
        system: System,
        /// What.
        what: String,
        /// Its documents, joined by commas.
        documents: SmolStr,
    },
    /// R64: a process that never comes to an end.
    #[error(
        "Process {process} has sent {max} commands of one kind; {what} is not sent. Look why its \
         facts keep changing, and settle it in the receiving system."
    )]
    TooManyCommands {
        /// The process.
        process: ProcessId,
        /// What it would send.
        what: String,
        /// Commands sent at most.
        max: usize,
    },
}

impl ProcessRejection {
    pub(crate) fn code(&self) -> Code {
        match self {
            ProcessRejection::PostingRefused { .. } => Code::R32,
            ProcessRejection::CommandNotKnown { .. } => Code::R61,
            ProcessRejection::Unanswered { .. } => Code::R62,
            ProcessRejection::PostedTwice { .. } => Code::R63,
            ProcessRejection::TooManyCommands { .. } => Code::R64,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            ProcessRejection::CommandNotKnown { .. } => Kind::Park,
            _ => Kind::Exception,
        }
    }

    pub(crate) fn waits_for(&self) -> Option<EntityKey> {
        match self {
            ProcessRejection::CommandNotKnown { object, .. } => Some(object.clone()),
            _ => None,
        }
    }
}
