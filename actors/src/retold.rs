//! A plant that tells its commits once more, to somebody who was away.

use std::ops::ControlFlow;

use crate::door::Door;
use crate::history::HistoryError;
use crate::rerun::Rerun;
use crate::{Commit, Cursor, Snapshot};

/// A plant that tells its commits once more, exactly as it told those who followed it then. Has all
/// states of the plant for itself.
#[derive(Debug)]
pub struct Retold {
    rerun: Rerun,
    door: Door,
    /// The cursor that the first commit must continue, until it was found to.
    after: Option<Cursor>,
}

impl Retold {
    /// Begins after the commit `whole` and, where there is a cursor, before the first commit of
    /// which something comes after it.
    pub(crate) fn begin(
        mut rerun: Rerun,
        door: Door,
        whole: u64,
        after: Option<Cursor>,
    ) -> Result<Retold, HistoryError> {
        rerun.commits(whole, &mut |_| ControlFlow::Continue(()))?;
        match after {
            Some(after) if rerun.recovered.epoch > after.epoch => Err(HistoryError::OtherOpening),
            after => Ok(Retold { rerun, door, after }),
        }
    }

    /// The plant before the commit that is told next.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.rerun.snapshot()
    }

    /// Tells each commit up to what is durable now, as long as `each` wants more. The first one may
    /// hold changes up to the cursor, which were told. Reads files and decides each event again:
    /// call it where blocking is allowed. Can be called again, and goes on where it ended.
    ///
    /// # Errors
    /// [`HistoryError`] when the journal cannot be read, or does not continue the cursor.
    pub fn go_on(
        &mut self,
        each: &mut dyn FnMut(Commit) -> ControlFlow<()>,
    ) -> Result<(), HistoryError> {
        let until = self.door.head().commit_no;
        let Retold { rerun, after, .. } = self;
        let (before, mut is_other) = (rerun.recovered.epoch, false);
        rerun.commits(until, &mut |commit| {
            let continues = |after: Cursor| after.lies_between(before, commit.epoch);
            if !after.take().is_none_or(continues) {
                is_other = true;
                return ControlFlow::Break(());
            }
            each(commit)
        })?;
        match is_other {
            true => Err(HistoryError::OtherOpening),
            false => Ok(()),
        }
    }
}
