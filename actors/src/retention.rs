//! How much of a journal is kept, and what may go: only what a start does not need any more.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::journal::{self, JournalError, sync_dir};
use crate::recovery::{self, Settings};
use crate::segment::first_commit;
use crate::snapshot_file::{self, SNAPSHOTS_KEPT};

const BYTES_PER_MIB: u64 = 1024 * 1024;
const SECONDS_PER_DAY: u64 = 24 * 3600;

/// How much of a plant's journal is kept beside what a start needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Retention {
    /// Everything, since the first day.
    #[default]
    All,
    /// Segments that were written to within this many days.
    Days(u32),
    /// The newest segments, up to this many mebibytes.
    Mebibytes(u32),
}

/// Removes the oldest segments that nothing needs: those wholly before the oldest snapshot that is
/// kept, as far as `retention` lets them go. Before the first goes, each of the kept snapshots is
/// restored as a trial, since nothing else stands for what is removed. Gives how many went.
pub(crate) fn apply(
    dir: &Path,
    settings: &Settings,
    retention: Retention,
) -> Result<usize, JournalError> {
    if retention == Retention::All {
        return Ok(0);
    }
    let snapshots = snapshot_file::list(dir)?;
    let oldest = match snapshots.first() {
        Some(oldest) if snapshots.len() >= SNAPSHOTS_KEPT => oldest,
        _ => return Ok(0),
    };
    let segments = journal::segments(dir)?;
    let unneeded = unneeded(&segments, snapshot_file::commit_of(oldest));
    let going = going(&segments, unneeded, retention)?;
    if going.is_empty() {
        return Ok(0);
    }
    for path in &snapshots {
        if let Err(why) = recovery::restored(path, settings)? {
            tracing::warn!(path = %path.display(), %why, "journal kept: a snapshot cannot be used");
            return Ok(0);
        }
    }
    // The oldest first, so that what is left has no gap whenever this ends.
    for path in going {
        fs::remove_file(path).map_err(|error| JournalError::io(path, error))?;
        crate::killpoint!("C13");
        tracing::info!(path = %path.display(), "segment removed by the plant's retention");
    }
    sync_dir(dir)?;
    Ok(going.len())
}

/// How many segments hold only commits up to `commit_no`.
fn unneeded(segments: &[PathBuf], commit_no: u64) -> usize {
    let later = segments.iter().skip(1);
    later
        .take_while(|path| first_commit(path) <= commit_no + 1)
        .count()
}

/// The oldest of the unneeded segments that the policy lets go.
fn going(
    segments: &[PathBuf],
    unneeded: usize,
    retention: Retention,
) -> Result<&[PathBuf], JournalError> {
    let about = |path: &PathBuf| {
        let read = fs::metadata(path).and_then(|data| Ok((data.len(), data.modified()?)));
        read.map_err(|error| JournalError::io(path, error))
    };
    let found = segments.iter().map(about).collect::<Result<Vec<_>, _>>()?;
    let oldest = found[..unneeded].iter();
    let count = match retention {
        Retention::All => 0,
        Retention::Days(days) => {
            let kept = Duration::from_secs(u64::from(days) * SECONDS_PER_DAY);
            let now = SystemTime::now();
            // One that was written in the future is young.
            let is_old = |at: &SystemTime| now.duration_since(*at).is_ok_and(|age| age >= kept);
            oldest.take_while(|(_, written)| is_old(written)).count()
        }
        Retention::Mebibytes(mebibytes) => {
            let kept = u64::from(mebibytes) * BYTES_PER_MIB;
            let mut bytes: u64 = found.iter().map(|(bytes, _)| bytes).sum();
            let goes = |(len, _): &&(u64, SystemTime)| {
                let goes = bytes > kept;
                bytes = bytes.saturating_sub(*len);
                goes
            };
            oldest.take_while(goes).count()
        }
    };
    Ok(&segments[..count])
}
