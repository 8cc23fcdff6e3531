//! The process ends at every commit point, again and again, while duplicates, shuffled and corrupt
//! messages come through RabbitMQ: nothing is lost, nothing is applied twice. Two controls, which
//! break a promise on purpose, must be found out by the same harness.
#[path = "kill_points/life.rs"]
mod life;

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use actors::KILL_POINTS;
use serde_json::json;

use crate::account::Account;
use crate::feed::{SLICES, Seed};
use crate::kill_in_import::from_environment;
use crate::rabbitmq::broker_url;
use crate::scene::Scene;
use crate::twin_process::{TwinProcess, pause};
use life::{End, Life};

/// Kills that must be counted, unless `TWIN_KILLS` says otherwise.
const KILLS_MIN: u64 = 30;
/// Chooses messages and passages, unless `TWIN_KILL_SEED` says otherwise.
const SEED: u64 = 20_261_127;
/// Of the lives of a round, how many must end at their point.
const KILLED_OF_TEN_MIN: u64 = 5;
/// How long what was published may take to come through.
const WAIT: Duration = Duration::from_secs(60);
/// The same when a promise is broken on purpose, so that some of it never comes.
const BROKEN_WAIT: Duration = Duration::from_secs(2);

/// What a round came to.
#[derive(Debug, Default)]
struct Round {
    fired: BTreeMap<&'static str, u64>,
    account: Account,
    /// Messages that still wait at the broker.
    backlog: u32,
    story: String,
}

impl Round {
    fn kills(&self) -> u64 {
        self.fired.values().sum()
    }
}

/// A point and the passage at which to die. An event is new often; the other points are passed
/// once for each batch.
fn chosen(seed: Seed, life: usize) -> (&'static str, u64) {
    let (name, _) = KILL_POINTS[life % KILL_POINTS.len()];
    let passages = match name {
        "C2" => 20,
        "C9" | "C11" | "C12" | "C13" => 1,
        _ => 2,
    };
    (name, 1 + seed.below("passage", life as u64, passages))
}

/// A plant with all its lives.
struct Drill<'a> {
    scene: Scene,
    url: String,
    controls: &'a str,
}

impl Drill<'_> {
    fn new(seed: Seed, controls: &str) -> Drill<'_> {
        let url = broker_url();
        Drill {
            scene: Scene::seeded(&url, "points", seed),
            url,
            controls,
        }
    }

    /// A life with each slice, then one that nobody ends, in which everything comes through.
    fn round(&self, seed: Seed) -> Round {
        let (scene, served) = (&self.scene, self.scene.served(&self.url));
        let dir = scene.dir.path();
        let mut round = Round::default();
        for number in 0..SLICES {
            scene.queues.publish(&scene.feed.bodies(number));
            let chosen = chosen(seed, number);
            let life = Life::start(dir, &served, chosen, self.controls);
            let end = life.end(self.patience(), |counts| {
                scene.feed.is_through(number + 1, counts)
            });
            if end == End::Killed {
                *round.fired.entry(chosen.0).or_default() += 1;
            }
        }
        let environment = [("TWIN_CHAOS", self.controls)];
        let twin = TwinProcess::serve_with(dir, &served, "127.0.0.1:0", &environment);
        let started = Instant::now();
        while !self.is_through(&twin) && started.elapsed() < self.patience() {
            pause(Duration::from_millis(50));
        }
        round.account = Account::of(&twin, &scene.feed, &scene.commands.told());
        round.backlog = scene.queues.backlog();
        let log = fs::read_to_string(dir.join("twin.log"));
        round.story = format!(
            "{}, log {}",
            twin.counts(served.plant),
            log.unwrap_or_default()
        );
        round
    }

    fn patience(&self) -> Duration {
        match self.controls {
            "" => WAIT,
            _ => BROKEN_WAIT,
        }
    }

    fn is_through(&self, twin: &TwinProcess) -> bool {
        let scene = &self.scene;
        let counts = twin.counts(&scene.queues.plant);
        scene.feed.is_through(SLICES, &counts)
            && scene.queues.backlog() == 0
            && scene.commands.told() == scene.feed.refused
    }
}

fn round(seed: u64, controls: &str) -> Round {
    println!("seed {seed} {controls}");
    let seed = Seed::new(seed);
    Drill::new(seed, controls).round(seed)
}

#[test]
fn a_process_that_ends_at_every_commit_point_loses_and_doubles_nothing() {
    let seed = from_environment("TWIN_KILL_SEED").unwrap_or(SEED);
    let kills_min: u64 = from_environment("TWIN_KILLS").unwrap_or(KILLS_MIN);
    let started = Instant::now();
    let mut fired: BTreeMap<&str, u64> = BTreeMap::new();
    let mut tried = 0;
    loop {
        let round = round(seed + tried, "");
        for (point, times) in &round.fired {
            *fired.entry(point).or_default() += times;
        }
        tried += 1;
        let (kills, account) = (fired.values().sum::<u64>(), &round.account);
        if kills >= kills_min || !account.is_right() {
            // The drill picks this line.
            let report = json!({"name": "kill_points", "cycles": kills, "fired": fired,
                "lost": account.lost, "twice": account.twice, "hash_equal": account.hash_equal,
                "corrupt_once": account.corrupt_once, "rounds": tried, "seed": seed,
                "seconds": started.elapsed().as_secs()});
            println!("{report}");
        }
        assert!(account.is_right(), "seed {}: {round:?}", seed + tried - 1);
        let lives = tried * SLICES as u64;
        assert!(
            kills * 10 >= lives * KILLED_OF_TEN_MIN,
            "only {kills} of {lives} lives came to their point: {fired:?}"
        );
        if kills >= kills_min {
            break;
        }
    }
    // A point at which nothing ever died proves nothing.
    let points: Vec<&str> = KILL_POINTS.iter().map(|(name, _)| *name).collect();
    let missed: Vec<_> = points
        .iter()
        .filter(|name| !fired.contains_key(*name))
        .collect();
    assert!(missed.is_empty(), "never met: {missed:?} of {fired:?}");
}

#[test]
fn the_harness_finds_out_who_acknowledges_before_the_commit() {
    let round = round(SEED, "ack_first");
    assert!(round.kills() > 0 && round.account.lost > 0, "{round:?}");
    assert_eq!(round.backlog, 0, "gone, not late: {round:?}");
    assert!(!round.account.is_right());
}

#[test]
fn the_harness_finds_out_who_keeps_no_marks() {
    let round = round(SEED, "no_marks");
    assert!(round.kills() > 0 && round.account.twice > 0, "{round:?}");
    assert!(!round.account.is_right());
}
