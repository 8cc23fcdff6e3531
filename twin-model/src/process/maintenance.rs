//! Maintenance stop to planning: planning hears once of a stop that meets work, with what it meets
//! and until when; and again when the window moves, and when it is over.

use smol_str::SmolStr;

use super::{Bearing, Next, Plan, Process, Rule};
use crate::maintenance::MaintenanceAct;
use crate::{
    AffectedOperation, CommandBody, MaintenanceId, MaintenanceKind, Plant, ProcessId, ProcessKind,
    StopAnnounced, StopEnded, System, Time, WorkCenter, WorkCenterId,
};

/// The one lane: planning is the ERP's.
const LANE: &str = "erp";
/// Operations that one announcement lists.
const AFFECTED_MAX: usize = 1_000;

/// The processes about the maintenance of a work center.
pub(super) fn processes(center: &WorkCenter) -> impl Iterator<Item = ProcessId> {
    let maintenance = &center.plan.maintenance;
    let planned = maintenance.plans.iter().map(|plan| &plan.maintenance);
    let done = maintenance.acts.iter().map(|done| &done.maintenance);
    planned.chain(done).map(|id| {
        let subject = format!("{}/{id}", center.id());
        ProcessId::new(ProcessKind::Maintenance, &subject)
    })
}

/// A stop as it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stop {
    kind: MaintenanceKind,
    begun: bool,
    from: Time,
    until: Option<Time>,
    /// When it was planned or began: before the rules hold, it is not taken up.
    known_at: Time,
}

pub(super) fn plan(
    plant: &Plant,
    subject: &str,
    known: Option<&Process>,
    rule: Rule,
    now: Time,
) -> Plan {
    let mut plan = Plan::default();
    let Some((center, maintenance)) = named(plant, subject) else {
        return plan;
    };
    let standing = known.map(|process| process.standing(LANE));
    let told = standing
        .as_deref()
        .and_then(|steps| match &steps.last()?.body {
            CommandBody::StopAnnounced(body) => Some(body),
            _ => None,
        });
    let next = |bearing, body| Next {
        lane: SmolStr::new_static(LANE),
        to: System::Erp,
        bearing,
        body,
    };
    match stop(center, &maintenance, now) {
        Some(stop) => {
            if !stop.begun {
                // Maintenance that never comes is over when its window is.
                plan.look_at = told.and(stop.until);
            }
            let same = told.is_some_and(|told| {
                (told.kind, told.begun, told.from, told.until)
                    == (stop.kind, stop.begun, stop.from, stop.until)
            });
            let body = announcement(plant, center, &maintenance, stop);
            let meets_work = told.is_some() || !body.affected.is_empty();
            if !same && meets_work && (told.is_some() || stop.known_at >= rule.from) {
                plan.look_at = stop.until.filter(|_| !stop.begun);
                let body = CommandBody::StopAnnounced(body);
                plan.nexts.push(next(Bearing::Replaces, body));
            }
        }
        None if told.is_some() => {
            let body = StopEnded {
                work_center: center.id().clone(),
                ended_at: ended_at(center, &maintenance),
                maintenance,
            };
            plan.nexts
                .push(next(Bearing::Undoes, CommandBody::StopEnded(body)));
        }
        None => {}
    }
    plan
}

/// The work center and the maintenance that a subject names. Both may have slashes in their names.
fn named<'p>(plant: &'p Plant, subject: &str) -> Option<(&'p WorkCenter, MaintenanceId)> {
    subject.match_indices('/').find_map(|(at, _)| {
        let center: WorkCenterId = subject[..at].parse().ok()?;
        let maintenance: MaintenanceId = subject[at + 1..].parse().ok()?;
        let center = plant.work_center(&center)?;
        let known = &center.plan.maintenance;
        let planned = known
            .plans
            .iter()
            .any(|plan| plan.maintenance == maintenance);
        let done = known
            .acts
            .iter()
            .any(|done| done.maintenance == maintenance);
        (planned || done).then_some((center, maintenance))
    })
}

/// The stop, as long as it is to come or goes on.
fn stop(center: &WorkCenter, maintenance: &MaintenanceId, now: Time) -> Option<Stop> {
    let known = &center.plan.maintenance;
    let last = known
        .acts
        .iter()
        .rfind(|done| done.maintenance == *maintenance);
    let plan = known
        .plans
        .iter()
        .rfind(|plan| plan.maintenance == *maintenance);
    let planned = plan.map(|plan| Stop {
        kind: plan.kind,
        begun: false,
        from: plan.from,
        until: Some(plan.to),
        known_at: plan.at,
    });
    let Some(last) = last else {
        return planned.filter(|stop| stop.until.is_none_or(|until| until > now));
    };
    match last.act {
        MaintenanceAct::Started { kind, until } => Some(Stop {
            kind,
            begun: true,
            from: last.at,
            until,
            known_at: last.at,
        }),
        // Planned anew after it was done.
        MaintenanceAct::Finished => planned
            .filter(|stop| stop.known_at > last.at && stop.until.is_none_or(|until| until > now)),
    }
}

fn ended_at(center: &WorkCenter, maintenance: &MaintenanceId) -> Option<Time> {
    let acts = &center.plan.maintenance.acts;
    let last = acts.iter().rfind(|done| done.maintenance == *maintenance)?;
    (last.act == MaintenanceAct::Finished).then_some(last.at)
}

fn announcement(
    plant: &Plant,
    center: &WorkCenter,
    maintenance: &MaintenanceId,
    stop: Stop,
) -> StopAnnounced {
    let running = center.running().map(|(key, _)| (key, true));
    let waiting = center.queue().keys().map(|key| (key, false));
    let mut affected: Vec<AffectedOperation> = running
        .chain(waiting)
        .filter_map(|((order, op), running)| {
            let order = plant.work_order(order)?;
            Some(AffectedOperation {
                order: order.id().clone(),
                op: op.clone(),
                running,
                planned_end: order.planned_end(),
                priority: order.priority(),
            })
        })
        .collect();
    affected.sort_by(|a, b| (&a.order, &a.op).cmp(&(&b.order, &b.op)));
    affected.truncate(AFFECTED_MAX);
    StopAnnounced {
        work_center: center.id().clone(),
        maintenance: maintenance.clone(),
        kind: stop.kind,
        begun: stop.begun,
        from: stop.from,
        until: stop.until,
        affected,
    }
}
