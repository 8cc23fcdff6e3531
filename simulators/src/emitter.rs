//! How the simulated systems speak: canonical events that the twin's own rules accept.

use std::collections::VecDeque;

use twin_model::{Event, EventBody, LotId, Plant, PlantId, SmolStr, SourceId, Time, WorkCenterId};

use crate::names::named;
use crate::random::Random;

/// Digits of a source's sequence numbers, so that they sort as text.
pub(crate) const SEQUENCE_DIGITS: usize = 10;

/// A system of the simulated plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    Erp,
    Mes,
    Qms,
    Wms,
    /// The edge device of one work center, by its index.
    Edge(usize),
}

/// One source with its own numbering.
#[derive(Clone, Debug)]
struct Source {
    id: SourceId,
    short: String,
    sent: u64,
}

/// Numbers the events of each source, applies them to the simulation's plant and keeps them until
/// they are taken.
#[derive(Clone)]
pub(crate) struct Emitter {
    plant_id: PlantId,
    plant: Plant,
    /// Two runs from different seeds or openings never share an event id.
    run: String,
    sources: Vec<Source>,
    ready: VecDeque<Event>,
}

impl Emitter {
    pub(crate) fn new<'a>(
        plant_id: &PlantId,
        random: &Random,
        opening: Time,
        work_centers: impl Iterator<Item = &'a WorkCenterId>,
    ) -> Self {
        let fixed = ["/erp/sap", "/mes/line", "/qms", "/wms"].map(str::to_owned);
        let edges = work_centers.map(|id| format!("/edge/{id}"));
        let sources = fixed.into_iter().chain(edges).map(|name| Source {
            id: named(&name),
            short: name
                .trim_start_matches('/')
                .replace('/', "-")
                .to_lowercase(),
            sent: 0,
        });
        Self {
            plant_id: plant_id.clone(),
            plant: Plant::new(plant_id.clone()),
            run: format!("{:08x}", random.run_number(opening.as_micros())),
            sources: sources.collect(),
            ready: VecDeque::new(),
        }
    }

    /// Says one thing as one system at one instant.
    ///
    /// # Panics
    /// When the twin's rules do not accept it: then the simulated plant breaks a plant rule.
    pub(crate) fn emit(&mut self, from: System, at: Time, about: &str, body: EventBody) {
        let source = match from {
            System::Erp => 0,
            System::Mes => 1,
            System::Qms => 2,
            System::Wms => 3,
            System::Edge(work_center) => 4 + work_center,
        };
        let source = &mut self.sources[source];
        source.sent += 1;
        let sequence = format!("{:0width$}", source.sent, width = SEQUENCE_DIGITS);
        let event = Event {
            id: named(&format!("{}-{}-{}", self.run, source.short, source.sent)),
            source: source.id.clone(),
            plant: self.plant_id.clone(),
            time: at,
            sequence: Some(SmolStr::new(sequence)),
            correlation: Some(SmolStr::new(about)),
            body,
        };
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
