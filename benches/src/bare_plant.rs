//! The limit for `Plant::apply`: hash maps of plain structs that make the same change.
//!
//! They have what the commonest events change and nothing else: no rule is checked, nothing
//! follows for another object, no former state is kept, nobody is told.

use rustc_hash::FxHashMap;
use twin_model::{
    Amount, Decimal, DeliveryId, Event, EventBody, HoldId, HoldScope, ItemState, LotId, MaterialId,
    Mode, OperationId, Time, WorkCenterId, WorkOrderId,
};

use crate::bare_orders::BareOrders;

/// All objects of a plant.
#[derive(Debug, Default)]
pub struct BarePlant {
    orders: BareOrders,
    planned: FxHashMap<WorkOrderId, (MaterialId, Decimal)>,
    running: FxHashMap<(WorkOrderId, OperationId), Time>,
    lots: FxHashMap<LotId, BareLot>,
    centers: FxHashMap<WorkCenterId, (ItemState, Mode, Time)>,
    holds: FxHashMap<HoldId, HoldScope>,
    shipments: FxHashMap<DeliveryId, Vec<(LotId, Decimal)>>,
}

#[derive(Debug)]
struct BareLot {
    material: MaterialId,
    quantity: Decimal,
}

impl BarePlant {
    /// Makes the change. False when the event is of a type that is not measured, or concerns an
    /// object that is not there.
    pub fn apply(&mut self, event: &Event) -> bool {
        match &event.body {
            EventBody::WorkOrderCreated(body) => {
                self.orders.add(body.order.clone(), &[]);
                let planned = (body.material.clone(), body.quantity.value.value());
                self.planned.insert(body.order.clone(), planned);
            }
            EventBody::WorkOrderReleased(body) => {
                let operations: Vec<OperationId> =
                    body.operations.iter().map(|plan| plan.op.clone()).collect();
                self.orders.add(body.order.clone(), &operations);
            }
            EventBody::OperationStarted(body) => {
                let operation = (body.order.clone(), body.op.clone());
                self.running.insert(operation, event.time);
            }
            EventBody::OperationProgressed(body) => return self.orders.report(body, event.time),
            EventBody::OperationCompleted(body) => {
                self.running.remove(&(body.order.clone(), body.op.clone()));
                return self.orders.report(body, event.time);
            }
            EventBody::LotCreated(body) => {
                self.add_lot(&body.lot, &body.material, body.quantity.value);
            }
            EventBody::LotTransformed(body) => {
                for input in &body.inputs {
                    if let Some(lot) = self.lots.get_mut(&input.lot) {
                        lot.quantity -= input.quantity.value.value();
                    }
                }
                for output in &body.outputs {
                    self.add_lot(&output.lot, &output.material, output.quantity.value);
                }
            }
            EventBody::HoldPlaced(body) => {
                self.holds.insert(body.hold.clone(), body.scope.clone());
            }
            EventBody::HoldReleased(body) => return self.holds.remove(&body.hold).is_some(),
            EventBody::ShipmentRequested(body) => {
                let lots = body.lots.iter();
                let lots = lots.map(|part| (part.lot.clone(), part.quantity.value.value()));
                self.shipments.insert(body.delivery.clone(), lots.collect());
            }
            EventBody::WorkCenterStateChanged(body) => {
                let state = (body.item_state, body.mode, event.time);
                self.centers.insert(body.work_center.clone(), state);
            }
            _ => return false,
        }
        true
    }

    fn add_lot(&mut self, lot: &LotId, material: &MaterialId, quantity: Amount) {
        let there = self.lots.entry(lot.clone()).or_insert_with(|| BareLot {
            material: material.clone(),
            quantity: Decimal::ZERO,
        });
        there.material.clone_from(material);
        there.quantity += quantity.value();
    }
}
