//! A directory in which something is kept: whether it can be, and who has it open.

use std::path::{Path, PathBuf};

use ingest::finding::{Finding, Owner};
use rustix::fs::{Access, AtFlags, CWD, accessat};

use super::file_system;
use super::lock_holder::LockHolder;

/// Bytes in a mebibyte.
pub(super) const MIB: u64 = 1024 * 1024;

/// What is to be said of a directory that nothing stands against.
pub(super) fn state_of(dir: &Path, holder: Option<&LockHolder>) -> String {
    let kind = file_system::kind_of(dir).unwrap_or_else(|| "an unknown kind".to_owned());
    let free = file_system::free_bytes(dir).unwrap_or(0) / MIB;
    let open = match holder {
        Some(holder) => format!("open in {holder}"),
        None => "open nowhere".to_owned(),
    };
    format!("readable, writable, {free} MiB free on {kind}; {open}")
}

/// Who has it open, or why nobody can say.
pub(super) fn who_has_it_open(object: &str, dir: &Path) -> Result<Option<LockHolder>, Finding> {
    LockHolder::of(&actors::lock_file(dir)).map_err(|error| {
        let found = format!("nobody can say who has it open: {error}");
        let next = "ask as root, or look with ps whether it runs";
        Finding::warning(object, found, Owner::Twin, next)
    })
}

/// A directory that the first start makes, if it can.
pub(super) fn not_there(object: &str, dir: &Path) -> Finding {
    let above: PathBuf = dir
        .ancestors()
        .skip(1)
        .find(|above| above.is_dir())
        .unwrap_or(Path::new("."))
        .to_owned();
    if dir.exists() || !may_write(&above) {
        let found = format!("is no directory, and cannot be made in {}", above.display());
        let next = "make data_dir as root and give it to the user who runs it, or name another \
                    data_dir in the configuration";
        return Finding::problem(object, found, Owner::Twin, next);
    }
    let found = "is not there yet";
    let next = "start it, which makes it; if it ran before, data_dir in the configuration is \
                another one than then";
    Finding::warning(object, found, Owner::Twin, next)
}

fn may_write(dir: &Path) -> bool {
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    accessat(CWD, dir, wanted, AtFlags::EACCESS).is_ok()
}

/// Whether this user may write there, whether there is room, and whether a sync means something.
pub(super) fn against_writing(
    object: &str,
    dir: &Path,
    against_room: impl FnOnce(&str, u64) -> Option<Finding>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !may_write(dir) {
        let found = "the user who runs this doctor may not write there";
        let next = "ask as the user who runs it; if it is that one, chown the directory";
        findings.push(Finding::problem(object, found, Owner::Twin, next));
    }
    match file_system::free_bytes(dir) {
        Ok(free) => findings.extend(against_room(object, free)),
        Err(error) => {
            let found = format!("nobody can say how much room there is: {error}");
            let next = "look with df";
            findings.push(Finding::warning(object, found, Owner::Twin, next));
        }
    }
    if let Some(kind) = file_system::kind_of(dir)
        && let Some(why) = file_system::not_durable(&kind)
    {
        let found = format!("lies on {kind}, which {why}: what was acknowledged can be lost");
        let next = "put data_dir on a disk of this machine, in a container on a volume";
        findings.push(Finding::warning(object, found, Owner::Twin, next));
    }
    findings
}

#[cfg(test)]
mod tests {
    use ingest::finding::Outcome;

    use super::*;

    #[test]
    fn a_directory_that_a_start_would_make_is_a_warning() {
        let dir = tempfile::tempdir().unwrap();
        let missing = not_there("plant P1", &dir.path().join("plants/P1"));
        assert_eq!(missing.outcome, Outcome::Warning);
        let file = dir.path().join("plants");
        std::fs::write(&file, "").unwrap();
        let file = not_there("plant P1", &file);
        assert_eq!(file.outcome, Outcome::Problem);
    }
}
