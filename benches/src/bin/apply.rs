//! Measures `Plant::apply` by event type against hash maps of plain structs, over some days of the
//! demo plant.
//!
//! `cargo run --release -p benches --bin apply -- --json`

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use anyhow::{Result, ensure};
use benches::bare_plant::BarePlant;
use benches::figure::{Figure, Goal, median};
use benches::load_average::load_average;
use benches::story::Story;
use clap::Parser;
use tikv_jemallocator::Jemalloc;
use twin_model::{Event, Plant};

/// The allocator of the twin, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Of the events of one type in one round, the slowest hundredth does not count: these were
/// interrupted by something else.
const COUNTED: (usize, usize) = (99, 100);
/// Pairs of readings by which the clock itself is measured.
const READINGS: usize = 10_000;

#[derive(Parser)]
#[command(about = "Plant::apply by event type against plain structs, in one run")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Events of the story.
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// Rounds; medians are taken over them.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// Nanoseconds per event in each round, by type.
type Rounds = BTreeMap<&'static str, Vec<f64>>;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let story = Story::of(arguments.events)?;
    let load = load_average();
    let clock = clock_ns();
    let (mut ours, mut limit) = (Rounds::new(), Rounds::new());
    for _ in 0..arguments.rounds {
        let mut plant = Plant::new(story.plant().clone());
        round(&story, clock, &mut ours, |event| {
            black_box(plant.apply(event)).is_ok()
        })?;
        let mut bare = BarePlant::default();
        round(&story, clock, &mut limit, |event| bare.apply(event))?;
    }
    for (name, count) in story.commonest() {
        let note = format!(
            "{count} of {} events of the demo plant; limit: the same change to plain structs in \
             hash maps, no rules, no undo, nothing for others; load {load}",
            arguments.events
        );
        Figure::new(
            name,
            "ns/event",
            &ours[name],
            &limit[name],
            Goal::None,
            note,
        )
        .print(arguments.json)?;
    }
    Ok(())
}

/// Takes every event of the story once and books the time of each type.
fn round(
    story: &Story,
    clock: f64,
    rounds: &mut Rounds,
    mut apply: impl FnMut(&Event) -> bool,
) -> Result<()> {
    let mut times: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    for event in story.events() {
        let start = Instant::now();
        let taken = apply(event);
        let time = start.elapsed().as_nanos() as f64 - clock;
        ensure!(
            taken,
            "{} {} was not taken",
            event.body.type_name(),
            event.id
        );
        times.entry(event.body.type_name()).or_default().push(time);
    }
    for (name, mut times) in times {
        times.sort_by(f64::total_cmp);
        times.truncate((times.len() * COUNTED.0).div_ceil(COUNTED.1));
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        rounds.entry(name).or_default().push(mean);
    }
    Ok(())
}

/// What reading the clock twice adds to a time.
fn clock_ns() -> f64 {
    let readings: Vec<f64> = (0..READINGS)
        .map(|_| Instant::now().elapsed().as_nanos() as f64)
        .collect();
    median(&readings)
}
