//! A share of yes and no.

use super::confidence::Confidence;
use super::normal;

/// What was counted, and the range of the true share; all shares lie in 0..=1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Hits per trial as counted; this, never the middle of the range, is the estimate.
    pub raw: f64,
    /// The lower end of the range.
    pub low: f64,
    /// The upper end of the range.
    pub high: f64,
    /// How often such a range holds the true share, about.
    pub confidence: Confidence,
}

/// The share of `hits` in `trials` with its score interval; `None` without a trial.
///
/// Wilson, Probable inference, the law of succession, and statistical inference, Journal of the
/// American Statistical Association 22 (1927); without continuity correction, method 3 of
/// Newcombe, Statistics in Medicine 17 (1998). It keeps its promise near 0 and 1, where the
/// textbook's interval shrinks to nothing.
///
/// # Panics
/// When there are more hits than trials.
pub fn wilson(hits: u64, trials: u64, confidence: Confidence) -> Option<Share> {
    assert!(hits <= trials, "{hits} hits in only {trials} trials");
    if trials == 0 {
        return None;
    }
    let n = trials as f64;
    let raw = hits as f64 / n;
    let z = normal::two_sided(confidence);
    let square = z * z;
    let middle = raw + square / (2.0 * n);
    let reach = z * libm::sqrt((raw * (1.0 - raw) + square / (4.0 * n)) / n);
    let scale = 1.0 + square / n;
    Some(Share {
        raw,
        // At the borders the ends are 0 and 1 in exact arithmetic; rounding must not pass them.
        low: if hits == 0 {
            0.0
        } else {
            ((middle - reach) / scale).max(0.0)
        },
        high: if hits == trials {
            1.0
        } else {
            ((middle + reach) / scale).min(1.0)
        },
        confidence,
    })
}
