//! Forecasts, scored when the truth is known.

use serde::{Deserialize, Serialize};

use super::confidence::Confidence;
use super::percentiles::PER_MILLE;
use super::wilson::{Share, wilson};

/// The pinball loss of one forecast percentile, in a thousandth of the unit of the times.
///
/// (outcome - forecast) times p where the outcome is later, (forecast - outcome) times (1 - p)
/// where it is earlier (Koenker and Bassett, Regression quantiles, Econometrica 46 (1978)). On
/// average nothing else makes it smaller than the true percentile (Gneiting, Quantiles as optimal
/// point forecasts, International Journal of Forecasting 27 (2011)). Whole numbers, so exact.
///
/// # Panics
/// When `per_mille` is above [`PER_MILLE`].
pub fn pinball_loss(per_mille: u16, forecast: i64, outcome: i64) -> i128 {
    assert!(
        per_mille <= PER_MILLE,
        "a percentile of {per_mille} per mille is above the whole"
    );
    let late = i128::from(outcome) - i128::from(forecast);
    if late >= 0 {
        late * i128::from(per_mille)
    } else {
        -late * i128::from(PER_MILLE - per_mille)
    }
}

/// How often outcomes fell into the forecast range, and below and above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastScore {
    below: u64,
    within: u64,
    above: u64,
}

impl ForecastScore {
    /// Takes one outcome against its forecast range; the ends belong to the range.
    ///
    /// # Panics
    /// When the range is upside down.
    pub fn observe(&mut self, low: i64, high: i64, outcome: i64) {
        assert!(
            low <= high,
            "a forecast from {low} to {high} is upside down"
        );
        if outcome < low {
            self.below += 1;
        } else if outcome > high {
            self.above += 1;
        } else {
            self.within += 1;
        }
    }

    /// Outcomes earlier than the range.
    pub fn below(&self) -> u64 {
        self.below
    }

    /// Outcomes later than the range.
    pub fn above(&self) -> u64 {
        self.above
    }

    /// The share of outcomes within the range, with its Wilson interval; `None` without outcomes.
    pub fn coverage(&self, confidence: Confidence) -> Option<Share> {
        let all = self.below + self.within + self.above;
        wilson(self.within, all, confidence)
    }
}
