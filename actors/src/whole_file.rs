//! Small files that are written anew as a whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file beside the one at `path` and puts it in its place. Who reads sees all of it or what
/// was there before, also after a loss of power; when this returns, it is on the disk.
///
/// # Errors
/// What the file system says; what was there before stays, unless only the last sync failed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("tmp");
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&unfinished, path)) {
        // Half a file would only take room from the journal. It may not be there at all.
        fs::remove_file(&unfinished).ok();
        return Err(error);
    }
    match path.parent() {
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kept.json");
        write_whole(&path, b"a longer text").unwrap();
        write_whole(&path, b"text").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"text");
        assert_eq!(names(dir.path()), ["kept.json"]);
        // Nothing can be put in the place of a directory.
        let taken = dir.path().join("taken.json");
        fs::create_dir(&taken).unwrap();
        assert!(write_whole(&taken, b"text").is_err());
        assert_eq!(names(dir.path()), ["kept.json", "taken.json"]);
    }
}
