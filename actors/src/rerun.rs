//! A plant that goes through its journal once more, beside the one that is open.

use std::ops::ControlFlow;
use std::path::PathBuf;

use crate::door::Door;
use crate::history::HistoryError;
use crate::journal::{self, JournalError};
use crate::outcome::Outcome;
use crate::reading::{self, ReadRecord};
use crate::recovery::{self, Recovered, RecoveryError, Settings};
use crate::segment::first_commit;
use crate::snapshot_file::Found;
use crate::stored::StoredBooks;
use crate::{Commit, Snapshot, Stopped, snapshot_file};

/// Where the files of a plant are, and what is needed to read them.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    pub(crate) dir: PathBuf,
    pub(crate) settings: Settings,
}

/// A plant that goes through its journal once more. It has all states for itself: as much memory
/// again as the open plant.
#[derive(Debug)]
pub(crate) struct Rerun {
    files: Files,
    door: Door,
    pub(crate) recovered: Recovered,
}

/// Why a run ended before what is durable.
enum Halt {
    Enough,
    /// The plant is closed: nobody waits for what happened long ago.
    Closing,
    Failed(RecoveryError),
}

impl From<JournalError> for Halt {
    fn from(error: JournalError) -> Halt {
        Halt::Failed(error.into())
    }
}

impl Rerun {
    /// Begins at the newest snapshot that serves, else at the first record.
    pub(crate) fn begin(
        files: Files,
        door: Door,
        serves: impl Fn(&StoredBooks) -> bool,
    ) -> Result<Rerun, HistoryError> {
        let Files { dir, settings } = &files;
        let mut start = None;
        for path in snapshot_file::list(dir)?.iter().rev() {
            // One that cannot be read may have been replaced by a newer one just now.
            if let Ok(Found::Books(stored)) = snapshot_file::read(path)
                && serves(&stored)
                && let Ok(restored) = Recovered::of(*stored, settings)
            {
                start = Some(restored);
                break;
            }
        }
        let mut recovered = match start {
            Some(restored) => restored,
            None => {
                let segments = journal::segments(dir)?;
                let first = segments.first().map_or(1, |path| first_commit(path));
                if first > 1 {
                    return Err(HistoryError::NotKept { first });
                }
                Recovered::empty(settings)
            }
        };
        recovered.books.replaying = true;
        Ok(Rerun {
            files,
            door,
            recovered,
        })
    }

    /// The last commit that it has gone through.
    pub(crate) fn commit_no(&self) -> u64 {
        self.recovered.head.commit_no
    }

    /// The plant as it stands there.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let Recovered {
            books,
            epoch,
            head,
            recorded,
            ..
        } = &self.recovered;
        Snapshot::of(books, (*epoch, head.commit_no), *recorded)
    }

    /// Goes on to the commit `until`, which must be durable, and gives each commit to `each` as it
    /// was given to those who followed the plant then, as long as it wants more.
    pub(crate) fn commits(
        &mut self,
        until: u64,
        each: &mut dyn FnMut(Commit) -> ControlFlow<()>,
    ) -> Result<(), HistoryError> {
        self.records(until, |recovered, read| {
            let ReadRecord { record, .. } = &read;
            let (number, recorded) = ((record.epoch, record.commit_no), record.recorded);
            let outcome = recovery::replay_record(recovered, read, Outcome::default())?;
            Ok(each(Commit::of(
                &recovered.books,
                outcome,
                number,
                recorded,
            )))
        })
    }

    /// Goes on to the commit `until`, and lets `decide` take each record in, or leave it and end.
    pub(crate) fn records(
        &mut self,
        until: u64,
        mut decide: impl FnMut(&mut Recovered, ReadRecord) -> Result<ControlFlow<()>, RecoveryError>,
    ) -> Result<(), HistoryError> {
        if self.commit_no() >= until {
            return Ok(());
        }
        let recovered = &mut self.recovered;
        let read = reading::read(&self.files.dir, recovered.head.commit_no, |read| {
            if self.door.is_closing() {
                return Err(Halt::Closing);
            }
            // What is behind is not durable yet, and may be taken back.
            if read.record.commit_no > until {
                return Err(Halt::Enough);
            }
            let number = read.record.commit_no;
            match decide(recovered, read).map_err(Halt::Failed)? {
                ControlFlow::Continue(()) if number < until => Ok(()),
                _ => Err(Halt::Enough),
            }
        });
        match read {
            Err(Halt::Enough) => Ok(()),
            Err(Halt::Closing) => Err(HistoryError::Stopped(Stopped)),
            Err(Halt::Failed(error)) => Err(self.explained(error)),
            Ok(reached) => {
                let detail = format!(
                    "it can be read up to commit {}, but commit {until} was made durable",
                    reached.commit_no
                );
                Err(JournalError::broken(self.files.dir.clone(), detail).into())
            }
        }
    }

    /// A record that is missing may have been let go meanwhile, by the plant's retention.
    fn explained(&self, error: RecoveryError) -> HistoryError {
        let segments = journal::segments(&self.files.dir).unwrap_or_default();
        match segments.first().map(|path| first_commit(path)) {
            Some(first) if first > self.commit_no() + 1 => HistoryError::NotKept { first },
            _ => error.into(),
        }
    }
}
