//! How good forecasts were, now that the truth is known.

use serde::{Deserialize, Serialize};

use crate::statistics::{Confidence, ForecastScore, pinball_loss};

/// Thousandths of a microsecond in one millisecond: the loss is kept in milliseconds.
const LOSS_PER_MS: i128 = 1_000 * 1_000;
/// Milliseconds of one minute.
const MINUTE_MS: f64 = 60_000.0;
/// The percentiles that are forecast, per mille.
const PERCENTILES: [u16; 3] = [100, 500, 900];

/// A forecast of one order, as it was made. Times are microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// Until when it looked.
    pub until_us: i64,
    /// p10, p50 and p90; `None`: later than it looked.
    pub percentiles_us: [Option<i64>; 3],
    /// When the order was due.
    pub due_us: Option<i64>,
    /// The probability that it would be late.
    pub late: Option<f64>,
}

/// Scores of all forecasts whose outcome is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    range: ForecastScore,
    /// Outcomes of which the range cannot tell whether they are in it: both lie later than the
    /// forecast looked.
    untold: u64,
    losses: [Losses; 3],
    late: LateScore,
}

/// Pinball losses of one percentile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Losses {
    forecasts: u64,
    /// Each rounded to whole milliseconds.
    sum_ms: u64,
}

/// Squared errors of the probabilities of being late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct LateScore {
    forecasts: u64,
    late: u64,
    sum: f64,
}

/// What the scores say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// Share of the outcomes from p10 to p90; of right forecasts it is 0.8. `None` without
    /// outcomes.
    pub coverage: Option<Coverage>,
    /// Outcomes that p10 to p90 cannot be held against, because both lie later than the forecast
    /// looked.
    pub untold: u64,
    /// Mean pinball loss of p10, p50 and p90, minutes: the smaller the better; that of p50 is
    /// half of the mean error. `None` without outcomes.
    pub pinball_min: [Option<f64>; 3],
    /// Of the probability of being late; `None` without outcomes of orders with a due date.
    pub brier: Option<Brier>,
}

/// A share with its 95 % Wilson interval, and what lay outside.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// As counted.
    pub share: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Outcomes before p10.
    pub earlier: u64,
    /// Outcomes after p90.
    pub later: u64,
}

/// How good the probabilities of being late were.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Brier {
    /// The mean squared error: 0 is certain and right, 0.25 is what always saying one half gets.
    pub score: f64,
    /// So many forecasts.
    pub forecasts: u64,
    /// So many of them were of orders that became late.
    pub late: u64,
}

impl Calibration {
    /// Takes the end of an order, microseconds since the Unix epoch, against a forecast of it.
    pub fn observe(&mut self, promise: &Promise, end_us: i64) {
        let [p10, _, p90] = promise.percentiles_us;
        let beyond = promise.until_us.saturating_add(1);
        if (p10.is_none() || p90.is_none()) && end_us > promise.until_us {
            self.untold += 1;
        } else {
            let high = p90.unwrap_or(i64::MAX);
            self.range.observe(p10.unwrap_or(beyond), high, end_us);
        }
        let percentiles = PERCENTILES.iter().zip(promise.percentiles_us);
        for (losses, (&per_mille, forecast)) in self.losses.iter_mut().zip(percentiles) {
            let Some(forecast) = forecast else { continue };
            let loss = pinball_loss(per_mille, forecast, end_us);
            let loss_ms = (loss + LOSS_PER_MS / 2) / LOSS_PER_MS;
            losses.forecasts += 1;
            let sum_ms = losses.sum_ms;
            losses.sum_ms = sum_ms.saturating_add(u64::try_from(loss_ms).unwrap_or(u64::MAX));
        }
        if let (Some(probability), Some(due_us)) = (promise.late, promise.due_us) {
            let is_late = end_us > due_us;
            let error = probability - f64::from(u8::from(is_late));
            self.late.forecasts += 1;
            self.late.late += u64::from(is_late);
            self.late.sum += error * error;
        }
    }

    /// What the scores say.
    ///
    /// Brier, Verification of forecasts expressed in terms of probability, Monthly Weather Review
    /// 78 (1950), for two outcomes: the mean of (probability - outcome)^2.
    pub fn scores(&self) -> Scores {
        let share = self.range.coverage(Confidence::P95);
        Scores {
            coverage: share.map(|share| Coverage {
                share: share.raw,
                low: share.low,
                high: share.high,
                earlier: self.range.below(),
                later: self.range.above(),
            }),
            untold: self.untold,
            pinball_min: self.losses.map(|losses| {
                let forecasts = (losses.forecasts > 0).then_some(losses.forecasts as f64)?;
                Some(losses.sum_ms as f64 / forecasts / MINUTE_MS)
            }),
            brier: (self.late.forecasts > 0).then(|| Brier {
                score: self.late.sum / self.late.forecasts as f64,
                forecasts: self.late.forecasts,
                late: self.late.late,
            }),
        }
    }
}
