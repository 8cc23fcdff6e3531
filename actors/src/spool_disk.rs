//! Whether the disk under a spool takes what is written, for whoever waits for it or is asked.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

/// What must be free on the disk of a spool, in bytes: more than one request over HTTP may bring.
pub const DISK_FREE_BYTES_MIN: u64 = 1024 * 1024;
/// How often a disk that has no room is tried again, in milliseconds.
const TRY_AGAIN_MS: u64 = 500;
/// What is written to try it, and taken away at once. No segment is named so.
const TRIAL_FILE: &str = "room.trial";

/// The disk under one spool. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct SpoolDisk(Arc<State>);

#[derive(Debug)]
struct State {
    dir: PathBuf,
    /// Why the last messages were not stored, when that was for want of room.
    refused: Mutex<Option<String>>,
    /// One trial at a time: two would write the same file.
    trial: tokio::sync::Mutex<()>,
}

impl SpoolDisk {
    pub(crate) fn under(dir: &Path) -> SpoolDisk {
        let disk = SpoolDisk(Arc::new(State {
            dir: dir.to_owned(),
            refused: Mutex::new(None),
            trial: tokio::sync::Mutex::new(()),
        }));
        // Of a process that ended while it tried.
        disk.clear_trial();
        disk
    }

    /// Messages were stored.
    pub(crate) fn took(&self) {
        *self.0.refused.lock() = None;
    }

    /// Messages were not stored for want of room.
    pub(crate) fn refused(&self, why: String) {
        *self.0.refused.lock() = Some(why);
    }

    /// Why nothing can be stored now; `None` when it can. What a store has met counts until the
    /// disk has taken something again, whatever the system says of its room: some systems limit
    /// the room of each user.
    pub(crate) async fn look(&self) -> Option<String> {
        self.look_for(DISK_FREE_BYTES_MIN).await
    }

    /// Waits until so many bytes can be stored. Safe to cancel.
    pub(crate) async fn room(&self, bytes: u64) {
        let bytes = bytes.max(DISK_FREE_BYTES_MIN);
        while self.look_for(bytes).await.is_some() {
            tokio::time::sleep(Duration::from_millis(TRY_AGAIN_MS)).await;
        }
    }

    async fn look_for(&self, bytes: u64) -> Option<String> {
        match self.free_bytes() {
            Ok(free) if free < bytes => {
                let dir = self.0.dir.display();
                return Some(format!(
                    "the disk has no room: {free} bytes are free at {dir}, {bytes} are needed"
                ));
            }
            Ok(_) => {}
            // A system that does not say how much is free is believed when it takes something.
            Err(error) => tracing::debug!(%error, "the free room is not known"),
        }
        let why = self.0.refused.lock().clone()?;
        let _one = self.0.trial.lock().await;
        let disk = self.clone();
        let tried = tokio::task::spawn_blocking(move || disk.try_out(bytes)).await;
        match tried.map_err(io::Error::other) {
            Ok(Ok(())) => {
                self.took();
                None
            }
            Ok(Err(error)) | Err(error) => {
                tracing::debug!(%error, "the disk has still no room");
                Some(why)
            }
        }
    }

    fn free_bytes(&self) -> io::Result<u64> {
        #[cfg(feature = "chaos")]
        if crate::chaos::write_error(&self.0.dir).is_some() {
            return Ok(0);
        }
        let room = rustix::fs::statvfs(&self.0.dir)?;
        Ok(room.f_bavail.saturating_mul(room.f_frsize))
    }

    fn try_out(&self, bytes: u64) -> io::Result<()> {
        let written = self.write_trial(bytes);
        self.clear_trial();
        written
    }

    fn write_trial(&self, bytes: u64) -> io::Result<()> {
        let mut file = File::create(self.trial_path())?;
        let piece = [0; 64 * 1024];
        let mut left = usize::try_from(bytes).unwrap_or(usize::MAX);
        while left > 0 {
            let next = left.min(piece.len());
            file.write_all(&piece[..next])?;
            left -= next;
        }
        file.sync_data()
    }

    fn trial_path(&self) -> PathBuf {
        self.0.dir.join(TRIAL_FILE)
    }

    fn clear_trial(&self) {
        match fs::remove_file(self.trial_path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, dir = %self.0.dir.display(), "a trial of the disk stays");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(dir: &Path) -> usize {
        fs::read_dir(dir).unwrap().count()
    }

    #[tokio::test]
    async fn a_disk_with_room_is_not_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let disk = SpoolDisk::under(dir.path());
        assert_eq!(disk.look().await, None);
        disk.room(1).await;
        assert_eq!(files(dir.path()), 0);
    }

    #[tokio::test]
    async fn what_a_store_has_met_counts_until_the_disk_takes_something() {
        let dir = tempfile::tempdir().unwrap();
        let disk = SpoolDisk::under(dir.path());
        disk.refused("no quota is left".to_owned());
        // A directory in its place: the trial cannot be written.
        fs::create_dir(dir.path().join(TRIAL_FILE)).unwrap();
        assert_eq!(disk.look().await.as_deref(), Some("no quota is left"));
        fs::remove_dir(dir.path().join(TRIAL_FILE)).unwrap();
        assert_eq!(disk.look().await, None);
        assert_eq!(files(dir.path()), 0, "the trial is taken away");
        disk.refused("again".to_owned());
        disk.took();
        assert_eq!(disk.look().await, None);
    }

    #[tokio::test]
    async fn too_little_room_is_told_with_both_numbers_and_a_left_trial_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(TRIAL_FILE), "of a killed process").unwrap();
        let disk = SpoolDisk::under(dir.path());
        assert_eq!(files(dir.path()), 0);
        let free = disk.free_bytes().unwrap();
        let why = disk.look_for(u64::MAX).await.unwrap();
        assert!(why.contains(&u64::MAX.to_string()), "{why}");
        assert!(why.contains("bytes are free") && free > 0, "{why}");
    }
}
