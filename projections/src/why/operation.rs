//! Operations: which of them the order stands at, and what each of these waits for.

use twin_model::{
    Code, Entity, EntityKind, JobState, LotId, MovementKind, Operation, OperationId,
    OperationState, Preparation, Rejection, Time, WorkOrder,
};

use super::{SIDE_BY_SIDE_MAX, Walk};

/// Lots that were issued to the order and are looked at.
const ISSUED_LOTS_MAX: usize = 20;

fn is_over(order: &WorkOrder, operation: &Operation) -> bool {
    match order.operation_state(operation) {
        OperationState::Job(job) => job.is_over(),
        OperationState::Skipped => true,
    }
}

/// Whether what it needs first is not there.
fn is_behind_others(order: &WorkOrder, operation: &Operation) -> bool {
    matches!(
        order.operation_state(operation),
        OperationState::Job(
            JobState::NotAllowedToStart(Preparation::Waiting)
                | JobState::AllowedToStart(Preparation::Waiting)
        )
    )
}

fn runs(order: &WorkOrder, operation: &Operation) -> bool {
    order.operation_state(operation) == OperationState::Job(JobState::Running)
}

pub(super) fn any_runs(order: &WorkOrder) -> bool {
    order.operations().iter().any(|op| runs(order, op))
}

/// Open operations, in the order of the routing.
fn open(order: &WorkOrder) -> Vec<&Operation> {
    let all = order.operations().iter().map(AsRef::as_ref);
    let mut open: Vec<&Operation> = all.filter(|op| !is_over(order, op)).collect();
    open.sort_by_key(|op| (op.position().is_none(), op.position(), op.id()));
    open
}

/// Operations that could start by the routing, of which the rules can be asked.
pub(crate) fn startable(order: &WorkOrder) -> Vec<&Operation> {
    let mut open = open(order);
    open.retain(|op| op.started_at().is_none() && !is_behind_others(order, op));
    open.truncate(SIDE_BY_SIDE_MAX);
    open
}

/// Lots that the warehouse gave to the order, newest first.
pub(crate) fn issued(order: &WorkOrder) -> Vec<LotId> {
    let moves = order.movement_list().iter().rev();
    let issues = moves.filter(|it| it.kind() == MovementKind::Issued && it.reversal().is_none());
    let mut lots: Vec<LotId> = Vec::new();
    for lot in issues.filter_map(|it| it.lot()) {
        if lots.len() < ISSUED_LOTS_MAX && !lots.contains(lot) {
            lots.push(lot.clone());
        }
    }
    lots
}

impl Walk<'_> {
    /// The operations that the order stands at: each that waits directly behind one of them, else
    /// itself.
    pub(super) fn operations(&mut self, depth: usize, order: &WorkOrder) {
        let open = open(order);
        let at: Vec<&Operation> = open
            .iter()
            .copied()
            .filter(|op| !is_behind_others(order, op))
            .collect();
        let behind = |at: &Operation| {
            let mut waiting = open.iter().copied();
            waiting.find(|op| is_behind_others(order, op) && op.predecessors().contains(at.id()))
        };
        let mut starts: Vec<&Operation> = at.iter().map(|at| behind(at).unwrap_or(at)).collect();
        // Only a routing that goes in a circle, or names what it does not have, has none.
        if starts.is_empty() {
            starts.extend(open.first());
        }
        if starts.is_empty() {
            let key = twin_model::EntityKey::WorkOrder(order.id().clone());
            let link = self
                .about(
                    &key,
                    "No operation of it is known: it was released without a routing.",
                )
                .owned_by(
                    "planning (ERP), or production (MES)",
                    "Release it with operations, publish the routing, or report the first start.",
                );
            self.add(depth, "operations", link);
        }
        starts.dedup_by_key(|op| op.id());
        self.truncated |= starts.len() > SIDE_BY_SIDE_MAX;
        for operation in starts.into_iter().take(SIDE_BY_SIDE_MAX) {
            self.operation(depth, order, operation);
        }
    }

    /// An operation of any order, by its names.
    pub(super) fn operation_of(&mut self, depth: usize, (order, op): (&str, &OperationId)) {
        let found = self.known.entities.get(EntityKind::WorkOrder, order);
        if let Some(Entity::WorkOrder(order)) = found
            && let Some(operation) = order.operations().iter().find(|known| known.id() == op)
        {
            self.operation(depth, order, operation);
        }
    }

    fn operation(&mut self, depth: usize, order: &WorkOrder, operation: &Operation) {
        match order.operation_state(operation) {
            OperationState::Job(JobState::Running) => self.running(depth, order, operation),
            OperationState::Job(JobState::Interrupted(_)) => {
                self.interrupted(depth, order, operation);
            }
            _ if is_behind_others(order, operation) => self.behind(depth, order, operation),
            OperationState::Job(JobState::NotAllowedToStart(_) | JobState::AllowedToStart(_)) => {
                self.ready(depth, order, operation);
            }
            _ => {}
        }
    }

    fn running(&mut self, depth: usize, order: &WorkOrder, operation: &Operation) {
        let planned = operation.quantity().or(order.released());
        let planned = planned.unwrap_or(order.ordered()).normalize();
        let (good, unit) = (operation.good().normalize(), order.unit());
        let mut text = format!(
            "Operation {} of {} runs{}: {good} of {planned} {unit} are good.",
            operation.id(),
            order.id(),
            place(operation)
        );
        if let Some(rest) = order.remaining_s(operation) {
            text += &format!(" By its plan {} s are left.", rest.round());
        }
        let link = self
            .about_operation(order, operation.id(), text)
            .since(operation.started_at())
            .owned_by(
                "production (MES)",
                "Nothing, unless it should be done by now.",
            );
        if self.add(depth, "operation", link)
            && let Some(center) = operation.work_center()
        {
            self.faults_of_center(depth + 1, center);
        }
    }

    fn interrupted(&mut self, depth: usize, order: &WorkOrder, operation: &Operation) {
        let Some(word) = operation.standstill() else {
            return;
        };
        let text = format!(
            "Operation {} of {} stands still{}: {}.",
            operation.id(),
            order.id(),
            place(operation),
            word.reason
        );
        let link = self
            .about_operation(order, operation.id(), text)
            .since(Some(word.at))
            .owned_by(
                "production (MES)",
                "Remove what the reason names, then report that the operation goes on.",
            );
        if self.add(depth, "operation", link) {
            if let Some(hold) = &word.hold {
                self.hold(depth + 1, hold);
            }
            if let Some(center) = operation.work_center() {
                self.faults_of_center(depth + 1, center);
            }
        }
    }

    /// R06: an operation behind others.
    fn behind(&mut self, depth: usize, order: &WorkOrder, operation: &Operation) {
        let named = operation.predecessors().iter();
        let known = |id: &OperationId| order.operations().iter().find(|op| op.id() == id);
        let missing: Vec<&OperationId> = named
            .filter(|id| known(id).is_none_or(|op| !is_over(order, op) && op.good().is_zero()))
            .collect();
        let Some(first) = missing.first() else { return };
        let rejection = Rejection::PredecessorNotReady {
            order: order.id().clone(),
            operation: operation.id().clone(),
            predecessor: (*first).clone(),
            ready: known(first).map(|op| op.good()).unwrap_or_default(),
            planned: order.released().unwrap_or(order.ordered()).normalize(),
        };
        let link = self
            .about_operation(order, operation.id(), rejection.to_string())
            .code(Code::R06);
        if !self.add(depth, "operation", link) {
            return;
        }
        for id in missing.into_iter().take(SIDE_BY_SIDE_MAX) {
            match known(id) {
                Some(before) => self.operation(depth + 1, order, before),
                None => {
                    let text = format!(
                        "Operation {id} of {} is named as the one before, and is not known.",
                        order.id()
                    );
                    let link = self.about_operation(order, id, text).owned_by(
                        "planning (ERP)",
                        "Correct the routing of the order, or report the operation.",
                    );
                    self.add(depth + 1, "operation", link);
                }
            }
        }
    }

    /// An operation that nothing before it keeps from starting.
    fn ready(&mut self, depth: usize, order: &WorkOrder, operation: &Operation) {
        let text = format!(
            "Operation {} of {} has not started{}.",
            operation.id(),
            order.id(),
            place(operation)
        );
        let link = self
            .about_operation(order, operation.id(), text)
            .since(ready_since(order, operation))
            .owned_by(
                "production (MES)",
                "Start it, or report what keeps it from starting.",
            );
        if !self.add(depth, "operation", link) {
            return;
        }
        let own = self
            .chain
            .first()
            .is_some_and(|top| top.id == order.id().as_str());
        if let Some(said) = self.known.against.get(operation.id()).filter(|_| own) {
            let text = format!("Started now, this would stand against it: {}", said.text);
            let link = self
                .about_operation(order, operation.id(), text)
                .code(said.code);
            self.add(depth + 1, "rule", link);
        }
        for lot in issued(order) {
            self.lot(depth + 1, &lot);
        }
        self.stock(depth + 1, order, operation);
        if let Some(center) = operation.work_center() {
            self.center(depth + 1, center, Some((order, operation)));
        }
    }
}

fn place(operation: &Operation) -> String {
    match operation.work_center() {
        Some(center) => format!(" at {center}"),
        None => String::new(),
    }
}

/// When an operation could have started: the latest end before it, else the order's planned start.
pub(super) fn ready_since(order: &WorkOrder, operation: &Operation) -> Option<Time> {
    let before = operation.predecessors().iter();
    let known = before.filter_map(|id| order.operations().iter().find(|op| op.id() == id));
    // Of one that is not completed, its first good pieces are ready, whenever that was.
    let ends = known.filter_map(|op| op.ended_at().or(op.started_at()));
    ends.max().or(order.planned_start())
}
