//! Keeps the key figures of one plant current, and in a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actors::{Commit, Cursor, HistoryError, PlantHandle, Retold};
use parking_lot::RwLock;

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
            Ok(kept) if kept.serves(&targets) => kept,
            Ok(_) => Kept::nothing(targets.clone()),
            Err(why) => {
                if path.exists() {
                    tracing::warn!(path = %path.display(), %why, "key figures are made anew");
                }
                Kept::nothing(targets.clone())
            }
        };
        Keeper {
            handle,
            path,
            targets,
            kept: RwLock::new(kept),
            runs,
        }
    }

    /// Lets `reader` look at the figures. Commits wait meanwhile.
    pub(crate) fn read<T>(&self, reader: impl FnOnce(&Kept) -> T) -> T {
        reader(&self.kept.read())
    }

    /// Follows the plant until it ends.
    pub(crate) async fn follow(self: Arc<Keeper>) {
        while self.handle.is_open() {
            let retold = self.caught_up().await;
            let Ok(mut subscription) = self.handle.feed().subscribe().await else {
                tokio::time::sleep(AGAIN_AFTER).await;
                continue;
            };
            let start = subscription.start.cursor();
            drop(subscription.start);
            self.come_to(start, retold).await;
            let mut written = tokio::time::Instant::now();
            while let Some(commit) = subscription.commits.recv().await {
                self.take_in(&commit);
                if written.elapsed() >= WRITE_EVERY {
                    self.write().await;
                    written = tokio::time::Instant::now();
                }
            }
            self.write().await;
        }
    }

    /// Counts what the journal has and the figures have not. Gives what can tell more of it, unless
    /// there is nothing to count or it cannot be counted.
    async fn caught_up(self: &Arc<Keeper>) -> Option<Retold> {
        if self.kept.read().cursor().commit_no == self.handle.ledger().head().commit_no {
            return None;
        }
        let _permit = self.runs.take().await;
        let keeper = Arc::clone(self);
        let retold = tokio::task::spawn_blocking(move || keeper.retell().ok());
        retold.await.ok()?
    }

    /// Counts up to where the feed begins: few commits, since it was caught up just now.
    async fn come_to(self: &Arc<Keeper>, start: Cursor, retold: Option<Retold>) {
        if self.kept.read().cursor().commit_no >= start.commit_no {
            return;
        }
        let keeper = Arc::clone(self);
        let told = tokio::task::spawn_blocking(move || match retold {
            Some(mut retold) => keeper.go_on(&mut retold),
            None => keeper.retell().map(drop),
        });
        if let Ok(Err(error)) = told.await {
            tracing::warn!(plant = %self.handle.plant(), %error, "key figures miss commits");
        }
        let mut kept = self.kept.write();
        if kept.cursor().commit_no < start.commit_no {
            let plant = self.handle.plant();
            tracing::warn!(%plant, "key figures begin now: the journal cannot be counted");
            *kept = Kept::nothing(self.targets.clone());
            kept.begin_at(start);
        }
    }

    /// Counts what is missing or, when that cannot be told, all anew.
    fn retell(&self) -> Result<Retold, HistoryError> {
        let after = self.kept.read().cursor();
        let plant = self.handle.plant();
        match self.retell_after(after) {
            Ok(retold) => return Ok(retold),
            Err(error) => tracing::warn!(%plant, %error, "key figures are made anew"),
        }
        *self.kept.write() = Kept::nothing(self.targets.clone());
        let beginning = self.kept.read().cursor();
        let retold = self.retell_after(beginning);
        retold.inspect_err(|error| tracing::warn!(%plant, %error, "nor from the first commit"))
    }

    fn retell_after(&self, after: Cursor) -> Result<Retold, HistoryError> {
        let mut retold = self.handle.history().retell(after)?;
        self.go_on(&mut retold)?;
        Ok(retold)
    }

    fn go_on(&self, retold: &mut Retold) -> Result<(), HistoryError> {
        retold.go_on(&mut |commit| {
            self.take_in(&commit);
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
        let written = tokio::task::spawn_blocking(move || keeper.write_file()).await;
        if let Ok(Err(error)) = written {
            let path = self.path.display();
            tracing::warn!(%path, %error, "key figures not written; the journal has it all");
        }
    }

    /// Readers see the whole file or none of it.
    fn write_file(&self) -> io::Result<()> {
        // A copy, so that no commit waits for the writing.
        let kept = self.kept.read().clone();
        let json = serde_json::to_vec(&kept)?;
        let unfinished = self.path.with_extension("tmp");
        let mut file = File::create(&unfinished)?;
        file.write_all(&json)?;
        file.sync_all()?;
        fs::rename(&unfinished, &self.path)
    }
}
