//! Downtimes and shifts, compiled for each machine.

use super::compile::{Context, Names, at};
use super::invalid::{InvalidPlant, Reason};
use super::shifts::{WEEK_US, closed};
use super::times::Times;
use super::{CountsFrom, Downtime, DowntimeBasis, DowntimeKind, ResumeRule};
use crate::kernel::{Basis, Cause, Floor, Resume, StopPlan};
use crate::law::Law;
use crate::random::entity_number;

/// The most reasons to stand still of one plant, each counted for each of its machines.
const STOPS_MAX: u64 = 1_000_000;

impl Context<'_> {
    pub(super) fn stoppages(&self, floor: &mut Floor) -> Result<(), InvalidPlant> {
        let ids = self
            .file
            .calendar
            .iter()
            .map(|calendar| calendar.id.as_str());
        let calendars = Names::new("calendar", "calendar", ids)?;
        for (number, center) in self.file.work_center.iter().enumerate() {
            let Some(name) = &center.calendar else {
                continue;
            };
            let found = calendars.find(format!("work_center[{number}].calendar"), name)?;
            let calendar = &self.file.calendar[found as usize];
            let closed =
                closed(&calendar.open).map_err(|why| at(format!("calendar[{found}].open"), why))?;
            if !closed.is_empty() {
                let plan = StopPlan {
                    machine: 0,
                    entity: 0,
                    cause: Cause::OffShift,
                    basis: Basis::Closed(closed, WEEK_US),
                    first: Law::Constant(0),
                    every: Law::Constant(0),
                    lasts: Law::Constant(0),
                    resume: resume(calendar.resume),
                    from_begin: false,
                };
                let key = || format!("work_center[{number}].calendar");
                self.for_each_machine(floor, number as u32, name, &plan, key)?;
            }
        }
        for (number, downtime) in self.file.downtime.iter().enumerate() {
            let (center, plan) = self.downtime(number, downtime)?;
            let key = || format!("downtime[{number}]");
            self.for_each_machine(floor, center, &downtime.id, &plan, key)?;
        }
        floor.stops.sort_by_key(|stop| stop.machine);
        for (number, machine) in (0_u32..).zip(&mut floor.machines) {
            let from = floor.stops.partition_point(|stop| stop.machine < number);
            let to = floor.stops.partition_point(|stop| stop.machine <= number);
            machine.stops = (from as u32, to as u32);
            machine.wears = floor.stops[from..to]
                .iter()
                .any(|stop| matches!(stop.basis, Basis::Busy | Basis::Pieces));
        }
        Ok(())
    }

    fn for_each_machine(
        &self,
        floor: &mut Floor,
        center: u32,
        name: &str,
        plan: &StopPlan,
        key: impl Fn() -> String,
    ) -> Result<(), InvalidPlant> {
        let work_center = &floor.work_centers[center as usize];
        let first = work_center.first_machine;
        let count = floor.stops.len() as u64 + u64::from(work_center.machines);
        if count > STOPS_MAX {
            let (what, most) = ("downtimes and calendars of all machines", STOPS_MAX);
            return Err(at(key(), Reason::TooMany { what, count, most }));
        }
        for machine in first..first + work_center.machines {
            floor.stops.push(StopPlan {
                machine,
                entity: entity_number(&format!("stop {name} {machine}")),
                ..plan.clone()
            });
        }
        Ok(())
    }

    fn downtime(
        &self,
        number: usize,
        downtime: &Downtime,
    ) -> Result<(u32, StopPlan), InvalidPlant> {
        let key = |name: &str| format!("downtime[{number}].{name}");
        let center = self
            .work_centers
            .find(key("work_center"), &downtime.work_center)?;
        let (basis, counted) = match downtime.basis {
            DowntimeBasis::Calendar => (Basis::Calendar, false),
            DowntimeBasis::Busy => (Basis::Busy, false),
            DowntimeBasis::Pieces => (Basis::Pieces, true),
        };
        let gap = |name: &str, times: &Times| {
            if counted {
                // Pieces stand where microseconds would: 1 piece is 1.
                let per_unit = 1.0 / self.file.time_unit.us();
                self.law(key(name), &times.scaled(per_unit))
            } else {
                self.law(key(name), times)
            }
        };
        let every = gap("every", &downtime.every)?;
        if every.mean_us() < 1.0 {
            let must = "above zero".to_owned();
            let (what, value) = ("the mean time between downtimes", 0.0);
            return Err(at(key("every"), Reason::Number { what, value, must }));
        }
        let first = match (&downtime.first, &every) {
            (Some(times), _) => gap("first", times)?,
            (None, Law::Constant(time)) => Law::Uniform {
                low_us: 0,
                high_us: *time,
            },
            (None, law) => law.clone(),
        };
        let (cause, usual) = match downtime.kind {
            DowntimeKind::Breakdown => (Cause::Breakdown, ResumeRule::PreemptResume),
            DowntimeKind::Maintenance => (Cause::Maintenance, ResumeRule::AfterLot),
        };
        let plan = StopPlan {
            machine: 0,
            entity: 0,
            cause,
            basis,
            first,
            every,
            lasts: self.law(key("lasts"), &downtime.lasts)?,
            resume: resume(downtime.resume.unwrap_or(usual)),
            from_begin: downtime.counts == CountsFrom::Begin,
        };
        Ok((center, plan))
    }
}

fn resume(rule: ResumeRule) -> Resume {
    match rule {
        ResumeRule::PreemptResume => Resume::Continue,
        ResumeRule::Restart => Resume::Restart,
        ResumeRule::AfterLot => Resume::AfterLot,
    }
}
