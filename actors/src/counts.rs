//! How many inputs got which disposition (promise P7).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use twin_model::Code;

/// Dispositions of every input of a plant since its first day. They add up to the input.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Applied, at once or after waiting.
    pub applied: u64,
    /// Received before.
    pub duplicates: u64,
    /// Refused, by rule.
    pub refused: BTreeMap<Code, u64>,
    /// Waiting now.
    pub parked: u64,
    /// Put before a person, by rule; each once, under the rule that it met first.
    pub exceptions: BTreeMap<Code, u64>,
    /// Of these, by the rule that they met, those that a replay gave another disposition.
    pub exceptions_replayed: BTreeMap<Code, u64>,
    /// Exceptions that nobody had settled when they had to leave memory for newer ones; beside the
    /// dispositions, not among them.
    pub exceptions_crowded_out: u64,
    /// Discrepancies found, by rule; beside the dispositions, not among them.
    pub discrepancies_found: BTreeMap<Code, u64>,
    /// Discrepancies that healed by themselves, by rule.
    pub discrepancies_healed: BTreeMap<Code, u64>,
}

impl Counts {
    /// Inputs received: the sum of the five dispositions, each input in the one that it has now.
    #[must_use]
    pub fn input(&self) -> u64 {
        self.applied
            + self.duplicates
            + self.refused.values().sum::<u64>()
            + self.parked
            + self.exceptions.values().sum::<u64>()
            - self.exceptions_replayed.values().sum::<u64>()
    }
}
