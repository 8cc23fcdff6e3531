//! Observed times as a distribution of a plant file.

use crate::plant_file::{Drawn, Times};
use crate::statistics::thinned;

/// Most values of one observed distribution; of more, so many are taken evenly from the shortest
/// to the longest.
pub(super) const OBSERVED_MAX: usize = 500;

const MINUTE_US: f64 = 60_000_000.0;

/// Microseconds as minutes.
pub(super) fn minutes(us: i64) -> f64 {
    us as f64 / MINUTE_US
}

/// The mean; zero of nothing.
pub(super) fn mean(values: &[f64]) -> f64 {
    match values.len() {
        0 => 0.0,
        count => values.iter().sum::<f64>() / count as f64,
    }
}

/// One of the observed times, each as likely as the others.
pub(super) fn observed(mut values: Vec<f64>) -> Times {
    values.sort_by(f64::total_cmp);
    let same = values.first() == values.last();
    match values.first() {
        None => return Times::Always(0.0),
        Some(first) if same => return Times::Always(*first),
        Some(_) => {}
    }
    Times::Drawn(Drawn::Observed(thinned(&values, OBSERVED_MAX).collect()))
}
