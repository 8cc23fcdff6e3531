//! What the time of a work center is spent on. Each instant falls into one bucket, so the buckets
//! of a window add up to the window.
//!
//! The time elements in brackets are those of ISO 22400-2, put together from the states of a
//! machine as OPC 40001-1 (Annex C.2) proposes.

use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Time;

/// What one instant of a work center is spent on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// It works (actual production time, APT).
    Producing,
    /// It is set up for an operation (actual unit setup time, AUST).
    Setup,
    /// It could work, and an operation runs there (actual unit delay time, ADET).
    Idle,
    /// It could work and has nothing to work on (actual unit down time, ADOT, without an order).
    IdleStarved,
    /// It could work, and what it made has nowhere to go (ADET).
    IdleBlocked,
    /// It cannot work: out of order, switched off in its shift, or under repair (ADOT).
    UnplannedDown,
    /// It was taken out of the plan, and maintenance has not begun yet.
    PlannedDown,
    /// Planned maintenance (actual preventive maintenance time, APMT).
    Maintenance,
    /// Nobody planned to use it, and it did not work either.
    NotScheduled,
    /// Nothing is known: no word yet, no connection, or no word for too long.
    Unknown,
}

impl Bucket {
    /// All of them, in the order of their totals.
    pub const ALL: [Bucket; 10] = [
        Bucket::Producing,
        Bucket::Setup,
        Bucket::Idle,
        Bucket::IdleStarved,
        Bucket::IdleBlocked,
        Bucket::UnplannedDown,
        Bucket::PlannedDown,
        Bucket::Maintenance,
        Bucket::NotScheduled,
        Bucket::Unknown,
    ];

    /// The bucket's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Bucket::Producing => "producing",
            Bucket::Setup => "setup",
            Bucket::Idle => "idle",
            Bucket::IdleStarved => "idle_starved",
            Bucket::IdleBlocked => "idle_blocked",
            Bucket::UnplannedDown => "unplanned_down",
            Bucket::PlannedDown => "planned_down",
            Bucket::Maintenance => "maintenance",
            Bucket::NotScheduled => "not_scheduled",
            Bucket::Unknown => "unknown",
        }
    }

    /// Whether the instant belongs to the planned busy time (PBT). Work outside of the calendar
    /// does: it was done. What is not known does too, so that a broken cable flatters nobody.
    #[must_use]
    pub fn is_planned_busy(self) -> bool {
        !matches!(
            self,
            Bucket::PlannedDown | Bucket::Maintenance | Bucket::NotScheduled
        )
    }
}

/// Time by bucket, microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Buckets([i64; Bucket::ALL.len()]);

impl Buckets {
    /// Microseconds in one bucket.
    #[must_use]
    pub fn micros(&self, bucket: Bucket) -> i64 {
        self.0[bucket as usize]
    }

    /// Microseconds in all buckets together: the calendar time of the window.
    #[must_use]
    pub fn total_micros(&self) -> i64 {
        self.0.iter().sum()
    }

    /// Planned busy time (PBT), microseconds.
    #[must_use]
    pub fn planned_busy_micros(&self) -> i64 {
        let planned = Bucket::ALL.into_iter().filter(|b| b.is_planned_busy());
        planned.map(|bucket| self.micros(bucket)).sum()
    }

    pub(crate) fn add(&mut self, bucket: Bucket, micros: i64) {
        self.0[bucket as usize] += micros;
    }
}

impl AddAssign<&Buckets> for Buckets {
    fn add_assign(&mut self, other: &Buckets) {
        for (mine, more) in self.0.iter_mut().zip(&other.0) {
            *mine += more;
        }
    }
}

/// A stretch of time that a work center spent on one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Start.
    pub from: Time,
    /// End; it does not belong to the period.
    pub to: Time,
    /// What it was spent on.
    pub bucket: Bucket,
}
