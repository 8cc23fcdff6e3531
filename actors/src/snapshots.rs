//! The thread that writes snapshot files, so that neither the plant nor its journal waits for one.
//!
//! It gets a copy of the books that shares all states with the plant until one side changes them.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use twin_model::Time;

use crate::books::Books;
use crate::recovery::Settings;
use crate::retention::{self, Retention};
use crate::snapshot_file;
use crate::stored::StoredBooks;

/// Snapshots that may wait to be written, beside the one that is: another one would be older than
/// the next by the time that it is.
const SNAPSHOTS_WAITING_MAX: usize = 1;

/// Books exactly as the journal holds them up to a commit.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) books: Books,
    pub(crate) epoch: u64,
    pub(crate) commit_no: u64,
    pub(crate) recorded: Time,
    /// Hash of the record of `commit_no`.
    pub(crate) hash: [u8; 32],
}

/// The sending end of the thread. The thread ends after the last one is written when this is
/// dropped.
#[derive(Debug)]
pub(crate) struct Snapshots {
    cuts: Option<SyncSender<Box<Cut>>>,
    thread: Option<JoinHandle<()>>,
}

impl Snapshots {
    pub(crate) fn start(
        dir: PathBuf,
        settings: Settings,
        retention: Retention,
    ) -> std::io::Result<Snapshots> {
        let (cuts, received) = sync_channel(SNAPSHOTS_WAITING_MAX);
        let thread = std::thread::Builder::new()
            .name("snapshots".to_owned())
            .spawn(move || run(&dir, &settings, retention, &received))?;
        Ok(Snapshots {
            cuts: Some(cuts),
            thread: Some(thread),
        })
    }

    /// Has a snapshot written. False when it was not taken because others wait.
    pub(crate) fn give(&self, cut: Cut) -> bool {
        let Some(cuts) = &self.cuts else {
            return false;
        };
        match cuts.try_send(Box::new(cut)) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        }
    }
}

fn run(
    dir: &std::path::Path,
    settings: &Settings,
    retention: Retention,
    cuts: &Receiver<Box<Cut>>,
) {
    while let Ok(cut) = cuts.recv() {
        let cut = *cut;
        let stored = StoredBooks::of(&cut.books, cut.epoch, cut.commit_no, cut.recorded, cut.hash);
        // Let go before the writing: the plant copies what is still shared.
        drop(cut.books);
        if let Err(error) = snapshot_file::write(dir, &stored) {
            tracing::warn!(%error, "snapshot not written; the journal has it all");
            continue;
        }
        drop(stored);
        if let Err(error) = retention::apply(dir, settings, retention) {
            tracing::warn!(%error, "old segments stay until the next snapshot");
        }
    }
}

impl Drop for Snapshots {
    fn drop(&mut self) {
        self.cuts = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes snapshots panicked");
        }
    }
}
