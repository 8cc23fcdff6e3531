//! The directory of one plant: whether a twin can keep its journal there, and who has it open.

use std::path::{Path, PathBuf};

use ingest::finding::{Finding, Owner};
use rustix::fs::{Access, AtFlags, CWD, accessat};

use super::file_system;
use super::lock_holder::LockHolder;
use crate::config::PlantConfig;

/// Less free room than this is a warning, in bytes: some hours of a busy plant.
const FREE_BYTES_WARNING: u64 = 1024 * 1024 * 1024;
/// Less free room than this is a problem, in bytes: what one segment of the journal takes.
const FREE_BYTES_PROBLEM: u64 = actors::SEGMENT_BYTES_MAX;
const MIB: u64 = 1024 * 1024;

/// A plant's directory with what was found of it.
pub(super) struct PlantDirectory {
    /// What was found.
    pub(super) findings: Vec<Finding>,
    /// Who has it open.
    pub(super) holder: Option<LockHolder>,
}

impl PlantDirectory {
    /// Looks at `dir`, the directory of `plant`. Nothing in it is opened for writing or locked.
    pub(super) fn look(plant: &PlantConfig, dir: &Path) -> PlantDirectory {
        let object = format!("plant {} in {}", plant.id, dir.display());
        if !dir.is_dir() {
            let findings = vec![not_there(&object, dir)];
            return PlantDirectory {
                findings,
                holder: None,
            };
        }
        let mut findings = against_writing(&object, dir);
        findings.extend(against_reading(&object, plant, dir));
        let holder = match LockHolder::of(&actors::lock_file(dir)) {
            Ok(holder) => holder,
            Err(error) => {
                let found = format!("nobody can say who has it open: {error}");
                let next = "ask as root, or look with ps whether a twin runs";
                findings.push(Finding::warning(&object, found, Owner::Twin, next));
                None
            }
        };
        if findings.is_empty() {
            let kind = file_system::kind_of(dir).unwrap_or_else(|| "an unknown kind".to_owned());
            let free = file_system::free_bytes(dir).unwrap_or(0) / MIB;
            let open = match &holder {
                Some(holder) => format!("open in {holder}"),
                None => "open nowhere".to_owned(),
            };
            let found = format!("readable, writable, {free} MiB free on {kind}; {open}");
            findings.push(Finding::ok(object, found));
        }
        PlantDirectory { findings, holder }
    }
}

/// A directory that the first start makes, if it can.
fn not_there(object: &str, dir: &Path) -> Finding {
    let above: PathBuf = dir
        .ancestors()
        .skip(1)
        .find(|above| above.is_dir())
        .unwrap_or(Path::new("."))
        .to_owned();
    if dir.exists() || !may_write(&above) {
        let found = format!("is no directory, and cannot be made in {}", above.display());
        let next = "make data_dir as root and give it to the user who runs the twin, or name another \
                    data_dir in the configuration";
        return Finding::problem(object, found, Owner::Twin, next);
    }
    let found = "is not there yet";
    let next = "start the twin, which makes it; if this plant ran before, data_dir in the \
                configuration is another one than then";
    Finding::warning(object, found, Owner::Twin, next)
}

fn may_write(dir: &Path) -> bool {
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    accessat(CWD, dir, wanted, AtFlags::EACCESS).is_ok()
}

/// Whether this user may write there, whether there is room, and whether a sync means something.
fn against_writing(object: &str, dir: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !may_write(dir) {
        let found = "the user who runs this doctor may not write there";
        let next = "ask as the user who runs the twin; if it is that one, chown the directory";
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

fn against_room(object: &str, free: u64) -> Option<Finding> {
    let next = "make room on the disk, or keep less of the journal (keep_journal_days)";
    let say = |wanted: u64| format!("{} MiB free, {} wanted", free / MIB, wanted / MIB);
    if free < FREE_BYTES_PROBLEM {
        let found = say(FREE_BYTES_PROBLEM);
        Some(Finding::problem(object, found, Owner::Twin, next))
    } else if free < FREE_BYTES_WARNING {
        let found = say(FREE_BYTES_WARNING);
        Some(Finding::warning(object, found, Owner::Twin, next))
    } else {
        None
    }
}

/// Whether this version reads what is there, and it is the plant of the configuration.
fn against_reading(object: &str, plant: &PlantConfig, dir: &Path) -> Option<Finding> {
    let identity = match actors::readable(dir) {
        Ok(identity) => identity?,
        Err(error) => {
            let next = "do what the sentence says; the files are left as they are";
            return Some(Finding::problem(
                object,
                error.to_string(),
                Owner::Twin,
                next,
            ));
        }
    };
    let clock = actors::PlantClock::from(plant.clock);
    if identity.plant == plant.id && identity.clock == clock {
        return None;
    }
    let found = format!(
        "holds plant {} with clock {}, the configuration says plant {} with clock {}",
        identity.plant,
        identity.clock.as_str(),
        plant.id,
        clock.as_str()
    );
    let next = "name it in the configuration as it is, or give another data_dir";
    Some(Finding::problem(object, found, Owner::Twin, next))
}

#[cfg(test)]
mod tests {
    use ingest::finding::Outcome;

    use super::*;

    #[test]
    fn little_room_is_a_warning_and_no_room_for_a_segment_a_problem_with_both_numbers() {
        assert_eq!(against_room("plant P1", FREE_BYTES_WARNING), None);
        let little = against_room("plant P1", FREE_BYTES_WARNING - 1).unwrap();
        assert_eq!(little.outcome, Outcome::Warning);
        assert_eq!(little.found, "1023 MiB free, 1024 wanted");
        let none = against_room("plant P1", FREE_BYTES_PROBLEM - 1).unwrap();
        assert_eq!(none.outcome, Outcome::Problem);
        assert_eq!(none.found, "63 MiB free, 64 wanted");
    }

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
