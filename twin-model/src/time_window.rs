//! A stretch of time that people name by its ends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Time;

/// From one time to another, both included.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct TimeWindow {
    /// The first instant.
    pub from: Time,
    /// The last instant; not before `from`.
    pub to: Time,
}

impl TimeWindow {
    /// One instant.
    pub(crate) fn at(at: Time) -> TimeWindow {
        TimeWindow { from: at, to: at }
    }

    /// The first instant that both have; `None` when they do not meet.
    pub(crate) fn meets(&self, other: &TimeWindow) -> Option<Time> {
        let from = self.from.max(other.from);
        (from <= self.to.min(other.to)).then_some(from)
    }

    /// The shortest stretch that has all of both.
    pub(crate) fn join(&self, other: &TimeWindow) -> TimeWindow {
        TimeWindow {
            from: self.from.min(other.from),
            to: self.to.max(other.to),
        }
    }

    /// Whether all of another one is in it.
    pub(crate) fn covers(&self, other: &TimeWindow) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    /// Its length in microseconds.
    pub(crate) fn micros(&self) -> i64 {
        self.to.micros_since(self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: i64, to: i64) -> TimeWindow {
        let at = |second| Time::EPOCH.plus_seconds(second);
        TimeWindow {
            from: at(from),
            to: at(to),
        }
    }

    #[test]
    fn windows_that_share_an_end_meet_there() {
        let first = window(1, 3);
        assert_eq!(
            first.meets(&window(3, 5)),
            Some(Time::EPOCH.plus_seconds(3))
        );
        assert_eq!(
            window(3, 5).meets(&first),
            Some(Time::EPOCH.plus_seconds(3))
        );
        assert_eq!(first.meets(&window(4, 5)), None);
        assert_eq!(
            first.meets(&window(2, 2)),
            Some(Time::EPOCH.plus_seconds(2))
        );
        assert_eq!(first.join(&window(5, 9)), window(1, 9));
        assert_eq!(first.micros(), 2_000_000);
    }
}
