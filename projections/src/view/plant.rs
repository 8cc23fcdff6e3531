//! A plant at a glance.

use std::collections::BTreeMap;

use actors::Counts;
use serde::Serialize;
use twin_model::{Code, PlantId, Time};
use utoipa::ToSchema;

/// How big a plant is, how current its picture, and what became of its input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlantView {
    /// The plant.
    #[schema(value_type = String)]
    pub id: PlantId,
    /// Number of the newest commit in the picture.
    pub seq: u64,
    /// Position of the picture in the change stream.
    #[schema(example = "1-42-4294967295")]
    pub cursor: String,
    /// Plant time that the picture has reached; `null` before the first event.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Time>,
    /// How many work orders there are.
    pub work_orders: usize,
    /// How many lots.
    pub lots: usize,
    /// How many work centers.
    pub work_centers: usize,
    /// How many shipments.
    pub shipments: usize,
    /// How many holds are open.
    pub open_holds: usize,
    /// How many exceptions wait for a person.
    pub open_exceptions: usize,
    /// `wall`, or `event_time` for a plant that lives in the time of its events.
    pub clock: &'static str,
    /// `synced`: what is acknowledged stays, whatever ends; `unsafe_unsynced`: what is acknowledged
    /// may be lost with the machine.
    pub durability: &'static str,
    /// What became of every input.
    pub counts: CountsView,
}

/// What became of every input of a plant since its first day. The five dispositions add up to
/// `input`; discrepancies are beside them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountsView {
    /// Inputs received.
    pub input: u64,
    /// Applied, at once or after waiting.
    pub applied: u64,
    /// Received before.
    pub duplicates: u64,
    /// Refused, by rule.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub refused: BTreeMap<Code, u64>,
    /// Waiting now.
    pub parked: u64,
    /// Put before a person, by rule; each once, under the rule that it met first.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub exceptions: BTreeMap<Code, u64>,
    /// Of these, by the rule that they met, those that a replay gave another disposition: they
    /// count there, and not as exceptions.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub exceptions_replayed: BTreeMap<Code, u64>,
    /// Exceptions that nobody had settled when they had to leave memory for newer ones.
    pub exceptions_crowded_out: u64,
    /// Discrepancies found, by rule.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub discrepancies_found: BTreeMap<Code, u64>,
    /// Discrepancies that healed by themselves, by rule.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub discrepancies_healed: BTreeMap<Code, u64>,
}

impl From<&Counts> for CountsView {
    fn from(counts: &Counts) -> CountsView {
        CountsView {
            input: counts.input(),
            applied: counts.applied,
            duplicates: counts.duplicates,
            refused: counts.refused.clone(),
            parked: counts.parked,
            exceptions: counts.exceptions.clone(),
            exceptions_replayed: counts.exceptions_replayed.clone(),
            exceptions_crowded_out: counts.exceptions_crowded_out,
            discrepancies_found: counts.discrepancies_found.clone(),
            discrepancies_healed: counts.discrepancies_healed.clone(),
        }
    }
}
