//! One operation of a work order: OPC UA ISA-95 job control states, computed from what was
//! reported.

use rust_decimal::Decimal;

use crate::{
    Amount, JobState, OperationId, OperationReport, PlannedOperation, Time, WorkCenterId, WorkerId,
};

/// State of an operation: that of a job (OPC 10031-4), and one that the standard lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationState {
    /// As the standard has it.
    Job(JobState),
    /// Left out before it started.
    Skipped,
}

impl OperationState {
    /// The state's name in answers and streams, without the sub-state.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            OperationState::Job(job) => job.as_str(),
            OperationState::Skipped => "skipped",
        }
    }

    /// The sub-state's name in answers and streams, where there is one.
    #[must_use]
    pub fn sub_state(self) -> Option<&'static str> {
        match self {
            OperationState::Job(job) => job.sub_state(),
            OperationState::Skipped => None,
        }
    }

    /// Whether the operation may start now.
    #[must_use]
    pub fn may_start(self) -> bool {
        matches!(self, OperationState::Job(JobState::AllowedToStart(_)))
    }
}

/// One operation with what was planned and what was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub(crate) id: OperationId,
    /// Position in the released routing; `None` for operations learned from reports.
    pub(crate) position: Option<u32>,
    pub(crate) planned_work_center: Option<WorkCenterId>,
    pub(crate) work_center: Option<WorkCenterId>,
    pub(crate) predecessors: Vec<OperationId>,
    pub(crate) delivers: bool,
    pub(crate) setup_s: Option<u32>,
    pub(crate) run_s_per_unit: Option<Decimal>,
    pub(crate) worker: Option<WorkerId>,
    pub(crate) good: Decimal,
    pub(crate) scrap: Decimal,
    pub(crate) rework: Decimal,
    pub(crate) mrb: Decimal,
    /// Whether the start itself was reported, and not only implied by a report.
    pub(crate) start_reported: bool,
    pub(crate) started_at: Option<Time>,
    pub(crate) last_report_at: Option<Time>,
    pub(crate) ended_at: Option<Time>,
}

impl Operation {
    /// An operation of a released routing, at `position`.
    pub(crate) fn planned(plan: &PlannedOperation, position: u32) -> Operation {
        Operation {
            position: Some(position),
            planned_work_center: plan.work_center.clone(),
            predecessors: plan.predecessors.clone(),
            delivers: plan.delivers,
            setup_s: plan.setup_s,
            run_s_per_unit: plan.run_s_per_unit.map(Amount::value),
            ..Operation::learned(plan.op.clone())
        }
    }

    /// An operation that no routing announced.
    pub(crate) fn learned(id: OperationId) -> Operation {
        Operation {
            id,
            position: None,
            planned_work_center: None,
            work_center: None,
            predecessors: Vec::new(),
            delivers: false,
            setup_s: None,
            run_s_per_unit: None,
            worker: None,
            good: Decimal::ZERO,
            scrap: Decimal::ZERO,
            rework: Decimal::ZERO,
            mrb: Decimal::ZERO,
            start_reported: false,
            started_at: None,
            last_report_at: None,
            ended_at: None,
        }
    }

    /// Adds a report's quantities and times.
    pub(crate) fn add(&mut self, report: &OperationReport, at: Time) {
        self.good += report.good.value();
        self.scrap += report.scrap.value();
        self.rework += report.rework.value();
        self.mrb += report.mrb.value();
        self.delivers |= report.delivers == Some(true);
        self.note_start(report.start.unwrap_or(at));
        let end = report.end.unwrap_or(at);
        // Who reported last is who worked last; of two at the same time, the same one always.
        let later = self.last_report_at.is_none_or(|last| end > last);
        let as_late = self.last_report_at == Some(end) && report.worker > self.worker;
        if report.worker.is_some() && (later || as_late) {
            self.worker.clone_from(&report.worker);
        }
        self.last_report_at = Some(self.last_report_at.map_or(end, |known| known.max(end)));
    }

    /// The earliest start counts, in whatever order the reports come.
    pub(crate) fn note_start(&mut self, start: Time) {
        self.started_at = Some(self.started_at.map_or(start, |known| known.min(start)));
    }

    /// Operation number.
    #[must_use]
    pub fn id(&self) -> &OperationId {
        &self.id
    }

    /// Place in the routing, from 0; `None` when learned from reports.
    #[must_use]
    pub fn position(&self) -> Option<u32> {
        self.position
    }

    /// Where it runs or ran, or else is planned to.
    #[must_use]
    pub fn work_center(&self) -> Option<&WorkCenterId> {
        self.work_center
            .as_ref()
            .or(self.planned_work_center.as_ref())
    }

    /// Operations that must have something ready first.
    #[must_use]
    pub fn predecessors(&self) -> &[OperationId] {
        &self.predecessors
    }

    /// Whether its good quantity counts as delivered by the order.
    #[must_use]
    pub fn delivers(&self) -> bool {
        self.delivers
    }

    /// Planned setup time, seconds.
    #[must_use]
    pub fn setup_s(&self) -> Option<u32> {
        self.setup_s
    }

    /// Planned run time per unit, seconds.
    #[must_use]
    pub fn run_s_per_unit(&self) -> Option<Decimal> {
        self.run_s_per_unit
    }

    /// Who worked on it last.
    #[must_use]
    pub fn worker(&self) -> Option<&WorkerId> {
        self.worker.as_ref()
    }

    /// Good quantity reported, in the order's unit.
    #[must_use]
    pub fn good(&self) -> Decimal {
        self.good
    }

    /// Scrapped quantity, in the order's unit.
    #[must_use]
    pub fn scrap(&self) -> Decimal {
        self.scrap
    }

    /// Quantity to be reworked, in the order's unit.
    #[must_use]
    pub fn rework(&self) -> Decimal {
        self.rework
    }

    /// Quantity waiting for the material review board, in the order's unit.
    #[must_use]
    pub fn mrb(&self) -> Decimal {
        self.mrb
    }

    /// First known start.
    #[must_use]
    pub fn started_at(&self) -> Option<Time> {
        self.started_at
    }

    /// End of the latest reported work.
    #[must_use]
    pub fn last_report_at(&self) -> Option<Time> {
        self.last_report_at
    }

    /// When it was completed.
    #[must_use]
    pub fn ended_at(&self) -> Option<Time> {
        self.ended_at
    }

    /// Whether it has started and not ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.started_at.is_some() && self.ended_at.is_none()
    }

    /// Whether something of it can be worked on by its successors.
    pub(crate) fn has_something_ready(&self) -> bool {
        self.ended_at.is_some() || self.good > Decimal::ZERO
    }
}
