//! One operation of a work order: what was planned, and the facts that were told of it. Its state
//! is computed ([`crate::order_axes`]).

use std::sync::Arc;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::operation_facts::{Beside, Scrapped};
use crate::report_ledger::{Ledger, Tally};
use crate::{
    Amount, CountingSource, Dispatch, GivenUp, JobState, MachineTally, OperationId,
    PlannedOperation, SetUp, Standstill, Time, TimeWindow, WorkCenterId, WorkerId,
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
    pub(crate) predecessors: Arc<[OperationId]>,
    pub(crate) overlap: bool,
    pub(crate) delivers: bool,
    pub(crate) inspection_point: bool,
    pub(crate) quantity: Option<Decimal>,
    pub(crate) setup_s: Option<u32>,
    pub(crate) run_s_per_unit: Option<Decimal>,
    /// The order's, kept here so that an operation can say what it has made.
    pub(crate) counting: CountingSource,
    /// The start itself, with its place, as far as it was reported and is not only implied.
    pub(crate) start: Option<(Time, WorkCenterId)>,
    /// The place that the earliest report names, with the start that it tells.
    pub(crate) reported_at: Option<(Time, WorkCenterId)>,
    /// Who worked on it last, with the end of that work.
    pub(crate) worker: Option<(Time, WorkerId)>,
    pub(crate) ledger: Ledger,
    /// From the first to the last that was told of work on it, what was taken back since included.
    pub(crate) worked: Option<TimeWindow>,
    pub(crate) beside: Option<Arc<Beside>>,
}

impl Operation {
    /// An operation of a released routing, at `position`.
    pub(crate) fn planned(
        plan: &PlannedOperation,
        position: u32,
        counting: CountingSource,
    ) -> Operation {
        let mut operation = Operation::learned(plan.op.clone(), counting);
        operation.plan(plan, position);
        operation
    }

    /// Takes over what a release plans for the operation.
    pub(crate) fn plan(&mut self, plan: &PlannedOperation, position: u32) {
        self.position = Some(position);
        self.planned_work_center.clone_from(&plan.work_center);
        self.predecessors = plan.predecessors.clone().into();
        self.overlap = plan.overlap;
        self.delivers |= plan.delivers;
        self.inspection_point = plan.inspection_point;
        self.quantity = plan.quantity.map(Amount::value);
        self.setup_s = plan.setup_s;
        self.run_s_per_unit = plan.run_s_per_unit.map(Amount::value);
    }

    /// An operation that no routing announced.
    pub(crate) fn learned(id: OperationId, counting: CountingSource) -> Operation {
        Operation {
            id,
            position: None,
            planned_work_center: None,
            predecessors: Arc::default(),
            overlap: false,
            delivers: false,
            inspection_point: false,
            quantity: None,
            setup_s: None,
            run_s_per_unit: None,
            counting,
            start: None,
            reported_at: None,
            worker: None,
            ledger: Ledger::default(),
            worked: None,
            beside: None,
        }
    }

    pub(crate) fn beside_mut(&mut self) -> &mut Beside {
        Arc::make_mut(self.beside.get_or_insert_default())
    }

    /// Who reported last is who worked last; of two at the same time, the same one always.
    pub(crate) fn note_worker(&mut self, worker: Option<&WorkerId>, at: Time) {
        let Some(worker) = worker else { return };
        let known = self.worker.as_ref().map(|(at, worker)| (*at, worker));
        if known.is_none_or(|known| known < (at, worker)) {
            self.worker = Some((at, worker.clone()));
        }
    }

    /// The earliest report that names a place counts.
    pub(crate) fn note_place(&mut self, center: &WorkCenterId, at: Time) {
        let known = self.reported_at.as_ref().map(|(at, center)| (*at, center));
        if known.is_none_or(|known| (at, center) < known) {
            self.reported_at = Some((at, center.clone()));
        }
    }

    /// Takes what one machine has made of it, in all. A machine says so again and again; one that
    /// turns out to have made nothing is as if it had never counted.
    pub(crate) fn note_machine(&mut self, told: MachineTally) {
        let nothing = told.good.is_zero() && told.scrap.is_zero();
        if nothing && self.machines().is_empty() {
            return;
        }
        let machines = &mut self.beside_mut().machines;
        match machines.binary_search_by(|known| known.work_center.cmp(&told.work_center)) {
            Ok(place) if nothing => {
                machines.remove(place);
                self.forget_empty();
            }
            Ok(place) => machines[place] = told,
            Err(_) if nothing => {}
            Err(place) => machines.insert(place, told),
        }
    }

    /// The latest thing that happened to it, as far as it is known.
    pub(crate) fn latest(&self) -> Option<Time> {
        let beside = self.beside.as_deref();
        let told = [
            self.start.as_ref().map(|(at, _)| *at),
            self.ledger.last_end(),
            beside.and_then(|b| Some(b.standstill.as_ref()?.at)),
            beside.and_then(|b| Some(b.given_up.as_ref()?.at)),
            beside.and_then(|b| Some(b.set_up.as_ref()?.at)),
        ];
        told.into_iter().flatten().max()
    }

    /// Whether something of it can be worked on by its successors.
    pub(crate) fn has_something_ready(&self) -> bool {
        self.is_completed() || self.good() > Decimal::ZERO
    }

    /// Whether something of it could ever be worked on. Unlike what is ready now, this only ever
    /// becomes true: a start that was right when it happened is right in every order of arrival.
    pub(crate) fn was_ever_ready(&self) -> bool {
        self.ledger.was_ever_ready() || self.machines().iter().any(|told| !told.good.is_zero())
    }

    /// Whether a start of `at` or before was ever told. Unlike whether it has started now, this only
    /// ever becomes true: a standstill that was right when it happened stays right.
    pub(crate) fn had_ever_begun(&self, at: Time) -> bool {
        let told = self.start.as_ref().map(|(at, _)| *at);
        let mut starts = told.into_iter().chain(self.ledger.ever_started());
        starts.any(|start| start <= at)
    }

    /// It began at `at`: had it been left out at that time or later, then in vain.
    pub(crate) fn begin_in_spite_of_skip(&mut self, at: Time) {
        let skipped = self.given_up().filter(|_| self.is_left_out());
        if skipped.is_none_or(|skipped| at > skipped.at) {
            return;
        }
        self.beside_mut().given_up = None;
        self.forget_empty();
    }

    /// Nothing beside its start and its reports is as if nothing had ever been told.
    fn forget_empty(&mut self) {
        if self.beside.as_deref() == Some(&Beside::default()) {
            self.beside = None;
        }
    }

    /// Whether it was left out before it started.
    pub(crate) fn is_left_out(&self) -> bool {
        self.given_up()
            .is_some_and(|given_up| given_up.wip_disposition.is_none())
    }

    /// Whether a report that stands completes it.
    pub(crate) fn is_completed(&self) -> bool {
        self.ledger.is_completed()
    }
}

/// Plain answers.
impl Operation {
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

    /// Start and end of each report that stands, ascending by end.
    pub fn reported_spans(&self) -> impl Iterator<Item = (Time, Time)> {
        let reports = self.ledger.reports();
        reports
            .filter(|report| !report.reversed)
            .map(|report| (report.start, report.end))
    }

    /// Where it runs or ran, or else is to run.
    #[must_use]
    pub fn work_center(&self) -> Option<&WorkCenterId> {
        let moved = self.dispatch().filter(|sent| {
            // A dispatch after the start moves an interrupted operation.
            self.start
                .as_ref()
                .is_none_or(|(start, _)| sent.at > *start)
        });
        match (&self.start, moved) {
            (Some(_), Some(sent)) => Some(&sent.work_center),
            (Some((_, center)), None) => Some(center),
            (None, _) => match &self.reported_at {
                Some((_, center)) => Some(center),
                None => self.intended_work_center(),
            },
        }
    }

    /// Whether the release or the routing plans it; else it was learned from reports.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        self.position.is_some()
    }

    /// Where it is to run: as dispatched, or else as planned.
    #[must_use]
    pub fn intended_work_center(&self) -> Option<&WorkCenterId> {
        match self.dispatch() {
            Some(sent) => Some(&sent.work_center),
            None => self.planned_work_center.as_ref(),
        }
    }

    /// Operations that must have something ready first.
    #[must_use]
    pub fn predecessors(&self) -> &[OperationId] {
        &self.predecessors
    }

    /// Whether it may start before its predecessors have something ready.
    #[must_use]
    pub fn overlaps(&self) -> bool {
        self.overlap
    }

    /// Whether its good quantity counts as delivered by the order.
    #[must_use]
    pub fn delivers(&self) -> bool {
        self.delivers
    }

    /// Whether quality inspects what it makes.
    #[must_use]
    pub fn is_inspection_point(&self) -> bool {
        self.inspection_point
    }

    /// How much it should make, in the order's unit; `None` for the released quantity.
    #[must_use]
    pub fn quantity(&self) -> Option<Decimal> {
        self.quantity
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
        self.worker.as_ref().map(|(_, worker)| worker)
    }

    /// Whose count counts.
    #[must_use]
    pub fn counting(&self) -> CountingSource {
        self.counting
    }

    /// Good quantity, in the order's unit, as the counting source has it.
    #[must_use]
    pub fn good(&self) -> Decimal {
        match self.counting {
            CountingSource::Machine => self.machines().iter().map(|told| told.good).sum(),
            CountingSource::Operator | CountingSource::Both => self.ledger.totals().good,
        }
    }

    /// Scrapped quantity, in the order's unit, as the counting source has it.
    #[must_use]
    pub fn scrap(&self) -> Decimal {
        match self.counting {
            CountingSource::Machine => self.machines().iter().map(|told| told.scrap).sum(),
            CountingSource::Operator | CountingSource::Both => self.ledger.totals().scrap,
        }
    }

    /// Quantity to be reworked, in the order's unit.
    #[must_use]
    pub fn rework(&self) -> Decimal {
        self.ledger.totals().rework
    }

    /// Quantity waiting for the material review board, in the order's unit.
    #[must_use]
    pub fn mrb(&self) -> Decimal {
        self.ledger.totals().mrb
    }

    /// What people reported through the MES, in the order's unit.
    #[must_use]
    pub fn reported(&self) -> Tally {
        self.ledger.totals()
    }

    /// Everything that it has worked on, whatever came of it, in the order's unit.
    #[must_use]
    pub fn worked(&self) -> Decimal {
        self.good() + self.scrap() + self.rework() + self.mrb()
    }

    /// What machines counted, by work center.
    #[must_use]
    pub fn machines(&self) -> &[MachineTally] {
        self.beside
            .as_deref()
            .map_or(&[], |beside| &beside.machines)
    }

    /// Scrap by reason as far as reasons were told, in the order's unit. A reason stands once for
    /// every report that gave it.
    pub fn scrap_by_reason(&self) -> impl Iterator<Item = (&SmolStr, Decimal)> {
        let beside = self.beside.as_deref();
        beside
            .into_iter()
            .flat_map(move |beside| {
                let stands = |one: &&Scrapped| !beside.reversals.contains_key(&one.report);
                beside.scrapped.iter().filter(stands)
            })
            .map(|one| (&one.reason, one.quantity))
    }

    /// Reports that stand.
    #[must_use]
    pub fn reports(&self) -> u32 {
        self.ledger.standing()
    }

    /// First known start.
    #[must_use]
    pub fn started_at(&self) -> Option<Time> {
        let reported = self.start.as_ref().map(|(at, _)| *at);
        match (reported, self.ledger.first_start()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Whether nothing is left of it but that somebody once spoke of it: nobody planned or sent it,
    /// and what was reported of it is taken back.
    pub(crate) fn is_but_a_name(&self) -> bool {
        !self.is_planned()
            && self.started_at().is_none()
            && self.dispatch().is_none()
            && self.given_up().is_none()
    }

    /// End of the latest reported work.
    #[must_use]
    pub fn last_report_at(&self) -> Option<Time> {
        self.ledger.last_end()
    }

    /// When it was completed.
    #[must_use]
    pub fn ended_at(&self) -> Option<Time> {
        self.is_completed()
            .then(|| self.ledger.last_end())
            .flatten()
    }

    /// When it stopped: completed, given up or interrupted; `None` while it goes on.
    pub(crate) fn stopped_at(&self) -> Option<Time> {
        let given_up = || Some(self.given_up()?.at);
        let interrupted = || Some(self.standstill()?.at);
        self.ended_at().or_else(given_up).or_else(interrupted)
    }

    /// Where the MES put it last.
    #[must_use]
    pub fn dispatch(&self) -> Option<&Dispatch> {
        self.beside.as_deref()?.dispatch.as_ref()
    }

    /// The set-up for it, where one began.
    #[must_use]
    pub fn set_up(&self) -> Option<&SetUp> {
        self.beside.as_deref()?.set_up.as_ref()
    }

    /// Why it stands still, where it does.
    #[must_use]
    pub fn standstill(&self) -> Option<&Standstill> {
        let word = self.beside.as_deref()?.standstill.as_ref();
        word.filter(|word| word.kind.is_some())
    }

    /// How it ended without completion, where it did.
    #[must_use]
    pub fn given_up(&self) -> Option<&GivenUp> {
        self.beside.as_deref()?.given_up.as_ref()
    }

    /// Whether it has started and neither ended nor was given up.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.started_at().is_some() && !self.is_completed() && self.given_up().is_none()
    }
}
