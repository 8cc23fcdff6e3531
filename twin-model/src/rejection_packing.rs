//! What is wrong with what is packed in what, or not known of it.

use crate::{Code, DeliveryId, EntityKey, Kind, LogisticUnitId};

/// A rejection about logistic units.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackingRejection {
    /// R65: a unit would be in itself.
    #[error(
        "Unit {unit} cannot go into unit {into}: {into} is itself in {unit} ({path}). The report \
         waits until something of that is taken out; else correct the numbers in the sending \
         system."
    )]
    Circle {
        /// What should go in.
        unit: LogisticUnitId,
        /// Where.
        into: LogisticUnitId,
        /// From the one to the other.
        path: String,
    },
    /// R51: what is in a unit is not booked yet.
    #[error(
        "A report of what is packed into unit {awaited} waits, so nobody can tell whether a hold \
         reaches it. Shipment {delivery} is blocked until the report is applied."
    )]
    PackingAwaited {
        /// The unit.
        awaited: LogisticUnitId,
        /// The delivery.
        delivery: DeliveryId,
    },
    /// R51: nobody has told what is in a unit.
    #[error(
        "Nobody has reported what is packed in unit {unit}, so nobody can tell whether a hold \
         reaches it. Shipment {delivery} is blocked until the packing is reported, or the unit is \
         taken out."
    )]
    ContentUnknown {
        /// The unit.
        unit: LogisticUnitId,
        /// The delivery.
        delivery: DeliveryId,
    },
    /// R52: a unit that is packed again and again.
    #[error(
        "Unit {unit} has {max} entries of what was put in and taken out; more are not kept. Report \
         it empty, or give what is packed from now on a number of its own."
    )]
    TooManyPackings {
        /// The unit.
        unit: LogisticUnitId,
        /// Entries kept at most.
        max: usize,
    },
}

impl PackingRejection {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            PackingRejection::Circle { .. } => Code::R65,
            PackingRejection::PackingAwaited { .. } | PackingRejection::ContentUnknown { .. } => {
                Code::R51
            }
            PackingRejection::TooManyPackings { .. } => Code::R52,
        }
    }

    /// What becomes of an event that meets it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            PackingRejection::Circle { .. } => Kind::Park,
            PackingRejection::PackingAwaited { .. } | PackingRejection::ContentUnknown { .. } => {
                Kind::Refuse
            }
            PackingRejection::TooManyPackings { .. } => Kind::Exception,
        }
    }

    /// The object whose next change may satisfy a parked event.
    #[must_use]
    pub fn waits_for(&self) -> Option<EntityKey> {
        match self {
            // Whatever is taken out on the path touches it.
            PackingRejection::Circle { into, .. } => Some(EntityKey::LogisticUnit(into.clone())),
            _ => None,
        }
    }
}

/// The next step for one of these codes.
pub(crate) fn what_to_do(code: Code) -> &'static str {
    match code {
        Code::R50 => "Nothing if the packing is only reported late; else correct the report.",
        Code::R51 => "Look up why the packing waits, have it reported, or take the unit out.",
        _ => "Nothing if an unpacking is only late; else correct the numbers of the units.",
    }
}
