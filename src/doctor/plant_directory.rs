//! The directory of one plant: whether a twin can keep its journal there, and who has it open.

use std::path::Path;

use ingest::finding::{Finding, Owner};

use super::directory::{MIB, against_writing, not_there, state_of, who_has_it_open};
use super::lock_holder::LockHolder;
use crate::config::PlantConfig;

/// Less free room than this is a warning, in bytes: some hours of a busy plant.
const FREE_BYTES_WARNING: u64 = 1024 * 1024 * 1024;
/// Less free room than this is a problem, in bytes: what one segment of the journal takes.
const FREE_BYTES_PROBLEM: u64 = actors::SEGMENT_BYTES_MAX;

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
        let mut findings = against_writing(&object, dir, against_room);
        findings.extend(against_reading(&object, plant, dir));
        let holder = match who_has_it_open(&object, dir) {
            Ok(holder) => holder,
            Err(finding) => {
                findings.push(finding);
                None
            }
        };
        if findings.is_empty() {
            findings.push(Finding::ok(object, state_of(dir, holder.as_ref())));
        }
        PlantDirectory { findings, holder }
    }
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
}
