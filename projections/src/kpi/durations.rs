//! Many durations in little room.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use twin_model::Decimal;

/// Steps into which each power of two is divided: a percentile is at most a sixteenth too large.
const STEPS: u64 = 16;
const STEPS_LOG2: u32 = 4;

/// How often which duration was seen, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Durations {
    pub(crate) count: u64,
    sum_ms: u64,
    max_ms: u64,
    /// By step.
    steps: BTreeMap<u16, u64>,
}

impl Durations {
    pub(crate) fn add(&mut self, ms: u64) {
        self.count += 1;
        self.sum_ms = self.sum_ms.saturating_add(ms);
        self.max_ms = self.max_ms.max(ms);
        *self.steps.entry(step_of(ms)).or_default() += 1;
    }

    pub(crate) fn merge(&mut self, other: &Durations) {
        self.count = self.count.saturating_add(other.count);
        self.sum_ms = self.sum_ms.saturating_add(other.sum_ms);
        self.max_ms = self.max_ms.max(other.max_ms);
        for (step, count) in &other.steps {
            let all = self.steps.entry(*step).or_default();
            *all = all.saturating_add(*count);
        }
    }

    /// Rounded down; `None` of nothing.
    pub(crate) fn mean_ms(&self) -> Option<u64> {
        self.sum_ms.checked_div(self.count)
    }

    pub(crate) fn max_ms(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max_ms)
    }

    /// The smallest step that at least this share of the durations does not exceed; never more
    /// than the largest duration. `None` of nothing.
    pub(crate) fn percentile_ms(&self, percent: u64) -> Option<u64> {
        let wanted = (u128::from(self.count) * u128::from(percent))
            .div_ceil(100)
            .max(1);
        let mut seen = 0_u128;
        for (step, count) in &self.steps {
            seen += u128::from(*count);
            if seen >= wanted {
                return Some(most_of(*step).min(self.max_ms));
            }
        }
        None
    }
}

/// Milliseconds as people read them.
pub(crate) fn seconds(ms: u64) -> Decimal {
    Decimal::new(i64::try_from(ms).unwrap_or(i64::MAX), 3).normalize()
}

/// Below 16 ms each millisecond has its step.
fn step_of(ms: u64) -> u16 {
    let log2 = 63 - ms.max(1).leading_zeros();
    let step = match log2.checked_sub(STEPS_LOG2) {
        None => ms,
        Some(shift) => u64::from(shift) * STEPS + (ms >> shift),
    };
    u16::try_from(step).unwrap_or(u16::MAX)
}

/// The largest duration of a step.
fn most_of(step: u16) -> u64 {
    let step = u64::from(step);
    match step < 2 * STEPS {
        true => step,
        false => {
            let shift = step / STEPS - 1;
            (step % STEPS + STEPS + 1)
                .checked_shl(u32::try_from(shift).unwrap_or(u32::MAX))
                .map_or(u64::MAX, |most| most - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_holds_its_largest_duration_and_not_the_next() {
        for ms in (0..5_000).chain([u64::MAX / 2, 86_400_000, 31 * 86_400_000]) {
            let most = most_of(step_of(ms));
            assert!(ms <= most && most - ms <= ms / STEPS, "{ms} in {most}");
            assert_eq!(step_of(most), step_of(ms));
            assert_eq!(step_of(most + 1), step_of(ms) + 1, "{ms}");
        }
    }

    #[test]
    fn a_percentile_is_not_exceeded_by_that_share_and_hardly_too_large() {
        let mut all = Durations::default();
        assert_eq!(
            (all.percentile_ms(50), all.mean_ms(), all.max_ms()),
            (None, None, None)
        );
        let (mut odd, mut even) = (Durations::default(), Durations::default());
        for ms in 1..=1_000 {
            match ms % 2 {
                0 => even.add(ms),
                _ => odd.add(ms),
            }
        }
        all.merge(&odd);
        all.merge(&even);
        for (percent, exact) in [(1, 10), (50, 500), (95, 950), (99, 990), (100, 1_000)] {
            let found = all.percentile_ms(percent).unwrap();
            assert!(
                (exact..=exact + exact / STEPS).contains(&found),
                "p{percent}: {found}"
            );
        }
        assert_eq!(
            (all.count, all.mean_ms(), all.max_ms()),
            (1_000, Some(500), Some(1_000))
        );
    }
}
