//! Keeps the key figures of one plant current, and in a file.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::{Commit, Cursor, HistoryError, PlantHandle, Retold, Snapshot, write_whole};
use parking_lot::RwLock;
use tokio::sync::watch;

use super::kept::{Kept, Turn};
use super::target::Target;
use crate::turns::Turns;

/// The file, in the plant's directory.
const FILE: &str = "kpis.json";
/// How often the file is written, when something has changed.
const WRITE_EVERY: Duration = Duration::from_secs(60);
/// Pause before a plant that does not answer is asked again.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// The key figures of one plant.
#[derive(Debug)]
pub(crate) struct Keeper {
    handle: PlantHandle,
    path: PathBuf,
    targets: Vec<Target>,
    kept: RwLock<Kept>,
    runs: Arc<Turns>,
    ended: watch::Sender<bool>,
}

impl Keeper {
    /// Reads the file of the plant in `dir`; without one that serves, the figures are made anew.
    pub(crate) fn open(
        handle: PlantHandle,
        dir: &Path,
        targets: Vec<Target>,
        runs: Arc<Turns>,
    ) -> Keeper {
        let path = dir.join(FILE);
        let read = fs::read(&path).map_err(|error| error.to_string());
        let read = read.and_then(|bytes| {
            serde_json::from_slice::<Kept>(&bytes).map_err(|error| error.to_string())
        });
        let kept = match read {
            Ok(mut kept) if kept.serves(handle.plant()) => {
                kept.judge_by(targets.clone());
                kept
            }
            not_there => {
                if path.exists() {
                    let why = not_there
                        .err()
                        .unwrap_or_else(|| "it is another one".to_owned());
                    tracing::warn!(path = %path.display(), %why, "key figures are made anew");
                }
                Kept::nothing(handle.plant().clone(), targets.clone())
            }
        };
        Keeper {
            handle,
            path,
            targets,
            kept: RwLock::new(kept),
            runs,
            ended: watch::Sender::new(false),
        }
    }

    /// Lets `reader` look at the figures. Commits wait meanwhile.
    pub(crate) fn read<T>(&self, reader: impl FnOnce(&Kept) -> T) -> T {
        reader(&self.kept.read())
    }

    /// Follows the plant until it ends, and writes the file a last time.
    pub(crate) async fn follow(self: Arc<Keeper>) {
        while self.handle.is_open() {
            let caught_up = self.caught_up().await;
            let Ok(mut subscription) = self.handle.feed().subscribe().await else {
                tokio::time::sleep(AGAIN_AFTER).await;
                continue;
            };
            if !self.comes_to(&subscription.start, caught_up).await {
                continue;
            }
            drop(subscription.start);
            let mut written = Instant::now();
            while let Some(commit) = subscription.commits.recv().await {
                self.take_in(&commit);
                if written.elapsed() >= WRITE_EVERY {
                    self.write().await;
                    written = Instant::now();
                }
            }
        }
        self.write().await;
        self.ended.send_replace(true);
    }

    /// Waits until the file has what the plant ended with.
    pub(crate) async fn ended(&self) {
        let mut ended = self.ended.subscribe();
        // An error cannot come: this keeps the sender.
        drop(ended.wait_for(|ended| *ended).await);
    }

    /// Counts what the journal has and the figures have not. Gives what can tell more of it; nothing
    /// when there was nothing to count.
    async fn caught_up(self: &Arc<Keeper>) -> Result<Option<Retold>, HistoryError> {
        if self.kept.read().cursor().commit_no == self.handle.ledger().head().commit_no {
            return Ok(None);
        }
        let _permit = self.runs.take().await;
        let keeper = Arc::clone(self);
        match tokio::task::spawn_blocking(move || keeper.retell()).await {
            Ok(retold) => retold.map(Some),
            // It panicked, which the log says.
            Err(_) => Err(HistoryError::OtherOpening),
        }
    }

    /// Comes to where the feed begins. Gives `false` when the figures must be caught up once more
    /// before: the feed would wait meanwhile, and the plant for it.
    async fn comes_to(
        self: &Arc<Keeper>,
        start: &Snapshot,
        caught_up: Result<Option<Retold>, HistoryError>,
    ) -> bool {
        if self.kept.read().cursor().commit_no >= start.commit_no {
            return true;
        }
        let told = match caught_up {
            Ok(None) => return false,
            Ok(Some(mut retold)) => {
                // Few commits: it was caught up just now.
                let keeper = Arc::clone(self);
                let told = tokio::task::spawn_blocking(move || keeper.go_on(&mut retold)).await;
                told.unwrap_or(Err(HistoryError::OtherOpening))
            }
            Err(error) => Err(error),
        };
        if let Err(error) = told {
            let plant = self.handle.plant();
            tracing::warn!(
                %plant, %error,
                "key figures go on from here: what was before cannot be counted"
            );
        }
        let mut kept = self.kept.write();
        if kept.cursor().commit_no < start.commit_no {
            kept.go_on_at(start);
        }
        true
    }

    /// Counts what is missing. Figures of another history are made anew.
    fn retell(&self) -> Result<Retold, HistoryError> {
        let after = self.kept.read().cursor();
        match self.retell_after(after) {
            Err(error @ (HistoryError::OtherOpening | HistoryError::Ahead { .. })) => {
                let plant = self.handle.plant();
                tracing::warn!(%plant, %error, "key figures are made anew");
                let nothing = Kept::nothing(plant.clone(), self.targets.clone());
                let beginning = nothing.cursor();
                *self.kept.write() = nothing;
                self.retell_after(beginning)
            }
            told => told,
        }
    }

    fn retell_after(&self, after: Cursor) -> Result<Retold, HistoryError> {
        let mut retold = self.handle.history().retell(after)?;
        self.go_on(&mut retold)?;
        Ok(retold)
    }

    fn go_on(&self, retold: &mut Retold) -> Result<(), HistoryError> {
        let mut written = Instant::now();
        retold.go_on(&mut |commit| {
            self.take_in(&commit);
            if written.elapsed() >= WRITE_EVERY {
                self.write_file_or_warn();
                written = Instant::now();
            }
            ControlFlow::Continue(())
        })
    }

    /// Counts a commit, unless it is in already.
    fn take_in(&self, commit: &Commit) {
        let mut kept = self.kept.write();
        if commit.commit_no <= kept.cursor().commit_no {
            return;
        }
        let turns = kept.take_in(commit, self.handle.clock());
        drop(kept);
        for turn in turns {
            let plant = self.handle.plant();
            match turn {
                Turn::Missed(breach) => tracing::warn!(
                    %plant, target = %breach.target, of = %breach.of, value = %breach.value,
                    wanted = %breach.wanted, owner = %breach.owner, "a target is missed"
                ),
                Turn::WentUp(breach) => tracing::error!(
                    %plant, target = %breach.target, of = %breach.of, value = %breach.value,
                    since = %breach.since, owner = %breach.owner, "a missed target went up"
                ),
                Turn::Met(breach) => tracing::info!(
                    %plant, target = %breach.target, of = %breach.of, "a target is met again"
                ),
            }
        }
    }

    async fn write(self: &Arc<Keeper>) {
        let keeper = Arc::clone(self);
        // An error means that it panicked, which the log says.
        drop(tokio::task::spawn_blocking(move || keeper.write_file_or_warn()).await);
    }

    fn write_file_or_warn(&self) {
        if let Err(error) = self.write_file() {
            let path = self.path.display();
            tracing::warn!(%path, %error, "key figures not written; the journal has it all");
        }
    }

    fn write_file(&self) -> io::Result<()> {
        // A copy, so that no commit waits for the writing.
        let kept = self.kept.read().clone();
        write_whole(&self.path, &serde_json::to_vec(&kept)?)
    }
}
