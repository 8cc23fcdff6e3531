//! How much the spools of one edge may hold together.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// Whoever waits for room goes on when no more than this part of what it may use is held, in
/// percent: a source that is let in and turned away for each single message would do nothing else.
const ROOM_AGAIN_PERCENT: u64 = 90;
/// What of the quota is kept for urgent messages, in percent: a hold gets through when counters
/// have used up the rest.
pub const URGENT_RESERVE_PERCENT: u64 = 10;

/// What of a quota may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of it: for urgent messages.
    Urgent,
    /// All but what is kept for urgent messages.
    Rest,
}

/// A limit in bytes for what was stored and not forwarded, shared by all spools of an edge. Cheap
/// to clone.
#[derive(Debug, Clone)]
pub struct Quota(Arc<State>);

#[derive(Debug)]
struct State {
    bytes_max: u64,
    held: Mutex<HeldBytes>,
    given_back: Notify,
}

#[derive(Debug, Clone, Copy, Default)]
struct HeldBytes {
    urgent: Used,
    rest: Used,
}

/// What messages of one kind hold, in bytes.
#[derive(Debug, Clone, Copy, Default)]
struct Used {
    bytes: u64,
    /// How much of that is set aside until a person has looked: no link carries it away.
    aside: u64,
}

impl HeldBytes {
    fn all(self) -> u64 {
        self.urgent.bytes.saturating_add(self.rest.bytes)
    }

    /// Whether nothing is held but what is set aside.
    fn nothing_waits(self) -> bool {
        self.all() == self.urgent.aside.saturating_add(self.rest.aside)
    }

    fn of(self, share: Share) -> Used {
        match share {
            Share::Urgent => self.urgent,
            Share::Rest => self.rest,
        }
    }

    fn of_mut(&mut self, share: Share) -> &mut Used {
        match share {
            Share::Urgent => &mut self.urgent,
            Share::Rest => &mut self.rest,
        }
    }
}

/// How much of a quota is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaReport {
    /// Held by all messages, in bytes. After the limit was lowered it may be more than the limit.
    pub held_bytes: u64,
    /// The limit, in bytes.
    pub bytes_max: u64,
    /// Held by what is not urgent, in bytes.
    pub rest_held_bytes: u64,
    /// The limit of what is not urgent, in bytes.
    pub rest_bytes_max: u64,
}

/// A limit that leaves no room for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsedUp {
    /// Held of what the limit is for, in bytes.
    pub(crate) held_bytes: u64,
    /// The limit, in bytes.
    pub(crate) limit_bytes: u64,
}

/// Bytes taken of the quota; given back when dropped, unless kept.
#[derive(Debug)]
pub(crate) struct Held {
    quota: QuotaShare,
    bytes: u64,
}

impl Quota {
    pub(crate) fn new(bytes_max: u64) -> Quota {
        Quota(Arc::new(State {
            bytes_max,
            held: Mutex::default(),
            given_back: Notify::new(),
        }))
    }

    /// How much of it is used now.
    #[must_use]
    pub fn report(&self) -> QuotaReport {
        let held = *self.0.held.lock();
        QuotaReport {
            held_bytes: held.all(),
            bytes_max: self.0.bytes_max,
            rest_held_bytes: held.rest.bytes,
            rest_bytes_max: self.limit(Share::Rest),
        }
    }

    pub(crate) fn share(&self, share: Share) -> QuotaShare {
        QuotaShare {
            quota: self.clone(),
            share,
        }
    }

    /// What messages of this kind may hold, in bytes.
    fn limit(&self, share: Share) -> u64 {
        let max = self.0.bytes_max;
        match share {
            Share::Urgent => max,
            Share::Rest => max - (max / 100 * URGENT_RESERVE_PERCENT).max(1).min(max),
        }
    }
}

impl QuotaReport {
    /// Whether so many bytes of messages like these have room.
    #[must_use]
    pub fn has_room(&self, share: Share, bytes: u64) -> bool {
        let fits = |held: u64, max: u64| held.saturating_add(bytes) <= max;
        fits(self.held_bytes, self.bytes_max)
            && match share {
                Share::Urgent => true,
                Share::Rest => fits(self.rest_held_bytes, self.rest_bytes_max),
            }
    }
}

/// A quota, as one spool may use it. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct QuotaShare {
    quota: Quota,
    share: Share,
}

impl QuotaShare {
    /// The whole quota, in bytes.
    pub(crate) fn bytes_max(&self) -> u64 {
        self.quota.0.bytes_max
    }

    /// Waits until there is room again for `bytes`, and for more than a single message. Safe to
    /// cancel.
    pub(crate) async fn room(&self, bytes: u64) {
        loop {
            let given_back = self.quota.0.given_back.notified();
            tokio::pin!(given_back);
            // Before the look, so that what is given back meanwhile is not missed.
            given_back.as_mut().enable();
            if self.has_room_again(bytes) {
                return;
            }
            given_back.await;
        }
    }

    fn has_room_again(&self, bytes: u64) -> bool {
        let held = *self.quota.0.held.lock();
        let (own, limit) = (held.of(self.share), self.quota.limit(self.share));
        // What alone is larger than its limit goes in when nothing else waits.
        if bytes > limit {
            return held.nothing_waits();
        }
        // Neither what others hold nor what is set aside may go away before this share is empty.
        let others = held.all() - own.bytes;
        let limit = limit.min(self.bytes_max().saturating_sub(others));
        let limit = limit.saturating_sub(own.aside);
        let waits = own.bytes - own.aside;
        bytes <= limit && waits <= (limit / 100 * ROOM_AGAIN_PERCENT).min(limit - bytes)
    }

    /// Takes bytes for so many messages, unless there is no room for them. When nothing waits, a
    /// single message also takes more than the limit: what never fits would stop its source for
    /// ever.
    pub(crate) fn take(&self, bytes: u64, messages: usize) -> Result<Held, UsedUp> {
        let mut held = self.quota.0.held.lock();
        let (all, of_share) = (held.all(), held.of(self.share).bytes);
        if !held.nothing_waits() || messages != 1 {
            let limits = [
                (all, self.bytes_max()),
                (of_share, self.quota.limit(self.share)),
            ];
            for (held_bytes, limit_bytes) in limits {
                if held_bytes.saturating_add(bytes) > limit_bytes {
                    return Err(UsedUp {
                        held_bytes,
                        limit_bytes,
                    });
                }
            }
        }
        held.of_mut(self.share).bytes += bytes;
        Ok(Held {
            quota: self.clone(),
            bytes,
        })
    }

    /// Takes bytes whatever is held: for a message that is set aside and goes back into the spool,
    /// so that it is counted twice for a moment.
    pub(crate) fn take_again(&self, bytes: u64) -> Held {
        self.found(bytes);
        Held {
            quota: self.clone(),
            bytes,
        }
    }

    /// Counts what a spool held already when it was opened.
    pub(crate) fn found(&self, bytes: u64) {
        self.quota.0.held.lock().of_mut(self.share).bytes += bytes;
    }

    /// Counts what is set aside, whatever is held.
    pub(crate) fn set_aside(&self, bytes: u64) {
        let mut held = self.quota.0.held.lock();
        let of_share = held.of_mut(self.share);
        of_share.bytes += bytes;
        of_share.aside += bytes;
    }

    /// Gives back what was set aside.
    pub(crate) fn give_aside_back(&self, bytes: u64) {
        let mut held = self.quota.0.held.lock();
        let aside = &mut held.of_mut(self.share).aside;
        assert!(*aside >= bytes, "more is given back than was set aside");
        *aside -= bytes;
        drop(held);
        self.give_back(bytes);
    }

    pub(crate) fn give_back(&self, bytes: u64) {
        let mut held = self.quota.0.held.lock();
        let of_share = &mut held.of_mut(self.share).bytes;
        assert!(*of_share >= bytes, "more is given back than was taken");
        *of_share -= bytes;
        drop(held);
        self.quota.0.given_back.notify_waiters();
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

    /// A quota, as urgent messages and as the rest may use it.
    fn of(bytes_max: u64) -> (Quota, QuotaShare, QuotaShare) {
        let quota = Quota::new(bytes_max);
        let (urgent, rest) = (quota.share(Share::Urgent), quota.share(Share::Rest));
        (quota, urgent, rest)
    }

    #[test]
    fn what_is_not_kept_is_given_back() {
        let (quota, urgent, _) = of(100);
        urgent.take(60, 1).unwrap().keep();
        let rest = urgent.take(40, 1).unwrap();
        let used_up = urgent.take(1, 1).unwrap_err();
        assert_eq!((used_up.held_bytes, used_up.limit_bytes), (100, 100));
        assert_eq!(quota.report().held_bytes, 100);
        drop(rest);
        assert_eq!(quota.report().held_bytes, 60);
    }

    #[test]
    fn what_is_larger_than_the_quota_is_taken_when_nothing_else_is_held() {
        for share in [Share::Urgent, Share::Rest] {
            let quota = Quota::new(100).share(share);
            quota.take(101, 1).unwrap().keep();
            assert!(quota.take(1, 1).is_err(), "more than all is held");
            quota.give_back(101);
            quota.take(1, 1).unwrap().keep();
            assert!(quota.take(101, 1).is_err(), "something is held");
        }
    }

    #[test]
    fn what_is_set_aside_keeps_nobody_waiting_where_there_is_room() {
        let (_, urgent, rest) = of(1_000);
        rest.take(900, 2).unwrap().keep();
        urgent.take(91, 1).unwrap().keep();
        assert!(!urgent.has_room_again(5), "it is nearly full");
        urgent.set_aside(50);
        urgent.give_back(91);
        assert!(urgent.has_room_again(50), "all that waited went");
        assert!(!urgent.has_room_again(51), "what is set aside takes room");
        rest.give_back(900);
        rest.set_aside(870);
        assert!(rest.has_room_again(30) && !rest.has_room_again(31));
        urgent.give_aside_back(50);
        rest.give_aside_back(870);
        rest.set_aside(1);
        assert!(rest.has_room_again(2_000), "nothing waits");
        rest.take(2_000, 1).unwrap().keep();
        assert!(!rest.has_room_again(2_000));
    }

    #[test]
    fn what_goes_back_into_the_spool_is_taken_whatever_is_held() {
        let (quota, _, rest) = of(100);
        rest.set_aside(90);
        assert!(rest.take(1, 1).is_ok_and(|held| held.bytes() == 1));
        rest.take_again(90).keep();
        rest.give_aside_back(90);
        assert_eq!(quota.report().held_bytes, 90);
        assert!(rest.take(11, 1).is_err());
    }

    #[test]
    fn messages_that_are_larger_than_the_quota_together_are_not_taken_together() {
        let (quota, urgent, _) = of(100);
        assert!(urgent.take(101, 2).is_err());
        assert_eq!(quota.report().held_bytes, 0);
        urgent.take(100, 2).unwrap().keep();
        assert_eq!(quota.report().held_bytes, 100);
    }

    #[test]
    fn when_the_rest_has_used_up_its_share_urgent_messages_are_still_taken() {
        let (quota, urgent, rest) = of(1_000);
        rest.take(900, 2).unwrap().keep();
        assert!(!quota.report().has_room(Share::Rest, 1));
        assert!(quota.report().has_room(Share::Urgent, 100));
        assert!(!quota.report().has_room(Share::Urgent, 101));
        let used_up = rest.take(1, 1).unwrap_err();
        assert_eq!((used_up.held_bytes, used_up.limit_bytes), (900, 900));
        urgent.take(100, 2).unwrap().keep();
        assert!(!quota.report().has_room(Share::Urgent, 1));
        let used_up = urgent.take(1, 1).unwrap_err();
        assert_eq!((used_up.held_bytes, used_up.limit_bytes), (1_000, 1_000));
        // What is given back of one goes to whoever may use it.
        urgent.give_back(100);
        assert!(rest.take(1, 1).is_err());
        rest.give_back(1);
        rest.take(1, 1).unwrap().keep();
    }

    #[test]
    fn urgent_messages_beyond_what_is_kept_for_them_count_against_the_rest() {
        let (quota, urgent, rest) = of(1_000);
        urgent.take(400, 2).unwrap().keep();
        assert!(quota.report().has_room(Share::Rest, 600));
        assert!(!quota.report().has_room(Share::Rest, 601));
        let used_up = rest.take(601, 2).unwrap_err();
        assert_eq!((used_up.held_bytes, used_up.limit_bytes), (400, 1_000));
        rest.take(600, 2).unwrap().keep();
        assert!(!quota.report().has_room(Share::Rest, 1));
    }

    #[test]
    fn the_smallest_quota_keeps_something_for_urgent_messages_too() {
        assert_eq!(Quota::new(64).report().rest_bytes_max, 63);
        assert_eq!(Quota::new(1_000).report().rest_bytes_max, 900);
        assert_eq!(Quota::new(0).report().rest_bytes_max, 0);
    }

    async fn waits(quota: &QuotaShare, bytes: u64) -> tokio::task::JoinHandle<()> {
        let quota = quota.clone();
        let waiting = tokio::spawn(async move { quota.room(bytes).await });
        tokio::task::yield_now().await;
        waiting
    }

    #[tokio::test]
    async fn whoever_waits_goes_on_when_there_is_room_for_more_than_a_message() {
        let (_, urgent, rest) = of(1_000);
        urgent.take(1_000, 1).unwrap().keep();
        let waiting = waits(&urgent, 1).await;
        urgent.give_back(50);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "950 of 1,000 are held");
        urgent.give_back(50);
        waiting.await.unwrap();
        urgent.give_back(900);

        rest.take(900, 2).unwrap().keep();
        let waiting = waits(&rest, 1).await;
        rest.give_back(80);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "820 of 900 are held");
        rest.give_back(10);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn whoever_waits_with_much_waits_for_room_for_all_of_it() {
        let (_, urgent, rest) = of(1_000);
        urgent.take(1_000, 1).unwrap().keep();
        let waiting = waits(&urgent, 600).await;
        urgent.give_back(500);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "500 are free");
        urgent.give_back(100);
        waiting.await.unwrap();
        // Larger than its limit: it is taken when nothing else is held at all.
        let waiting = waits(&rest, 950).await;
        urgent.give_back(399);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "one urgent byte is held");
        urgent.give_back(1);
        waiting.await.unwrap();
        rest.take(950, 1).unwrap().keep();
    }
}
