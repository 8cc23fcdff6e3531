//! What the intake says to a message or an event before, or instead of, any rule of the plant.

use smol_str::SmolStr;

use crate::{Code, EntityKey, EventId, Kind, SourceId, Time};

/// A coded rejection that tells of the message and of the twin, not of the plant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeRejection {
    /// R25: seen before.
    #[error("Already received ({id} from {source_id}); nothing was changed.")]
    Duplicate {
        /// The event.
        id: EventId,
        /// Its source.
        source_id: SourceId,
    },
    /// R26: the id was used for something else.
    #[error(
        "Same id {id} with different content from {source_id}. The first stays; please check the \
         sender."
    )]
    IdReused {
        /// The event id.
        id: EventId,
        /// Its source.
        source_id: SourceId,
    },
    /// R28: too old to tell whether it was seen.
    #[error(
        "{event} of {time} is older than the ids still kept for {source_id} (up to {horizon}); \
         whether it was applied before cannot be told. A person must decide."
    )]
    TooOld {
        /// Event type name.
        event: &'static str,
        /// When it happened.
        time: Time,
        /// Who sent it.
        source_id: SourceId,
        /// Newest time among the forgotten ids.
        horizon: Time,
    },
    /// R33: a type or major version that this twin does not speak.
    #[error(
        "Message version {version} of {type_name} is not understood by this twin (knows {known}). \
         Kept for replay."
    )]
    UnknownType {
        /// CloudEvents type without its version.
        type_name: SmolStr,
        /// The version, such as `v3`; `-` where the type names none.
        version: SmolStr,
        /// The versions of the type that are known, or that there are none.
        known: SmolStr,
    },
    /// R34: not a canonical event.
    #[error("Message from {from} is unreadable at {path}: {detail}.")]
    Unreadable {
        /// Source, where it could be read.
        from: SmolStr,
        /// JSON path.
        path: String,
        /// What is wrong there.
        detail: String,
    },
    /// R73: understood, and nothing here stands for it.
    #[error(
        "Message from {from} has no place in this twin at {path}: {detail}. Kept for a person."
    )]
    NoPlace {
        /// Source, where it could be read.
        from: SmolStr,
        /// Place in what was sent.
        path: String,
        /// What it says, and why nothing follows from it.
        detail: String,
    },
    /// R74: an earlier event was wrong.
    #[error(
        "{from} declares an earlier event wrong at {path}: {detail}. What followed from it stands \
         until it is corrected."
    )]
    DeclaredWrong {
        /// Who says so.
        from: SmolStr,
        /// Place in what was sent.
        path: String,
        /// Which event, why, and what is right.
        detail: String,
    },
    /// R38: a clock runs ahead.
    #[error(
        "{source_id} sent time {time}, {ahead_s} s ahead of the plant clock. Set the clock of \
         the sending system."
    )]
    FromTheFuture {
        /// Who sent it.
        source_id: SourceId,
        /// The time it carries.
        time: Time,
        /// Seconds ahead.
        ahead_s: i64,
    },
    /// R40: a fault of the twin.
    #[error(
        "The twin failed {tries} times on this event at {object}: {detail}. Nothing was changed. \
         It is kept for replay after the fault is mended."
    )]
    Poison {
        /// Whose handler failed.
        object: EntityKey,
        /// How often it was tried.
        tries: u32,
        /// The panic's message.
        detail: String,
    },
    /// R76: a fault of the twin before any turn.
    #[error(
        "The twin failed on this message from {from}: {detail}. Nothing was changed. It is kept \
         for replay after the fault is mended."
    )]
    Deadly {
        /// Source, where it could be read.
        from: SmolStr,
        /// How it failed.
        detail: String,
    },
    /// R41: too big to be an event.
    #[error("The message has {bytes} bytes; at most {max} are taken. Its start is kept.")]
    TooLarge {
        /// Bytes received.
        bytes: usize,
        /// Bytes taken at most.
        max: usize,
    },
    /// R42: the object is set aside after repeated failures.
    #[error("{object} is quarantined after repeated failures; its events wait for an operator.")]
    Quarantined {
        /// The object.
        object: EntityKey,
    },
    /// The code of the rule that it would wait on: there is no room to wait.
    #[error(
        "There is no room for another waiting event, so this one is put before a person. It would \
         wait for {waits_for} ({code})."
    )]
    NoRoomToWait {
        /// What it would wait for.
        waits_for: EntityKey,
        /// The rule.
        code: Code,
    },
}

impl IntakeRejection {
    pub(crate) fn code(&self) -> Code {
        match self {
            IntakeRejection::Duplicate { .. } => Code::R25,
            IntakeRejection::IdReused { .. } => Code::R26,
            IntakeRejection::TooOld { .. } => Code::R28,
            IntakeRejection::UnknownType { .. } => Code::R33,
            IntakeRejection::Unreadable { .. } => Code::R34,
            IntakeRejection::FromTheFuture { .. } => Code::R38,
            IntakeRejection::NoPlace { .. } => Code::R73,
            IntakeRejection::DeclaredWrong { .. } => Code::R74,
            IntakeRejection::Poison { .. } => Code::R40,
            IntakeRejection::Deadly { .. } => Code::R76,
            IntakeRejection::TooLarge { .. } => Code::R41,
            IntakeRejection::Quarantined { .. } => Code::R42,
            IntakeRejection::NoRoomToWait { code, .. } => *code,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            IntakeRejection::Quarantined { .. } => Kind::Park,
            IntakeRejection::Duplicate { .. } | IntakeRejection::FromTheFuture { .. } => {
                Kind::Refuse
            }
            _ => Kind::Exception,
        }
    }

    pub(crate) fn waits_for(&self) -> Option<EntityKey> {
        match self {
            IntakeRejection::Quarantined { object } => Some(object.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rejection;

    #[test]
    fn only_what_meets_an_object_in_quarantine_waits_for_it() {
        let object = EntityKey::Lot("L".parse().unwrap());
        let quarantined = IntakeRejection::Quarantined {
            object: object.clone(),
        };
        assert_eq!(quarantined.kind(), Kind::Park);
        assert_eq!(Rejection::Intake(quarantined).waits_for(), Some(object));
        let again = IntakeRejection::Duplicate {
            id: "e".parse().unwrap(),
            source_id: "/s".parse().unwrap(),
        };
        assert_eq!(again.kind(), Kind::Refuse);
        assert_eq!(Rejection::Intake(again).waits_for(), None);
    }
}
