//! What was reported of one operation, report by report: so that a reversal takes back exactly
//! what it names, and what counts does not depend on the order of arrival.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::paged::Paged;
use crate::{EventId, OperationReport, ReportMode, SourceId, Time, TimeWindow};

/// Reports kept of one operation, in number. One more is put before a person: an operation that
/// reports every second for hours is counted by a machine, not by reports.
pub const REPORTS_PER_OPERATION_MAX: usize = 10_000;

/// Names one report: the first 16 bytes of BLAKE3 over its source and event id.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct ReportId(pub(crate) [u8; 16]);

impl ReportId {
    /// No report stands before it.
    pub(crate) const FIRST: ReportId = ReportId([0; 16]);

    /// The name of the report that `source` sent as `event`.
    #[must_use]
    pub fn of(source: &SourceId, event: &EventId) -> ReportId {
        let mut hasher = blake3::Hasher::new();
        hasher.update(source.as_str().as_bytes());
        hasher.update(&[0]);
        hasher.update(event.as_str().as_bytes());
        let mut short = [0; 16];
        short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        ReportId(short)
    }
}

/// Quantities of one report, or their sums, in the order's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Good.
    pub good: Decimal,
    /// Scrapped.
    pub scrap: Decimal,
    /// To be reworked.
    pub rework: Decimal,
    /// Waiting for the material review board.
    pub mrb: Decimal,
}

impl Tally {
    fn plus(self, other: Tally) -> Tally {
        self.with(other, |a, b| a + b)
    }

    fn minus(self, other: Tally) -> Tally {
        self.with(other, |a, b| a - b)
    }

    fn with(self, other: Tally, join: fn(Decimal, Decimal) -> Decimal) -> Tally {
        // Normalised, so that one sum has one form however it came about.
        Tally {
            good: join(self.good, other.good).normalize(),
            scrap: join(self.scrap, other.scrap).normalize(),
            rework: join(self.rework, other.rework).normalize(),
            mrb: join(self.mrb, other.mrb).normalize(),
        }
    }
}

/// One report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) id: ReportId,
    pub(crate) tally: Tally,
    pub(crate) start: Time,
    pub(crate) end: Time,
    /// The epoch of the counter whose readings the quantities are; `None` when they are added.
    pub(crate) epoch: Option<u32>,
    pub(crate) completes: bool,
    /// Whether nothing more of the order follows.
    pub(crate) is_final: bool,
    pub(crate) reversed: bool,
}

impl Report {
    /// From its start to its end.
    pub(crate) fn span(&self) -> TimeWindow {
        TimeWindow {
            from: self.start.min(self.end),
            to: self.end,
        }
    }

    /// The report that `body` makes at `at`.
    pub(crate) fn new(
        id: ReportId,
        body: &OperationReport,
        tally: Tally,
        completes: bool,
        at: Time,
    ) -> Report {
        let end = body.end.unwrap_or(at);
        Report {
            id,
            tally,
            // Work that had ended before it was told had begun by then.
            start: body.start.unwrap_or(at.min(end)),
            end,
            epoch: match body.mode {
                ReportMode::Delta => None,
                ReportMode::Cumulative => Some(body.counter_epoch),
            },
            completes,
            is_final: completes && body.r#final,
            reversed: false,
        }
    }

    fn place(&self) -> (Time, ReportId) {
        (self.end, self.id)
    }
}

/// The reports of one operation and what they come to. Readings of a counter count by epoch: the
/// latest of an epoch is what the epoch made, and a lower one corrects a higher one before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Ledger {
    /// Ascending by end and id.
    reports: Paged<Report>,
    totals: Tally,
    /// Earliest start among the reports that stand.
    first_start: Option<Time>,
    /// Reports that stand, and among them those that complete and those that are final.
    standing: u32,
    completing: u32,
    finals: u32,
    /// Whether any report, also one that was taken back, told of something good or of the end.
    ever_ready: bool,
    /// Earliest start among all reports, also those that were taken back.
    ever_started: Option<Time>,
}

impl Ledger {
    /// The ledger of these reports.
    pub(crate) fn of(reports: Vec<Report>) -> Ledger {
        let mut ledger = Ledger::default();
        for report in &reports {
            ledger.insert(*report);
        }
        ledger
    }

    /// Adds a report.
    pub(crate) fn insert(&mut self, report: Report) {
        let place = match self.reports.last() {
            Some(last) if last.place() > report.place() => {
                self.reports.place(|known| known.place() <= report.place())
            }
            _ => self.reports.end(),
        };
        let before = report.epoch.map(|epoch| self.reading(epoch));
        self.reports.insert(place, report);
        self.ever_ready |= report.completes || !report.tally.good.is_zero();
        let earliest = self.ever_started.map(|known| known.min(report.start));
        self.ever_started = earliest.or(Some(report.start));
        if report.reversed {
            return;
        }
        self.totals = match (before, report.epoch) {
            (Some(before), Some(epoch)) => self.totals.plus(self.reading(epoch)).minus(before),
            _ => self.totals.plus(report.tally),
        };
        self.first_start = Some(match self.first_start {
            Some(known) => known.min(report.start),
            None => report.start,
        });
        self.standing += 1;
        self.completing += u32::from(report.completes);
        self.finals += u32::from(report.is_final);
    }

    /// Takes the named reports back that stand, all in one pass.
    pub(crate) fn reverse(&mut self, named: &BTreeSet<ReportId>) {
        let goes = |report: &Report| !report.reversed && named.contains(&report.id);
        let gone: Vec<Report> = self.reports.iter().filter(|it| goes(it)).copied().collect();
        let epochs: BTreeSet<u32> = gone.iter().filter_map(|report| report.epoch).collect();
        let shown = |ledger: &Ledger| -> Vec<Tally> {
            epochs.iter().map(|epoch| ledger.reading(*epoch)).collect()
        };
        let before = shown(self);
        self.reports
            .change_where(goes, |report| report.reversed = true);
        for (before, after) in before.into_iter().zip(shown(self)) {
            self.totals = self.totals.plus(after).minus(before);
        }
        for report in gone {
            if report.epoch.is_none() {
                self.totals = self.totals.minus(report.tally);
            }
            self.standing -= 1;
            self.completing -= u32::from(report.completes);
            self.finals -= u32::from(report.is_final);
        }
        self.first_start = self.in_force().map(|known| known.start).min();
    }

    /// What the counter showed last in `epoch`.
    fn reading(&self, epoch: u32) -> Tally {
        self.reports
            .iter()
            .rev()
            .find(|report| report.epoch == Some(epoch) && !report.reversed)
            .map_or(Tally::default(), |report| report.tally)
    }

    /// How much a report would add to the totals.
    pub(crate) fn gain(&self, report: &Report) -> Tally {
        let Some(epoch) = report.epoch else {
            return report.tally;
        };
        let later = self.in_force().rev();
        let mut later = later.take_while(|known| known.place() > report.place());
        if later.any(|known| known.epoch == Some(epoch)) {
            return Tally::default();
        }
        report.tally.minus(self.reading(epoch))
    }

    /// All reports, ascending by end.
    pub(crate) fn reports(&self) -> impl DoubleEndedIterator<Item = &Report> {
        self.reports.iter()
    }

    fn in_force(&self) -> impl DoubleEndedIterator<Item = &Report> {
        self.reports.iter().filter(|report| !report.reversed)
    }

    /// What all reports that stand come to.
    pub(crate) fn totals(&self) -> Tally {
        self.totals
    }

    /// A ledger that counts wrong.
    #[cfg(test)]
    pub(crate) fn forge(&mut self, totals: Tally) {
        self.totals = totals;
    }

    /// Earliest start that a report tells.
    pub(crate) fn first_start(&self) -> Option<Time> {
        self.first_start
    }

    /// End of the latest reported work.
    pub(crate) fn last_end(&self) -> Option<Time> {
        self.in_force().next_back().map(|report| report.end)
    }

    /// Whether a report that stands completes the operation.
    pub(crate) fn is_completed(&self) -> bool {
        self.completing > 0
    }

    /// End of the latest report after which nothing more of the order follows.
    pub(crate) fn final_end(&self) -> Option<Time> {
        if self.finals == 0 {
            return None;
        }
        self.in_force()
            .rev()
            .find(|report| report.is_final)
            .map(|report| report.end)
    }

    /// Whether something was ever reported that could be worked on, also where it was taken back.
    pub(crate) fn was_ever_ready(&self) -> bool {
        self.ever_ready
    }

    /// Earliest start that any report ever told, also one that was taken back.
    pub(crate) fn ever_started(&self) -> Option<Time> {
        self.ever_started
    }

    /// Reports that stand.
    pub(crate) fn standing(&self) -> u32 {
        self.standing
    }

    /// Whether another report would be too many.
    pub(crate) fn is_full(&self) -> bool {
        self.reports.len() >= REPORTS_PER_OPERATION_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(id: u8, at: i64, good: i64, epoch: Option<u32>) -> Report {
        Report {
            id: ReportId([id; 16]),
            tally: Tally {
                good: good.into(),
                ..Tally::default()
            },
            start: Time::from_micros(at),
            end: Time::from_micros(at),
            epoch,
            completes: false,
            is_final: false,
            reversed: false,
        }
    }

    fn named(ids: &[u8]) -> BTreeSet<ReportId> {
        ids.iter().map(|id| ReportId([*id; 16])).collect()
    }

    fn good(ledger: &Ledger) -> Decimal {
        ledger.totals().good
    }

    #[test]
    fn readings_count_by_epoch_whatever_came_first() {
        let readings = [
            report(1, 10, 4, Some(1)),
            report(2, 20, 9, Some(1)),
            report(3, 30, 2, Some(2)),
            report(4, 40, 5, Some(2)),
        ];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
            let mut ledger = Ledger::default();
            for n in order {
                let gain = ledger.gain(&readings[n]).good;
                let before = good(&ledger);
                ledger.insert(readings[n]);
                assert_eq!(good(&ledger), before + gain, "{order:?}");
            }
            assert_eq!(good(&ledger), 14.into(), "{order:?}");
            assert_eq!(ledger, Ledger::of(readings.to_vec()), "{order:?}");
        }
    }

    #[test]
    fn a_lower_reading_of_the_same_epoch_corrects_the_one_before() {
        let mut ledger = Ledger::of(vec![report(1, 10, 52, Some(0))]);
        ledger.insert(report(2, 20, 50, Some(0)));
        assert_eq!(good(&ledger), 50.into());
        ledger.reverse(&named(&[2]));
        assert_eq!(good(&ledger), 52.into(), "the correction was taken back");
        ledger.reverse(&named(&[1]));
        assert_eq!(good(&ledger), 0.into());
        assert_eq!((ledger.first_start(), ledger.last_end()), (None, None));
    }

    #[test]
    fn what_is_taken_back_leaves_the_rest_as_if_it_had_never_been() {
        let (a, b) = (report(1, 10, 3, None), report(2, 20, 4, None));
        let mut ledger = Ledger::of(vec![a, b]);
        ledger.reverse(&named(&[1]));
        let only = Ledger::of(vec![b]);
        assert_eq!(ledger.totals(), only.totals());
        assert_eq!(ledger.first_start(), only.first_start());
        assert_eq!(ledger.standing(), 1);
        ledger.reverse(&named(&[1]));
        assert_eq!(ledger.standing(), 1, "it goes once");
        assert_eq!(ledger.reports().count(), 2, "and is still known");
    }

    #[test]
    fn the_same_sum_has_the_same_form() {
        let part = |id, text: &str| {
            let mut part = report(id, i64::from(id), 0, None);
            part.tally.good = text.parse().unwrap();
            part
        };
        let mut ledger = Ledger::of(vec![part(1, "1"), part(2, "0.25")]);
        ledger.reverse(&named(&[2]));
        assert_eq!(good(&ledger).to_string(), "1");
    }
}
