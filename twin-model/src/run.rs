//! An operation at a work center: when it ran there, and what the counters gave it.

use serde::{Deserialize, Serialize};

use crate::{OperationId, PagedMap, Pieces, Time, WorkOrderId};

/// Ended runs kept for one work center.
pub(crate) const ENDED_RUNS_MAX: usize = 4_096;
/// Ended runs that are forgotten at once when there are too many.
const RUNS_FOLDED: usize = 64;

/// Names an operation of an order.
pub(crate) type RunKey = (WorkOrderId, OperationId);

/// An operation that runs or ran at a work center.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Start.
    pub since: Time,
    /// End; `None` while it runs.
    pub until: Option<Time>,
    /// Pieces that the counters give it, among them `settled`.
    pub counted: Pieces,
    /// Pieces from samples that are no longer kept.
    pub settled: Pieces,
}

impl Run {
    pub(crate) fn between(since: Time, until: Option<Time>) -> Run {
        Run {
            since,
            until,
            counted: Pieces::default(),
            settled: Pieces::default(),
        }
    }

    pub(crate) fn end(&self) -> Time {
        self.until.unwrap_or(Time::MAX)
    }
}

/// Where ended runs are folded when there are too many.
pub(crate) fn overflow(runs: &PagedMap<RunKey, Run>) -> Option<Time> {
    if runs.len() <= ENDED_RUNS_MAX {
        return None;
    }
    let mut ends: Vec<Time> = runs.values().filter_map(|run| run.until).collect();
    if ends.len() <= ENDED_RUNS_MAX {
        return None;
    }
    ends.sort_unstable();
    Some(ends[RUNS_FOLDED - 1])
}
