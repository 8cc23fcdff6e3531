//! Where the events of a load come from: the demo plant, or a plant file.

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use simulators::plant_file::PlantFile;
use simulators::story::Story;
use simulators::{DEMO_PLANT, Simulation, demo_model};
use twin_model::{Event, PlantId, Time};

use crate::exit::{Failure, Kind, OrFail};
use crate::sim_cli::{LoadArguments, Model};

const SECONDS_PER_HOUR: i64 = 3_600;

/// A plant that speaks.
enum Plant {
    Demo(Box<Simulation>),
    File(Box<Story>),
}

/// The events of the plant, as many as asked for.
pub(crate) struct LoadSource {
    plant: Plant,
    pub(crate) events_left: u64,
    end: Option<Time>,
    came_to_a_stand: Arc<OnceLock<String>>,
}

impl LoadSource {
    /// The source that the command line names.
    pub(crate) fn of(arguments: &LoadArguments) -> Result<LoadSource, Failure> {
        let plant = match &arguments.model {
            Model::Demo => {
                let mut model = demo_model();
                if let Some(plant) = &arguments.plant {
                    model.plant = plant.clone();
                }
                let simulation = Simulation::new(&model, arguments.seed, arguments.opening);
                Plant::Demo(Box::new(simulation.or_fail(Kind::Config)?))
            }
            Model::File(path) => Plant::File(Box::new(story(path, arguments)?)),
        };
        let hours = arguments.hours.map(i64::from);
        Ok(LoadSource {
            plant,
            events_left: arguments.events.unwrap_or(u64::MAX),
            end: hours.map(|hours| arguments.opening.plus_seconds(hours * SECONDS_PER_HOUR)),
            came_to_a_stand: Arc::default(),
        })
    }

    /// Where it stands, after its end, why nothing could happen any more in the plant, in words.
    pub(crate) fn stand(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.came_to_a_stand)
    }
}

fn story(path: &Path, arguments: &LoadArguments) -> Result<Story, Failure> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| {
        let text = format!("--model {name} cannot be read: {error}; give a plant file, or `demo`");
        Failure::new(Kind::Config, text)
    })?;
    let (file, floor) = PlantFile::read(&name, &text).or_fail(Kind::Config)?;
    let plant: PlantId = match &arguments.plant {
        Some(plant) => plant.clone(),
        None => DEMO_PLANT.parse().or_fail(Kind::Config)?,
    };
    let (seed, opening) = (arguments.seed, arguments.opening);
    Story::new(&file, Arc::new(floor), &plant, seed, opening)
        .map_err(|error| Failure::new(Kind::Config, format!("{name}: {error}")))
}

impl Iterator for LoadSource {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.events_left = self.events_left.checked_sub(1)?;
        let event = match &mut self.plant {
            Plant::Demo(simulation) => simulation.next(),
            Plant::File(story) => {
                let event = story.next();
                if event.is_none()
                    && let Some(halted) = story.halted()
                {
                    self.came_to_a_stand.get_or_init(|| halted.to_string());
                }
                event
            }
        }?;
        self.end.is_none_or(|end| event.time < end).then_some(event)
    }
}
