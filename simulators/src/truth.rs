//! The known truth beside a load: where a twin must end that took all of its messages.
//!
//! Two things are true of a load. The first are the **facts**: every event that reaches the twin in
//! the end, told once and in order to a plant without transport ([`Truth::tell`]). The second is
//! what cannot be read: each of these messages is to be an exception of the twin once, however
//! often it was sent ([`Truth::sent`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use twin_model::{Code, Event, Plant, PlantId};

use crate::faults::fault::FaultCounts;
use crate::message::{Message, Route};
use crate::reference_plant::ReferencePlant;

/// The format of [`Summary`]; a reader refuses others.
pub const TRUTH_FORMAT: &str = "truth/1";

/// What is known of one plant.
#[derive(Debug, Clone)]
struct Known {
    reference: ReferencePlant,
    facts: u64,
    messages: u64,
    /// Unreadable messages with their bytes.
    corrupt: BTreeMap<Vec<u8>, Unreadable>,
}

/// One message that nobody can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The fault that spoiled it.
    pub fault: &'static str,
    /// The rule under which it is to be an exception, once.
    pub code: Code,
    /// How often it was sent.
    pub sent: u64,
}

/// Keeps the truth of a load.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    plants: BTreeMap<PlantId, Known>,
}

/// The truth in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// [`TRUTH_FORMAT`].
    pub format: String,
    /// What the load was drawn from.
    pub seed: u64,
    /// Events that were said and never sent. Gaps are filled, so there are none.
    pub lost: u64,
    /// How often each fault occurred, by its name.
    pub faults: BTreeMap<String, u64>,
    /// By plant.
    pub plants: BTreeMap<PlantId, PlantSummary>,
}

/// The truth of one plant in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlantSummary {
    /// Messages that went to its queues.
    pub messages: u64,
    /// Different events among them that can be read.
    pub facts: u64,
    /// Different messages among them that cannot.
    pub corrupt: u64,
    /// Facts that are applied at the end.
    pub applied: u64,
    /// Facts that a rule refuses, by rule.
    pub refused: BTreeMap<String, u64>,
    /// Facts that a rule puts before a person, by rule.
    pub exceptions: BTreeMap<String, u64>,
    /// Facts that wait at the end, for a cause that never comes.
    pub waiting: u64,
    /// The hash of the plant's state at the end.
    pub state_hash: String,
}

impl Truth {
    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Truth {
        Truth::default()
    }

    /// An event becomes true. Each is told once, in an order that keeps each source's own.
    pub fn tell(&mut self, event: Event) {
        let known = self.known(&event.plant);
        known.facts += 1;
        known.reference.tell(event);
    }

    /// A message was sent.
    pub fn sent(&mut self, message: &Message) {
        if message.route == Route::Nowhere {
            return;
        }
        let known = self.known(&message.plant);
        known.messages += 1;
        if let Some(spoiled) = message.spoiled {
            let unreadable = known.corrupt.entry(message.body.clone());
            let unreadable = unreadable.or_insert(Unreadable {
                fault: spoiled.fault.name(),
                code: spoiled.code,
                sent: 0,
            });
            unreadable.sent += 1;
        }
    }

    /// The state of a plant after the facts so far; `None` for a plant of which nothing was told.
    #[must_use]
    pub fn plant(&self, plant: &PlantId) -> Option<&Plant> {
        Some(self.plants.get(plant)?.reference.plant())
    }

    /// The messages that a plant cannot read, by their bytes.
    pub fn corrupt(&self) -> impl Iterator<Item = (&PlantId, &[u8], &Unreadable)> {
        self.plants.iter().flat_map(|(plant, known)| {
            let corrupt = known.corrupt.iter();
            corrupt.map(move |(body, unreadable)| (plant, body.as_slice(), unreadable))
        })
    }

    /// The truth in short. `lost` are events that were said and never sent.
    #[must_use]
    pub fn summary(&self, seed: u64, lost: u64, counts: &FaultCounts) -> Summary {
        let counted = counts.iter();
        Summary {
            format: TRUTH_FORMAT.to_owned(),
            seed,
            lost,
            faults: counted
                .map(|(fault, count)| (fault.name().to_owned(), count))
                .collect(),
            plants: self
                .plants
                .iter()
                .map(|(plant, known)| (plant.clone(), known.summary()))
                .collect(),
        }
    }

    fn known(&mut self, plant: &PlantId) -> &mut Known {
        if !self.plants.contains_key(plant) {
            let known = Known {
                reference: ReferencePlant::new(plant.clone()),
                facts: 0,
                messages: 0,
                corrupt: BTreeMap::new(),
            };
            self.plants.insert(plant.clone(), known);
        }
        match self.plants.get_mut(plant) {
            Some(known) => known,
            None => unreachable!("it was inserted above"),
        }
    }
}

impl Known {
    fn summary(&self) -> PlantSummary {
        let by_rule = |counts: &BTreeMap<Code, u64>| {
            let counts = counts.iter();
            counts
                .map(|(code, count)| (code.to_string(), *count))
                .collect()
        };
        let taken = self.reference.taken();
        PlantSummary {
            messages: self.messages,
            facts: self.facts,
            corrupt: self.corrupt.len() as u64,
            applied: taken.applied,
            refused: by_rule(&taken.refused),
            exceptions: by_rule(&taken.exceptions),
            waiting: self.reference.waiting(),
            state_hash: self.reference.plant().state_hash().to_string(),
        }
    }
}
