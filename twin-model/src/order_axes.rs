//! What is computed from a work order, and never stored: lifecycle, states of operations,
//! confirmation, delivery, lateness, what it waits for. So contradictory states cannot be built.

use rust_decimal::Decimal;

use crate::{Ending, JobState, Operation, OperationState, Plant, Preparation, Time, WorkOrder};

/// Lifecycle of a work order: one axis, beside which holds, confirmation and delivery stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lifecycle {
    /// Planned by the ERP.
    Created,
    /// Released for production.
    Released,
    /// Something was started or reported.
    InProcess,
    /// All its operations ended.
    Completed,
    /// The ERP expects nothing more.
    TechComplete,
    /// The ERP has closed its books on it.
    Closed,
    /// Taken back before anything was made.
    Cancelled,
    /// Given up.
    Aborted,
}

impl Lifecycle {
    /// The state's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Lifecycle::Created => "created",
            Lifecycle::Released => "released",
            Lifecycle::InProcess => "in_process",
            Lifecycle::Completed => "completed",
            Lifecycle::TechComplete => "tech_complete",
            Lifecycle::Closed => "closed",
            Lifecycle::Cancelled => "cancelled",
            Lifecycle::Aborted => "aborted",
        }
    }

    /// Whether nothing can change the order any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(
            self,
            Lifecycle::Closed | Lifecycle::Cancelled | Lifecycle::Aborted
        )
    }
}

/// How far an order is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// Nothing reported.
    None,
    /// Something reported.
    Partial,
    /// All operations ended.
    Final,
}

/// How far an order is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing.
    None,
    /// Less than the released quantity allows.
    Partial,
    /// The released quantity, less the under-delivery tolerance; or the warehouse expects nothing
    /// more.
    Full,
}

impl WorkOrder {
    /// Lifecycle, computed from what the ERP decided and from the operations.
    #[must_use]
    pub fn lifecycle(&self) -> Lifecycle {
        if let Some(ending) = self.ending() {
            return ending;
        }
        if self.released().is_none() {
            Lifecycle::Created
        } else if !self.has_begun() {
            Lifecycle::Released
        } else if self.is_complete() {
            Lifecycle::Completed
        } else {
            Lifecycle::InProcess
        }
    }

    /// How the order has ended by a decision; `None` when it has not.
    fn ending(&self) -> Option<Lifecycle> {
        let endings = self.endings.as_deref()?;
        if endings.closed.is_some() {
            Some(Lifecycle::Closed)
        } else if endings.aborted.is_some() {
            Some(Lifecycle::Aborted)
        } else if endings.cancelled.is_some() && !self.has_begun() {
            Some(Lifecycle::Cancelled)
        } else if endings.tech_completed.is_some() {
            Some(Lifecycle::TechComplete)
        } else {
            None
        }
    }

    /// Whether work on the order has begun, by all that stands.
    pub(crate) fn has_begun(&self) -> bool {
        let started = |operation: &std::sync::Arc<Operation>| operation.started_at().is_some();
        self.operations.iter().any(started) || self.first_movement().is_some()
    }

    /// Whether everything is done: a final report says so, or every operation has ended or was
    /// left out. Work that begins after the final report (a rework) opens the order again.
    fn is_complete(&self) -> bool {
        let finals = self
            .operations
            .iter()
            .filter_map(|op| op.ledger.final_end());
        if let Some(end) = finals.max() {
            let goes_on = |op: &Operation| {
                op.is_running() && op.started_at().is_some_and(|start| start > end)
            };
            return !self.operations.iter().any(|op| goes_on(op));
        }
        // Without a routing, only the end of a delivering operation says that nothing follows.
        let operations = || self.operations.iter().filter(|op| !op.is_but_a_name());
        let end_known = operations().any(|op| op.position.is_some() || op.delivers);
        end_known && operations().all(|op| op.is_completed() || op.is_left_out())
    }

    /// Released quantity, in the order's unit; `None` before the release and after its
    /// withdrawal.
    #[must_use]
    pub fn released(&self) -> Option<Decimal> {
        let release = self.release.as_ref()?;
        if release.withdrawn.is_some() && !self.has_begun() {
            return None;
        }
        Some(self.released_quantity(release))
    }

    /// State of one operation, computed.
    #[must_use]
    pub fn operation_state(&self, operation: &Operation) -> OperationState {
        self.state_under(self.ending(), operation)
    }

    /// State of one operation by what was told of itself, whatever became of its order.
    pub(crate) fn own_state(&self, operation: &Operation) -> OperationState {
        self.state_under(None, operation)
    }

    fn state_under(&self, ending: Option<Lifecycle>, operation: &Operation) -> OperationState {
        if operation.is_completed() {
            let closed = ending == Some(Lifecycle::Closed);
            return OperationState::Job(JobState::Ended(if closed {
                Ending::Closed
            } else {
                Ending::Completed
            }));
        }
        if let Some(given_up) = operation.given_up() {
            return match given_up.wip_disposition {
                Some(_) => OperationState::Job(JobState::Aborted),
                None => OperationState::Skipped,
            };
        }
        let started = operation.started_at().is_some();
        let job = match (ending, started) {
            (Some(Lifecycle::Cancelled | Lifecycle::Aborted), _) => JobState::Aborted,
            // The end of the order ends what runs, and nothing else is needed any more.
            (Some(Lifecycle::Closed), true) => JobState::Ended(Ending::Closed),
            (Some(_), true) => JobState::Ended(Ending::Completed),
            (Some(_), false) => return OperationState::Skipped,
            (None, true) => match operation.standstill().and_then(|word| word.kind) {
                Some(kind) => JobState::Interrupted(kind),
                None => JobState::Running,
            },
            (None, false) => self.preparation(operation),
        };
        OperationState::Job(job)
    }

    fn preparation(&self, operation: &Operation) -> JobState {
        let ready = operation
            .predecessors
            .iter()
            .all(|id| self.supply(id).ready);
        let prepared = match (ready || operation.overlap, operation.set_up()) {
            (false, _) => Preparation::Waiting,
            (true, None) => Preparation::Ready,
            (true, Some(_)) => Preparation::Loaded,
        };
        if prepared == Preparation::Waiting || self.released().is_none() {
            JobState::NotAllowedToStart(prepared)
        } else {
            JobState::AllowedToStart(prepared)
        }
    }

    /// How far the order is confirmed.
    #[must_use]
    pub fn confirmation(&self) -> Confirmation {
        if self.has_begun() && self.is_complete() {
            Confirmation::Final
        } else if self.operations.iter().any(|op| op.reports() > 0) {
            Confirmation::Partial
        } else {
            Confirmation::None
        }
    }

    /// How far the order is delivered.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        let released = self.released().unwrap_or(self.ordered);
        let least = Decimal::ONE - self.tolerance.under.value();
        // Decoding bounds both, so the product exists; without it only the full quantity is full.
        let wanted = released.checked_mul(least).unwrap_or(released);
        match self.delivered() {
            nothing if nothing.is_zero() => Delivery::None,
            _ if self.is_finally_received() => Delivery::Full,
            some if some < wanted => Delivery::Partial,
            _ => Delivery::Full,
        }
    }

    /// Whether a hold is on the order itself.
    #[must_use]
    pub fn is_held(&self) -> bool {
        !self.holds.is_empty()
    }

    /// Whether the order is, or became, later than planned, seen at `now`. What will never be
    /// delivered is not late.
    #[must_use]
    pub fn is_late(&self, now: Time) -> bool {
        if matches!(self.lifecycle(), Lifecycle::Cancelled | Lifecycle::Aborted) {
            return false;
        }
        self.planned_end
            .is_some_and(|due| self.actual_end().unwrap_or(now) > due)
    }

    /// Whether the ERP completed the order technically before everything was done.
    #[must_use]
    pub fn tech_completed_early(&self) -> bool {
        self.tech_completion().is_some() && !(self.has_begun() && self.is_complete())
    }

    /// Whether every lot made for the order could ship at `at`; `None` when there is none. The
    /// gate itself looks at the lots of a delivery, never at orders.
    #[must_use]
    pub fn shippable(&self, plant: &Plant, at: Time) -> Option<bool> {
        let mut lots = self.lots.keys().filter_map(|id| plant.lot(id)).peekable();
        lots.peek()?;
        Some(lots.all(|lot| lot.is_shippable(at)))
    }

    /// How much an operation can still take on now: what its predecessors have made (or what was
    /// released, where it has none) less what it has worked on. Never below zero.
    #[must_use]
    pub fn ready_quantity(&self, operation: &Operation) -> Decimal {
        let supplies = operation.predecessors.iter();
        let limit = supplies.filter_map(|id| self.supply(id).good).min();
        let limit = limit.or_else(|| self.released()).unwrap_or_default();
        (limit - operation.worked()).max(Decimal::ZERO)
    }

    /// Planned time that an operation still needs, seconds; `None` where none was planned.
    #[must_use]
    pub fn remaining_s(&self, operation: &Operation) -> Option<Decimal> {
        let per_unit = operation.run_s_per_unit?;
        if !matches!(
            self.operation_state(operation),
            OperationState::Job(job) if !job.is_over()
        ) {
            return Some(Decimal::ZERO);
        }
        let planned = operation.quantity.or_else(|| self.released());
        let open = planned.unwrap_or(self.ordered) - operation.worked();
        let setup = match operation.started_at() {
            Some(_) => Decimal::ZERO,
            None => Decimal::from(operation.setup_s.unwrap_or(0)),
        };
        let run = open.max(Decimal::ZERO).checked_mul(per_unit)?;
        Some((run + setup).normalize())
    }

    /// First known start of an operation.
    #[must_use]
    pub fn actual_start(&self) -> Option<Time> {
        let starts = self.operations.iter().filter_map(|op| op.started_at());
        starts.min()
    }

    /// End of the last operation, once everything is done; else the technical completion.
    #[must_use]
    pub fn actual_end(&self) -> Option<Time> {
        if self.has_begun() && self.is_complete() {
            return self.operations.iter().filter_map(|op| op.ended_at()).max();
        }
        self.tech_completion().map(|completion| completion.at)
    }

    /// What keeps the order from going on, in business words; `None` when it runs or is done.
    #[must_use]
    pub fn waiting_for(&self) -> Option<String> {
        let lifecycle = self.lifecycle();
        if lifecycle.is_over() {
            return None;
        }
        if let Some(hold) = self.holds.first() {
            return Some(format!("quality to decide hold {hold}"));
        }
        match lifecycle {
            Lifecycle::Created => return Some("its release by ERP".to_owned()),
            Lifecycle::Released | Lifecycle::InProcess => {}
            _ => return None,
        }
        let mut stopped = None;
        for operation in &self.operations {
            match self.operation_state(operation) {
                OperationState::Job(JobState::Running) => return None,
                OperationState::Job(JobState::Interrupted(_)) => {
                    stopped = stopped.or(operation.standstill().map(|word| (operation, word)));
                }
                _ => {}
            }
        }
        if let Some((operation, word)) = stopped {
            return Some(format!(
                "operation {} to go on ({})",
                operation.id, word.reason
            ));
        }
        let next = self
            .operations
            .iter()
            .filter(|op| self.operation_state(op).may_start())
            .min_by_key(|op| op.position)?;
        Some(match next.work_center() {
            Some(center) => format!("{center} to start operation {}", next.id),
            None => format!("the start of operation {}", next.id),
        })
    }
}
