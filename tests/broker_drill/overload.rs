//! Ten times more comes than the twin can take: its memory stays as it was, what it cannot take
//! stays with the broker, and in the end everything was taken once.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use twin_model::Time;

use crate::own_broker::OwnBroker;
use crate::rabbitmq::PlantQueues;
use crate::twin_process::{Served, TwinProcess, pause, wait_for};

/// How long more comes than can be taken, unless `TWIN_OVERLOAD_S` says otherwise, in seconds.
const OVERLOAD_S: u64 = 600;
/// How long the twin works at its ease before.
const STEADY: Duration = Duration::from_secs(60);
/// What comes at ease, of what the twin can take, in percent.
const STEADY_PERCENT: u64 = 70;
const OVERLOAD_TIMES: u64 = 10;
/// What came of what was taken meanwhile, at least: a little more is taken under overload than at
/// ease, and publishing takes its time on a small machine.
const OVERLOAD_TIMES_MIN: u64 = 8;
/// Resident memory under overload, of that at ease, at most, in percent.
const MEMORY_PERCENT_MAX: u64 = 125;
/// The twin may run for so long of each cycle: the machine could not offer ten times of what it
/// takes when nothing holds it up.
const RUN: Duration = Duration::from_millis(20);
const CYCLE: Duration = Duration::from_secs(1);
/// Readings after which the change stream has no room for more, so that old entries leave it.
const FILLED: u64 = 60_000;
/// Readings by which its rate is found out.
const TRIED: u64 = 1_000;
const MACHINES: u64 = 4;
/// When the first reading was taken.
const FIRST_US: i64 = 1_772_352_000_000_000;
const COUNTER: &str = "mfg.work_center.counter_sampled.v1";
/// How long the backlog of an overload may take in the end.
const WAIT: Duration = Duration::from_secs(1_800);
const TICK: Duration = Duration::from_secs(1);

/// The reading `n` of all: each machine counts up by one from reading to reading, once a second.
fn reading(plant: &str, n: u64) -> Vec<u8> {
    let between = 1_000_000 / MACHINES;
    let time = Time::from_micros(FIRST_US)
        .plus_micros((n * between) as i64)
        .to_string();
    let data = json!({"work_center": format!("WC-{}", n % MACHINES),
        "counters": {"total": n / MACHINES}});
    json!({"specversion": "1.0", "id": format!("c{n}"), "source": "/edge/line", "type": COUNTER,
        "time": time, "plant": plant, "data": data})
    .to_string()
    .into_bytes()
}

/// A twin that gets a tenth of the time, and what was published for it.
struct Line<'a> {
    queues: &'a PlantQueues,
    twin: &'a TwinProcess,
    published: u64,
}

impl Line<'_> {
    fn publish(&mut self, count: u64) {
        let numbers = self.published..self.published + count;
        let bodies: Vec<Vec<u8>> = numbers.map(|n| reading(&self.queues.plant, n)).collect();
        let typed = bodies.iter().map(|body| (COUNTER, body.as_slice()));
        self.queues.publish_typed(typed);
        self.published += count;
    }

    fn counts(&self) -> Value {
        self.twin.counts(&self.queues.plant)
    }

    fn taken(&self) -> u64 {
        self.counts()["input"].as_u64().unwrap()
    }

    fn wait_until_through(&self) {
        wait_for("everything is taken", WAIT, || {
            (self.taken() == self.published).then_some(())
        });
    }

    /// Publishes so much a second for a time; gives the most memory that the twin had, from half of
    /// the time on, and the largest backlog.
    fn load(&mut self, per_second: u64, time: Duration) -> (u64, u64) {
        let started = Instant::now();
        let (mut memory, mut backlog, mut ticks) = (0, 0, 0);
        while started.elapsed() < time {
            self.publish(per_second);
            backlog = backlog.max(u64::from(self.queues.backlog()));
            let plants = self.twin.get("/api/v1/plants");
            assert_eq!(plants.status, 200, "questions are answered meanwhile");
            if started.elapsed() > time / 2 {
                memory = memory.max(self.twin.resident_bytes());
            }
            ticks += 1;
            pause((TICK * ticks).saturating_sub(started.elapsed()));
        }
        (memory, backlog)
    }
}

/// Lets a process run for a part of each cycle only, until it may run freely.
fn hold_up(pid: u32, free: &AtomicBool) {
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &pid.to_string()]).status();
        assert!(sent.unwrap().success());
    };
    while !free.load(Ordering::Relaxed) {
        signal("-STOP");
        pause(CYCLE - RUN);
        signal("-CONT");
        pause(RUN);
    }
}

/// What the whole of it came to.
struct Course {
    per_second: u64,
    steady: u64,
    peak: u64,
    backlog: u64,
    offered: u64,
    taken: u64,
}

fn overload(line: &mut Line<'_>, time: Duration) -> Course {
    let started = Instant::now();
    line.publish(TRIED);
    line.wait_until_through();
    let per_second = TRIED * 1_000 / started.elapsed().as_millis().max(1) as u64;
    let (steady, _) = line.load(per_second * STEADY_PERCENT / 100, STEADY);
    eprintln!("{per_second} a second, {steady} bytes at ease");
    line.wait_until_through();
    let (published, taken) = (line.published, line.taken());
    let (peak, backlog) = line.load(per_second * OVERLOAD_TIMES, time);
    Course {
        per_second,
        steady,
        peak,
        backlog,
        offered: line.published - published,
        taken: line.taken() - taken,
    }
}

#[test]
fn ten_times_more_than_can_be_taken_waits_at_the_broker_and_takes_no_memory() {
    let seconds = std::env::var("TWIN_OVERLOAD_S").ok();
    let seconds = seconds.map_or(OVERLOAD_S, |text| text.parse().unwrap());
    let broker = OwnBroker::start();
    let queues = PlantQueues::at(broker.url.clone(), "overload");
    let dir = TempDir::new().unwrap();
    let served = Served {
        plant: &queues.plant,
        clock: "event_time",
        broker: Some(&broker.url),
    };
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    let free = AtomicBool::new(false);
    let mut line = Line {
        queues: &queues,
        twin: &twin,
        published: 0,
    };
    line.publish(FILLED);
    line.wait_until_through();
    let course = std::thread::scope(|scope| {
        scope.spawn(|| hold_up(twin.pid(), &free));
        let course = overload(&mut line, Duration::from_secs(seconds));
        free.store(true, Ordering::Relaxed);
        course
    });
    let waited = course.offered - course.taken;
    line.wait_until_through();
    let counts = line.counts();
    let count = |name: &str| counts[name].as_u64().unwrap();
    let (lost, twice) = (line.published - count("applied"), count("duplicates"));
    println!(
        "{}",
        json!({"name": "overload", "seconds": seconds, "takes_per_second": course.per_second,
            "offered": course.offered, "taken_meanwhile": course.taken, "waited": waited,
            "backlog_max": course.backlog, "steady_rss": course.steady,
            "overload_rss": course.peak, "rss_percent": course.peak * 100 / course.steady,
            "lost": lost, "twice": twice})
    );
    assert!(
        course.offered >= course.taken * OVERLOAD_TIMES_MIN,
        "{} came and {} were taken: that was no overload",
        course.offered,
        course.taken
    );
    assert!(course.backlog > waited / 2, "it waited at the broker");
    assert!(
        course.peak * 100 <= course.steady * MEMORY_PERCENT_MAX,
        "{} bytes under overload, {} before",
        course.peak,
        course.steady
    );
    assert_eq!((lost, twice), (0, 0), "{counts}");
    assert_eq!(queues.backlog(), 0, "everything is acknowledged");
}
