//! Measures the simulation kernel on a machine with one queue and on a line with breakdowns, both
//! from a plant file, against a bare loop and, where they are there, against SimPy and NeXosim.
//!
//! `cargo run --release -p benches --features nexosim --bin kernel -- --json [--simpy PYTHON]`

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use benches::figure::{Figure, Goal};
use benches::load_average::load_average;
use clap::Parser;
use simulators::kernel::{Floor, Kernel, Tally};
use simulators::plant_file::PlantFile;
use simulators::random::{Purpose, Random};

/// Offered load of 0.8.
const ONE_MACHINE: &str = r#"
model = "plant/1"
name = "one machine"
work_center = [{ id = "M" }]
product = [{ id = "P", step = [{ op = "10", work_center = "M", time = { exponential = 1 } }] }]
release = [{ product = "P", every = { exponential = 1.25 } }]
"#;

/// Three stages, two routings, breakdowns that are resumed, 3 % rework, 1 % scrap.
const LINE: &str = r#"
model = "plant/1"
name = "line"
work_center = [{ id = "A", machines = 2 }, { id = "B", machines = 3 }, { id = "C", machines = 2 }]
downtime = [
    { id = "d", work_center = "A", every = { exponential = 480 }, lasts = { exponential = 30 } },
    { id = "d", work_center = "B", every = { exponential = 480 }, lasts = { exponential = 30 } },
    { id = "d", work_center = "C", every = { exponential = 480 }, lasts = { exponential = 30 } },
]
release = [{ product = "X", every = { exponential = 8 } }, { product = "Y", every = { exponential = 8 } }]

[[product]]
id = "X"
step = [
    { op = "10", work_center = "A", time = { exponential = 6 } },
    { op = "20", work_center = "B", time = { exponential = 9 } },
    { op = "30", work_center = "C", time = { exponential = 6 }, scrap = 0.01, rework = { probability = 0.03, to = "20" } },
]

[[product]]
id = "Y"
step = [
    { op = "10", work_center = "A", time = { exponential = 5 } },
    { op = "30", work_center = "C", time = { exponential = 5 }, scrap = 0.01, rework = { probability = 0.03, to = "10" } },
]
"#;

/// Microseconds of one minute.
const MINUTE_US: f64 = 60e6;

#[derive(Parser)]
#[command(about = "The simulation kernel against a bare loop and SimPy, in one run")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Lots of one round.
    #[arg(long, default_value_t = 2_000_000)]
    lots: u64,
    /// Lots of one round of SimPy.
    #[arg(long, default_value_t = 100_000)]
    simpy_lots: u64,
    /// Rounds; medians are taken over them.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// A Python that has SimPy.
    #[arg(long, value_name = "PYTHON")]
    simpy: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let machine = Arc::new(PlantFile::read("one machine", ONE_MACHINE)?.1);
    let line = Arc::new(PlantFile::read("line", LINE)?.1);
    let (mut one, mut bare, mut three) = (Vec::new(), Vec::new(), Vec::new());
    let (mut simpy_one, mut simpy_three) = (Vec::new(), Vec::new());
    let mut means = [0.0; 4];
    let mut nexosim = [Peer::default(), Peer::default()];
    for _ in 0..arguments.rounds {
        let lots = arguments.lots;
        one.push(kernel(&machine, lots as f64 * 1.25, &mut means[0])?);
        bare.push(bare_queue(lots));
        three.push(kernel(&line, lots as f64 * 4.0, &mut means[1])?);
        nexosim_round(&arguments, &mut nexosim)?;
        if let Some(python) = &arguments.simpy {
            simpy_one.push(simpy(python, "mm1", arguments.simpy_lots, &mut means[2])?);
            simpy_three.push(simpy(python, "line", arguments.simpy_lots, &mut means[3])?);
        }
    }
    let load = load_average();
    let print = |name, ours: &[f64], limit: &[f64], goal, note: String| {
        Figure::new(name, "lots/s", ours, limit, goal, note).print(arguments.json)
    };
    let told = format!(
        "M/M/1 at a load of 0.8 from a plant file, cycle times counted, mean {:.3} min (5 by the \
         formula); limit: a loop by hand with std's heap and the same random numbers; load {load}",
        means[0]
    );
    print("kernel_one_machine", &one, &bare, Goal::None, told)?;
    let told = format!(
        "three stages, breakdowns, rework and scrap from a plant file, mean {:.2} min; load {load}",
        means[1]
    );
    print("kernel_line", &three, &[], Goal::None, told)?;
    if arguments.simpy.is_some() {
        let goal = Goal::RatioAtLeast(35.0);
        let told = format!("limit: SimPy, its mean {:.3} min; load {load}", means[2]);
        print("kernel_one_machine_simpy", &one, &simpy_one, goal, told)?;
        let told = format!("limit: SimPy, its mean {:.2} min; load {load}", means[3]);
        print("kernel_line_simpy", &three, &simpy_three, goal, told)?;
    }
    for (name, ours, theirs, mean_min) in [
        (
            "kernel_one_machine_nexosim",
            &one,
            &nexosim[0].0,
            nexosim[0].1,
        ),
        ("kernel_line_nexosim", &three, &nexosim[1].0, nexosim[1].1),
    ] {
        if !theirs.is_empty() {
            let goal = Goal::RatioAtLeast(4.0);
            let told =
                format!("limit: NeXosim on one thread, its mean {mean_min:.3} min; load {load}");
            print(name, ours, theirs, goal, told)?;
        }
    }
    Ok(())
}

/// Rates of a peer, one for each round, and its mean time of a lot in minutes.
type Peer = (Vec<f64>, f64);

/// One round of NeXosim on one machine and on the line; nothing when it was not built in.
#[cfg(feature = "nexosim")]
fn nexosim_round(arguments: &Arguments, peers: &mut [Peer; 2]) -> Result<()> {
    for (peer, minutes_per_lot) in peers.iter_mut().zip([1.25, 4.0]) {
        let minutes = arguments.lots as f64 * minutes_per_lot;
        let (rate, mean_min) = benches::nexosim_floor::run(minutes_per_lot > 2.0, minutes)?;
        peer.0.push(rate);
        peer.1 = mean_min;
    }
    Ok(())
}

#[cfg(not(feature = "nexosim"))]
fn nexosim_round(_: &Arguments, _: &mut [Peer; 2]) -> Result<()> {
    Ok(())
}

/// Lots per second of a floor that runs for so many minutes.
fn kernel(floor: &Arc<Floor>, minutes: f64, mean_min: &mut f64) -> Result<f64> {
    let begun = Instant::now();
    let mut tally = Tally::new(floor, 0);
    let mut kernel = Kernel::new(Arc::clone(floor), 1, 0, &mut tally);
    kernel.run_until((minutes * MINUTE_US) as i64, &mut tally)?;
    let counts = kernel.counts();
    let left = counts.done + counts.scrapped;
    let rate = left as f64 / begun.elapsed().as_secs_f64();
    let sojourn: i128 = tally
        .products()
        .iter()
        .map(|product| product.sojourn_us)
        .sum();
    let done: u64 = tally.products().iter().map(|product| product.done).sum();
    ensure!(done > 0, "nothing was done");
    *mean_min = sojourn as f64 / done as f64 / MINUTE_US;
    Ok(rate)
}

/// The same queue by hand: what a program can do that knows nothing but it.
fn bare_queue(lots: u64) -> f64 {
    let begun = Instant::now();
    let random = Random::new(1);
    let time = |visit, mean_us| {
        random
            .draw(1, visit, Purpose::StepTime)
            .exponential_us(mean_us)
    };
    let mut due = BinaryHeap::from([Reverse((0_i64, false))]);
    let mut waiting = std::collections::VecDeque::new();
    let (mut came, mut left, mut busy, mut sojourn) = (0_u64, 0_u64, false, 0_i128);
    let mut inside = std::collections::VecDeque::new();
    while left < lots {
        let Some(Reverse((now, ends))) = due.pop() else {
            break;
        };
        if ends {
            busy = false;
            left += 1;
            sojourn += i128::from(now - inside.pop_front().unwrap_or(now));
        } else {
            came += 1;
            waiting.push_back(now);
            due.push(Reverse((now + time(2 * came, 75_000_000), false)));
        }
        if !busy && let Some(arrived) = waiting.pop_front() {
            busy = true;
            inside.push_back(arrived);
            due.push(Reverse((now + time(2 * left + 1, 60_000_000), true)));
        }
    }
    std::hint::black_box(sojourn);
    left as f64 / begun.elapsed().as_secs_f64()
}

fn simpy(python: &Path, model: &str, lots: u64, mean_min: &mut f64) -> Result<f64> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/simpy_models.py");
    let output = Command::new(python)
        .arg(script)
        .args([model, &lots.to_string()])
        .output()
        .with_context(|| format!("{} cannot be run", python.display()))?;
    ensure!(
        output.status.success(),
        "SimPy failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    let rate = numbers.next().context("no rate")??;
    *mean_min = numbers.next().context("no mean")??;
    Ok(rate)
}
