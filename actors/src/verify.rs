//! Proves a plant's files: the chain is whole, and a replay from the first record comes to the
//! same state as the snapshots.

use std::path::Path;

use twin_model::{Breach, Code, Event, Plant, StateHash};

use crate::plant_handle::{OpenError, PlantOptions, lock};
use crate::recovery::Watcher;
use crate::{Counts, Identity, LedgerHead, recovery, snapshot_file};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The newest record.
    pub head: LedgerHead,
    /// Events replayed.
    pub events: u64,
    /// State after the replay.
    pub state_hash: StateHash,
    /// Dispositions after the replay.
    pub counts: Counts,
    /// Discrepancies that are open in the replayed state, by rule.
    pub open_discrepancies: std::collections::BTreeMap<Code, u64>,
    /// Whether a recovery that starts at the newest snapshot comes to the same state; `None`
    /// without snapshots.
    pub snapshot_agrees: Option<bool>,
    /// Rules that the replayed state breaks, or that were broken on the way to it: a fault of the
    /// twin.
    pub breaches: Vec<Breach>,
    /// Whether the journal has a torn end, which a start cuts off; it was never acknowledged.
    pub torn: bool,
}

/// Replays a plant's journal from its first record and compares with the newest snapshot.
/// The plant must not be open.
///
/// # Errors
/// [`OpenError`] naming the file and offset, or the first event that decides otherwise.
pub fn verify(options: &PlantOptions) -> Result<Verified, OpenError> {
    let dir: &Path = &options.dir;
    let _lock = lock(dir)?;
    Identity::claim(options)?;
    let settings = options.settings();
    let mut steps = Steps::new(&options.plant);
    let mut look = |plant: &Plant, events| steps.look(plant, events);
    let replayed = recovery::replay_all(dir, &settings, Watcher::OfCommits(&mut look))?;
    let mut breaches = steps.end(&replayed.books.plant);
    breaches.extend(replayed.books.plant.breaches());
    let state_hash = replayed.books.plant.state_hash();
    let snapshot_agrees = match snapshot_file::list(dir)?.last() {
        Some(_) => {
            let recovered = recovery::recover(dir, &settings)?;
            Some(
                recovered.books.plant.state_hash() == state_hash
                    && recovered.books.counts == replayed.books.counts,
            )
        }
        None => None,
    };
    Ok(Verified {
        head: replayed.head,
        events: replayed.replayed,
        state_hash,
        breaches,
        open_discrepancies: replayed.books.plant.open_discrepancies(),
        counts: replayed.books.counts,
        snapshot_agrees,
        torn: replayed.torn.is_some(),
    })
}

/// Replays a plant's journal from its first record and tells `each` event that was applied, in the
/// order in which they were. Gives the plant as it then stands. The plant must not be open.
///
/// # Errors
/// [`OpenError`] naming the file and offset, or the first event that decides otherwise.
pub fn replay(options: &PlantOptions, each: &mut dyn FnMut(Event)) -> Result<Plant, OpenError> {
    let dir: &Path = &options.dir;
    let _lock = lock(dir)?;
    Identity::claim(options)?;
    let replayed = recovery::replay_all(dir, &options.settings(), Watcher::OfEvents(each))?;
    Ok(replayed.books.plant)
}

/// Fewest events between two states that are compared.
const STEP_EVENTS_MIN: u64 = 64;

/// Compares the states that a replay goes through with each other. What no step may do cannot be
/// undone by later ones, so states some way apart show it too; comparing two costs a pass over all
/// entities, so it is done after as many events as there are entities.
struct Steps {
    before: Plant,
    /// Events decided up to there.
    events: u64,
    found: Vec<Breach>,
}

impl Steps {
    fn new(plant: &twin_model::PlantId) -> Steps {
        Steps {
            before: Plant::new(plant.clone()),
            events: 0,
            found: Vec::new(),
        }
    }

    fn look(&mut self, plant: &Plant, events: u64) {
        let due = STEP_EVENTS_MIN.max(plant.len() as u64);
        if events - self.events >= due {
            self.compare(plant);
            self.events = events;
        }
    }

    fn compare(&mut self, plant: &Plant) {
        self.found.extend(plant.breaches_since(&self.before));
        self.before = plant.clone();
    }

    fn end(mut self, plant: &Plant) -> Vec<Breach> {
        self.compare(plant);
        self.found
    }
}
