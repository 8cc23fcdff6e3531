//! How long to wait before the next try of something that failed.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// First wait, in milliseconds.
pub(crate) const BACKOFF_FIRST_MS: u64 = 50;
/// Longest wait, in milliseconds: a broker that is back is used again within two seconds.
pub(crate) const BACKOFF_LAST_MS: u64 = 1_000;

/// Waits that double up to a limit, each shortened by a random part so that many clients of one
/// broker do not come back in the same instant.
#[derive(Debug)]
pub(crate) struct Backoff {
    next_ms: u64,
}

impl Backoff {
    pub(crate) fn new() -> Backoff {
        Backoff {
            next_ms: BACKOFF_FIRST_MS,
        }
    }

    /// The wait before the next try.
    pub(crate) fn next_wait(&mut self) -> Duration {
        let full = self.next_ms;
        self.next_ms = (full * 2).min(BACKOFF_LAST_MS);
        // Each RandomState is keyed anew: enough randomness to spread clients.
        let random = RandomState::new().build_hasher().finish();
        Duration::from_millis(full / 2 + random % (full / 2 + 1))
    }

    /// It worked: the next failure starts from the first wait again.
    pub(crate) fn reset(&mut self) {
        self.next_ms = BACKOFF_FIRST_MS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_limit_and_start_over_after_success() {
        let mut backoff = Backoff::new();
        assert!(backoff.next_wait() <= Duration::from_millis(BACKOFF_FIRST_MS));
        for _ in 0..20 {
            assert!(backoff.next_wait() <= Duration::from_millis(BACKOFF_LAST_MS));
        }
        assert!(backoff.next_wait() >= Duration::from_millis(BACKOFF_LAST_MS / 2));
        backoff.reset();
        assert!(backoff.next_wait() <= Duration::from_millis(BACKOFF_FIRST_MS));
    }
}
