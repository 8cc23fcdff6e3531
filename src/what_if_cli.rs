//! The command line of `twin what-if`.

use clap::Args;
use twin_model::PlantId;

#[derive(Debug, Args)]
pub(crate) struct WhatIfArguments {
    /// The running twin.
    #[arg(
        long = "url",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    pub(crate) twin: String,
    /// Which plant; the first one when absent.
    #[arg(long)]
    pub(crate) plant: Option<PlantId>,
    /// A work center that stands still from now on, and for how many minutes: `WC-1=240`.
    #[arg(long, value_name = "WORK_CENTER=MINUTES", value_parser = named_number::<f64>)]
    pub(crate) down: Vec<(String, f64)>,
    /// An order with another priority: `WO-7=90`; more comes first.
    #[arg(long, value_name = "ORDER=PRIORITY", value_parser = named_number::<i32>)]
    pub(crate) priority: Vec<(String, i32)>,
    /// Any other change, as JSON: docs/simulation.md lists them.
    #[arg(long, value_name = "JSON")]
    pub(crate) change: Vec<String>,
    /// How far ahead, hours.
    #[arg(long, default_value_t = 168)]
    pub(crate) horizon_h: u32,
    /// How many runs.
    #[arg(long, default_value_t = 200)]
    pub(crate) replications: u32,
    /// Seed of the random numbers.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Which waiting order a work center takes after the more urgent ones: fifo, edd, spt, mwkr,
    /// cr.
    #[arg(long, value_name = "RULE")]
    pub(crate) dispatch: Option<String>,
    /// Prints the answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn named_number<T: std::str::FromStr>(text: &str) -> Result<(String, T), String> {
    let wrong = || format!("{text:?} is not like NAME=NUMBER");
    let (name, number) = text.rsplit_once('=').ok_or_else(wrong)?;
    Ok((name.to_owned(), number.parse().map_err(|_| wrong())?))
}
