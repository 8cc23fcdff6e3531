//! Why an event that is about materials and their units did not do what it asked for.

use rust_decimal::Decimal;

use crate::{Code, EntityKey, Kind, MaterialId, Quantity, Time, Unit};

/// A coded rejection that tells of a material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaterialRejection {
    /// R19: the material says nothing of the unit.
    #[error(
        "Unit {unit} cannot be turned into {base} for {object}: material {material} has no \
         conversion valid on {at}. Report in {base}, or have the conversion maintained with the \
         material in ERP."
    )]
    NoConversion {
        /// What is counted.
        object: EntityKey,
        /// The material.
        material: MaterialId,
        /// Unit in the event.
        unit: Unit,
        /// Unit of the object.
        base: Unit,
        /// When it happened.
        at: Time,
    },
    /// R19: nothing is known of the material for that time, so its conversion may still come.
    #[error(
        "Unit {unit} cannot be turned into {base} for {object} yet: material {material} has no \
         version that counts on {at}. It waits until ERP publishes one. Report in {base}, or ask \
         for the material master to be sent."
    )]
    ConversionNotKnown {
        /// What is counted.
        object: EntityKey,
        /// The material.
        material: MaterialId,
        /// Unit in the event.
        unit: Unit,
        /// Unit of the object.
        base: Unit,
        /// When it happened.
        at: Time,
    },
    /// R20: a whole number of one unit is a part of another.
    #[error(
        "{quantity} is {value} {base} for {object}, which is not a whole number of {base}. \
         Correct it in the sending system."
    )]
    PartOfCounted {
        /// What is counted.
        object: EntityKey,
        /// As it was told.
        quantity: Quantity,
        /// The same in the unit of the object.
        value: Decimal,
        /// Unit of the object.
        base: Unit,
    },
    /// R57: a version that comes too late to count.
    #[error(
        "Version {version} of material {material} counts from {from} on and turns {unit} into \
         {base} otherwise than version {used}, by which quantities of up to {until} were turned. \
         Publish it with a later time, and have what it should turn reported anew."
    )]
    AlreadyConverted {
        /// The material.
        material: MaterialId,
        /// The version that comes late.
        version: u64,
        /// From when on it would count.
        from: Time,
        /// The unit that was turned ...
        unit: Unit,
        /// ... into this one.
        base: Unit,
        /// The version that was used.
        used: u64,
        /// Time of the last event that used it.
        until: Time,
    },
}

impl MaterialRejection {
    pub(crate) fn code(&self) -> Code {
        match self {
            MaterialRejection::NoConversion { .. }
            | MaterialRejection::ConversionNotKnown { .. } => Code::R19,
            MaterialRejection::PartOfCounted { .. } => Code::R20,
            MaterialRejection::AlreadyConverted { .. } => Code::R57,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            MaterialRejection::ConversionNotKnown { .. } => Kind::Park,
            _ => Kind::Refuse,
        }
    }

    pub(crate) fn waits_for(&self) -> Option<EntityKey> {
        match self {
            MaterialRejection::ConversionNotKnown { material, .. } => {
                Some(EntityKey::Material(material.clone()))
            }
            _ => None,
        }
    }
}
