//! What an import did, for people and for programs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::say::say;

/// What became of the input of a plant. The five dispositions add up to `input`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Dispositions {
    pub(crate) input: u64,
    pub(crate) applied: u64,
    pub(crate) duplicates: u64,
    pub(crate) refused: BTreeMap<String, u64>,
    pub(crate) parked: u64,
    pub(crate) exceptions: BTreeMap<String, u64>,
}

impl Dispositions {
    /// What came since `before`.
    pub(crate) fn since(&self, before: &Dispositions) -> Dispositions {
        let less = |now: &BTreeMap<String, u64>, then: &BTreeMap<String, u64>| {
            now.iter()
                .map(|(code, n)| (code.clone(), n - then.get(code).unwrap_or(&0)))
                .filter(|(_, n)| *n > 0)
                .collect()
        };
        Dispositions {
            input: self.input - before.input,
            applied: self.applied - before.applied,
            duplicates: self.duplicates - before.duplicates,
            refused: less(&self.refused, &before.refused),
            // Events that waited before may have been applied since.
            parked: self.parked.saturating_sub(before.parked),
            exceptions: less(&self.exceptions, &before.exceptions),
        }
    }

    /// Reads them from the answer of `/api/v1/plants/{plant}`.
    pub(crate) fn of_plant(plant: &Value) -> Option<Dispositions> {
        Dispositions::deserialize(plant.get("counts")?).ok()
    }
}

impl From<&actors::Counts> for Dispositions {
    fn from(counts: &actors::Counts) -> Dispositions {
        let named = |map: &BTreeMap<twin_model::Code, u64>| {
            map.iter().map(|(code, n)| (code.to_string(), *n)).collect()
        };
        Dispositions {
            input: counts.input(),
            applied: counts.applied,
            duplicates: counts.duplicates,
            refused: named(&counts.refused),
            parked: counts.parked,
            exceptions: named(&counts.exceptions),
        }
    }
}

/// Exceptions that a report spells out; `twin exceptions list` has all of them.
pub(crate) const EXCEPTIONS_SHOWN_MAX: usize = 3;

/// One exception of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ShownException {
    pub(crate) exception: String,
    pub(crate) code: String,
    pub(crate) text: String,
}

impl From<&actors::ExceptionEntry> for ShownException {
    fn from(entry: &actors::ExceptionEntry) -> ShownException {
        ShownException {
            exception: entry.id.to_string(),
            code: entry.code.to_string(),
            text: entry.text.clone(),
        }
    }
}

/// The report of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    pub(crate) plant: String,
    pub(crate) rows_read: u64,
    pub(crate) events_sent: u64,
    /// How often one was sent again because nobody knew whether the broker had stored it. Each may
    /// be one of the duplicates.
    pub(crate) events_sent_again: u64,
    /// Rows that could not be mapped; each is an exception of the plant as well.
    pub(crate) rows_unmapped: u64,
    /// Rows that say what was said before.
    pub(crate) rows_unchanged: u64,
    /// Rows that no rule takes; where the mapping sets them aside, they are among the unmapped.
    pub(crate) rows_without_rule: u64,
    /// Rows that the mapping knows to say nothing, by its reason.
    pub(crate) rows_skipped: BTreeMap<String, u64>,
    #[serde(flatten)]
    pub(crate) dispositions: Dispositions,
    /// The first of the exceptions; none of an import through a broker, whose twin has them.
    pub(crate) first_exceptions: Vec<ShownException>,
    /// Broken soft rules that are open at the end, by rule; beside the dispositions.
    pub(crate) discrepancies: BTreeMap<String, u64>,
    pub(crate) state_hash: String,
    pub(crate) elapsed_ms: u64,
}

impl Report {
    pub(crate) fn print(&self, as_json: bool) {
        if as_json {
            say!("{}", serde_json::json!(self));
            return;
        }
        let by_code = |map: &BTreeMap<String, u64>| {
            let parts: Vec<String> = map.iter().map(|(code, n)| format!("{n} {code}")).collect();
            if parts.is_empty() {
                "0".to_owned()
            } else {
                parts.join(", ")
            }
        };
        let counts = &self.dispositions;
        say!("plant          {}", self.plant);
        say!(
            "rows read      {} ({} not mapped)",
            self.rows_read,
            self.rows_unmapped
        );
        for (count, what) in [
            (self.rows_unchanged, "say what was said before"),
            (self.rows_without_rule, "taken by no rule"),
        ] {
            if count > 0 {
                say!("  {count} {what}");
            }
        }
        for (why, count) in &self.rows_skipped {
            say!("  {count} left out: {why}");
        }
        say!("events sent    {}", self.events_sent);
        if self.events_sent_again > 0 {
            say!("  sent again   {}", self.events_sent_again);
        }
        say!("  applied      {}", counts.applied);
        say!("  duplicates   {}", counts.duplicates);
        say!("  refused      {}", by_code(&counts.refused));
        say!("  parked       {}", counts.parked);
        say!("  exceptions   {}", by_code(&counts.exceptions));
        for shown in &self.first_exceptions {
            say!("    {} {}: {}", shown.exception, shown.code, shown.text);
        }
        say!("  sum          {}", counts.input);
        say!("discrepancies  {} (open now)", by_code(&self.discrepancies));
        say!("state hash     {}", self.state_hash);
        say!("took           {} ms", self.elapsed_ms);
    }
}
