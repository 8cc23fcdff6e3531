//! The code of each rejection, what becomes of its event, and the next step for a person.

use crate::{Code, EntityKey, Kind, Rejection, rejection_packing};

impl Rejection {
    /// The stable code, with a page of its own under `docs/errors/`.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Rejection::Intake(intake) => intake.code(),
            Rejection::Process(process) => process.code(),
            Rejection::Material(material) => material.code(),
            Rejection::Quality(quality) => quality.code(),
            Rejection::Packing(packing) => packing.code(),
            Rejection::Edge(edge) => edge.code(),
            Rejection::NotKnown { .. }
            | Rejection::NotKnownFromOwner { .. }
            | Rejection::ConfirmationNotKnown { .. } => Code::R01,
            Rejection::WrongState { .. } => Code::R02,
            Rejection::NotReleased { .. } => Code::R03,
            Rejection::OverDelivery { .. } | Rejection::LessThanDelivered { .. } => Code::R04,
            Rejection::PredecessorNotReady { .. } => Code::R06,
            Rejection::OnHold { .. } => Code::R07,
            Rejection::AncestorOnHold { .. } => Code::R08,
            Rejection::ClearedAnotherVersion { .. } | Rejection::UnknownToken { .. } => Code::R09,
            Rejection::Expired { .. } => Code::R10,
            Rejection::NotEntitled { .. } => Code::R13,
            Rejection::AlreadyReleased { .. } => Code::R14,
            Rejection::GenealogyCycle { .. } => Code::R15,
            Rejection::NotEnough { .. } | Rejection::Reserved { .. } => Code::R16,
            Rejection::NotEnoughYet { .. } => Code::R17,
            Rejection::NotOnTheList { .. } => Code::R18,
            Rejection::UnitMismatch { .. } => Code::R19,
            Rejection::FractionOfCounted { .. } => Code::R20,
            Rejection::InMaintenance { .. } => Code::R23,
            Rejection::BeyondRecall { .. } => Code::R28,
            Rejection::AlreadyReversed { .. } => Code::R29,
            Rejection::PeriodClosed { .. } => Code::R30,
            Rejection::NotTakenBack { .. } => Code::R69,
            Rejection::ShippedBeforeHold { .. } => Code::R37,
            Rejection::IdentifierTaken { .. } => Code::R43,
            Rejection::NegativeQuantity { .. } => Code::R44,
            Rejection::OriginAwaited { .. } => Code::R45,
            Rejection::NotYet { .. } => Code::R46,
            Rejection::TooManyReports { .. } | Rejection::TooManyReversals { .. } => Code::R49,
            Rejection::TooManyDrawings { .. } => Code::R52,
        }
    }

    /// What becomes of an event that meets this rejection.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Rejection::Intake(intake) => intake.kind(),
            Rejection::Process(process) => process.kind(),
            Rejection::Material(material) => material.kind(),
            Rejection::Quality(quality) => quality.kind(),
            Rejection::Packing(packing) => packing.kind(),
            Rejection::Edge(edge) => edge.kind(),
            Rejection::NotKnown { .. }
            | Rejection::NotKnownFromOwner { .. }
            | Rejection::ConfirmationNotKnown { .. }
            | Rejection::LessThanDelivered { .. }
            | Rejection::NotYet { .. }
            | Rejection::NotReleased { .. }
            | Rejection::PredecessorNotReady { .. }
            | Rejection::NotEnoughYet { .. }
            | Rejection::OnHold { .. } => Kind::Park,
            Rejection::PeriodClosed { .. }
            | Rejection::NotTakenBack { .. }
            | Rejection::TooManyReports { .. }
            | Rejection::TooManyReversals { .. }
            | Rejection::TooManyDrawings { .. }
            | Rejection::BeyondRecall { .. } => Kind::Exception,
            _ => Kind::Refuse,
        }
    }

    /// The object whose next change may satisfy a parked event; `None` for the other kinds.
    #[must_use]
    pub fn waits_for(&self) -> Option<EntityKey> {
        match self {
            Rejection::Intake(intake) => intake.waits_for(),
            Rejection::Process(process) => process.waits_for(),
            Rejection::Material(material) => material.waits_for(),
            Rejection::Quality(quality) => quality.waits_for(),
            Rejection::Packing(packing) => packing.waits_for(),
            Rejection::NotKnown { object, .. } | Rejection::NotKnownFromOwner { object, .. } => {
                Some(object.clone())
            }
            Rejection::NotReleased { order, .. }
            | Rejection::PredecessorNotReady { order, .. }
            | Rejection::ConfirmationNotKnown { order, .. }
            | Rejection::LessThanDelivered { order, .. } => {
                Some(EntityKey::WorkOrder(order.clone()))
            }
            Rejection::NotYet { object, .. } => Some(object.clone()),
            Rejection::NotEnoughYet { lot, .. } => Some(EntityKey::Lot(lot.clone())),
            Rejection::OnHold { hold, .. } => Some(EntityKey::Hold(hold.clone())),
            _ => None,
        }
    }

    /// The next step for the person who reads the rejection.
    #[must_use]
    pub fn what_to_do(&self) -> &'static str {
        what_to_do(self.code())
    }
}

/// The next step for a code, as one imperative sentence.
#[must_use]
pub(crate) fn what_to_do(code: Code) -> &'static str {
    match code {
        Code::R01 => "Nothing if the owning system is only late; else have it send the object.",
        Code::R02 => "Do one of the allowed actions, or correct the state in the owning system.",
        Code::R03 => "Ask planning to release the order in ERP.",
        Code::R04 => "Raise the order quantity in ERP, or report the rest as surplus.",
        Code::R05 => "Wait for the late report of the operation before, or correct this one.",
        Code::R06 => "Report the operation before it, or mark the operations as overlapping.",
        Code::R07 | Code::R08 => "Ask quality to decide the hold.",
        Code::R09 => "Ask for the release again: the gate judges the lots as they are now.",
        Code::R10 => "Take another lot, or ask quality to extend the shelf life.",
        Code::R11 => "Ask quality to decide the inspection.",
        Code::R12 => "Correct the quantities of the decision in QMS.",
        Code::R13 => "Ask quality to release the hold in QMS.",
        Code::R14 => "Place a new hold if the lot must be blocked again.",
        Code::R15 => "Correct the lot numbers in the sending system.",
        Code::R16 => "Take less, or take another lot.",
        Code::R17 => "Nothing if the warehouse is only late; else have the receipt reported.",
        Code::R18 => "Have the material added to the order in ERP, or correct the report.",
        Code::R19 => "Report in the object's unit, or have the conversion maintained in ERP.",
        Code::R20 => "Report whole pieces.",
        Code::R21 => "Nothing if the machine was restarted; else check its counter.",
        Code::R22 => "End the operation that no longer runs, or correct the capacity.",
        Code::R23 => "Wait for the end of the maintenance, or agree another time.",
        Code::R24 => "Check the machine's connection.",
        Code::R25 => "Nothing: the event was applied before.",
        Code::R26 => "Have the sender give every event an id of its own.",
        Code::R27 => "Nothing: the order was recomputed. Check the sender if it happens often.",
        Code::R28 => "Compare with the owning system, then replay or discard the event.",
        Code::R29 => "Report again if the reversed report was right after all.",
        Code::R30 => "Post a correction in the current period in ERP, then settle the exception.",
        Code::R31 => "Change the value in the owning system, or correct the one that sent it.",
        Code::R32 => "Mend the cause in the system that refused; the command is tried again.",
        Code::R33 => "Upgrade the twin or correct the type, then replay the event.",
        Code::R34 => "Correct the message in the sending system, then send it again.",
        Code::R35 => "Have quality decide the lots that are left.",
        Code::R36 => "Compare the receipts in ERP with the warehouse, and post the difference.",
        Code::R37 | Code::R68 => "Have quality decide on a recall.",
        Code::R38 => "Set the clock of the sending system.",
        Code::R39 => "Correct the report, or raise the order quantity in ERP.",
        Code::R40 | Code::R76 => {
            "Report the fault to the twin's maintainers; replay the event afterwards."
        }
        Code::R41 => "Split the message, or refer to large content instead of embedding it.",
        Code::R42 => "Mend the cause, then release the object from quarantine.",
        Code::R46 => "Nothing if another system is only late; else do what the sentence names.",
        Code::R47 => "Reverse the reports, or have the order aborted instead.",
        Code::R48 => "Count again, then correct the reports or the counting source.",
        Code::R52 => "Give what is drawn or packed from now on a number of its own.",
        Code::R57 => "Publish the version with a later time.",
        Code::R58 => "Count and weigh again, or have the nominal factor corrected in ERP.",
        Code::R56 | Code::R59 | Code::R75 | Code::R80 | Code::R81 => about_goods(code),
        Code::R60 => "Publish it again with a higher version.",
        Code::R49 => "Have a machine count the operation, or report larger quantities.",
        Code::R73 | Code::R74 | Code::R77 | Code::R78 | Code::R79 | Code::R89 => {
            about_messages(code)
        }
        Code::R45 => {
            "Look up why the report of its origin waits; usually quality must decide a hold."
        }
        Code::R53 => "Reopen the inspection in QMS, or withdraw one of the decisions.",
        Code::R54 => "Have the results recorded, or the plan corrected in QMS.",
        Code::R55 => "Have quality decide it: it goes on.",
        Code::R50 | Code::R51 | Code::R65 => rejection_packing::what_to_do(code),
        Code::R43 => "Use another number, or send a change for the existing object.",
        Code::R61 | Code::R62 | Code::R63 | Code::R64 | Code::R66 | Code::R67 | Code::R69 => {
            what_to_do_about_commands(code)
        }
        _ => "Reverse the wrong report in the sending system.",
    }
}

/// The next step for what a process or a retraction meets.
fn what_to_do_about_commands(code: Code) -> &'static str {
    match code {
        Code::R61 => "Nothing if another system is only late; else correct the id in the answer.",
        Code::R62 => "Look in the asked system whether it was done, and have it answer.",
        Code::R63 => "Reverse all documents but one in the system that posted them.",
        Code::R64 => "Look why its facts keep changing; settle it in the receiving system.",
        Code::R66 => "Have the material review board decide the lots that wait.",
        Code::R67 => "Look why in production; correct the consumption where it is wrong.",
        Code::R69 => "Correct what followed from it in the owning systems, then discard it.",
        _ => unreachable!("{code} is not about a command"),
    }
}

impl Code {
    /// The next step for the person who meets this code.
    #[must_use]
    pub fn what_to_do(self) -> &'static str {
        what_to_do(self)
    }
}

/// What to do about goods that were used or moved.
fn about_goods(code: Code) -> &'static str {
    match code {
        Code::R59 => "Wait for the late issue of the warehouse, or correct the consumption.",
        Code::R75 => "Look which report counts twice, and post the difference in ERP.",
        Code::R56 => "Name the decision that it follows, or correct the posting.",
        Code::R80 => "Have quality decide the lot, and what was made from it.",
        _ => "Reverse the movement, and have it sent again with its lot.",
    }
}

/// What to do about messages that have no place, or found none yet.
fn about_messages(code: Code) -> &'static str {
    match code {
        Code::R73 => "Have the owning system send what it stands for, or discard it.",
        Code::R74 => "Correct what followed from it in the owning systems.",
        Code::R77 => {
            "Send it again later; mend the link to the central broker, or raise the quota."
        }
        Code::R78 => "Correct the plant of the event, or send it where this plant is.",
        Code::R89 => "Split it at its source, or let the broker take larger ones and replay it.",
        _ => "Send it again when there is room on the disk of the edge.",
    }
}
