//! Whether this version could read a plant's directory, by a look at the headers alone.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::identity::Identity;
use crate::journal::JournalError;
use crate::plant_handle::{LOCK_FILE, OpenError};
use crate::record::JOURNAL_FORMAT;
use crate::segment::JOURNAL;

/// What stands before the format in a segment's header, and the format, in bytes.
const MAGIC_BYTES: usize = 8;
const FORMAT_BYTES: usize = 4;

/// The file that the process locks which has the plant of `dir` open. It says nothing by being
/// there.
#[must_use]
pub fn lock_file(dir: &Path) -> PathBuf {
    dir.join(LOCK_FILE)
}

/// Looks whether this version reads what is in `dir`: whose it is, and the format of the newest
/// segment of its journal. Takes no lock and changes nothing, so it may be asked beside a running
/// twin. `None` when no plant was ever opened there.
///
/// # Errors
/// [`OpenError`] when something cannot be read, or a newer version wrote it. Damage behind the
/// headers is not seen.
pub fn readable(dir: &Path) -> Result<Option<Identity>, OpenError> {
    let identity = Identity::read(dir)?;
    let segments = match identity {
        Some(_) => JOURNAL.list(dir)?,
        None => Vec::new(),
    };
    if let Some(newest) = segments.last() {
        check_header(newest)?;
    }
    Ok(identity)
}

fn check_header(path: &Path) -> Result<(), JournalError> {
    let mut header = Vec::new();
    let wanted = (MAGIC_BYTES + FORMAT_BYTES) as u64;
    File::open(path)
        .and_then(|file| file.take(wanted).read_to_end(&mut header))
        .map_err(|error| JournalError::io(path, error))?;
    // The newest segment may be torn in its header: the next start makes it anew.
    let Some((magic, format)) = header.split_first_chunk::<MAGIC_BYTES>() else {
        return Ok(());
    };
    if magic != JOURNAL.magic {
        return Err(JournalError::broken(
            path.to_owned(),
            "is no segment of a journal".to_owned(),
        ));
    }
    match <[u8; FORMAT_BYTES]>::try_from(format).map(u32::from_le_bytes) {
        Ok(found) if found > JOURNAL_FORMAT => Err(JournalError::NewerFormat {
            path: path.to_owned(),
            found,
            known: JOURNAL_FORMAT,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_newer_journal_is_told_with_its_format_and_what_this_version_reads() {
        let dir = tempfile::tempdir().unwrap();
        assert!(readable(dir.path()).unwrap().is_none());
        let identity = r#"{"plant":"P1","clock":"wall"}"#;
        fs::write(dir.path().join("plant.json"), identity).unwrap();
        let plant = readable(dir.path()).unwrap().unwrap().plant;
        assert_eq!(plant.as_str(), "P1");
        let segment = JOURNAL.path(dir.path(), 1);
        let mut header = JOURNAL.header();
        fs::write(&segment, header).unwrap();
        assert!(readable(dir.path()).unwrap().is_some());
        header[MAGIC_BYTES] = 99;
        fs::write(&segment, header).unwrap();
        let newer = readable(dir.path()).unwrap_err().to_string();
        assert!(newer.contains("99"), "{newer}");
        assert!(newer.contains(&JOURNAL_FORMAT.to_string()), "{newer}");
        fs::write(&segment, &header[..5]).unwrap();
        assert!(readable(dir.path()).unwrap().is_some(), "torn");
        fs::write(&segment, b"something else").unwrap();
        assert!(readable(dir.path()).is_err());
    }
}
