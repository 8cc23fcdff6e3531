//! `twin sim run`: a plant model, run many times, and what the runs say.

use std::fs;
use std::io::IsTerminal;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use simulators::experiment::{self, Figures, Gantt, Plan, Replication};
use simulators::kernel::{Floor, Kernel};
use simulators::plant_file::PlantFile;
use simulators::statistics::Confidence;

use crate::exit::{Failure, Kind};
use crate::sim_cli::RunArguments;
use crate::sim_report::Report;
use crate::{sim_report_html, sim_trace};

/// Replications after which an asked precision is looked at, and again after as many.
const BATCH: u64 = 10;
/// The most replications of one experiment.
pub(crate) const REPLICATIONS_MAX: u64 = 100_000;

pub(crate) fn run(arguments: &RunArguments) -> Result<(), Failure> {
    let name = arguments.model.display().to_string();
    let text = fs::read_to_string(&arguments.model)
        .map_err(|error| Failure::new(Kind::Config, format!("{name} cannot be read: {error}")))?;
    let (file, floor) =
        PlantFile::read(&name, &text).map_err(|error| Failure::new(Kind::Config, error))?;
    let floor = Arc::new(floor);
    let plan = plan_of(arguments, &file)?;
    if let Some(path) = &arguments.trace {
        sim_trace::write(path, &floor, &plan, arguments.trace_replication)?;
    }
    let (replications, reached) = replications(arguments, &file, &floor, &plan)?;
    let figures = Figures::of(&replications, &floor);
    let report = Report::new(&file, &floor, &plan, &replications, &figures, reached);
    if let Some(path) = &arguments.report {
        let mut gantt = Gantt::default();
        let mut kernel = Kernel::new(Arc::clone(&floor), plan.seed, 0, &mut gantt);
        while gantt.bars().len() < experiment::BARS_MAX
            && plan.horizon_us.is_none_or(|end| kernel.now_us() < end)
            && kernel.step(&mut gantt)
        {}
        let page = sim_report_html::page(&report, &floor, &gantt);
        fs::write(path, page).map_err(|error| {
            let text = format!("{} cannot be written: {error}", path.display());
            Failure::new(Kind::Config, text)
        })?;
    }
    if arguments.json {
        report.print_json()
    } else {
        report.print();
        Ok(())
    }
}

fn plan_of(arguments: &RunArguments, file: &PlantFile) -> Result<Plan, Failure> {
    let us = |what: &str, time: f64| {
        file.time_unit
            .whole_us(time)
            .map_err(|error| Failure::new(Kind::Config, format!("{what}: {error}")))
    };
    let horizon = arguments.horizon.or(file.experiment.horizon);
    let plan = Plan {
        seed: arguments.seed.unwrap_or(file.experiment.seed),
        horizon_us: horizon.map(|time| us("horizon", time)).transpose()?,
        warm_up_us: us(
            "warm-up",
            arguments.warm_up.unwrap_or(file.experiment.warm_up),
        )?,
    };
    if plan.horizon_us.is_none()
        && let Some(what) = file.endless()
    {
        let text = format!(
            "{}: this plant has {what}, so it may never come to its end; give `horizon` under \
             [experiment], or --horizon",
            arguments.model.display()
        );
        return Err(Failure::new(Kind::Config, text));
    }
    if plan.horizon_us.is_some_and(|end| end <= plan.warm_up_us) {
        let text = "the warm-up is not shorter than the horizon; nothing would be counted";
        return Err(Failure::new(Kind::Config, text));
    }
    Ok(plan)
}

/// Runs as many replications as were asked for, or as the asked precision needs; also says
/// whether that was reached.
fn replications(
    arguments: &RunArguments,
    file: &PlantFile,
    floor: &Arc<Floor>,
    plan: &Plan,
) -> Result<(Vec<Replication>, Option<bool>), Failure> {
    let asked = arguments
        .replications
        .unwrap_or(u64::from(file.experiment.replications));
    let threads = arguments
        .threads
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get));
    let bar = progress_bar(arguments, asked);
    let Some(precision) = arguments.precision else {
        let done = some_replications(floor, plan, 0..asked, threads, &bar)?;
        return Ok((done, None));
    };
    let mut done: Vec<Replication> = Vec::new();
    while (done.len() as u64) < arguments.most {
        let from = done.len() as u64;
        let to = (from + BATCH).min(arguments.most);
        done.extend(some_replications(floor, plan, from..to, threads, &bar)?);
        let width = Figures::of(&done, floor).cycle_precision(Confidence::P95);
        if width.is_some_and(|width| width <= precision / (1.0 + precision)) {
            return Ok((done, Some(true)));
        }
    }
    Ok((done, Some(false)))
}

/// Replications in the order of their numbers, whichever thread ran them.
fn some_replications(
    floor: &Arc<Floor>,
    plan: &Plan,
    numbers: std::ops::Range<u64>,
    threads: usize,
    bar: &ProgressBar,
) -> Result<Vec<Replication>, Failure> {
    let next = AtomicU64::new(numbers.start);
    let count = usize::try_from(numbers.end - numbers.start).unwrap_or(usize::MAX);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                return done;
            }
            let replication = Replication::run(floor, plan, number);
            let failed = replication.is_err();
            done.push((number, replication));
            bar.inc(1);
            if failed {
                next.store(numbers.end, Ordering::Relaxed);
            }
        }
    };
    let mut done: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.clamp(1, count.max(1)))
            .map(|_| scope.spawn(work))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter()
        .map(|(number, replication)| {
            replication.map_err(|stuck| {
                Failure::new(Kind::Finding, format!("replication {number}: {stuck}"))
            })
        })
        .collect()
}

fn progress_bar(arguments: &RunArguments, asked: u64) -> ProgressBar {
    if arguments.json || !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let length = arguments.precision.is_none().then_some(asked);
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    let template = match length {
        Some(_) => "{bar:40} {pos}/{len} replications  {elapsed}",
        None => "{spinner} {pos} replications  {elapsed}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
