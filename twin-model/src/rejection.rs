//! Why an event did not do what it asked for, in words for the person who gets them.
//!
//! The catalogue follows the project's rejection table (`docs/errors/`); texts name the object,
//! the numbers, the owner and the next step.

use std::borrow::Cow;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::{
    DeliveryId, EdgeRejection, EntityKey, EventId, GateToken, HoldId, IntakeRejection, LotId,
    MaintenanceId, MaterialId, MaterialRejection, OperationId, PackingRejection, ProcessRejection,
    QualityRejection, SourceId, Time, Unit, WorkCenterId, WorkOrderId,
};

/// A coded business rejection. An event that meets one changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// What the intake says to a message or an event before, or instead of, any rule of the plant.
    #[error(transparent)]
    Intake(#[from] IntakeRejection),
    /// What goes wrong between a process and the systems that it asks.
    #[error(transparent)]
    Process(#[from] ProcessRejection),
    /// What is wrong with a material or its units.
    #[error(transparent)]
    Material(#[from] MaterialRejection),
    /// What quality does not allow, or has not decided yet.
    #[error(transparent)]
    Quality(#[from] QualityRejection),
    /// What is wrong with what is packed in what.
    #[error(transparent)]
    Packing(#[from] PackingRejection),
    /// What an edge says to a message that it does not store.
    #[error(transparent)]
    Edge(#[from] EdgeRejection),
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
    /// R01: the object has not been announced yet, and this source is not the one that does.
    #[error(
        "{object} is not known yet, and {owners} announces it, not {from}. The {event} waits; when \
         the object has come, it stands beside it as a claim."
    )]
    NotKnownFromOwner {
        /// What is missing.
        object: EntityKey,
        /// The waiting event's type name.
        event: &'static str,
        /// Who sent it.
        from: SourceId,
        /// Who owns what it writes.
        owners: SmolStr,
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
    /// R01: a reversal names a report that has not arrived.
    #[error(
        "Confirmation {confirmation} of order {order} is not known yet. The reversal waits; it is \
         applied when the confirmation arrives."
    )]
    ConfirmationNotKnown {
        /// The order.
        order: WorkOrderId,
        /// The event or document that should be reversed.
        confirmation: SmolStr,
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
    /// R04 from the other side: the order would become smaller than what is delivered.
    #[error(
        "Order {order} cannot become {quantity} {unit} (at most {max} delivered): {delivered} are \
         delivered. The change waits for a reversal, or raise the quantity in ERP."
    )]
    LessThanDelivered {
        /// The order.
        order: WorkOrderId,
        /// The quantity that it should have.
        quantity: Decimal,
        /// Most that could then be delivered.
        max: Decimal,
        /// What is delivered.
        delivered: Decimal,
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
    /// R09: the gate cleared another version of the lot.
    #[error(
        "Shipment {delivery} was cleared for version {cleared} of lot {lot}; the lot is now \
         version {now}. Ask for a new release."
    )]
    ClearedAnotherVersion {
        /// The delivery.
        delivery: DeliveryId,
        /// The lot that changed.
        lot: LotId,
        /// What the gate saw of it when it cleared.
        cleared: SmolStr,
        /// What it sees of it now.
        now: SmolStr,
    },
    /// R09: a token that the gate did not give, or gave long ago.
    #[error("Shipment {delivery} has no clearance with the token {token}. Ask for a new release.")]
    UnknownToken {
        /// The delivery.
        delivery: DeliveryId,
        /// The token of the confirmation.
        token: GateToken,
    },
    /// R10: past its shelf life.
    #[error("Lot {lot} expired on {expiry}. It cannot be shipped; quality may extend its life.")]
    Expired {
        /// The lot.
        lot: LotId,
        /// End of its shelf life.
        expiry: Time,
    },
    /// R13: somebody releases a hold who may not.
    #[error(
        "User {user} ({role}) may not release hold {hold}; needs {needs}. Ask quality to decide \
         it in QMS."
    )]
    NotEntitled {
        /// The hold.
        hold: HoldId,
        /// Who wants to release it.
        user: SmolStr,
        /// In which role, or from which system.
        role: SmolStr,
        /// Which role or system may.
        needs: SmolStr,
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
    /// R16: what is there is promised to another delivery.
    #[error(
        "Lot {lot} has {have} {unit}, of which {reserved} {unit} are reserved for other shipments \
         ({by}); {want} {unit} cannot be taken."
    )]
    Reserved {
        /// The lot.
        lot: LotId,
        /// What could be taken if nothing were reserved.
        have: Decimal,
        /// What cleared shipments will take.
        reserved: Decimal,
        /// One of those.
        by: DeliveryId,
        /// Asked for.
        want: Decimal,
        /// Unit of all these.
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
    /// R18: a material that the order does not list.
    #[error(
        "Material {material} is not on the list of order {order}; a substitute needs approval. \
         Have it added to the order in ERP, or correct the report."
    )]
    NotOnTheList {
        /// The material.
        material: MaterialId,
        /// The order.
        order: WorkOrderId,
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
    /// R23: maintenance has the work center.
    #[error(
        "Work center {work_center} is {state} until {until} (maintenance {maintenance}). Wait, \
         or agree another time with maintenance."
    )]
    InMaintenance {
        /// The work center.
        work_center: WorkCenterId,
        /// What it is instead of available.
        state: &'static str,
        /// Until when: a time, or words where no end is known.
        until: SmolStr,
        /// The order of maintenance.
        maintenance: MaintenanceId,
    },
    /// R28: its object can no longer be recomputed from that time on.
    #[error(
        "{event} of {time} is older than {horizon}, from where on {object} can be recomputed. \
         Compare with the owning system, then discard it or correct the totals there."
    )]
    BeyondRecall {
        /// Event type name.
        event: &'static str,
        /// When it happened.
        time: Time,
        /// Whose event it is.
        object: EntityKey,
        /// Up to here only sums are kept.
        horizon: Time,
    },
    /// R29: reversed before.
    #[error(
        "Confirmation {confirmation} is already reversed by {by}. Report again if it was right \
         after all."
    )]
    AlreadyReversed {
        /// The event or document that should be reversed.
        confirmation: SmolStr,
        /// The event that reversed it.
        by: EventId,
    },
    /// R69: what others may have followed is not taken back by itself.
    #[error(
        "{by} takes back event {event} of {source_id} ({type_name}, {object}): {reason}. What \
         followed from it stands, since others may have used it. Decide what of it must go, and \
         correct that in the owning systems."
    )]
    NotTakenBack {
        /// What the event was about.
        object: EntityKey,
        /// The event.
        event: EventId,
        /// Who had sent it.
        source_id: SourceId,
        /// Who takes it back.
        by: SourceId,
        /// Its type.
        type_name: SmolStr,
        /// Why it is taken back.
        reason: &'static str,
    },
    /// R30: the period is over.
    #[error("Order {order} is closed in ERP ({closed}); post a correction in the current period.")]
    PeriodClosed {
        /// The order.
        order: WorkOrderId,
        /// When it was closed.
        closed: Time,
    },
    /// R37: a hold that came after the shipment.
    #[error(
        "Lot {lot} was shipped on {shipped} with delivery {delivery}; hold {hold} came later. \
         Recall decision needed from quality."
    )]
    ShippedBeforeHold {
        /// The lot.
        lot: LotId,
        /// When it left.
        shipped: Time,
        /// With which delivery.
        delivery: DeliveryId,
        /// The hold.
        hold: HoldId,
    },
    /// R43: the identifier is taken.
    #[error("{object} exists already. Send a change for it, or use another number.")]
    IdentifierTaken {
        /// The object.
        object: EntityKey,
    },
    /// R44: a report cannot take away.
    #[error(
        "{field} is {value}; it cannot be negative. To take a report back, reverse it by its id."
    )]
    NegativeQuantity {
        /// Where in the event.
        field: &'static str,
        /// The amount.
        value: Cow<'static, str>,
    },
    /// R46: the state does not allow it yet.
    #[error(
        "{object} is {state}; {action} is not possible as long as it is. It waits for {until}."
    )]
    NotYet {
        /// The object.
        object: EntityKey,
        /// Its state, with what keeps it there.
        state: String,
        /// What was asked.
        action: &'static str,
        /// What it waits for.
        until: &'static str,
    },
    /// R49: more reports of one operation than are kept.
    #[error(
        "Operation {operation} of order {order} has {max} reports; more are not kept. Have a \
         machine count it, or report larger quantities."
    )]
    TooManyReports {
        /// The order.
        order: WorkOrderId,
        /// The operation.
        operation: OperationId,
        /// Reports kept at most.
        max: usize,
    },
    /// R49: more documents of one order that were taken back than are kept.
    #[error(
        "Order {order} has {max} reversals of documents; more are not kept. Reverse single reports \
         or movements, naming their events."
    )]
    TooManyReversals {
        /// The order.
        order: WorkOrderId,
        /// Reversals kept at most.
        max: usize,
    },
    /// R52: a lot that comes out of tanks again and again.
    #[error(
        "Lot {lot} was drawn from tanks {max} times; more is not kept. Give what is drawn from now \
         on a lot number of its own."
    )]
    TooManyDrawings {
        /// The lot.
        lot: LotId,
        /// Drawings kept at most.
        max: usize,
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
}
