//! What a plant lives through in some days, as the demo plant's simulator tells it: the events
//! that [`twin_model::Plant::apply`] is measured with, in the mix in which they come.

use std::collections::BTreeMap;

use anyhow::Result;
use simulators::{Simulation, demo_model};
use twin_model::{Event, PlantId};

/// Types that are measured one by one.
pub const COMMONEST: usize = 10;

/// The same plant life in every run.
const SEED: u64 = 42;
const OPENING: &str = "2026-01-05T06:00:00Z";

/// Events in the order of time.
#[derive(Debug)]
pub struct Story {
    plant: PlantId,
    events: Vec<Event>,
}

impl Story {
    /// The first `count` events of the demo plant.
    ///
    /// # Errors
    /// When the demo plant cannot be simulated.
    pub fn of(count: usize) -> Result<Story> {
        let model = demo_model();
        let simulation = Simulation::new(&model, SEED, OPENING.parse()?)?;
        Ok(Story {
            plant: model.plant,
            events: simulation.take(count).collect(),
        })
    }

    /// Whose story it is.
    #[must_use]
    pub fn plant(&self) -> &PlantId {
        &self.plant
    }

    /// All of it.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The commonest types with how often each comes, the commonest first.
    #[must_use]
    pub fn commonest(&self) -> Vec<(&'static str, usize)> {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for event in &self.events {
            *counts.entry(event.body.type_name()).or_default() += 1;
        }
        let mut types: Vec<(&'static str, usize)> = counts.into_iter().collect();
        types.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        types.truncate(COMMONEST);
        types
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plant_reports_progress_more_often_than_anything_else() {
        let story = Story::of(2_000).unwrap();
        let commonest = story.commonest();
        assert_eq!(commonest.len(), COMMONEST);
        assert_eq!(commonest[0].0, "mfg.operation.progressed.v1");
        assert!(commonest[0].1 > commonest[9].1);
    }
}
