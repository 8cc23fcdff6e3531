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
    after: Cursor,
    /// Whether the first commit was found to be what follows the cursor.
    is_continued: bool,
}

impl Retold {
    /// Begins before the first commit of which something comes after the cursor.
    pub(crate) fn begin(
        mut rerun: Rerun,
        door: Door,
        after: Cursor,
    ) -> Result<Retold, HistoryError> {
        let whole = after.whole_before();
        rerun.commits(whole, &mut |_| ControlFlow::Continue(()))?;
        if rerun.recovered.epoch > after.epoch {
            return Err(HistoryError::OtherOpening);
        }
        Ok(Retold {
            rerun,
            door,
            after,
            is_continued: false,
        })
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
        let Retold {
            rerun,
            after,
            is_continued,
            ..
        } = self;
        let before = rerun.recovered.epoch;
        rerun.commits(until, &mut |commit| {
            *is_continued = *is_continued || after.lies_between(before, commit.epoch);
            match *is_continued {
                true => each(commit),
                false => ControlFlow::Break(()),
            }
        })?;
        // Without a commit there was nothing that could contradict the cursor.
        match *is_continued || rerun.commit_no() == after.whole_before() {
            true => Ok(()),
            false => Err(HistoryError::OtherOpening),
        }
    }
}
