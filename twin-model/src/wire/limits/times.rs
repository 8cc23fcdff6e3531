//! Times of one event that contradict each other. What ends as it begins is taken.

use super::Broken;
use crate::{EventBody, OperationReport, Time, WorkOrderChanged};

/// Checks an event of the time `at`; events whose times cannot contradict each other pass.
pub(super) fn check(body: &EventBody, at: Time) -> Result<(), Broken> {
    match body {
        EventBody::WorkOrderCreated(body) => {
            let planned = (body.planned_start, body.planned_end);
            in_order("$.data.planned_end", planned, "the planned start")
        }
        EventBody::WorkOrderChanged(body) => check_plan(body),
        EventBody::OperationProgressed(body) | EventBody::OperationCompleted(body) => {
            check_report(body, at)
        }
        EventBody::LotCreated(body) => {
            let life = (body.produced_at, body.expiry);
            in_order("$.data.expiry", life, "its production")
        }
        EventBody::MaintenanceStarted(body) => {
            let stop = (Some(at), body.until);
            in_order("$.data.until", stop, "the event's time")
        }
        _ => Ok(()),
    }
}

/// What stands still of the other date may be older or newer, so only two that are told together
/// are compared.
fn check_plan(body: &WorkOrderChanged) -> Result<(), Broken> {
    let start = body.planned_start.as_ref().map(|change| change.new);
    let end = body.planned_end.as_ref().map(|change| change.new);
    in_order("$.data.planned_end.new", (start, end), "the planned start")
}

fn check_report(body: &OperationReport, at: Time) -> Result<(), Broken> {
    match (body.start, body.end) {
        (start, Some(end)) => in_order("$.data.end", (start, Some(end)), "its start"),
        (Some(start), None) if start > at => Err(Broken {
            path: "$.data.start",
            detail: format!("is {start}, after the event's time {at}, at which the work ended"),
        }),
        _ => Ok(()),
    }
}

/// The later one of two times, at `path`, is not before the other one; what is not told is not
/// wrong.
fn in_order(
    path: &'static str,
    (first, then): (Option<Time>, Option<Time>),
    what: &str,
) -> Result<(), Broken> {
    match (first, then) {
        (Some(first), Some(then)) if then < first => Err(Broken {
            path,
            detail: format!("is {then}, before {what} {first}"),
        }),
        _ => Ok(()),
    }
}
