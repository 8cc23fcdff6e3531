//! When the messages of a load go out, and how late they did.

use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::time::Instant;
use twin_model::Time;

use crate::exit::{Failure, Kind, OrFail};
use crate::sim_cli::Speed;

/// The longest lag that is told apart, in microseconds: an hour.
const LAG_US_MAX: u64 = 3_600_000_000;
/// Digits to which lags are told apart.
const LAG_DIGITS: u8 = 3;
/// The timer of the runtime is no finer, so what is due sooner goes at once.
const TIMER: Duration = Duration::from_millis(1);

/// The pace of a load. What is due before the opening, its history, goes at once.
pub(crate) struct Pace {
    speed: Speed,
    opening: Time,
    started: Instant,
    lag_us: Histogram<u64>,
}

impl Pace {
    pub(crate) fn new(speed: Speed, opening: Time) -> Result<Pace, Failure> {
        Ok(Pace {
            speed,
            opening,
            started: Instant::now(),
            lag_us: Histogram::new_with_bounds(1, LAG_US_MAX, LAG_DIGITS).or_fail(Kind::Finding)?,
        })
    }

    /// When something of this simulated instant is due; `None` for at once.
    pub(crate) fn due(&self, at: Time) -> Option<Instant> {
        let Speed::Factor(factor) = self.speed else {
            return None;
        };
        let since_us = at.micros_since(self.opening);
        (since_us > 0).then(|| {
            // Exact to the microsecond for three hundred years.
            self.started + Duration::from_secs_f64(since_us as f64 / 1e6 / factor)
        })
    }

    /// Whether one has to wait for this instant.
    pub(crate) fn is_ahead(due: Instant) -> bool {
        due > Instant::now() + TIMER
    }

    /// Something of this instant goes out now.
    pub(crate) fn note(&mut self, due: Instant) {
        let lag = Instant::now().saturating_duration_since(due);
        let lag_us = u64::try_from(lag.as_micros()).unwrap_or(LAG_US_MAX);
        self.lag_us.saturating_record(lag_us.max(1));
    }

    /// The lag that 99 of 100 messages do not exceed, in milliseconds; `None` when nothing was
    /// paced.
    pub(crate) fn lag_p99_ms(&self) -> Option<f64> {
        let p99_us = self.lag_us.value_at_quantile(0.99);
        (!self.lag_us.is_empty()).then(|| p99_us as f64 / 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening() -> Time {
        "2026-03-02T06:00:00Z".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn simulated_time_goes_as_fast_as_asked() {
        let pace = Pace::new(Speed::Factor(60.0), opening()).unwrap();
        let due = pace.due(opening().plus_seconds(3_600)).unwrap();
        assert_eq!(due - pace.started, Duration::from_secs(60));
        assert!(Pace::is_ahead(due));
        assert_eq!(pace.due(opening().plus_seconds(-1)), None, "the history");
        let flat_out = Pace::new(Speed::FlatOut, opening()).unwrap();
        assert_eq!(flat_out.due(opening().plus_seconds(3_600)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_lag_is_what_most_messages_do_not_exceed() {
        let mut pace = Pace::new(Speed::Factor(1.0), opening()).unwrap();
        assert_eq!(pace.lag_p99_ms(), None);
        let due = Instant::now();
        for _ in 0..99 {
            pace.note(due);
        }
        tokio::time::advance(Duration::from_millis(50)).await;
        pace.note(due);
        assert!(pace.lag_p99_ms().unwrap() < 1.0);
        pace.note(due);
        assert!((49.0..51.0).contains(&pace.lag_p99_ms().unwrap()));
    }
}
