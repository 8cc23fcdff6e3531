//! What the MES says of operations.

use twin_model::{
    Amount, EventBody, Interruption, OperationDispatched, OperationId, OperationInterrupted,
    OperationReport, OperationResumed, OperationSetupStarted, OperationSkipped, OperationStarted,
    ReportMode, SmolStr, Unit, WorkOrderId,
};

use super::course::{Stage, Work};
use super::quality::Outcome;
use super::teller::Teller;
use crate::kernel::Lot;
use crate::names::named;
use crate::operations::pieces;
use crate::voices::{System, written};

impl Teller {
    /// Says something of a lot as the MES.
    pub(super) fn mes(&mut self, at_us: i64, order: &WorkOrderId, body: EventBody) {
        let about = SmolStr::new(order.as_str());
        self.say(System::Mes, at_us, &about, body);
    }

    /// What the operation is called under which a lot's step is done now.
    pub(super) fn op(&mut self, lot: &Lot) -> OperationId {
        let place = self.place(lot);
        let pass = match self.lots.get(&lot.number) {
            None => 0,
            Some(course) => match &course.stages[place] {
                Stage::Open(work) => return work.op.clone(),
                _ => course.pass(place),
            },
        };
        self.op_of(lot.step, pass)
    }

    /// What the operation of a step is called that was begun so often before.
    fn op_of(&mut self, step: u32, pass: u32) -> OperationId {
        let plain = &self.parts.steps[step as usize].op;
        match pass {
            0 => plain.clone(),
            _ => named(written(&mut self.text, format_args!("{plain}.R{pass}"))),
        }
    }

    pub(super) fn setup_began(&mut self, at_us: i64, machine: u32, lot: &Lot) {
        self.machines.changes_over(machine);
        let op = self.op(lot);
        let to_setup = self.parts.steps[lot.step as usize].setup.clone();
        let from_setup = std::mem::replace(&mut self.set_up[machine as usize], to_setup.clone());
        let Some(course) = self.lots.get(&lot.number) else {
            return;
        };
        let order = course.order.clone();
        let body = OperationSetupStarted {
            order: order.clone(),
            op,
            work_center: self.parts.machines[machine as usize].clone(),
            from_setup,
            to_setup,
            worker: None,
        };
        self.mes(at_us, &order, EventBody::OperationSetupStarted(body));
    }

    pub(super) fn started(&mut self, at_us: i64, machine: u32, lot: &Lot) {
        self.machines.starts(machine);
        if let Some(family) = &self.parts.steps[lot.step as usize].setup {
            self.set_up[machine as usize] = Some(family.clone());
        }
        let place = self.place(lot);
        let op = self.op(lot);
        let work_center = self.parts.machines[machine as usize].clone();
        let Some(course) = self.lots.get_mut(&lot.number) else {
            return;
        };
        let order = course.order.clone();
        let pass = course.pass(place);
        let was_at = match &course.stages[place] {
            Stage::Open(work) => Some(work.machine),
            _ => None,
        };
        course.works = Some(Work {
            op: op.clone(),
            pass,
            machine,
            entered: lot.pieces,
        });
        let Some(was_at) = was_at else {
            let body = OperationStarted {
                order: order.clone(),
                op,
                work_center,
                worker: None,
                input_lots: Vec::new(),
                delivers: None,
            };
            return self.mes(at_us, &order, EventBody::OperationStarted(body));
        };
        if was_at != machine {
            let body = OperationDispatched {
                order: order.clone(),
                op: op.clone(),
                work_center,
                queue_pos: None,
                planned_start: None,
            };
            self.mes(at_us, &order, EventBody::OperationDispatched(body));
        }
        let body = OperationResumed {
            order: order.clone(),
            op,
        };
        self.mes(at_us, &order, EventBody::OperationResumed(body));
    }

    /// The operation of a lot ends, with so many pieces still good.
    pub(super) fn completed(&mut self, at_us: i64, lot: &Lot, good: u32) {
        let place = self.place(lot);
        let Some(course) = self.lots.get_mut(&lot.number) else {
            return;
        };
        let Some(work) = course.works.take() else {
            return;
        };
        course.stages[place] = Stage::Over(work.pass);
        let order = course.order.clone();
        let report = OperationReport {
            good: pieces(i64::from(good)),
            scrap: pieces(i64::from(work.entered - good)),
            ..report(&order, work.op)
        };
        self.mes(at_us, &order, EventBody::OperationCompleted(report));
    }

    /// Everything before a place of the route that the lot did not take is left out, and what was
    /// to be resumed there is at its end with so many good pieces.
    pub(super) fn passes_by(
        &mut self,
        at_us: i64,
        lot: &Lot,
        before: usize,
        good: u32,
        why: &'static str,
    ) {
        let Some(course) = self.lots.get_mut(&lot.number) else {
            return;
        };
        let from = course.over_before;
        if from >= before {
            return;
        }
        course.over_before = before;
        let order = course.order.clone();
        let stages = course.stages[from..before].to_vec();
        let first = self.floor.products[lot.product as usize].steps.0 as usize;
        for (place, stage) in (from..before).zip(stages) {
            let (passes, body) = match stage {
                Stage::Over(_) | Stage::Unplanned => continue,
                Stage::Ahead | Stage::Announced(_) => {
                    let step = (first + place) as u32;
                    let pass = match stage {
                        Stage::Announced(pass) => pass,
                        _ => 0,
                    };
                    let body = OperationSkipped {
                        order: order.clone(),
                        op: self.op_of(step, pass),
                        reason: SmolStr::new_static(why),
                    };
                    (pass, EventBody::OperationSkipped(body))
                }
                Stage::Open(work) => {
                    let report = OperationReport {
                        good: pieces(i64::from(good)),
                        ..report(&order, work.op)
                    };
                    (work.pass, EventBody::OperationCompleted(report))
                }
            };
            if let Some(course) = self.lots.get_mut(&lot.number) {
                course.stages[place] = Stage::Over(passes);
            }
            self.mes(at_us, &order, body);
        }
    }

    /// The step of a lot will be done once more, so its order is not complete meanwhile.
    fn announces(&mut self, at_us: i64, lot: &Lot) {
        let place = self.place(lot);
        let op = self.op(lot);
        let (choice, _) = self.floor.steps[lot.step as usize].work_centers;
        let center = &self.floor.work_centers[self.floor.choices[choice as usize] as usize];
        let work_center = self.parts.machines[center.first_machine as usize].clone();
        let Some(course) = self.lots.get_mut(&lot.number) else {
            return;
        };
        course.stages[place] = Stage::Announced(course.pass(place));
        course.over_before = course.over_before.min(place);
        let order = course.order.clone();
        let body = OperationDispatched {
            order: order.clone(),
            op,
            work_center,
            queue_pos: None,
            planned_start: None,
        };
        self.mes(at_us, &order, EventBody::OperationDispatched(body));
    }

    /// A lot goes back. What it was worked on for stays open until it comes again, unless an
    /// inspection sends it back: then the operation had ended.
    pub(super) fn sent_back(&mut self, at_us: i64, lot: &Lot, to: u32) {
        let place = self.place(lot);
        let to = self.parts.steps[to as usize].op.clone();
        let Some(course) = self.lots.get_mut(&lot.number) else {
            return;
        };
        if course.kept.is_some() {
            self.decided(at_us, lot, Outcome::GoesBack(to));
            return self.announces(at_us, lot);
        }
        // One that was late had not begun.
        let Some(work) = course.works.take() else {
            return;
        };
        let order = course.order.clone();
        course.stages[place] = Stage::Open(work.clone());
        course.over_before = course.over_before.min(place);
        let report = OperationReport {
            rework: pieces(i64::from(lot.pieces)),
            scrap: pieces(i64::from(work.entered - lot.pieces)),
            ..report(&order, work.op.clone())
        };
        self.mes(at_us, &order, EventBody::OperationProgressed(report));
        let reason = written(&mut self.text, format_args!("rework from operation {to}"));
        let body = OperationInterrupted {
            order: order.clone(),
            op: work.op,
            kind: Interruption::Suspended,
            reason: SmolStr::new(reason),
            hold: None,
        };
        self.mes(at_us, &order, EventBody::OperationInterrupted(body));
    }
}

/// A report that says nothing yet of quantities.
fn report(order: &WorkOrderId, op: OperationId) -> OperationReport {
    OperationReport {
        order: order.clone(),
        op,
        work_center: None,
        unit: Unit::PIECE,
        mode: ReportMode::Delta,
        counter_epoch: 0,
        good: Amount::ZERO,
        scrap: Amount::ZERO,
        scrap_by_reason: Vec::new(),
        rework: Amount::ZERO,
        mrb: Amount::ZERO,
        start: None,
        end: None,
        worker: None,
        delivers: None,
        output_lots: Vec::new(),
        r#final: false,
        document: None,
    }
}
