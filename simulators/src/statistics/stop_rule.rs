//! How many replications are enough.

use thiserror::Error;

use super::confidence::Confidence;
use super::sample::Sample;

/// The most replications that a rule may ask for.
pub const REPLICATIONS_MAX: u64 = 1_000_000;

/// How narrow the interval must become.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HalfWidth {
    /// In the unit of the figure.
    Absolute(f64),
    /// As a share of the true mean: 0.05 for 5 percent.
    Relative(f64),
}

/// Goes on until the interval is narrow enough, within a least and a most number of replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StopRule {
    half_width: HalfWidth,
    confidence: Confidence,
    least: u64,
    most: u64,
}

/// What a [`StopRule`] says after a replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// One more replication.
    GoOn,
    /// The interval is as narrow as was asked.
    Precise,
    /// The most replications were run and the interval is still too wide.
    Exhausted,
}

/// A rule that cannot be followed.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum StopRuleFault {
    /// Neither zero nor a negative half-width is ever reached.
    #[error("a half-width of {width} is not above 0; say how far from the mean the truth may lie")]
    NoWidth {
        /// What was asked for.
        width: f64,
    },
    /// A relative half-width of one or more leaves even the sign open.
    #[error("a relative half-width of {width} is not below 1; give 0.05 for 5 percent")]
    WholeMean {
        /// What was asked for.
        width: f64,
    },
    /// One replication has no spread.
    #[error("at least {least} replications are too few to know the spread; ask for 2 or more")]
    TooFew {
        /// What was asked for.
        least: u64,
    },
    /// The end lies before the beginning, or too far.
    #[error(
        "at most {most} replications do not fit: at least {least} are asked for, and {REPLICATIONS_MAX} are allowed"
    )]
    NoRange {
        /// The least number asked for.
        least: u64,
        /// The most asked for.
        most: u64,
    },
}

impl StopRule {
    /// A rule for `least..=most` replications.
    ///
    /// # Errors
    /// When the half-width is not above 0 (relative: and below 1), or the numbers of replications
    /// are below 2, out of order or above [`REPLICATIONS_MAX`].
    pub fn new(
        half_width: HalfWidth,
        confidence: Confidence,
        least: u64,
        most: u64,
    ) -> Result<Self, StopRuleFault> {
        let (HalfWidth::Absolute(width) | HalfWidth::Relative(width)) = half_width;
        if width.is_nan() || width <= 0.0 {
            return Err(StopRuleFault::NoWidth { width });
        }
        if matches!(half_width, HalfWidth::Relative(_)) && width >= 1.0 {
            return Err(StopRuleFault::WholeMean { width });
        }
        if least < 2 {
            return Err(StopRuleFault::TooFew { least });
        }
        if most < least || most > REPLICATIONS_MAX {
            return Err(StopRuleFault::NoRange { least, most });
        }
        Ok(Self {
            half_width,
            confidence,
            least,
            most,
        })
    }

    /// What to do after the replications in `sample`.
    ///
    /// The sequential procedure of Law, Simulation Modeling and Analysis, 5th ed., section 9.4.1:
    /// a relative half-width g of the true mean needs g / (1 + g) of the estimated one.
    pub fn after(&self, sample: &Sample) -> Ruling {
        if sample.count() < self.least {
            return Ruling::GoOn;
        }
        let narrow = sample.interval(self.confidence).is_some_and(|interval| {
            let asked = match self.half_width {
                HalfWidth::Absolute(width) => width,
                HalfWidth::Relative(share) => interval.mean.abs() * share / (1.0 + share),
            };
            interval.half_width <= asked
        });
        if narrow {
            Ruling::Precise
        } else if sample.count() >= self.most {
            Ruling::Exhausted
        } else {
            Ruling::GoOn
        }
    }
}
