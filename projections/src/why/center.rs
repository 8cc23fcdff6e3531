//! A work center: whether it can be used, what has it, and who is before whom.

use twin_model::{
    Code, Entity, EntityKey, EntityKind, ItemState, Liveness, Operation, OperationId, WorkCenter,
    WorkCenterId, WorkOrder, WorkOrderId,
};

use super::{SIDE_BY_SIDE_MAX, Walk};

/// Operations in a queue that are looked at.
const QUEUE_LOOK_MAX: usize = 200;

/// Where an operation stands in a queue: by the MES where it said so, else by priority.
type Place = (bool, u32, i32);

impl<'m> Walk<'m> {
    fn work_center(&self, id: &WorkCenterId) -> Option<&'m WorkCenter> {
        match self.known.entities.get(EntityKind::WorkCenter, id.as_str()) {
            Some(Entity::WorkCenter(center)) => Some(center),
            _ => None,
        }
    }

    /// What is wrong with a work center. Whether anything is.
    pub(super) fn faults_of_center(&mut self, depth: usize, id: &WorkCenterId) -> bool {
        let Some(center) = self.work_center(id) else {
            return false;
        };
        let (key, now) = (EntityKey::WorkCenter(id.clone()), self.known.now);
        let links = self.chain.len();
        for hold in center.holds() {
            self.hold(depth, hold);
        }
        if let Err(rejection) = center.may_start(now) {
            let link = self
                .about(&key, rejection.to_string())
                .code(rejection.code());
            let link = link.since(center.since().filter(|_| is_down(center)));
            self.add(depth, "maintenance", link);
        } else if is_down(center) {
            let state = center.item_state().as_str().replace('_', " ");
            let text = match center.reason() {
                Some(reason) => format!("Work center {id} is {state}: {reason}."),
                None => format!("Work center {id} is {state}; nobody told why."),
            };
            let link = self.about(&key, text).since(center.since()).owned_by(
                "maintenance (CMMS), or whoever runs the machine",
                "Bring it back, or move the operation to another work center.",
            );
            self.add(depth, "state", link);
        }
        if center.liveness(now) != Liveness::Live {
            let state = center.item_state().as_str().replace('_', " ");
            let text = format!("Nothing is heard of {id}; its last state ({state}) may be old.");
            let link = self.about(&key, text).code(Code::R24);
            let link = link.since(center.last_heard());
            self.add(depth, "silence", link);
        }
        self.chain.len() > links
    }

    /// Why a work center does not take an operation.
    pub(super) fn center(
        &mut self,
        depth: usize,
        id: &WorkCenterId,
        wanted: Option<(&WorkOrder, &Operation)>,
    ) {
        let faulty = self.faults_of_center(depth, id);
        let (Some(center), Some((order, operation))) = (self.work_center(id), wanted) else {
            return;
        };
        if self.is_busy(depth, center, (order.id(), operation.id())) {
            return;
        }
        let before = self.before(center, order, operation);
        let Some(first) = before.first() else {
            if !faulty {
                self.is_free(depth, id, operation.id());
            }
            return;
        };
        let names: Vec<String> = before
            .iter()
            .take(SIDE_BY_SIDE_MAX)
            .map(|(order, op)| format!("{order}/{op}"))
            .collect();
        let text = format!(
            "{} operations are before it in the queue of {id}: {}{}.",
            before.len(),
            names.join(", "),
            match before.len() > SIDE_BY_SIDE_MAX {
                true => " and more",
                false => "",
            }
        );
        let key = EntityKey::WorkCenter(id.clone());
        let link = self.about(&key, text).owned_by(
            "planning (ERP) with production (MES)",
            "Wait, move it forward in the queue, or dispatch it to another work center.",
        );
        let (order, op) = (first.0.clone(), first.1.clone());
        if self.add(depth, "queue", link) && !faulty {
            self.operation_of(depth + 1, (order.as_str(), &op));
        }
    }

    fn is_busy(
        &mut self,
        depth: usize,
        center: &WorkCenter,
        own: (&WorkOrderId, &OperationId),
    ) -> bool {
        let running: Vec<_> = center
            .running()
            .filter(|((order, op), _)| (order, op) != own)
            .collect();
        let room = usize::try_from(center.capacity()).unwrap_or(usize::MAX);
        if running.len() < room {
            return false;
        }
        let (id, count) = (center.id(), running.len());
        let text = format!("Work center {id} is busy: {count} of {room} places are taken.");
        let since = running.iter().map(|(_, since)| *since).max();
        let key = EntityKey::WorkCenter(id.clone());
        let link = self.about(&key, text).since(since).owned_by(
            "production (MES)",
            "Wait for what runs there, or dispatch the operation to another work center.",
        );
        if self.add(depth, "busy", link) {
            for ((order, op), _) in running.into_iter().take(SIDE_BY_SIDE_MAX) {
                self.operation_of(depth + 1, (order.as_str(), op));
            }
        }
        true
    }

    fn is_free(&mut self, depth: usize, id: &WorkCenterId, op: &OperationId) {
        let text = format!("Work center {id} is free; nothing that was told keeps {op} from it.");
        let key = EntityKey::WorkCenter(id.clone());
        let link = self.about(&key, text).owned_by(
            "production (MES)",
            "Start the operation, or report what keeps it from starting.",
        );
        self.add(depth, "free", link);
    }

    /// Operations that come before another one in a queue, the next one first.
    fn before(
        &self,
        center: &'m WorkCenter,
        order: &WorkOrder,
        operation: &Operation,
    ) -> Vec<&'m (WorkOrderId, OperationId)> {
        let queue = center.queue();
        let at = self.place(order.id(), operation.id(), order.priority());
        let waiting = queue.iter().take(QUEUE_LOOK_MAX);
        let mut before: Vec<(Place, &(WorkOrderId, OperationId))> = waiting
            .filter(|(key, _)| (&key.0, &key.1) != (order.id(), operation.id()))
            .map(|(key, priority)| (self.place(&key.0, &key.1, *priority), key))
            .filter(|(place, _)| *place < at)
            .collect();
        before.sort();
        before.into_iter().map(|(_, key)| key).collect()
    }

    fn place(&self, order: &WorkOrderId, op: &OperationId, priority: i32) -> Place {
        let found = self
            .known
            .entities
            .get(EntityKind::WorkOrder, order.as_str());
        let dispatched = match found {
            Some(Entity::WorkOrder(order)) => {
                let found = order.operations().iter().find(|known| known.id() == op);
                found.and_then(|op| op.dispatch()?.queue_pos)
            }
            _ => None,
        };
        match dispatched {
            Some(place) => (false, place, priority),
            None => (true, 0, priority),
        }
    }
}

fn is_down(center: &WorkCenter) -> bool {
    matches!(
        center.item_state(),
        ItemState::NotAvailable | ItemState::OutOfService
    ) && center.state().is_some()
}
