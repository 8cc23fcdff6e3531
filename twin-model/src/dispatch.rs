//! Which entity handles which event.

use crate::effect::{Effects, View};
use crate::plant::Cause;
use crate::{
    Entity, EntityKey, Event, EventBody, Hold, LotCreated, Material, Plant, Rejection, ReportId,
    Routing, Shipment, WorkOrder, lot_merge, lot_split, packing, transform,
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
                self.give_birth(WorkOrder::create(body)?.into(), effects);
                Ok(())
            }
            EventBody::LotCreated(body) => self.announce_lot(body, cause, effects),
            EventBody::LotTransformed(body) => {
                let body = transform::in_lot_units(body, self.view(cause), effects)?;
                transform::check(&body, self.view(cause))?;
                transform::carry_out(self, &body, cause, effects)
            }
            EventBody::LotSplit(body) => {
                let body = lot_split::in_lot_units(body, self.view(cause), effects)?;
                lot_split::check(&body, self.view(cause))?;
                lot_split::carry_out(self, &body, cause, effects)
            }
            EventBody::LotMerged(body) => {
                let body = lot_merge::in_lot_units(body, self.view(cause), effects)?;
                lot_merge::check(&body, self.view(cause))?;
                lot_merge::carry_out(self, &body, cause, effects)
            }
            EventBody::LotPacked(body) => {
                packing::check(body, self.view(cause))?;
                packing::carry_out(self, body, cause, effects)
            }
            EventBody::GoodsReceived(body) => {
                self.require(&event.body.owner(), event)?;
                self.ensure_received_lot(body, cause, effects);
                self.change_order(event, cause, effects, |order, view, effects| {
                    order.handle(event, view, effects)
                })
            }
            EventBody::StockAdjusted(body) => {
                self.require(&event.body.owner(), event)?;
                let report = ReportId::of(&event.source, &event.id);
                self.change_lot(&body.lot, cause, effects, |lot, view, effects| {
                    lot.adjust(body, report, view, effects)
                })
            }
            EventBody::StockStatusChanged(body) => {
                self.require(&event.body.owner(), event)?;
                let report = ReportId::of(&event.source, &event.id);
                self.change_lot(&body.lot, cause, effects, |lot, view, effects| {
                    lot.change_status(body, report, view, effects)
                })
            }
            EventBody::EventRetracted(body) => self.retract(event, body, cause, effects),
            EventBody::HoldPlaced(_)
            | EventBody::HoldReleased(_)
            | EventBody::ShipmentRequested(_)
            | EventBody::ShipmentConfirmed(_)
            | EventBody::ShipmentCancelled(_)
            | EventBody::OwnershipPublished(_)
            | EventBody::ProcessRulesPublished(_)
            | EventBody::PostingAcknowledged(_)
            | EventBody::PostingRefused(_)
            | EventBody::MaterialUpdated(_)
            | EventBody::RoutingPublished(_) => self.handle_rest(event, cause, effects),
            body => match body.owner() {
                EntityKey::WorkCenter(_) => self.handle_work_center(event, cause, effects),
                EntityKey::Inspection(_) => self.handle_inspection(event, cause, effects),
                EntityKey::Nonconformance(_) => self.handle_nonconformance(event, cause, effects),
                _ => self.change_order(event, cause, effects, |order, view, effects| {
                    order.handle(event, view, effects)
                }),
            },
        }
    }

    /// A lot is announced. It may be known from what was made into it, in the same unit.
    fn announce_lot(
        &mut self,
        body: &LotCreated,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        if self
            .lot(&body.lot)
            .is_some_and(|lot| lot.goods.stock.created.is_some())
        {
            let object = EntityKey::Lot(body.lot.clone());
            return Err(Rejection::IdentifierTaken { object });
        }
        let told = (&body.lot, &body.material);
        let view = self.view(cause);
        let own = view.of_lot(body.quantity, told, "quantity", effects)?;
        self.ensure_lot(&body.lot, &body.material, own.unit, effects);
        self.change_lot(&body.lot, cause, effects, |lot, view, effects| {
            lot.announce(body, own.value.value(), view, effects)
        })
    }

    /// Holds, shipments, answers, reference data and the plant's own configuration.
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
                self.give_birth(hold.into(), effects);
                Ok(())
            }
            EventBody::HoldReleased(body) => {
                self.require(&key, event)?;
                self.change(&key, cause, effects, |entity, view, effects| match entity {
                    Entity::Hold(hold) => hold.release(body, view, effects),
                    _ => unreachable!("a hold's key names a hold"),
                })
            }
            EventBody::ShipmentRequested(body) => {
                self.refuse_taken(&key)?;
                let shipment = Shipment::request(body, self.view(cause), effects)?;
                self.give_birth(shipment.into(), effects);
                Ok(())
            }
            EventBody::ShipmentConfirmed(body) => {
                self.change_requested(event, cause, effects, |shipment, view, effects| {
                    shipment.confirm(body, view, effects)
                })
            }
            EventBody::ShipmentCancelled(body) => {
                self.change_requested(event, cause, effects, |shipment, view, effects| {
                    shipment.cancel(body, view, effects)
                })
            }
            EventBody::OwnershipPublished(_) => self.publish_ownership(event, cause, effects),
            EventBody::ProcessRulesPublished(_) => {
                self.publish_process_rules(event, cause, effects)
            }
            EventBody::PostingAcknowledged(_) | EventBody::PostingRefused(_) => {
                self.answer(event, cause, effects)
            }
            EventBody::MaterialUpdated(_) | EventBody::RoutingPublished(_) => {
                self.publish_reference(event, cause, effects)
            }
            _ => unreachable!("orders, lots and work centers are handled elsewhere"),
        }
    }

    /// Materials and routings: published again and again, version by version.
    fn publish_reference(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let key = event.body.owner();
        if self.get(&key).is_none() {
            let entity = match &key {
                EntityKey::Material(id) => Material::named(id.clone()).into(),
                EntityKey::Routing(id) => Routing::named(id.clone()).into(),
                _ => unreachable!("{key:?} is no reference data"),
            };
            self.give_birth(entity, effects);
        }
        if let EntityKey::Material(id) = &key {
            self.check_gates_of_material(id, effects);
        }
        self.change(&key, cause, effects, |entity, view, effects| {
            match (entity, &event.body) {
                (Entity::Material(material), EventBody::MaterialUpdated(body)) => {
                    let since = material.publish(body, view.at)?;
                    let plant = view.plant;
                    plant.tell_lots_made_of(&body.material, since, effects);
                    plant.tell_orders_without_lot(&body.material, since, effects);
                    Ok(())
                }
                (Entity::Routing(routing), EventBody::RoutingPublished(body)) => {
                    routing.publish(body, view.at, effects);
                    Ok(())
                }
                _ => unreachable!("{} publishes no reference data", event.body.type_name()),
            }
        })
    }

    /// Changes the shipment that the event names.
    fn change_requested(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
        handler: impl FnOnce(&mut Shipment, View<'_>, &mut Effects) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let key = event.body.owner();
        self.require(&key, event)?;
        self.change(&key, cause, effects, |entity, view, effects| match entity {
            Entity::Shipment(shipment) => handler(shipment, view, effects),
            _ => unreachable!("a delivery's key names a shipment"),
        })
    }

    /// What machines, their edge, maintenance and master data say of a work center.
    fn handle_work_center(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let key = event.body.owner();
        let EntityKey::WorkCenter(id) = &key else {
            unreachable!("{} is owned by a work center", event.body.type_name())
        };
        self.ensure_work_center(id, effects);
        self.change(&key, cause, effects, |entity, _, effects| {
            let Entity::WorkCenter(center) = entity else {
                unreachable!("a work center's key names a work center")
            };
            match &event.body {
                EventBody::WorkCenterStateChanged(body) => {
                    center.change_state(body, event, effects)
                }
                EventBody::WorkCenterCounterSampled(body) => center.sample(body, event, effects),
                EventBody::WorkCenterConfigured(body) => center.configure(body, event, effects),
                EventBody::MaintenanceScheduled(body) => {
                    center.plan_maintenance(body, event, effects)
                }
                EventBody::MaintenanceStarted(body) => {
                    center.start_maintenance(body, event, effects)
                }
                EventBody::MaintenanceFinished(body) => {
                    center.finish_maintenance(body, event, effects)
                }
                EventBody::EdgeSession(body) => center.change_session(body, event, effects),
                _ => unreachable!("no work center owns {}", event.body.type_name()),
            }
        })
    }

    fn change_order(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
        handler: impl FnOnce(&mut WorkOrder, View<'_>, &mut Effects) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let key = event.body.owner();
        self.require(&key, event)?;
        self.change(&key, cause, effects, |entity, view, effects| match entity {
            Entity::WorkOrder(order) => handler(order, view, effects),
            _ => unreachable!("an order's key names an order"),
        })
    }
}

impl WorkOrder {
    /// An event of an order that exists.
    fn handle(
        &mut self,
        event: &Event,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let report = || ReportId::of(&event.source, &event.id);
        match &event.body {
            EventBody::WorkOrderReleased(body) => self.release(body, view, effects),
            EventBody::WorkOrderChanged(body) => self.change(body, view, effects),
            EventBody::WorkOrderCancelled(body) => self.cancel(body, view, effects),
            EventBody::WorkOrderReleaseWithdrawn(body) => {
                self.withdraw_release(body, view, effects)
            }
            EventBody::WorkOrderAborted(body) => self.give_up(body, view, effects),
            EventBody::WorkOrderTechCompleted(body) => self.tech_complete(body, view, effects),
            EventBody::WorkOrderTechCompletionWithdrawn(_) => {
                self.withdraw_tech_completion(view, effects)
            }
            EventBody::WorkOrderClosed(body) => self.close(body, view, effects),
            EventBody::OperationDispatched(body) => self.dispatch(body, view, effects),
            EventBody::OperationSetupStarted(body) => self.set_up(body, view, effects),
            EventBody::OperationStarted(body) => self.start(body, view, effects),
            EventBody::OperationProgressed(body) => {
                self.report(body, false, report(), view, effects)
            }
            EventBody::OperationCompleted(body) => self.report(body, true, report(), view, effects),
            EventBody::OperationInterrupted(body) => self.interrupt(body, view, effects),
            EventBody::OperationResumed(body) => self.resume(body, view, effects),
            EventBody::OperationAborted(body) => self.abort_operation(body, view, effects),
            EventBody::OperationSkipped(body) => self.skip_operation(body, view, effects),
            EventBody::ConfirmationReversed(body) => self.reverse(body, &event.id, view, effects),
            EventBody::MaterialIssued(body) => self.issue(body, report(), view, effects),
            EventBody::MaterialConsumed(body) => self.consume(body, report(), view, effects),
            EventBody::MaterialReturned(body) => self.give_back(body, report(), view, effects),
            EventBody::GoodsReceived(body) => self.receive_goods(body, report(), view, effects),
            EventBody::MovementReversed(body) => {
                self.reverse_movement(body, &event.id, view, effects)
            }
            _ => unreachable!("{} is no event of an order", event.body.type_name()),
        }
    }
}
