//! An interval from one long run, whose observations depend on each other.

use super::confidence::Confidence;
use super::sample::{Interval, Sample};

/// The means of consecutive batches of equal size, nearly independent if the batches are long.
///
/// Method of nonoverlapping batch means (Law, Simulation Modeling and Analysis, 5th ed., section
/// 9.5.3; Schmeiser, Batch size effects in the analysis of simulation output, Operations Research
/// 30 (1982): ten to thirty batches are enough).
#[derive(Clone, Debug, PartialEq)]
pub struct BatchMeans {
    means: Vec<f64>,
}

impl BatchMeans {
    /// Cuts the observations into `batches` of equal size; what is left over at the beginning is
    /// left out. `None` when there are fewer than two batches or not one observation for each.
    pub fn of(values: &[f64], batches: usize) -> Option<Self> {
        let size = values.len().checked_div(batches)?;
        if batches < 2 || size == 0 {
            return None;
        }
        let means = values[values.len() - size * batches..]
            .chunks_exact(size)
            .map(|batch| batch.iter().sum::<f64>() / size as f64)
            .collect();
        Some(Self { means })
    }

    /// The means in the order of the batches.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The interval of the mean over all batches.
    pub fn interval(&self, confidence: Confidence) -> Option<Interval> {
        self.means
            .iter()
            .copied()
            .collect::<Sample>()
            .interval(confidence)
    }

    /// How much neighbouring batches are alike, in -1..=1; `None` where all are equal.
    ///
    /// The lag-1 autocorrelation: sum of (y_i - m)(y_{i+1} - m) over sum of (y_i - m)^2. Far above
    /// zero the batches are too short and the interval is too narrow.
    pub fn likeness(&self) -> Option<f64> {
        let mean = self.means.iter().sum::<f64>() / self.means.len() as f64;
        let squares: f64 = self.means.iter().map(|y| (y - mean) * (y - mean)).sum();
        let products: f64 = self
            .means
            .windows(2)
            .map(|pair| (pair[0] - mean) * (pair[1] - mean))
            .sum();
        (squares > 0.0).then(|| products / squares)
    }
}
