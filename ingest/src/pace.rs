//! Sending no faster than asked.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

/// A throttle: event number n is due n / rate after the start.
#[derive(Debug)]
pub(crate) struct Pace {
    per_s: Option<NonZeroU32>,
    start: Instant,
    sent: u64,
}

impl Pace {
    pub(crate) fn new(per_s: Option<NonZeroU32>) -> Pace {
        Pace {
            per_s,
            start: Instant::now(),
            sent: 0,
        }
    }

    /// Whether the next event may go now.
    pub(crate) fn is_due(&self) -> bool {
        self.due().is_none_or(|due| due <= Instant::now())
    }

    /// Waits until the next event may go.
    pub(crate) async fn wait(&self) {
        if let Some(due) = self.due() {
            tokio::time::sleep_until(due).await;
        }
    }

    pub(crate) fn count(&mut self) {
        self.sent += 1;
    }

    fn due(&self) -> Option<Instant> {
        let per_s = f64::from(self.per_s?.get());
        // Exact far beyond any import: a double counts to 2^53.
        let seconds = self.sent as f64 / per_s;
        Some(self.start + Duration::from_secs_f64(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn events_go_at_the_asked_rate() {
        let mut pace = Pace::new(NonZeroU32::new(100));
        let start = Instant::now();
        for _ in 0..200 {
            pace.wait().await;
            assert!(pace.is_due());
            pace.count();
        }
        let elapsed = start.elapsed();
        let expected = Duration::from_millis(1_990);
        let slack = Duration::from_millis(2);
        assert!(
            elapsed >= expected && elapsed <= expected + slack,
            "{elapsed:?}"
        );
        assert!(!pace.is_due());
        assert!(Pace::new(None).is_due());
    }
}
