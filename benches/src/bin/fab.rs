//! Runs the SMT2020 fab (high volume, low mix) and compares it with the published reference.
//!
//! `cargo run --release -p benches --bin fab -- --data ../shared/data/smt2020 --json`

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use benches::figure::{Figure, Goal};
use benches::load_average::load_average;
use clap::Parser;
use simulators::kernel::{Happening, Kernel, Tally, Watch};
use simulators::smt2020::Fab;

/// Cycle times of the reference in days, by product and priority: AutoSched AP, first in, first
/// out, 730 days (Kopp, Hassoun, Kalir and Moench 2020, as published with their lots).
const REFERENCE: [(u32, i32, &str, f64); 4] = [
    (0, 10, "Lot_3", 51.21),
    (1, 10, "Lot_4", 28.38),
    (0, 20, "HotLot_3", 31.73),
    (1, 20, "HotLot_4", 18.46),
];
/// Microseconds of one day.
const DAY_US: i64 = 86_400_000_000;

#[derive(Parser)]
#[command(about = "The SMT2020 fab against its published reference")]
struct Arguments {
    /// The folder with `SMT2020_HVLM` and `reference_machines_HVLM.txt`.
    #[arg(long)]
    data: PathBuf,
    /// Simulated days.
    #[arg(long, default_value_t = 730)]
    days: i64,
    /// Seed of the random numbers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
}

/// Cycle times of the lots that were released after the begin, by product and priority.
#[derive(Default)]
struct Cycles(BTreeMap<(u32, i32), (u64, i128)>);

impl Watch for Cycles {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        if let Happening::Done(lot) = what
            && lot.released_us > 0
        {
            let (lots, sum) = self.0.entry((lot.product, lot.priority)).or_default();
            *lots += 1;
            *sum += i128::from(lot.sojourn_us(at_us));
        }
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(arguments.data.join("SMT2020_HVLM"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        files.insert(name, fs::read_to_string(entry.path())?);
    }
    let floor = Arc::new(Fab::read(&files)?.plant_file("SMT2020 HVLM").floor()?);
    let begun = Instant::now();
    let (mut cycles, mut tally) = (Cycles::default(), Tally::new(&floor, 0));
    let mut watch = (&mut cycles, &mut tally);
    let mut kernel = Kernel::new(Arc::clone(&floor), arguments.seed, 0, &mut watch);
    kernel.run_until(arguments.days * DAY_US, &mut watch)?;
    let elapsed_s = begun.elapsed().as_secs_f64();
    tally.close(kernel.now_us());
    let print = |name: String, unit, ours: f64, limit: Option<f64>, goal, note: String| {
        let limit: Vec<f64> = limit.into_iter().collect();
        Figure::new(name, unit, &[ours], &limit, goal, note).print(arguments.json)
    };
    let rate = arguments.days as f64 / elapsed_s;
    let note = format!("{} days, one run; load {}", arguments.days, load_average());
    print(
        "fab_speed".to_owned(),
        "days/s",
        rate,
        None,
        Goal::OursAtLeast(100.0),
        note,
    )?;
    for (product, priority, name, days) in REFERENCE {
        let (lots, sum) = cycles
            .0
            .get(&(product, priority))
            .copied()
            .unwrap_or_default();
        ensure!(lots > 0, "no {name} was done");
        let mean = sum as f64 / lots as f64 / DAY_US as f64;
        let note = format!("mean cycle time of {lots} lots released after the begin");
        print(
            format!("fab_cycle_{name}"),
            "days",
            mean,
            Some(days),
            Goal::None,
            note,
        )?;
    }
    let reference = fs::read_to_string(arguments.data.join("reference_machines_HVLM.txt"))?;
    for (name, column, goal) in [("used", 2, 2.0), ("broken", 3, 0.5), ("maintained", 4, 0.5)] {
        let mean = off(&floor, &tally, &reference, column)?;
        let note = "mean over tool families of the distance to the reference; used is work \
                    and setup, of the time that a machine is there"
            .to_owned();
        let goal = Goal::OursAtMost(goal);
        print(
            format!("fab_{name}_off"),
            "percent points",
            mean,
            None,
            goal,
            note,
        )?;
    }
    Ok(())
}

/// How far a share lies off that of the reference, in points, in the mean over tool families.
fn off(
    floor: &simulators::kernel::Floor,
    tally: &Tally,
    reference: &str,
    column: usize,
) -> Result<f64> {
    let mut rows: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for line in reference.lines().skip(1) {
        let mut words = line.split_whitespace();
        let Some(name) = words.next() else {
            continue;
        };
        rows.insert(name, words.map(str::parse).collect::<Result<_, _>>()?);
    }
    let (mut sum, mut families) = (0.0, 0_u32);
    for ((number, name), counted) in (0..).zip(floor.work_centers()).zip(tally.work_centers()) {
        // The delay between two tools is a family of its own, and none of the reference.
        let Some(row) = rows.get(name) else {
            continue;
        };
        let time = tally.span_us() as f64 * f64::from(floor.machines_of(number)) / 100.0;
        let broken = counted.broken_us as f64 / time;
        let maintained = counted.maintained_us as f64 / time;
        let ours = match column {
            2 => {
                let used = (counted.busy_us + counted.setup_us) as f64 / time;
                used / (100.0 - broken - maintained) * 100.0
            }
            3 => broken,
            _ => maintained,
        };
        let expected = row.get(column - 1).context("a short row")?;
        sum += (ours - expected).abs();
        families += 1;
    }
    ensure!(families > 0, "no tool family was compared");
    Ok(sum / f64::from(families))
}
