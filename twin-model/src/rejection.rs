//! Why an event did not do what it asked for, in words for the person who gets them.
//!
//! The catalogue follows the project's rejection table (`docs/errors/`); texts name the object,
//! the numbers, the owner and the next step.

use std::borrow::Cow;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::{
    Code, DeliveryId, EntityKey, EventId, HoldId, Kind, LotId, OperationId, SourceId, Time, Unit,
    WorkOrderId,
};

/// A coded business rejection. An event that meets one changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// R01: the object that the event speaks of has not been announced yet.
    #[error(
        "{object} is not known yet. The {event} waits; it is applied when the owning system sends \
         the object."
    )]
    NotKnown {
        /// What is missing.
        object: EntityKey,
        /// The waiting event's type name.
        event: &'static str,
    },
    /// R02: the state forbids the action.
    #[error("{object} is {state}; {action} is not allowed. Allowed now: {allowed}.")]
    WrongState {
        /// The object, with its operation where one is meant.
        object: String,
        /// Its state.
        state: &'static str,
        /// What was asked.
        action: &'static str,
        /// What could be done instead.
        allowed: &'static str,
    },
    /// R03: no release from the ERP yet.
    #[error(
        "Order {order} was not released by ERP; operation {operation} cannot start. The report \
         waits for the release. Ask planning to release the order."
    )]
    NotReleased {
        /// The order.
        order: WorkOrderId,
        /// Its operation.
        operation: OperationId,
    },
    /// R04: over-delivery beyond the tolerance.
    #[error(
        "{good} {unit} would make {total} on order {order}; released {released} + {percent} % = \
         {max}. Raise the order quantity in ERP or report the rest as surplus."
    )]
    OverDelivery {
        /// The order.
        order: WorkOrderId,
        /// Reported now.
        good: Decimal,
        /// Delivered in all if it were accepted.
        total: Decimal,
        /// Released by the ERP.
        released: Decimal,
        /// Over-delivery tolerance in percent.
        percent: Decimal,
        /// Most that may be delivered.
        max: Decimal,
        /// Unit of all these.
        unit: Unit,
    },
    /// R06: nothing to work on yet.
    #[error(
        "Operation {operation} of order {order} cannot start: {predecessor} has {ready} of \
         {planned} ready. The start waits for a report from {predecessor}."
    )]
    PredecessorNotReady {
        /// The order.
        order: WorkOrderId,
        /// The operation that wants to start.
        operation: OperationId,
        /// The operation before it.
        predecessor: OperationId,
        /// Good quantity of the predecessor.
        ready: Decimal,
        /// Quantity released.
        planned: Decimal,
    },
    /// R07: a hold forbids it. A report waits for the decision of quality; a shipment is blocked.
    #[error(
        "{object} is on hold {hold} ({reason}, since {since}, by {by}). It cannot be {action} \
         until quality decides."
    )]
    OnHold {
        /// What is held.
        object: EntityKey,
        /// By which hold.
        hold: HoldId,
        /// Why it was placed.
        reason: SmolStr,
        /// When.
        since: Time,
        /// By whom.
        by: SmolStr,
        /// What was asked.
        action: &'static str,
    },
    /// R08: an ancestor is held.
    #[error(
        "Lot {lot} goes back to {ancestor} ({steps} steps), which is on hold {hold}. Shipment \
         {delivery} is blocked."
    )]
    AncestorOnHold {
        /// The lot that should ship.
        lot: LotId,
        /// The held lot it was made from.
        ancestor: EntityKey,
        /// Steps along the genealogy.
        steps: u32,
        /// The hold.
        hold: HoldId,
        /// The delivery.
        delivery: DeliveryId,
    },
    /// R10: past its shelf life.
    #[error("Lot {lot} expired on {expiry}. It cannot be shipped; quality may extend its life.")]
    Expired {
        /// The lot.
        lot: LotId,
        /// End of its shelf life.
        expiry: Time,
    },
    /// R11: quality has not decided.
    #[error("Lot {lot} is {usage}; {quantity} {unit} wait for the decision of quality.")]
    NotDecided {
        /// The lot.
        lot: LotId,
        /// Its usage status.
        usage: &'static str,
        /// Quantity on hand.
        quantity: Decimal,
        /// Its unit.
        unit: Unit,
    },
    /// R14: released before.
    #[error("Hold {hold} is already released ({at}, {by}). Place a new hold if needed.")]
    AlreadyReleased {
        /// The hold.
        hold: HoldId,
        /// When it was released.
        at: Time,
        /// By whom.
        by: SmolStr,
    },
    /// R15: a cycle in the genealogy.
    #[error(
        "Lot {child} cannot come from {parent}: {parent} was itself made from {child} ({path}). \
         Correct the lot numbers in the sending system."
    )]
    GenealogyCycle {
        /// The would-be output.
        child: LotId,
        /// The would-be input.
        parent: LotId,
        /// The lots from `child` to `parent`, joined by arrows.
        path: String,
    },
    /// R16: a decision asks for more than there is.
    #[error("Lot {lot} has {have} {unit}; {want} {unit} cannot be taken.")]
    NotEnough {
        /// The lot.
        lot: LotId,
        /// On hand.
        have: Decimal,
        /// Asked for.
        want: Decimal,
        /// Unit of both.
        unit: Unit,
    },
    /// R17: a fact needs more than there is so far.
    #[error(
        "Lot {lot} has {have} {unit}, {want} asked; a report of its receipt may still come. \
         Waiting."
    )]
    NotEnoughYet {
        /// The lot.
        lot: LotId,
        /// On hand.
        have: Decimal,
        /// Asked for.
        want: Decimal,
        /// Unit of both.
        unit: Unit,
    },
    /// R19: units that do not convert.
    #[error(
        "Unit {unit} cannot be turned into {base} for {object}: no conversion is known. Report \
         in {base}, or have the conversion maintained with the material in ERP."
    )]
    UnitMismatch {
        /// What is counted.
        object: EntityKey,
        /// Unit in the event.
        unit: Unit,
        /// Unit of the object.
        base: Unit,
    },
    /// R20: half a piece.
    #[error("{field}: {value} is not a whole number of {unit}. Correct it in the sending system.")]
    FractionOfCounted {
        /// Where in the event.
        field: &'static str,
        /// The amount.
        value: Decimal,
        /// The counted unit.
        unit: Unit,
    },
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
    #[error("Message type {type_name} is not understood by this twin. Kept for replay.")]
    UnknownType {
        /// CloudEvents type.
        type_name: SmolStr,
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
    /// R43: the identifier is taken.
    #[error("{object} exists already. Send a change for it, or use another number.")]
    IdentifierTaken {
        /// The object.
        object: EntityKey,
    },
    /// R45: what a lot was made from is not booked yet.
    #[error(
        "A report of what lot {awaited} was made from waits, so nobody can tell whether a hold \
         reaches lot {lot}. Shipment {delivery} is blocked until the report is applied."
    )]
    OriginAwaited {
        /// The lot that should ship.
        lot: LotId,
        /// The lot itself, or one that it was made from, whose origin is awaited.
        awaited: LotId,
        /// The delivery.
        delivery: DeliveryId,
    },
    /// R44: a report cannot take away.
    #[error(
        "{field} is {value}; a report cannot be negative. Reverse the wrong report instead, \
         naming it."
    )]
    NegativeQuantity {
        /// Where in the event.
        field: &'static str,
        /// The amount.
        value: Cow<'static, str>,
    },
}

impl Rejection {
    /// The stable code, with a page of its own under `docs/errors/`.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Rejection::NotKnown { .. } => Code::R01,
            Rejection::WrongState { .. } => Code::R02,
            Rejection::NotReleased { .. } => Code::R03,
            Rejection::OverDelivery { .. } => Code::R04,
            Rejection::PredecessorNotReady { .. } => Code::R06,
            Rejection::OnHold { .. } => Code::R07,
            Rejection::AncestorOnHold { .. } => Code::R08,
            Rejection::Expired { .. } => Code::R10,
            Rejection::NotDecided { .. } => Code::R11,
            Rejection::AlreadyReleased { .. } => Code::R14,
            Rejection::GenealogyCycle { .. } => Code::R15,
            Rejection::NotEnough { .. } => Code::R16,
            Rejection::NotEnoughYet { .. } => Code::R17,
            Rejection::UnitMismatch { .. } => Code::R19,
            Rejection::FractionOfCounted { .. } => Code::R20,
            Rejection::Duplicate { .. } => Code::R25,
            Rejection::IdReused { .. } => Code::R26,
            Rejection::TooOld { .. } => Code::R28,
            Rejection::UnknownType { .. } => Code::R33,
            Rejection::Unreadable { .. } => Code::R34,
            Rejection::FromTheFuture { .. } => Code::R38,
            Rejection::Poison { .. } => Code::R40,
            Rejection::TooLarge { .. } => Code::R41,
            Rejection::Quarantined { .. } => Code::R42,
            Rejection::NoRoomToWait { code, .. } => *code,
            Rejection::IdentifierTaken { .. } => Code::R43,
            Rejection::NegativeQuantity { .. } => Code::R44,
            Rejection::OriginAwaited { .. } => Code::R45,
        }
    }

    /// What becomes of an event that meets this rejection.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Rejection::NotKnown { .. }
            | Rejection::NotReleased { .. }
            | Rejection::PredecessorNotReady { .. }
            | Rejection::NotEnoughYet { .. }
            | Rejection::OnHold { .. }
            | Rejection::Quarantined { .. } => Kind::Park,
            Rejection::IdReused { .. }
            | Rejection::TooOld { .. }
            | Rejection::UnknownType { .. }
            | Rejection::Unreadable { .. }
            | Rejection::Poison { .. }
            | Rejection::NoRoomToWait { .. }
            | Rejection::TooLarge { .. } => Kind::Exception,
            _ => Kind::Refuse,
        }
    }

    /// The object whose next change may satisfy a parked event; `None` for the other kinds.
    #[must_use]
    pub fn waits_for(&self) -> Option<EntityKey> {
        match self {
            Rejection::NotKnown { object, .. } | Rejection::Quarantined { object } => {
                Some(object.clone())
            }
            Rejection::NotReleased { order, .. } | Rejection::PredecessorNotReady { order, .. } => {
                Some(EntityKey::WorkOrder(order.clone()))
            }
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
        Code::R10 => "Take another lot, or ask quality to extend the shelf life.",
        Code::R11 => "Ask quality to decide the inspection.",
        Code::R14 => "Place a new hold if the lot must be blocked again.",
        Code::R15 => "Correct the lot numbers in the sending system.",
        Code::R16 => "Take less, or take another lot.",
        Code::R17 => "Nothing if the warehouse is only late; else have the receipt reported.",
        Code::R19 => "Report in the object's unit, or have the conversion maintained in ERP.",
        Code::R20 => "Report whole pieces.",
        Code::R25 => "Nothing: the event was applied before.",
        Code::R26 => "Have the sender give every event an id of its own.",
        Code::R28 => "Compare with the owning system, then replay or discard the event.",
        Code::R33 => "Upgrade the twin or correct the type, then replay the event.",
        Code::R34 => "Correct the message in the sending system, then send it again.",
        Code::R38 => "Set the clock of the sending system.",
        Code::R39 => "Correct the report, or raise the order quantity in ERP.",
        Code::R40 => "Report the fault to the twin's maintainers; replay the event afterwards.",
        Code::R41 => "Split the message, or refer to large content instead of embedding it.",
        Code::R42 => "Mend the cause, then release the object from quarantine.",
        Code::R45 => {
            "Look up why the report of its origin waits; usually quality must decide a hold."
        }
        Code::R43 => "Use another number, or send a change for the existing object.",
        _ => "Reverse the wrong report in the sending system.",
    }
}

impl Code {
    /// The next step for the person who meets this code.
    #[must_use]
    pub fn what_to_do(self) -> &'static str {
        what_to_do(self)
    }
}
