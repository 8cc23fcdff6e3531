//! What an edge says to a message that it does not store, or cannot pass on, on its way to the twin.

use smol_str::SmolStr;

use crate::{Code, Kind};

/// A rejection before the twin: the sender still has the message, or the edge keeps it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EdgeRejection {
    /// R77: the quota is used up.
    #[error(
        "This edge holds {held_bytes} bytes that wait for the central broker, and a message like \
         this one is stored up to {limit_bytes}, of a quota of {quota_bytes} whose last part is \
         kept for urgent events. Nothing of the message was stored. It is taken again as soon as \
         the link has carried some of them away."
    )]
    QuotaUsedUp {
        /// Stored and not forwarded of what the limit is for, in bytes.
        held_bytes: u64,
        /// At most, in bytes: the quota for urgent events, less for all others.
        limit_bytes: u64,
        /// The whole quota, in bytes.
        quota_bytes: u64,
    },
    /// R78: nobody to forward it to.
    #[error(
        "This edge forwards what is for {plants}, and the message names {named}. Nothing of it \
         was stored. Correct its plant, or send it to the edge or twin that has this plant."
    )]
    NotForwarded {
        /// The plants of the edge.
        plants: SmolStr,
        /// What the message says: a plant, several, or none that can be read.
        named: SmolStr,
    },
    /// R79: the disk of the edge.
    #[error(
        "This edge cannot store messages now: {detail}. Nothing of the message was stored. Make \
         room on its disk, or look into its log."
    )]
    DiskRefuses {
        /// What the file system says.
        detail: String,
    },
    /// R89: the central broker takes it now and later not.
    #[error(
        "The central broker never takes a message of {bytes} bytes: {answer}. This edge has set it \
         aside as {id}, and those behind it go on. Split it at its source or let the broker take \
         larger ones (max_message_size), then replay it; or discard it."
    )]
    NeverTaken {
        /// Its size, in bytes.
        bytes: u64,
        /// What the broker says.
        answer: String,
        /// How it is named at the edge.
        id: SmolStr,
    },
}

impl EdgeRejection {
    pub(crate) fn code(&self) -> Code {
        match self {
            EdgeRejection::QuotaUsedUp { .. } => Code::R77,
            EdgeRejection::NotForwarded { .. } => Code::R78,
            EdgeRejection::DiskRefuses { .. } => Code::R79,
            EdgeRejection::NeverTaken { .. } => Code::R89,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            EdgeRejection::NeverTaken { .. } => Kind::Exception,
            EdgeRejection::QuotaUsedUp { .. }
            | EdgeRejection::NotForwarded { .. }
            | EdgeRejection::DiskRefuses { .. } => Kind::Refuse,
        }
    }
}
