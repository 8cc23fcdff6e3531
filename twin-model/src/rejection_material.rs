//! Why an event that is about materials and their units did not do what it asked for.

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::{Code, EntityKey, Kind, LotId, MaterialId, Quantity, Share, Time, Unit, WorkOrderId};

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
    /// R01: a reversal names a movement that has not arrived.
    #[error(
        "Movement {movement} of order {order} is not known yet. The reversal waits; it is applied \
         when the movement arrives."
    )]
    MovementNotKnown {
        /// The order.
        order: WorkOrderId,
        /// The event or document that should be taken back.
        movement: SmolStr,
    },
    /// R03: no release from the ERP yet.
    #[error(
        "Order {order} was not released by ERP; {action} is not possible. It waits for the \
         release. Ask planning to release the order."
    )]
    MovementNotReleased {
        /// The order.
        order: WorkOrderId,
        /// What was asked.
        action: &'static str,
    },
    /// R17: the warehouse takes back what it has not given yet.
    #[error(
        "Order {order} has {have} {unit} of {material} by the books of the warehouse; {want} \
         cannot go back. A report of their issue may still come. Waiting."
    )]
    NotIssuedYet {
        /// The order.
        order: WorkOrderId,
        /// The material.
        material: MaterialId,
        /// Issued and not given back.
        have: Decimal,
        /// What should go back.
        want: Decimal,
        /// Unit of both.
        unit: Unit,
    },
    /// R43: the lot is one of another material.
    #[error(
        "Lot {lot} is of material {is}, not of {told}. Correct the lot or the material in the \
         sending system."
    )]
    AnotherMaterial {
        /// The lot.
        lot: LotId,
        /// Its material.
        is: MaterialId,
        /// What the event says.
        told: MaterialId,
    },
    /// R49: more movements of one order than are kept.
    #[error(
        "Order {order} has {max} movements; more are not kept. Report larger quantities, or \
         split the order."
    )]
    TooManyMovements {
        /// The order.
        order: WorkOrderId,
        /// Movements kept at most.
        max: usize,
    },
    /// R49: more lots of one order than are kept.
    #[error(
        "Order {order} has {max} lots; more are not kept, so lot {lot} is not taken. Make the rest \
         under another order, or in larger lots."
    )]
    TooManyLots {
        /// The order.
        order: WorkOrderId,
        /// The lot that would be one more.
        lot: LotId,
        /// Lots kept at most.
        max: usize,
    },
    /// R52: a lot that others are merged into again and again.
    #[error(
        "Lot {lot} was merged from others at {max} different times; more are not kept. Give what is \
         merged from now on a lot number of its own."
    )]
    TooManyMergers {
        /// The lot.
        lot: LotId,
        /// Times kept at most.
        max: usize,
    },
    /// R52: a lot of which it is told again and again which stock went.
    #[error(
        "Of lot {lot} it was told {max} times which of its stock went into a part; more is not kept. \
         Split what is left into a lot number of its own."
    )]
    TooManyPartings {
        /// The lot.
        lot: LotId,
        /// Kept at most.
        max: usize,
    },
    /// R52: a lot that the warehouse receives again and again.
    #[error(
        "Lot {lot} was received at {max} different times; more are not kept. Give what is received \
         from now on a lot number of its own."
    )]
    TooManyReceipts {
        /// The lot.
        lot: LotId,
        /// Times kept at most.
        max: usize,
    },
    /// R52: a lot that goes into one operation after the other.
    #[error(
        "Lot {lot} has gone into {max} operations of order {order}; more are not kept. Report what \
         was used with the operations of the order's routing."
    )]
    TooManyTakings {
        /// The lot.
        lot: LotId,
        /// The order.
        order: WorkOrderId,
        /// Operations kept at most.
        max: usize,
    },
    /// R58: what was measured is too far from what was booked.
    #[error(
        "{booked} of material {material} should be {nominal} {} for {object}, give or take \
         {tolerance}; {measured} were measured. Count and weigh again, or have the nominal factor \
         corrected with the material in ERP.",
        measured.unit
    )]
    WeighsOtherwise {
        /// What is counted.
        object: EntityKey,
        /// The material.
        material: MaterialId,
        /// What should be booked.
        booked: Quantity,
        /// The same, measured.
        measured: Quantity,
        /// What the booked quantity should come to, in the unit of the measured one.
        nominal: Decimal,
        /// How far both may be apart.
        tolerance: Share,
    },
    /// R57: a version that comes too late to judge what was weighed.
    #[error(
        "Version {version} of material {material} counts from {from} on and lets weights differ \
         {lets}; version {used}, by which goods of up to {until} were judged, lets them differ \
         {let_then}. Publish it with a later time."
    )]
    AlreadyWeighed {
        /// The material.
        material: MaterialId,
        /// The version that comes late.
        version: u64,
        /// From when on it would count.
        from: Time,
        /// How far weights may differ by it.
        lets: SmolStr,
        /// The version that was used.
        used: u64,
        /// How far weights may differ by that one.
        let_then: SmolStr,
        /// Time of the last event that used it.
        until: Time,
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
            MaterialRejection::MovementNotKnown { .. } => Code::R01,
            MaterialRejection::MovementNotReleased { .. } => Code::R03,
            MaterialRejection::NotIssuedYet { .. } => Code::R17,
            MaterialRejection::AnotherMaterial { .. } => Code::R43,
            MaterialRejection::TooManyMovements { .. } | MaterialRejection::TooManyLots { .. } => {
                Code::R49
            }
            MaterialRejection::TooManyMergers { .. }
            | MaterialRejection::TooManyPartings { .. }
            | MaterialRejection::TooManyReceipts { .. }
            | MaterialRejection::TooManyTakings { .. } => Code::R52,
            MaterialRejection::AlreadyConverted { .. }
            | MaterialRejection::AlreadyWeighed { .. } => Code::R57,
            MaterialRejection::WeighsOtherwise { .. } => Code::R58,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            MaterialRejection::ConversionNotKnown { .. }
            | MaterialRejection::MovementNotKnown { .. }
            | MaterialRejection::MovementNotReleased { .. }
            | MaterialRejection::NotIssuedYet { .. } => Kind::Park,
            MaterialRejection::TooManyMovements { .. }
            | MaterialRejection::TooManyLots { .. }
            | MaterialRejection::TooManyMergers { .. }
            | MaterialRejection::TooManyPartings { .. }
            | MaterialRejection::TooManyReceipts { .. }
            | MaterialRejection::TooManyTakings { .. } => Kind::Exception,
            _ => Kind::Refuse,
        }
    }

    pub(crate) fn waits_for(&self) -> Option<EntityKey> {
        match self {
            MaterialRejection::ConversionNotKnown { material, .. } => {
                Some(EntityKey::Material(material.clone()))
            }
            MaterialRejection::MovementNotKnown { order, .. }
            | MaterialRejection::MovementNotReleased { order, .. }
            | MaterialRejection::NotIssuedYet { order, .. } => {
                Some(EntityKey::WorkOrder(order.clone()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Rejection};

    #[test]
    fn one_movement_too_many_is_put_before_a_person() {
        let full = Rejection::from(MaterialRejection::TooManyMovements {
            order: "O".parse().unwrap(),
            max: 1,
        });
        assert_eq!(full.kind(), Kind::Exception);
        assert_eq!(full.waits_for(), None, "no other event makes room");
    }
}
