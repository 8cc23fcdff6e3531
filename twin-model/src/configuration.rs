//! Master data of a work center, as it stood at each time.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::{Amount, CounterModulus, SILENCE_S_MIN, Time, WorkCenterConfigured};

/// Versions of the master data kept for one work center.
pub(crate) const CONFIGURATIONS_MAX: usize = 16;
/// Operations that may run at once where nobody says otherwise.
const CAPACITY_DEFAULT: u32 = 1;

/// What the ERP says of a work center, from a time on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Configuration {
    pub(crate) at: Time,
    pub(crate) capacity: u32,
    /// Ascending and apart from each other; empty: always staffed.
    pub(crate) shifts: Arc<[(Time, Time)]>,
    pub(crate) ideal_s_per_unit: Option<Decimal>,
    pub(crate) silent_after_s: Option<u32>,
    pub(crate) counter_modulus: CounterModulus,
    pub(crate) kpi_window_s: Option<u32>,
}

impl Configuration {
    pub(crate) fn told(body: &WorkCenterConfigured, at: Time) -> Configuration {
        let mut shifts: Vec<(Time, Time)> = Vec::with_capacity(body.shifts.len());
        let mut told: Vec<(Time, Time)> = body.shifts.iter().map(|s| (s.from, s.to)).collect();
        told.sort_unstable();
        for (from, to) in told {
            match shifts.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => shifts.push((from, to)),
            }
        }
        Configuration {
            at,
            capacity: body.capacity.unwrap_or(CAPACITY_DEFAULT),
            shifts: shifts.into(),
            ideal_s_per_unit: body.ideal_s_per_unit.map(Amount::value),
            silent_after_s: body.silent_after_s.map(|s| s.max(SILENCE_S_MIN)),
            counter_modulus: body.counter_modulus.unwrap_or_default(),
            kpi_window_s: body.kpi_window_s,
        }
    }

    /// Operations that may run at once.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// Ideal time per unit, seconds.
    #[must_use]
    pub fn ideal_s_per_unit(&self) -> Option<Decimal> {
        self.ideal_s_per_unit
    }

    /// Seconds for which the work center may be quiet; `None`: as long as it likes.
    #[must_use]
    pub fn silent_after_s(&self) -> Option<u32> {
        self.silent_after_s
    }

    /// Where its counters begin again by themselves.
    #[must_use]
    pub fn counter_modulus(&self) -> CounterModulus {
        self.counter_modulus
    }

    /// Length of the windows whose figures are told, seconds; `None`: none are.
    #[must_use]
    pub fn kpi_window_s(&self) -> Option<u32> {
        self.kpi_window_s
    }

    /// Whether the work center is staffed at an instant.
    #[must_use]
    pub fn is_staffed(&self, at: Time) -> bool {
        let begun = self.shifts.partition_point(|(from, _)| *from <= at);
        let shift = begun.checked_sub(1).map(|last| self.shifts[last]);
        self.shifts.is_empty() || shift.is_some_and(|(_, to)| at < to)
    }

    /// The staffed time that touches a window.
    fn staffed(&self, from: Time, to: Time) -> impl Iterator<Item = (Time, Time)> {
        let over = self.shifts.partition_point(|(_, end)| *end <= from);
        let shifts = self.shifts[over..].iter().copied();
        let always = self.shifts.is_empty().then_some((from, to));
        shifts
            .take_while(move |(start, _)| *start < to)
            .map(move |(start, end)| (start.max(from), end.min(to)))
            .chain(always)
    }
}

/// All versions of the master data. Each counts from its own time on: a calendar of today does
/// not change what was planned yesterday.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Configurations(pub(crate) Vec<Configuration>);

impl Configurations {
    pub(crate) fn note(&mut self, version: Configuration) {
        if let Err(place) = self.0.binary_search(&version) {
            self.0.insert(place, version);
        }
    }

    /// The version in force at an instant.
    pub(crate) fn at(&self, at: Time) -> Option<&Configuration> {
        let told = self.0.partition_point(|version| version.at <= at);
        self.0.get(told.checked_sub(1)?)
    }

    /// Where counters that are read at an instant begin again by themselves.
    pub(crate) fn counter_modulus(&self, at: Time) -> CounterModulus {
        let version = self.at(at);
        version.map_or_else(CounterModulus::default, Configuration::counter_modulus)
    }

    pub(crate) fn latest(&self) -> Option<&Configuration> {
        self.0.last()
    }

    /// Operations that may run at once, as told last.
    pub(crate) fn capacity(&self) -> u32 {
        self.latest()
            .map_or(CAPACITY_DEFAULT, |version| version.capacity)
    }

    /// The staffed time of a window. Before the first version it is all staffed.
    pub(crate) fn staffed(&self, from: Time, to: Time) -> Vec<(Time, Time)> {
        let first = self.0.first().map_or(to, |version| version.at);
        let mut found = vec![(from, first.min(to))];
        for (n, version) in self.0.iter().enumerate() {
            let next = self.0.get(n + 1).map_or(to, |next| next.at.min(to));
            let since = version.at.max(from);
            if since < next {
                found.extend(version.staffed(since, next));
            }
        }
        found
    }

    /// Where the oldest version ends when there are too many.
    pub(crate) fn overflow(&self) -> Option<Time> {
        let over = self.0.len().checked_sub(CONFIGURATIONS_MAX)?;
        (over > 0).then(|| self.0[over].at)
    }

    /// Forgets what counts only before `horizon`.
    pub(crate) fn forget_before(&mut self, horizon: Time) {
        let told = self.0.partition_point(|version| version.at <= horizon);
        self.0.drain(..told.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::EPOCH.plus_seconds(second)
    }

    fn version(second: i64, shifts: &[(i64, i64)]) -> Configuration {
        Configuration {
            at: at(second),
            shifts: shifts
                .iter()
                .map(|(from, to)| (at(*from), at(*to)))
                .collect(),
            capacity: CAPACITY_DEFAULT,
            ideal_s_per_unit: None,
            silent_after_s: None,
            counter_modulus: CounterModulus::default(),
            kpi_window_s: None,
        }
    }

    #[test]
    fn a_shift_begins_with_its_start_and_ends_before_its_end() {
        let two = version(0, &[(10, 20), (30, 40)]);
        for (second, staffed) in [
            (9, false),
            (10, true),
            (19, true),
            (20, false),
            (29, false),
            (30, true),
            (39, true),
            (40, false),
        ] {
            assert_eq!(two.is_staffed(at(second)), staffed, "second {second}");
        }
        assert!(version(0, &[]).is_staffed(at(5)), "without shifts always");
    }

    #[test]
    fn only_what_is_too_much_is_to_be_forgotten() {
        let mut kept = Configurations::default();
        for second in 0..CONFIGURATIONS_MAX as i64 {
            kept.note(version(second, &[]));
        }
        assert_eq!(kept.overflow(), None);
        kept.note(version(CONFIGURATIONS_MAX as i64, &[]));
        assert_eq!(kept.overflow(), Some(at(1)));
    }

    #[test]
    fn the_version_that_counts_at_the_horizon_is_kept() {
        for (horizon, kept) in [
            (9, &[10, 20, 30][..]),
            (10, &[10, 20, 30]),
            (19, &[10, 20, 30]),
            (20, &[20, 30]),
            (31, &[30]),
        ] {
            let mut versions = Configurations::default();
            for second in [10, 20, 30] {
                versions.note(version(second, &[]));
            }
            versions.forget_before(at(horizon));
            let times: Vec<Time> = versions.0.iter().map(|version| version.at).collect();
            let kept: Vec<Time> = kept.iter().map(|second| at(*second)).collect();
            assert_eq!(times, kept, "{horizon}");
        }
    }
}
