//! Which order a free machine takes next.

use crate::happening::Happening;
use crate::machine::{Job, Work};
use crate::order::Order;
use crate::random::Purpose;
use crate::simulation::{SECOND_US, Simulation};

impl Simulation {
    /// Lets a machine look for work at the end of this instant.
    pub(crate) fn look_for_work(&mut self, index: usize) {
        let machine = &mut self.machines[index];
        if machine.is_free() && !machine.looks_for_work {
            machine.looks_for_work = true;
            self.schedule_in_us(0, Happening::Dispatch(index));
        }
    }

    /// Lets every free machine look for work: something that orders waited for has come.
    pub(crate) fn all_look_for_work(&mut self) {
        for index in 0..self.machines.len() {
            if !self.machines[index].queue.is_empty() {
                self.look_for_work(index);
            }
        }
    }

    pub(crate) fn dispatch(&mut self, index: usize) {
        self.machines[index].looks_for_work = false;
        if !self.machines[index].is_free() {
            return;
        }
        let queue = &self.machines[index].queue;
        let able = queue.iter().filter_map(|number| {
            let order = self.orders.get(number)?;
            self.can_begin(order).then(|| order.rank(*number))
        });
        let Some((_, _, number)) = able.min() else {
            self.tell_machine_state(index);
            return;
        };
        self.machines[index]
            .queue
            .retain(|waiting| *waiting != number);
        self.begin_order(index, number);
    }

    /// Whether the material of the order's next step is there and free to use.
    pub(crate) fn can_begin(&self, order: &Order) -> bool {
        let steps = self.model.products[order.product].routing.len();
        if order.step == 0 {
            return self.find_raw_lot(order).is_some();
        }
        order.step + 1 < steps || !self.emitter.is_held(&order.blank_lot)
    }

    fn begin_order(&mut self, index: usize, number: u64) {
        let order = &self.orders[&number];
        if self.machines[index].set_up_for == Some(order.product) {
            self.begin_operation(index, number);
            return;
        }
        let setup_us = self.model.work_centers[index].setup_s * SECOND_US;
        let draw = self
            .random
            .draw(order.entity, order.visit(0), Purpose::SetupTime);
        self.machines[index].set_up_for = Some(order.product);
        let progress = self.work_until(index, Work::Setup, draw.around_us(setup_us));
        self.machines[index].job = Some(Job {
            order: number,
            work: Work::Setup,
            progress,
        });
        self.tell_machine_state(index);
    }

    pub(crate) fn setup_ends(&mut self, index: usize) {
        let Some(job) = self.machines[index].job.take() else {
            return;
        };
        if self.can_begin(&self.orders[&job.order]) {
            self.begin_operation(index, job.order);
        } else {
            // Quality has held the material during the setup; the order goes back to its queue.
            self.machines[index].queue.push(job.order);
            self.look_for_work(index);
        }
    }
}
