//! Changes that have left the ring, read out of the plant's journal for followers that come back.
//!
//! A run decides the plant's events again, with all states for itself, and serves every follower
//! that waits when it begins: a thousand that come back after a restart cost one run. There is one
//! run at a time in the process.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use actors::{Commit, Cursor, HistoryError, PlantHandle, Retold};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::change_event::ChangeEvent;
use crate::picture::Picture;
use crate::projections::holds;
use crate::read_model::ReadModel;
use crate::ring::Gap;
use crate::turns::Turns;

/// Entries that are handed to a follower at once.
const CHUNK_ENTRIES_MAX: usize = 64;
/// Chunks that may wait for a follower. The entries are shared by all who get them.
const CHUNKS_WAITING_MAX: usize = 2;
/// How long all followers together may hold up a run that others wait for, or that serves others
/// too. Who is slower is served by a later run, from where it is by then.
const HOLD_UP_MAX: Duration = Duration::from_secs(2);
/// How long a follower is waited for before it is looked whether others wait.
const HOLD_UP_STEP: Duration = Duration::from_millis(50);
/// Pause before the next run after one that panicked.
const AFTER_PANIC: Duration = Duration::from_secs(1);

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
    runs: Arc<Turns>,
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
    /// Whether it was found that the journal continues its cursor.
    is_continued: bool,
}

impl CatchUps {
    pub(crate) fn new(runs: Arc<Turns>) -> CatchUps {
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
            is_continued: false,
        });
        if !std::mem::replace(&mut queue.is_served, true) {
            let picture = Arc::clone(picture);
            tokio::spawn(async move { picture.catch_ups().serve(&picture).await });
        }
        caught
    }

    /// Whether somebody waits for the end of the present run.
    fn is_wanted(&self) -> bool {
        self.runs.is_wanted() || !self.queue.lock().waiting.is_empty()
    }

    /// Serves until nobody waits.
    async fn serve(&self, picture: &Arc<Picture>) {
        loop {
            let permit = self.runs.take().await;
            let mut waiting = std::mem::take(&mut self.queue.lock().waiting);
            waiting.retain(|waiter| !waiter.to.is_closed());
            let picture = Arc::clone(picture);
            let run = tokio::task::spawn_blocking(move || {
                run(&picture, waiting);
                drop(permit);
            });
            if run.await.is_err() {
                tracing::error!("a run that caught followers up panicked; they try again");
                tokio::time::sleep(AFTER_PANIC).await;
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
        // Whether it is of this history each is told by itself.
        match handle.history().retell_from(earliest.after.whole_before()) {
            Ok(retold) => {
                let all = std::iter::once(earliest).chain(waiting).collect();
                Run::new(picture, &retold, all).go(retold);
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
        // Its stream ends by itself.
        HistoryError::Stopped(_) => return,
        HistoryError::Recovery(error) => {
            tracing::error!(plant = %handle.plant(), %error, "a follower cannot catch up");
            Gap::TooOld
        }
    };
    // It may have gone.
    waiter.to.try_send(Caught::Lost(gap)).ok();
}

/// A plant that goes through its journal again for followers.
struct Run<'p> {
    picture: &'p Picture,
    model: ReadModel,
    waiting: Vec<Waiter>,
    patience: Patience<'p>,
}

/// How long slow followers are still waited for.
struct Patience<'p> {
    catch_ups: &'p CatchUps,
    /// Whether the run serves a single follower.
    is_alone: bool,
    left: Duration,
}

impl Run<'_> {
    fn new<'p>(picture: &'p Picture, retold: &Retold, waiting: Vec<Waiter>) -> Run<'p> {
        let (start, handle) = (retold.snapshot(), picture.handle());
        Run {
            picture,
            model: ReadModel::from_snapshot(&start, handle.clock(), handle.durability()),
            waiting,
            patience: Patience {
                catch_ups: picture.catch_ups(),
                is_alone: false,
                left: HOLD_UP_MAX,
            },
        }
    }

    fn go(mut self, mut retold: Retold) {
        while !self.waiting.is_empty() {
            let told = retold.go_on(&mut |commit| self.take(&commit));
            if let Err(error) = told {
                let handle = self.picture.handle();
                self.waiting
                    .iter()
                    .for_each(|waiter| lost(waiter, handle, &error));
                return;
            }
            self.give(|waiter, patience| waiter.flush(patience));
            if self.is_through() {
                self.end();
                return;
            }
        }
    }

    fn take(&mut self, commit: &Commit) -> ControlFlow<()> {
        let epochs = (self.model.cursor().epoch, commit.epoch);
        self.give(|waiter, patience| waiter.is_continued_by(epochs, commit.commit_no, patience));
        let entries = self.model.take_in(commit);
        let entries: Vec<_> = entries.into_iter().map(Arc::new).collect();
        self.give(|waiter, patience| waiter.take(&entries, patience));
        match self.waiting.is_empty() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Gives each follower something; lets those go that are gone, lost or too slow.
    fn give(&mut self, mut give: impl FnMut(&mut Waiter, &mut Patience<'_>) -> bool) {
        self.patience.is_alone = self.waiting.len() == 1;
        let patience = &mut self.patience;
        self.waiting.retain_mut(|waiter| give(waiter, patience));
    }

    /// Whether the ring goes on where this is; waits for a picture that is behind the journal.
    fn is_through(&self) -> bool {
        let reached = self.model.cursor();
        let (handle, number) = (Handle::current(), reached.commit_no);
        let there = handle.block_on(holds(self.picture, number));
        let found = self
            .picture
            .read(|published| published.reach(reached).is_ok());
        !there || found == Some(true)
    }

    fn end(mut self) {
        let reached = self.model.cursor();
        let now = self
            .picture
            .read(|published| published.model.cursor().epoch);
        self.give(|waiter, patience| {
            // Who was at the journal's end from the start has seen no commit.
            let fits = waiter.after.commit_no == reached.commit_no
                && waiter
                    .after
                    .lies_between(reached.epoch, now.unwrap_or(reached.epoch));
            let last = match waiter.is_continued || fits {
                true => Caught::Through(reached),
                false => Caught::Lost(Gap::OtherEpoch),
            };
            waiter.send(last, patience)
        });
    }
}

impl Patience<'_> {
    /// Whether a slow follower is waited for once more.
    fn lasts(&mut self) -> bool {
        if self.is_alone && !self.catch_ups.is_wanted() {
            return true;
        }
        self.left = self.left.saturating_sub(HOLD_UP_STEP);
        !self.left.is_zero()
    }
}

impl Waiter {
    /// Whether it is still to be served when a commit of the later of these epochs follows one of
    /// the earlier.
    fn is_continued_by(
        &mut self,
        (before, epoch): (u64, u64),
        number: u64,
        patience: &mut Patience<'_>,
    ) -> bool {
        if self.is_continued || number <= self.after.whole_before() {
            return true;
        }
        self.is_continued = self.after.lies_between(before, epoch);
        if !self.is_continued {
            self.send(Caught::Lost(Gap::OtherEpoch), patience);
        }
        self.is_continued
    }

    /// Gives it what comes after its cursor. Gives `false` when it is gone or too slow.
    fn take(&mut self, entries: &[Arc<ChangeEvent>], patience: &mut Patience<'_>) -> bool {
        let from = entries.partition_point(|entry| entry.cursor <= self.after);
        for entry in &entries[from..] {
            if !self.is_continued {
                break;
            }
            self.chunk.push(Arc::clone(entry));
            if self.chunk.len() >= CHUNK_ENTRIES_MAX && !self.flush(patience) {
                return false;
            }
        }
        !self.to.is_closed()
    }

    fn flush(&mut self, patience: &mut Patience<'_>) -> bool {
        if self.chunk.is_empty() {
            return !self.to.is_closed();
        }
        let chunk = std::mem::take(&mut self.chunk);
        self.send(Caught::Entries(chunk), patience)
    }

    /// Gives `false` when it is gone or too slow.
    fn send(&mut self, caught: Caught, patience: &mut Patience<'_>) -> bool {
        let caught = match self.to.try_send(caught) {
            Ok(()) => return true,
            Err(TrySendError::Closed(_)) => return false,
            Err(TrySendError::Full(caught)) => caught,
        };
        while patience.lasts() {
            let room = tokio::time::timeout(HOLD_UP_STEP, self.to.reserve());
            match Handle::current().block_on(room) {
                Ok(Ok(room)) => {
                    room.send(caught);
                    return true;
                }
                Ok(Err(_)) => return false,
                Err(_) => {}
            }
        }
        false
    }
}
