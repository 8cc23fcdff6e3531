//! A nonconformance: what does not conform, what was done about it, and what became of its lots.
//!
//! Everything that is told of it is kept as a fact with its time; its state is computed from the
//! facts ([`crate::nonconformance_course`]), so the order of their arrival does not count.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::effect::{Effects, View};
use crate::{
    Claims, EntityKey, LotDisposition, LotId, Message, NonconformanceCancelled,
    NonconformanceClosed, NonconformanceContained, NonconformanceDispositioned, NonconformanceId,
    NonconformanceOpened, NonconformanceVerified, OperationId, QualityRejection, Quantity,
    Rejection, Said, Severity, Time, WorkOrderId,
};

/// Dispositions that one nonconformance keeps, and reviews.
pub const DISPOSITIONS_MAX: usize = 100;

/// What becomes of a lot, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DisposedPart {
    /// Which lot.
    pub lot: LotId,
    /// What becomes of it.
    pub disposition: LotDisposition,
    /// How much of it, in the lot's unit; `None` for all of it.
    pub quantity: Option<Decimal>,
}

/// What the material review board decided at one time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BoardDecision {
    /// When.
    pub at: Time,
    /// What becomes of which lots, ascending.
    pub parts: Vec<DisposedPart>,
    /// Who decided.
    pub approvers: Vec<SmolStr>,
}

/// A nonconformance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonconformance {
    pub(crate) id: NonconformanceId,
    pub(crate) opened_at: Time,
    pub(crate) lots: BTreeSet<LotId>,
    pub(crate) order: Option<WorkOrderId>,
    pub(crate) quantity: Option<Quantity>,
    pub(crate) defect: SmolStr,
    pub(crate) severity: Severity,
    pub(crate) found_at_op: Option<OperationId>,
    /// What was done to set the lots aside: the first such report.
    pub(crate) contained: Option<Said>,
    /// When the board took it up, and took it up again.
    pub(crate) reviews: BTreeSet<Time>,
    /// Ascending by time.
    pub(crate) decisions: Vec<BoardDecision>,
    /// How the effect was checked: the last such report.
    pub(crate) verified: Option<Said>,
    pub(crate) closed: Option<Said>,
    /// It has an effect only as long as nothing was done.
    pub(crate) cancelled: Option<Said>,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
}

impl Nonconformance {
    /// Quality finds something that does not conform.
    pub(crate) fn open(
        body: &NonconformanceOpened,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<Nonconformance, Rejection> {
        if let Some(quantity) = &body.quantity {
            quantity.check("quantity")?;
        }
        let nonconformance = Nonconformance {
            id: body.nonconformance.clone(),
            opened_at: view.at,
            lots: body.lots.iter().cloned().collect(),
            order: body.order.clone(),
            quantity: body.quantity,
            defect: body.defect.clone(),
            severity: body.severity,
            found_at_op: body.found_at_op.clone(),
            contained: None,
            reviews: BTreeSet::new(),
            decisions: Vec::new(),
            verified: None,
            closed: None,
            cancelled: None,
            claims: Claims::default(),
            version: 0,
        };
        nonconformance.tell(effects);
        Ok(nonconformance)
    }

    /// The affected lots are set aside.
    pub(crate) fn contain(
        &mut self,
        body: &NonconformanceContained,
        at: Time,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.refuse_after_closing(at, "a containment")?;
        keep_first(&mut self.contained, at, &body.action);
        self.tell(effects);
        Ok(())
    }

    /// The material review board takes it up, or takes it up again: what it decided before that no
    /// longer counts.
    pub(crate) fn review(&mut self, at: Time, effects: &mut Effects) -> Result<(), Rejection> {
        const ACTION: &str = "a review";
        self.refuse_after_closing(at, ACTION)?;
        if self.reviews.len() >= DISPOSITIONS_MAX {
            return Err(self.wrong_state(ACTION));
        }
        self.reviews.insert(at);
        self.tell(effects);
        Ok(())
    }

    /// The material review board decides what becomes of lots.
    pub(crate) fn dispose(
        &mut self,
        body: &NonconformanceDispositioned,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "a disposition";
        self.refuse_after_closing(view.at, ACTION)?;
        if self.decisions.len() >= DISPOSITIONS_MAX {
            return Err(self.wrong_state(ACTION));
        }
        let mut decision = BoardDecision {
            at: view.at,
            parts: Vec::with_capacity(body.lots.len()),
            approvers: body.approvers.clone(),
        };
        for part in &body.lots {
            let lot = view.plant.lot(&part.lot);
            let lot = lot.ok_or_else(|| Rejection::NotKnown {
                object: EntityKey::Lot(part.lot.clone()),
                event: "mfg.nonconformance.dispositioned.v1",
            })?;
            let quantity = match part.quantity {
                Some(quantity) => {
                    quantity.check("lots.quantity")?;
                    let own = lot.in_own_unit(quantity, view, effects)?;
                    Some(own.value.value())
                }
                None => None,
            };
            decision.parts.push(DisposedPart {
                lot: part.lot.clone(),
                disposition: part.disposition,
                quantity,
            });
        }
        decision.parts.sort_unstable();
        let before = self.clone();
        if let Err(place) = self.decisions.binary_search(&decision) {
            self.decisions.insert(place, decision.clone());
        }
        let lots: BTreeSet<&LotId> = decision.parts.iter().map(|part| &part.lot).collect();
        for id in lots {
            let more = self.scrapped_of(id) - before.scrapped_of(id);
            if more > Decimal::ZERO
                && let Some(lot) = view.plant.lot(id)
                && let Err(short) = lot.require_on_hand(more)
            {
                *self = before;
                return Err(short);
            }
        }
        self.tell(effects);
        Ok(())
    }

    /// The effect of the disposition was checked. That needs a disposition from before, which may
    /// still come.
    pub(crate) fn verify(
        &mut self,
        body: &NonconformanceVerified,
        at: Time,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "a verification";
        self.refuse_after_closing(at, ACTION)?;
        if !self.decisions.iter().any(|decision| decision.at <= at) {
            return Err(self.not_yet(ACTION, "its disposition by QMS"));
        }
        keep_last(&mut self.verified, at, &body.verification);
        self.tell(effects);
        Ok(())
    }

    /// Quality closes it, when every lot that it affects has a disposition (R35) and the effect
    /// was checked. Both may still come.
    pub(crate) fn close(
        &mut self,
        body: &NonconformanceClosed,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "the closing";
        if !self.is_open() {
            return Err(self.wrong_state(ACTION));
        }
        let left = self.undisposed_lots(view.plant);
        if let Some(first) = left.first() {
            return Err(Rejection::from(QualityRejection::LotsUndisposed {
                nonconformance: self.id.clone(),
                lots: left.len(),
                first: (*first).clone(),
            }));
        }
        if let Some(verification) = &body.verification {
            keep_last(&mut self.verified, view.at, verification);
        } else if !self.is_verified() {
            return Err(self.not_yet(ACTION, "its verification by QMS"));
        }
        let reason = body.verification.clone().unwrap_or_default();
        let at = view.at;
        self.closed = Some(Said { at, reason });
        self.tell(effects);
        Ok(())
    }

    /// It was none.
    pub(crate) fn cancel(
        &mut self,
        body: &NonconformanceCancelled,
        at: Time,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.refuse_after_closing(at, "a cancellation")?;
        keep_first(&mut self.cancelled, at, &body.reason);
        self.tell(effects);
        Ok(())
    }

    /// Its lots and its order look at it anew; what was made from the lots hears of it from them.
    fn tell(&self, effects: &mut Effects) {
        let message = || Message::NonconformanceChanged(self.id.clone());
        let parts = self.decisions.iter().flat_map(|decision| &decision.parts);
        let lots: BTreeSet<&LotId> = self
            .lots
            .iter()
            .chain(parts.map(|part| &part.lot))
            .collect();
        for lot in lots {
            effects.tell(EntityKey::Lot(lot.clone()), message());
        }
        if let Some(order) = &self.order {
            effects.tell(EntityKey::WorkOrder(order.clone()), message());
        }
    }

    /// R02 for what happened after the closing.
    fn refuse_after_closing(&self, at: Time, action: &'static str) -> Result<(), Rejection> {
        match &self.closed {
            Some(closed) if at >= closed.at => Err(self.wrong_state(action)),
            _ => Ok(()),
        }
    }

    fn wrong_state(&self, action: &'static str) -> Rejection {
        Rejection::WrongState {
            object: EntityKey::Nonconformance(self.id.clone()).to_string(),
            state: self.state().as_str(),
            action,
            allowed: "another nonconformance",
        }
    }

    fn not_yet(&self, action: &'static str, until: &'static str) -> Rejection {
        Rejection::NotYet {
            object: EntityKey::Nonconformance(self.id.clone()),
            state: self.state().as_str().to_owned(),
            action,
            until,
        }
    }
}

/// Of two the first by its time counts, whichever arrives first.
fn keep_first(known: &mut Option<Said>, at: Time, text: &SmolStr) {
    let new = (at, text);
    if known
        .as_ref()
        .is_none_or(|known| new < (known.at, &known.reason))
    {
        let reason = text.clone();
        *known = Some(Said { at, reason });
    }
}

/// Of two the last by its time counts, whichever arrives last.
fn keep_last(known: &mut Option<Said>, at: Time, text: &SmolStr) {
    let new = (at, text);
    if known
        .as_ref()
        .is_none_or(|known| new > (known.at, &known.reason))
    {
        let reason = text.clone();
        *known = Some(Said { at, reason });
    }
}

/// Plain answers.
impl Nonconformance {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> &NonconformanceId {
        &self.id
    }

    /// When it was found.
    #[must_use]
    pub fn opened_at(&self) -> Time {
        self.opened_at
    }

    /// The lots that it names.
    #[must_use]
    pub fn lots(&self) -> &BTreeSet<LotId> {
        &self.lots
    }

    /// The order that it names: every lot made for it is affected.
    #[must_use]
    pub fn order(&self) -> Option<&WorkOrderId> {
        self.order.as_ref()
    }

    /// How much was found to be wrong.
    #[must_use]
    pub fn quantity(&self) -> Option<Quantity> {
        self.quantity
    }

    /// What is wrong.
    #[must_use]
    pub fn defect(&self) -> &SmolStr {
        &self.defect
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Where it was found.
    #[must_use]
    pub fn found_at_op(&self) -> Option<&OperationId> {
        self.found_at_op.as_ref()
    }

    /// When and how its lots were set aside.
    #[must_use]
    pub fn containment(&self) -> Option<&Said> {
        self.contained.as_ref()
    }

    /// When the material review board took it up, ascending.
    #[must_use]
    pub fn reviews(&self) -> &BTreeSet<Time> {
        &self.reviews
    }

    /// Everything that the board decided, ascending by time, what no longer counts included.
    #[must_use]
    pub fn decisions(&self) -> &[BoardDecision] {
        &self.decisions
    }

    /// When and how the effect was checked last, whatever came after.
    #[must_use]
    pub fn verification(&self) -> Option<&Said> {
        self.verified.as_ref()
    }

    /// When it was closed.
    #[must_use]
    pub fn closed_at(&self) -> Option<Time> {
        self.closed.as_ref().map(|closed| closed.at)
    }

    /// The cancellation, also one that has no effect because something was done.
    #[must_use]
    pub fn cancellation(&self) -> Option<&Said> {
        self.cancelled.as_ref()
    }
}
