//! How long the stages of a plant take: counted where they happen, read by whoever shows it.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of what is counted apart, microseconds; what takes longer is counted behind them.
pub const STAGE_BOUNDS_US: [u64; 8] = [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000];

const BUCKETS: usize = STAGE_BOUNDS_US.len() + 1;

/// How long one stage took, each time. Costs two additions a time.
#[derive(Debug, Default)]
pub struct StageTimes {
    counts: [AtomicU64; BUCKETS],
    sum_us: AtomicU64,
    failures: AtomicU64,
}

/// What was counted of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageReading {
    /// How often it took no longer than each of [`STAGE_BOUNDS_US`] and longer than the one before;
    /// last, how often longer than all of them.
    pub counts: [u64; BUCKETS],
    /// All of it together, microseconds.
    pub sum_us: u64,
    /// How often it did not come to its end.
    pub failures: u64,
}

/// The stages that a plant itself goes through.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    pub(crate) turn: StageTimes,
    pub(crate) commit: StageTimes,
}

impl StageTimes {
    /// Counts one time.
    pub fn note(&self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = STAGE_BOUNDS_US.partition_point(|bound| *bound < us);
        self.counts[place].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(us, Ordering::Relaxed);
    }

    /// Counts one time that did not come to its end.
    pub fn note_failure(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted so far.
    #[must_use]
    pub fn read(&self) -> StageReading {
        StageReading {
            counts: array::from_fn(|place| self.counts[place].load(Ordering::Relaxed)),
            sum_us: self.sum_us.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_at_a_bound_counts_below_it_and_a_longer_one_behind() {
        let times = StageTimes::default();
        for us in [0, 100, 101, 1_000_000, 1_000_001] {
            times.note(Duration::from_micros(us));
        }
        times.note_failure();
        let read = times.read();
        assert_eq!(read.counts, [2, 1, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!((read.sum_us, read.failures), (2_000_202, 1));
    }
}
