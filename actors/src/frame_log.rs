//! The open end of a row of segments: frames are appended and synced, and a new segment follows one
//! that is long enough.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::Durability;
use crate::frames::{FILE_HEADER_BYTES, SegmentKind, format_of};
use crate::journal::{JournalError, sync_dir};

/// Why frames are not on stable storage.
#[derive(Debug)]
pub(crate) enum AppendError {
    /// There is no room. The log is as before the frames, which may be given again.
    Full(JournalError),
    /// The log must not be used again: what the file holds is unknown until it is read anew.
    Failed(JournalError),
}

impl AppendError {
    /// Whether the file system has only no room, now or for this user.
    fn of(error: JournalError) -> AppendError {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        match &error {
            JournalError::Io { source, .. }
                if matches!(source.kind(), StorageFull | QuotaExceeded) =>
            {
                AppendError::Full(error)
            }
            _ => AppendError::Failed(error),
        }
    }
}

/// The open end of a row of segments.
#[derive(Debug)]
pub(crate) struct FrameLog {
    kind: SegmentKind,
    dir: PathBuf,
    path: PathBuf,
    file: File,
    /// Number of what the open segment begins with.
    first: u64,
    len: u64,
    /// A segment that has reached this size, in bytes, is followed by a new one.
    segment_bytes: u64,
}

impl FrameLog {
    /// Opens the segments for appending, at the end of the newest one. `next` is the number of
    /// what comes next.
    pub(crate) fn open(
        kind: SegmentKind,
        dir: &Path,
        next: u64,
        segment_bytes: u64,
    ) -> Result<FrameLog, JournalError> {
        let Some(path) = kind.list(dir)?.pop() else {
            return FrameLog::begin(kind, dir, next, segment_bytes);
        };
        let io_error = |error| JournalError::io(&path, error);
        let file = OpenOptions::new()
            .append(true)
            .open(&path)
            .map_err(io_error)?;
        let len = file.metadata().map_err(io_error)?.len();
        if format_of(&path)? < kind.format {
            // An older twin that reads this segment must not meet what it does not know.
            if len <= FILE_HEADER_BYTES as u64 {
                fs::remove_file(&path).map_err(io_error)?;
            }
            return FrameLog::begin(kind, dir, next, segment_bytes);
        }
        if len <= FILE_HEADER_BYTES as u64 {
            // It may have been made just before a fault, and its name not be durable yet.
            sync_dir(dir)?;
        }
        Ok(FrameLog {
            kind,
            dir: dir.to_owned(),
            first: kind.first_of(&path).unwrap_or(next),
            path,
            file,
            len,
            segment_bytes,
        })
    }

    fn begin(
        kind: SegmentKind,
        dir: &Path,
        first: u64,
        segment_bytes: u64,
    ) -> Result<FrameLog, JournalError> {
        let path = kind.path(dir, first);
        let io_error = |error| JournalError::io(&path, error);
        let mut file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(&path)
            .map_err(io_error)?;
        #[cfg(feature = "chaos")]
        let refused = crate::chaos::write_error(dir);
        #[cfg(not(feature = "chaos"))]
        let refused: Option<io::Error> = None;
        let made = match refused {
            Some(error) => Err(error),
            None => file
                .write_all(&kind.header())
                .and_then(|()| file.sync_all()),
        };
        if let Err(error) = made.map_err(io_error).and_then(|()| sync_dir(dir)) {
            // Half a segment would stand in the way of the next try.
            fs::remove_file(&path).map_err(io_error)?;
            return Err(error);
        }
        Ok(FrameLog {
            kind,
            dir: dir.to_owned(),
            path,
            file,
            first,
            len: FILE_HEADER_BYTES as u64,
            segment_bytes,
        })
    }

    /// Appends whole frames and waits until they are as durable as asked for. `first` is the number
    /// of what they begin with.
    pub(crate) fn append(
        &mut self,
        first: u64,
        frames: &[u8],
        durability: Durability,
    ) -> Result<(), AppendError> {
        if self.len >= self.segment_bytes {
            let segment = FrameLog::begin(self.kind, &self.dir, first, self.segment_bytes);
            *self = segment.map_err(AppendError::of)?;
        }
        if let Err(error) = self.write(frames) {
            let error = JournalError::io(&self.path, error);
            self.take_back()?;
            return Err(AppendError::of(error));
        }
        crate::killpoint!("C3");
        if durability == Durability::Synced
            && let Err(error) = self.sync()
        {
            // Never tried again: after a failed sync the system may take the bytes for written
            // though they are not. They are taken back, so that the next start cannot believe them.
            self.take_back()?;
            let error = JournalError::io(&self.path, error);
            return Err(AppendError::Failed(error));
        }
        crate::killpoint!("C4");
        self.len += frames.len() as u64;
        Ok(())
    }

    /// Number of what the open segment begins with.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// Where the open segment ends, in bytes.
    pub(crate) fn end(&self) -> u64 {
        self.len
    }

    fn write(&mut self, frames: &[u8]) -> io::Result<()> {
        #[cfg(feature = "chaos")]
        if let Some(error) = crate::chaos::write_error(&self.dir) {
            self.file.write_all(&frames[..frames.len() / 2])?;
            return Err(error);
        }
        self.file.write_all(frames)
    }

    fn sync(&mut self) -> io::Result<()> {
        #[cfg(feature = "chaos")]
        if let Some(error) = crate::chaos::sync_error(&self.dir) {
            return Err(error);
        }
        self.file.sync_data()
    }

    /// Cuts off what was written of frames that nobody was told of.
    fn take_back(&mut self) -> Result<(), AppendError> {
        self.file
            .set_len(self.len)
            .map_err(|error| AppendError::Failed(JournalError::io(&self.path, error)))
    }
}
