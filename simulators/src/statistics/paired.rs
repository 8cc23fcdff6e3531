//! Two variants of one plant under the same chance.

use super::confidence::Confidence;
use super::sample::{Interval, Sample};

/// A variant against its baseline, replication by replication with the same random numbers.
///
/// Paired-t interval with common random numbers (Law, Simulation Modeling and Analysis, 5th ed.,
/// sections 10.2.1 and 11.2): what moves both alike cancels in the difference.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Paired {
    baseline: Sample,
    variant: Sample,
    difference: Sample,
}

impl Paired {
    /// Takes the figures of one replication, both from the same seed and replication number.
    ///
    /// # Panics
    /// When one of them is not finite.
    pub fn observe(&mut self, baseline: f64, variant: f64) {
        self.baseline.observe(baseline);
        self.variant.observe(variant);
        self.difference.observe(variant - baseline);
    }

    /// The figures of the baseline.
    pub fn baseline(&self) -> &Sample {
        &self.baseline
    }

    /// The figures of the variant.
    pub fn variant(&self) -> &Sample {
        &self.variant
    }

    /// The interval of variant minus baseline; `None` below two replications.
    pub fn difference(&self, confidence: Confidence) -> Option<Interval> {
        self.difference.interval(confidence)
    }

    /// How many times more replications independent runs would need for the same half-width:
    /// (variance of the baseline + variance of the variant) / variance of the difference. `None`
    /// below two replications and where the difference never varies.
    pub fn gain(&self) -> Option<f64> {
        let apart = self.baseline.variance()? + self.variant.variance()?;
        let together = self.difference.variance()?;
        (together > 0.0).then(|| apart / together)
    }
}
