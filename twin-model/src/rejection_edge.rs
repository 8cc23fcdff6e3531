//! What an edge says to a message that it does not store on its way to the twin.

use smol_str::SmolStr;

use crate::{Code, Kind};

/// A rejection before the twin: nothing was stored, and the sender still has the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EdgeRejection {
    /// R77: the quota is used up.
    #[error(
        "This edge holds {held_bytes} bytes that wait for the central broker, and its quota is \
         {quota_bytes}. Nothing of the message was stored. It is taken again as soon as the link \
         has carried some of them away."
    )]
    QuotaUsedUp {
        /// Stored and not forwarded, in bytes.
        held_bytes: u64,
        /// At most, in bytes.
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
}

impl EdgeRejection {
    pub(crate) fn code(&self) -> Code {
        match self {
            EdgeRejection::QuotaUsedUp { .. } => Code::R77,
            EdgeRejection::NotForwarded { .. } => Code::R78,
            EdgeRejection::DiskRefuses { .. } => Code::R79,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        Kind::Refuse
    }
}
