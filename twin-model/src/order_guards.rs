//! What an order and its operations do not allow, and the words for it.

use rust_decimal::Decimal;

use crate::effect::View;
use crate::{
    CountingSource, EntityKey, JobState, Lifecycle, LotId, Operation, OperationId, OperationState,
    Rejection, Time, WorkCenterId, WorkOrder,
};

impl WorkOrder {
    /// Whether the order takes something of the MES that happened at `at`; gives the released
    /// quantity. Judged by when it happened: what was done before the ERP ended the order counts,
    /// however late it is told.
    pub(crate) fn admit(
        &self,
        op: &OperationId,
        at: Time,
        action: &'static str,
    ) -> Result<Decimal, Rejection> {
        let released = self.admit_anything(at, action)?;
        released.ok_or_else(|| Rejection::NotReleased {
            order: self.id.clone(),
            operation: op.clone(),
        })
    }

    /// As [`WorkOrder::admit`]; `None` where the order was not released.
    pub(crate) fn admit_anything(
        &self,
        at: Time,
        action: &'static str,
    ) -> Result<Option<Decimal>, Rejection> {
        self.refuse_closed()?;
        if let Some(endings) = &self.endings {
            let given_up = endings.aborted.as_ref().map(|abort| abort.at);
            if given_up.is_some_and(|over| at >= over) {
                return Err(self.wrong_state(action));
            }
            self.wait_while_cancelled(at, action)?;
            let tech = endings.tech_completed.as_ref().map(|tech| tech.at);
            if tech.is_some_and(|over| at >= over) {
                // The ERP may still take the technical completion back.
                let until = "the withdrawal of the technical completion by ERP";
                return Err(self.not_yet(self.lifecycle().as_str(), action, until));
            }
        }
        if let Some(released) = self.released() {
            return Ok(Some(released));
        }
        Ok(match &self.release {
            // It happened before the ERP took the release back, which therefore has no effect.
            Some(release) if release.withdrawn.as_ref().is_some_and(|said| at < said.at) => {
                Some(self.released_quantity(release))
            }
            _ => None,
        })
    }

    /// R30.
    pub(crate) fn refuse_closed(&self) -> Result<(), Rejection> {
        match self.closing() {
            Some(closing) => Err(Rejection::PeriodClosed {
                order: self.id.clone(),
                closed: closing.at,
            }),
            None => Ok(()),
        }
    }

    /// Whether the operation takes something that happened at `at`. Work that ended before the
    /// operation did counts, however late it is told. What happened after it was left out waits: a
    /// start from before that would take the leaving out away.
    pub(crate) fn admit_at(
        &self,
        operation: &Operation,
        at: Time,
        action: &'static str,
    ) -> Result<(), Rejection> {
        let over = operation
            .given_up()
            .map(|given_up| given_up.at)
            .or_else(|| operation.ended_at());
        match over {
            Some(over) if at > over && operation.is_left_out() => {
                let state = format!("without operation {}, left out at {over}", operation.id);
                Err(self.not_yet(state, action, "a report that it had begun before that"))
            }
            Some(over) if at > over => Err(self.wrong_operation_state(operation, action)),
            _ => Ok(()),
        }
    }

    /// R07.
    pub(crate) fn refuse_start_on_hold(
        &self,
        work_center: Option<&WorkCenterId>,
        input_lots: &[LotId],
        view: View<'_>,
    ) -> Result<(), Rejection> {
        if !self.holds.is_empty() {
            let order = EntityKey::WorkOrder(self.id.clone());
            view.refuse_if_held(&order, self.holds.iter(), "started")?;
        }
        if let Some(center) = work_center.and_then(|id| view.plant.work_center(id)) {
            let key = EntityKey::WorkCenter(center.id().clone());
            view.refuse_if_held(&key, center.holds().iter(), "used")?;
        }
        for id in input_lots {
            view.refuse_if_held_at_all(id, "consumed")?;
        }
        Ok(())
    }

    /// R06, invariant 14: the order of the routing, unless the operations overlap.
    pub(crate) fn require_predecessors(
        &self,
        operation: &Operation,
        released: Decimal,
    ) -> Result<(), Rejection> {
        if operation.overlap {
            return Ok(());
        }
        let missing = |id: &&OperationId| !self.supply(id).ever_ready;
        match operation.predecessors.iter().find(missing) {
            None => Ok(()),
            Some(predecessor) => Err(Rejection::PredecessorNotReady {
                order: self.id.clone(),
                operation: operation.id.clone(),
                predecessor: predecessor.clone(),
                ready: self.supply(predecessor).good.unwrap_or_default(),
                planned: released,
            }),
        }
    }

    /// R04, invariant 3: delivered <= released x (1 + over tolerance). `total` is what would be
    /// delivered if `reported` were taken. Where machines count, the pieces exist and nobody can
    /// refuse them.
    pub(crate) fn refuse_over_delivery(
        &self,
        reported: Decimal,
        total: Decimal,
        released: Decimal,
    ) -> Result<(), Rejection> {
        if self.counting == CountingSource::Machine || total <= self.delivered() {
            return Ok(());
        }
        let max = self.most_of(released);
        if total <= max {
            return Ok(());
        }
        Err(Rejection::OverDelivery {
            order: self.id.clone(),
            good: reported,
            total,
            released,
            percent: (self.tolerance.over.value() * Decimal::ONE_HUNDRED).normalize(),
            max: max.normalize(),
            unit: self.unit,
        })
    }

    /// Most that may be delivered of a released quantity.
    pub(crate) fn most_of(&self, released: Decimal) -> Decimal {
        released * (Decimal::ONE + self.tolerance.over.value())
    }

    /// R02: the order's state does not allow the action, and nothing will change that.
    pub(crate) fn wrong_state(&self, action: &'static str) -> Rejection {
        let lifecycle = self.lifecycle();
        Rejection::WrongState {
            object: EntityKey::WorkOrder(self.id.clone()).to_string(),
            state: lifecycle.as_str(),
            action,
            allowed: allowed_in(lifecycle),
        }
    }

    /// R46: the order's state does not allow the action yet.
    pub(crate) fn not_yet(
        &self,
        state: impl Into<String>,
        action: &'static str,
        until: &'static str,
    ) -> Rejection {
        Rejection::NotYet {
            object: EntityKey::WorkOrder(self.id.clone()),
            state: state.into(),
            action,
            until,
        }
    }

    /// R02 for an operation.
    pub(crate) fn wrong_operation_state(
        &self,
        operation: &Operation,
        action: &'static str,
    ) -> Rejection {
        let state = self.own_state(operation);
        Rejection::WrongState {
            object: format!("Operation {} of order {}", operation.id, self.id),
            state: state.as_str(),
            action,
            allowed: allowed_of(state),
        }
    }
}

fn allowed_in(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Created => "a release, a change or a cancellation by ERP",
        Lifecycle::Released => {
            "starts and reports by MES; a change, a cancellation or the withdrawal of the release \
             by ERP"
        }
        Lifecycle::InProcess => {
            "starts and reports by MES; a change, an abort or a technical completion by ERP"
        }
        Lifecycle::Completed => "a reversal; a technical completion or the closing by ERP",
        Lifecycle::TechComplete => {
            "a reversal; the closing or the withdrawal of the technical completion by ERP"
        }
        Lifecycle::Closed => "a correction in the current period in ERP",
        Lifecycle::Cancelled | Lifecycle::Aborted => "a new order",
    }
}

fn allowed_of(state: OperationState) -> &'static str {
    match state {
        OperationState::Skipped => "nothing; it was left out",
        OperationState::Job(JobState::NotAllowedToStart(_) | JobState::AllowedToStart(_)) => {
            "a dispatch, a set-up, a start, or leaving it out"
        }
        OperationState::Job(JobState::Running) => {
            "a report of progress or completion, an interruption or an abort"
        }
        OperationState::Job(JobState::Interrupted(_)) => {
            "its resumption, a report of progress or completion, or an abort"
        }
        OperationState::Job(JobState::Ended(_)) => "a reversal of its completion by the MES",
        OperationState::Job(JobState::Aborted) => "nothing; it was given up",
    }
}
