//! How the simulated systems speak: canonical events that the twin's own rules accept.

use std::collections::VecDeque;

use twin_model::{Event, EventBody, LotId, Plant, PlantId, Time, WorkCenterId};

use crate::random::Random;
pub(crate) use crate::voices::System;
use crate::voices::Voices;

/// Numbers the events of each source, applies them to the simulation's plant and keeps them until
/// they are taken.
#[derive(Clone)]
pub(crate) struct Emitter {
    plant: Plant,
    voices: Voices,
    ready: VecDeque<Event>,
}

impl Emitter {
    pub(crate) fn new<'a>(
        plant_id: &PlantId,
        random: &Random,
        opening: Time,
        work_centers: impl Iterator<Item = &'a WorkCenterId>,
    ) -> Self {
        Self {
            plant: Plant::new(plant_id.clone()),
            voices: Voices::new(plant_id, random, opening, work_centers),
            ready: VecDeque::new(),
        }
    }

    /// Says one thing as one system at one instant.
    ///
    /// # Panics
    /// When the twin's rules do not accept it: then the simulated plant breaks a plant rule.
    pub(crate) fn emit(&mut self, from: System, at: Time, about: &str, body: EventBody) {
        let event = self.voices.event(from, at, about, body);
        if let Err(rejection) = self.plant.apply(&event) {
            panic!("the simulated plant breaks a rule at {at}: {rejection} ({event:?})");
        }
        self.ready.push_back(event);
    }

    /// The plant after everything that was said.
    pub(crate) fn plant(&self) -> &Plant {
        &self.plant
    }

    /// What was said and not taken yet, oldest first.
    pub(crate) fn ready(&self) -> &VecDeque<Event> {
        &self.ready
    }

    /// Takes the oldest event that was said.
    pub(crate) fn take(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    /// Whether a lot or anything that it was made of is on hold.
    pub(crate) fn is_held(&self, lot: &LotId) -> bool {
        self.plant
            .lot(lot)
            .is_some_and(|lot| lot.all_holds().next().is_some())
    }
}
