//! A follower of the plant that counts what is committed, on a thread of its own.

use std::sync::Arc;
use std::thread::JoinHandle;

use actors::{Counts, PlantHandle};
use anyhow::{Result, ensure};
use tokio::sync::watch;

use crate::latency::Stamps;

/// What has been seen of the plant.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Changes of entities since the follower started.
    pub changes: u64,
    /// Commits since the follower started.
    pub commits: u64,
    /// The plant's counts at the newest of them.
    pub counts: Arc<Counts>,
}

/// A running follower.
pub struct Follower {
    seen: watch::Receiver<Seen>,
    stamps: watch::Sender<Option<(u64, Arc<Stamps>)>>,
    thread: JoinHandle<()>,
}

impl Follower {
    /// Starts to follow.
    ///
    /// # Errors
    /// When the plant is stopping.
    pub async fn start(plant: &PlantHandle) -> Result<Follower> {
        let mut subscription = plant.feed().subscribe().await?;
        let first = Seen {
            counts: Arc::clone(&subscription.start.counts),
            ..Seen::default()
        };
        let (sender, seen) = watch::channel(first);
        let (stamps, watched) = watch::channel::<Option<(u64, Arc<Stamps>)>>(None);
        let follow = move || {
            while let Some(commit) = subscription.commits.blocking_recv() {
                if let Some((start, stamps)) = watched.borrow().as_ref() {
                    let first = sender.borrow().changes - start;
                    for number in 0..commit.changes.len() as u64 {
                        stamps.arrived(first + number);
                    }
                }
                sender.send_modify(|seen| {
                    seen.changes += commit.changes.len() as u64;
                    seen.commits += 1;
                    seen.counts = Arc::clone(&commit.counts);
                });
            }
        };
        let thread = std::thread::Builder::new()
            .name("follower".to_owned())
            .spawn(follow)?;
        Ok(Follower {
            seen,
            stamps,
            thread,
        })
    }

    /// What has been seen now.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// From now on, notes the time of each change. One event must make one change then.
    pub fn note_arrivals(&self, stamps: Option<Arc<Stamps>>) {
        let start = self.seen.borrow().changes;
        self.stamps
            .send_replace(stamps.map(|stamps| (start, stamps)));
    }

    /// Waits until the plant has applied `events` since its first day.
    ///
    /// # Errors
    /// When the plant ends first, or applied more.
    pub async fn wait_for(&mut self, events: u64) -> Result<Seen> {
        let seen = self
            .seen
            .wait_for(|seen| seen.counts.applied >= events)
            .await?
            .clone();
        let applied = seen.counts.applied;
        ensure!(applied == events, "{applied} applied instead of {events}");
        Ok(seen)
    }

    /// Waits for its end, which follows the plant's.
    ///
    /// # Errors
    /// When it panicked.
    pub fn join(self) -> Result<()> {
        let ended = self.thread.join();
        ensure!(ended.is_ok(), "the follower panicked");
        Ok(())
    }
}
