//! Rate, errors and durations of the stages that an event goes through, as Prometheus histograms.

use std::fmt::Write;

use actors::{STAGE_BOUNDS_US, StageReading};

use crate::projections::Projections;

const SECONDS_PER_US: f64 = 1e-6;

/// The stages of all plants, in the Prometheus text format.
pub(crate) fn text(projections: &Projections) -> String {
    let mut stages = Vec::new();
    for (plant, picture) in projections.pictures() {
        let mut add = |stage: &str, read: StageReading| {
            let plant = crate::metrics::escape(plant);
            stages.push((format!("plant=\"{plant}\",stage=\"{stage}\""), read));
        };
        for (stage, read) in picture.handle().stages() {
            add(stage, read);
        }
        add("projection", picture.taken_in());
    }
    let mut text = String::new();
    let name = "twin_stage_seconds";
    let help = "Time of a stage: turn (a batch is decided), commit (a batch is made durable), \
                projection (a commit comes into the picture).";
    // Writing into a text cannot fail.
    let _ok = writeln!(text, "# HELP {name} {help}\n# TYPE {name} histogram");
    for (labels, read) in &stages {
        let mut below = 0;
        for (bound, count) in STAGE_BOUNDS_US.iter().zip(read.counts) {
            below += count;
            let bound = *bound as f64 * SECONDS_PER_US;
            let _ok = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {below}");
        }
        let all: u64 = read.counts.iter().sum();
        let sum = read.sum_us as f64 * SECONDS_PER_US;
        let _ok = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {all}");
        let _ok = writeln!(
            text,
            "{name}_sum{{{labels}}} {sum}\n{name}_count{{{labels}}} {all}"
        );
    }
    let name = "twin_stage_failures_total";
    let help = "How often a stage did not come to its end: a commit for which there was no room.";
    let _ok = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter");
    for (labels, read) in &stages {
        let _ok = writeln!(text, "{name}{{{labels}}} {}", read.failures);
    }
    text
}
