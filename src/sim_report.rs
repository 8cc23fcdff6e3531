//! What the runs of a plant model say, for people and for programs.

use serde::Serialize;
use simulators::experiment::{self, Figures, Plan, Replication};
use simulators::kernel::{Floor, KERNEL_VERSION};
use simulators::plant_file::{PlantFile, TimeUnit};
use simulators::statistics::{Confidence, Sample};

use crate::exit::{Failure, Kind, OrFail};
use crate::hex::hex;
use crate::say::say;

/// A mean over replications with its 95 % interval.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Mean {
    pub(crate) mean: f64,
    /// `None` with one replication.
    pub(crate) half_width: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ProductReport {
    pub(crate) product: String,
    pub(crate) cycle_time: Option<Mean>,
    pub(crate) good_lots_per_day: Option<Mean>,
    pub(crate) late_share: Option<Mean>,
    pub(crate) scrapped_share: Option<Mean>,
}

#[derive(Debug, Serialize)]
pub(crate) struct WorkCenterReport {
    pub(crate) work_center: String,
    pub(crate) machines: u32,
    pub(crate) busy: Option<Mean>,
    pub(crate) setup: Option<Mean>,
    pub(crate) broken: Option<Mean>,
    pub(crate) maintained: Option<Mean>,
    pub(crate) closed: Option<Mean>,
    pub(crate) blocked: Option<Mean>,
    pub(crate) wait: Option<Mean>,
    pub(crate) line: Option<Mean>,
}

/// Everything that a run says. Times are in the file's unit; intervals hold 95 %.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) name: String,
    pub(crate) time_unit: TimeUnit,
    pub(crate) seed: u64,
    pub(crate) replications: usize,
    /// Whether the asked precision was reached; absent when none was asked for.
    pub(crate) precision_reached: Option<bool>,
    pub(crate) warm_up: f64,
    pub(crate) end: Option<Mean>,
    pub(crate) lots_on_floor: Option<Mean>,
    pub(crate) products: Vec<ProductReport>,
    pub(crate) work_centers: Vec<WorkCenterReport>,
    pub(crate) late_starts: u64,
    pub(crate) kernel_version: u32,
    /// SHA-256 over everything that happened in all replications.
    pub(crate) sha256: String,
}

impl Report {
    pub(crate) fn new(
        file: &PlantFile,
        floor: &Floor,
        plan: &Plan,
        replications: &[Replication],
        figures: &Figures,
        precision_reached: Option<bool>,
    ) -> Report {
        let unit = file.time_unit.us();
        let products = floor.products().zip(&figures.products);
        let centers = (0_u32..)
            .zip(floor.work_centers())
            .zip(&figures.work_centers);
        Report {
            name: file.name.clone(),
            time_unit: file.time_unit,
            seed: plan.seed,
            replications: replications.len(),
            precision_reached,
            warm_up: plan.warm_up_us as f64 / unit,
            end: mean(&figures.end_us, unit),
            lots_on_floor: mean(&figures.on_floor, 1.0),
            products: products
                .map(|(name, product)| ProductReport {
                    product: name.to_owned(),
                    cycle_time: mean(&product.cycle_us, unit),
                    good_lots_per_day: mean(&product.per_day, 1.0),
                    late_share: mean(&product.late, 1.0),
                    scrapped_share: mean(&product.scrapped, 1.0),
                })
                .collect(),
            work_centers: centers
                .map(|((number, name), center)| WorkCenterReport {
                    work_center: name.to_owned(),
                    machines: floor.machines_of(number),
                    busy: mean(&center.busy, 1.0),
                    setup: mean(&center.setup, 1.0),
                    broken: mean(&center.broken, 1.0),
                    maintained: mean(&center.maintained, 1.0),
                    closed: mean(&center.closed, 1.0),
                    blocked: mean(&center.blocked, 1.0),
                    wait: mean(&center.wait_us, unit),
                    line: mean(&center.line, 1.0),
                })
                .collect(),
            late_starts: replications.iter().map(|one| one.late_starts).sum(),
            kernel_version: KERNEL_VERSION,
            sha256: hex(&experiment::digest(plan, replications)),
        }
    }

    pub(crate) fn print_json(&self) -> Result<(), Failure> {
        let json = serde_json::to_string(self).or_fail(Kind::Finding)?;
        say!("{json}");
        Ok(())
    }

    pub(crate) fn unit(&self) -> &'static str {
        match self.time_unit {
            TimeUnit::Second => "s",
            TimeUnit::Minute => "min",
            TimeUnit::Hour => "h",
            TimeUnit::Day => "d",
        }
    }

    pub(crate) fn print(&self) {
        let unit = self.unit();
        say!(
            "{}: {} replications, seed {}, warm-up {} {unit}, end {} {unit}; means with 95 % intervals",
            self.name,
            self.replications,
            self.seed,
            self.warm_up,
            shown(self.end, 1.0),
        );
        say!("lots on the floor: {}", shown(self.lots_on_floor, 1.0));
        say!("");
        say!(
            "{:20} {:>20} {:>16} {:>14} {:>14}",
            "product",
            format!("cycle time, {unit}"),
            "good lots/day",
            "late, %",
            "scrapped, %"
        );
        for product in &self.products {
            say!(
                "{:20} {:>20} {:>16} {:>14} {:>14}",
                product.product,
                shown(product.cycle_time, 1.0),
                shown(product.good_lots_per_day, 1.0),
                shown(product.late_share, 100.0),
                shown(product.scrapped_share, 100.0),
            );
        }
        say!("");
        say!(
            "{:20} {:>8} {:>14} {:>9} {:>9} {:>9} {:>9} {:>9} {:>16} {:>14}",
            "work center",
            "machines",
            "busy, %",
            "setup",
            "broken",
            "maint.",
            "closed",
            "blocked",
            format!("wait, {unit}"),
            "lots waiting"
        );
        for center in &self.work_centers {
            say!(
                "{:20} {:>8} {:>14} {:>9} {:>9} {:>9} {:>9} {:>9} {:>16} {:>14}",
                center.work_center,
                center.machines,
                shown(center.busy, 100.0),
                rounded(center.setup),
                rounded(center.broken),
                rounded(center.maintained),
                rounded(center.closed),
                rounded(center.blocked),
                shown(center.wait, 1.0),
                shown(center.line, 1.0),
            );
        }
        say!("");
        if self.late_starts > 0 {
            say!(
                "{} starts came later than their queue-time limit",
                self.late_starts
            );
        }
        if self.precision_reached == Some(false) {
            say!("the asked precision was NOT reached; give more replications with --most");
        }
        say!("sha256 {} (kernel {})", self.sha256, self.kernel_version);
    }
}

fn mean(sample: &Sample, unit: f64) -> Option<Mean> {
    let half_width = sample.interval(Confidence::P95);
    Some(Mean {
        mean: sample.mean()? / unit,
        half_width: half_width.map(|interval| interval.half_width / unit),
    })
}

/// A mean and its half-width, with as many places as the size asks for.
pub(crate) fn shown(mean: Option<Mean>, times: f64) -> String {
    let Some(mean) = mean else {
        return "-".to_owned();
    };
    let value = mean.mean * times;
    let places = if value.abs() >= 100.0 { 1 } else { 2 };
    let mut text = format!("{value:.places$}");
    if let Some(half_width) = mean.half_width.filter(|&width| width > 0.0) {
        text.push_str(&format!(" ±{:.places$}", half_width * times));
    }
    text
}

fn rounded(share: Option<Mean>) -> String {
    share.map_or_else(
        || "-".to_owned(),
        |share| format!("{:.1}", share.mean * 100.0),
    )
}
