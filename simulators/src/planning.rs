//! Orders as the ERP creates and releases them.

use twin_model::{
    CountingSource, EventBody, PlannedOperation, Quantity, SmolStr, Time, Tolerance, Unit,
    WorkOrderCreated, WorkOrderReleased,
};

use crate::emitter::System;
use crate::happening::Happening;
use crate::names::named;
use crate::operations::{pieces, thousandths};
use crate::order::{ORDER_NUMBER_FIRST, Order};
use crate::priority;
use crate::random::{Draw, Purpose, entity_number};
use crate::simulation::{SECOND_US, Simulation};

/// Most orders that one planning round releases.
const RELEASES_PER_ROUND_MAX: usize = 2;

/// Over-delivery that every order allows, in thousandths of the ordered quantity.
const OVER_DELIVERY_MILLI: i64 = 100;

/// Under-delivery that every order allows, in thousandths of the ordered quantity.
const UNDER_DELIVERY_MILLI: i64 = 150;

/// Priority of an urgent order of the ERP: lower is more urgent.
const PRIORITY_URGENT: i32 = 1;

/// The stream of orders has random numbers of its own.
const ARRIVALS: &str = "order arrivals";

impl Simulation {
    pub(crate) fn schedule_order_arrival(&mut self) {
        let entity = entity_number(ARRIVALS);
        let draw = self
            .random
            .draw(entity, self.counts.arrivals, Purpose::OrderArrival);
        self.counts.arrivals += 1;
        let mean_us = self.model.orders.arrival_mean_s * SECOND_US;
        self.schedule_in_us(draw.exponential_us(mean_us), Happening::OrderArrives);
    }

    pub(crate) fn order_arrives(&mut self) {
        self.schedule_order_arrival();
        let waiting = self
            .orders
            .values()
            .filter(|order| order.work_centers.is_empty())
            .count();
        if waiting < self.model.orders.waiting_max {
            let draw = self.order_draw(self.counts.orders, Purpose::OrderPlan);
            let (least_s, most_s) = self.model.orders.plan_ahead_s;
            let planned_start = self.now().plus_seconds(draw.between(least_s, most_s));
            self.create_order(planned_start);
        }
    }

    /// The orders that the plant already has when its history begins, planned one after another.
    pub(crate) fn create_opening_orders(&mut self) {
        for position in 0..self.model.orders.opening_orders as i64 {
            let after_s = position * self.model.orders.arrival_mean_s / 2;
            self.create_order(self.now().plus_seconds(after_s));
        }
    }

    fn order_draw(&self, order: u64, purpose: Purpose) -> Draw {
        self.random.draw(entity_number(ARRIVALS), order, purpose)
    }

    fn create_order(&mut self, planned_start: Time) {
        let count = self.counts.orders;
        self.counts.orders += 1;
        let number = ORDER_NUMBER_FIRST + count;
        let habits = &self.model.orders;
        let product = self.draw_product(count);
        let urgent = self
            .order_draw(count, Purpose::OrderPriority)
            .chance(habits.urgent);
        let customer = self.order_draw(count, Purpose::OrderCustomer);
        let id = format!("WO-{number}");
        let mut order = Order {
            id: named(&id),
            entity: entity_number(&id),
            product,
            customer: habits.customers[customer.below(habits.customers.len() as u64) as usize],
            pieces: self.draw_pieces(count, product),
            priority: if urgent {
                PRIORITY_URGENT
            } else {
                priority::USUAL
            },
            planned_start,
            due: planned_start,
            work_centers: Vec::new(),
            step: 0,
            entered: 0,
            worked: 0,
            good: 0,
            raw_lot: None,
            blank_lot: named(&format!("B-{number}")),
            finished_lot: named(&format!("F-{number}")),
            unbooked: None,
        };
        let (least, most) = habits.promise_ratio;
        let ratio =
            least + (most - least) * self.order_draw(count, Purpose::OrderPromise).fraction();
        order.due = planned_start.plus_seconds((self.work_s(&order) as f64 * ratio) as i64);
        let body = WorkOrderCreated {
            order: order.id.clone(),
            material: self.model.products[product].material.clone(),
            quantity: Quantity {
                value: pieces(order.pieces),
                unit: Unit::PIECE,
            },
            tolerance: Some(Tolerance {
                over: thousandths(OVER_DELIVERY_MILLI),
                under: thousandths(UNDER_DELIVERY_MILLI),
            }),
            routing_version: Some(SmolStr::new_static("R3")),
            bom_version: Some(SmolStr::new_static("B2")),
            planned_start: Some(order.planned_start),
            planned_end: Some(order.due),
            priority: order.priority,
            sales_order: Some(SmolStr::new(format!("SO-{}", 77_000 + count))),
            counting: CountingSource::Operator,
        };
        self.orders.insert(number, order);
        self.emit(System::Erp, &id, EventBody::WorkOrderCreated(body));
    }

    fn draw_product(&self, count: u64) -> usize {
        let shares = self.model.products.iter().map(|product| product.share);
        let mut left = self
            .order_draw(count, Purpose::OrderProduct)
            .below(shares.clone().sum());
        for (index, share) in shares.enumerate() {
            if left < share {
                return index;
            }
            left -= share;
        }
        unreachable!("the draw is below the sum of all shares")
    }

    fn draw_pieces(&self, count: u64, product: usize) -> i64 {
        let product = &self.model.products[product];
        let (low, high) = product.pieces;
        let steps = (high - low) / product.pieces_step;
        let draw = self.order_draw(count, Purpose::OrderQuantity);
        low + draw.between(0, steps) * product.pieces_step
    }

    /// Pure working time of an order without waiting, in seconds.
    fn work_s(&self, order: &Order) -> i64 {
        let routing = &self.model.products[order.product].routing;
        routing
            .iter()
            .map(|step| step.run_s_per_piece * order.pieces)
            .sum()
    }

    pub(crate) fn planning_round(&mut self) {
        let interval_us = self.model.orders.planning_round_s * SECOND_US;
        self.schedule_in_us(interval_us, Happening::PlanningRound);
        self.buy_raw_material();
        for _ in 0..RELEASES_PER_ROUND_MAX {
            let Some(number) = self.next_to_release() else {
                return;
            };
            self.release_order(number);
        }
    }

    fn next_to_release(&self) -> Option<u64> {
        let released = self
            .orders
            .values()
            .filter(|order| !order.work_centers.is_empty())
            .count();
        if released >= self.model.orders.on_floor_max {
            return None;
        }
        let horizon = self.now().plus_seconds(self.model.orders.release_ahead_s);
        let waiting = self
            .orders
            .iter()
            .filter(|(_, order)| order.work_centers.is_empty() && order.planned_start <= horizon);
        waiting
            .map(|(number, order)| order.rank(*number))
            .min()
            .map(|(_, _, number)| number)
    }

    fn release_order(&mut self, number: u64) {
        let order = &self.orders[&number];
        let product = &self.model.products[order.product];
        let mut work_centers = Vec::with_capacity(product.routing.len());
        let mut operations: Vec<PlannedOperation> = Vec::with_capacity(product.routing.len());
        for (position, step) in product.routing.iter().enumerate() {
            let group = (0..self.machines.len())
                .filter(|&index| self.model.work_centers[index].group == step.group);
            let Some(index) = group.min_by_key(|&index| (self.machines[index].load_s, index))
            else {
                unreachable!("the model was checked: every group has a work center");
            };
            self.machines[index].load_s += step.run_s_per_piece * order.pieces;
            work_centers.push(index);
            let work_center = &self.model.work_centers[index];
            operations.push(PlannedOperation {
                op: step.op.clone(),
                work_center: Some(work_center.id.clone()),
                predecessors: operations
                    .last()
                    .map(|before| before.op.clone())
                    .into_iter()
                    .collect(),
                overlap: false,
                quantity: None,
                inspection_point: false,
                delivers: position + 1 == product.routing.len(),
                setup_s: u32::try_from(work_center.setup_s).ok(),
                run_s_per_unit: Some(pieces(step.run_s_per_piece)),
            });
        }
        let body = WorkOrderReleased {
            order: order.id.clone(),
            quantity: None,
            routing_version: None,
            bom_version: None,
            operations,
            components: Vec::new(),
        };
        let (about, first) = (order.id.to_string(), work_centers[0]);
        if let Some(order) = self.orders.get_mut(&number) {
            order.entered = order.pieces;
            order.work_centers = work_centers;
        }
        self.emit(System::Erp, &about, EventBody::WorkOrderReleased(body));
        self.machines[first].queue.push(number);
        self.look_for_work(first);
    }
}
