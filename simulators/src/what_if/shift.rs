//! A work center is open at other hours.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SHIFT_HOURS_MAX;
use super::impossible_change::ImpossibleChange;
use super::living::LivingModel;
use super::standstill::{ONCE_MIN, standstill};
use crate::plant_file::{DowntimeKind, Times};

/// Minutes of one hour.
const HOUR_MIN: f64 = 60.0;
/// The most closed times of one work center, all its changes of shifts together.
const CLOSED_TIMES_MAX: usize = 1_000;
/// The most times that all machines of a plant stop; each machine stops by itself.
const MACHINE_STOPS_MAX: usize = 100_000;

/// What the hours of a change of shifts say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoursAre {
    /// It is open in these hours and never else.
    OpenOnly,
    /// It is open in these hours too, where a change before this one has closed it.
    AlsoOpen,
    /// It is closed in these hours.
    Closed,
}

/// From when until when, minutes from now, rising and apart.
type Spans = Vec<(f64, f64)>;

/// When work centers are closed, by their names.
#[derive(Clone, Debug, Default)]
pub(super) struct ClosedTimes(BTreeMap<String, Spans>);

impl LivingModel {
    /// Nobody tells the twin of shifts: its plants are open at all hours, but for what changes
    /// close.
    pub(super) fn shifts(
        &mut self,
        number: usize,
        work_center: &str,
        hours_are: HoursAre,
        hours: &[[f64; 2]],
    ) -> Result<(), ImpossibleChange> {
        self.work_center(number, work_center)?;
        let name = work_center.to_owned();
        let refused = |why: String| {
            let name = name.clone();
            Err(ImpossibleChange::Hours { number, name, why })
        };
        let spans = match spans(hours) {
            Ok(spans) => spans,
            Err(why) => return refused(why),
        };
        let known = self.closed.0.get(work_center);
        let closed = match (hours_are, known) {
            (HoursAre::OpenOnly, _) => without(&[(0.0, ONCE_MIN)], &spans),
            (HoursAre::Closed, known) => {
                let mut all = known.cloned().unwrap_or_default();
                all.extend(spans);
                joined(all)
            }
            (HoursAre::AlsoOpen, Some(known)) => without(known, &spans),
            (HoursAre::AlsoOpen, None) => {
                return refused(
                    "it is open at all hours as it is; also_open adds to a change before it that \
                     closes some"
                        .to_owned(),
                );
            }
        };
        if closed.len() > CLOSED_TIMES_MAX {
            let count = closed.len();
            return refused(format!(
                "all changes together close it {count} times; {CLOSED_TIMES_MAX} is the most"
            ));
        }
        self.closed.0.insert(work_center.to_owned(), closed);
        Ok(())
    }

    /// Refuses a change that makes the machines stop more often, all together, than a run can keep
    /// on its agenda.
    pub(super) fn not_too_many_stops(&self, number: usize) -> Result<(), ImpossibleChange> {
        let centers = self.file.work_center.iter();
        let stops = centers.map(|center| {
            let closed = self.closed.0.get(&center.id).map_or(0, Vec::len);
            let downtimes = self.file.downtime.iter();
            let down = downtimes.filter(|down| down.work_center == center.id);
            (closed + down.count()) * center.machines as usize
        });
        let (stops, most) = (stops.sum(), MACHINE_STOPS_MAX);
        if stops > most {
            return Err(ImpossibleChange::Stops {
                number,
                stops,
                most,
            });
        }
        Ok(())
    }

    /// Writes the closed times of all changes into the file.
    pub(super) fn closes(&mut self) {
        for (name, spans) in std::mem::take(&mut self.closed.0) {
            for (number, (from, to)) in (1..).zip(spans) {
                self.file.downtime.push(standstill(
                    format!("closed {number}"),
                    &name,
                    DowntimeKind::Maintenance,
                    from,
                    Times::Always(to - from),
                ));
            }
        }
    }
}

/// Hours as minutes, or what is wrong with them.
fn spans(hours: &[[f64; 2]]) -> Result<Spans, String> {
    if hours.is_empty() || hours.len() > SHIFT_HOURS_MAX {
        let count = hours.len();
        return Err(format!(
            "there are {count} pairs of hours; give 1 to {SHIFT_HOURS_MAX}"
        ));
    }
    let wrong = |[from, to]: &&[f64; 2]| !(0.0 <= *from && from < to && *to <= ONCE_MIN / HOUR_MIN);
    if let Some([from, to]) = hours.iter().find(wrong) {
        return Err(format!(
            "{from} to {to} is no time to come; give hours from now, the earlier one first, like \
             [0, 8]"
        ));
    }
    let minutes = hours
        .iter()
        .map(|[from, to]| (from * HOUR_MIN, to * HOUR_MIN));
    Ok(joined(minutes.collect()))
}

/// In order, and those that meet as one.
fn joined(mut spans: Spans) -> Spans {
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut joined: Spans = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match joined.last_mut() {
            Some((_, end)) if from <= *end => *end = end.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// What is left of some spans without others; both rising and apart.
fn without(spans: &[(f64, f64)], others: &[(f64, f64)]) -> Spans {
    let mut left = Vec::new();
    for &(from, to) in spans {
        let mut begin = from;
        for &(open, close) in others {
            if close <= begin || open >= to {
                continue;
            }
            if open > begin {
                left.push((begin, open));
            }
            begin = close;
        }
        if begin < to {
            left.push((begin, to));
        }
    }
    left
}
