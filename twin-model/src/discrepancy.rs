//! Broken soft rules: accepted, and shown until they heal.

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::{
    Code, EntityKey, InspectionId, LogisticUnitId, LotId, MaintenanceId, MaterialId,
    NonconformanceId, OperationId, Owners, SourceId, Time, Unit, WorkCenterId, WorkOrderId,
};

/// A soft rule that the state of an entity breaks now. Computed from the state, never stored, so
/// it heals by itself and does not depend on the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Discrepancy {
    /// R05: downstream is ahead of upstream.
    #[error(
        "Operation {operation} of order {order} reports {good} {unit}, more than the {ready} that \
         operation {predecessor} has finished. Late report from {predecessor} expected."
    )]
    AheadOfPredecessor {
        /// The order.
        order: WorkOrderId,
        /// The operation that is ahead.
        operation: OperationId,
        /// The one that is behind.
        predecessor: OperationId,
        /// Good of the one ahead.
        good: Decimal,
        /// Good of the one behind.
        ready: Decimal,
        /// Unit of both.
        unit: Unit,
    },
    /// R39: an operation reports more than was released.
    #[error(
        "Operation {operation} of order {order} reports {good} {unit}; the order was released for \
         {released}. Correct the report, or raise the order quantity in ERP."
    )]
    MoreThanReleased {
        /// The order.
        order: WorkOrderId,
        /// The operation.
        operation: OperationId,
        /// Its good quantity.
        good: Decimal,
        /// The released quantity.
        released: Decimal,
        /// Unit of both.
        unit: Unit,
    },
    /// R47: the ERP's decision came too late to have an effect.
    #[error(
        "ERP {decision} order {order} at {at}, but {begun}. The order stays \
         as it is. Reverse the reports, or have the order aborted."
    )]
    EndedAfterBegin {
        /// The order.
        order: WorkOrderId,
        /// What the ERP did to the order.
        decision: &'static str,
        /// When.
        at: Time,
        /// What had begun before, in words.
        begun: SmolStr,
    },
    /// R48: two counts of the same work.
    #[error(
        "Operation {operation} of order {order}: people report {reported} {unit} {kind}, machines \
         count {counted}. Count again, and correct the one that is wrong."
    )]
    CountsDiffer {
        /// The order.
        order: WorkOrderId,
        /// The operation.
        operation: OperationId,
        /// Good or scrapped.
        kind: &'static str,
        /// What was reported.
        reported: Decimal,
        /// What the machines counted.
        counted: Decimal,
        /// Unit of both.
        unit: Unit,
    },
    /// R21: a machine's counter went back.
    #[error(
        "Counter {counter} of {work_center} fell from {from} to {to}; taken as restart {epoch}, \
         {to} counted."
    )]
    CounterFell {
        /// The work center.
        work_center: WorkCenterId,
        /// Which of its counters.
        counter: &'static str,
        /// What it showed.
        from: u64,
        /// What it shows, and what is counted since the restart.
        to: u64,
        /// Number of the restart.
        epoch: u32,
    },
    /// R22: more runs than can.
    #[error(
        "{work_center} is running {count} operations ({running}) but has capacity {capacity}. End \
         the one that no longer runs, or correct the capacity."
    )]
    Overlap {
        /// The work center.
        work_center: WorkCenterId,
        /// How many run.
        count: usize,
        /// Which: the first ten, and how many more.
        running: String,
        /// How many can.
        capacity: u32,
    },
    /// R23: an operation was started while maintenance had the work center.
    #[error(
        "Operation {operation} of order {order} started on {since} at {work_center}, which was \
         {state} then (maintenance {maintenance}). Look whether somebody works in the machine; \
         correct the wrong report."
    )]
    StartedInMaintenance {
        /// The work center.
        work_center: WorkCenterId,
        /// The order.
        order: WorkOrderId,
        /// The operation.
        operation: OperationId,
        /// Its start.
        since: Time,
        /// What the work center was instead of available.
        state: &'static str,
        /// The order of maintenance.
        maintenance: MaintenanceId,
    },
    /// R24: nothing heard of a machine.
    #[error(
        "{work_center} has sent nothing for {silent_s} s; its last state ({state}) is shown as \
         stale. Check its connection."
    )]
    Silent {
        /// The work center.
        work_center: WorkCenterId,
        /// For how long, seconds.
        silent_s: i64,
        /// Its last state.
        state: &'static str,
    },
    /// R27: a late event changed what was known.
    #[error(
        "{event} of {time} arrived {late_s} s late; order {order} was recomputed from {time}. \
         Nothing to do; check the sender if it happens often."
    )]
    Late {
        /// The order.
        order: WorkOrderId,
        /// The event's type name.
        event: &'static str,
        /// When it happened.
        time: Time,
        /// How late it came, seconds.
        late_s: i64,
    },
    /// R31: somebody wrote what he does not own.
    #[error(
        "{source_id} set {field} of {object} to {claimed}; {owner} owns it and says {kept}. Kept \
         {kept}. Change it in {owner}, or correct {source_id}."
    )]
    ForeignWrite {
        /// Whose field.
        object: EntityKey,
        /// Which field.
        field: SmolStr,
        /// Who wrote it.
        source_id: SourceId,
        /// What he wrote.
        claimed: SmolStr,
        /// Who owns it.
        owner: Owners,
        /// What stands.
        kept: SmolStr,
    },
    /// R36: the books of the ERP and the twin differ.
    #[error(
        "Order {order}: ERP says {erp} {unit} received, twin {twin}. Difference {difference}, \
         open since {since}. Compare the receipts and post the difference."
    )]
    ReceivedDiffers {
        /// The order.
        order: WorkOrderId,
        /// What the ERP counts.
        erp: Decimal,
        /// What the twin counts.
        twin: Decimal,
        /// The ERP's less the twin's.
        difference: Decimal,
        /// Unit of all these.
        unit: Unit,
        /// Since when.
        since: Time,
    },
    /// R75: an order that was closed with more than there can be.
    #[error(
        "Order {order} was closed on {at} with {total} {unit} accounted for ({delivered} \
         delivered, {scrap} scrapped, {mrb} before the review board), {max} could be. Look which \
         report counts twice, and post the difference in ERP."
    )]
    ClosedWithMore {
        /// The order.
        order: WorkOrderId,
        /// When it was closed.
        at: Time,
        /// Delivered, scrapped and before the review board.
        total: Decimal,
        /// Delivered.
        delivered: Decimal,
        /// Scrapped.
        scrap: Decimal,
        /// Before the review board.
        mrb: Decimal,
        /// Released, with the tolerance.
        max: Decimal,
        /// Unit of all these.
        unit: Unit,
    },
    /// R59: the order used more than the warehouse gave it.
    #[error(
        "Order {order} used {used} {unit} of {material}, the warehouse issued {issued}. Late issue \
         of {difference} expected; else correct the consumption."
    )]
    UsedWithoutIssue {
        /// The order.
        order: WorkOrderId,
        /// The material.
        material: MaterialId,
        /// Consumed and scrapped.
        used: Decimal,
        /// Issued and not given back.
        issued: Decimal,
        /// The one less the other.
        difference: Decimal,
        /// Unit of all these.
        unit: Unit,
    },
    /// R60: what was published last is not the highest version.
    #[error(
        "{object}: version {version} of {at} is older than version {counts}, which counts since \
         {since}. It has no effect. Publish it again with a higher version."
    )]
    VersionWentBack {
        /// What was published.
        object: EntityKey,
        /// The version that was published last.
        version: u64,
        /// When.
        at: Time,
        /// The version that counts.
        counts: u64,
        /// Since when.
        since: Time,
    },
    /// R53: a decision while another one stands.
    #[error(
        "Inspection {inspection} was decided again at {at} by {by}, without having been reopened. \
         The decision of {stands} stands. Reopen it in QMS if the later one is meant."
    )]
    DecidedAgain {
        /// The inspection.
        inspection: InspectionId,
        /// When the later decision was given.
        at: Time,
        /// By whom.
        by: SmolStr,
        /// When the decision was given that stands.
        stands: Time,
    },
    /// R54: a decision before all results.
    #[error(
        "Inspection {inspection} was decided at {at} while {missing} of its characteristics have no \
         result ({first} among them). Late results expected."
    )]
    DecidedWithoutResults {
        /// The inspection.
        inspection: InspectionId,
        /// When it was decided.
        at: Time,
        /// How many characteristics nobody has looked at.
        missing: usize,
        /// The first of them.
        first: SmolStr,
    },
    /// R55: quality's cancellation came too late to have an effect.
    #[error(
        "{object} was cancelled by quality at {at}, but work on it began at {began}. It goes on as \
         if not cancelled, until quality decides it."
    )]
    CancelledInVain {
        /// What was cancelled.
        object: EntityKey,
        /// When.
        at: Time,
        /// When something was first found, done or decided.
        began: Time,
    },
    /// R66: quality takes longer than the plant allows.
    #[error(
        "Quality has not decided nonconformance {nonconformance} since {since}; the plant allows \
         {within_s} s, and {lots} lots wait. Have the material review board decide them."
    )]
    NotDecidedInTime {
        /// The nonconformance.
        nonconformance: NonconformanceId,
        /// Lots without a disposition.
        lots: usize,
        /// Since when it could be decided.
        since: Time,
        /// What the plant allows, seconds.
        within_s: u32,
    },
    /// R67: an order uses what the plant does not let pass.
    #[error(
        "Order {order} used {used} {unit} of {material}; {expected} were expected. The difference \
         of {difference} exceeds the limit ({limit}) and is posted at once. Look why in production."
    )]
    MaterialVariance {
        /// The order.
        order: WorkOrderId,
        /// The material.
        material: MaterialId,
        /// Unit of all quantities.
        unit: Unit,
        /// Consumed and scrapped.
        used: Decimal,
        /// What was expected.
        expected: Decimal,
        /// The one less the other.
        difference: Decimal,
        /// The limit, in words.
        limit: SmolStr,
    },
    /// R56: a posting that moves what is not there.
    #[error(
        "{wanted} {unit} of lot {lot} were moved from {from} to {to} at {at}, but {there} were \
         {from}. Name the decision of quality that it follows, or correct the posting."
    )]
    StatusNotThere {
        /// The lot.
        lot: LotId,
        /// How much was moved.
        wanted: Decimal,
        /// From this usage status.
        from: &'static str,
        /// To this.
        to: &'static str,
        /// When.
        at: Time,
        /// How much had the status.
        there: Decimal,
        /// Unit of both.
        unit: Unit,
    },
    /// R80: goods were used that quality had not set free.
    #[error(
        "{used} {unit} of lot {lot} were used, and {free} of it were free for use. What was made \
         from it waits for quality; have quality decide the lot, and what was made from it."
    )]
    UsedBeforeFree {
        /// The lot.
        lot: LotId,
        /// How much was used, with and without an order.
        used: Decimal,
        /// How much of all that came in is unrestricted, or restricted to a use.
        free: Decimal,
        /// Unit of both.
        unit: Unit,
    },
    /// R81: a material that is kept in lots was moved without one.
    #[error(
        "Order {order}: {without} {unit} of {material} were moved without a lot, {with} with one or \
         before it was kept in lots. Have the warehouse or production reverse what names no lot, \
         and send it again with its lot."
    )]
    MovedWithoutLot {
        /// The order.
        order: WorkOrderId,
        /// The material.
        material: MaterialId,
        /// Issued, used or returned without a lot.
        without: Decimal,
        /// Issued or used with one, or before it was needed.
        with: Decimal,
        /// Unit of both.
        unit: Unit,
    },
    /// R50: more came out of a unit than went in.
    #[error(
        "{missing} {unit} of lot {lot} were taken out of unit {logistic_unit} and never put in. \
         Late packing report expected; else correct the report."
    )]
    TakenOutOfUnit {
        /// The unit that is packed.
        logistic_unit: LogisticUnitId,
        /// The lot.
        lot: LotId,
        /// How much too much came out.
        missing: Decimal,
        /// Its unit of measure.
        unit: Unit,
    },
}

impl Discrepancy {
    /// The rule's code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Discrepancy::AheadOfPredecessor { .. } => Code::R05,
            Discrepancy::CounterFell { .. } => Code::R21,
            Discrepancy::Overlap { .. } => Code::R22,
            Discrepancy::StartedInMaintenance { .. } => Code::R23,
            Discrepancy::Silent { .. } => Code::R24,
            Discrepancy::Late { .. } => Code::R27,
            Discrepancy::ForeignWrite { .. } => Code::R31,
            Discrepancy::ReceivedDiffers { .. } => Code::R36,
            Discrepancy::MoreThanReleased { .. } => Code::R39,
            Discrepancy::EndedAfterBegin { .. } => Code::R47,
            Discrepancy::CountsDiffer { .. } => Code::R48,
            Discrepancy::UsedWithoutIssue { .. } => Code::R59,
            Discrepancy::MovedWithoutLot { .. } => Code::R81,
            Discrepancy::ClosedWithMore { .. } => Code::R75,
            Discrepancy::VersionWentBack { .. } => Code::R60,
            Discrepancy::DecidedAgain { .. } => Code::R53,
            Discrepancy::DecidedWithoutResults { .. } => Code::R54,
            Discrepancy::CancelledInVain { .. } => Code::R55,
            Discrepancy::StatusNotThere { .. } => Code::R56,
            Discrepancy::UsedBeforeFree { .. } => Code::R80,
            Discrepancy::NotDecidedInTime { .. } => Code::R66,
            Discrepancy::MaterialVariance { .. } => Code::R67,
            Discrepancy::TakenOutOfUnit { .. } => Code::R50,
        }
    }

    /// Whether both are the same broken rule at the same place of one object, whatever the
    /// numbers.
    pub(crate) fn same_case(&self, other: &Discrepancy) -> bool {
        self.code() == other.code() && self.place() == other.place()
    }

    /// Where in its object the rule is broken.
    fn place(&self) -> (&str, &str) {
        match self {
            Discrepancy::AheadOfPredecessor {
                operation,
                predecessor,
                ..
            } => (operation.as_str(), predecessor.as_str()),
            Discrepancy::MoreThanReleased { operation, .. } => (operation.as_str(), ""),
            Discrepancy::EndedAfterBegin { decision, .. } => (decision, ""),
            Discrepancy::CountsDiffer {
                operation, kind, ..
            } => (operation.as_str(), kind),
            Discrepancy::CounterFell { counter, .. } => (counter, ""),
            Discrepancy::UsedWithoutIssue { material, unit, .. }
            | Discrepancy::MovedWithoutLot { material, unit, .. }
            | Discrepancy::MaterialVariance { material, unit, .. } => {
                (material.as_str(), unit.as_str())
            }
            Discrepancy::StartedInMaintenance {
                order, operation, ..
            } => (order.as_str(), operation.as_str()),
            Discrepancy::ForeignWrite {
                field, source_id, ..
            } => (field, source_id.as_str()),
            Discrepancy::StatusNotThere { from, to, .. } => (from, to),
            Discrepancy::TakenOutOfUnit { lot, unit, .. } => (lot.as_str(), unit.as_str()),
            Discrepancy::DecidedAgain { .. }
            | Discrepancy::UsedBeforeFree { .. }
            | Discrepancy::NotDecidedInTime { .. }
            | Discrepancy::DecidedWithoutResults { .. }
            | Discrepancy::CancelledInVain { .. }
            | Discrepancy::Overlap { .. }
            | Discrepancy::Silent { .. }
            | Discrepancy::Late { .. }
            | Discrepancy::ReceivedDiffers { .. }
            | Discrepancy::ClosedWithMore { .. }
            | Discrepancy::VersionWentBack { .. } => ("", ""),
        }
    }
}
