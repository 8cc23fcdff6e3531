//! The kernel keeps what every queue keeps, and goes on from a snapshot as if nothing had been.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::sync::Arc;

use simulators::experiment::{self, Plan, Replication};
use simulators::kernel::{Floor, Halted, Happening, Kernel, Tally, Watch};
use simulators::plant_file::PlantFile;

const ONE_LINE: &str = r#"
model = "plant/1"
name = "one machine"
time_unit = "s"
work_center = [{ id = "M" }]
product = [{ id = "P", step = [{ op = "10", work_center = "M", time = { exponential = 1 } }] }]
release = [{ product = "P", every = { exponential = 1.25 } }]
"#;

/// Everything that a floor can do, in one small plant.
const EVERYTHING: &str = r#"
model = "plant/1"
name = "everything"
transport = { uniform = [0.5, 1.5] }
dispatch = "edd"
work_center = [
    { id = "cut", machines = 2, calendar = "two shifts" },
    { id = "oven", machines = 2 },
    { id = "mill", machines = 3, dispatch = "least-setup", buffer = 5 },
    { id = "mill 2", machines = 1, dispatch = "cr", buffer = 5 },
    { id = "test" },
]
crew = [{ id = "setters", count = 2 }]
calendar = [{ id = "two shifts", open = ["mon-sun 06:00-22:00"], resume = "after-lot" }]
downtime = [
    { id = "breaks", work_center = "mill", every = { exponential = 480 }, lasts = { exponential = 30 } },
    { id = "wears", work_center = "cut", basis = "busy", every = { erlang = { phases = 3, mean = 600 } }, lasts = 20, resume = "restart" },
    { id = "cleaning", work_center = "oven", kind = "maintenance", basis = "pieces", every = 500, lasts = { triangular = [10, 15, 30] } },
    { id = "service", work_center = "test", kind = "maintenance", every = 1440, lasts = 60, counts = "begin" },
]
family = [{ id = "red", least_lots = 2 }, { id = "blue" }]
setup = [{ to = "red", time = 10 }, { from = "red", to = "blue", time = { uniform = [4, 6] } }]

[[product]]
id = "A"
pieces = 10
step = [
    { op = "10", work_center = "cut", time = { log-normal = { mean = 1.2, deviation = 0.5 } }, per = "piece", yield = 0.98 },
    { op = "20", work_center = "oven", time = 45, batch = { least = 2, most = 4, wait = 90, kind = "hot" } },
    { op = "30", work_center = ["mill", "mill 2"], time = { weibull = { shape = 1.5, scale = 14 } }, setup = "red", crew = { id = "setters" }, rework = { probability = 0.05, to = "20" } },
    { op = "40", work_center = "test", time = 0.5, interval = 0.4, per = "piece", sample = 0.5, inspection = { hold = 0.1, lasts = { exponential = 240 }, scrap = 0.2, rework = { probability = 0.5, to = "30" } } },
]

[[product]]
id = "B"
pieces = 8
step = [
    { op = "10", work_center = "oven", time = 40, batch = { least = 1, most = 4, kind = "hot" } },
    { op = "20", work_center = "mill", time = { observed = [6, 8, 9, 14] }, setup = "blue", crew = { id = "setters", count = 1 }, scrap = 0.02 },
    { op = "30", work_center = "mill", time = 5, setup = "blue", same_machine_as = "20", queue_limit = { since = "20", most = 60, late_to = "20" } },
]

[[release]]
product = "A"
every = { exponential = 40 }
due = 600

[[release]]
product = "B"
every = 35
lots = 1
due = 300
priority = 1
"#;

/// Adds up everything that is told, and nothing else.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
struct Story(Vec<u8>);

impl Watch for Story {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        self.0.extend(format!("{at_us} {what:?}\n").bytes());
    }
}

/// Adds up how long lots were on the floor.
#[derive(Default)]
struct Stays {
    left_us: i128,
    /// Sum of the releases of the lots that are there.
    came_us: i128,
}

impl Watch for Stays {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        match what {
            Happening::Released(_) => self.came_us += i128::from(at_us),
            Happening::Done(lot) | Happening::Scrapped(lot) => {
                self.came_us -= i128::from(lot.released_us);
                self.left_us += i128::from(lot.sojourn_us(at_us));
            }
            _ => {}
        }
    }
}

fn floor(text: &str) -> Arc<Floor> {
    Arc::new(PlantFile::read("test.toml", text).expect("a valid file").1)
}

#[test]
fn one_machine_waits_as_the_formula_says() {
    let floor = floor(ONE_LINE);
    let mut tally = Tally::new(&floor, 0);
    let mut kernel = Kernel::new(floor, 1, 0, &mut tally);
    kernel.run_until(2_000_000 * 1_000_000, &mut tally).unwrap();
    tally.close(kernel.now_us());
    let center = tally.work_centers()[0];
    let wait_s = center.waited_us as f64 / center.started as f64 / 1e6;
    assert!(
        (wait_s - 4.0).abs() < 0.15,
        "mean wait {wait_s} s, the formula says 4"
    );
}

#[test]
fn nothing_is_lost_and_the_time_of_the_lots_is_the_time_of_the_floor() {
    for seed in 1..=5 {
        let floor = floor(EVERYTHING);
        let (mut tally, mut stays) = (Tally::new(&floor, 0), Stays::default());
        let mut watch = (&mut tally, &mut stays);
        let mut kernel = Kernel::new(Arc::clone(&floor), seed, 0, &mut watch);
        let mut events = 0_u64;
        while kernel.now_us() < 60 * 86_400_000_000 {
            assert!(kernel.step(&mut watch), "seed {seed}: it goes on");
            let counts = kernel.counts();
            let left = counts.done + counts.scrapped;
            assert_eq!(
                counts.released,
                left + kernel.lots_on_floor() as u64,
                "seed {seed}, event {events}"
            );
            events += 1;
        }
        tally.close(kernel.now_us());
        let present = kernel.lots_on_floor() as i128 * i128::from(kernel.now_us()) - stays.came_us;
        assert_eq!(
            tally.floor_area(),
            stays.left_us + present,
            "seed {seed}: Little's law, exactly"
        );
        let counts = kernel.counts();
        assert!(counts.done > 2_000, "seed {seed}: {counts:?}");
        assert!(counts.scrapped > 10, "seed {seed}: {counts:?}");
        assert!(
            kernel.lots_on_floor() < 400,
            "seed {seed}: the floor overflows"
        );
        for (name, center) in floor.work_centers().zip(tally.work_centers()) {
            assert!(center.ended > 0, "seed {seed}: {name} does nothing");
        }
    }
}

#[test]
fn a_run_that_stops_at_any_event_and_goes_on_from_a_copy_is_the_run_that_goes_straight_through() {
    let floor = floor(EVERYTHING);
    let end_us = 3 * 86_400_000_000;
    let mut straight = Story::default();
    let mut kernel = Kernel::new(Arc::clone(&floor), 7, 3, &mut straight);
    kernel.run_until(end_us, &mut straight).unwrap();
    for events in [0, 1, 17, 250, 1_999] {
        let mut story = Story::default();
        let mut kernel = Kernel::new(Arc::clone(&floor), 7, 3, &mut story);
        for _ in 0..events {
            kernel.step(&mut story);
        }
        let mut branch = kernel.clone();
        let mut other = story.clone();
        branch.run_until(end_us, &mut other).unwrap();
        assert!(other == straight, "the copy, after {events} events");
        kernel.run_until(end_us, &mut story).unwrap();
        assert!(story == straight, "after {events} events");
    }
}

#[test]
fn another_seed_and_another_replication_are_other_runs() {
    let floor = floor(EVERYTHING);
    let story = |seed, replication| {
        let mut story = Story::default();
        let mut kernel = Kernel::new(Arc::clone(&floor), seed, replication, &mut story);
        kernel.run_until(86_400_000_000, &mut story).unwrap();
        story
    };
    assert!(story(1, 0) == story(1, 0), "the same run");
    assert!(story(1, 0) != story(2, 0), "another seed");
    assert!(story(1, 0) != story(1, 1), "another replication");
}

#[test]
fn lots_that_block_each_other_are_told_of_and_not_waited_for() {
    let text = r#"
model = "plant/1"
name = "deadlock"
work_center = [{ id = "A", buffer = 0 }, { id = "B", buffer = 0 }]
product = [
    { id = "there", step = [{ op = "1", work_center = "A", time = 1 }, { op = "2", work_center = "B", time = 1 }] },
    { id = "back", step = [{ op = "1", work_center = "B", time = 1 }, { op = "2", work_center = "A", time = 1 }] },
]
release = [{ product = "there", every = 0, count = 1 }, { product = "back", every = 0, count = 1 }]
"#;
    let mut kernel = Kernel::new(floor(text), 1, 0, &mut ());
    let stuck = kernel
        .run_to_end(&mut ())
        .expect_err("both wait for each other");
    let Halted::Stuck(stuck) = stuck else {
        panic!("{stuck}");
    };
    assert_eq!((stuck.lots, stuck.blocked), (2, 2), "{stuck}");
}

#[test]
fn lots_that_are_in_work_at_the_begin_take_machines_and_people_as_far_as_there_are_any() {
    let text = r#"
model = "plant/1"
name = "opening"
work_center = [{ id = "M", machines = 2 }]
crew = [{ id = "people", count = 2 }]
product = [{ id = "P", step = [{ op = "1", work_center = "M", time = 10, crew = { id = "people" } }] }]
lot = [
    { id = "a", product = "P", in_work = { machine = 0, elapsed = 4 } },
    { id = "b", product = "P", in_work = { machine = 0, elapsed = 7 } },
    { id = "c", product = "P", in_work = { machine = 0, elapsed = 1 } },
]
"#;
    let floor = floor(text);
    let mut tally = Tally::new(&floor, 0);
    let mut kernel = Kernel::new(floor, 1, 0, &mut tally);
    let mut ends_min = Vec::new();
    while kernel.step(&mut tally) {
        let minute = kernel.now_us() / 60_000_000;
        if kernel.counts().done > ends_min.len() as u64 {
            ends_min.push(minute);
        }
    }
    // Six and three minutes are left; the third waits for a machine and begins anew.
    assert_eq!(ends_min, [3, 6, 13]);
    tally.close(kernel.now_us());
    let center = tally.work_centers()[0];
    assert_eq!(
        center.line_area, center.waited_us,
        "only the third waited, three minutes"
    );
    assert_eq!(center.waited_us, 3 * 60_000_000);
}

/// SHA-256 of three days of [`EVERYTHING`], seed 7, replications 0 to 3, kernel 3. Builds and
/// platforms may not differ in it; a change of behaviour must, with the kernel's version.
const PINNED: &str = "f4a7812a4bc7e2586b765875eb9800f36a1b679de35747101e45a8eab488ebb4";

#[test]
fn a_run_has_the_same_digest_in_every_build() {
    let plan = Plan {
        seed: 7,
        horizon_us: Some(3 * 86_400_000_000),
        warm_up_us: 0,
    };
    let floor = floor(EVERYTHING);
    let runs: Vec<Replication> = (0..4)
        .map(|number| Replication::run(&floor, &plan, number).unwrap())
        .collect();
    let digest: String = experiment::digest(&plan, &runs)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(digest, PINNED);
}
