//! The figures of a plant, hour by hour.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use twin_model::{SmolStr, Time};

use super::Kpi;
use super::tally::{Sample, Tally};

/// Hours that are kept: 31 days.
pub(crate) const HOURS_MAX: i64 = 31 * 24;
/// Series of one figure, such as sources; what would be one more is counted together as `other`.
pub(crate) const SERIES_MAX: usize = 200;
const OTHER: &str = "other";

const MICROS_PER_HOUR: i64 = 3_600 * 1_000_000;

type Hours = BTreeMap<i64, Tally>;

/// The figures, by what they are of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Series {
    kpis: BTreeMap<Kpi, BTreeMap<SmolStr, Hours>>,
}

/// The hour of the plant's time, counted from the Unix epoch.
pub(crate) fn hour_of(time: Time) -> i64 {
    time.as_micros().div_euclid(MICROS_PER_HOUR)
}

impl Series {
    /// Counts a sample into its hour.
    pub(crate) fn add(&mut self, kpi: Kpi, of: &str, at: Time, sample: &Sample) {
        let all = self.kpis.entry(kpi).or_default();
        let known = all.contains_key(of) || all.len() < SERIES_MAX;
        let hours = all
            .entry(SmolStr::new(if known { of } else { OTHER }))
            .or_default();
        let tally = hours.entry(hour_of(at));
        tally
            .and_modify(|tally| tally.add(sample))
            .or_insert_with(|| Tally::of(sample));
    }

    /// Forgets the oldest hours of each series that has more than are kept. Not by the time: one
    /// event with a wrong one would take everything.
    pub(crate) fn forget_oldest(&mut self) {
        let kept = usize::try_from(HOURS_MAX + 1).unwrap_or(usize::MAX);
        for hours in self.kpis.values_mut().flat_map(BTreeMap::values_mut) {
            while hours.len() > kept {
                hours.pop_first();
            }
        }
    }

    /// What was counted of a figure in the last `hours` whole hours before `now` and in the present
    /// one; by what it is of.
    pub(crate) fn within(
        &self,
        kpi: Kpi,
        hours: i64,
        now: Time,
    ) -> impl Iterator<Item = (&SmolStr, Tally)> {
        let last = hour_of(now);
        let all = self.kpis.get(&kpi).into_iter().flatten();
        all.filter_map(move |(of, by_hour)| {
            let mut found = by_hour
                .range(last - hours + 1..=last)
                .map(|(_, tally)| tally);
            let mut sum = found.next()?.clone();
            found.for_each(|tally| sum.merge(tally));
            Some((of, sum))
        })
    }
}
