//! What replications say: means over them, with intervals.

use super::Replication;
use crate::kernel::Floor;
use crate::statistics::{Confidence, Sample};

/// Microseconds of one day.
const DAY_US: f64 = 86_400e6;

/// Figures of all replications; each sample has one observation per replication.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// By product.
    pub products: Vec<OfProducts>,
    /// By work center.
    pub work_centers: Vec<OfWorkCenters>,
    /// Lots on the floor, averaged over time.
    pub on_floor: Sample,
    /// The instant at which a replication ended, microseconds from the begin.
    pub end_us: Sample,
}

/// Figures of one product.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfProducts {
    /// Mean time from release to leaving, microseconds; replications without a good lot give none.
    pub cycle_us: Sample,
    /// Good lots per day.
    pub per_day: Sample,
    /// Share of the good lots that were late.
    pub late: Sample,
    /// Share of all lots that left spoilt.
    pub scrapped: Sample,
}

/// Figures of one work center; shares are of the time of all its machines.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfWorkCenters {
    /// Share worked.
    pub busy: Sample,
    /// Share changed over.
    pub setup: Sample,
    /// Share broken.
    pub broken: Sample,
    /// Share in maintenance.
    pub maintained: Sample,
    /// Share closed.
    pub closed: Sample,
    /// Share blocked by finished lots.
    pub blocked: Sample,
    /// Mean wait of a lot, microseconds; replications in which none started give none.
    pub wait_us: Sample,
    /// Waiting lots, averaged over time.
    pub line: Sample,
}

impl Figures {
    /// Figures of some replications of a floor.
    pub fn of(replications: &[Replication], floor: &Floor) -> Self {
        let mut figures = Self::default();
        for replication in replications {
            figures.add(replication, floor);
        }
        figures
    }

    fn add(&mut self, replication: &Replication, floor: &Floor) {
        self.products
            .resize(replication.products.len(), OfProducts::default());
        self.work_centers
            .resize(replication.work_centers.len(), OfWorkCenters::default());
        let span = replication.span_us as f64;
        self.end_us.observe(replication.end_us as f64);
        if span <= 0.0 {
            return;
        }
        self.on_floor.observe(replication.floor_area as f64 / span);
        for (figures, counted) in self.products.iter_mut().zip(&replication.products) {
            let left = counted.done + counted.scrapped;
            figures.per_day.observe(counted.done as f64 * DAY_US / span);
            if counted.done > 0 {
                let done = counted.done as f64;
                figures.cycle_us.observe(counted.sojourn_us as f64 / done);
                figures.late.observe(counted.late as f64 / done);
            }
            if left > 0 {
                figures
                    .scrapped
                    .observe(counted.scrapped as f64 / left as f64);
            }
        }
        let centers = self.work_centers.iter_mut().zip(&replication.work_centers);
        for (number, (figures, counted)) in (0_u32..).zip(centers) {
            let time = span * f64::from(floor.machines_of(number));
            figures.busy.observe(counted.busy_us as f64 / time);
            figures.setup.observe(counted.setup_us as f64 / time);
            figures.broken.observe(counted.broken_us as f64 / time);
            figures
                .maintained
                .observe(counted.maintained_us as f64 / time);
            figures.closed.observe(counted.closed_us as f64 / time);
            figures.blocked.observe(counted.blocked_us as f64 / time);
            figures.line.observe(counted.line_area as f64 / span);
            if counted.started > 0 {
                let started = counted.started as f64;
                figures.wait_us.observe(counted.waited_us as f64 / started);
            }
        }
    }

    /// The widest relative half-width of the cycle times of the products, as a share; `None`
    /// while a product has fewer than two observations.
    pub fn cycle_precision(&self, confidence: Confidence) -> Option<f64> {
        let widths = self.products.iter().map(|product| {
            let interval = product.cycle_us.interval(confidence)?;
            Some(interval.half_width / interval.mean.abs().max(f64::MIN_POSITIVE))
        });
        widths
            .collect::<Option<Vec<f64>>>()?
            .into_iter()
            .max_by(f64::total_cmp)
    }
}
