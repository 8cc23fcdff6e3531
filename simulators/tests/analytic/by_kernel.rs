//! The kernel held to the formulas, over fixed seeds, and to the recursions, to the microsecond.

use std::collections::BTreeMap;
use std::sync::Arc;

use simulators::kernel::{Counts, Floor, Happening, Kernel, Tally, Watch};
use simulators::plant_file::PlantFile;
use simulators::statistics::{Confidence, Interval, Sample};

use crate::closed::mva_throughput;
use crate::line::two_stage_throughput;
use crate::networks::{Station, jackson_sojourn};
use crate::queues::{
    Moments, cobham_waits, conserved, erlang_b, mg1_wait, mm1_wait, mm1k, mmc_wait, with_breakdowns,
};
use crate::recursions::{departures, waits};

/// Microseconds of one minute, the unit of the formulas here.
const MINUTE_US: f64 = 60e6;
/// Minutes that are simulated, and those at the begin that do not count.
const HORIZON: f64 = 40_000.0;
const WARM_UP: f64 = 2_000.0;
const REPLICATIONS: u64 = 40;

fn floor(text: &str) -> Arc<Floor> {
    let text = format!("model = \"plant/1\"\nname = \"test\"\n{text}");
    Arc::new(PlantFile::read("test.toml", &text).expect(&text).1)
}

/// One machine group with lots of one product.
fn station(machines: u32, arrivals: f64, time: &str, more: &str) -> String {
    let every = 1.0 / arrivals;
    format!(
        "work_center = [{{ id = \"M\", machines = {machines}, {more} }}]\n\
         product = [{{ id = \"P\", step = [{{ op = \"1\", work_center = \"M\", time = {time} }}] }}]\n\
         release = [{{ product = \"P\", every = {{ exponential = {every} }}, when_full = \"turn-away\" }}]\n"
    )
}

/// A figure of each replication, and its 99 % interval.
fn interval(text: &str, figure: impl Fn(&Tally, Counts) -> f64) -> Interval {
    let floor = floor(text);
    let sample: Sample = (0..REPLICATIONS)
        .map(|replication| {
            let mut tally = Tally::new(&floor, (WARM_UP * MINUTE_US) as i64);
            let mut kernel = Kernel::new(Arc::clone(&floor), 2_020, replication, &mut tally);
            kernel
                .run_until((HORIZON * MINUTE_US) as i64, &mut tally)
                .unwrap();
            tally.close(kernel.now_us());
            figure(&tally, kernel.counts())
        })
        .collect();
    sample.interval(Confidence::P99).unwrap()
}

#[track_caller]
fn holds(what: &str, interval: Interval, expected: f64) {
    println!(
        "{what}: {:.5} ± {:.5}, by the formula {expected:.5}",
        interval.mean, interval.half_width
    );
    assert!(
        interval.holds(expected),
        "{what}: {interval:?}, expected {expected}"
    );
    let share = interval.half_width / expected;
    assert!(
        share < 0.05,
        "{what}: an interval of {share} of the mean says nothing"
    );
}

fn wait(tally: &Tally, _: Counts) -> f64 {
    let center = tally.work_centers()[0];
    center.waited_us as f64 / center.started as f64 / MINUTE_US
}

fn lost(_: &Tally, counts: Counts) -> f64 {
    counts.turned_away as f64 / (counts.turned_away + counts.released) as f64
}

fn per_minute(tally: &Tally, _: Counts) -> f64 {
    tally.products()[0].done as f64 / (HORIZON - WARM_UP)
}

#[test]
fn single_stations_wait_as_the_formulas_say() {
    let exponential = "{ exponential = 1 }";
    holds(
        "M/M/1",
        interval(&station(1, 0.6, exponential, ""), wait),
        mm1_wait(0.6, 1.0),
    );
    holds(
        "M/M/3",
        interval(&station(3, 2.4, exponential, ""), wait),
        mmc_wait(3, 2.4, 1.0),
    );
    holds(
        "M/D/1",
        interval(&station(1, 0.7, "1", ""), wait),
        mg1_wait(0.7, Moments::constant(1.0)),
    );
    holds(
        "M/U/1",
        interval(&station(1, 0.7, "{ uniform = [0.2, 1.8] }", ""), wait),
        mg1_wait(0.7, Moments::uniform(0.2, 1.8)),
    );
    // Three phases of a third each: variance 1/3.
    let erlang = Moments {
        mean: 1.0,
        square: 1.0 + 1.0 / 3.0,
    };
    holds(
        "M/E3/1",
        interval(
            &station(1, 0.7, "{ erlang = { phases = 3, mean = 1 } }", ""),
            wait,
        ),
        mg1_wait(0.7, erlang),
    );
}

#[test]
fn a_service_that_is_two_percent_longer_is_noticed() {
    let slower = interval(&station(3, 2.4, "{ exponential = 1.02 }", ""), wait);
    assert!(!slower.holds(mmc_wait(3, 2.4, 1.0)), "{slower:?}");
    let slower = interval(&station(1, 0.7, "1.02", ""), wait);
    assert!(
        !slower.holds(mg1_wait(0.7, Moments::constant(1.0))),
        "{slower:?}"
    );
}

#[test]
fn full_stations_lose_as_the_formulas_say() {
    let exponential = "{ exponential = 1 }";
    let none = "buffer = 0";
    holds(
        "M/M/3/3",
        interval(&station(3, 2.0, exponential, none), lost),
        erlang_b(3, 2.0),
    );
    holds(
        "M/D/3/3",
        interval(&station(3, 2.0, "1", none), lost),
        erlang_b(3, 2.0),
    );
    let room = mm1k(0.9, 1.0, 5);
    let text = station(1, 0.9, exponential, "buffer = 4");
    holds("M/M/1/5 lost", interval(&text, lost), room.lost);
    holds(
        "M/M/1/5 throughput",
        interval(&text, per_minute),
        room.throughput,
    );
    holds("M/M/1/5 wait", interval(&text, wait), room.wait);
}

#[test]
fn machines_that_break_while_they_work_wait_as_published() {
    let text = station(1, 0.6, "{ exponential = 1 }", "")
        + "downtime = [{ id = \"d\", work_center = \"M\", basis = \"busy\", every = { exponential = 10 }, lasts = { exponential = 2 } }]\n";
    let service = with_breakdowns(Moments::exponential(1.0), 0.1, 0.5);
    holds(
        "M/M/1 with breakdowns",
        interval(&text, wait),
        mg1_wait(0.6, service),
    );
}

/// Two classes at one machine: short and long lots.
fn two_classes(rule: &str, priority: i32) -> String {
    format!(
        "work_center = [{{ id = \"M\", dispatch = \"{rule}\" }}]\n\
         product = [\n\
         {{ id = \"short\", step = [{{ op = \"1\", work_center = \"M\", time = {{ exponential = 0.5 }} }}] }},\n\
         {{ id = \"long\", step = [{{ op = \"1\", work_center = \"M\", time = {{ exponential = 2 }} }}] }},\n]\n\
         release = [\n\
         {{ product = \"short\", every = {{ exponential = 2 }}, priority = {priority} }},\n\
         {{ product = \"long\", every = {{ exponential = 5 }} }},\n]\n"
    )
}

#[test]
fn classes_wait_by_their_priority_and_the_weighted_sum_is_conserved() {
    let classes = [
        (0.5, Moments::exponential(0.5)),
        (0.2, Moments::exponential(2.0)),
    ];
    let of = |product: usize, service: f64| {
        move |tally: &Tally, _: Counts| {
            let counted = tally.products()[product];
            counted.sojourn_us as f64 / counted.done as f64 / MINUTE_US - service
        }
    };
    let urgent = two_classes("fifo", 1);
    let expected = cobham_waits(&classes);
    holds("urgent", interval(&urgent, of(0, 0.5)), expected[0]);
    holds("the others", interval(&urgent, of(1, 2.0)), expected[1]);
    let sum = |tally: &Tally, counts: Counts| {
        0.25 * of(0, 0.5)(tally, counts) + 0.4 * of(1, 2.0)(tally, counts)
    };
    for (rule, priority) in [("fifo", 0), ("spt", 0), ("fifo", 1)] {
        let text = two_classes(rule, priority);
        holds(
            &format!("conserved by {rule} {priority}"),
            interval(&text, sum),
            conserved(&classes),
        );
    }
    let shortest = interval(&two_classes("spt", 0), of(0, 0.5));
    holds("shortest first", shortest, expected[0]);
}

#[test]
fn networks_flow_as_the_formulas_say() {
    let open = "work_center = [{ id = \"A\" }, { id = \"B\", machines = 2 }]\n\
        product = [{ id = \"P\", step = [\n\
        { op = \"1\", work_center = \"A\", time = { exponential = 1 } },\n\
        { op = \"2\", work_center = \"B\", time = { exponential = 2 }, rework = { probability = 0.2, to = \"1\" } },\n] }]\n\
        release = [{ product = \"P\", every = { exponential = 2 } }]\n";
    let stations = [
        Station {
            outside: 0.5,
            servers: 1,
            services: 1.0,
        },
        Station {
            outside: 0.0,
            servers: 2,
            services: 0.5,
        },
    ];
    let routing = [vec![0.0, 1.0], vec![0.2, 0.0]];
    let sojourn = |tally: &Tally, _: Counts| {
        let counted = tally.products()[0];
        counted.sojourn_us as f64 / counted.done as f64 / MINUTE_US
    };
    holds(
        "Jackson",
        interval(open, sojourn),
        jackson_sojourn(&stations, &routing),
    );
    let closed = "work_center = [{ id = \"A\" }, { id = \"B\" }, { id = \"C\" }]\n\
        product = [{ id = \"P\", step = [\n\
        { op = \"1\", work_center = \"A\", time = { exponential = 1 } },\n\
        { op = \"2\", work_center = \"B\", time = { exponential = 0.8 } },\n\
        { op = \"3\", work_center = \"C\", time = { exponential = 0.5 } },\n] }]\n\
        release = [{ product = \"P\", keep = 10 }]\n";
    holds(
        "closed",
        interval(closed, per_minute),
        mva_throughput(&[1.0, 0.8, 0.5], 10),
    );
    // The first station never starves: so many lots are kept that it always has one.
    let line = "work_center = [{ id = \"A\" }, { id = \"B\", buffer = 3 }]\n\
        product = [{ id = \"P\", step = [\n\
        { op = \"1\", work_center = \"A\", time = { exponential = 1 } },\n\
        { op = \"2\", work_center = \"B\", time = { exponential = 1.1111111111 } },\n] }]\n\
        release = [{ product = \"P\", keep = 20 }]\n";
    holds(
        "line",
        interval(line, per_minute),
        two_stage_throughput(1.0, 0.9, 3),
    );
}

/// Notes, by lot, when it came to each station, how long it worked there and when it started.
#[derive(Default)]
struct Course {
    came: BTreeMap<(u32, u64), i64>,
    worked: BTreeMap<(u32, u64), i64>,
    started: BTreeMap<(u32, u64), i64>,
    done: BTreeMap<u64, i64>,
}

impl Watch for Course {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        match what {
            Happening::Queued { lot, work_center } => {
                self.came.insert((work_center, lot.number), at_us);
                self.worked.insert((work_center, lot.number), lot.work_us);
            }
            Happening::Started { lot, .. } => {
                self.started.insert((lot.step, lot.number), at_us);
            }
            Happening::Done(lot) => {
                self.done.insert(lot.number, at_us);
            }
            _ => {}
        }
    }
}

#[test]
fn a_line_that_blocks_leaves_every_station_when_the_recursion_says_to_the_microsecond() {
    let text = "work_center = [{ id = \"A\" }, { id = \"B\", buffer = 2 }, { id = \"C\" }, { id = \"D\", buffer = 0 }]\n\
        product = [{ id = \"P\", step = [\n\
        { op = \"1\", work_center = \"A\", time = { exponential = 1 } },\n\
        { op = \"2\", work_center = \"B\", time = { uniform = [0, 2] } },\n\
        { op = \"3\", work_center = \"C\", time = { weibull = { shape = 0.8, scale = 0.9 } } },\n\
        { op = \"4\", work_center = \"D\", time = { exponential = 1 } },\n] }]\n\
        release = [{ product = \"P\", every = { exponential = 1.2 }, count = 5000 }]\n";
    for seed in 1..=5 {
        let mut course = Course::default();
        let mut kernel = Kernel::new(floor(text), seed, 0, &mut course);
        kernel.run_to_end(&mut course).unwrap();
        let lots = 0..5_000_u64;
        let came: Vec<i64> = lots.clone().map(|lot| course.came[&(0, lot)]).collect();
        let services: Vec<Vec<i64>> = (0..4)
            .map(|at| lots.clone().map(|lot| course.worked[&(at, lot)]).collect())
            .collect();
        let expected = departures(&came, &services, &[Some(2), None, Some(0)]);
        for lot in lots {
            for at in 0..3 {
                let left = course.came[&(at + 1, lot)];
                let said = expected[at as usize][lot as usize];
                assert_eq!(left, said, "seed {seed}, lot {lot}, station {at}");
            }
            assert_eq!(
                course.done[&lot], expected[3][lot as usize],
                "seed {seed}, lot {lot}"
            );
        }
    }
}

#[test]
fn lots_of_three_machines_wait_as_the_recursion_says_and_littles_law_is_exact() {
    let text = station(3, 2.7, "{ log-normal = { mean = 1, deviation = 1.5 } }", "")
        .replace("when_full = \"turn-away\"", "count = 20000");
    for seed in 1..=5 {
        let floor = floor(&text);
        let (mut course, mut tally) = (Course::default(), Tally::new(&floor, 0));
        let mut watch = (&mut course, &mut tally);
        let mut kernel = Kernel::new(floor, seed, 0, &mut watch);
        kernel.run_to_end(&mut watch).unwrap();
        tally.close(kernel.now_us());
        let lots = 0..20_000_u64;
        let came: Vec<i64> = lots.clone().map(|lot| course.came[&(0, lot)]).collect();
        let services: Vec<i64> = lots.clone().map(|lot| course.worked[&(0, lot)]).collect();
        let expected = waits(&came, &services, 3);
        for lot in lots {
            let waited = course.started[&(0, lot)] - course.came[&(0, lot)];
            assert_eq!(waited, expected[lot as usize], "seed {seed}, lot {lot}");
        }
        let (center, product) = (tally.work_centers()[0], tally.products()[0]);
        assert_eq!(
            center.line_area, center.waited_us,
            "seed {seed}: the line's area is its waits"
        );
        assert_eq!(
            tally.floor_area(),
            product.sojourn_us,
            "seed {seed}: and the floor's its stays"
        );
    }
}
