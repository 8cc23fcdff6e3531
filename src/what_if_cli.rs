//! The command line of `twin what-if`.

use clap::Args;

use crate::asked_twin::AskedTwin;

#[derive(Debug, Args)]
pub(crate) struct WhatIfArguments {
    #[command(flatten)]
    pub(crate) asked: AskedTwin,
    /// A work center that stands still from now on, and for how many minutes: `WC-1=240`.
    #[arg(long, value_name = "WORK_CENTER=MINUTES", value_parser = named_number::<f64>)]
    pub(crate) down: Vec<(String, f64)>,
    /// An order with another priority: `WO-7=1`; lower is more urgent, and
    /// 5 is usual.
    #[arg(long, value_name = "ORDER=PRIORITY", value_parser = named_number::<i32>)]
    pub(crate) priority: Vec<(String, i32)>,
    /// Hours from now in which a work center is open and never else, or is closed:
    /// `WC-1=open:0-8,24-32`, `WC-1=closed:16-24`; with `also:` hours are opened again that a
    /// `--shift` before closed.
    #[arg(long, value_name = "WORK_CENTER=WHAT:HOURS", value_parser = shift)]
    pub(crate) shift: Vec<Shift>,
    /// A work center of which only this share of the pieces is good: `WC-1=0.9`. What is not is
    /// made again.
    #[arg(long, value_name = "WORK_CENTER=SHARE", value_parser = named_number::<f64>)]
    pub(crate) good: Vec<(String, f64)>,
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
}

/// Hours from now of a work center.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shift {
    pub(crate) work_center: String,
    /// As the twin calls it: `open_only`, `also_open`, `closed`.
    pub(crate) hours_are: &'static str,
    pub(crate) hours: Vec<[f64; 2]>,
}

fn shift(text: &str) -> Result<Shift, String> {
    let wrong = || format!("{text:?} is not like NAME=open:0-8,24-32 (or closed:, or also:)");
    let (work_center, what) = text.rsplit_once('=').ok_or_else(wrong)?;
    let (what, hours) = what.split_once(':').ok_or_else(wrong)?;
    let hours_are = match what {
        "open" => "open_only",
        "also" => "also_open",
        "closed" => "closed",
        _ => return Err(wrong()),
    };
    let pairs = hours.split(',').map(|pair| {
        let (from, to) = pair.split_once('-')?;
        Some([from.trim().parse().ok()?, to.trim().parse().ok()?])
    });
    Ok(Shift {
        work_center: work_center.to_owned(),
        hours_are,
        hours: pairs.collect::<Option<_>>().ok_or_else(wrong)?,
    })
}

fn named_number<T: std::str::FromStr>(text: &str) -> Result<(String, T), String> {
    let wrong = || format!("{text:?} is not like NAME=NUMBER");
    let (name, number) = text.rsplit_once('=').ok_or_else(wrong)?;
    Ok((name.to_owned(), number.parse().map_err(|_| wrong())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_a_work_center_are_read_as_a_planner_writes_them() {
        let read = shift("MILL=1=open:0-8, 24.5-32").unwrap();
        assert_eq!(
            (read.work_center.as_str(), read.hours_are),
            ("MILL=1", "open_only")
        );
        assert_eq!(read.hours, [[0.0, 8.0], [24.5, 32.0]]);
        for wrong in ["MILL-1", "MILL-1=0-8", "MILL-1=open:8", "MILL-1=shut:0-8"] {
            let said = shift(wrong).unwrap_err();
            assert!(said.contains("is not like"), "{said}");
        }
    }
}
