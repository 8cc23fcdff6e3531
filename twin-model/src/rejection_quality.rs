//! What quality does not allow, or has not decided yet.

use rust_decimal::Decimal;

use crate::{
    Code, DeliveryId, EntityKey, InspectionId, Kind, LotId, NonconformanceId, Time, Unit,
    WorkOrderId,
};

/// A rejection for which quality is the one to ask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QualityRejection {
    /// R11: quality has not set free what is wanted.
    #[error("Lot {lot} is {usage}; {quantity} {unit} wait for the decision of quality.")]
    NotDecided {
        /// The lot.
        lot: LotId,
        /// The worst usage status that some of it has.
        usage: &'static str,
        /// How much has that status.
        quantity: Decimal,
        /// Its unit.
        unit: Unit,
    },
    /// R11: an inspection that keeps its lot from being used.
    #[error(
        "Inspection {inspection} of lot {lot} has no decision; {quantity} {unit} stay in quality \
         stock. Ask quality to decide it."
    )]
    InspectionOpen {
        /// The inspection.
        inspection: InspectionId,
        /// Its lot.
        lot: LotId,
        /// The inspected quantity, or what is on hand.
        quantity: Decimal,
        /// Its unit.
        unit: Unit,
    },
    /// R11: an inspection that keeps what came from its lot from being used.
    #[error(
        "Inspection {inspection} of lot {origin} has no decision, and {quantity} {unit} of lot \
         {lot} came from that lot. Ask quality to decide it."
    )]
    OriginNotDecided {
        /// The inspection.
        inspection: InspectionId,
        /// Its lot.
        origin: LotId,
        /// The lot that came from it.
        lot: LotId,
        /// What is on hand.
        quantity: Decimal,
        /// Its unit.
        unit: Unit,
    },
    /// R11: what a lot came from was not free.
    #[error(
        "Lot {lot} is {usage}, because it came from {origin}; {quantity} {unit} wait for quality: \
         to decide the lot itself, or what it came from."
    )]
    OriginNotFree {
        /// The lot.
        lot: LotId,
        /// What it came from, and has its status from.
        origin: EntityKey,
        /// The worst usage status that some of it has.
        usage: &'static str,
        /// How much has that status.
        quantity: Decimal,
        /// Its unit.
        unit: Unit,
    },
    /// R11: the work that made a lot was given up.
    #[error(
        "Lot {lot} is {usage}, because the work of order {order} that made it was given up at \
         {at}; {quantity} {unit} wait to be scrapped, reworked or set free by quality."
    )]
    WorkGivenUp {
        /// The lot.
        lot: LotId,
        /// The order.
        order: WorkOrderId,
        /// When it was given up.
        at: Time,
        /// The usage status that it has since then.
        usage: &'static str,
        /// How much has that status.
        quantity: Decimal,
        /// Its unit.
        unit: Unit,
    },
    /// R11: a nonconformance that keeps a lot from being used.
    #[error(
        "Lot {lot} is affected by nonconformance {nonconformance} of {from} ({steps} steps); \
         {quantity} {unit} wait for its disposition. Ask quality to decide it."
    )]
    NonconformanceOpen {
        /// The nonconformance.
        nonconformance: NonconformanceId,
        /// The lot.
        lot: LotId,
        /// What it names: the lot itself, its order, or what it was made from.
        from: EntityKey,
        /// Steps along the genealogy from there.
        steps: u32,
        /// What is on hand.
        quantity: Decimal,
        /// Its unit.
        unit: Unit,
    },
    /// R11: an order is not closed before the decision.
    #[error(
        "Inspection {inspection} has no decision; the closing of order {order} waits for it. Ask \
         quality to decide it."
    )]
    ClosingBeforeDecision {
        /// The order.
        order: WorkOrderId,
        /// The first of its inspections without a decision.
        inspection: InspectionId,
    },
    /// R12: a decision about another quantity than the inspected one.
    #[error(
        "Inspection {inspection}: decided {parts} = {decided} {unit}, inspected {inspected}. The \
         quantities must match; correct the decision in QMS."
    )]
    DecisionDoesNotAddUp {
        /// The inspection.
        inspection: InspectionId,
        /// The decided quantities, joined by plus signs.
        parts: String,
        /// Their sum.
        decided: Decimal,
        /// The inspected quantity.
        inspected: Decimal,
        /// Unit of all these.
        unit: Unit,
    },
    /// R35: lots without a disposition.
    #[error(
        "Nonconformance {nonconformance} still has {lots} lots without disposition ({first} \
         among them). Quality must decide them before it closes."
    )]
    LotsUndisposed {
        /// The nonconformance.
        nonconformance: NonconformanceId,
        /// How many lots.
        lots: usize,
        /// The first of them.
        first: LotId,
    },
    /// R68: too late to stop it.
    #[error(
        "Lot {lot} was shipped on {shipped} with delivery {delivery}; nonconformance \
         {nonconformance} reaches it. Recall decision needed from quality."
    )]
    ShippedNonconforming {
        /// The lot.
        lot: LotId,
        /// When it left, to the second.
        shipped: Time,
        /// With which delivery.
        delivery: DeliveryId,
        /// The nonconformance.
        nonconformance: NonconformanceId,
    },
}

impl QualityRejection {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            QualityRejection::NotDecided { .. }
            | QualityRejection::OriginNotDecided { .. }
            | QualityRejection::OriginNotFree { .. }
            | QualityRejection::WorkGivenUp { .. }
            | QualityRejection::InspectionOpen { .. }
            | QualityRejection::NonconformanceOpen { .. }
            | QualityRejection::ClosingBeforeDecision { .. } => Code::R11,
            QualityRejection::DecisionDoesNotAddUp { .. } => Code::R12,
            QualityRejection::LotsUndisposed { .. } => Code::R35,
            QualityRejection::ShippedNonconforming { .. } => Code::R68,
        }
    }

    /// What becomes of an event that meets this rejection.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.waits_for() {
            Some(_) => Kind::Park,
            None => Kind::Refuse,
        }
    }

    /// The object whose next change may satisfy a parked event; `None` when none can.
    #[must_use]
    pub fn waits_for(&self) -> Option<EntityKey> {
        match self {
            QualityRejection::ClosingBeforeDecision { inspection, .. } => {
                Some(EntityKey::Inspection(inspection.clone()))
            }
            QualityRejection::LotsUndisposed { nonconformance, .. } => {
                Some(EntityKey::Nonconformance(nonconformance.clone()))
            }
            _ => None,
        }
    }
}
