//! What the runs of a live plant say of each order.

use serde::Serialize;
use twin_model::{Time, WorkOrderId};

use super::HORIZON_H_MAX;
use super::outcome::{BEYOND_US, Finished, Outcome};
use crate::statistics::{Confidence, Paired, Percentiles, Share, wilson};

/// Microseconds of one hour.
const HOUR_US: i64 = 3_600_000_000;

/// What is to be expected of an order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrderForecast {
    /// The order.
    pub order: WorkOrderId,
    /// When it is due.
    pub due: Option<Time>,
    /// One of ten runs finishes it by then; `None`: not within the horizon.
    pub p10: Option<Time>,
    /// Half of the runs do.
    pub p50: Option<Time>,
    /// Nine of ten do.
    pub p90: Option<Time>,
    /// Share of the runs in which it is late, as counted, with its 95 % interval; `None` without
    /// a due date, or where the runs do not tell.
    pub late: Option<LateShare>,
    /// Why the runs do not tell whether it is late although it has a due date.
    pub late_unknown: Option<String>,
    /// By how many minutes the changes make it later, in the mean over pairs of runs with the
    /// same random numbers; `None` without changes, or where a run does not finish it.
    pub later_min: Option<Difference>,
}

/// A share with its 95 % Wilson interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LateShare {
    /// As counted.
    pub share: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A mean difference with the half width of its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The mean.
    pub mean: f64,
    /// The half width.
    pub half_width: f64,
}

/// How busy a work center is until the last order is done, or the horizon where that is earlier.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoadForecast {
    /// Which.
    pub work_center: String,
    /// Share of the time of its machines that they work.
    pub busy: f64,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// By order, in the order of their numbers.
    pub orders: Vec<OrderForecast>,
    /// By work center.
    pub load: Vec<LoadForecast>,
}

impl Forecast {
    /// What the runs say; `asked` is what a planner asked about, `baseline` the plant as it is.
    pub(super) fn of(asked: &Outcome, baseline: Option<&Outcome>, now: Time) -> Self {
        let orders = asked.orders.iter().filter_map(|finished| {
            let before = baseline.and_then(|baseline| {
                let mut known = baseline.orders.iter();
                known.find(|known| known.order == finished.order)
            });
            OrderForecast::of(finished, before, asked.horizon_us, now)
        });
        let orders: Vec<OrderForecast> = orders.collect();
        let runs = asked.orders.first().map_or(0, |order| order.done_us.len());
        let load = asked.busy.iter().map(|(work_center, sum)| LoadForecast {
            work_center: work_center.clone(),
            busy: sum / runs.max(1) as f64,
        });
        Forecast {
            orders,
            load: load.collect(),
        }
    }
}

impl OrderForecast {
    fn of(
        finished: &Finished,
        before: Option<&Finished>,
        horizon_us: i64,
        now: Time,
    ) -> Option<Self> {
        let at = |us: i64| (us != BEYOND_US).then(|| now.plus_micros(us));
        let percentiles = Percentiles::of(finished.done_us.clone())?;
        let late_unknown = late_unknown(finished, horizon_us, now);
        let late = finished
            .due_us
            .filter(|_| late_unknown.is_none())
            .and_then(|due_us| {
                let late = finished.done_us.iter().filter(|&&done| done > due_us);
                let runs = finished.done_us.len() as u64;
                wilson(late.count() as u64, runs, Confidence::P95)
            });
        Some(OrderForecast {
            order: finished.order.clone(),
            due: finished.due_us.map(|due| now.plus_micros(due)),
            p10: at(percentiles.p10()),
            p50: at(percentiles.p50()),
            p90: at(percentiles.p90()),
            late: late.map(|share: Share| LateShare {
                share: share.raw,
                low: share.low,
                high: share.high,
            }),
            late_unknown,
            later_min: before.and_then(|before| difference(&before.done_us, &finished.done_us)),
        })
    }
}

/// Why nobody can tell from the runs whether an order is late: it is due after their end, and
/// some do not finish it.
fn late_unknown(finished: &Finished, horizon_us: i64, now: Time) -> Option<String> {
    let due_us = finished.due_us.filter(|&due_us| due_us > horizon_us)?;
    let runs = finished.done_us.len();
    let beyond = finished.done_us.iter().filter(|&&done| done == BEYOND_US);
    let beyond = Some(beyond.count()).filter(|&beyond| beyond > 0)?;
    let due = now.plus_micros(due_us);
    let (end, wanted_h) = (
        now.plus_micros(horizon_us),
        due_us.div_euclid(HOUR_US).saturating_add(1),
    );
    let hint = if wanted_h <= i64::from(HORIZON_H_MAX) {
        format!("ask with a horizon_h of at least {wanted_h}")
    } else {
        format!("no question looks further ahead than {HORIZON_H_MAX} hours")
    };
    Some(format!(
        "it is due at {due}, what is looked at ends at {end}, and {beyond} of {runs} runs do not \
         finish it by then; {hint}"
    ))
}

fn difference(before: &[i64], after: &[i64]) -> Option<Difference> {
    let mut paired = Paired::default();
    for (&before, &after) in before.iter().zip(after) {
        if before == BEYOND_US || after == BEYOND_US {
            return None;
        }
        paired.observe(before as f64 / 60e6, after as f64 / 60e6);
    }
    let interval = paired.difference(Confidence::P95)?;
    Some(Difference {
        mean: interval.mean,
        half_width: interval.half_width,
    })
}
