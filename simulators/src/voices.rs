//! The systems of a simulated plant as sources: their names, and the numbers of what they say.

use std::fmt::{self, Write};

use twin_model::{Event, EventBody, PlantId, SmolStr, SourceId, Time, WorkCenterId};

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

/// Gives what each system says the source, id and number that it has.
#[derive(Clone, Debug)]
pub(crate) struct Voices {
    plant_id: PlantId,
    /// Two runs from different seeds or openings never share an event id.
    run: String,
    sources: Vec<Source>,
    /// Room for a text, kept so that none is asked for with each event.
    text: String,
}

impl Voices {
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
            run: format!("{:08x}", random.run_number(opening.as_micros())),
            sources: sources.collect(),
            text: String::new(),
        }
    }

    /// What no other run is called, for names of its objects.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// One thing that one system says at one instant.
    pub(crate) fn event(
        &mut self,
        from: System,
        time: Time,
        about: &str,
        body: EventBody,
    ) -> Event {
        let source = match from {
            System::Erp => 0,
            System::Mes => 1,
            System::Qms => 2,
            System::Wms => 3,
            System::Edge(work_center) => 4 + work_center,
        };
        let source = &mut self.sources[source];
        source.sent += 1;
        let sequence = written(
            &mut self.text,
            format_args!("{:0SEQUENCE_DIGITS$}", source.sent),
        );
        let sequence = SmolStr::new(sequence);
        let id = written(
            &mut self.text,
            format_args!("{}-{}-{}", self.run, source.short, source.sent),
        );
        Event {
            id: named(id),
            source: source.id.clone(),
            plant: self.plant_id.clone(),
            time,
            sequence: Some(sequence),
            correlation: Some(SmolStr::new(about)),
            body,
        }
    }
}

/// A text in room that is there already.
pub(crate) fn written<'t>(room: &'t mut String, what: fmt::Arguments<'_>) -> &'t str {
    room.clear();
    match room.write_fmt(what) {
        Ok(()) => room,
        Err(_) => unreachable!("a text in memory can be written"),
    }
}
