//! Pieces by the minute, and which operation they belong to.
//!
//! Readings of a counter are many; what they counted is kept by the minute, so that an operation
//! whose start is told hours late still gets its pieces.

use serde::{Deserialize, Serialize};

use crate::run::{Run, RunKey};
use crate::{CounterModulus, Counters, PagedMap, Time};

/// Seconds of one cell.
const CELL_S: i64 = 60;
/// Readings further apart than this, seconds, give what they count only to an operation that ran
/// all the time between them.
const SAMPLE_GAP_S_MAX: i64 = 900;

/// The counters that a machine may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Counter {
    Good,
    Total,
    Scrap,
}

impl Counter {
    pub(crate) const ALL: [Counter; 3] = [Counter::Good, Counter::Total, Counter::Scrap];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Counter::Good => "good",
            Counter::Total => "total",
            Counter::Scrap => "scrap",
        }
    }

    pub(crate) fn of(self, counters: &Pieces) -> Option<u64> {
        match self {
            Counter::Good => counters.good,
            Counter::Total => counters.total,
            Counter::Scrap => counters.scrap,
        }
    }

    /// How many numbers it has, where that was told.
    pub(crate) fn modulus(self, told: &CounterModulus) -> Option<u64> {
        match self {
            Counter::Good => told.good,
            Counter::Total => told.total,
            Counter::Scrap => told.scrap,
        }
    }
}

/// Pieces by counter; `None` where the machine has no such counter.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Pieces {
    /// Good pieces.
    pub good: Option<u64>,
    /// All pieces.
    pub total: Option<u64>,
    /// Scrapped pieces.
    pub scrap: Option<u64>,
}

impl From<Counters> for Pieces {
    fn from(counters: Counters) -> Pieces {
        Pieces {
            good: counters.good,
            total: counters.total,
            scrap: counters.scrap,
        }
    }
}

impl Pieces {
    fn place(&mut self, counter: Counter) -> &mut Option<u64> {
        match counter {
            Counter::Good => &mut self.good,
            Counter::Total => &mut self.total,
            Counter::Scrap => &mut self.scrap,
        }
    }

    /// Adds what was counted. What never counted stays unknown.
    pub(crate) fn add(&mut self, more: &Pieces) {
        for counter in Counter::ALL {
            if let Some(pieces) = counter.of(more) {
                let place = self.place(counter);
                *place = Some(place.unwrap_or(0).saturating_add(pieces));
            }
        }
    }

    /// Good pieces: as counted, or else all without the scrap.
    #[must_use]
    pub fn good_pieces(&self) -> Option<u64> {
        let rest = || Some(self.total?.saturating_sub(self.scrap.unwrap_or(0)));
        self.good.or_else(rest)
    }

    /// Scrapped pieces: as counted, or else all without the good ones.
    #[must_use]
    pub fn scrapped_pieces(&self) -> Option<u64> {
        let rest = || Some(self.total?.saturating_sub(self.good?));
        self.scrap.or_else(rest)
    }

    /// All pieces: as counted, or else the good and the scrapped ones.
    #[must_use]
    pub fn all_pieces(&self) -> Option<u64> {
        let sum = || Some(self.good?.saturating_add(self.scrap.unwrap_or(0)));
        self.total.or_else(sum)
    }
}

/// What was counted between two readings of one counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Increase {
    pub(crate) counter: Counter,
    /// The reading before.
    pub(crate) from: Time,
    /// The reading that shows it.
    pub(crate) to: Time,
    pub(crate) pieces: u64,
}

impl Increase {
    pub(crate) fn counted(&self) -> Pieces {
        let mut counted = Pieces::default();
        *counted.place(self.counter) = Some(self.pieces);
        counted
    }
}

/// What the readings of one minute counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountCell {
    /// The last reading of the minute.
    pub to: Time,
    /// The reading before the first one of the minute.
    pub from: Time,
    /// What was counted.
    pub counted: Pieces,
}

impl CountCell {
    fn of(increase: &Increase) -> CountCell {
        CountCell {
            to: increase.to,
            from: increase.from,
            counted: increase.counted(),
        }
    }

    fn is_of_one_minute_with(&self, other: &CountCell) -> bool {
        self.to.whole(CELL_S) == other.to.whole(CELL_S)
    }

    /// This cell with another of the same minute; `None` for another minute.
    pub(crate) fn joined(&self, other: &CountCell) -> Option<CountCell> {
        let mut counted = self.counted;
        counted.add(&other.counted);
        self.is_of_one_minute_with(other).then_some(CountCell {
            to: self.to.max(other.to),
            from: self.from.min(other.from),
            counted,
        })
    }
}

/// Adds an increase to the cells, at their end.
pub(crate) fn push(cells: &mut Vec<CountCell>, increase: &Increase) {
    let cell = CountCell::of(increase);
    match cells
        .last_mut()
        .and_then(|last| Some((last.joined(&cell)?, last)))
    {
        Some((joined, last)) => *last = joined,
        None => cells.push(cell),
    }
}

/// The operation that was worked on between two readings: the only one that ran then, or else the
/// only one that ran when the second was taken. Nobody knows when two did.
fn owner(cell: &CountCell, running: &[(Time, Time, usize)]) -> Option<usize> {
    let near = cell.to.micros_since(cell.from) <= SAMPLE_GAP_S_MAX * 1_000_000;
    let only = |fits: &dyn Fn(Time, Time) -> bool| {
        let mut found = running
            .iter()
            .filter(|(since, until, _)| fits(*since, *until));
        let first = found.next().map(|(_, _, run)| *run);
        first.filter(|_| found.next().is_none())
    };
    if near {
        only(&|since, until| since <= cell.to && cell.from < until)
            .or_else(|| only(&|since, until| since <= cell.to && cell.to < until))
    } else {
        only(&|since, until| since <= cell.from && cell.to <= until)
    }
}

/// The operation that one cell's pieces belong to.
pub(crate) fn owner_among(cell: &CountCell, runs: &PagedMap<RunKey, Run>) -> Option<RunKey> {
    let spans = runs.values().enumerate();
    let spans: Vec<_> = spans.map(|(n, run)| (run.since, run.end(), n)).collect();
    let run = owner(cell, &spans)?;
    runs.keys().nth(run).cloned()
}

/// What each of `runs`, in their order, gets of the pieces of `cells`, ascending: those that were
/// counted while it ran.
pub(crate) fn shares(
    cells: impl Iterator<Item = CountCell>,
    runs: &PagedMap<RunKey, Run>,
) -> Vec<Pieces> {
    let mut given = vec![Pieces::default(); runs.len()];
    let mut cells = cells.peekable();
    if cells.peek().is_none() {
        return given;
    }
    let mut spans: Vec<(Time, Time, usize)> = Vec::with_capacity(runs.len());
    spans.extend(
        runs.values()
            .enumerate()
            .map(|(n, run)| (run.since, run.end(), n)),
    );
    spans.sort_unstable();
    let (mut begun, mut running) = (0, Vec::new());
    for cell in cells {
        while let Some(span) = spans.get(begun).filter(|(since, _, _)| *since <= cell.to) {
            running.push(*span);
            begun += 1;
        }
        if let Some(run) = owner(&cell, &running) {
            given[run].add(&cell.counted);
        }
        // The next cell begins where this one ends, or later.
        running.retain(|(_, until, _)| *until > cell.to);
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::EPOCH.plus_seconds(second)
    }

    /// Which of some runs gets what was counted between two readings.
    fn owner_of((from, to): (i64, i64), runs: &[(i64, i64)]) -> Option<usize> {
        let cell = CountCell {
            from: at(from),
            to: at(to),
            counted: Pieces::default(),
        };
        let runs = runs.iter().enumerate();
        let runs: Vec<_> = runs
            .map(|(n, (since, until))| (at(*since), at(*until), n))
            .collect();
        owner(&cell, &runs)
    }

    #[test]
    fn pieces_belong_to_the_only_run_between_two_readings() {
        let cell = (100, 200);
        for (run, owns) in [
            ((0, 300), true),
            ((150, 160), true),
            ((200, 300), true),
            ((201, 300), false),
            ((0, 101), true),
            ((0, 100), false),
        ] {
            assert_eq!(owner_of(cell, &[run]), owns.then_some(0), "{run:?}");
        }
        assert_eq!(owner_of(cell, &[]), None);
    }

    #[test]
    fn of_two_runs_the_one_that_runs_at_the_second_reading_has_them() {
        let cell = (100, 200);
        assert_eq!(owner_of(cell, &[(0, 150), (150, 300)]), Some(1));
        assert_eq!(owner_of(cell, &[(0, 201), (0, 200)]), Some(0));
        assert_eq!(owner_of(cell, &[(0, 150), (200, 300)]), Some(1));
        assert_eq!(owner_of(cell, &[(0, 300), (50, 300)]), None, "nobody knows");
        assert_eq!(
            owner_of(cell, &[(0, 150), (120, 180)]),
            None,
            "both are over"
        );
    }

    #[test]
    fn readings_far_apart_count_only_for_a_run_that_spans_both() {
        let gap = SAMPLE_GAP_S_MAX;
        let near = (100, 100 + gap);
        let far = (100, 101 + gap);
        let late = (200, 5000);
        assert_eq!(owner_of(near, &[late]), Some(0));
        assert_eq!(owner_of(far, &[late]), None);
        for (run, owns) in [
            ((100, 101 + gap), true),
            ((101, 101 + gap), false),
            ((100, 100 + gap), false),
        ] {
            assert_eq!(owner_of(far, &[run]), owns.then_some(0), "{run:?}");
        }
    }
}
