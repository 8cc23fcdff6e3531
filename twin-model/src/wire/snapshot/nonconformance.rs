//! The stored form of nonconformances, of what lots know of them, and of changes of usage status.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::SaidState;
use crate::{
    Affected, BoardDecision, Claims, Decimal, Disposed, DisposedPart, EntityKey, LotDisposition,
    LotId, LotNonconformance, Nonconformance, NonconformanceId, OperationId, Quantity, ReportId,
    Severity, StatusChange, Time, Usage, WorkOrderId,
};

stored! {
    /// A stored [`DisposedPart`].
    DisposedPartState of DisposedPart {
        lot: LotId,
        disposition: LotDisposition,
        quantity: Option<Decimal>,
    } beside {}
}

stored! {
    /// A stored [`Affected`].
    AffectedState of Affected {
        steps: u32,
        from: EntityKey,
    } beside {}
}

stored! {
    /// A stored [`Disposed`].
    DisposedState of Disposed {
        at: Time,
        parts: Vec<(LotDisposition, Option<Decimal>)>,
    } beside {}
}

/// A stored [`BoardDecision`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct BoardDecisionState {
    pub at: Time,
    pub parts: Vec<DisposedPartState>,
    pub approvers: Vec<SmolStr>,
}

impl From<&BoardDecision> for BoardDecisionState {
    fn from(decision: &BoardDecision) -> BoardDecisionState {
        BoardDecisionState {
            at: decision.at,
            parts: decision.parts.iter().map(DisposedPartState::from).collect(),
            approvers: decision.approvers.clone(),
        }
    }
}

impl BoardDecisionState {
    fn restore(self) -> BoardDecision {
        let parts = self.parts.into_iter();
        BoardDecision {
            at: self.at,
            parts: parts.map(DisposedPartState::restore).collect(),
            approvers: self.approvers,
        }
    }
}

/// A stored [`Nonconformance`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct NonconformanceState {
    pub id: NonconformanceId,
    pub opened_at: Time,
    pub lots: BTreeSet<LotId>,
    pub order: Option<WorkOrderId>,
    pub quantity: Option<Quantity>,
    pub defect: SmolStr,
    pub severity: Severity,
    pub found_at_op: Option<OperationId>,
    pub contained: Option<SaidState>,
    pub reviews: BTreeSet<Time>,
    pub decisions: Vec<BoardDecisionState>,
    pub verified: Option<SaidState>,
    pub closed: Option<SaidState>,
    pub cancelled: Option<SaidState>,
    pub claims: Claims,
}

impl From<&Nonconformance> for NonconformanceState {
    fn from(found: &Nonconformance) -> NonconformanceState {
        NonconformanceState {
            id: found.id.clone(),
            opened_at: found.opened_at,
            lots: found.lots.clone(),
            order: found.order.clone(),
            quantity: found.quantity,
            defect: found.defect.clone(),
            severity: found.severity,
            found_at_op: found.found_at_op.clone(),
            contained: found.contained.as_ref().map(SaidState::from),
            reviews: found.reviews.clone(),
            decisions: found
                .decisions
                .iter()
                .map(BoardDecisionState::from)
                .collect(),
            verified: found.verified.as_ref().map(SaidState::from),
            closed: found.closed.as_ref().map(SaidState::from),
            cancelled: found.cancelled.as_ref().map(SaidState::from),
            claims: found.claims.clone(),
        }
    }
}

impl NonconformanceState {
    pub(super) fn restore(self, version: u64) -> Nonconformance {
        let decisions = self.decisions.into_iter();
        Nonconformance {
            id: self.id,
            opened_at: self.opened_at,
            lots: self.lots,
            order: self.order,
            quantity: self.quantity,
            defect: self.defect,
            severity: self.severity,
            found_at_op: self.found_at_op,
            contained: self.contained.map(SaidState::restore),
            reviews: self.reviews,
            decisions: decisions.map(BoardDecisionState::restore).collect(),
            verified: self.verified.map(SaidState::restore),
            closed: self.closed.map(SaidState::restore),
            cancelled: self.cancelled.map(SaidState::restore),
            claims: self.claims,
            version,
        }
    }
}

/// A stored [`LotNonconformance`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct LotNonconformanceState {
    pub affected: Option<AffectedState>,
    pub disposed: Option<DisposedState>,
}

impl From<&LotNonconformance> for LotNonconformanceState {
    fn from(known: &LotNonconformance) -> LotNonconformanceState {
        LotNonconformanceState {
            affected: known.affected.as_ref().map(AffectedState::from),
            disposed: known.disposed.as_ref().map(DisposedState::from),
        }
    }
}

impl LotNonconformanceState {
    pub(super) fn restore(self) -> LotNonconformance {
        LotNonconformance {
            affected: self.affected.map(AffectedState::restore),
            disposed: self.disposed.map(DisposedState::restore),
        }
    }
}

/// A stored [`StatusChange`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct StatusChangeState {
    pub at: Time,
    pub report: [u8; 16],
    pub from: Usage,
    pub to: Usage,
    pub quantity: Option<Decimal>,
    pub movement_type: Option<SmolStr>,
    pub decision: Option<SmolStr>,
}

impl From<&StatusChange> for StatusChangeState {
    fn from(change: &StatusChange) -> StatusChangeState {
        StatusChangeState {
            at: change.at,
            report: change.report.0,
            from: change.from,
            to: change.to,
            quantity: change.quantity,
            movement_type: change.movement_type.clone(),
            decision: change.decision.clone(),
        }
    }
}

impl StatusChangeState {
    pub(super) fn restore(self) -> StatusChange {
        StatusChange {
            at: self.at,
            report: ReportId(self.report),
            from: self.from,
            to: self.to,
            quantity: self.quantity,
            movement_type: self.movement_type,
            decision: self.decision,
        }
    }
}
