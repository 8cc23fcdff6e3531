//! A running simulation: the events of a plant, one after the other, for ever.

use std::collections::BTreeMap;

use twin_model::{Event, EventBody, HoldId, Plant, Time, WorkCenterStateChanged};

use crate::emitter::{Emitter, System};
use crate::event_queue::{EventQueue, Ticket};
use crate::happening::Happening;
use crate::machine::Machine;
use crate::order::Order;
use crate::plant_model::{InvalidModel, PlantModel};
use crate::random::{Random, entity_number};
use crate::stock::Stock;

/// Microseconds of one second.
pub(crate) const SECOND_US: i64 = 1_000_000;

/// A plant that runs. Its iterator gives canonical events in the order of their times and never
/// ends; two simulations of one model, seed and opening give equal events.
///
/// Events before [`Simulation::opening`] are the plant's history: they can be handed over at
/// once, and what follows be paced.
///
/// ```
/// use simulators::{Simulation, demo_model};
/// use twin_model::Time;
///
/// let opening: Time = "2026-03-02T06:00:00Z".parse()?;
/// let mut simulation = Simulation::new(&demo_model(), 42, opening)?;
/// let first = simulation.next();
/// assert!(first.is_some_and(|event| event.time < opening));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Simulation {
    pub(crate) model: PlantModel,
    pub(crate) random: Random,
    pub(crate) opening: Time,
    pub(crate) now_us: i64,
    pub(crate) queue: EventQueue<Happening>,
    pub(crate) emitter: Emitter,
    pub(crate) machines: Vec<Machine>,
    /// Orders that are not finished, by number.
    pub(crate) orders: BTreeMap<u64, Order>,
    pub(crate) stock: Stock,
    /// Open holds with the number that their random numbers are looked up under.
    pub(crate) holds: BTreeMap<HoldId, u64>,
    pub(crate) counts: Counts,
}

/// How often something happened so far; numbers the next one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) arrivals: u64,
    pub(crate) orders: u64,
    pub(crate) holds: u64,
    pub(crate) deliveries: u64,
    pub(crate) delivery_rounds: u64,
}

impl Simulation {
    /// Builds the plant as it stands when its history begins.
    ///
    /// `opening` is the instant that the history leads up to.
    ///
    /// # Errors
    /// [`InvalidModel`] when the model cannot be simulated.
    pub fn new(model: &PlantModel, seed: u64, opening: Time) -> Result<Self, InvalidModel> {
        model.check()?;
        let random = Random::new(seed);
        let work_centers = model.work_centers.iter().map(|work_center| &work_center.id);
        let machines = model.work_centers.iter().map(|work_center| Machine {
            entity: entity_number(work_center.id.as_str()),
            ..Machine::default()
        });
        let raw_materials = model.raw_materials.len();
        let mut simulation = Self {
            random,
            opening,
            now_us: opening.plus_seconds(-model.history_s).as_micros(),
            queue: EventQueue::default(),
            emitter: Emitter::new(&model.plant, &random, opening, work_centers),
            machines: machines.collect(),
            orders: BTreeMap::new(),
            stock: Stock {
                ordered: vec![false; raw_materials],
                received: vec![0; raw_materials],
                ..Stock::default()
            },
            holds: BTreeMap::new(),
            counts: Counts::default(),
            model: model.clone(),
        };
        simulation.begin();
        Ok(simulation)
    }

    /// The instant that the history leads up to; later events are the live plant.
    pub fn opening(&self) -> Time {
        self.opening
    }

    /// The time of the next event, computing it when necessary. `None` when nothing is left to
    /// happen, which a plant with orders never reaches.
    pub fn peek_time(&mut self) -> Option<Time> {
        self.fill();
        self.emitter.ready().front().map(|event| event.time)
    }

    /// The plant after all events that were computed, those of [`Simulation::ahead`] included.
    pub fn plant(&self) -> &Plant {
        self.emitter.plant()
    }

    /// How many events are computed and not taken yet: those of the present instant.
    pub fn ahead(&self) -> usize {
        self.emitter.ready().len()
    }

    pub(crate) fn now(&self) -> Time {
        Time::from_micros(self.now_us)
    }

    pub(crate) fn schedule_in_us(&mut self, delay_us: i64, happening: Happening) -> Ticket {
        let class = happening.class();
        self.queue
            .schedule(self.now_us + delay_us.max(0), class, happening)
    }

    pub(crate) fn emit(&mut self, from: System, about: &str, body: EventBody) {
        let now = self.now();
        self.emitter.emit(from, now, about, body);
    }

    /// Lets the edge device of a work center report, when there is something new.
    pub(crate) fn tell_machine_state(&mut self, index: usize) {
        let machine = &mut self.machines[index];
        let (item_state, mode) = machine.state();
        if machine.told == Some((item_state, mode)) {
            return;
        }
        machine.told = Some((item_state, mode));
        let reason = machine.stop.as_ref().map(|stop| stop.cause.clone());
        let work_center = self.model.work_centers[index].id.clone();
        let about = work_center.to_string();
        let body = WorkCenterStateChanged {
            work_center,
            item_state,
            mode,
            idle_cause: None,
            since: None,
            reason,
        };
        self.emit(
            System::Edge(index),
            &about,
            EventBody::WorkCenterStateChanged(body),
        );
    }

    fn begin(&mut self) {
        for index in 0..self.machines.len() {
            self.tell_machine_state(index);
            self.schedule_stop(index);
        }
        for material in 0..self.model.raw_materials.len() {
            self.receive_raw_lot(material);
            self.receive_raw_lot(material);
        }
        self.create_opening_orders();
        self.schedule_order_arrival();
        self.schedule_in_us(0, Happening::PlanningRound);
        self.schedule_delivery_round();
        self.schedule_opening_hold();
    }

    /// Lets things happen until there is an event to give.
    fn fill(&mut self) {
        while self.emitter.ready().is_empty() {
            let Some((at_us, happening)) = self.queue.pop() else {
                return;
            };
            assert!(at_us >= self.now_us, "time never goes back");
            self.now_us = at_us;
            self.let_happen(happening);
        }
    }

    fn let_happen(&mut self, happening: Happening) {
        match happening {
            Happening::MachineStops(index) => self.machine_stops(index),
            Happening::MachineRepaired(index) => self.machine_repaired(index),
            Happening::SetupEnds(index) => self.setup_ends(index),
            Happening::BatchEnds(index) => self.batch_ends(index),
            Happening::RawLotArrives(material) => self.raw_lot_arrives(material),
            Happening::LotIsHeld(lot) => self.hold_lot(lot, None),
            Happening::OpeningHold => self.place_opening_hold(),
            Happening::HoldEnds(hold) => self.release_hold(hold),
            Happening::OrderArrives => self.order_arrives(),
            Happening::PlanningRound => self.planning_round(),
            Happening::DeliveryRound => self.delivery_round(),
            Happening::OpeningDelivery => self.request_opening_delivery(),
            Happening::Dispatch(index) => self.dispatch(index),
        }
    }
}

impl Iterator for Simulation {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.fill();
        self.emitter.take()
    }
}
