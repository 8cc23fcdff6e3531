//! Committed changes, in order, without a gap, for everybody who keeps a picture of the plant.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::door::Door;
use crate::{Commit, Snapshot, Stopped};

/// Commits that a follower may lag behind before the plant waits for it: a slow follower slows
/// the intake instead of growing memory.
pub const FEED_COMMITS_MAX: usize = 1_024;

/// The door to the committed changes of a plant.
#[derive(Debug, Clone)]
pub struct Feed {
    pub(crate) door: Door,
}

/// A consistent start and everything after it.
#[derive(Debug)]
pub struct Subscription {
    /// The plant after commit `start.commit_no`.
    pub start: Arc<Snapshot>,
    /// Every later commit, in order. Ends when the plant stops. Drop it to unsubscribe.
    pub commits: mpsc::Receiver<Arc<Commit>>,
}

impl Feed {
    /// Starts to follow the plant.
    ///
    /// # Errors
    /// [`Stopped`] when the plant is stopping or its journal has failed.
    pub async fn subscribe(&self) -> Result<Subscription, Stopped> {
        let (sender, commits) = mpsc::channel(FEED_COMMITS_MAX);
        let start = self.door.snapshot(Some(sender)).await?;
        Ok(Subscription { start, commits })
    }
}
