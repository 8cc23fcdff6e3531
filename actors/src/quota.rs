//! How much the spools of one edge may hold together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Whoever waits for room goes on when no more than this share of the quota is held, in percent:
/// a source that is let in and turned away for each single message would do nothing else.
const ROOM_AGAIN_PERCENT: u64 = 90;

/// A limit in bytes for what was stored and not forwarded, shared by all spools of an edge. Cheap
/// to clone.
#[derive(Debug, Clone)]
pub struct Quota(Arc<State>);

#[derive(Debug)]
struct State {
    bytes_max: u64,
    held: AtomicU64,
    given_back: Notify,
}

/// Bytes taken of the quota; given back when dropped, unless kept.
#[derive(Debug)]
pub(crate) struct Held {
    quota: Quota,
    bytes: u64,
}

impl Quota {
    pub(crate) fn new(bytes_max: u64) -> Quota {
        Quota(Arc::new(State {
            bytes_max,
            held: AtomicU64::new(0),
            given_back: Notify::new(),
        }))
    }

    /// The limit, in bytes.
    #[must_use]
    pub fn bytes_max(&self) -> u64 {
        self.0.bytes_max
    }

    /// What is held now, in bytes. After the limit was lowered it may be more than the limit.
    #[must_use]
    pub fn held_bytes(&self) -> u64 {
        self.0.held.load(Ordering::Acquire)
    }

    /// Waits until there is room again for `bytes`, and for more than a single message. Safe to
    /// cancel.
    pub async fn room(&self, bytes: u64) {
        let max = self.0.bytes_max;
        // What alone is larger than the quota goes in when nothing else is held.
        let enough = (max / 100 * ROOM_AGAIN_PERCENT).min(max.saturating_sub(bytes));
        loop {
            let given_back = self.0.given_back.notified();
            tokio::pin!(given_back);
            // Before the look, so that what is given back meanwhile is not missed.
            given_back.as_mut().enable();
            if self.held_bytes() <= enough {
                return;
            }
            given_back.await;
        }
    }

    /// Takes bytes for so many messages, unless there is no room for them. When nothing is held, a
    /// single message also takes more than the limit: what never fits would stop its source for
    /// ever.
    pub(crate) fn take(&self, bytes: u64, messages: usize) -> Option<Held> {
        let max = self.0.bytes_max;
        let taken = self
            .0
            .held
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |held| {
                held.checked_add(bytes)
                    .filter(|sum| *sum <= max || (held == 0 && messages == 1))
            });
        taken.ok().map(|_| Held {
            quota: self.clone(),
            bytes,
        })
    }

    /// Counts what a spool held already when it was opened.
    pub(crate) fn found(&self, bytes: u64) {
        self.0.held.fetch_add(bytes, Ordering::AcqRel);
    }

    pub(crate) fn give_back(&self, bytes: u64) {
        let before = self.0.held.fetch_sub(bytes, Ordering::AcqRel);
        assert!(before >= bytes, "more is given back than was taken");
        self.0.given_back.notify_waiters();
    }
}

impl Held {
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The bytes are stored: they stay taken until they are forwarded.
    pub(crate) fn keep(mut self) {
        self.bytes = 0;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.quota.give_back(self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_is_given_back() {
        let quota = Quota::new(100);
        quota.take(60, 1).unwrap().keep();
        let rest = quota.take(40, 1).unwrap();
        assert!(quota.take(1, 1).is_none(), "the quota is used up");
        assert_eq!(quota.held_bytes(), 100);
        drop(rest);
        assert_eq!(quota.held_bytes(), 60);
    }

    #[test]
    fn what_is_larger_than_the_quota_is_taken_when_nothing_else_is_held() {
        let quota = Quota::new(100);
        quota.take(101, 1).unwrap().keep();
        assert!(quota.take(1, 1).is_none(), "more than all is held");
        quota.give_back(101);
        quota.take(1, 1).unwrap().keep();
        assert!(quota.take(101, 1).is_none(), "something is held");
    }

    #[test]
    fn messages_that_are_larger_than_the_quota_together_are_not_taken_together() {
        let quota = Quota::new(100);
        assert!(quota.take(101, 2).is_none());
        assert_eq!(quota.held_bytes(), 0);
        quota.take(100, 2).unwrap().keep();
        assert_eq!(quota.held_bytes(), 100);
    }

    #[tokio::test]
    async fn whoever_waits_goes_on_when_there_is_room_for_more_than_a_message() {
        let quota = Quota::new(1_000);
        quota.take(1_000, 1).unwrap().keep();
        let waiting = tokio::spawn({
            let quota = quota.clone();
            async move { quota.room(1).await }
        });
        tokio::task::yield_now().await;
        quota.give_back(50);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "950 of 1,000 are held");
        quota.give_back(50);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn whoever_waits_with_much_waits_for_room_for_all_of_it() {
        let quota = Quota::new(1_000);
        quota.take(1_000, 1).unwrap().keep();
        let waiting = tokio::spawn({
            let quota = quota.clone();
            async move { quota.room(600).await }
        });
        tokio::task::yield_now().await;
        quota.give_back(500);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "500 are free");
        quota.give_back(100);
        waiting.await.unwrap();
    }
}
