//! An operation from its start to its last report, and what becomes of the lots.

use twin_model::{
    Amount, Decimal, EventBody, LotQuantity, LotTransformed, OperationReport, OperationStarted,
    ProducedLot, Quantity, ReportMode, Unit,
};

use crate::emitter::System;
use crate::machine::{Job, Work};
use crate::names::named;
use crate::random::Purpose;
use crate::simulation::{SECOND_US, Simulation};
use crate::stock::FinishedLot;

/// An amount of whole pieces.
pub(crate) fn pieces(count: i64) -> Amount {
    thousandths(count * 1_000)
}

/// An amount from its thousandths.
///
/// # Panics
/// When it is beyond what a quantity can hold; a model's quantities are far below.
#[expect(
    clippy::expect_used,
    reason = "three decimals of a model's quantity always fit"
)]
pub(crate) fn thousandths(milli: i64) -> Amount {
    Amount::try_from(Decimal::new(milli, 3)).expect("a model's quantity fits")
}

impl Simulation {
    pub(crate) fn begin_operation(&mut self, index: usize, number: u64) {
        let mut input_lots = Vec::new();
        if self.orders[&number].step == 0 {
            input_lots.extend(self.take_raw_material(number));
        }
        let order = &self.orders[&number];
        let routing = &self.model.products[order.product].routing;
        if order.step > 0 && order.step + 1 == routing.len() {
            input_lots.push(order.blank_lot.clone());
        }
        let body = OperationStarted {
            order: order.id.clone(),
            op: routing[order.step].op.clone(),
            work_center: self.model.work_centers[index].id.clone(),
            worker: Some(named(self.worker(number))),
            input_lots,
            delivers: None,
        };
        let about = order.id.to_string();
        self.emit(System::Mes, &about, EventBody::OperationStarted(body));
        self.begin_batch(index, number);
    }

    fn worker(&self, number: u64) -> &'static str {
        let order = &self.orders[&number];
        let draw = self
            .random
            .draw(order.entity, order.visit(0), Purpose::Worker);
        self.model.workers[draw.below(self.model.workers.len() as u64) as usize]
    }

    fn begin_batch(&mut self, index: usize, number: u64) {
        let order = &self.orders[&number];
        let step = &self.model.products[order.product].routing[order.step];
        let fitting = (self.model.report_interval_s / step.run_s_per_piece).max(1);
        let batch = fitting.min(order.entered - order.worked);
        let draw = self
            .random
            .draw(order.entity, order.visit(order.worked), Purpose::RunTime);
        let length_us = draw.around_us(batch * step.run_s_per_piece * SECOND_US);
        let work = Work::Batch(batch);
        let progress = self.work_until(index, work, length_us);
        self.machines[index].job = Some(Job {
            order: number,
            work,
            progress,
        });
        self.tell_machine_state(index);
    }

    pub(crate) fn batch_ends(&mut self, index: usize) {
        let Some(Job {
            order: number,
            work: Work::Batch(batch),
            ..
        }) = self.machines[index].job
        else {
            return;
        };
        let scrap = self.count_scrap(number, batch);
        let worker = self.worker(number);
        let now = self.now();
        let Some(order) = self.orders.get_mut(&number) else {
            return;
        };
        order.worked += batch;
        order.good += batch - scrap;
        let ended = order.worked == order.entered;
        let report = OperationReport {
            order: order.id.clone(),
            op: self.model.products[order.product].routing[order.step]
                .op
                .clone(),
            work_center: Some(self.model.work_centers[index].id.clone()),
            unit: Unit::PIECE,
            mode: ReportMode::Delta,
            counter_epoch: 0,
            good: pieces(batch - scrap),
            scrap: pieces(scrap),
            scrap_by_reason: Vec::new(),
            rework: Amount::ZERO,
            mrb: Amount::ZERO,
            start: None,
            end: Some(now),
            worker: Some(named(worker)),
            delivers: None,
            output_lots: Vec::new(),
            r#final: false,
            document: None,
        };
        let about = order.id.to_string();
        if !ended {
            self.emit(System::Mes, &about, EventBody::OperationProgressed(report));
            self.begin_batch(index, number);
            return;
        }
        self.emit(System::Mes, &about, EventBody::OperationCompleted(report));
        self.machines[index].job = None;
        self.look_for_work(index);
        self.step_ends(number);
    }

    /// Scrap among the next pieces. The last piece of a step is never the step's first scrap
    /// without a good one: an order always goes on.
    fn count_scrap(&self, number: u64, batch: i64) -> i64 {
        let order = &self.orders[&number];
        let probability = self.model.products[order.product].routing[order.step].scrap;
        let first = order.worked;
        let scrapped = (first..first + batch).filter(|&piece| {
            let draw = self
                .random
                .draw(order.entity, order.visit(piece), Purpose::Scrap);
            draw.chance(probability)
        });
        let scrap = scrapped.count() as i64;
        let last = first + batch == order.entered;
        if last && order.good == 0 && scrap == batch {
            scrap - 1
        } else {
            scrap
        }
    }

    fn step_ends(&mut self, number: u64) {
        let work_s = self.step_work_s(number);
        let order = &self.orders[&number];
        let work_center = order.work_center();
        let takes_lots = order.step == 0 || order.step + 1 == order.work_centers.len();
        self.machines[work_center].load_s -= work_s;
        if !takes_lots {
            self.go_on(number);
            return;
        }
        let body = self.transformation(number);
        if let Some(order) = self.orders.get_mut(&number) {
            order.unbooked = Some(body);
        }
        self.try_to_book(number);
    }

    /// What the present step of an order made of which lot.
    fn transformation(&self, number: u64) -> LotTransformed {
        let order = &self.orders[&number];
        let product = &self.model.products[order.product];
        let last = order.step + 1 == product.routing.len();
        let raw_lot = order.raw_lot.as_ref().filter(|_| order.step == 0);
        let input = match raw_lot {
            Some(lot) => LotQuantity {
                lot: lot.clone(),
                quantity: Quantity {
                    value: thousandths(order.pieces * product.raw_milli_per_piece),
                    unit: self.raw_material_of(order.product).1.unit,
                },
            },
            None => LotQuantity {
                lot: order.blank_lot.clone(),
                quantity: Quantity {
                    value: pieces(order.entered),
                    unit: Unit::PIECE,
                },
            },
        };
        let (lot, material) = if last {
            (order.finished_lot.clone(), product.material.clone())
        } else {
            (order.blank_lot.clone(), product.blank.clone())
        };
        let quantity = Quantity {
            value: pieces(order.good),
            unit: Unit::PIECE,
        };
        LotTransformed {
            order: Some(order.id.clone()),
            op: Some(product.routing[order.step].op.clone()),
            inputs: vec![input],
            outputs: vec![ProducedLot {
                lot,
                material,
                quantity,
            }],
        }
    }

    /// Books the lots of an order's step, unless quality holds what went in: then the order
    /// waits where it is, and is booked when the hold ends.
    pub(crate) fn try_to_book(&mut self, number: u64) {
        let Some(order) = self.orders.get_mut(&number) else {
            return;
        };
        let held = |body: &LotTransformed| {
            body.inputs
                .iter()
                .any(|input| self.emitter.is_held(&input.lot))
        };
        let Some(body) = order.unbooked.take_if(|body| !held(body)) else {
            return;
        };
        let about = order.id.to_string();
        let last = order.step + 1 == order.work_centers.len();
        let output = body.outputs[0].lot.clone();
        self.emit(System::Mes, &about, EventBody::LotTransformed(body));
        let probability = self.model.quality.as_ref().map_or(0.0, |quality| {
            if last {
                quality.finished_lot_hold
            } else {
                quality.blank_lot_hold
            }
        });
        self.consider_hold(&output, probability);
        if last {
            self.order_ends(number)
        } else {
            self.go_on(number)
        }
    }

    fn order_ends(&mut self, number: u64) {
        let Some(order) = self.orders.remove(&number) else {
            return;
        };
        let raw_lot = order.raw_lot.unwrap_or_else(|| order.blank_lot.clone());
        self.stock.finished.push(FinishedLot {
            lot: order.finished_lot,
            raw_lot,
            customer: order.customer,
            pieces: order.good,
        });
    }

    fn go_on(&mut self, number: u64) {
        let Some(order) = self.orders.get_mut(&number) else {
            return;
        };
        order.step += 1;
        order.entered = order.good;
        order.worked = 0;
        order.good = 0;
        let index = order.work_center();
        self.machines[index].queue.push(number);
        self.look_for_work(index);
    }

    /// Planned working time of an order's present step, in seconds.
    fn step_work_s(&self, number: u64) -> i64 {
        let order = &self.orders[&number];
        let step = &self.model.products[order.product].routing[order.step];
        step.run_s_per_piece * order.pieces
    }
}
