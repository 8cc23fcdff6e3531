//! An inspection: what quality looks at, what it found, and what it decided.
//!
//! Everything that is told of it is kept as a fact with its time; its state is computed from the
//! facts ([`crate::inspection_course`]), so the order of their arrival does not count.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::effect::{Effects, View};
use crate::inspection_course::Course;
use crate::{
    Amount, Characteristic, Claims, EntityKey, InspectionCancelled, InspectionCreated,
    InspectionDecided, InspectionId, InspectionReopened, InspectionResultRecorded, Lot, LotId,
    Message, OperationId, QualityRejection, Quantity, Rejection, Said, Signature, Time, Unit,
    UsageDecision, Verdict, WorkOrderId,
};

/// Decisions, and reopenings, that one inspection keeps.
pub const INSPECTION_VERSIONS_MAX: usize = 100;
/// Characteristics that one inspection keeps results of.
pub const CHARACTERISTICS_MAX: usize = 1_000;

/// The last result of one characteristic. Of two the later one counts, and of two of the same time
/// the worse.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InspectionResult {
    /// When it was recorded.
    pub at: Time,
    /// What the values say.
    pub verdict: Verdict,
    /// Measured values, in `unit`.
    pub values: Vec<Amount>,
    /// Their unit.
    pub unit: Option<Unit>,
    /// Measured with.
    pub instrument: Option<SmolStr>,
}

/// One part of a decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DecidedPart {
    /// What becomes of it.
    pub decision: UsageDecision,
    /// How much, in the unit of the inspection.
    pub quantity: Decimal,
    /// The same in the unit of the lot, as it was turned when the decision was taken.
    pub of_lot: Decimal,
    /// The QMS' own code.
    pub code: Option<SmolStr>,
}

/// A usage decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InspectionDecision {
    /// When it was given.
    pub at: Time,
    /// What becomes of the inspected quantity.
    pub parts: Vec<DecidedPart>,
    /// Unit of the parts.
    pub unit: Unit,
    /// Who decided.
    pub by: SmolStr,
    /// The signature, as the QMS recorded it.
    pub signature: Option<Signature>,
}

impl InspectionDecision {
    /// The decision on `lot`, where the inspection names one: in its unit as well.
    fn new(
        body: &InspectionDecided,
        lot: Option<&Lot>,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<InspectionDecision, Rejection> {
        let mut parts = Vec::with_capacity(body.decisions.len());
        for part in &body.decisions {
            let own = match lot {
                Some(lot) => lot.in_own_unit(part.quantity, view, effects)?,
                None => part.quantity,
            };
            parts.push(DecidedPart {
                decision: part.decision,
                quantity: part.quantity.value.value(),
                of_lot: own.value.value(),
                code: part.code.clone(),
            });
        }
        parts.sort_unstable();
        Ok(InspectionDecision {
            at: view.at,
            parts,
            unit: body.decisions[0].quantity.unit,
            by: body.by.clone(),
            signature: body.signature.clone(),
        })
    }

    /// How much of the lot has this outcome, in the lot's unit.
    #[must_use]
    pub fn sum_of(&self, decision: UsageDecision) -> Decimal {
        let parts = self.parts.iter().filter(|part| part.decision == decision);
        parts.map(|part| part.of_lot).sum()
    }
}

/// An inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    pub(crate) id: InspectionId,
    pub(crate) created_at: Time,
    pub(crate) lot: Option<LotId>,
    pub(crate) order: Option<WorkOrderId>,
    pub(crate) op: Option<OperationId>,
    pub(crate) plan_version: Option<SmolStr>,
    pub(crate) quantity: Option<Quantity>,
    pub(crate) sample_size: Option<u32>,
    pub(crate) blocking: bool,
    pub(crate) characteristics: Vec<Characteristic>,
    /// Whether the lot is there.
    pub(crate) lot_known: bool,
    /// Whether the books of its lot's stock have followed the decision.
    pub(crate) followed: bool,
    pub(crate) results: BTreeMap<SmolStr, InspectionResult>,
    /// The latest time at which a result was said to be the last one.
    pub(crate) completed_at: Option<Time>,
    /// Ascending by time.
    pub(crate) decisions: Vec<InspectionDecision>,
    pub(crate) reopenings: BTreeSet<(Time, SmolStr)>,
    /// It has an effect only as long as nothing was found or decided.
    pub(crate) cancelled: Option<Said>,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
}

impl Inspection {
    /// Quality asks for an inspection.
    pub(crate) fn create(
        body: &InspectionCreated,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<Inspection, Rejection> {
        if let Some(quantity) = &body.quantity {
            quantity.check("quantity")?;
        }
        let inspection = Inspection {
            id: body.inspection.clone(),
            created_at: view.at,
            lot: body.lot.clone(),
            order: body.order.clone(),
            op: body.op.clone(),
            plan_version: body.plan_version.clone(),
            quantity: body.quantity,
            sample_size: body.sample_size,
            blocking: body.blocking,
            characteristics: body.characteristics.clone(),
            lot_known: false,
            followed: false,
            results: BTreeMap::new(),
            completed_at: None,
            decisions: Vec::new(),
            reopenings: BTreeSet::new(),
            cancelled: None,
            claims: Claims::default(),
            version: 0,
        };
        inspection.tell(effects);
        Ok(inspection)
    }

    /// A characteristic was looked at.
    pub(crate) fn record(
        &mut self,
        body: &InspectionResultRecorded,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let known = self.results.contains_key(&body.characteristic);
        if !known && self.results.len() >= CHARACTERISTICS_MAX {
            return Err(self.full("a result of one more characteristic"));
        }
        let mut plan = self.characteristics.iter();
        let planned = plan.find(|planned| planned.name == body.characteristic);
        if let (Some(unit), Some(base)) = (body.unit, planned.and_then(|planned| planned.unit))
            && unit != base
        {
            let object = EntityKey::Inspection(self.id.clone());
            return Err(Rejection::UnitMismatch { object, unit, base });
        }
        let result = InspectionResult {
            at: view.at,
            verdict: body.verdict,
            values: body.values.clone(),
            unit: body.unit,
            instrument: body.instrument.clone(),
        };
        match self.results.get_mut(&body.characteristic) {
            Some(known) if *known >= result => {}
            Some(known) => *known = result,
            None => {
                self.results.insert(body.characteristic.clone(), result);
            }
        }
        if body.complete {
            self.completed_at = self.completed_at.max(Some(view.at));
        }
        self.tell(effects);
        Ok(())
    }

    /// Quality decides.
    pub(crate) fn decide(
        &mut self,
        body: &InspectionDecided,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.check_parts(body)?;
        if self.decisions.len() >= INSPECTION_VERSIONS_MAX {
            return Err(self.full("one more decision"));
        }
        let lot = match &self.lot {
            Some(id) => Some(view.plant.known_lot(id, "mfg.inspection.decided.v1")?),
            None => None,
        };
        let decision = InspectionDecision::new(body, lot, view, effects)?;
        let mut next = self.clone();
        if let Err(place) = next.decisions.binary_search(&decision) {
            next.decisions.insert(place, decision);
        }
        self.become_if_covered(next, view, effects)
    }

    /// R12, R19: the parts are in one unit, and come to what was inspected.
    fn check_parts(&self, body: &InspectionDecided) -> Result<(), Rejection> {
        let unit = match self.quantity {
            Some(inspected) => inspected.unit,
            None => body.decisions[0].quantity.unit,
        };
        let mut decided = Decimal::ZERO;
        for part in &body.decisions {
            part.quantity.check("decisions.quantity")?;
            if part.quantity.unit != unit {
                return Err(Rejection::UnitMismatch {
                    object: EntityKey::Inspection(self.id.clone()),
                    unit: part.quantity.unit,
                    base: unit,
                });
            }
            decided += part.quantity.value.value();
        }
        match self.quantity.map(|inspected| inspected.value.value()) {
            Some(inspected) if decided != inspected => {
                let parts = body.decisions.iter();
                let parts: Vec<String> =
                    parts.map(|part| part.quantity.value.to_string()).collect();
                Err(Rejection::from(QualityRejection::DecisionDoesNotAddUp {
                    inspection: self.id.clone(),
                    parts: parts.join(" + "),
                    decided,
                    inspected,
                    unit,
                }))
            }
            _ => Ok(()),
        }
    }

    /// Quality does not inspect after all.
    pub(crate) fn cancel(&mut self, body: &InspectionCancelled, at: Time, effects: &mut Effects) {
        let said = (at, &body.reason);
        // Of two cancellations the first by its time counts, whichever arrives first.
        let known = self.cancelled.as_ref();
        if known.is_none_or(|known| said < (known.at, &known.reason)) {
            let reason = body.reason.clone();
            self.cancelled = Some(Said { at, reason });
        }
        self.tell(effects);
    }

    /// Quality looks again. That needs a decision from before, which may still come.
    pub(crate) fn reopen(
        &mut self,
        body: &InspectionReopened,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        if !self.decisions.iter().any(|known| known.at <= view.at) {
            return Err(Rejection::NotYet {
                object: EntityKey::Inspection(self.id.clone()),
                state: self.state().as_str().to_owned(),
                action: "a reopening",
                until: "its decision by QMS",
            });
        }
        if self.reopenings.len() >= INSPECTION_VERSIONS_MAX {
            return Err(self.full("one more reopening"));
        }
        let mut next = self.clone();
        next.reopenings.insert((view.at, body.reason.clone()));
        self.become_if_covered(next, view, effects)
    }

    /// Takes another state on, unless it scraps more of the lot than is there (R17).
    fn become_if_covered(
        &mut self,
        next: Inspection,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let scrapped = |inspection: &Inspection| {
            let decision = inspection.decision();
            decision.map_or(Decimal::ZERO, |decision| {
                decision.sum_of(UsageDecision::Scrap)
            })
        };
        let more = scrapped(&next) - scrapped(self);
        if more > Decimal::ZERO
            && let Some(lot) = self.lot.as_ref().and_then(|id| view.plant.lot(id))
        {
            lot.require_on_hand(more)?;
        }
        *self = next;
        self.tell(effects);
        Ok(())
    }

    /// A message from another entity of the plant.
    pub(crate) fn receive(&mut self, message: &Message, view: View<'_>) {
        match message {
            Message::LotIsThere => {
                let lot = self.lot.as_ref().and_then(|id| view.plant.lot(id));
                self.lot_known = lot.is_some();
                self.followed = lot.is_some_and(|lot| lot.books_followed(&self.id));
            }
            other => unreachable!("an inspection gets no {other:?}"),
        }
    }

    /// Its lot and its order look at it anew.
    fn tell(&self, effects: &mut Effects) {
        let message = || Message::InspectionChanged(self.id.clone());
        if let Some(lot) = &self.lot {
            effects.tell(EntityKey::Lot(lot.clone()), message());
        }
        if let Some(order) = &self.order {
            effects.tell(EntityKey::WorkOrder(order.clone()), message());
        }
    }

    fn full(&self, action: &'static str) -> Rejection {
        Rejection::WrongState {
            object: EntityKey::Inspection(self.id.clone()).to_string(),
            state: "as long as one may be",
            action,
            allowed: "another inspection",
        }
    }

    pub(crate) fn course(&self) -> Course<'_> {
        Course::of(&self.decisions, &self.reopenings)
    }
}

/// Plain answers.
impl Inspection {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> &InspectionId {
        &self.id
    }

    /// When quality asked for it.
    #[must_use]
    pub fn created_at(&self) -> Time {
        self.created_at
    }

    /// Which lot is looked at.
    #[must_use]
    pub fn lot(&self) -> Option<&LotId> {
        self.lot.as_ref()
    }

    /// For which order.
    #[must_use]
    pub fn order(&self) -> Option<&WorkOrderId> {
        self.order.as_ref()
    }

    /// After which operation.
    #[must_use]
    pub fn op(&self) -> Option<&OperationId> {
        self.op.as_ref()
    }

    /// Version of the inspection plan.
    #[must_use]
    pub fn plan_version(&self) -> Option<&SmolStr> {
        self.plan_version.as_ref()
    }

    /// How much is judged; `None` where only the decision says.
    #[must_use]
    pub fn quantity(&self) -> Option<Quantity> {
        self.quantity
    }

    /// Pieces to take.
    #[must_use]
    pub fn sample_size(&self) -> Option<u32> {
        self.sample_size
    }

    /// Whether its lot may not be used before the decision.
    #[must_use]
    pub fn is_blocking(&self) -> bool {
        self.blocking
    }

    /// What is looked at.
    #[must_use]
    pub fn characteristics(&self) -> &[Characteristic] {
        &self.characteristics
    }

    /// The last result of each characteristic.
    #[must_use]
    pub fn results(&self) -> &BTreeMap<SmolStr, InspectionResult> {
        &self.results
    }

    /// All decisions, ascending by time, those that were reopened included.
    #[must_use]
    pub fn decisions(&self) -> &[InspectionDecision] {
        &self.decisions
    }

    /// When and why it was reopened, ascending by time.
    #[must_use]
    pub fn reopenings(&self) -> &BTreeSet<(Time, SmolStr)> {
        &self.reopenings
    }

    /// The cancellation, also one that has no effect because something was found or decided.
    #[must_use]
    pub fn cancellation(&self) -> Option<&Said> {
        self.cancelled.as_ref()
    }
}
