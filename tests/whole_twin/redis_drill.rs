//! Redis is killed, filled, emptied, failed over and stopped under load: the plant takes events as
//! without it, and what is in Redis afterwards is what the twin has.
#[path = "redis_drill/content.rs"]
mod content;
#[path = "redis_drill/switch.rs"]
mod switch;

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use redis::Connection;
use serde_json::json;
use tempfile::TempDir;

use crate::feed::Seed;
use crate::kill_in_import::from_environment;
use crate::own_redis::{COPIED_WITHIN, OwnRedis, follows, serve_as};
use crate::twin_process::{TwinProcess, pause, twin, wait_for};
use switch::Switch;

/// Faults, unless `TWIN_KILLS` says otherwise: each kind once.
const CYCLES: u64 = Fault::ALL.len() as u64;
/// Chooses faults and moments, unless `TWIN_KILL_SEED` says otherwise.
const SEED: u64 = 20_261_128;
/// From so many faults on, the rate is judged: fewer are over too soon.
const CYCLES_JUDGED_MIN: u64 = 20;
/// The commit rate while Redis is disturbed, of that while it is not.
const RATE_MIN: f64 = 0.9;
/// How long a fault may take to be noticed.
const NOTICED_WITHIN: Duration = Duration::from_secs(20);
/// Memory of a Redis that is full.
const FULL_BYTES: &str = "1mb";
/// How long Redis is left alone before a fault.
const ALONE_MS_MIN: u64 = 700;

/// What happens to Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// `kill -9`; it comes back empty.
    Kill,
    /// Its memory is full, and it throws nothing away.
    Fill,
    /// Somebody empties it.
    Flush,
    /// The replica becomes the primary, and the address leads there.
    FailOver,
    /// It hangs.
    Pause,
}

impl Fault {
    const ALL: [Fault; 5] = [
        Fault::Kill,
        Fault::Fill,
        Fault::Flush,
        Fault::FailOver,
        Fault::Pause,
    ];

    fn name(self) -> &'static str {
        match self {
            Fault::Kill => "kill",
            Fault::Fill => "fill",
            Fault::Flush => "flush",
            Fault::FailOver => "fail_over",
            Fault::Pause => "pause",
        }
    }
}

/// A primary with a replica behind one address.
struct Pair {
    servers: [OwnRedis; 2],
    primary: usize,
    switch: Switch,
}

impl Pair {
    fn start(dirs: [&TempDir; 2]) -> Pair {
        let servers = dirs.map(|dir| OwnRedis::start(dir.path()));
        let switch = Switch::to(place(&servers[0]));
        let pair = Pair {
            servers,
            primary: 0,
            switch,
        };
        pair.follow(1, 0);
        pair
    }

    fn url(&self) -> String {
        format!("redis://{}", self.switch.address)
    }

    /// The server that is the primary now.
    fn primary(&self) -> &OwnRedis {
        &self.servers[self.primary]
    }

    fn connect(&self) -> Option<Connection> {
        let client = redis::Client::open(self.primary().url.as_str()).unwrap();
        client
            .get_connection_with_timeout(Duration::from_secs(1))
            .ok()
    }

    fn tell(&self, server: usize, words: &[&str]) {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        let (): () = command
            .query(&mut self.servers[server].connection())
            .unwrap();
    }

    fn follow(&self, server: usize, primary: usize) {
        let place = place(&self.servers[primary]);
        let (host, port) = place.split_once(':').unwrap();
        self.tell(server, &["REPLICAOF", host, port]);
    }

    /// The primary dies, the replica takes its place, and what died comes back as its replica.
    fn fail_over(&mut self) {
        let (before, after) = (self.primary, 1 - self.primary);
        self.servers[before].kill();
        self.tell(after, &["REPLICAOF", "NO", "ONE"]);
        self.primary = after;
        self.switch.lead_to(place(&self.servers[after]));
        self.servers[before].start_again();
        self.follow(before, after);
    }
}

fn place(redis: &OwnRedis) -> String {
    redis.url.strip_prefix("redis://").unwrap().to_owned()
}

/// A load that goes on until it is ended.
struct Load(Child);

impl Load {
    fn start(to: &str, seed: u64) -> Load {
        let seed = seed.to_string();
        let arguments = [
            "sim", "load", "--hours", "100000", "--seed", &seed, "--to", to,
        ];
        let mut load = twin();
        load.args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        Load(load.stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        drop((self.0.kill(), self.0.wait()));
    }
}

/// Events and the time that they took.
#[derive(Debug, Default, Clone, Copy)]
struct Taken {
    events: u64,
    seconds: f64,
}

impl Taken {
    fn rate(self) -> f64 {
        self.events as f64 / self.seconds
    }
}

/// A number that the metrics of the twin tell of the plant.
fn metric(twin: &TwinProcess, name: &str) -> u64 {
    let told = twin.get("/metrics").text;
    let name = format!("{name}{{plant=\"P1\"}} ");
    let found = told.lines().find_map(|line| line.strip_prefix(&name));
    found.map_or(0, |value| value.parse().unwrap())
}

fn input(twin: &TwinProcess) -> u64 {
    let plant = twin.get("/api/v1/plants/P1").json();
    plant["item"]["counts"]["input"].as_u64().unwrap()
}

/// What happens while the load goes on, added to what was taken.
fn measured<T>(twin: &TwinProcess, taken: &mut Taken, happens: impl FnOnce() -> T) -> T {
    let (before, begun) = (input(twin), Instant::now());
    let told = happens();
    taken.events += input(twin) - before;
    taken.seconds += begun.elapsed().as_secs_f64();
    told
}

/// Does something to Redis, mends it, and waits until the copy follows again. Says whether the twin
/// met it.
fn disturb(pair: &mut Pair, twin: &TwinProcess, fault: Fault, hold: Duration) -> bool {
    let rebuilds = metric(twin, "twin_redis_rebuilds_total");
    let failures = metric(twin, "twin_redis_failures_total");
    let noticed = |is_so: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !is_so() {
            if begun.elapsed() > NOTICED_WITHIN {
                return false;
            }
            pause(Duration::from_millis(20));
        }
        true
    };
    let failed = || metric(twin, "twin_redis_failures_total") > failures;
    let rebuilt = || metric(twin, "twin_redis_rebuilds_total") > rebuilds;
    let met = match fault {
        Fault::Kill => {
            pair.primary().kill();
            let met = noticed(&failed);
            pause(hold);
            pair.primary().start_again();
            met && noticed(&rebuilt)
        }
        Fault::Fill => {
            pair.tell(pair.primary, &["CONFIG", "SET", "maxmemory", FULL_BYTES]);
            let met = noticed(&failed);
            pause(hold);
            pair.tell(pair.primary, &["CONFIG", "SET", "maxmemory", "0"]);
            met
        }
        Fault::Flush => {
            pair.tell(pair.primary, &["FLUSHALL"]);
            noticed(&rebuilt)
        }
        Fault::FailOver => {
            pair.fail_over();
            noticed(&failed)
        }
        Fault::Pause => {
            pair.primary().signal("-STOP");
            let met = noticed(&|| metric(twin, "twin_redis_lag_commits") > 0);
            pause(hold);
            pair.primary().signal("-CONT");
            met
        }
    };
    follows(twin, true);
    met
}

#[test]
fn a_redis_that_is_killed_filled_emptied_failed_over_and_stopped_under_load_costs_the_plant_nothing()
 {
    let number = from_environment("TWIN_KILL_SEED").unwrap_or(SEED);
    let cycles: u64 = from_environment("TWIN_KILLS").unwrap_or(CYCLES);
    println!("seed {number}");
    let (seed, started) = (Seed::new(number), Instant::now());
    let (dir, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut pair = Pair::start([&dir, &other]);
    let twin = serve_as(
        dir.path(),
        "event_time",
        &format!("url = \"{}\"\n", pair.url()),
    );
    let mut load = Load::start(&twin.url, number);
    wait_for("the load", COPIED_WITHIN, || {
        (input(&twin) > 500).then_some(())
    });
    follows(&twin, true);
    let mut fired: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut alone, mut disturbed) = (Taken::default(), Taken::default());
    let mut left: Vec<Fault> = Vec::new();
    for cycle in 0..cycles {
        if left.is_empty() {
            left = Fault::ALL.to_vec();
        }
        let fault = left.remove(seed.below("fault", cycle, left.len() as u64) as usize);
        let ms = ALONE_MS_MIN + seed.below("alone", cycle, 600);
        measured(&twin, &mut alone, || pause(Duration::from_millis(ms)));
        let hold = Duration::from_millis(seed.below("hold", cycle, 1_500));
        let met = measured(&twin, &mut disturbed, || {
            disturb(&mut pair, &twin, fault, hold)
        });
        *fired.entry(fault.name()).or_default() += u64::from(met);
    }
    let goes_on = load.0.try_wait().unwrap().is_none();
    drop(load);
    let connect = || pair.connect();
    content::copied(&connect, &twin, COPIED_WITHIN);
    let counts = twin.counts("P1");
    let same = content::is_the_twins(&mut pair.connect().unwrap(), &twin);
    let (events, ratio) = (counts["input"].clone(), disturbed.rate() / alone.rate());
    // The drill picks this line.
    let report = json!({"name": "redis", "cycles": cycles, "fired": fired, "events": events,
        "refused": counts["refused"], "exceptions": counts["exceptions"], "load_goes_on": goes_on,
        "events_per_s_alone": alone.rate().round(), "events_per_s_disturbed": disturbed.rate().round(),
        "ratio": (ratio * 1_000.0).round() / 1_000.0, "content_equal": same.is_ok(),
        "items": same.as_ref().ok(), "rebuilds": metric(&twin, "twin_redis_rebuilds_total"),
        "seed": number, "seconds": started.elapsed().as_secs()});
    println!("{report}");
    assert_eq!(same.as_ref().err(), None, "seed {number}");
    assert!(goes_on, "seed {number}: the load was refused");
    for book in ["refused", "exceptions"] {
        assert_eq!(counts[book], json!({}), "seed {number}: {book}");
    }
    let met: u64 = fired.values().sum();
    assert_eq!(
        met, cycles,
        "seed {number}: faults that were met: {fired:?}"
    );
    if cycles >= CYCLES_JUDGED_MIN {
        assert!(
            ratio >= RATE_MIN,
            "seed {number}: {alone:?} alone, {disturbed:?} disturbed"
        );
    }
}
