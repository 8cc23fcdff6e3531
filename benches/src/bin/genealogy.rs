//! Measures how long it takes from a quality hold to every gate behind it blocked.
//!
//! `cargo run --release -p benches --bin genealogy -- --json`

use std::path::PathBuf;
use std::time::{Duration, Instant};

use actors::{Disposition, Input, Outbox, PlantHandle, PlantOptions};
use anyhow::{Result, ensure};
use benches::cpu_time;
use benches::family::{Family, Shape, read};
use benches::figure::{Figure, Goal};
use benches::intake_load::{decoded, give};
use benches::load_average::load_average;
use bytes::Bytes;
use clap::Parser;
use hdrhistogram::Histogram;
use tikv_jemallocator::Jemalloc;
use twin_model::{CommandKey, GateDecision, Notice, Plant, Turn};

/// The allocator of the twin, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// From the hold to the last gate, at most, in milliseconds (p99).
const HOLD_TO_GATES_MS: f64 = 10.0;

/// Commands taken at once.
const COMMANDS: usize = 1_000;

#[derive(Parser, Clone)]
#[command(about = "From a hold to every gate blocked, over large genealogies")]
struct Arguments {
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Lots that come from the held one.
    #[arg(long, default_value_t = 10_000)]
    descendants: usize,
    /// Shipments that wait for some of them.
    #[arg(long, default_value_t = 300)]
    gates: usize,
    /// Holds placed and released on each genealogy.
    #[arg(long, default_value_t = 500)]
    holds: usize,
    /// Lots that join a hold over each genealogy.
    #[arg(long, default_value_t = 500)]
    joins: usize,
    /// Where the journal is written; without it memory (/dev/shm), so that no disk is measured.
    #[arg(long, default_value = "/dev/shm")]
    data_dir: PathBuf,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let all = Shape::ALL.into_iter();
    for (shape, rules) in all.flat_map(|shape| [(shape, false), (shape, true)]) {
        let family = Family::new(shape, arguments.descendants, arguments.gates)?;
        let wall = joins(&arguments, &family, rules)?;
        let what = format!(
            "Plant::apply of a lot that joins, by the clock; {}",
            with(rules)
        );
        print(
            &arguments,
            &name("lot_joins_hold", shape, "apply", rules),
            &wall,
            &what,
        )?;
        let (cpu, wall) = model(&arguments, &family, rules)?;
        let what = format!(
            "Plant::apply by the clock; its CPU time p50 {:.2}, p99 {:.2}; {}",
            ms(cpu.value_at_quantile(0.5)),
            ms(cpu.value_at_quantile(0.99)),
            with(rules),
        );
        print(
            &arguments,
            &name("hold_to_gates", shape, "apply", rules),
            &wall,
            &what,
        )?;
        let wall = runtime.block_on(whole(&arguments, &family, rules))?;
        let what = format!(
            "by the clock, from the intake to the answer after the commit, journal in {}; {}",
            arguments.data_dir.display(),
            with(rules),
        );
        print(
            &arguments,
            &name("hold_to_gates", shape, "committed", rules),
            &wall,
            &what,
        )?;
    }
    Ok(())
}

fn name(what: &str, shape: Shape, how: &str, rules: bool) -> String {
    let shape = match shape {
        Shape::Wide => "wide",
        Shape::Chain => "chain",
        Shape::Merging => "merging",
    };
    let processes = if rules { "_with_processes" } else { "" };
    format!("{what}_{shape}_{how}{processes}")
}

fn with(rules: bool) -> &'static str {
    match rules {
        true => "three systems are asked to block",
        false => "no process runs",
    }
}

/// A plant with the family, and with the rule of the hold's process where it is to run.
fn plant(family: &Family, rules: bool) -> Result<Plant> {
    let mut plant = Plant::new(family.shop().plant().clone());
    for bytes in family.set_up() {
        plant.apply(&read(&bytes)?)?;
    }
    if rules {
        plant.apply(&read(&family.rules())?)?;
    }
    Ok(plant)
}

/// Lots that join a hold over all descendants, one after the other, each when everybody has blocked
/// what was told before.
fn joins(arguments: &Arguments, family: &Family, rules: bool) -> Result<Histogram<u64>> {
    let mut plant = plant(family, rules)?;
    // Made before the hold, and told afterwards.
    let joining: Vec<Bytes> = (0..arguments.joins).map(|n| family.joining(n)).collect();
    let turn = plant.apply(&read(&family.hold(0))?)?;
    acknowledge(&mut plant, family, turn)?;
    let mut times = histogram()?;
    for bytes in joining {
        let event = read(&bytes)?;
        let came = Instant::now();
        let turn = plant.apply(&event)?;
        record(&mut times, came.elapsed());
        let asked = commands(&turn).count();
        ensure!(asked == if rules { 3 } else { 0 }, "{asked} asked");
        acknowledge(&mut plant, family, turn)?;
    }
    Ok(times)
}

fn commands(turn: &Turn) -> impl Iterator<Item = &CommandKey> {
    turn.notices.iter().filter_map(|notice| match notice {
        Notice::CommandIssued { command, .. } => Some(command),
        _ => None,
    })
}

/// Everybody carries out what he is asked, until nobody is asked for more.
fn acknowledge(plant: &mut Plant, family: &Family, turn: Turn) -> Result<()> {
    let mut asked: Vec<CommandKey> = commands(&turn).cloned().collect();
    while let Some(command) = asked.pop() {
        let turn = plant.apply(&read(&family.acknowledged(&command))?)?;
        asked.extend(commands(&turn).cloned());
    }
    Ok(())
}

/// Holds and releases on the plant itself, in which an event of another lot waits: their time by the
/// clock, and their CPU time, which other work on the machine does not lengthen but which some
/// machines tell in steps of 4 ms.
fn model(
    arguments: &Arguments,
    family: &Family,
    rules: bool,
) -> Result<(Histogram<u64>, Histogram<u64>)> {
    let mut plant = plant(family, rules)?;
    plant.note_waiting(&family.waiting()?, true);
    let (mut cpu, mut wall) = (histogram()?, histogram()?);
    for number in 0..arguments.holds {
        let (hold, release) = (read(&family.hold(number))?, read(&family.release(number))?);
        let (came, used) = (Instant::now(), cpu_time::of_this_thread()?);
        let turn = plant.apply(&hold)?;
        let used = cpu_time::of_this_thread()? - used;
        record(&mut wall, came.elapsed());
        record(&mut cpu, Duration::from_secs_f64(used));
        let processes = usize::from(rules);
        check(arguments, &turn, GateDecision::Blocked, processes)?;
        let released = plant.apply(&release)?;
        check(arguments, &released, GateDecision::Cleared, processes)?;
    }
    Ok((cpu, wall))
}

/// Every descendant was reached, every gate decided, and so many processes changed.
fn check(
    arguments: &Arguments,
    turn: &Turn,
    decision: GateDecision,
    processes: usize,
) -> Result<()> {
    let decided = |notice: &&Notice| matches!(notice, Notice::GateDecided { decision: told, .. } if *told == decision);
    let gates = turn.notices.iter().filter(decided).count();
    ensure!(gates == arguments.gates, "{gates} gates {decision:?}");
    let touched = turn.touched.len();
    let all = 2 + arguments.descendants + arguments.gates + processes;
    ensure!(touched == all, "{touched} of {all} touched");
    Ok(())
}

/// The same through the intake of a plant in operation, with its journal.
async fn whole(arguments: &Arguments, family: &Family, rules: bool) -> Result<Histogram<u64>> {
    let folder = tempfile::tempdir_in(&arguments.data_dir)?;
    let options = PlantOptions::new(family.shop().plant().clone(), folder.path());
    let plant = actors::open(options).await?;
    let mut before = family.set_up();
    before.extend(rules.then(|| family.rules()));
    give(plant.intake(), decoded(&before)).await?;
    let relay = tokio::spawn(send(plant.outbox().clone()));
    let mut times = histogram()?;
    for number in 0..arguments.holds {
        record(&mut times, committed(&plant, family.hold(number)).await?);
        blocked(arguments, &plant).await?;
        committed(&plant, family.release(number)).await?;
    }
    plant.close().await;
    relay.await?;
    Ok(times)
}

/// How long one event takes until it is answered.
async fn committed(plant: &PlantHandle, event: Bytes) -> Result<Duration> {
    let came = Instant::now();
    let receipt = plant.intake().submit(vec![Input::decode(event)]).await?;
    let took = came.elapsed();
    let applied = [Disposition::Applied];
    ensure!(
        receipt.dispositions == applied,
        "{:?}",
        receipt.dispositions
    );
    Ok(took)
}

/// Takes what the gates have told, as a broker would, until the plant stops: what nobody takes holds
/// the plant up.
async fn send(outbox: Outbox) {
    while let Ok(due) = outbox.due(COMMANDS).await {
        let Some(last) = due.last() else { continue };
        if outbox.mark_sent(last.id).await.is_err() {
            return;
        }
    }
}

/// Every gate is blocked in the state that everybody may read.
async fn blocked(arguments: &Arguments, plant: &PlantHandle) -> Result<()> {
    let snapshot = plant.fork().take().await?;
    for number in 0..arguments.gates {
        let id = format!("D{number}").parse()?;
        let decision = snapshot.plant.shipment(&id).map(|gate| gate.decision());
        ensure!(
            decision == Some(GateDecision::Blocked),
            "{id}: {decision:?}"
        );
    }
    Ok(())
}

fn ms(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

fn histogram() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}

fn record(times: &mut Histogram<u64>, took: Duration) {
    times.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
}

fn print(arguments: &Arguments, name: &str, times: &Histogram<u64>, what: &str) -> Result<()> {
    let note = format!(
        "p99 of {} over {} descendants with {} gates, {what}; p50 {:.2}, worst {:.2}; load {}",
        times.len(),
        arguments.descendants,
        arguments.gates,
        ms(times.value_at_quantile(0.5)),
        ms(times.max()),
        load_average(),
    );
    let p99 = [ms(times.value_at_quantile(0.99))];
    let goal = Goal::OursAtMost(HOLD_TO_GATES_MS);
    Figure::new(name.to_owned(), "ms", &p99, &[], goal, note).print(arguments.json)
}
