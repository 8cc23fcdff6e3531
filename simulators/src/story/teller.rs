//! Who looks on and tells: each happening of the kernel in the words of the system that knows of it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use twin_model::{
    CountingSource, Event, EventBody, GoodsReceived, PlantId, Quantity, SmolStr, Time, Unit,
    WorkCenterConfigured, WorkCenterStateChanged, WorkOrderCreated, WorkOrderId, WorkOrderReleased,
};

use super::course::Course;
use super::machines::Machines;
use super::parts::{InvalidStory, Parts};
use super::quality::Outcome;
use crate::kernel::{Floor, Happening, Lot, Watch};
use crate::names::named;
use crate::operations::pieces;
use crate::plant_file::PlantFile;
use crate::priority;
use crate::random::Random;
use crate::voices::{System, Voices, written};

/// Who looks on and tells.
#[derive(Clone, Debug)]
pub(super) struct Teller {
    pub(super) floor: Arc<Floor>,
    pub(super) parts: Parts,
    pub(super) voices: Voices,
    opening: Time,
    pub(super) machines: Machines,
    /// What each machine is set up for.
    pub(super) set_up: Vec<Option<SmolStr>>,
    /// Lots on the floor, by number.
    pub(super) lots: BTreeMap<u64, Course>,
    /// What was said and not taken yet, oldest first.
    pub(super) ready: VecDeque<Event>,
    /// Room for a text, kept so that none is asked for with each event.
    pub(super) text: String,
}

impl Teller {
    pub(super) fn new(
        file: &PlantFile,
        floor: &Arc<Floor>,
        plant: &PlantId,
        seed: u64,
        opening: Time,
    ) -> Result<Teller, InvalidStory> {
        let parts = Parts::new(file, floor)?;
        let random = Random::new(seed);
        let mut teller = Teller {
            floor: Arc::clone(floor),
            voices: Voices::new(plant, &random, opening, parts.machines.iter()),
            opening,
            machines: Machines::new(floor.machines()),
            set_up: vec![None; floor.machines()],
            lots: BTreeMap::new(),
            ready: VecDeque::new(),
            text: String::new(),
            parts,
        };
        for (machine, capacity) in teller.parts.capacities(floor) {
            let body = WorkCenterConfigured {
                work_center: teller.parts.machines[machine as usize].clone(),
                capacity: Some(capacity),
                shifts: Vec::new(),
                ideal_s_per_unit: None,
                silent_after_s: None,
                counter_modulus: None,
                kpi_window_s: None,
            };
            let about = body.work_center.to_string();
            teller.say(
                System::Erp,
                0,
                &about,
                EventBody::WorkCenterConfigured(body),
            );
        }
        Ok(teller)
    }

    fn time(&self, at_us: i64) -> Time {
        self.opening.plus_micros(at_us)
    }

    pub(super) fn say(&mut self, from: System, at_us: i64, about: &str, body: EventBody) {
        let time = self.time(at_us);
        let event = self.voices.event(from, time, about, body);
        self.ready.push_back(event);
    }

    /// Lets the edge devices report what is new.
    pub(super) fn tell_machines(&mut self, at_us: i64) {
        while let Some((machine, seen)) = self.machines.next_new() {
            let work_center = self.parts.machines[machine as usize].clone();
            let about = SmolStr::new(work_center.as_str());
            let body = WorkCenterStateChanged {
                work_center,
                item_state: seen.item_state,
                mode: seen.mode,
                idle_cause: seen.idle_cause,
                since: None,
                reason: seen.reason.map(SmolStr::new_static),
            };
            let from = System::Edge(machine as usize);
            self.say(from, at_us, &about, EventBody::WorkCenterStateChanged(body));
        }
    }

    /// Where a lot's step stands in its route.
    pub(super) fn place(&self, lot: &Lot) -> usize {
        let product = &self.floor.products[lot.product as usize];
        (lot.step - product.steps.0) as usize
    }

    /// How many steps the route of a lot has.
    fn steps(&self, lot: &Lot) -> usize {
        let (from, to) = self.floor.products[lot.product as usize].steps;
        (to - from) as usize
    }

    fn released(&mut self, at_us: i64, lot: &Lot) {
        let (run, number) = (self.voices.run(), lot.number + 1);
        let name = written(&mut self.text, format_args!("WO-{run}-{number:06}"));
        let order: WorkOrderId = named(name);
        let steps = self.floor.products[lot.product as usize].steps;
        let first = (lot.step - steps.0) as usize;
        let course = Course::new(order.clone(), (steps.1 - steps.0) as usize, first);
        let released = self.time(lot.released_us);
        let due = self.time(lot.due_us);
        let body = WorkOrderCreated {
            order: order.clone(),
            material: self.parts.materials[lot.product as usize].clone(),
            quantity: quantity(lot.pieces),
            tolerance: None,
            routing_version: None,
            bom_version: None,
            // A lot of the opening may be overdue when it comes; then its start is not planned.
            planned_start: (due >= released).then_some(released),
            planned_end: (due < Time::MAX).then_some(due),
            priority: priority::of_order(lot.priority),
            sales_order: None,
            counting: CountingSource::Operator,
        };
        let at_us = lot.released_us.min(at_us);
        let about = SmolStr::new(order.as_str());
        self.say(
            System::Erp,
            at_us,
            &about,
            EventBody::WorkOrderCreated(body),
        );
        let route = self.parts.route(&self.floor, lot.step, lot.pieces);
        let body = WorkOrderReleased {
            order,
            quantity: None,
            routing_version: None,
            bom_version: None,
            operations: route.to_vec(),
            components: Vec::new(),
        };
        self.say(
            System::Erp,
            at_us,
            &about,
            EventBody::WorkOrderReleased(body),
        );
        self.lots.insert(lot.number, course);
    }

    /// The warehouse receives what the order of a lot made, when it leaves the floor.
    fn received(&mut self, at_us: i64, lot: &Lot) {
        let Some(course) = self.lots.remove(&lot.number) else {
            return;
        };
        let (run, number) = (self.voices.run(), lot.number + 1);
        let name = written(&mut self.text, format_args!("F-{run}-{number:06}"));
        let body = GoodsReceived {
            lot: named(name),
            material: None,
            quantity: quantity(lot.pieces),
            measured: None,
            usage: None,
            location: None,
            final_delivery: true,
            document: None,
            order: course.order.clone(),
        };
        let about = SmolStr::new(course.order.as_str());
        self.say(System::Wms, at_us, &about, EventBody::GoodsReceived(body));
    }
}

/// So many pieces: the file has no other unit.
pub(super) fn quantity(count: u32) -> Quantity {
    Quantity {
        value: pieces(i64::from(count)),
        unit: Unit::PIECE,
    }
}

impl Watch for Teller {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        match what {
            Happening::Released(lot) => self.released(at_us, lot),
            Happening::Queued { lot, .. } => {
                let place = self.place(lot);
                self.passes_by(at_us, lot, place, lot.pieces, "not sampled");
            }
            Happening::SetupBegan { machine, lot } => self.setup_began(at_us, machine, lot),
            Happening::Started { machine, lot } => self.started(at_us, machine, lot),
            Happening::Ended { machine, .. } => self.machines.ends(machine),
            Happening::Emptied { machine } => self.machines.is_blocked(machine, false),
            Happening::Blocked {
                machine: Some(machine),
                ..
            } => self.machines.is_blocked(machine, true),
            Happening::Stopped { machine, cause } => self.machines.stops(machine, cause, 1),
            Happening::Ready { machine, cause } => self.machines.stops(machine, cause, -1),
            Happening::Kept { lot } => {
                self.completed(at_us, lot, lot.pieces);
                self.kept(at_us, lot);
            }
            Happening::Passed(lot) => {
                self.completed(at_us, lot, lot.pieces);
                self.decided(at_us, lot, Outcome::GoesOn);
            }
            Happening::SentBack { lot, to } => self.sent_back(at_us, lot, to),
            Happening::Done(lot) => {
                self.passes_by(at_us, lot, self.steps(lot), lot.pieces, "not sampled");
                self.received(at_us, lot);
            }
            Happening::Scrapped(lot) => {
                self.completed(at_us, lot, 0);
                self.decided(at_us, lot, Outcome::Scrap);
                self.passes_by(at_us, lot, self.steps(lot), 0, "the lot is scrapped");
                self.lots.remove(&lot.number);
            }
            // Nobody of these systems says so, or only by what follows.
            Happening::TurnedAway { .. }
            | Happening::Withdrawn { .. }
            | Happening::Late { .. }
            | Happening::Blocked { machine: None, .. } => {}
        }
    }
}
