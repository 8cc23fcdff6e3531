//! Where the operations of an order stand: in the queue of a work center, at work there, or
//! neither. Computed before and after a change; the work centers hear of the difference.

use crate::effect::Effects;
use crate::{
    EntityKey, JobState, Message, Operation, OperationId, OperationState, PlannedOperation, Time,
    WorkCenterId, WorkOrder,
};

/// Where one operation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Nowhere,
    /// May start at a work center; with the order's priority.
    Queued(WorkCenterId, i32),
    /// Runs at a work center, since when.
    Running(WorkCenterId, Time),
    /// Ran at a work center, from and to when.
    Ran(WorkCenterId, Time, Time),
}

impl Place {
    pub(crate) fn center(&self) -> Option<&WorkCenterId> {
        match self {
            Place::Nowhere => None,
            Place::Queued(center, _) | Place::Running(center, _) | Place::Ran(center, ..) => {
                Some(center)
            }
        }
    }
}

impl WorkOrder {
    /// Where an operation stands now.
    pub(crate) fn place_of(&self, operation: &Operation) -> Place {
        match self.operation_state(operation) {
            OperationState::Job(JobState::AllowedToStart(_)) => {
                match operation.intended_work_center() {
                    Some(center) => Place::Queued(center.clone(), self.priority),
                    None => Place::Nowhere,
                }
            }
            OperationState::Job(JobState::Running) => {
                match (operation.work_center(), operation.started_at()) {
                    (Some(center), Some(since)) => Place::Running(center.clone(), since),
                    _ => Place::Nowhere,
                }
            }
            OperationState::Job(
                JobState::Interrupted(_) | JobState::Ended(_) | JobState::Aborted,
            ) => match (
                operation.work_center(),
                operation.started_at(),
                operation.stopped_at(),
            ) {
                (Some(center), Some(since), Some(until)) => {
                    Place::Ran(center.clone(), since, until)
                }
                _ => Place::Nowhere,
            },
            _ => Place::Nowhere,
        }
    }

    /// Where all operations stand, ascending by operation.
    pub(crate) fn places(&self) -> Vec<(OperationId, Place)> {
        self.operations
            .iter()
            .map(|operation| (operation.id.clone(), self.place_of(operation)))
            .collect()
    }

    /// Tells the work centers what has become different since `before`.
    pub(crate) fn tell_places(&self, before: &[(OperationId, Place)], effects: &mut Effects) {
        for operation in &self.operations {
            let was = before
                .binary_search_by(|(op, _)| op.cmp(&operation.id))
                .map_or(&Place::Nowhere, |at| &before[at].1);
            self.tell_place(operation, was, effects);
        }
    }

    /// Tells the work centers what has become different of one operation.
    pub(crate) fn tell_place(&self, operation: &Operation, was: &Place, effects: &mut Effects) {
        let now = self.place_of(operation);
        if *was == now {
            return;
        }
        let order = || self.id.clone();
        let op = || operation.id.clone();
        let leaves = |center: &WorkCenterId| now.center() != Some(center);
        match was {
            Place::Queued(center, _) if leaves(center) || !matches!(now, Place::Queued(..)) => {
                let gone = Message::Dequeued {
                    order: order(),
                    op: op(),
                };
                effects.tell(EntityKey::WorkCenter(center.clone()), gone);
            }
            Place::Running(center, _) | Place::Ran(center, ..)
                if leaves(center) || matches!(now, Place::Queued(..)) =>
            {
                let gone = Message::Ended {
                    order: order(),
                    op: op(),
                };
                effects.tell(EntityKey::WorkCenter(center.clone()), gone);
            }
            _ => {}
        }
        match now {
            Place::Queued(center, priority) => {
                let queued = Message::Queued {
                    order: order(),
                    op: op(),
                    priority,
                };
                effects.tell(EntityKey::WorkCenter(center), queued);
            }
            Place::Running(center, since) => {
                let started = Message::Started {
                    order: order(),
                    op: op(),
                    since,
                };
                effects.tell(EntityKey::WorkCenter(center), started);
            }
            Place::Ran(center, since, until) => {
                let ran = Message::Ran {
                    order: order(),
                    op: op(),
                    since,
                    until,
                };
                effects.tell(EntityKey::WorkCenter(center), ran);
            }
            Place::Nowhere => {}
        }
    }

    /// Makes a work center known that an event named, though nothing of the order stands there:
    /// which work centers there are must not depend on what came first.
    pub(crate) fn name_work_center(center: &WorkCenterId, effects: &mut Effects) {
        effects.tell(EntityKey::WorkCenter(center.clone()), Message::Named);
    }

    /// Work centers are known once somebody plans to use them.
    pub(crate) fn name_work_centers(plan: &[PlannedOperation], effects: &mut Effects) {
        for center in plan.iter().filter_map(|plan| plan.work_center.as_ref()) {
            WorkOrder::name_work_center(center, effects);
        }
    }
}
