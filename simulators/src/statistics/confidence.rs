//! How often an interval is to hold the truth.

use thiserror::Error;

/// The share of intervals that hold the true value, strictly between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

/// A confidence level that is none.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error(
    "a confidence level of {level} is not between 0 and 1 (both excluded); give 0.95 for 95 percent"
)]
pub struct NotALevel {
    /// What was asked for.
    pub level: f64,
}

impl Confidence {
    /// Nineteen of twenty intervals.
    pub const P95: Self = Self(0.95);
    /// Ninety-nine of a hundred intervals.
    pub const P99: Self = Self(0.99);

    /// A level as a share, 0.95 for 95 percent.
    ///
    /// # Errors
    /// When the level is not strictly between 0 and 1, or is no number.
    pub fn new(level: f64) -> Result<Self, NotALevel> {
        if level > 0.0 && level < 1.0 {
            return Ok(Self(level));
        }
        Err(NotALevel { level })
    }

    /// The level as a share in (0, 1).
    pub fn level(self) -> f64 {
        self.0
    }

    /// The share of intervals that miss the true value, at both ends together.
    pub(super) fn miss(self) -> f64 {
        1.0 - self.0
    }
}
