//! An inspection: what quality looks at, what it found and decided, and what waits for it.

use serde::Serialize;
use twin_model::{
    Amount, Inspection, InspectionDecision, InspectionId, InspectionResult, LotId, OperationId,
    SmolStr, Time, Unit, WorkOrderId,
};
use utoipa::ToSchema;

use super::{DiscrepancyView, QuantityView, Related, SomeIds};

/// An inspection with its results and decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InspectionView {
    /// Its number.
    #[schema(value_type = String)]
    pub id: InspectionId,
    /// `requested`, `open`, `in_progress`, `results_complete`, `decided`, `closed` or `cancelled`.
    pub state: &'static str,
    /// Which lot is looked at.
    #[schema(value_type = Option<String>)]
    pub lot: Option<LotId>,
    /// For which order.
    #[schema(value_type = Option<String>)]
    pub order: Option<WorkOrderId>,
    /// After which operation.
    #[schema(value_type = Option<String>)]
    pub op: Option<OperationId>,
    /// Version of the inspection plan.
    #[schema(value_type = Option<String>)]
    pub plan_version: Option<SmolStr>,
    /// How much is judged; `null` where only the decision says.
    pub quantity: Option<QuantityView>,
    /// Pieces to take.
    pub sample_size: Option<u32>,
    /// Whether its lot may not be used before the decision.
    pub blocking: bool,
    /// From 1; each decision that is reopened makes a new round.
    pub round: u32,
    /// When quality asked for it.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    /// Since when a decision is missing: its age is `as_of` less this. `null` when none is.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undecided_since: Option<Time>,
    /// What it keeps from going on now, as `kind/id`: its lot, deliveries with it (the first 200)
    /// and the closing of its order.
    #[schema(value_type = Vec<String>)]
    pub keeps: Vec<SmolStr>,
    /// How many deliveries wait for it.
    pub shipments_count: usize,
    /// What is looked at, in the order of the plan, and what else was looked at.
    pub characteristics: Vec<CharacteristicView>,
    /// Characteristics of the plan that nobody has looked at.
    #[schema(value_type = Vec<String>)]
    pub missing: Vec<SmolStr>,
    /// Characteristics that were found outside their limits.
    #[schema(value_type = Vec<String>)]
    pub failed: Vec<SmolStr>,
    /// The decision that stands.
    pub decision: Option<InspectionDecisionView>,
    /// How many decisions there were, reopened ones included.
    pub decisions_count: usize,
    /// Soft rules that it breaks now.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Counts the changes of the inspection.
    pub version: u64,
}

/// A characteristic with its last result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CharacteristicView {
    /// Its name.
    #[schema(value_type = String)]
    pub name: SmolStr,
    /// Whether it stands in the plan.
    pub planned: bool,
    /// Unit of the limits and values.
    #[schema(value_type = Option<String>, example = "MMT")]
    pub unit: Option<Unit>,
    /// Lower limit.
    #[schema(value_type = Option<String>)]
    pub lower: Option<Amount>,
    /// Upper limit.
    #[schema(value_type = Option<String>)]
    pub upper: Option<Amount>,
    /// `pass` or `fail`; `null` before a result.
    pub verdict: Option<&'static str>,
    /// Measured values.
    #[schema(value_type = Vec<String>)]
    pub values: Vec<Amount>,
    /// Measured with.
    #[schema(value_type = Option<String>)]
    pub instrument: Option<SmolStr>,
    /// When the result was recorded.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub recorded_at: Option<Time>,
}

/// A usage decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InspectionDecisionView {
    /// When it was given.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    /// Who decided.
    #[schema(value_type = String)]
    pub by: SmolStr,
    /// Whether it is signed.
    pub signed: bool,
    /// What becomes of how much.
    pub parts: Vec<DecidedPartView>,
}

/// One part of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DecidedPartView {
    /// `accept`, `accept_with_deviation`, `rework`, `reject`, `scrap` or `return`.
    pub decision: &'static str,
    /// How much.
    pub quantity: QuantityView,
    /// The QMS' own code.
    #[schema(value_type = Option<String>)]
    pub code: Option<SmolStr>,
}

impl InspectionView {
    pub(crate) fn new(inspection: &Inspection, version: u64, related: &Related) -> InspectionView {
        let none = SomeIds::default();
        let waiting = match related {
            Related::Inspection { waiting } => waiting,
            _ => &none,
        };
        let quantity = inspection.quantity();
        InspectionView {
            id: inspection.id().clone(),
            state: inspection.state().as_str(),
            lot: inspection.lot().cloned(),
            order: inspection.order().cloned(),
            op: inspection.op().cloned(),
            plan_version: inspection.plan_version().cloned(),
            quantity: quantity.map(|told| QuantityView::new(told.value.value(), told.unit)),
            sample_size: inspection.sample_size(),
            blocking: inspection.is_blocking(),
            round: inspection.round(),
            created_at: inspection.created_at(),
            undecided_since: undecided_since(inspection),
            keeps: keeps(inspection, waiting),
            shipments_count: waiting.count,
            characteristics: characteristics(inspection),
            missing: inspection.missing().cloned().collect(),
            failed: inspection.failed().cloned().collect(),
            decision: inspection.decision().map(InspectionDecisionView::from),
            decisions_count: inspection.decisions().len(),
            discrepancies: super::shown(&inspection.discrepancies()),
            version,
        }
    }
}

/// Since it was asked for, or since its last decision was reopened.
fn undecided_since(inspection: &Inspection) -> Option<Time> {
    if !inspection.is_undecided() {
        return None;
    }
    let reopened = inspection.reopenings().last().map(|(at, _)| *at);
    Some(reopened.map_or(inspection.created_at(), |at| {
        at.max(inspection.created_at())
    }))
}

fn keeps(inspection: &Inspection, waiting: &SomeIds) -> Vec<SmolStr> {
    let path = |kind: &str, id: &str| SmolStr::new(format!("{kind}/{id}"));
    let lot = inspection.lot().filter(|_| inspection.blocks());
    let order = inspection.order().filter(|_| inspection.is_undecided());
    let lot = lot.map(|lot| path("lot", lot.as_str()));
    let order = order.map(|order| path("work_order", order.as_str()));
    let shipments = waiting.shown.iter().map(|id| path("shipment", id));
    lot.into_iter().chain(shipments).chain(order).collect()
}

fn characteristics(inspection: &Inspection) -> Vec<CharacteristicView> {
    let view = |name: &SmolStr, result: Option<&InspectionResult>| CharacteristicView {
        name: name.clone(),
        planned: false,
        unit: result.and_then(|result| result.unit),
        lower: None,
        upper: None,
        verdict: result.map(|result| result.verdict.as_str()),
        values: result.map_or_else(Vec::new, |result| result.values.clone()),
        instrument: result.and_then(|result| result.instrument.clone()),
        recorded_at: result.map(|result| result.at),
    };
    let (plan, results) = (inspection.characteristics(), inspection.results());
    let planned = plan.iter().map(|planned| {
        let found = view(&planned.name, results.get(&planned.name));
        CharacteristicView {
            planned: true,
            unit: planned.unit.or(found.unit),
            lower: planned.lower,
            upper: planned.upper,
            ..found
        }
    });
    let is_planned = |name: &SmolStr| plan.iter().any(|planned| planned.name == *name);
    let others = results.iter().filter(|(name, _)| !is_planned(name));
    planned
        .chain(others.map(|(name, result)| view(name, Some(result))))
        .collect()
}

impl From<&InspectionDecision> for InspectionDecisionView {
    fn from(decision: &InspectionDecision) -> InspectionDecisionView {
        let parts = decision.parts.iter().map(|part| DecidedPartView {
            decision: part.decision.as_str(),
            quantity: QuantityView::new(part.quantity, decision.unit),
            code: part.code.clone(),
        });
        InspectionDecisionView {
            at: decision.at,
            by: decision.by.clone(),
            signed: decision.signature.is_some(),
            parts: parts.collect(),
        }
    }
}
