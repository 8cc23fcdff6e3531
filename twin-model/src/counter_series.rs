//! The counters of a machine: numbers that only grow, until they fall.
//!
//! A fall is a restart, after which the counter counts from zero; nothing is subtracted. Where the
//! ERP has told how many numbers a counter has, a fall that is a short way on over the last of them
//! is a wrap ([`wrapped`]). Readings stand in the order of their own time, so it does not matter
//! when they arrive.

use serde::{Deserialize, Serialize};

use crate::chronicle::Chronicle;
use crate::configuration::Configurations;
use crate::count_cell::{self, CountCell, Counter, Increase};
use crate::run::{Run, RunKey};
use crate::{CORRECTION_WINDOW_S, PagedMap, Pieces, Time};

/// Readings kept for one work center. What older ones counted is kept by the minute.
pub(crate) const SAMPLES_MAX: usize = 1_024;
/// Readings that are folded at once when there are too many.
const SAMPLES_FOLDED: usize = 64;

/// The counters of a machine as read at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// When.
    pub at: Time,
    /// The source's own order among readings of one instant.
    pub rank: u64,
    /// Number of the restart that the source knows of.
    pub epoch: u32,
    /// What they show.
    pub counters: Pieces,
}

/// The part of a counter's numbers that a wrap may skip at most is one in so many.
const WRAP_PART: u64 = 10;

/// How far a counter went on from one number to a lower one over the last of its numbers; `None`
/// when it did not, but was restarted.
///
/// A counter of so many numbers is read modulo that (RFC 2578, 7.1.6: it wraps around and starts
/// increasing again from zero). Which of two numbers is the later one is told apart by the shorter
/// way, less than half of the numbers (RFC 1982, 3.2). Counters of machines do not only wrap, they
/// are also lost with the power, at any number: as that would add pieces that nobody made, the way
/// is a tenth of the numbers at most. A reading beyond the numbers says that they are not so many.
fn wrapped(from: u64, to: u64, modulus: Option<u64>) -> Option<u64> {
    let modulus = modulus.filter(|modulus| from < *modulus && to < from)?;
    let way = modulus - from + to;
    (way <= modulus / WRAP_PART).then_some(way)
}

/// A counter that went back without a told restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterFall {
    /// When.
    pub at: Time,
    /// What it showed.
    pub from: u64,
    /// What it shows.
    pub to: u64,
    /// Number of the restart, told ones included.
    pub restart: u32,
}

/// What one counter showed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// When.
    pub at: Time,
    /// The source's restart.
    pub epoch: u32,
    /// The number.
    pub shows: u64,
    /// Restarts so far, told or found.
    pub restarts: u32,
    /// The latest fall.
    pub fell: Option<CounterFall>,
}

impl Reading {
    /// What the next number says after this one: what it counted, and the new reading.
    fn next(&self, sample: &Sample, shows: u64, modulus: Option<u64>) -> (u64, Reading) {
        let told = sample.epoch != self.epoch;
        let wrapped = wrapped(self.shows, shows, modulus).filter(|_| !told);
        let fell = !told && wrapped.is_none() && shows < self.shows;
        let restarts = self.restarts.saturating_add(u32::from(told || fell));
        let fall = CounterFall {
            at: sample.at,
            from: self.shows,
            to: shows,
            restart: restarts,
        };
        let next = Reading {
            at: sample.at,
            epoch: sample.epoch,
            shows,
            restarts,
            fell: if fell { Some(fall) } else { self.fell },
        };
        let counted = match wrapped {
            Some(way) => way,
            None if told || fell => shows,
            None => shows - self.shows,
        };
        (counted, next)
    }
}

/// What each counter showed last, in the order of [`Counter::ALL`].
pub(crate) type Readings = [Option<Reading>; 3];

/// Goes on to the next sample. The first reading of a counter only says where it stands.
fn step(last: &mut Readings, sample: &Sample, told: &Configurations) -> [Option<Increase>; 3] {
    let modulus = told.counter_modulus(sample.at);
    let from = last.iter().flatten().map(|reading| reading.at).max();
    Counter::ALL.map(|counter| {
        let shows = counter.of(&sample.counters)?;
        let place = &mut last[counter as usize];
        let Some(before) = *place else {
            *place = Some(Reading {
                at: sample.at,
                epoch: sample.epoch,
                shows,
                restarts: 0,
                fell: None,
            });
            return None;
        };
        let (pieces, reading) = before.next(sample, shows, counter.modulus(&modulus));
        *place = Some(reading);
        Some(Increase {
            counter,
            from: from.unwrap_or(before.at),
            to: sample.at,
            pieces,
        })
    })
}

/// The readings of one work center.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct CounterSeries {
    /// Pieces counted before `cells` begins.
    pub(crate) settled: Pieces,
    /// What was counted before `samples` begins, by the minute.
    pub(crate) cells: Chronicle<CountCell>,
    /// What the counters showed where `samples` begins.
    pub(crate) before: Readings,
    /// No sample up to here is taken any more.
    pub(crate) horizon: Option<Time>,
    pub(crate) samples: Chronicle<Sample>,
    /// What `samples` counted. Follows from them.
    live: Vec<CountCell>,
    /// What the counters show now. Follows from `before` and `samples`.
    now: Readings,
}

impl CounterSeries {
    /// A series from what is stored of it.
    pub(crate) fn restored(
        settled: Pieces,
        cells: Vec<CountCell>,
        before: Readings,
        horizon: Option<Time>,
        samples: Vec<Sample>,
        told: &Configurations,
    ) -> CounterSeries {
        let mut series = CounterSeries {
            settled,
            cells: cells.into_iter().collect(),
            before,
            horizon,
            samples: samples.into_iter().collect(),
            ..CounterSeries::default()
        };
        series.recount(told);
        series
    }

    /// Counts anew what is not folded, by what is told of the counters now.
    pub(crate) fn recount(&mut self, told: &Configurations) {
        self.now = self.before;
        self.live.clear();
        for sample in self.samples.iter() {
            for increase in step(&mut self.now, sample, told).iter().flatten() {
                count_cell::push(&mut self.live, increase);
            }
        }
    }

    /// Whether no counter was ever read.
    pub(crate) fn is_empty(&self) -> bool {
        self.samples.len() == 0 && self.before.iter().all(Option::is_none)
    }

    /// Takes a reading and gives what it counted to the operations that ran; `false` when it was
    /// known.
    pub(crate) fn note(
        &mut self,
        sample: Sample,
        runs: &mut PagedMap<RunKey, Run>,
        told: &Configurations,
    ) -> bool {
        let newest = self.samples.last().is_none_or(|last| *last < sample);
        if !self.samples.insert(sample) {
            return false;
        }
        if !newest {
            self.recount(told);
            self.attribute(runs);
            return true;
        }
        let owner_before = self.last_owner(runs);
        let mut news = Pieces::default();
        for increase in step(&mut self.now, &sample, told).iter().flatten() {
            count_cell::push(&mut self.live, increase);
            news.add(&increase.counted());
        }
        let owner = self.last_owner(runs);
        if owner != owner_before {
            // More than the new pieces may change hands: those of the same minute go with them.
            self.attribute(runs);
        } else if let Some(run) = owner.and_then(|owner| runs.get_mut(&owner)) {
            run.counted.add(&news);
        }
        true
    }

    /// The operation that the pieces of the last minute belong to.
    fn last_owner(&self, runs: &PagedMap<RunKey, Run>) -> Option<RunKey> {
        count_cell::owner_among(&self.last_minute()?, runs)
    }

    fn last_minute(&self) -> Option<CountCell> {
        match (self.live.as_slice(), self.cells.last()) {
            ([], folded) => folded.copied(),
            ([only], Some(folded)) => Some(folded.joined(only).unwrap_or(*only)),
            ([.., last], _) => Some(*last),
        }
    }

    /// Every minute in which something was counted and that is still known, ascending.
    pub(crate) fn minutes(&self) -> impl Iterator<Item = CountCell> {
        let shared = self.cells.last().zip(self.live.first());
        let shared = shared.and_then(|(a, b)| a.joined(b));
        let one = usize::from(shared.is_some());
        let folded = self.cells.iter().take(self.cells.len() - one).copied();
        let live = self.live.iter().skip(one).copied();
        folded.chain(shared).chain(live)
    }

    /// Gives what was counted to the operations that ran meanwhile.
    pub(crate) fn attribute(&self, runs: &mut PagedMap<RunKey, Run>) {
        let given = count_cell::shares(self.minutes(), runs);
        let counted = runs.iter().zip(&given).map(|((key, run), given)| {
            let mut counted = run.settled;
            counted.add(given);
            (key, run, counted)
        });
        // Most have what they had: only the others are copied.
        let changed = counted.filter(|(_, run, counted)| run.counted != *counted);
        let changed: Vec<(RunKey, Pieces)> = changed
            .map(|(key, _, counted)| (key.clone(), counted))
            .collect();
        for (key, counted) in &changed {
            if let Some(run) = runs.get_mut(key) {
                run.counted = *counted;
            }
        }
    }

    /// The latest fall of each counter, as long as it lies within what can be recomputed.
    pub(crate) fn falls(&self) -> impl Iterator<Item = (Counter, CounterFall)> {
        let newest = self.now.iter().flatten().map(|reading| reading.at).max();
        let from = newest.map_or(Time::MAX, |at| at.plus_seconds(-CORRECTION_WINDOW_S));
        let all = Counter::ALL.into_iter().zip(&self.now);
        all.filter_map(move |(counter, reading)| Some((counter, reading.as_ref()?.fell?)))
            .filter(move |(_, fall)| fall.at >= from)
    }

    /// Pieces counted in a window, by whole minutes.
    pub(crate) fn counted(&self, from: Time, to: Time) -> Pieces {
        let mut counted = Pieces::default();
        let minutes = self.minutes();
        for cell in minutes.filter(|cell| from < cell.to && cell.to <= to) {
            counted.add(&cell.counted);
        }
        counted
    }

    /// Pieces counted since the first reading.
    pub(crate) fn counted_in_all(&self) -> Pieces {
        let mut counted = self.settled;
        for cell in self.minutes() {
            counted.add(&cell.counted);
        }
        counted
    }

    /// Puts the oldest samples together when there are too many.
    pub(crate) fn fold_if_crowded(&mut self, told: &Configurations) {
        let crowded = self.samples.len() > SAMPLES_MAX;
        let last = self.samples.iter().nth(SAMPLES_FOLDED - 1);
        if let Some(at) = last.filter(|_| crowded).map(|sample| sample.at) {
            self.fold(at, told);
        }
    }

    fn fold(&mut self, horizon: Time, told: &Configurations) {
        if self.horizon.is_some_and(|known| horizon <= known) {
            return;
        }
        self.horizon = Some(horizon);
        let mut folded = Vec::new();
        folded.extend(self.cells.take_last());
        for sample in self.samples.take_past(|sample| sample.at <= horizon) {
            for increase in step(&mut self.before, &sample, told).iter().flatten() {
                count_cell::push(&mut folded, increase);
            }
        }
        for cell in folded {
            self.cells.insert(cell);
        }
        self.recount(told);
    }

    /// Keeps only sums of the minutes that end before `horizon`.
    pub(crate) fn settle(
        &mut self,
        horizon: Time,
        runs: &mut PagedMap<RunKey, Run>,
        told: &Configurations,
    ) {
        self.fold(horizon, told);
        let past = self.cells.take_past(|cell| cell.to <= horizon);
        for cell in &past {
            self.settled.add(&cell.counted);
        }
        let given = count_cell::shares(past.into_iter(), runs);
        let keys: Vec<RunKey> = runs.keys().cloned().collect();
        for (key, given) in keys.iter().zip(&given) {
            if *given != Pieces::default()
                && let Some(run) = runs.get_mut(key)
            {
                run.settled.add(given);
            }
        }
    }
}

#[cfg(test)]
#[path = "counter_series/tests.rs"]
mod tests;
