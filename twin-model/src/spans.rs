//! Stretches of time that do not touch each other.

use crate::Time;

/// Stretches `[from, to)`, ascending; none is empty, none touches the next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Spans(Vec<(Time, Time)>);

impl Spans {
    /// All instants that are in at least one of `stretches`.
    pub(crate) fn covering(stretches: impl IntoIterator<Item = (Time, Time)>) -> Spans {
        let mut sorted: Vec<(Time, Time)> = stretches
            .into_iter()
            .filter(|(from, to)| from < to)
            .collect();
        sorted.sort_unstable();
        let mut merged: Vec<(Time, Time)> = Vec::with_capacity(sorted.len());
        for (from, to) in sorted {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        Spans(merged)
    }

    pub(crate) fn contains(&self, at: Time) -> bool {
        let next = self.0.partition_point(|(from, _)| *from <= at);
        next.checked_sub(1)
            .is_some_and(|found| at < self.0[found].1)
    }

    /// Where something begins or ends.
    pub(crate) fn edges(&self) -> impl Iterator<Item = Time> {
        self.0.iter().flat_map(|(from, to)| [*from, *to])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::EPOCH.plus_seconds(second)
    }

    #[test]
    fn overlapping_and_touching_stretches_become_one() {
        let spans = Spans::covering([
            (at(5), at(7)),
            (at(1), at(3)),
            (at(3), at(4)),
            (at(9), at(9)),
            (at(6), at(8)),
        ]);
        assert_eq!(spans, Spans(vec![(at(1), at(4)), (at(5), at(8))]));
        assert!(spans.contains(at(1)) && !spans.contains(at(4)) && spans.contains(at(7)));
        assert!(!spans.contains(at(0)) && !spans.contains(at(8)));
        assert_eq!(spans.edges().count(), 4);
    }
}
