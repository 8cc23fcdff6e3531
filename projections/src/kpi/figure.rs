//! Key figures as queries show them.

use serde::Serialize;
use twin_model::{Decimal, SmolStr, Time};
use utoipa::ToSchema;

use super::durations::seconds;
use super::kept::Kept;
use super::tally::Tally;
use super::{Kpi, Measure};

/// A key figure over a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FigureView {
    /// Which figure.
    #[schema(value_type = String, example = "release_cycle_time")]
    kpi: Kpi,
    /// Of which source and class, system, material or work center; empty when of the plant.
    #[schema(value_type = String)]
    of: SmolStr,
    /// Unit of what is below: `s`, `share` (from 0 to 1) or `1`.
    unit: &'static str,
    /// What it is counted from.
    inputs: &'static str,
    /// How many samples; of what is now, how many there are.
    count: u64,
    /// Mean of the durations, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    mean: Option<Decimal>,
    /// 50 % of the durations are no longer; at most a sixteenth too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    p50: Option<Decimal>,
    /// 95 % of the durations are no longer; at most a sixteenth too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    p95: Option<Decimal>,
    /// 99 % of the durations are no longer; at most a sixteenth too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    p99: Option<Decimal>,
    /// The longest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    max: Option<Decimal>,
    /// The share, or what is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    value: Option<Decimal>,
}

/// All figures that have samples in the last `hours`, and those of now.
pub(crate) fn figures(kept: &Kept, hours: i64, now: Time) -> Vec<FigureView> {
    let mut all = Vec::new();
    for kpi in Kpi::ALL {
        match kpi.measure() {
            Measure::Now => all.push(of_now(kept, kpi, now)),
            Measure::Duration | Measure::Share => {
                let series = kept.series.within(kpi, hours, now);
                all.extend(series.map(|(of, tally)| counted(kpi, of, &tally)));
            }
        }
    }
    all
}

fn bare(kpi: Kpi, of: &SmolStr, count: u64) -> FigureView {
    FigureView {
        kpi,
        of: of.clone(),
        unit: kpi.unit(),
        inputs: kpi.inputs(),
        count,
        mean: None,
        p50: None,
        p95: None,
        p99: None,
        max: None,
        value: None,
    }
}

fn counted(kpi: Kpi, of: &SmolStr, tally: &Tally) -> FigureView {
    let bare = bare(kpi, of, tally.count());
    match tally {
        Tally::Durations(all) => FigureView {
            mean: all.mean_ms().map(seconds),
            p50: all.percentile_ms(50).map(seconds),
            p95: all.percentile_ms(95).map(seconds),
            p99: all.percentile_ms(99).map(seconds),
            max: all.max_ms().map(seconds),
            ..bare
        },
        Tally::Share(share) => FigureView {
            value: share.share().map(|share| share.round_dp(4).normalize()),
            ..bare
        },
    }
}

fn of_now(kept: &Kept, kpi: Kpi, now: Time) -> FigureView {
    let (count, oldest) = kept.observer.backlog();
    let count = count as u64;
    let value = match kpi {
        Kpi::ExceptionAge => {
            oldest.map(|oldest| Decimal::from(now.micros_since(oldest).max(0) / 1_000_000))
        }
        _ => Some(Decimal::from(count)),
    };
    FigureView {
        value,
        ..bare(kpi, &SmolStr::default(), count)
    }
}
