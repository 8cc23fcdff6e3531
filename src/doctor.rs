//! `twin doctor`: looks at configuration, disk, broker and running twin, and says what to do.

mod directory;
mod edge;
mod file_system;
mod lock_holder;
mod plant_directory;
mod redis;
mod running_twin;
mod secrets;

use std::path::Path;

use ingest::amqp_url::AmqpUrl;
use ingest::broker_check::{self, CheckedPlant, Role};
use ingest::finding::{Finding, Outcome, Owner};
use ingest::topology::PlantTopology;
use serde_json::json;
use twin_model::PlantId;

use crate::cli::DoctorArguments;
use crate::config::{Config, require_loopback};
use crate::data_dir;
use crate::exit::{Failure, Kind};
use crate::redis_config::RedisConfig;
use crate::say::say;
use plant_directory::PlantDirectory;

pub(crate) async fn run(arguments: DoctorArguments) -> Result<(), Failure> {
    let findings = match edge::is_meant(&arguments.config) {
        true => edge::look(&arguments.config).await,
        false => match Config::read(&arguments.config) {
            Ok(config) => look(&arguments.config, &config).await,
            Err(failure) => vec![unreadable(&arguments.config, &failure)],
        },
    };
    if arguments.json {
        let worst = worst_of(&findings);
        say!("{}", json!({ "outcome": worst, "findings": findings }));
    } else {
        findings
            .iter()
            .for_each(|finding| say!("{}", line_of(finding)));
    }
    let of = |outcome| findings.iter().filter(|f| f.outcome == outcome).count();
    let (problems, warnings) = (of(Outcome::Problem), of(Outcome::Warning));
    if problems == 0 {
        return Ok(());
    }
    let text = format!("problems: {problems}, warnings: {warnings}; each says what to do next");
    Err(Failure::new(Kind::Finding, text))
}

fn worst_of(findings: &[Finding]) -> Outcome {
    let worst = findings.iter().map(|finding| finding.outcome).max();
    worst.unwrap_or(Outcome::Ok)
}

/// A finding as one line.
fn line_of(finding: &Finding) -> String {
    let (outcome, found) = (finding.outcome.as_str(), &finding.found);
    let line = format!("{outcome:8} {}: {found}", finding.object);
    let Some(remedy) = &finding.remedy else {
        return line;
    };
    // Some sentences end with a question.
    let stop = if found.ends_with(['.', '?']) { "" } else { "." };
    let owner = remedy.owner.as_str();
    format!("{line}{stop} For {owner}: {}.", remedy.next)
}

/// What is looked at now, for who waits.
fn progress(what: &str) {
    eprintln!("twin doctor: looks at {what}");
}

fn unreadable(path: &Path, failure: &Failure) -> Finding {
    let next = "mend the configuration as the sentence says; deploy/twin.toml and \
                deploy/edge.toml explain every key";
    let object = format!("configuration {}", path.display());
    Finding::problem(object, failure.to_string(), Owner::Twin, next)
}

async fn look(path: &Path, config: &Config) -> Vec<Finding> {
    progress("the configuration");
    let mut findings = Vec::new();
    let url = settings(path, config, &mut findings);
    progress("the plants' directories");
    let (mut plants, mut served) = (Vec::new(), false);
    for plant in &config.plants {
        let dir = data_dir::of_plant(&config.data_dir, &plant.id);
        let directory = PlantDirectory::look(plant, &dir);
        findings.extend(directory.findings);
        let serves = directory.holder.is_some_and(|holder| holder.serves());
        served |= serves;
        match PlantTopology::new(&plant.id) {
            Ok(topology) => plants.push(CheckedPlant {
                topology,
                served: serves,
            }),
            Err(error) => {
                let object = format!("plant {}", plant.id);
                let next = "give it a shorter id, at its sources too";
                findings.push(Finding::problem(
                    object,
                    error.to_string(),
                    Owner::Twin,
                    next,
                ));
            }
        }
    }
    if let Some(url) = url {
        progress(&format!("the broker {url}"));
        findings.extend(broker_check::check(&url, &plants, Role::Twin).await);
    }
    if let Some(redis) = &config.redis {
        progress("the Redis");
        let plants: Vec<PlantId> = config.plants.iter().map(|p| p.id.clone()).collect();
        findings.extend(redis::ask(redis, &plants).await);
    }
    progress(&format!("the twin at {}", config.listen));
    findings.push(running_twin::ask("twin", config.listen, served));
    findings
}

/// Looks at the settings and the files that they name, and gives the broker's place if that is
/// known.
fn settings(path: &Path, config: &Config, findings: &mut Vec<Finding>) -> Option<AmqpUrl> {
    let before = findings.len();
    if let Err(failure) = require_loopback(config.listen) {
        findings.push(unreadable(path, &failure));
    }
    for plant in &config.plants {
        if let Err(failure) = plant.retention() {
            findings.push(unreadable(path, &failure));
        }
    }
    let mut url = None;
    if let Some(broker) = &config.broker {
        for (setting, file) in broker.secret_files() {
            findings.extend(secrets::against(&format!("[broker] {setting}"), file));
        }
        if broker.holds_password() {
            findings.extend(secrets::against("configuration", path));
        }
        match broker.url("broker") {
            Ok(known) => url = Some(known),
            Err(failure) => findings.push(unreadable(path, &failure)),
        }
    }
    if let Some(file) = config.redis.as_ref().and_then(RedisConfig::password_file) {
        findings.extend(secrets::against("[redis] password_file", file));
    }
    if findings.len() == before {
        let plants = config.plants.len();
        let broker = match &url {
            Some(_) => "a broker",
            None => "no broker, so events come in over HTTP only",
        };
        let found = format!("readable; {plants} plants, {broker}");
        let object = format!("configuration {}", path.display());
        findings.push(Finding::ok(object, found));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_with_its_owner_and_what_to_do() {
        let well = Finding::ok("queue q", "as this twin makes it");
        assert_eq!(line_of(&well), "ok       queue q: as this twin makes it");
        let ill = |found: &str| line_of(&Finding::problem("queue q", found, Owner::Broker, "ask"));
        let line = "problem  queue q: x is 5. For who runs the broker: ask.";
        assert_eq!(ill("x is 5"), line);
        let line = "problem  queue q: is it up? For who runs the broker: ask.";
        assert_eq!(ill("is it up?"), line);
    }

    #[test]
    fn one_problem_among_warnings_is_what_counts() {
        let ok = Finding::ok("a", "b");
        let warning = Finding::warning("a", "b", Owner::Twin, "c");
        let problem = Finding::problem("a", "b", Owner::Twin, "c");
        assert_eq!(worst_of(&[]), Outcome::Ok);
        let worst = worst_of(&[ok.clone(), warning.clone()]);
        assert_eq!(worst, Outcome::Warning);
        assert_eq!(worst_of(&[warning, problem, ok]), Outcome::Problem);
    }
}
