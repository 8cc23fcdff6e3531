//! A work order and what events do to it. What is computed from it stands in
//! [`crate::order_axes`].

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::effect::{Effects, View};
use crate::quantity::check_amount;
use crate::{
    Discrepancy, EntityKey, HoldId, LotId, MaterialId, Message, Notice, Operation, OperationId,
    OperationReport, OperationStarted, Rejection, Time, Tolerance, Unit, WorkCenterId,
    WorkOrderCreated, WorkOrderId, WorkOrderReleased,
};

/// A work order with its operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkOrder {
    pub(crate) id: WorkOrderId,
    pub(crate) material: MaterialId,
    pub(crate) unit: Unit,
    pub(crate) ordered: Decimal,
    pub(crate) released: Option<Decimal>,
    pub(crate) tolerance: Tolerance,
    pub(crate) routing_version: Option<SmolStr>,
    pub(crate) bom_version: Option<SmolStr>,
    pub(crate) planned_start: Option<Time>,
    pub(crate) planned_end: Option<Time>,
    pub(crate) priority: i32,
    pub(crate) sales_order: Option<SmolStr>,
    /// Ascending by operation id, so that the state does not depend on the order of arrival.
    pub(crate) operations: Vec<Operation>,
    pub(crate) lots: BTreeSet<LotId>,
    pub(crate) holds: BTreeSet<HoldId>,
    pub(crate) version: u64,
}

impl WorkOrder {
    /// W1: the ERP plans an order.
    pub(crate) fn create(body: &WorkOrderCreated) -> Result<WorkOrder, Rejection> {
        body.quantity.check("quantity")?;
        Ok(WorkOrder {
            id: body.order.clone(),
            material: body.material.clone(),
            unit: body.quantity.unit,
            ordered: body.quantity.value.value(),
            released: None,
            tolerance: body.tolerance.unwrap_or_default(),
            routing_version: body.routing_version.clone(),
            bom_version: body.bom_version.clone(),
            planned_start: body.planned_start,
            planned_end: body.planned_end,
            priority: body.priority,
            sales_order: body.sales_order.clone(),
            operations: Vec::new(),
            lots: BTreeSet::new(),
            holds: BTreeSet::new(),
            version: 0,
        })
    }

    /// W2: the ERP releases the order; what may start reaches the queue of its work center.
    pub(crate) fn release(
        &mut self,
        body: &WorkOrderReleased,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        if self.released.is_some() {
            return Err(self.wrong_state("a release", "operations may start and report"));
        }
        let quantity = match &body.quantity {
            Some(quantity) => {
                quantity.check("quantity")?;
                self.check_unit(quantity.unit)?;
                quantity.value.value()
            }
            None => self.ordered,
        };
        self.released = Some(quantity);
        if body.routing_version.is_some() {
            self.routing_version.clone_from(&body.routing_version);
        }
        if body.bom_version.is_some() {
            self.bom_version.clone_from(&body.bom_version);
        }
        for (position, plan) in body.operations.iter().enumerate() {
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            // A routing that names an operation twice keeps its first mention.
            if let Err(place) = self.find(&plan.op) {
                self.operations
                    .insert(place, Operation::planned(plan, position));
            }
        }
        self.queue_startable(None, effects);
        Ok(())
    }

    /// Puts operations into the queues of their work centers: those that may start now, and of
    /// these only the successors of `after` where that is given.
    fn queue_startable(&self, after: Option<&OperationId>, effects: &mut Effects) {
        for operation in &self.operations {
            let follows = after.is_none_or(|before| operation.predecessors.contains(before));
            let startable = self.operation_state(operation).may_start();
            if let (true, Some(center)) = (follows && startable, &operation.planned_work_center) {
                effects.tell(
                    EntityKey::WorkCenter(center.clone()),
                    Message::Queued {
                        order: self.id.clone(),
                        op: operation.id.clone(),
                        priority: self.priority,
                    },
                );
            }
        }
    }

    /// The MES starts an operation.
    pub(crate) fn start(
        &mut self,
        body: &OperationStarted,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let released = self.require_release(&body.op)?;
        self.refuse_start_on_hold(Some(&body.work_center), &body.input_lots, view)?;
        if let Ok(place) = self.find(&body.op) {
            let operation = &self.operations[place];
            let late = operation.ended_at.is_some_and(|ended| view.at <= ended);
            if operation.ended_at.is_some() && (operation.start_reported || !late) {
                return Err(self.wrong_operation_state(&body.op, "ended", "a start"));
            }
            if operation.start_reported {
                return Err(self.wrong_operation_state(&body.op, "running", "a start"));
            }
            // A report may have implied the start before: then this is the start itself, late.
            if operation.started_at.is_none() {
                self.require_predecessors(place, released)?;
            }
        }
        let place = self.find_or_learn(&body.op);
        let operation = &mut self.operations[place];
        operation.note_start(view.at);
        operation.start_reported = true;
        operation.delivers |= body.delivers == Some(true);
        if operation.last_report_at.is_none() {
            operation.worker.clone_from(&body.worker);
        }
        let running = operation.ended_at.is_none();
        let elsewhere = operation.work_center.as_ref() != Some(&body.work_center);
        if let (true, true, Some(center)) = (running, elsewhere, &operation.work_center) {
            // The reports named another place, or none: the start knows better.
            let ended = Message::Ended {
                order: self.id.clone(),
                op: operation.id.clone(),
            };
            effects.tell(EntityKey::WorkCenter(center.clone()), ended);
        }
        if running {
            self.occupy(place, Some(&body.work_center), effects);
        } else {
            self.operations[place].work_center = Some(body.work_center.clone());
        }
        Ok(())
    }

    /// The MES reports quantities, and at the end completes the operation. A report without a
    /// start implies one: real plants forget the start.
    pub(crate) fn report(
        &mut self,
        body: &OperationReport,
        completes: bool,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let released = self.require_release(&body.op)?;
        self.check_unit(body.unit)?;
        for (amount, field) in [
            (body.good, "good"),
            (body.scrap, "scrap"),
            (body.rework, "rework"),
            (body.mrb, "mrb"),
        ] {
            check_amount(amount, body.unit, field)?;
        }
        let known = self
            .find(&body.op)
            .ok()
            .map(|place| &self.operations[place]);
        let ended_at = known.and_then(|operation| operation.ended_at);
        // What happened before the end and arrives after it is a late report, and counts.
        let late = ended_at.is_some_and(|ended| body.end.unwrap_or(view.at) <= ended);
        if ended_at.is_some() && (completes || !late) {
            return Err(self.wrong_operation_state(&body.op, "ended", "a report"));
        }
        if known.is_none_or(|operation| operation.started_at.is_none()) {
            self.refuse_start_on_hold(body.work_center.as_ref(), &[], view)?;
        }
        self.refuse_over_delivery(body, released)?;

        let before = self.discrepancies();
        let place = self.find_or_learn(&body.op);
        let started_before = self.operations[place].started_at;
        let had_something_ready = self.operations[place].has_something_ready();
        self.operations[place].add(body, view.at);
        let operation = &self.operations[place];
        if started_before.is_none() {
            self.occupy(place, body.work_center.as_ref(), effects);
        } else if operation.started_at != started_before && operation.ended_at.is_none() {
            let center = operation.work_center.clone();
            self.occupy(place, center.as_ref(), effects);
        }
        if completes {
            let operation = &mut self.operations[place];
            operation.ended_at = operation.last_report_at;
            if let Some(center) = &operation.work_center {
                effects.tell(
                    EntityKey::WorkCenter(center.clone()),
                    Message::Ended {
                        order: self.id.clone(),
                        op: operation.id.clone(),
                    },
                );
            }
        }
        if !had_something_ready && self.operations[place].has_something_ready() {
            self.queue_startable(Some(&body.op), effects);
        }
        self.tell_discrepancies(&before, effects);
        Ok(())
    }

    /// A message from another entity of the plant.
    pub(crate) fn receive(&mut self, message: &Message, effects: &mut Effects) {
        match message {
            Message::HoldPlaced(hold) => {
                self.holds.insert(hold.clone());
                for lot in &self.lots {
                    effects.tell(
                        EntityKey::Lot(lot.clone()),
                        Message::HoldInherited(hold.clone()),
                    );
                }
            }
            Message::HoldReleased(hold) => {
                self.holds.remove(hold);
                for lot in &self.lots {
                    effects.tell(
                        EntityKey::Lot(lot.clone()),
                        Message::HoldDisinherited(hold.clone()),
                    );
                }
            }
            Message::LotProduced(lot) => {
                self.lots.insert(lot.clone());
                for hold in &self.holds {
                    effects.tell(
                        EntityKey::Lot(lot.clone()),
                        Message::HoldInherited(hold.clone()),
                    );
                }
            }
            other => unreachable!("an order gets no {other:?}"),
        }
    }

    /// Marks the operation as running at `center` (or where it was planned).
    fn occupy(&mut self, place: usize, center: Option<&WorkCenterId>, effects: &mut Effects) {
        let operation = &mut self.operations[place];
        if let Some(planned) = &operation.planned_work_center {
            effects.tell(
                EntityKey::WorkCenter(planned.clone()),
                Message::Dequeued {
                    order: self.id.clone(),
                    op: operation.id.clone(),
                },
            );
        }
        operation.work_center = center.or(operation.planned_work_center.as_ref()).cloned();
        if let (Some(center), Some(since)) = (&operation.work_center, operation.started_at) {
            effects.tell(
                EntityKey::WorkCenter(center.clone()),
                Message::Started {
                    order: self.id.clone(),
                    op: operation.id.clone(),
                    since,
                },
            );
        }
    }

    pub(crate) fn find(&self, op: &OperationId) -> Result<usize, usize> {
        self.operations
            .binary_search_by(|operation| operation.id.cmp(op))
    }

    fn find_or_learn(&mut self, op: &OperationId) -> usize {
        match self.find(op) {
            Ok(place) => place,
            Err(place) => {
                self.operations
                    .insert(place, Operation::learned(op.clone()));
                place
            }
        }
    }

    /// R03. It parks: the ERP's release may still arrive, and arrival order must not decide.
    fn require_release(&self, op: &OperationId) -> Result<Decimal, Rejection> {
        self.released.ok_or_else(|| Rejection::NotReleased {
            order: self.id.clone(),
            operation: op.clone(),
        })
    }

    fn refuse_start_on_hold(
        &self,
        work_center: Option<&WorkCenterId>,
        input_lots: &[LotId],
        view: View<'_>,
    ) -> Result<(), Rejection> {
        let order = EntityKey::WorkOrder(self.id.clone());
        view.refuse_if_held(&order, self.holds.iter(), "started")?;
        if let Some(center) = work_center.and_then(|id| view.plant.work_center(id)) {
            let key = EntityKey::WorkCenter(center.id().clone());
            view.refuse_if_held(&key, center.holds().iter(), "used")?;
        }
        for id in input_lots {
            if let Some(lot) = view.plant.lot(id) {
                let key = EntityKey::Lot(id.clone());
                view.refuse_if_held(&key, lot.all_holds(), "consumed")?;
            }
        }
        Ok(())
    }

    /// R06.
    fn require_predecessors(&self, place: usize, released: Decimal) -> Result<(), Rejection> {
        let operation = &self.operations[place];
        for id in &operation.predecessors {
            let Ok(at) = self.find(id) else { continue };
            let predecessor = &self.operations[at];
            if !predecessor.has_something_ready() {
                return Err(Rejection::PredecessorNotReady {
                    order: self.id.clone(),
                    operation: operation.id.clone(),
                    predecessor: id.clone(),
                    ready: predecessor.good,
                    planned: released,
                });
            }
        }
        Ok(())
    }

    /// R04, invariant 3: delivered <= released x (1 + over tolerance).
    fn refuse_over_delivery(
        &self,
        body: &OperationReport,
        released: Decimal,
    ) -> Result<(), Rejection> {
        let known = self
            .find(&body.op)
            .ok()
            .map(|place| &self.operations[place]);
        let delivers = body.delivers == Some(true) || known.is_some_and(|op| op.delivers);
        if !delivers || body.good.value().is_zero() {
            return Ok(());
        }
        // An operation that becomes a delivering one brings what it reported before.
        let before = known
            .filter(|op| !op.delivers)
            .map_or(Decimal::ZERO, |op| op.good);
        let total = self.delivered() + before + body.good.value();
        let max = released * (Decimal::ONE + self.tolerance.over.value());
        if total <= max {
            return Ok(());
        }
        Err(Rejection::OverDelivery {
            order: self.id.clone(),
            good: body.good.value(),
            total,
            released,
            percent: (self.tolerance.over.value() * Decimal::ONE_HUNDRED).normalize(),
            max: max.normalize(),
            unit: self.unit,
        })
    }

    fn check_unit(&self, unit: Unit) -> Result<(), Rejection> {
        if unit == self.unit {
            return Ok(());
        }
        let object = EntityKey::WorkOrder(self.id.clone());
        Err(Rejection::UnitMismatch {
            object,
            unit,
            base: self.unit,
        })
    }

    fn wrong_state(&self, action: &'static str, allowed: &'static str) -> Rejection {
        let object = EntityKey::WorkOrder(self.id.clone()).to_string();
        Rejection::WrongState {
            object,
            state: self.lifecycle().as_str(),
            action,
            allowed,
        }
    }

    fn wrong_operation_state(
        &self,
        op: &OperationId,
        state: &'static str,
        action: &'static str,
    ) -> Rejection {
        let object = format!("Operation {op} of order {}", self.id);
        let allowed = match state {
            "running" => "a report of progress or completion",
            _ => "a reversal of its completion by the MES",
        };
        Rejection::WrongState {
            object,
            state,
            action,
            allowed,
        }
    }

    fn tell_discrepancies(&self, before: &[Discrepancy], effects: &mut Effects) {
        let after = self.discrepancies();
        let object = || EntityKey::WorkOrder(self.id.clone());
        for new in after
            .iter()
            .filter(|new| !before.iter().any(|old| old.same_case(new)))
        {
            effects.notice(Notice::DiscrepancyFound {
                object: object(),
                code: new.code(),
                text: new.to_string().into(),
            });
        }
        for old in before
            .iter()
            .filter(|old| !after.iter().any(|new| new.same_case(old)))
        {
            effects.notice(Notice::DiscrepancyHealed {
                object: object(),
                code: old.code(),
                text: old.to_string().into(),
            });
        }
    }
}
