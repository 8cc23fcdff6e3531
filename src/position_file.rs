//! How far a receiver has a plant's change stream, on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use actors::{Cursor, write_whole};

/// A position is written this often at most. After a crash what was told since comes again.
const WRITE_EVERY: Duration = Duration::from_millis(500);

/// The position of one receiver, in a file that always holds a whole one.
#[derive(Debug)]
pub(crate) struct PositionFile {
    path: PathBuf,
    reached: Option<Cursor>,
    /// When it was last written, if what is reached is not written yet.
    unwritten_since: Option<Instant>,
}

impl PositionFile {
    /// Reads it. A file that is not there, or holds no position, says that nothing was sent.
    pub(crate) fn open(dir: &Path, name: &str) -> io::Result<PositionFile> {
        let path = dir.join(format!("{name}.position"));
        let reached = match fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(PositionFile {
            path,
            reached,
            unwritten_since: None,
        })
    }

    /// What the receiver has.
    pub(crate) fn reached(&self) -> Option<Cursor> {
        self.reached
    }

    /// The receiver has everything up to here. Written when it is due.
    pub(crate) fn reach(&mut self, cursor: Cursor) {
        if self.reached != Some(cursor) {
            self.reached = Some(cursor);
            self.unwritten_since.get_or_insert_with(Instant::now);
        }
    }

    /// When it must be written; `None` when it is.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.unwritten_since.map(|since| since + WRITE_EVERY)
    }

    /// Writes it. Blocks for as long as the disk takes.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        let Some(cursor) = self.reached else {
            return Ok(());
        };
        write_whole(&self.path, format!("{cursor}\n").as_bytes())?;
        self.unwritten_since = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_found_again_and_a_file_of_something_else_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = PositionFile::open(dir.path(), "published").unwrap();
        assert_eq!((file.reached(), file.due()), (None, None));
        let cursor: Cursor = "2-17-3".parse().unwrap();
        file.reach(cursor);
        assert!(file.due().is_some(), "it is not written yet");
        file.write().unwrap();
        assert_eq!(file.due(), None);
        let again = PositionFile::open(dir.path(), "published").unwrap();
        assert_eq!(again.reached(), Some(cursor));
        fs::write(dir.path().join("published.position"), "half of").unwrap();
        let broken = PositionFile::open(dir.path(), "published").unwrap();
        assert_eq!(broken.reached(), None);
    }
}
