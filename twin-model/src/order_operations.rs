//! What the MES says of operations beside quantities: dispatch, set-up, start, standstill, abort,
//! leaving out.

use crate::effect::{Effects, View};
use crate::operation_facts::{Dispatch, GivenUp, SetUp, Standstill};
use crate::{
    Code, Discrepancy, EntityKey, JobCause, JobState, Notice, Operation, OperationAborted,
    OperationDispatched, OperationId, OperationInterrupted, OperationResumed,
    OperationSetupStarted, OperationSkipped, OperationStarted, OperationState, Rejection, SmolStr,
    Time, TimeWindow, WorkOrder,
};

/// An event that is older by more than this than what its operation has seen is told as a
/// correction (R27), seconds: terminals and gateways lag by minutes, not more.
pub const LATE_AFTER_S: i64 = 600;

impl WorkOrder {
    /// The MES puts an operation into the queue of a work center, or moves it to another one.
    pub(crate) fn dispatch(
        &mut self,
        body: &OperationDispatched,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.admit(&body.op, view.at, "a dispatch")?;
        if let Ok(place) = self.find(&body.op) {
            let operation = &self.operations[place];
            self.admit_at(operation, view.at, "a dispatch")?;
            let started = operation.started_at().is_some_and(|start| view.at >= start);
            if started && operation.standstill().is_none() && operation.is_running() {
                return Err(self.wrong_operation_state(operation, "a dispatch"));
            }
        }
        let dispatch = Dispatch {
            at: view.at,
            work_center: body.work_center.clone(),
            queue_pos: body.queue_pos,
            planned_start: body.planned_start,
        };
        self.change_operation(&body.op, effects, |operation| {
            let known = &mut operation.beside_mut().dispatch;
            if known.as_ref().is_none_or(|known| known.at <= dispatch.at) {
                *known = Some(dispatch);
            }
        });
        WorkOrder::name_work_center(&body.work_center, effects);
        Ok(())
    }

    /// The MES starts to set up a work center for an operation: the operation is loaded there.
    pub(crate) fn set_up(
        &mut self,
        body: &OperationSetupStarted,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.admit(&body.op, view.at, "a set-up")?;
        self.refuse_start_on_hold(Some(&body.work_center), &[], view)?;
        if let Ok(place) = self.find(&body.op) {
            self.admit_at(&self.operations[place], view.at, "a set-up")?;
        }
        let set_up = SetUp {
            at: view.at,
            work_center: body.work_center.clone(),
            from: body.from_setup.clone(),
            to: body.to_setup.clone(),
            worker: body.worker.clone(),
        };
        self.tell_if_late(&body.op, "mfg.operation.setup_started.v1", view.at, effects);
        self.change_operation(&body.op, effects, |operation| {
            let known = &mut operation.beside_mut().set_up;
            if known.as_ref().is_none_or(|known| known.at <= set_up.at) {
                *known = Some(set_up);
            }
        });
        WorkOrder::name_work_center(&body.work_center, effects);
        Ok(())
    }

    /// The MES starts an operation.
    pub(crate) fn start(
        &mut self,
        body: &OperationStarted,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let released = self.admit(&body.op, view.at, "a start")?;
        self.refuse_start_on_hold(Some(&body.work_center), &body.input_lots, view)?;
        if let Ok(place) = self.find(&body.op) {
            let operation = &self.operations[place];
            self.admit_at(operation, view.at, "a start")?;
            if operation.start.is_some() {
                return Err(self.wrong_operation_state(operation, "a start"));
            }
            // A report may have implied the start before: then this is the start itself, late.
            if operation.started_at().is_none() {
                self.require_predecessors(operation, released)?;
            }
            if body.delivers == Some(true) && !operation.delivers {
                let brings = operation.good();
                let total = (self.good_of_deliveries() + brings).max(self.received());
                self.refuse_over_delivery(brings, total, released)?;
            }
        }
        self.tell_if_late(&body.op, "mfg.operation.started.v1", view.at, effects);
        self.tell_if_left_out(&body.op, view.at, effects);
        self.change_operation(&body.op, effects, |operation| {
            operation.begin_in_spite_of_skip(view.at);
            operation.start = Some((view.at, body.work_center.clone()));
            operation.delivers |= body.delivers == Some(true);
            operation.note_worker(body.worker.as_ref(), view.at);
        });
        let during = TimeWindow::at(view.at);
        self.note_work(&body.op, Some(&body.work_center), during, view, effects);
        WorkOrder::name_work_center(&body.work_center, effects);
        Ok(())
    }

    /// The MES interrupts an operation.
    pub(crate) fn interrupt(
        &mut self,
        body: &OperationInterrupted,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let word = Standstill {
            at: view.at,
            kind: Some(body.kind),
            reason: body.reason.clone(),
            hold: body.hold.clone(),
        };
        let name = "mfg.operation.interrupted.v1";
        self.stand(&body.op, word, ("an interruption", name), effects)?;
        self.note_work(&body.op, None, TimeWindow::at(view.at), view, effects);
        Ok(())
    }

    /// The MES resumes an interrupted operation.
    pub(crate) fn resume(
        &mut self,
        body: &OperationResumed,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let word = Standstill {
            at: view.at,
            kind: None,
            reason: SmolStr::default(),
            hold: None,
        };
        let name = "mfg.operation.resumed.v1";
        self.stand(&body.op, word, ("a resumption", name), effects)?;
        self.note_work(&body.op, None, TimeWindow::at(view.at), view, effects);
        Ok(())
    }

    /// Takes a word on whether an operation stands still. The latest by its time counts.
    fn stand(
        &mut self,
        op: &OperationId,
        word: Standstill,
        (action, name): (&'static str, &'static str),
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.admit(op, word.at, action)?;
        let place = self.find(op).ok();
        let operation = place.map(|place| &*self.operations[place]);
        if let Some(operation) = operation {
            self.admit_at(operation, word.at, action)?;
        }
        let known = operation.and_then(|operation| operation.beside.as_deref());
        let known = known.and_then(|beside| beside.standstill.as_ref());
        let stands = known.filter(|known| known.kind.is_some());
        let missing = match word.kind {
            // From a standstill to another kind of it the standard passes without a cause.
            Some(_) => {
                let begun = operation.is_some_and(|operation| operation.had_ever_begun(word.at));
                (!begun).then_some(("not begun", "a report of its start from before that"))
            }
            None => {
                let lacks = stands.is_none() && known.is_none_or(|known| known.at <= word.at);
                lacks.then_some(("not interrupted", "a report of its interruption"))
            }
        };
        if let Some((state, until)) = missing {
            let state = format!("with operation {op} {state} at {}", word.at);
            return Err(self.not_yet(state, action, until));
        }
        self.tell_if_late(op, name, word.at, effects);
        self.change_operation(op, effects, |operation| {
            let known = &mut operation.beside_mut().standstill;
            // Of two at the same time the resumption is the later one.
            let newer = known.as_ref().is_none_or(|known| {
                (known.at, known.kind.is_none()) <= (word.at, word.kind.is_none())
            });
            if newer {
                *known = Some(word);
            }
        });
        Ok(())
    }

    /// The MES gives an operation up.
    pub(crate) fn abort_operation(
        &mut self,
        body: &OperationAborted,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let given_up = GivenUp {
            at: view.at,
            reason: body.reason.clone(),
            wip_disposition: Some(body.wip_disposition),
        };
        self.end_early(&body.op, given_up, "mfg.operation.aborted.v1", effects)?;
        self.note_work(&body.op, None, TimeWindow::at(view.at), view, effects);
        self.tell_of_work_given_up(effects);
        Ok(())
    }

    /// The MES leaves an operation out.
    pub(crate) fn skip_operation(
        &mut self,
        body: &OperationSkipped,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let given_up = GivenUp {
            at: view.at,
            reason: body.reason.clone(),
            wip_disposition: None,
        };
        self.end_early(&body.op, given_up, "mfg.operation.skipped.v1", effects)
    }

    fn end_early(
        &mut self,
        op: &OperationId,
        given_up: GivenUp,
        name: &'static str,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let skips = given_up.wip_disposition.is_none();
        let action = if skips { "leaving it out" } else { "an abort" };
        self.admit(op, given_up.at, action)?;
        let learned;
        let operation = match self.find(op) {
            Ok(place) => &self.operations[place],
            Err(_) => {
                learned = std::sync::Arc::new(Operation::learned(op.clone(), self.counting));
                &learned
            }
        };
        let allowed = match self.own_state(operation) {
            OperationState::Job(job) if skips => {
                matches!(
                    job,
                    JobState::NotAllowedToStart(_) | JobState::AllowedToStart(_)
                )
            }
            OperationState::Job(job) => job.next(JobCause::Abort).is_some(),
            OperationState::Skipped => false,
        };
        if !allowed {
            return Err(self.wrong_operation_state(operation, action));
        }
        self.tell_if_late(op, name, given_up.at, effects);
        self.change_operation(op, effects, |operation| {
            operation.beside_mut().given_up = Some(given_up);
        });
        Ok(())
    }

    /// R47: tells that an operation which was left out had begun before that, so in vain.
    pub(crate) fn tell_if_left_out(&self, op: &OperationId, begun: Time, effects: &mut Effects) {
        let operation = self.find(op).ok().map(|place| &self.operations[place]);
        let left_out = operation.filter(|operation| operation.is_left_out());
        let Some(at) = left_out.and_then(|it| Some(it.given_up()?.at)) else {
            return;
        };
        let text = format!(
            "MES left operation {op} of order {} out at {at}, but it had begun at {begun}. It stays \
             begun. Have it completed or aborted.",
            self.id,
        );
        effects.notice(Notice::Corrected {
            object: EntityKey::WorkOrder(self.id.clone()),
            code: Some(Code::R47),
            from: begun,
            text: text.into(),
        });
    }

    /// Changes one operation, learning it where it is new, and tells what that made different.
    fn change_operation(
        &mut self,
        op: &OperationId,
        effects: &mut Effects,
        change: impl FnOnce(&mut Operation),
    ) {
        self.reconsider(effects, |order| {
            let place = order.find_or_learn(op);
            change(order.operation_mut(place));
        });
    }

    /// R27: tells that an event came so late that what was known before has been corrected.
    pub(crate) fn tell_if_late(
        &self,
        op: &OperationId,
        event: &'static str,
        time: Time,
        effects: &mut Effects,
    ) {
        let Ok(place) = self.find(op) else { return };
        let Some(latest) = self.operations[place].latest() else {
            return;
        };
        let late_s = latest.micros_since(time) / 1_000_000;
        if late_s <= LATE_AFTER_S {
            return;
        }
        let late = Discrepancy::Late {
            order: self.id.clone(),
            event,
            time,
            late_s,
        };
        effects.notice(Notice::Corrected {
            object: EntityKey::WorkOrder(self.id.clone()),
            code: Some(late.code()),
            from: time,
            text: late.to_string().into(),
        });
    }
}
