//! Observations that do not depend on each other, such as one figure per replication.

use super::confidence::Confidence;
use super::student_t;

/// Count, mean and spread of independent observations, in one pass.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    count: u64,
    mean: f64,
    squares: f64,
}

/// A mean and how far the true one may lie from it, in the unit of the observations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The middle: the mean of the observations.
    pub mean: f64,
    /// The distance from the middle to either end.
    pub half_width: f64,
    /// How often such an interval holds the true mean.
    pub confidence: Confidence,
}

impl Sample {
    /// Takes one more observation.
    ///
    /// Welford, Note on a method for calculating corrected sums of squares and products,
    /// Technometrics 4 (1962): nothing cancels, however large the mean is against the spread.
    ///
    /// # Panics
    /// When the observation is not finite: it would silently spoil every figure after it.
    pub fn observe(&mut self, value: f64) {
        assert!(value.is_finite(), "an observation of {value} is no number");
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
    }

    /// The number of observations.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The mean; `None` without an observation.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The unbiased variance (divided by count - 1); `None` below two observations.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }

    /// The interval of the mean by Student's t; `None` below two observations.
    ///
    /// Mean plus and minus t(n - 1) s / sqrt(n) (Law, Simulation Modeling and Analysis, 5th ed.,
    /// equation 4.12). Exact for normal observations; means over replications are nearly normal.
    pub fn interval(&self, confidence: Confidence) -> Option<Interval> {
        let variance = self.variance()?;
        let t = student_t::two_sided(confidence, self.count - 1);
        Some(Interval {
            mean: self.mean,
            half_width: t * libm::sqrt(variance / self.count as f64),
            confidence,
        })
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sample = Self::default();
        for value in values {
            sample.observe(value);
        }
        sample
    }
}

impl Interval {
    /// The lower end.
    pub fn low(&self) -> f64 {
        self.mean - self.half_width
    }

    /// The upper end.
    pub fn high(&self) -> f64 {
        self.mean + self.half_width
    }

    /// Whether `value` lies between the ends, both included.
    pub fn holds(&self, value: f64) -> bool {
        self.low() <= value && value <= self.high()
    }
}
