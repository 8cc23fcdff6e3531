//! Changes that have left the ring, read out of the plant's journal for followers that come back.
//!
//! A run decides the plant's events again, with all states for itself, and serves every follower
//! that waits when it begins: a thousand that come back after a restart cost one run. There is one
//! run at a time in the process.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::{Cursor, HistoryError, PlantHandle, Retold};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Semaphore, mpsc};

use crate::change_event::ChangeEvent;
use crate::picture::Picture;
use crate::projections::holds;
use crate::read_model::ReadModel;
use crate::ring::Gap;

/// Entries that are handed to a follower at once.
const CHUNK_ENTRIES_MAX: usize = 64;
/// Chunks that may wait for a follower. The entries are shared by all who get them.
const CHUNKS_WAITING_MAX: usize = 2;
/// How long one follower may hold up a run, altogether. One that takes longer is served by a later
/// run, from where it is by then.
const HOLD_UP_MAX: Duration = Duration::from_secs(2);

/// What a follower that catches up gets. When the sender goes without having led it to the ring,
/// it was too slow for the run, and asks for the next one.
#[derive(Debug)]
pub(crate) enum Caught {
    /// Entries, in order.
    Entries(Vec<Arc<ChangeEvent>>),
    /// It has everything up to here, where the ring goes on.
    Through(Cursor),
    /// The journal does not have what it missed.
    Lost(Gap),
}

/// The followers of a plant that wait to catch up.
#[derive(Debug)]
pub(crate) struct CatchUps {
    queue: Mutex<Queue>,
    runs: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<Waiter>,
    /// Whether somebody serves them already.
    is_served: bool,
}

/// A follower that wants everything after a cursor.
#[derive(Debug)]
struct Waiter {
    after: Cursor,
    to: mpsc::Sender<Caught>,
    chunk: Vec<Arc<ChangeEvent>>,
    held_up: Duration,
    /// Whether it was found that the journal continues its cursor.
    is_continued: bool,
}

impl CatchUps {
    pub(crate) fn new(runs: Arc<Semaphore>) -> CatchUps {
        CatchUps {
            queue: Mutex::default(),
            runs,
        }
    }

    /// Has everything after a cursor read for a follower.
    pub(crate) fn join(&self, picture: &Arc<Picture>, after: Cursor) -> mpsc::Receiver<Caught> {
        let (to, caught) = mpsc::channel(CHUNKS_WAITING_MAX);
        let mut queue = self.queue.lock();
        queue.waiting.push(Waiter {
            after,
            to,
            chunk: Vec::new(),
            held_up: Duration::ZERO,
            is_continued: false,
        });
        if !std::mem::replace(&mut queue.is_served, true) {
            let picture = Arc::clone(picture);
            tokio::spawn(async move { picture.catch_ups().serve(&picture).await });
        }
        caught
    }

    /// Serves until nobody waits.
    async fn serve(&self, picture: &Arc<Picture>) {
        loop {
            // An error cannot come: nobody closes it.
            let permit = Arc::clone(&self.runs).acquire_owned().await;
            let mut waiting = std::mem::take(&mut self.queue.lock().waiting);
            waiting.retain(|waiter| !waiter.to.is_closed());
            let picture = Arc::clone(picture);
            let run = tokio::task::spawn_blocking(move || {
                run(&picture, waiting);
                drop(permit);
            });
            if run.await.is_err() {
                tracing::error!("a run that caught followers up panicked; they try again");
            }
            let mut queue = self.queue.lock();
            if queue.waiting.is_empty() {
                queue.is_served = false;
                return;
            }
        }
    }
}

/// Serves these followers; ends when each is served, gone or too slow.
fn run(picture: &Picture, mut waiting: Vec<Waiter>) {
    waiting.sort_by_key(|waiter| (waiter.after.commit_no, waiter.after.index));
    let mut waiting = waiting.into_iter();
    // The earliest one decides where it begins; if that is not kept, the next one does.
    while let Some(earliest) = waiting.next() {
        let handle = picture.handle();
        match handle.history().retell(earliest.after) {
            Ok(retold) => {
                let all = std::iter::once(earliest).chain(waiting).collect();
                Run::new(handle, &retold, all).go(picture, retold);
                return;
            }
            Err(error) => lost(&earliest, handle, &error),
        }
    }
}

fn lost(waiter: &Waiter, handle: &PlantHandle, error: &HistoryError) {
    let gap = match error {
        HistoryError::NotKept { .. } => Gap::TooOld,
        HistoryError::Ahead { .. } => Gap::Ahead,
        HistoryError::OtherOpening => Gap::OtherEpoch,
        HistoryError::Recovery(error) => {
            tracing::error!(plant = %handle.plant(), %error, "a follower cannot catch up");
            Gap::TooOld
        }
    };
    // It may have gone.
    waiter.to.try_send(Caught::Lost(gap)).ok();
}

/// A plant that goes through its journal again for followers.
struct Run {
    model: ReadModel,
    waiting: Vec<Waiter>,
}

impl Run {
    fn new(handle: &PlantHandle, retold: &Retold, waiting: Vec<Waiter>) -> Run {
        let start = retold.snapshot();
        Run {
            model: ReadModel::from_snapshot(&start, handle.clock(), handle.durability()),
            waiting,
        }
    }

    fn go(mut self, picture: &Picture, mut retold: Retold) {
        while !self.waiting.is_empty() {
            let told = retold.go_on(&mut |commit| {
                let before = self.model.cursor().epoch;
                let (epoch, number) = (commit.epoch, commit.commit_no);
                self.waiting
                    .retain_mut(|w| w.is_continued_by((before, epoch), number));
                let entries = self.model.take_in(&commit);
                let entries: Vec<_> = entries.into_iter().map(Arc::new).collect();
                self.waiting.retain_mut(|waiter| waiter.take(&entries));
                match self.waiting.is_empty() {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            });
            if let Err(error) = told {
                let handle = picture.handle();
                self.waiting
                    .iter()
                    .for_each(|waiter| lost(waiter, handle, &error));
                return;
            }
            self.waiting.retain_mut(Waiter::flush);
            if self.is_through(picture) {
                self.end(picture);
                return;
            }
        }
    }

    /// Whether the ring goes on where this is; waits for a picture that is behind the journal.
    fn is_through(&self, picture: &Picture) -> bool {
        let reached = self.model.cursor();
        let (handle, number) = (Handle::current(), reached.commit_no);
        let there = handle.block_on(holds(picture, number));
        let found = picture.read(|published| published.reach(reached).is_ok());
        !there || found == Some(true)
    }

    fn end(self, picture: &Picture) {
        let reached = self.model.cursor();
        let now = picture.read(|published| published.model.cursor().epoch);
        for mut waiter in self.waiting {
            // Who was at the journal's end from the start has seen no commit.
            let fits = waiter.after.commit_no == reached.commit_no
                && waiter
                    .after
                    .lies_between(reached.epoch, now.unwrap_or(reached.epoch));
            let last = match waiter.is_continued || fits {
                true => Caught::Through(reached),
                false => Caught::Lost(Gap::OtherEpoch),
            };
            waiter.send(last);
        }
    }
}

impl Waiter {
    /// Whether it is still to be served when a commit of the later of these epochs follows one of
    /// the earlier.
    fn is_continued_by(&mut self, (before, epoch): (u64, u64), number: u64) -> bool {
        if self.is_continued || number <= self.after.whole_before() {
            return true;
        }
        self.is_continued = self.after.lies_between(before, epoch);
        if !self.is_continued {
            self.send(Caught::Lost(Gap::OtherEpoch));
        }
        self.is_continued
    }

    /// Gives it what comes after its cursor. Gives `false` when it is gone or too slow.
    fn take(&mut self, entries: &[Arc<ChangeEvent>]) -> bool {
        let from = entries.partition_point(|entry| entry.cursor <= self.after);
        for entry in &entries[from..] {
            if !self.is_continued {
                break;
            }
            self.chunk.push(Arc::clone(entry));
            if self.chunk.len() >= CHUNK_ENTRIES_MAX && !self.flush() {
                return false;
            }
        }
        !self.to.is_closed()
    }

    fn flush(&mut self) -> bool {
        if self.chunk.is_empty() {
            return !self.to.is_closed();
        }
        let chunk = std::mem::take(&mut self.chunk);
        self.send(Caught::Entries(chunk))
    }

    /// Gives `false` when it is gone or too slow.
    fn send(&mut self, caught: Caught) -> bool {
        let caught = match self.to.try_send(caught) {
            Ok(()) => return true,
            Err(TrySendError::Closed(_)) => return false,
            Err(TrySendError::Full(caught)) => caught,
        };
        let (began, left) = (Instant::now(), HOLD_UP_MAX.saturating_sub(self.held_up));
        let sent = Handle::current().block_on(tokio::time::timeout(left, self.to.send(caught)));
        self.held_up += began.elapsed();
        matches!(sent, Ok(Ok(())))
    }
}
