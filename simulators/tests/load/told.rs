//! A load told to a twin without journal: first messages count, repetitions do not.

use std::collections::{BTreeMap, BTreeSet};

use simulators::faults::fault::FaultCounts;
use simulators::faults::plan::FaultPlan;
use simulators::message::{Message, Route, Step};
use simulators::truth::{Summary, Truth};
use simulators::{Load, Simulation, demo_model};
use twin_model::{Event, wire};

/// Events of the simulated plant in one load.
pub(crate) const EVENTS: usize = 4_000;

/// What a load was, and where its messages lead.
pub(crate) struct Told {
    pub(crate) truth: Truth,
    pub(crate) summary: Summary,
    pub(crate) counts: FaultCounts,
    /// Where the messages lead, told in the order in which they came.
    pub(crate) arrived: Summary,
    pub(crate) messages: Vec<Message>,
    pub(crate) facts: Vec<Event>,
}

pub(crate) fn source(seed: u64) -> impl Iterator<Item = Event> {
    let opening = "2026-03-02T06:00:00Z".parse().unwrap();
    let simulation = Simulation::new(&demo_model(), seed, opening).unwrap();
    simulation.take(EVENTS)
}

/// Runs a load to its end.
pub(crate) fn told(plan: FaultPlan, seed: u64) -> Told {
    let mut load = Load::new(source(seed), plan, seed).unwrap();
    let (mut truth, mut arrived) = (Truth::new(), Truth::new());
    let (mut messages, mut facts) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    while let Some(step) = load.next() {
        for fact in load.take_facts() {
            facts.push(fact.clone());
            truth.tell(fact);
        }
        let Step::Send(message) = step else { continue };
        truth.sent(&message);
        if message.route == Route::Plant
            && let Ok(event) = wire::decode(&message.body)
            && seen.insert((event.plant.clone(), event.source.clone(), event.id.clone()))
        {
            arrived.tell(event);
        }
        messages.push(message);
    }
    let none = FaultCounts::default();
    Told {
        summary: truth.summary(seed, load.missing(), load.counts()),
        arrived: arrived.summary(seed, 0, &none),
        counts: load.counts().clone(),
        truth,
        messages,
        facts,
    }
}

impl Told {
    /// Nothing is lost, and what came leads to the true state.
    #[track_caller]
    pub(crate) fn keeps_its_promise(&self, what: &str) {
        assert_eq!(self.summary.lost, 0, "{what}: lost");
        for (plant, truth) in &self.summary.plants {
            let came = &self.arrived.plants[plant];
            assert_eq!(came.facts, truth.facts, "{what}: events of {plant}");
            assert_eq!(came.refused, truth.refused, "{what}: refused in {plant}");
            assert_eq!(
                came.exceptions, truth.exceptions,
                "{what}: put before a person"
            );
            assert_eq!(came.waiting, truth.waiting, "{what}: waiting in {plant}");
            assert_eq!(
                came.state_hash, truth.state_hash,
                "{what}: state of {plant}"
            );
        }
    }

    /// What the twin says of each message that it cannot read, by the bytes of the message.
    pub(crate) fn unreadable(&self) -> BTreeMap<Vec<u8>, Vec<twin_model::Code>> {
        let mut found: BTreeMap<Vec<u8>, Vec<twin_model::Code>> = BTreeMap::new();
        let came = self.messages.iter().filter(|it| it.route == Route::Plant);
        for message in came {
            if let Err(unreadable) = wire::decode(&message.body) {
                let codes = found.entry(message.body.clone()).or_default();
                codes.push(unreadable.rejection.code());
            }
        }
        found
    }
}
