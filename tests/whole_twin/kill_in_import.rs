//! `kill -9` of `twin serve` in the middle of the real log's import, again and again.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulators::random::{Purpose, Random, entity_number};
use tempfile::TempDir;

use crate::import_through_rabbitmq::embedded_import;
use crate::job_shop::{self, EVENTS};
use crate::rabbitmq::{PlantQueues, broker_url};
use crate::twin_process::{Served, TwinProcess, pause, twin, wait_for};

/// Kills that must hit a running import, unless `TWIN_KILLS` says otherwise.
const KILLS_MIN: usize = 20;
/// Chooses the moments of the kills, unless `TWIN_KILL_SEED` says otherwise.
const SEED: u64 = 20_120_102;
/// Kills tried in one import.
const KILLS_PER_RUN: u64 = 6;
/// Imports tried for each that is needed.
const TRIES_MAX: u64 = 2;
/// Events fed per second, so that an import lasts.
const EVENTS_PER_S: &str = "900";
/// Longest pause between the chosen count and the kill, so that it hits any place of a turn.
const KILL_DELAY_US_MAX: i64 = 40_000;
const WAIT: Duration = Duration::from_secs(60);

fn free_port() -> u16 {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.local_addr().unwrap().port()
}

/// One import into a fresh plant.
struct Run<'a> {
    served: Served<'a>,
    dir: &'a Path,
    listen: String,
    kills: Vec<Kill>,
}

/// How many events were applied just before a kill, and just after the restart.
#[derive(Debug, Clone, Copy)]
struct Kill {
    before: u64,
    after: u64,
}

impl Kill {
    /// Some but not all events were committed.
    fn counts(self) -> bool {
        self.before > 0 && self.after < EVENTS
    }
}

impl Run<'_> {
    fn applied(&self, twin: &TwinProcess) -> u64 {
        twin.counts(self.served.plant)["applied"].as_u64().unwrap()
    }

    /// What the twin said, for a failed test.
    fn log(&self) -> String {
        fs::read_to_string(self.dir.join("twin.log")).unwrap_or_default()
    }

    /// Kills `twin` once it has applied `goal` events and `delay` has passed; starts it again.
    fn kill_after(&mut self, twin: TwinProcess, goal: u64, delay: Duration) -> TwinProcess {
        let what = format!("{goal} events are applied");
        wait_for(&what, WAIT, || (self.applied(&twin) >= goal).then_some(()));
        pause(delay);
        let before = self.applied(&twin);
        twin.kill();
        let twin = TwinProcess::serve(self.dir, &self.served, &self.listen);
        let after = self.applied(&twin);
        assert!(after >= before, "{before} events were applied, now {after}");
        self.kills.push(Kill { before, after });
        twin
    }
}

/// The import, as a child that is killed when its test ends early.
struct Import(Option<Child>);

impl Import {
    fn start(file: &Path, mapping: &Path, broker: &str, twin_url: &str) -> Import {
        let child = twin()
            .arg("import")
            .args([file, Path::new("--mapping"), mapping])
            .args(["--broker", broker, "--twin", twin_url, "--json"])
            .args(["--throttle", EVENTS_PER_S, "--patience", "60"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Import(Some(child.unwrap()))
    }

    fn finish(mut self) -> Output {
        self.0.take().unwrap().wait_with_output().unwrap()
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            drop((child.kill(), child.wait()));
        }
    }
}

/// Ascending counts of applied events at which to kill.
fn goals(random: Random, run: u64) -> Vec<(u64, Duration)> {
    let draw = |part, kill| {
        let visit = run * KILLS_PER_RUN + kill;
        random.draw(entity_number(part), visit, Purpose::FaultReorder)
    };
    let mut goals: Vec<u64> = (0..KILLS_PER_RUN)
        .map(|kill| 1 + draw("kill", kill).below(EVENTS * 9 / 10))
        .collect();
    goals.sort_unstable();
    let delay = |kill| {
        draw("delay", kill)
            .between(0, KILL_DELAY_US_MAX)
            .unsigned_abs()
    };
    let timed = goals.into_iter().zip(0..);
    timed
        .map(|(goal, kill)| (goal, Duration::from_micros(delay(kill))))
        .collect()
}

fn killed_import(file: &Path, expected: &Value, random: Random, number: u64) -> Vec<Kill> {
    let queues = PlantQueues::new("kill");
    let plant = queues.plant.as_str();
    let dir = TempDir::new().unwrap();
    let url = broker_url();
    let served = Served {
        plant,
        clock: "event_time",
        broker: Some(&url),
    };
    let mut run = Run {
        served,
        dir: dir.path(),
        listen: format!("127.0.0.1:{}", free_port()),
        kills: Vec::new(),
    };
    let mut twin = TwinProcess::serve(run.dir, &run.served, &run.listen);
    let mapping = job_shop::mapping_for(plant, run.dir);
    let import = Import::start(file, &mapping, &url, &twin.url);
    for (goal, delay) in goals(random, number) {
        twin = run.kill_after(twin, goal, delay);
    }
    let deadline = Instant::now() + WAIT;
    let counts = wait_for("every event is applied", WAIT * 2, || {
        let counts = twin.counts(plant);
        if Instant::now() > deadline {
            let backlog = queues.backlog();
            panic!("{counts}, {backlog} messages wait, {}", run.log());
        }
        (counts["applied"].as_u64() >= Some(EVENTS)).then_some(counts)
    });
    assert_eq!(counts["applied"], EVENTS, "{counts}");
    assert_eq!(counts["parked"], 0, "{counts}");
    assert_eq!(counts["refused"], json!({}), "{counts}");
    assert_eq!(counts["exceptions"], json!({}), "{counts}");
    let state = twin.get(&format!("/api/v1/plants/{plant}/state")).json();
    assert_eq!(state["state_hash"], expected["state_hash"]);
    assert_eq!(state["open_discrepancies"], expected["discrepancies"]);

    let output = import.finish();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["events_sent"], EVENTS, "{report}");
    assert_eq!(report["applied"], EVENTS, "{report}");
    assert_eq!(report["state_hash"], expected["state_hash"], "{report}");
    run.kills
}

#[test]
fn an_import_that_is_killed_again_and_again_ends_like_an_undisturbed_one() {
    let Some(file) = job_shop::log_file() else {
        return;
    };
    let seed = from_environment("TWIN_KILL_SEED").unwrap_or(SEED);
    let kills_min = from_environment("TWIN_KILLS").unwrap_or(KILLS_MIN);
    let random = Random::new(seed);
    let started = Instant::now();
    let expected = embedded_import(&file, "P-undisturbed");
    let (mut counted, mut fired) = (0, 0);
    let runs_max = (kills_min as u64).div_ceil(KILLS_PER_RUN) * TRIES_MAX;
    for number in 0..runs_max {
        println!("seed {seed}, import {number}");
        let kills = killed_import(&file, &expected, random, number);
        println!("{kills:?}");
        fired += kills.len();
        counted += kills.iter().filter(|kill| kill.counts()).count();
        if counted >= kills_min {
            break;
        }
    }
    let took = started.elapsed().as_secs();
    println!("seed {seed}: {counted} of {fired} kills hit a running import; {took} s");
    assert!(
        counted >= kills_min,
        "seed {seed}: {counted} of {fired} kills"
    );
}

fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    match text.parse() {
        Ok(value) => Some(value),
        Err(_) => panic!("{name} is {text:?}, not a number"),
    }
}
