//! Which entity handles which event.

use crate::effect::{Effects, View};
use crate::plant::Cause;
use crate::{
    Entity, EntityKey, Event, EventBody, Hold, Plant, Rejection, Shipment, WorkOrder, WorkOrderId,
    transform,
};

impl Plant {
    /// Takes an event to the entity that owns it.
    pub(crate) fn handle(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        match &event.body {
            EventBody::WorkOrderCreated(body) => {
                let key = event.body.owner();
                self.refuse_taken(&key)?;
                self.give_birth(Entity::WorkOrder(WorkOrder::create(body)?), effects);
                Ok(())
            }
            EventBody::WorkOrderReleased(body) => {
                self.change_order(event, &body.order, cause, effects, |order, _, effects| {
                    order.release(body, effects)
                })
            }
            EventBody::OperationStarted(body) => self.change_order(
                event,
                &body.order,
                cause,
                effects,
                |order, view, effects| order.start(body, view, effects),
            ),
            EventBody::OperationProgressed(body) => self.change_order(
                event,
                &body.order,
                cause,
                effects,
                |order, view, effects| order.report(body, false, view, effects),
            ),
            EventBody::OperationCompleted(body) => self.change_order(
                event,
                &body.order,
                cause,
                effects,
                |order, view, effects| order.report(body, true, view, effects),
            ),
            EventBody::LotCreated(body) => {
                self.ensure_lot(&body.lot, &body.material, body.quantity.unit, effects);
                self.change_lot(&body.lot, cause, effects, |lot, view, effects| {
                    lot.announce(body, view, effects)
                })
            }
            EventBody::LotTransformed(body) => {
                transform::check(body, self.view(cause))?;
                transform::carry_out(self, body, cause, effects)
            }
            EventBody::HoldPlaced(_)
            | EventBody::HoldReleased(_)
            | EventBody::ShipmentRequested(_)
            | EventBody::WorkCenterStateChanged(_) => self.handle_rest(event, cause, effects),
        }
    }

    /// Holds, shipments and work centers.
    fn handle_rest(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let key = event.body.owner();
        match &event.body {
            EventBody::HoldPlaced(body) => {
                self.refuse_taken(&key)?;
                let hold = Hold::place(body, self.view(cause), effects);
                self.give_birth(Entity::Hold(hold), effects);
                Ok(())
            }
            EventBody::HoldReleased(body) => {
                self.require(&key, event)?;
                self.change(&key, cause, effects, |entity, _, effects| match entity {
                    Entity::Hold(hold) => hold.release(body, cause.at, effects),
                    _ => unreachable!("a hold's key names a hold"),
                })
            }
            EventBody::ShipmentRequested(body) => {
                self.refuse_taken(&key)?;
                let shipment = Shipment::request(body, self.view(cause), effects)?;
                self.give_birth(Entity::Shipment(shipment), effects);
                Ok(())
            }
            EventBody::WorkCenterStateChanged(body) => {
                self.ensure_work_center(&body.work_center, effects);
                self.change(&key, cause, effects, |entity, _, _| match entity {
                    Entity::WorkCenter(center) => {
                        center.change_state(body, cause.at);
                        Ok(())
                    }
                    _ => unreachable!("a work center's key names a work center"),
                })
            }
            _ => unreachable!("orders and lots are handled before"),
        }
    }

    fn change_order(
        &mut self,
        event: &Event,
        order: &WorkOrderId,
        cause: Cause<'_>,
        effects: &mut Effects,
        handler: impl FnOnce(&mut WorkOrder, View<'_>, &mut Effects) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let key = EntityKey::WorkOrder(order.clone());
        self.require(&key, event)?;
        self.change(&key, cause, effects, |entity, view, effects| match entity {
            Entity::WorkOrder(order) => handler(order, view, effects),
            _ => unreachable!("an order's key names an order"),
        })
    }
}
