//! The spools of one edge: a directory of its own, and one quota for all.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::journal::JournalError;
use crate::plant_handle::lock;
use crate::{OpenError, Outlet, Quota, Share, Spool};

/// The directory of an edge, open in this process alone.
#[derive(Debug)]
pub struct Spools {
    dir: PathBuf,
    quota: Quota,
    _lock: File,
}

impl Spools {
    /// Opens an edge's directory, which is made when missing. Its spools may together hold
    /// `quota_bytes` of what was not forwarded.
    ///
    /// # Errors
    /// [`OpenError::InUse`] when another process has it open, else what the file system says.
    pub fn open(dir: &Path, quota_bytes: u64) -> Result<Spools, OpenError> {
        fs::create_dir_all(dir).map_err(|error| OpenError::from(JournalError::io(dir, error)))?;
        Ok(Spools {
            _lock: lock(dir)?,
            dir: dir.to_owned(),
            quota: Quota::new(quota_bytes),
        })
    }

    /// Opens the spool in the directory `name` (made when missing), and its way out. Its messages
    /// may use this share of the quota. Each may be open once.
    ///
    /// # Errors
    /// [`OpenError`] when its files cannot be read, or are damaged elsewhere than at the end.
    pub fn spool(&self, name: &Path, share: Share) -> Result<(Spool, Outlet), OpenError> {
        Spool::open(&self.dir.join(name), &self.quota.share(share))
    }

    /// The quota of all spools together.
    #[must_use]
    pub fn quota(&self) -> &Quota {
        &self.quota
    }
}
