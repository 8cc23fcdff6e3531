//! The stored form of inspections, and of what lots and orders know of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{
    HeritageState, LotNonconformanceState, SaidState, StatusChangeState, WorkGivenUpState,
};
use crate::{
    Amount, Characteristic, Claims, DecidedPart, Decimal, Inspection, InspectionDecision,
    InspectionId, InspectionResult, LotDecision, LotId, LotInspection, LotQuality,
    NonconformanceId, OperationId, OrderInspection, Quantity, Shared, Signature, Time, Unit, Usage,
    UsageDecision, Verdict, WorkOrderId,
};

stored! {
    /// A stored [`Characteristic`].
    CharacteristicState of Characteristic {
        name: SmolStr,
        unit: Option<Unit>,
        lower: Option<Amount>,
        upper: Option<Amount>,
    } beside {}
}

stored! {
    /// A stored [`InspectionResult`].
    InspectionResultState of InspectionResult {
        at: Time,
        verdict: Verdict,
        values: Vec<Amount>,
        unit: Option<Unit>,
        instrument: Option<SmolStr>,
    } beside {}
}

stored! {
    /// A stored [`DecidedPart`].
    DecidedPartState of DecidedPart {
        decision: UsageDecision,
        quantity: Decimal,
        of_lot: Decimal,
        code: Option<SmolStr>,
    } beside {}
}

stored! {
    /// A stored [`OrderInspection`].
    OrderInspectionState of OrderInspection {
        op: Option<OperationId>,
        undecided: bool,
    } beside {}
}

stored! {
    /// A stored [`LotDecision`].
    LotDecisionState of LotDecision {
        at: Time,
        parts: Vec<(UsageDecision, Decimal)>,
    } beside {}
}

/// A stored [`InspectionDecision`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct InspectionDecisionState {
    pub at: Time,
    pub parts: Vec<DecidedPartState>,
    pub unit: Unit,
    pub by: SmolStr,
    pub signature: Option<Signature>,
}

impl From<&InspectionDecision> for InspectionDecisionState {
    fn from(decision: &InspectionDecision) -> InspectionDecisionState {
        InspectionDecisionState {
            at: decision.at,
            parts: decision.parts.iter().map(DecidedPartState::from).collect(),
            unit: decision.unit,
            by: decision.by.clone(),
            signature: decision.signature.clone(),
        }
    }
}

impl InspectionDecisionState {
    fn restore(self) -> InspectionDecision {
        let parts = self.parts.into_iter();
        InspectionDecision {
            at: self.at,
            parts: parts.map(DecidedPartState::restore).collect(),
            unit: self.unit,
            by: self.by,
            signature: self.signature,
        }
    }
}

/// A stored [`Inspection`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct InspectionState {
    pub id: InspectionId,
    pub created_at: Time,
    pub lot: Option<LotId>,
    pub order: Option<WorkOrderId>,
    pub op: Option<OperationId>,
    pub plan_version: Option<SmolStr>,
    pub quantity: Option<Quantity>,
    pub sample_size: Option<u32>,
    pub blocking: bool,
    pub characteristics: Vec<CharacteristicState>,
    pub lot_known: bool,
    pub followed: bool,
    pub results: BTreeMap<SmolStr, InspectionResultState>,
    pub completed_at: Option<Time>,
    pub decisions: Vec<InspectionDecisionState>,
    pub reopenings: Vec<(Time, SmolStr)>,
    pub cancelled: Option<SaidState>,
    pub claims: Claims,
}

impl From<&Inspection> for InspectionState {
    fn from(inspection: &Inspection) -> InspectionState {
        let results = inspection.results.iter();
        InspectionState {
            id: inspection.id.clone(),
            created_at: inspection.created_at,
            lot: inspection.lot.clone(),
            order: inspection.order.clone(),
            op: inspection.op.clone(),
            plan_version: inspection.plan_version.clone(),
            quantity: inspection.quantity,
            sample_size: inspection.sample_size,
            blocking: inspection.blocking,
            characteristics: inspection
                .characteristics
                .iter()
                .map(CharacteristicState::from)
                .collect(),
            lot_known: inspection.lot_known,
            followed: inspection.followed,
            results: results
                .map(|(name, result)| (name.clone(), result.into()))
                .collect(),
            completed_at: inspection.completed_at,
            decisions: inspection
                .decisions
                .iter()
                .map(InspectionDecisionState::from)
                .collect(),
            reopenings: inspection.reopenings.iter().cloned().collect(),
            cancelled: inspection.cancelled.as_ref().map(SaidState::from),
            claims: inspection.claims.clone(),
        }
    }
}

impl InspectionState {
    pub(super) fn restore(self, version: u64) -> Inspection {
        let characteristics = self.characteristics.into_iter();
        let results = self.results.into_iter();
        let decisions = self.decisions.into_iter();
        Inspection {
            id: self.id,
            created_at: self.created_at,
            lot: self.lot,
            order: self.order,
            op: self.op,
            plan_version: self.plan_version,
            quantity: self.quantity,
            sample_size: self.sample_size,
            blocking: self.blocking,
            characteristics: characteristics.map(CharacteristicState::restore).collect(),
            lot_known: self.lot_known,
            followed: self.followed,
            results: results
                .map(|(name, result)| (name, result.restore()))
                .collect(),
            completed_at: self.completed_at,
            decisions: decisions.map(InspectionDecisionState::restore).collect(),
            reopenings: self.reopenings.into_iter().collect(),
            cancelled: self.cancelled.map(SaidState::restore),
            claims: self.claims,
            version,
        }
    }
}

/// A stored [`LotInspection`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct LotInspectionState {
    pub asked: Time,
    pub undecided: bool,
    pub blocking: bool,
    pub quantity: Option<Quantity>,
    pub decision: Option<LotDecisionState>,
}

impl From<&LotInspection> for LotInspectionState {
    fn from(inspection: &LotInspection) -> LotInspectionState {
        LotInspectionState {
            asked: inspection.asked,
            undecided: inspection.undecided,
            blocking: inspection.blocking,
            quantity: inspection.quantity,
            decision: inspection.decision.as_ref().map(LotDecisionState::from),
        }
    }
}

impl LotInspectionState {
    fn restore(self) -> LotInspection {
        LotInspection {
            asked: self.asked,
            undecided: self.undecided,
            blocking: self.blocking,
            quantity: self.quantity,
            decision: self.decision.map(LotDecisionState::restore),
        }
    }
}

/// Stored [`LotQuality`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct LotQualityState {
    pub inspections: BTreeMap<InspectionId, LotInspectionState>,
    pub nonconformances: BTreeMap<NonconformanceId, LotNonconformanceState>,
    pub status_changes: Vec<StatusChangeState>,
    pub heritage: HeritageState,
    pub partings: Vec<((LotId, Usage, Time), Decimal)>,
    pub work_given_up: BTreeMap<WorkOrderId, WorkGivenUpState>,
}

impl From<&Option<Shared<LotQuality>>> for LotQualityState {
    fn from(quality: &Option<Shared<LotQuality>>) -> LotQualityState {
        let quality = quality.as_deref();
        let inspections = quality.iter().flat_map(|quality| &quality.inspections);
        let nonconformances = quality.iter().flat_map(|quality| &quality.nonconformances);
        let changes = quality.iter().flat_map(|quality| &quality.status_changes);
        let partings = quality.iter().flat_map(|quality| &quality.partings);
        let work = quality.iter().flat_map(|quality| &quality.work_given_up);
        LotQualityState {
            inspections: inspections
                .map(|(id, it)| (id.clone(), it.into()))
                .collect(),
            nonconformances: nonconformances
                .map(|(id, it)| (id.clone(), it.into()))
                .collect(),
            status_changes: changes.map(StatusChangeState::from).collect(),
            heritage: quality.map_or_else(HeritageState::default, |it| (&it.heritage).into()),
            partings: partings.map(|(to, much)| (to.clone(), *much)).collect(),
            work_given_up: work.map(|(id, it)| (id.clone(), it.into())).collect(),
        }
    }
}

impl LotQualityState {
    pub(super) fn restore(self) -> Option<Shared<LotQuality>> {
        let inspections = self.inspections.into_iter();
        let nonconformances = self.nonconformances.into_iter();
        let changes = self.status_changes.into_iter();
        let partings = self.partings.into_iter();
        let work = self.work_given_up.into_iter();
        let quality = LotQuality {
            inspections: inspections.map(|(id, it)| (id, it.restore())).collect(),
            nonconformances: nonconformances.map(|(id, it)| (id, it.restore())).collect(),
            status_changes: changes.map(StatusChangeState::restore).collect(),
            heritage: self.heritage.restore(),
            partings: partings.collect(),
            work_given_up: work.map(|(id, it)| (id, it.restore())).collect(),
        };
        (quality != LotQuality::default()).then(|| Shared::new(quality))
    }
}
