//! `twin doctor`: looks at configuration, disk, broker and running twin, and says what to do.

mod file_system;
mod lock_holder;
mod plant_directory;
mod running_twin;
mod secrets;

use std::path::Path;

use ingest::amqp_url::AmqpUrl;
use ingest::broker_check::{self, CheckedPlant};
use ingest::finding::{Finding, Outcome, Owner};
use ingest::topology::PlantTopology;
use serde_json::json;

use crate::cli::DoctorArguments;
use crate::config::{Config, require_loopback};
use crate::data_dir;
use crate::exit::{Failure, Kind};
use crate::say::say;
use plant_directory::PlantDirectory;

pub(crate) async fn run(arguments: DoctorArguments) -> Result<(), Failure> {
    let findings = match Config::read(&arguments.config) {
        Ok(config) => look(&arguments.config, &config).await,
        Err(failure) => vec![unreadable(&arguments.config, &failure)],
    };
    if arguments.json {
        let worst = worst_of(&findings);
        say!("{}", json!({ "outcome": worst, "findings": findings }));
    } else {
        findings.iter().for_each(tell);
    }
    let of = |outcome| findings.iter().filter(|f| f.outcome == outcome).count();
    let (problems, warnings) = (of(Outcome::Problem), of(Outcome::Warning));
    if problems == 0 {
        return Ok(());
    }
    let text = format!("{problems} problems and {warnings} warnings; each says what to do next");
    Err(Failure::new(Kind::Finding, text))
}

fn worst_of(findings: &[Finding]) -> Outcome {
    let worst = findings.iter().map(|finding| finding.outcome).max();
    worst.unwrap_or(Outcome::Ok)
}

fn tell(finding: &Finding) {
    let (outcome, object) = (finding.outcome.as_str(), &finding.object);
    match &finding.remedy {
        None => say!("{outcome:8} {object}: {}", finding.found),
        Some(remedy) => say!(
            "{outcome:8} {object}: {}. For {}: {}.",
            finding.found,
            remedy.owner.as_str(),
            remedy.next
        ),
    }
}

/// What is looked at now, for who waits.
fn progress(what: &str) {
    eprintln!("twin doctor: looks at {what}");
}

fn unreadable(path: &Path, failure: &Failure) -> Finding {
    let next = "mend the configuration as the sentence says; deploy/twin.toml explains every key";
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
        findings.extend(broker_check::check(&url, &plants).await);
    }
    progress(&format!("the twin at {}", config.listen));
    findings.push(running_twin::ask(config.listen, served));
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
