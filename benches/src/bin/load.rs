//! Measures how fast a load is generated into a sink that takes bytes: the simulated plant, its
//! messages, and the faults on their way. CPU time of one thread, so that others on the machine
//! take nothing away from it.
//!
//! `cargo run --release -p benches --bin load -- --json`

use std::hint::black_box;

use anyhow::Result;
use benches::cpu_time::of_this_thread;
use benches::figure::{Figure, Goal};
use benches::load_average::load_average;
use benches::story::Story;
use clap::Parser;
use simulators::faults::plan::FaultPlan;
use simulators::message::Step;
use simulators::plant_file::PlantFile;
use simulators::story::Story as PlantStory;
use simulators::truth::Truth;
use simulators::{Load, Simulation, demo_model};
use tikv_jemallocator::Jemalloc;
use twin_model::{Event, wire};

/// The allocator of the twin, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// What a load should reach on one core, in events per second.
const GOAL_EVENTS_PER_S: f64 = 1_000_000.0;
/// What is to be left of the rate with faults.
const GOAL_WITH_FAULTS: f64 = 0.8;
const SEED: u64 = 42;
const OPENING: &str = "2026-01-05T06:00:00Z";

/// Every fault but a second plant, at rates of a bad day.
const FAULTS: &str = r#"{
    "duplicate": {"probability": 0.02, "within_s": 900},
    "new_id": {"probability": 0.001},
    "reorder": {"probability": 0.1, "window_s": 60},
    "delay": {"probability": 0.02, "least_s": 5, "tail": 1.1, "most_s": 14400},
    "loss": {"probability": 0.01, "look_every_s": 600},
    "corrupt": {"probability": 0.005},
    "clock": {"skew_s": 30, "drift_ppm": 50, "zone_share": 0.1, "zone_min": 60,
              "future_probability": 0.001, "future_s": 7200},
    "outage": {"every_s": 43200, "length_s": 1800, "ordered": true},
    "restart": {"every_s": 86400, "resend_s": 900, "reset_counter": true},
    "late_release": {"probability": 0.05, "delay_s": 3600},
    "cancel_after_start": {"probability": 0.01},
    "contradiction": {"probability": 0.01, "hold_s": 1800},
    "broker": {"kill_every_s": 86400, "nack_every_s": 43200, "unroutable": 0.002,
               "redelivery": 0.01},
    "poison": {"probability": 0.0002, "times": 10},
    "slow_consumer": {"every_s": 43200, "length_s": 60}
}"#;

/// Three stages with breakdowns, rework and scrap.
const LINE: &str = r#"
model = "plant/1"
name = "three stages"
work_center = [{ id = "turning", machines = 2 }, { id = "milling", machines = 3 }, { id = "grinding", machines = 2 }]
downtime = [
    { id = "breaks", work_center = "turning", every = { exponential = 480 }, lasts = { exponential = 30 } },
    { id = "service", work_center = "grinding", kind = "maintenance", every = 1440, lasts = 60 },
]
product = [{ id = "shaft", step = [
    { op = "10", work_center = "turning", time = { exponential = 6 } },
    { op = "20", work_center = "milling", time = { exponential = 9 } },
    { op = "30", work_center = "grinding", time = { exponential = 6 }, scrap = 0.01, rework = { probability = 0.03, to = "20" } },
] }]
release = [{ product = "shaft", every = { exponential = 5 }, due = 120 }]
"#;

#[derive(Parser)]
#[command(about = "How fast a load is generated, with and without faults")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Events of the plant in each round.
    #[arg(long, default_value_t = 300_000)]
    events: usize,
    /// Rounds; medians are taken over them.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// Events per second of CPU time, round by round.
#[derive(Default)]
struct Rates {
    plant: Vec<f64>,
    told: Vec<f64>,
    from_told: Vec<f64>,
    encoded: Vec<f64>,
    from_plant: Vec<f64>,
    without: Vec<f64>,
    with: Vec<f64>,
    with_truth: Vec<f64>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let plan: FaultPlan = serde_json::from_str(FAULTS)?;
    let story = Story::of(arguments.events)?;
    let none = FaultPlan::default;
    let events = || story.events().iter().cloned();
    let mut rates = Rates::default();
    let (mut messages, mut bytes) = (0, 0);
    for _ in 0..arguments.rounds {
        let count = arguments.events;
        rates.plant.push(rate(count, || {
            simulation()?
                .take(count)
                .for_each(|event| drop(black_box(event)));
            Ok(())
        })?);
        rates.told.push(rate(count, || {
            let told = plant_file()?.take(count);
            told.for_each(|event| drop(black_box(event)));
            Ok(())
        })?);
        rates.from_told.push(rate(count, || {
            sink(plant_file()?.take(count), none()).map(drop)
        })?);
        rates.encoded.push(rate(count, || {
            events().for_each(|event| drop(black_box(wire::encode(&event))));
            Ok(())
        })?);
        rates.from_plant.push(rate(count, || {
            sink(simulation()?.take(count), none()).map(drop)
        })?);
        rates
            .without
            .push(rate(count, || sink(events(), none()).map(drop))?);
        rates.with.push(rate(count, || {
            (messages, bytes) = sink(events(), plan.clone())?;
            Ok(())
        })?);
        rates
            .with_truth
            .push(rate(count, || truth(events(), plan.clone()))?);
    }
    print(&arguments, &rates, messages, bytes)
}

fn print(arguments: &Arguments, rates: &Rates, messages: u64, bytes: u64) -> Result<()> {
    let load = load_average();
    let figure = |name, ours: &[f64], limit: &[f64], goal, note: &str| {
        let note = format!(
            "{} events, one thread, CPU time; {note}; load {load}",
            arguments.events
        );
        Figure::new(name, "events/s", ours, limit, goal, note).print(arguments.json)
    };
    let at_least = Goal::OursAtLeast(GOAL_EVENTS_PER_S);
    figure(
        "plant alone",
        &rates.plant,
        &[],
        Goal::None,
        "the demo plant, no messages",
    )?;
    figure(
        "load of the demo plant",
        &rates.from_plant,
        &[],
        at_least,
        "plant and messages",
    )?;
    let note = "three stages with breakdowns, rework and scrap";
    figure(
        "plant file alone",
        &rates.told,
        &[],
        Goal::None,
        &format!("{note}, no messages"),
    )?;
    figure(
        "load of a plant file",
        &rates.from_told,
        &[],
        at_least,
        &format!("{note}, plant and messages"),
    )?;
    figure(
        "load of known events",
        &rates.without,
        &[],
        at_least,
        "without the plant's own time",
    )?;
    let note = "limit: the same events cloned and encoded, nothing else";
    figure(
        "load against encoding",
        &rates.without,
        &rates.encoded,
        Goal::None,
        note,
    )?;
    let note = format!("{messages} messages, {bytes} bytes; limit: without faults");
    let goal = Goal::RatioAtLeast(GOAL_WITH_FAULTS);
    figure(
        "load with all faults",
        &rates.with,
        &rates.without,
        goal,
        &note,
    )?;
    let note = "with the truth kept, a second plant that takes every event; limit: without faults";
    figure(
        "load with all faults and truth",
        &rates.with_truth,
        &rates.without,
        Goal::None,
        note,
    )
}

/// The story of the line of three stages.
fn plant_file() -> Result<PlantStory> {
    let (file, floor) = PlantFile::read("line.toml", LINE)?;
    let plant = demo_model().plant;
    let floor = floor.into();
    Ok(PlantStory::new(
        &file,
        floor,
        &plant,
        SEED,
        OPENING.parse()?,
    )?)
}

fn simulation() -> Result<Simulation> {
    Ok(Simulation::new(&demo_model(), SEED, OPENING.parse()?)?)
}

/// Events per second of this thread's CPU time.
fn rate(events: usize, mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let before = of_this_thread()?;
    work()?;
    Ok(events as f64 / (of_this_thread()? - before))
}

/// Sends a load nowhere. How many messages and bytes it was.
fn sink(source: impl Iterator<Item = Event>, plan: FaultPlan) -> Result<(u64, u64)> {
    let mut load = Load::new(source, plan, SEED)?;
    let (mut messages, mut bytes) = (0, 0);
    while let Some(step) = load.next() {
        drop(load.take_facts());
        if let Step::Send(message) = black_box(step) {
            messages += 1;
            bytes += message.body.len() as u64;
        }
    }
    Ok((messages, bytes))
}

/// Sends a load nowhere and keeps its truth.
fn truth(source: impl Iterator<Item = Event>, plan: FaultPlan) -> Result<()> {
    let mut load = Load::new(source, plan, SEED)?;
    let mut truth = Truth::new();
    while let Some(step) = load.next() {
        load.take_facts().for_each(|fact| truth.tell(fact));
        if let Step::Send(message) = black_box(step) {
            truth.sent(&message);
        }
    }
    black_box(truth.summary(SEED, load.missing(), load.counts()));
    Ok(())
}
