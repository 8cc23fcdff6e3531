//! Snapshot files: a cache of a prefix of the journal, so that recovery need not start at zero.

use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::journal::{JournalError, files, sync_dir};
use crate::stored::StoredBooks;

/// Snapshots kept; the older one serves when the newest turns out to be damaged.
pub(crate) const SNAPSHOTS_KEPT: usize = 2;
/// Version of the snapshot's encoding. Another version is passed over: the journal has it all.
const SNAPSHOT_FORMAT: u32 = 19;
const MAGIC: &[u8; 8] = b"PTWINSNP";
const HEADER_BYTES: usize = 16;

/// Writes a snapshot and removes older ones. Readers see the whole file or none of it.
pub(crate) fn write(dir: &Path, books: &StoredBooks) -> Result<PathBuf, JournalError> {
    let mut bytes = vec![0; HEADER_BYTES];
    bytes = match postcard::to_extend(books, bytes) {
        Ok(bytes) => bytes,
        Err(error) => unreachable!("snapshots are encodable: {error}"),
    };
    let crc = crc32c::crc32c(&bytes[HEADER_BYTES..]);
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&SNAPSHOT_FORMAT.to_le_bytes());
    bytes[12..16].copy_from_slice(&crc.to_le_bytes());

    let path = dir.join(format!("snapshot-{:020}.bin", books.commit_no));
    let unfinished = path.with_extension("tmp");
    let io_error = |error| JournalError::io(&unfinished, error);
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()
    });
    if let Err(error) = written {
        // Half a snapshot would only take room from the journal. It may not be there at all.
        fs::remove_file(&unfinished).ok();
        return Err(io_error(error));
    }
    crate::killpoint!("C11");
    fs::rename(&unfinished, &path).map_err(io_error)?;
    crate::killpoint!("C12");
    sync_dir(dir)?;
    let mut all = list(dir)?;
    all.truncate(all.len().saturating_sub(SNAPSHOTS_KEPT));
    for old in all {
        fs::remove_file(&old).map_err(|error| JournalError::io(&old, error))?;
    }
    Ok(path)
}

/// Removes what a process that ended has left unfinished. Nobody else may have the plant open.
pub(crate) fn remove_unfinished(dir: &Path) -> Result<(), JournalError> {
    for path in files(dir, "snapshot-", ".tmp")? {
        fs::remove_file(&path).map_err(|error| JournalError::io(&path, error))?;
    }
    Ok(())
}

/// The snapshots of a directory, oldest first.
pub(crate) fn list(dir: &Path) -> Result<Vec<PathBuf>, JournalError> {
    files(dir, "snapshot-", ".bin")
}

/// The commit that a snapshot reflects, by its name.
pub(crate) fn commit_of(path: &Path) -> u64 {
    let name = path.file_stem().and_then(|name| name.to_str());
    let number = name.and_then(|name| name.strip_prefix("snapshot-"));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// What is in a snapshot file.
#[derive(Debug)]
pub(crate) enum Found {
    Books(Box<StoredBooks>),
    /// It was cut, changed, or is no snapshot.
    Damaged,
    /// Another version wrote it.
    OtherFormat(u32),
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::Books(_) => f.write_str("is a good snapshot"),
            Found::Damaged => f.write_str("is damaged"),
            Found::OtherFormat(found) => write!(
                f,
                "has snapshot format {found}, and this twin reads {SNAPSHOT_FORMAT}"
            ),
        }
    }
}

/// Reads a snapshot. One that cannot be used costs time: the journal makes it good.
pub(crate) fn read(path: &Path) -> Result<Found, JournalError> {
    let bytes = fs::read(path).map_err(|error| JournalError::io(path, error))?;
    if bytes.len() < HEADER_BYTES || &bytes[..8] != MAGIC {
        return Ok(Found::Damaged);
    }
    let number =
        |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    if number(8) != SNAPSHOT_FORMAT {
        return Ok(Found::OtherFormat(number(8)));
    }
    let body = &bytes[HEADER_BYTES..];
    if number(12) != crc32c::crc32c(body) {
        return Ok(Found::Damaged);
    }
    Ok(postcard::from_bytes(body).map_or(Found::Damaged, |books| Found::Books(Box::new(books))))
}
