//! An edge, its link and the central broker fail in turn while systems of the plant go on sending
//! over HTTP, through their broker and from files: the central twin ends like an undisturbed one. A
//! control, which answers before it has stored, must be found out by the same harness.
#[path = "edge_drill/account.rs"]
mod account;
#[path = "edge_drill/quota.rs"]
mod quota;
#[path = "edge_drill/senders.rs"]
mod senders;
#[path = "edge_drill/site.rs"]
mod site;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::feed::Seed;
use crate::kill_in_import::from_environment;
use crate::twin_process::pause;
use account::Account;
use senders::Sent;
use site::{EdgeLife, Site};

/// Faults that are tried, unless `TWIN_KILLS` says otherwise: each kind once.
const CYCLES: u64 = Fault::ALL.len() as u64;
/// Chooses messages and moments, unless `TWIN_KILL_SEED` says otherwise.
const SEED: u64 = 20_261_128;
/// Of the faults, how many in ten must be met.
const FIRED_OF_TEN_MIN: u64 = 8;
/// How long what was sent may take to come through.
const WAIT: Duration = Duration::from_secs(240);
/// The same when a promise is broken on purpose, so that some of it never comes.
const BROKEN_WAIT: Duration = Duration::from_secs(20);
/// How long an edge may take to come to its point.
const POINT_WAIT: Duration = Duration::from_secs(20);
/// How long a lost link may stay unnoticed: two heartbeats of 5 s, and a little for the machine.
const NOTICED_WITHIN: Duration = Duration::from_secs(20);
const EDGE_UP_WITHIN: Duration = Duration::from_secs(30);

/// What breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// `kill -9` of the edge at any moment.
    Kill,
    /// The edge ends at a point between two steps.
    Point(&'static str),
    /// The connections to the central broker are cut.
    Cut,
    /// For a while there is no way to the central broker.
    Outage,
    /// The link carries nothing more and says nothing.
    Silence,
    /// `kill -9` of the central broker, which is started again.
    Broker,
}

impl Fault {
    const ALL: [Fault; 13] = [
        Fault::Kill,
        Fault::Point("E1"),
        Fault::Cut,
        Fault::Point("C3"),
        Fault::Outage,
        Fault::Point("E2"),
        Fault::Point("C7"),
        Fault::Broker,
        Fault::Point("C4"),
        Fault::Point("E3"),
        Fault::Point("E4"),
        Fault::Kill,
        Fault::Silence,
    ];

    fn name(self) -> &'static str {
        match self {
            Fault::Kill => "kill",
            Fault::Point(point) => point,
            Fault::Cut => "cut",
            Fault::Outage => "outage",
            Fault::Silence => "silence",
            Fault::Broker => "broker",
        }
    }
}

/// A drill under way.
struct Drill<'s> {
    site: &'s Site,
    seed: Seed,
    edge: Option<EdgeLife>,
    fired: BTreeMap<&'static str, u64>,
}

impl Drill<'_> {
    /// Some milliseconds, by the seed.
    fn moment(&self, what: &str, cycle: u64, below_ms: u64) -> Duration {
        Duration::from_millis(self.seed.below(what, cycle, below_ms))
    }

    fn start_edge(&mut self, kill_at: Option<(&str, u64)>) {
        assert!(self.edge.is_none(), "one at a time");
        self.edge = Some(self.site.start_edge(kill_at));
    }

    /// Breaks something, and leaves all of it running.
    fn cycle(&mut self, cycle: u64, fault: Fault) {
        pause(self.moment("before", cycle, 600));
        let met = match fault {
            Fault::Kill => self.kill(cycle),
            Fault::Point(point) => self.end_at(cycle, point),
            Fault::Cut => self.cut(),
            Fault::Outage => self.outage(cycle),
            Fault::Silence => self.silence(),
            Fault::Broker => self.broker(cycle),
        };
        if met {
            *self.fired.entry(fault.name()).or_default() += 1;
        }
    }

    fn kill(&mut self, cycle: u64) -> bool {
        self.wait_for("the edge is up", EDGE_UP_WITHIN, |report| report.is_some());
        pause(self.moment("kill", cycle, 400));
        let lived = self.edge.take().is_some_and(EdgeLife::kill);
        pause(self.moment("dead", cycle, 300));
        self.start_edge(None);
        lived
    }

    /// Ends the edge anew, at a point that it passes by itself.
    fn end_at(&mut self, cycle: u64, point: &'static str) -> bool {
        drop(self.edge.take());
        let passage = 1 + self.seed.below("passage", cycle, 6);
        self.start_edge(Some((point, passage)));
        let started = Instant::now();
        let mut edge = self.edge.take();
        while let Some(life) = &mut edge
            && !life.has_ended()
            && started.elapsed() < POINT_WAIT
        {
            pause(Duration::from_millis(5));
        }
        let met = edge.is_some_and(|edge| edge.ended_at() == point);
        self.start_edge(None);
        met
    }

    fn cut(&mut self) -> bool {
        self.wait_until_linked();
        let before = self.site.link.ended_by_cuts();
        self.site.link.cut();
        let met = self.wait_for("a connection is cut", NOTICED_WITHIN, |_| {
            self.site.link.ended_by_cuts() > before
        });
        self.wait_until_linked();
        met
    }

    fn outage(&mut self, cycle: u64) -> bool {
        self.wait_until_linked();
        self.site.link.silence();
        self.site.link.cut();
        let met = self.wait_for("the outage is noticed", NOTICED_WITHIN, is_down);
        pause(self.moment("outage", cycle, 2_000));
        self.site.link.restore();
        self.wait_until_linked();
        met
    }

    fn silence(&mut self) -> bool {
        self.wait_until_linked();
        self.site.link.silence();
        let met = self.wait_for("the silence is noticed", NOTICED_WITHIN, is_down);
        self.site.link.restore();
        self.wait_until_linked();
        met
    }

    fn broker(&mut self, cycle: u64) -> bool {
        self.wait_until_linked();
        pause(self.site.until_remembered());
        self.site.central.kill();
        let met = self.wait_for("the broker is missed", NOTICED_WITHIN, is_down);
        pause(self.moment("broker", cycle, 1_000));
        self.site.central.start_again();
        self.wait_until_linked();
        met
    }

    fn wait_until_linked(&self) {
        let up = |report: Option<&Value>| report.is_some_and(|report| report["link_up"] == true);
        assert!(
            self.wait_for("the link is up", WAIT, up),
            "the link does not come back: {}",
            self.site.edge_log()
        );
    }

    fn wait_for(
        &self,
        what: &str,
        limit: Duration,
        is_so: impl Fn(Option<&Value>) -> bool,
    ) -> bool {
        let started = Instant::now();
        while !is_so(self.site.edge_report().as_ref()) {
            if started.elapsed() > limit {
                println!("not within {limit:?}: {what}");
                return false;
            }
            pause(Duration::from_millis(10));
        }
        true
    }
}

fn is_down(report: Option<&Value>) -> bool {
    report.is_some_and(|report| report["link_up"] == false)
}

/// What a drill came to.
struct Course {
    fired: BTreeMap<&'static str, u64>,
    sent: u64,
    repeated: u64,
    account: Account,
    story: String,
}

impl Course {
    fn met(&self) -> u64 {
        self.fired.values().sum()
    }
}

/// Breaks something again and again while everybody sends, then lets everything come through.
fn drill(seed: u64, controls: &'static str, faults: &[Fault]) -> Course {
    println!("seed {seed} {controls}");
    let seed = Seed::new(seed);
    let site = Site::new(controls);
    let mut drill = Drill {
        site: &site,
        seed,
        edge: None,
        fired: BTreeMap::new(),
    };
    drill.start_edge(None);
    let mut sent = senders::announce(&site);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let senders: [fn(&Site, Seed, &AtomicBool) -> Sent; 4] = [
            senders::over_http,
            senders::over_amqp,
            senders::from_files,
            senders::urgently,
        ];
        let (site, stop) = (&site, &stop);
        let running = senders.map(|sender| scope.spawn(move || sender(site, seed, stop)));
        for (cycle, fault) in (0..).zip(faults) {
            drill.cycle(cycle, *fault);
        }
        stop.store(true, Ordering::Relaxed);
        for sender in running {
            sent.add(sender.join().unwrap());
        }
    });
    let patience = match controls {
        "" => WAIT,
        _ => BROKEN_WAIT,
    };
    let through = |report: Option<&Value>| {
        report.is_some_and(|report| report["backlog"]["messages"] == 0)
            && site.local.backlog() == 0
            && account::taken(&site) >= sent.count
    };
    drill.wait_for("everything has come through", patience, through);
    Course {
        account: Account::of(&site, &sent),
        story: format!("{:?}, log {}", site.edge_report(), site.edge_log()),
        fired: drill.fired,
        sent: sent.count,
        repeated: sent.repeated,
    }
}

#[test]
fn a_link_an_edge_and_a_broker_that_fail_in_turn_lose_and_double_nothing_and_keep_the_order() {
    let seed = from_environment("TWIN_KILL_SEED").unwrap_or(SEED);
    let cycles: u64 = from_environment("TWIN_KILLS").unwrap_or(CYCLES);
    let started = Instant::now();
    let faults: Vec<Fault> = Fault::ALL
        .into_iter()
        .cycle()
        .take(cycles as usize)
        .collect();
    let course = drill(seed, "", &faults);
    let account = &course.account;
    // The drill picks this line.
    let report = json!({"name": "edge", "cycles": cycles, "fired": course.fired,
        "events": course.sent, "repeated": course.repeated, "arrived_again": account.again,
        "lost": account.lost, "twice": account.twice, "order_kept": account.out_of_order == 0,
        "hash_equal": account.hash_equal, "seed": seed, "seconds": started.elapsed().as_secs()});
    println!("{report}");
    assert!(
        account.is_right(),
        "seed {seed}: {account:?} {}",
        course.story
    );
    assert!(
        course.met() * 10 >= cycles * FIRED_OF_TEN_MIN,
        "seed {seed}: only {} of {cycles} faults were met: {:?}",
        course.met(),
        course.fired
    );
    // A fault that never was proves nothing.
    let missed: Vec<&str> = faults
        .iter()
        .map(|fault| fault.name())
        .filter(|name| !course.fired.contains_key(name))
        .collect();
    assert!(missed.is_empty(), "seed {seed}, never met: {missed:?}");
}

#[test]
fn the_harness_finds_out_an_edge_that_answers_before_it_has_stored() {
    let course = drill(SEED, "ack_first", &[Fault::Kill; 3]);
    let account = &course.account;
    assert!(
        course.met() > 0 && account.lost > 0,
        "{account:?} {}",
        course.story
    );
    assert!(!account.is_right());
}
