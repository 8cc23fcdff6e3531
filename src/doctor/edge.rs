//! What stands against running an edge, by its `edge.toml`.

use std::fs;
use std::path::Path;

use ingest::broker_check::{self, CheckedPlant, Role};
use ingest::edge::EdgeOptions;
use ingest::finding::{Finding, Owner};
use ingest::topology::PlantTopology;

use super::directory::{MIB, against_writing, not_there, state_of, who_has_it_open};
use super::{progress, running_twin, secrets, unreadable};
use crate::config::require_loopback;
use crate::edge_config::EdgeConfig;
use crate::exit::{Failure, Kind};

/// Whether a configuration is that of an edge: only an edge has a central broker.
pub(super) fn is_meant(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    let table: Option<toml::Table> = toml::from_str(&text).ok();
    table.is_some_and(|table| table.contains_key("central"))
}

pub(super) async fn look(path: &Path) -> Vec<Finding> {
    let config = match EdgeConfig::read(path) {
        Ok(config) => config,
        Err(failure) => return vec![unreadable(path, &failure)],
    };
    progress("the configuration");
    let mut findings = Vec::new();
    let options = settings(path, &config, &mut findings);
    progress("the directory of the edge");
    let dir = config.dir();
    let (found, is_open) = directory(&dir, config.quota_bytes());
    findings.extend(found);
    if let Some(options) = options {
        let mut plants = Vec::new();
        for plant in &options.plants {
            match PlantTopology::new(plant) {
                Ok(topology) => plants.push(topology),
                Err(error) => {
                    findings.push(unreadable(path, &Failure::new(Kind::Config, error)));
                }
            }
        }
        // At the central broker a twin consumes, which may run anywhere.
        let checked = |served| {
            plants.iter().map(move |plant| CheckedPlant {
                topology: plant.clone(),
                served,
            })
        };
        progress(&format!("the broker {}", options.central));
        let central: Vec<CheckedPlant> = checked(false).collect();
        findings.extend(broker_check::check(&options.central, &central, Role::Edge).await);
        if let Some(local) = &options.local {
            progress(&format!("the broker {local}"));
            let at_the_plant: Vec<CheckedPlant> = checked(is_open).collect();
            findings.extend(broker_check::check(local, &at_the_plant, Role::Edge).await);
        }
    }
    progress(&format!("the edge at {}", config.listen));
    findings.push(running_twin::ask("edge", config.listen, is_open));
    findings
}

/// Looks at the settings and the files that they name, and gives what an edge is made of if that is
/// known.
fn settings(path: &Path, config: &EdgeConfig, findings: &mut Vec<Finding>) -> Option<EdgeOptions> {
    let before = findings.len();
    if let Err(failure) = require_loopback(config.listen) {
        findings.push(unreadable(path, &failure));
    }
    for (section, broker) in config.brokers() {
        for (setting, file) in broker.secret_files() {
            findings.extend(secrets::against(&format!("[{section}] {setting}"), file));
        }
        if broker.holds_password() {
            findings.extend(secrets::against("configuration", path));
        }
    }
    let options = match config.options() {
        Ok(options) => options,
        Err(failure) => {
            findings.push(unreadable(path, &failure));
            return None;
        }
    };
    if findings.len() == before {
        let plants = options.plants.len();
        let local = match &options.local {
            Some(_) => "a broker at the plant",
            None => "no broker at the plant, so events come over HTTP and from files only",
        };
        let object = format!("configuration {}", path.display());
        let found = format!("readable; an edge for {plants} plants, {local}");
        findings.push(Finding::ok(object, found));
    }
    Some(options)
}

/// The directory of the spools, and whether an edge has it open.
fn directory(dir: &Path, quota_bytes: u64) -> (Vec<Finding>, bool) {
    let object = format!("edge in {}", dir.display());
    if !dir.is_dir() {
        return (vec![not_there(&object, dir)], false);
    }
    let used = bytes_below(dir);
    let room = |object: &str, free| against_room(object, free, quota_bytes.saturating_sub(used));
    let mut findings = against_writing(&object, dir, room);
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
    (findings, holder.is_some())
}

/// Less room than may still come is a warning, less than one request may bring a problem.
fn against_room(object: &str, free: u64, may_come: u64) -> Option<Finding> {
    let next = "make room on the disk, or set a smaller quota_mib: a full disk refuses urgent \
                events too";
    if free < actors::DISK_FREE_BYTES_MIN {
        let wanted = actors::DISK_FREE_BYTES_MIN;
        let found = format!("{free} bytes free, {wanted} are needed to take anything");
        Some(Finding::problem(object, found, Owner::Twin, next))
    } else if free < may_come {
        let (free, may_come) = (free / MIB, may_come / MIB);
        let found = format!("{free} MiB free, {may_come} MiB more may come by quota_mib");
        Some(Finding::warning(object, found, Owner::Twin, next))
    } else {
        None
    }
}

/// What lies in a directory and below. What goes away meanwhile counts nothing.
fn bytes_below(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let size = |path: &Path| match path.is_dir() {
        true => bytes_below(path),
        false => fs::metadata(path).map_or(0, |file| file.len()),
    };
    entries.map(|entry| size(&entry.path())).sum()
}

#[cfg(test)]
mod tests {
    use ingest::finding::Outcome;

    use super::*;

    #[test]
    fn less_room_than_the_quota_may_bring_is_a_warning_and_none_at_all_a_problem() {
        let outcome = |free, may_come| against_room("edge", free, may_come).map(|f| f.outcome);
        let min = actors::DISK_FREE_BYTES_MIN;
        assert_eq!(outcome(64 * MIB, 64 * MIB), None);
        assert_eq!(outcome(64 * MIB - 1, 64 * MIB), Some(Outcome::Warning));
        assert_eq!(outcome(min, 0), None);
        assert_eq!(outcome(min - 1, 0), Some(Outcome::Problem));
        let little = against_room("edge", 63 * MIB, 64 * MIB).unwrap();
        assert_eq!(
            little.found,
            "63 MiB free, 64 MiB more may come by quota_mib"
        );
    }

    #[test]
    fn what_lies_below_a_directory_counts_at_any_depth() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        fs::write(dir.path().join("a/b/c"), [0; 5]).unwrap();
        fs::write(dir.path().join("d"), [0; 2]).unwrap();
        assert_eq!(bytes_below(dir.path()), 7);
        assert_eq!(bytes_below(&dir.path().join("nowhere")), 0);
    }
}
