//! The journal's own thread: one record and one sync per batch, while the next is being decided.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};

use crate::door::Reveal;
use crate::frame_log::AppendError;
use crate::intake::Credit;
use crate::journal::Journal;
use crate::record::{Entry, Poisoned, Record};
use crate::stage::Stages;
use crate::{Command, Commit, Disposition, JournalError, LedgerHead, Receipt, Snapshot};

/// Jobs that may wait for the journal's thread. At most one of them is a write.
const WRITER_JOBS_MAX: usize = 64;

/// One answer that is due with a commit, and is told its number.
pub(crate) struct Reply {
    tell: Box<dyn FnOnce(u64) + Send>,
    /// Given back when the commit is done.
    _credit: Option<Credit>,
}

impl Reply {
    pub(crate) fn later(tell: impl FnOnce(u64) + Send + 'static) -> Reply {
        Reply {
            tell: Box::new(tell),
            _credit: None,
        }
    }

    pub(crate) fn receipt(
        dispositions: Vec<Disposition>,
        to: oneshot::Sender<Receipt>,
        credit: Option<Credit>,
    ) -> Reply {
        let tell = move |commit_no| {
            let receipt = Receipt {
                commit_no,
                dispositions,
            };
            // Who asked may have gone; the commit stands all the same.
            to.send(receipt).ok();
        };
        Reply {
            tell: Box::new(tell),
            _credit: credit,
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply")
    }
}

/// What somebody is told when everything before it is durable.
pub(crate) struct Answer(pub(crate) Reveal);

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer")
    }
}

/// A batch to be made durable and then made known.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) entries: Vec<Entry>,
    pub(crate) poisoned: Vec<Poisoned>,
    pub(crate) commit: Arc<Commit>,
    pub(crate) replies: Vec<Reply>,
    /// Commands that wait after this commit, when the batch changed them.
    pub(crate) commands: Option<Vec<Arc<Command>>>,
    pub(crate) commands_len: usize,
    /// Told as soon as the batch is durable (or the journal failed).
    pub(crate) done: oneshot::Sender<Result<LedgerHead, JournalFailed>>,
}

/// Someone who follows the plant, with where they start.
#[derive(Debug)]
pub(crate) struct Follower {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) commits: Option<mpsc::Sender<Arc<Commit>>>,
    pub(crate) reply: oneshot::Sender<Arc<Snapshot>>,
}

/// The journal does not take records any more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JournalFailed;

#[derive(Debug)]
pub(crate) enum Job {
    Write(Box<Write>),
    /// Hands out a snapshot; comes after the write of the commit that it reflects.
    Follow(Follower),
    /// Tells what was seen in the books; comes after the write of the commit that it reflects.
    Reveal(Answer),
    /// Answers when everything before it is done.
    Barrier(SyncSender<()>),
}

/// What the journal's thread makes known beside replies and commits.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) head: RwLock<LedgerHead>,
    pub(crate) commands_len: AtomicUsize,
    /// Why nothing can be made durable for the time being.
    pub(crate) no_room: RwLock<Option<String>>,
    pub(crate) stages: Stages,
    /// Set when the plant is to stop: then nobody is waited for any more.
    pub(crate) closing: AtomicBool,
}

/// How long to wait before a follower that is full is tried again.
const FOLLOWER_WAIT: Duration = Duration::from_millis(1);

/// How long to wait before a disk without room is tried again.
const ROOM_WAIT: Duration = Duration::from_millis(250);

/// Gives a commit to a follower, waiting for it while it is full, unless the plant is closing.
/// False when the follower is gone or given up.
fn hand_on(
    follower: &mpsc::Sender<Arc<Commit>>,
    commit: &Arc<Commit>,
    closing: &AtomicBool,
) -> bool {
    loop {
        match follower.try_send(Arc::clone(commit)) {
            Ok(()) => return true,
            Err(TrySendError::Closed(_)) => return false,
            Err(TrySendError::Full(_)) if closing.load(Ordering::Acquire) => return false,
            Err(TrySendError::Full(_)) => std::thread::park_timeout(FOLLOWER_WAIT),
        }
    }
}

/// The sending end of the journal's thread.
#[derive(Debug)]
pub(crate) struct WriterHandle {
    published: Arc<Published>,
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl WriterHandle {
    /// Gives a job; waits while too many wait. False when the thread is gone.
    pub(crate) fn give(&self, job: Job) -> bool {
        self.jobs
            .as_ref()
            .is_some_and(|jobs| jobs.send(job).is_ok())
    }

    /// Whether nothing can be made durable for the time being.
    pub(crate) fn waits_for_room(&self) -> bool {
        self.published.no_room.read().is_some()
    }

    /// How long the stages take.
    pub(crate) fn stages(&self) -> &Stages {
        &self.published.stages
    }

    /// From now on a follower that is full is given up instead of waited for.
    pub(crate) fn stop_waiting_for_followers(&self) {
        self.published.closing.store(true, Ordering::Release);
    }

    /// Waits until everything given before is done.
    pub(crate) fn barrier(&self) {
        let (done, wait) = sync_channel(1);
        if self.give(Job::Barrier(done)) {
            // An error means that the thread is gone, so nothing is left to wait for.
            wait.recv().ok();
        }
    }
}

impl Drop for WriterHandle {
    fn drop(&mut self) {
        self.stop_waiting_for_followers();
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the journal's thread panicked");
        }
    }
}

pub(crate) struct Writer {
    dir: PathBuf,
    journal: Journal,
    head: LedgerHead,
    failed: bool,
    followers: Vec<mpsc::Sender<Arc<Commit>>>,
    published: Arc<Published>,
    due: watch::Sender<Vec<Arc<Command>>>,
}

/// Starts the journal's thread.
pub(crate) fn start(
    dir: PathBuf,
    journal: Journal,
    published: Arc<Published>,
    due: watch::Sender<Vec<Arc<Command>>>,
) -> std::io::Result<WriterHandle> {
    let head = *published.head.read();
    let mut writer = Writer {
        dir,
        journal,
        head,
        failed: false,
        followers: Vec::new(),
        published: Arc::clone(&published),
        due,
    };
    let (jobs, received) = sync_channel(WRITER_JOBS_MAX);
    let thread = std::thread::Builder::new()
        .name("journal".to_owned())
        .spawn(move || writer.run(&received))?;
    Ok(WriterHandle {
        jobs: Some(jobs),
        thread: Some(thread),
        published,
    })
}

impl Writer {
    fn run(&mut self, jobs: &Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            match job {
                Job::Write(write) => self.write(*write),
                Job::Follow(follower) => self.follow(follower),
                Job::Reveal(Answer(reveal)) if !self.failed => reveal(),
                // Dropped: what it would tell never became durable.
                Job::Reveal(_) => {}
                Job::Barrier(done) => {
                    done.send(()).ok();
                }
            }
        }
    }

    fn write(&mut self, write: Write) {
        let commit = write.commit;
        let record = Record {
            epoch: commit.epoch,
            commit_no: commit.commit_no,
            recorded: commit.recorded,
            previous: self.head.hash,
            entries: write.entries,
            poisoned: write.poisoned,
        };
        let begun = Instant::now();
        match self.append(&record) {
            Ok(hash) => {
                self.published.stages.commit.note(begun.elapsed());
                self.head = LedgerHead {
                    commit_no: commit.commit_no,
                    hash,
                }
            }
            Err(error) => {
                // What the file holds is unknown now: nothing is acknowledged any more, and the
                // truth is read back from the file at the next start.
                tracing::error!(%error, "the journal failed; the plant stops");
                self.failed = true;
                self.published.stages.commit.note_failure();
                write.done.send(Err(JournalFailed)).ok();
                return;
            }
        }
        *self.published.head.write() = self.head;
        self.published
            .commands_len
            .store(write.commands_len, Ordering::Release);
        // First of all, so that the next batch can be given while this one is made known.
        write.done.send(Ok(self.head)).ok();
        // Before the answers: who has one can rely on the commands of its commit.
        if let Some(commands) = write.commands {
            self.due.send_replace(commands);
        }
        for reply in write.replies {
            (reply.tell)(commit.commit_no);
        }
        let closing = &self.published.closing;
        self.followers
            .retain(|follower| hand_on(follower, &commit, closing));
    }

    /// Makes a record durable, waiting for room on the disk as long as the plant is to live. All
    /// who wait for the commit wait with it, and what they gave stays with their sender.
    fn append(&mut self, record: &Record) -> Result<[u8; 32], JournalError> {
        if self.failed {
            let error = std::io::Error::other("the journal failed before");
            return Err(JournalError::io(&self.dir, error));
        }
        loop {
            let error = match self.journal.append(record) {
                Ok(hash) => {
                    if self.published.no_room.write().take().is_some() {
                        tracing::info!("the disk has room again; the plant goes on");
                    }
                    return Ok(hash);
                }
                Err(AppendError::Failed(error)) => return Err(error),
                Err(AppendError::Full(error)) => error,
            };
            if self.published.closing.load(Ordering::Acquire) {
                return Err(error);
            }
            self.published.stages.commit.note_failure();
            let told = self.published.no_room.write().replace(error.to_string());
            if told.is_none() {
                tracing::error!(%error, "the disk is full; the plant waits for room");
            }
            std::thread::park_timeout(ROOM_WAIT);
        }
    }

    fn follow(&mut self, follower: Follower) {
        if self.failed {
            return;
        }
        assert_eq!(
            follower.snapshot.commit_no, self.head.commit_no,
            "a snapshot is handed out right after its commit"
        );
        if follower.reply.send(follower.snapshot).is_ok() {
            self.followers.extend(follower.commits);
        }
    }
}
