//! How the copy of one plant is doing.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

/// How a copy stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RedisStanding {
    /// Not connected yet.
    #[default]
    Starting,
    /// It is written anew.
    Rebuilding,
    /// It follows.
    Following,
    /// Redis does not do what it is asked for; it is tried again.
    Down(String),
    /// A newer opening of the plant writes there.
    Fenced(u64),
    /// The plant has ended.
    Ended,
}

/// How the copy of one plant is doing.
#[derive(Debug, Default)]
pub struct RedisStatus {
    standing: RwLock<RedisStanding>,
    pub(super) commit_no: AtomicU64,
    pub(super) rebuilds: AtomicU64,
    pub(super) failures: AtomicU64,
}

impl RedisStatus {
    /// How it stands.
    #[must_use]
    pub fn standing(&self) -> RedisStanding {
        self.standing.read().clone()
    }

    /// Number of the newest commit that is in the copy.
    #[must_use]
    pub fn commit_no(&self) -> u64 {
        self.commit_no.load(Ordering::Acquire)
    }

    /// How often it was written anew.
    #[must_use]
    pub fn rebuilds(&self) -> u64 {
        self.rebuilds.load(Ordering::Relaxed)
    }

    /// How often Redis did not do what it was asked for.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Notes how it stands; says whether that is another way than before.
    pub(super) fn stands(&self, now: RedisStanding) -> bool {
        let mut standing = self.standing.write();
        let differs = std::mem::discriminant(&*standing) != std::mem::discriminant(&now);
        *standing = now;
        differs
    }
}
