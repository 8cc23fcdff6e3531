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

/// How a killed import ended.
struct Ended {
    kills: Vec<Kill>,
    /// Events without an effect.
    lost: u64,
    /// Effects without an event.
    twice: u64,
    hash_equal: bool,
    /// Whether the import itself reports what an undisturbed one does.
    report_equal: bool,
    /// All that is known about it, for a failed test.
    story: String,
}

/// One import into a fresh plant, through all its kills, against an undisturbed one.
fn killed_import(file: &Path, expected: &Value, random: Random, number: u64) -> Ended {
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
    // The import ends when the twin has taken everything.
    let output = import.finish();
    let errors = String::from_utf8_lossy(&output.stderr);
    let log = run.log();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let counts = twin.counts(plant);
    let state = twin.get(&format!("/api/v1/plants/{plant}/state")).json();
    let backlog = queues.backlog();
    let applied = counts["applied"].as_u64().unwrap();
    let same = |field: &str| report[field] == expected[field];
    let fields = [
        "state_hash",
        "discrepancies",
        "events_sent",
        "applied",
        "refused",
        "parked",
        "exceptions",
    ];
    Ended {
        lost: EVENTS.saturating_sub(applied),
        twice: applied.saturating_sub(EVENTS),
        hash_equal: state["state_hash"] == expected["state_hash"],
        report_equal: output.status.success() && fields.into_iter().all(same),
        story: format!("{counts}, {backlog} messages wait, reported {report}: {errors}{log}"),
        kills: run.kills,
    }
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
        let ended = killed_import(&file, &expected, random, number);
        println!("{:?}", ended.kills);
        fired += ended.kills.len();
        counted += ended.kills.iter().filter(|kill| kill.counts()).count();
        let kept = ended.lost + ended.twice == 0 && ended.hash_equal && ended.report_equal;
        if counted >= kills_min || !kept {
            let report = json!({
                "name": "kill", "cycles": counted, "fired": fired, "lost": ended.lost,
                "twice": ended.twice, "hash_equal": ended.hash_equal, "seed": seed,
                "seconds": started.elapsed().as_secs(),
            });
            // The drill picks this line.
            println!("{report}");
        }
        assert!(kept, "seed {seed}, import {number}: {}", ended.story);
        if counted >= kills_min {
            return;
        }
    }
    panic!("seed {seed}: only {counted} of {fired} kills hit a running import");
}

pub(crate) fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    match text.parse() {
        Ok(value) => Some(value),
        Err(_) => panic!("{name} is {text:?}, not a number"),
    }
}
