//! Stored work orders.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::movement::{MovementState, restore_movements};
use super::reversal::{DocumentReversalState, ReversalState, restore_reversals};
use super::{ComponentState, OrderInspectionState};
use crate::document_reversal::DocumentedReports;
use crate::operation_facts::{Beside, Scrapped};
use crate::report_ledger::{Ledger, Report};
use crate::work_order::{Endings, Release};
use crate::{
    Abort, Claims, Closing, CountingSource, Decimal, Dispatch, GivenUp, HoldId, InspectionId,
    Interruption, LotId, MachineTally, Making, MaterialId, NonconformanceId, Operation,
    OperationId, OrderField, PagedMap, ReportId, Said, SetUp, Standstill, Tally, TechCompletion,
    Time, TimeWindow, Tolerance, Unit, WipDisposition, WorkCenterId, WorkOrder, WorkOrderId,
    WorkerId,
};

stored! {
    /// A stored [`Said`].
    SaidState of Said {
        at: Time,
        reason: SmolStr,
    } beside {}
}

stored! {
    /// A stored [`TechCompletion`].
    TechCompletionState of TechCompletion {
        at: Time,
        by: Option<SmolStr>,
        final_quantity: Option<Decimal>,
    } beside {}
}

stored! {
    /// A stored [`Closing`].
    ClosingState of Closing {
        at: Time,
        period: Option<SmolStr>,
    } beside {}
}

stored! {
    /// A stored [`Abort`].
    AbortState of Abort {
        at: Time,
        reason: SmolStr,
        wip_disposition: WipDisposition,
    } beside {}
}

stored! {
    /// A stored [`Dispatch`].
    DispatchState of Dispatch {
        at: Time,
        work_center: WorkCenterId,
        queue_pos: Option<u32>,
        planned_start: Option<Time>,
    } beside {}
}

stored! {
    /// A stored [`SetUp`].
    SetUpState of SetUp {
        at: Time,
        work_center: WorkCenterId,
        from: Option<SmolStr>,
        to: Option<SmolStr>,
        worker: Option<WorkerId>,
    } beside {}
}

stored! {
    /// A stored [`Standstill`].
    StandstillState of Standstill {
        at: Time,
        kind: Option<Interruption>,
        reason: SmolStr,
        hold: Option<HoldId>,
    } beside {}
}

stored! {
    /// A stored [`GivenUp`].
    GivenUpState of GivenUp {
        at: Time,
        reason: SmolStr,
        wip_disposition: Option<WipDisposition>,
    } beside {}
}

stored! {
    /// A stored [`MachineTally`].
    MachineTallyState of MachineTally {
        work_center: WorkCenterId,
        good: Decimal,
        scrap: Decimal,
    } beside {}
}

/// A stored report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct ReportState {
    pub id: [u8; 16],
    pub good: Decimal,
    pub scrap: Decimal,
    pub rework: Decimal,
    pub mrb: Decimal,
    pub start: Time,
    pub end: Time,
    pub epoch: Option<u32>,
    pub completes: bool,
    pub is_final: bool,
    /// When, by which event and why it was taken back.
    pub reversed: Option<ReversalState>,
    /// Scrap by reason.
    pub scrapped: Vec<(SmolStr, Decimal)>,
}

/// A stored [`Operation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct OperationState {
    pub id: OperationId,
    pub position: Option<u32>,
    pub planned_work_center: Option<WorkCenterId>,
    pub predecessors: Vec<OperationId>,
    pub overlap: bool,
    pub delivers: bool,
    pub inspection_point: bool,
    pub quantity: Option<Decimal>,
    pub setup_s: Option<u32>,
    pub run_s_per_unit: Option<Decimal>,
    pub start: Option<(Time, WorkCenterId)>,
    pub reported_at: Option<(Time, WorkCenterId)>,
    pub worker: Option<(Time, WorkerId)>,
    pub worked: Option<TimeWindow>,
    pub reports: Vec<ReportState>,
    pub dispatch: Option<DispatchState>,
    pub set_up: Option<SetUpState>,
    pub standstill: Option<StandstillState>,
    pub given_up: Option<GivenUpState>,
    pub machines: Vec<MachineTallyState>,
}

/// A stored [`WorkOrder`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct WorkOrderState {
    pub id: WorkOrderId,
    pub material: MaterialId,
    pub unit: Unit,
    pub ordered: Decimal,
    pub tolerance: Tolerance,
    pub routing_version: Option<SmolStr>,
    pub bom_version: Option<SmolStr>,
    pub planned_start: Option<Time>,
    pub planned_end: Option<Time>,
    pub priority: i32,
    pub sales_order: Option<SmolStr>,
    pub counting: CountingSource,
    /// When it was released, for how much, whether with operations, and when and why that was
    /// taken back.
    pub release: Option<(Time, Option<Decimal>, bool, Option<SaidState>)>,
    pub components: Vec<ComponentState>,
    pub changed: Vec<(OrderField, Time)>,
    pub cancelled: Option<SaidState>,
    pub tech_completed: Option<TechCompletionState>,
    pub closed: Option<ClosingState>,
    pub aborted: Option<AbortState>,
    pub documents: Vec<(SmolStr, Vec<[u8; 16]>)>,
    pub reversed_documents: Vec<DocumentReversalState>,
    pub operations: Vec<OperationState>,
    pub movements: Vec<MovementState>,
    pub reversed_movements: Vec<DocumentReversalState>,
    pub lots: PagedMap<LotId, Time>,
    pub makings: BTreeMap<OperationId, Making>,
    pub holds: BTreeSet<HoldId>,
    pub inspections: BTreeMap<InspectionId, OrderInspectionState>,
    pub nonconformances: BTreeSet<NonconformanceId>,
    pub found: BTreeSet<NonconformanceId>,
    pub claims: Claims,
}

fn stored_report(report: &Report, beside: Option<&Beside>) -> ReportState {
    let reversal = beside.and_then(|beside| beside.reversals.get(&report.id));
    ReportState {
        id: report.id.0,
        good: report.tally.good,
        scrap: report.tally.scrap,
        rework: report.tally.rework,
        mrb: report.tally.mrb,
        start: report.start,
        end: report.end,
        epoch: report.epoch,
        completes: report.completes,
        is_final: report.is_final,
        reversed: reversal.filter(|_| report.reversed).map(Into::into),
        scrapped: beside
            .into_iter()
            .flat_map(|beside| scrapped_of(beside, report.id))
            .map(|part| (part.reason.clone(), part.quantity))
            .collect(),
    }
}

fn scrapped_of(beside: &Beside, report: ReportId) -> impl Iterator<Item = &Scrapped> {
    let place = beside.scrapped.place(|part| part.report < report);
    let parts = beside.scrapped.from(place);
    parts.take_while(move |part| part.report == report)
}

fn stored_documents(documents: &DocumentedReports) -> Vec<(SmolStr, Vec<[u8; 16]>)> {
    let mut stored: Vec<(SmolStr, Vec<[u8; 16]>)> = Vec::new();
    for (document, report) in documents.iter() {
        match stored.last_mut() {
            Some((known, reports)) if known == document => reports.push(report.0),
            _ => stored.push((document.clone(), vec![report.0])),
        }
    }
    stored
}

impl ReportState {
    fn restore(self, beside: &mut Beside) -> Report {
        let id = ReportId(self.id);
        for (reason, quantity) in self.scrapped {
            let part = Scrapped {
                report: id,
                reason,
                quantity,
            };
            let place = beside.scrapped.place(|known| *known <= part);
            beside.scrapped.insert(place, part);
        }
        let reversed = self.reversed.is_some();
        if let Some(reversal) = self.reversed {
            beside.reversals.insert(id, reversal.restore());
        }
        Report {
            id,
            tally: Tally {
                good: self.good,
                scrap: self.scrap,
                rework: self.rework,
                mrb: self.mrb,
            },
            start: self.start,
            end: self.end,
            epoch: self.epoch,
            completes: self.completes,
            is_final: self.is_final,
            reversed,
        }
    }
}

impl From<&Operation> for OperationState {
    fn from(operation: &Operation) -> OperationState {
        let beside = operation.beside.as_deref();
        OperationState {
            id: operation.id.clone(),
            position: operation.position,
            planned_work_center: operation.planned_work_center.clone(),
            predecessors: operation.predecessors.to_vec(),
            overlap: operation.overlap,
            delivers: operation.delivers,
            inspection_point: operation.inspection_point,
            quantity: operation.quantity,
            setup_s: operation.setup_s,
            run_s_per_unit: operation.run_s_per_unit,
            start: operation.start.clone(),
            reported_at: operation.reported_at.clone(),
            worker: operation.worker.clone(),
            worked: operation.worked,
            reports: operation
                .ledger
                .reports()
                .map(|report| stored_report(report, beside))
                .collect(),
            dispatch: beside.and_then(|b| b.dispatch.as_ref().map(DispatchState::from)),
            set_up: beside.and_then(|b| b.set_up.as_ref().map(SetUpState::from)),
            standstill: beside.and_then(|b| b.standstill.as_ref().map(StandstillState::from)),
            given_up: beside.and_then(|b| b.given_up.as_ref().map(GivenUpState::from)),
            machines: operation
                .machines()
                .iter()
                .map(MachineTallyState::from)
                .collect(),
        }
    }
}

impl OperationState {
    fn restore(self, counting: CountingSource) -> Operation {
        let mut beside = Beside {
            dispatch: self.dispatch.map(DispatchState::restore),
            set_up: self.set_up.map(SetUpState::restore),
            standstill: self.standstill.map(StandstillState::restore),
            given_up: self.given_up.map(GivenUpState::restore),
            machines: self
                .machines
                .into_iter()
                .map(MachineTallyState::restore)
                .collect(),
            ..Beside::default()
        };
        let reports = self
            .reports
            .into_iter()
            .map(|report| report.restore(&mut beside))
            .collect();
        Operation {
            id: self.id,
            position: self.position,
            planned_work_center: self.planned_work_center,
            predecessors: self.predecessors.into(),
            overlap: self.overlap,
            delivers: self.delivers,
            inspection_point: self.inspection_point,
            quantity: self.quantity,
            setup_s: self.setup_s,
            run_s_per_unit: self.run_s_per_unit,
            counting,
            start: self.start,
            reported_at: self.reported_at,
            worker: self.worker,
            worked: self.worked,
            ledger: Ledger::of(reports),
            beside: (beside != Beside::default()).then(|| Arc::new(beside)),
        }
    }
}

impl From<&WorkOrder> for WorkOrderState {
    fn from(order: &WorkOrder) -> WorkOrderState {
        let endings = order.endings.as_deref();
        WorkOrderState {
            id: order.id.clone(),
            material: order.material.clone(),
            unit: order.unit,
            ordered: order.ordered,
            tolerance: order.tolerance,
            routing_version: order.routing_version.clone(),
            bom_version: order.bom_version.clone(),
            planned_start: order.planned_start,
            planned_end: order.planned_end,
            priority: order.priority,
            sales_order: order.sales_order.clone(),
            counting: order.counting,
            release: order.release.as_ref().map(|release| {
                let withdrawn = release.withdrawn.as_ref().map(SaidState::from);
                (
                    release.at,
                    release.quantity,
                    release.has_operations,
                    withdrawn,
                )
            }),
            components: order.components.iter().map(ComponentState::from).collect(),
            changed: order.changed.iter().map(|(a, b)| (*a, *b)).collect(),
            cancelled: endings.and_then(|e| e.cancelled.as_ref().map(SaidState::from)),
            tech_completed: endings
                .and_then(|e| e.tech_completed.as_ref().map(TechCompletionState::from)),
            closed: endings.and_then(|e| e.closed.as_ref().map(ClosingState::from)),
            aborted: endings.and_then(|e| e.aborted.as_ref().map(AbortState::from)),
            documents: stored_documents(&order.documents),
            operations: order
                .operations
                .iter()
                .map(|operation| OperationState::from(&**operation))
                .collect(),
            reversed_documents: order.reversed_documents.iter().map(Into::into).collect(),
            movements: order.movement_list().iter().map(Into::into).collect(),
            reversed_movements: order
                .movements()
                .into_iter()
                .flat_map(|moved| moved.reversed_documents.iter())
                .map(Into::into)
                .collect(),
            lots: order.lots.clone(),
            makings: BTreeMap::clone(&order.makings),
            holds: order.holds.clone(),
            nonconformances: order.nonconformances.clone(),
            found: order.found.clone(),
            inspections: order
                .inspections
                .iter()
                .map(|(id, it)| (id.clone(), it.into()))
                .collect(),
            claims: order.claims.clone(),
        }
    }
}

impl WorkOrderState {
    pub(super) fn restore(self, version: u64) -> WorkOrder {
        let endings = Endings {
            cancelled: self.cancelled.map(SaidState::restore),
            tech_completed: self.tech_completed.map(TechCompletionState::restore),
            closed: self.closed.map(ClosingState::restore),
            aborted: self.aborted.map(AbortState::restore),
        };
        let documents = self
            .documents
            .into_iter()
            .flat_map(|(name, ids)| ids.into_iter().map(move |id| (name.clone(), ReportId(id))));
        let documents = documents.collect();
        let counting = self.counting;
        WorkOrder {
            id: self.id,
            material: self.material,
            unit: self.unit,
            ordered: self.ordered,
            tolerance: self.tolerance,
            routing_version: self.routing_version,
            bom_version: self.bom_version,
            planned_start: self.planned_start,
            planned_end: self.planned_end,
            priority: self.priority,
            sales_order: self.sales_order,
            counting,
            release: self
                .release
                .map(|(at, quantity, has_operations, withdrawn)| Release {
                    at,
                    quantity,
                    has_operations,
                    withdrawn: withdrawn.map(SaidState::restore),
                }),
            components: self
                .components
                .into_iter()
                .map(ComponentState::restore)
                .collect(),
            changed: self.changed.into_iter().collect(),
            endings: (endings != Endings::default()).then(|| Arc::new(endings)),
            documents,
            operations: self
                .operations
                .into_iter()
                .map(|operation| Arc::new(operation.restore(counting)))
                .collect(),
            reversed_documents: restore_reversals(self.reversed_documents),
            moved: restore_movements(self.movements, self.reversed_movements),
            lots: self.lots,
            makings: Arc::new(self.makings),
            holds: self.holds,
            nonconformances: self.nonconformances,
            found: self.found,
            inspections: self
                .inspections
                .into_iter()
                .map(|(id, it)| (id, it.restore()))
                .collect(),
            claims: self.claims,
            version,
        }
    }
}
