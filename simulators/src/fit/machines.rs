//! Machines as work centers of a plant file: which are equal, how many they are, how they stand.

use std::collections::{BTreeMap, BTreeSet};

use twin_model::{OperationId, Time, WorkCenterId};

use super::observed::{mean, minutes, observed};
use super::seen::Standing;
use super::{Fit, Said};
use crate::plant_file::{Downtime, DowntimeBasis, DowntimeKind, Drawn, Times, WorkCenter};

/// Fewest stops that are taken for a rule.
const STOPS_MIN: usize = 2;
/// Gaps that deviate less than this share of their mean are taken as always the same.
const REGULAR_DEVIATION: f64 = 0.1;

/// Equal machines.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) name: String,
    members: Vec<WorkCenterId>,
    machines: u32,
}

/// All groups, and which one each machine is in.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    pub(super) list: Vec<Group>,
    pub(super) of: BTreeMap<WorkCenterId, usize>,
}

/// What stands before the number of `MILL-2`.
fn stem(id: &WorkCenterId) -> Option<&str> {
    let (stem, number) = id.as_str().rsplit_once('-')?;
    number.parse::<u32>().ok().map(|_| stem)
}

impl Fit {
    /// Work centers that are numbered alike and did some of the same steps are equal machines.
    pub(super) fn groups(&self) -> Groups {
        let mut did: BTreeMap<WorkCenterId, BTreeSet<(&str, OperationId)>> = BTreeMap::new();
        let mut stretches: BTreeMap<WorkCenterId, Vec<(Time, i32)>> = BTreeMap::new();
        for order in self.orders.values() {
            for (op, operation) in &order.operations {
                let visits = operation.visits.iter();
                for (visit, end) in visits.filter_map(|visit| Some((visit, visit.end?))) {
                    let Some(center) = &visit.work_center else {
                        continue;
                    };
                    let step = (order.material.as_str(), order.step_of(op));
                    did.entry(center.clone()).or_default().insert(step);
                    let stretches = stretches.entry(center.clone()).or_default();
                    if end > visit.begin {
                        stretches.extend([(visit.begin, 1), (end, -1)]);
                    }
                }
            }
        }
        let mut groups = Groups::default();
        for (center, steps) in &did {
            let parallel = most_at_once(stretches.remove(center).unwrap_or_default());
            let alike = groups.list.iter().position(|group| {
                let first = &group.members[0];
                stem(center).is_some()
                    && stem(first) == stem(center)
                    && did[first].intersection(steps).next().is_some()
            });
            let place = alike.unwrap_or_else(|| {
                groups.list.push(Group {
                    name: center.to_string(),
                    members: Vec::new(),
                    machines: 0,
                });
                groups.list.len() - 1
            });
            let group = &mut groups.list[place];
            group.members.push(center.clone());
            group.machines += parallel;
            groups.of.insert(center.clone(), place);
        }
        let names: BTreeSet<String> = groups.list.iter().map(|it| it.name.clone()).collect();
        let mut taken = BTreeSet::new();
        for group in groups.list.iter_mut().filter(|it| it.members.len() > 1) {
            let short = stem(&group.members[0]).unwrap_or_default().to_owned();
            if !names.contains(&short) && taken.insert(short.clone()) {
                group.name = short;
            }
        }
        groups
    }

    pub(super) fn work_centers(&self, groups: &Groups, said: &mut Said) -> Vec<WorkCenter> {
        let work_center = |group: &Group| WorkCenter {
            id: group.name.clone(),
            machines: group.machines,
            dispatch: None,
            buffer: None,
            calendar: None,
        };
        said.assumed.push(
            "machines that are numbered alike and did the same steps are equal, and each work \
             center has as many machines as it had operations at once (batches too)"
                .to_owned(),
        );
        let waiting = "lots wait first in, first out, without limit, and move in no time";
        said.assumed.push(waiting.to_owned());
        let idle = self
            .machines
            .keys()
            .filter(|id| !groups.of.contains_key(*id));
        let idle: Vec<&str> = idle.map(WorkCenterId::as_str).collect();
        if !idle.is_empty() {
            let text = format!("work centers where nothing was done: {}", idle.join(", "));
            said.left_out.push(text);
        }
        groups.list.iter().map(work_center).collect()
    }

    pub(super) fn downtimes(&self, groups: &Groups, said: &mut Said) -> Vec<Downtime> {
        let mut downtimes = Vec::new();
        for group in &groups.list {
            for (standing, kind, name) in [
                (Standing::Broken, DowntimeKind::Breakdown, "breakdown"),
                (
                    Standing::Maintained,
                    DowntimeKind::Maintenance,
                    "maintenance",
                ),
            ] {
                let Some((every, lasts)) = self.stops(group, standing) else {
                    continue;
                };
                if lasts.len() < STOPS_MIN {
                    let text = format!("one {name} of {}: no rule can be seen", group.name);
                    said.left_out.push(text);
                    continue;
                }
                downtimes.push(Downtime {
                    id: format!("{} {name}", group.name),
                    work_center: group.name.clone(),
                    kind,
                    basis: DowntimeBasis::Calendar,
                    every,
                    first: None,
                    lasts: observed(lasts),
                    resume: None,
                    counts: Default::default(),
                });
            }
        }
        if !downtimes.is_empty() {
            said.assumed.push(
                "machines stop by time, whether they work or not; times between stops are \
                 exponential with the mean of the time in which machines ran, or always the same \
                 where they deviate by less than 10 %"
                    .to_owned(),
            );
        }
        let closed = |(why, ..): &(Standing, Time, Time)| *why == Standing::Closed;
        let closed = self
            .machines
            .values()
            .flat_map(|it| &it.stood)
            .filter(|it| closed(it));
        let closed = closed.count();
        if closed > 0 {
            said.left_out
                .push(format!("{closed} times in which machines were closed"));
        }
        downtimes
    }

    /// Times between stops of a group, and how long they lasted; `None` where there were none.
    fn stops(&self, group: &Group, standing: Standing) -> Option<(Times, Vec<f64>)> {
        let (mut lasts, mut gaps, mut ran) = (Vec::new(), Vec::new(), 0.0);
        for machine in group.members.iter().filter_map(|id| self.machines.get(id)) {
            let (first, last) = machine.known?;
            let end = self.last.unwrap_or(last);
            ran += minutes(end.micros_since(first) - machine.stood_us(first, end));
            let mut before = None;
            for &(_, begin, end) in machine.stood.iter().filter(|(why, ..)| *why == standing) {
                lasts.push(minutes(end.micros_since(begin)));
                if let Some(before) = before {
                    gaps.push(minutes(begin.micros_since(before)));
                }
                before = Some(end);
            }
        }
        if lasts.is_empty() {
            return None;
        }
        let usual = mean(&gaps);
        let squares = gaps
            .iter()
            .map(|gap| (gap - usual) * (gap - usual))
            .sum::<f64>();
        let deviation = libm::sqrt(squares / gaps.len().max(1) as f64);
        let every = match gaps.len() >= STOPS_MIN && deviation < REGULAR_DEVIATION * usual {
            true => Times::Always(usual),
            false => Times::Drawn(Drawn::Exponential((ran / lasts.len() as f64).max(1.0))),
        };
        Some((every, lasts))
    }
}

/// The most stretches that go on at once, at least one. One that ends makes room for one that
/// begins.
fn most_at_once(mut changes: Vec<(Time, i32)>) -> u32 {
    changes.sort_unstable();
    let (mut now, mut most) = (0, 1);
    for (_, by) in changes {
        now += by;
        most = most.max(now);
    }
    most.unsigned_abs()
}
