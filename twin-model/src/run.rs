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

#[cfg(test)]
mod tests {
    use super::*;

    /// So many runs that ended, the first at second 1, and some that go on.
    fn runs(ended: i64, open: i64) -> PagedMap<RunKey, Run> {
        let run = |n: i64| {
            let until = (n <= ended).then(|| Time::EPOCH.plus_seconds(n));
            let key = (format!("O{n}").parse().unwrap(), "10".parse().unwrap());
            (key, Run::between(Time::EPOCH, until))
        };
        (1..=ended + open).map(run).collect()
    }

    #[test]
    fn only_ended_runs_can_be_too_many() {
        let max = ENDED_RUNS_MAX as i64;
        assert_eq!(overflow(&runs(max, 0)), None);
        assert_eq!(overflow(&runs(max, 5)), None, "those that go on are kept");
        let oldest = Time::EPOCH.plus_seconds(RUNS_FOLDED as i64);
        assert_eq!(overflow(&runs(max + 1, 0)), Some(oldest));
        assert_eq!(overflow(&runs(max + 1, 5)), Some(oldest));
    }
}
