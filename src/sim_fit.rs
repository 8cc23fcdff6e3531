//! `twin sim fit`: a plant model from what a twin has been told.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use actors::PlantOptions;
use serde_json::json;
use simulators::fit::{Fit, Fitted};
use twin_model::{Event, Plant, PlantId, wire};

use crate::data_dir;
use crate::exit::{Failure, Kind, OrFail};
use crate::say::say;
use crate::sim_cli::FitArguments;

pub(crate) fn run(arguments: &FitArguments) -> Result<(), Failure> {
    let mut fit = Fit::new();
    let plant = match arguments.from.is_dir() {
        true => of_data_dir(arguments, &mut fit)?,
        false => of_file(arguments, &mut fit)?,
    };
    let name = format!("fitted to {plant}");
    let fitted = fit.plant_file(&name).or_fail(Kind::Finding)?;
    // What is printed runs, or it is said here what cannot be.
    let text = toml::to_string(&fitted.file).or_fail(Kind::Finding)?;
    simulators::plant_file::PlantFile::read("the fitted model", &text).or_fail(Kind::Finding)?;
    match arguments.json {
        true => say!(
            "{}",
            serde_json::to_string(&fitted.file).or_fail(Kind::Finding)?
        ),
        false => say!("{text}"),
    }
    tell(arguments, &fitted);
    Ok(())
}

/// What was assumed and left out, beside the model.
fn tell(arguments: &FitArguments, fitted: &Fitted) {
    if arguments.json {
        let cycles = fitted.cycle_min.iter();
        let cycles: Vec<_> = cycles
            .map(|(product, (orders, mean_min))| {
                json!({"product": product, "orders": orders, "mean_min": mean_min})
            })
            .collect();
        let told = json!({
            "assumed": fitted.assumed,
            "left_out": fitted.left_out,
            "cycle_times": cycles,
        });
        eprintln!("{told}");
        return;
    }
    for assumed in &fitted.assumed {
        eprintln!("assumed: {assumed}");
    }
    for left_out in &fitted.left_out {
        eprintln!("left out: {left_out}");
    }
    for (product, (orders, mean_min)) in &fitted.cycle_min {
        eprintln!("in the log: {orders} orders of {product} took {mean_min:.1} min on average");
    }
}

fn of_data_dir(arguments: &FitArguments, fit: &mut Fit) -> Result<PlantId, Failure> {
    let (dir, identity) = data_dir::one_plant(&arguments.from, arguments.plant.as_ref())?;
    let options = PlantOptions {
        clock: identity.clock,
        ..PlantOptions::new(identity.plant.clone(), dir)
    };
    actors::replay(&options, &mut |event| fit.note(&event))?;
    Ok(identity.plant)
}

/// Events as JSON, one a line. They count as a twin would have them, so those that its rules do
/// not take are no part of the log.
fn of_file(arguments: &FitArguments, fit: &mut Fit) -> Result<PlantId, Failure> {
    let path: &Path = &arguments.from;
    let wrong = |what: String| {
        let text = format!("{}: {what}", path.display());
        Failure::new(Kind::Config, text)
    };
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let mut plant: Option<Plant> = None;
    let mut refused = 0_u64;
    for (number, line) in (1_u64..).zip(BufReader::new(file).lines()) {
        let line = line.map_err(|error| wrong(format!("line {number}: {error}")))?;
        if line.trim().is_empty() {
            continue;
        }
        let event: Event = wire::decode(line.as_bytes())
            .map_err(|error| wrong(format!("line {number}: {}", error.rejection)))?;
        if arguments
            .plant
            .as_ref()
            .is_some_and(|plant| *plant != event.plant)
        {
            continue;
        }
        let plant = plant.get_or_insert_with(|| Plant::new(event.plant.clone()));
        if *plant.id() != event.plant {
            let (one, other) = (plant.id(), &event.plant);
            let text = format!("line {number}: events of {one} and {other}; name one with --plant");
            return Err(wrong(text));
        }
        match plant.apply(&event) {
            Ok(_) => fit.note(&event),
            Err(_) => refused += 1,
        }
    }
    if refused > 0 {
        eprintln!("left out: {refused} events that the twin's rules do not take in this order");
    }
    plant
        .map(|plant| plant.id().clone())
        .ok_or_else(|| wrong("no event of that plant is in it".to_owned()))
}
