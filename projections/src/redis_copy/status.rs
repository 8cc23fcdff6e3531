//! How the copy of one plant is doing.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

/// How a copy stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum RedisStanding {
    /// Not connected yet.
    #[default]
    Starting,
    /// It is written anew.
    Rebuilding,
    /// It follows.
    Following,
    /// Redis does not do what it is asked for; it is tried again.
    Down,
    /// A newer opening of the plant writes there.
    Fenced,
    /// The plant has ended.
    Ended,
}

/// How the copy of one plant is doing.
#[derive(Debug, Default)]
pub(crate) struct RedisStatus {
    standing: RwLock<RedisStanding>,
    pub(super) commit_no: AtomicU64,
    pub(super) rebuilds: AtomicU64,
    pub(super) failures: AtomicU64,
}

impl RedisStatus {
    /// How it stands.
    pub(crate) fn standing(&self) -> RedisStanding {
        *self.standing.read()
    }

    /// Number of the newest commit that is in the copy.
    pub(crate) fn commit_no(&self) -> u64 {
        self.commit_no.load(Ordering::Acquire)
    }

    /// How often it was written anew.
    pub(crate) fn rebuilds(&self) -> u64 {
        self.rebuilds.load(Ordering::Relaxed)
    }

    /// How often Redis did not do what it was asked for.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Notes how it stands; says whether that is another way than before.
    pub(super) fn stands(&self, now: RedisStanding) -> bool {
        std::mem::replace(&mut *self.standing.write(), now) != now
    }
}
