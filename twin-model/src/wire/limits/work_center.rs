//! Limits of what is said of a work center.

use super::{Broken, at_most, short};
use crate::{EventBody, SILENCE_S_MIN, Time, WorkCenterConfigured};

/// Shifts that one event may name.
pub const SHIFTS_MAX: usize = 1_000;

pub(super) fn check(body: &EventBody) -> Result<(), Broken> {
    match body {
        EventBody::WorkCenterConfigured(body) => check_configuration(body),
        EventBody::MaintenanceScheduled(body) => not_empty("$.data.to", body.from, body.to),
        EventBody::EdgeSession(body) => body
            .last_sequence
            .as_ref()
            .map_or(Ok(()), |last| short("$.data.last_sequence", last)),
        EventBody::WorkCenterStateChanged(body) => body
            .reason
            .as_ref()
            .map_or(Ok(()), |reason| short("$.data.reason", reason)),
        _ => Ok(()),
    }
}

fn check_configuration(body: &WorkCenterConfigured) -> Result<(), Broken> {
    at_most("$.data.shifts", body.shifts.len(), SHIFTS_MAX)?;
    for shift in &body.shifts {
        not_empty("$.data.shifts.to", shift.from, shift.to)?;
    }
    if body.capacity == Some(0) {
        return Err(Broken {
            path: "$.data.capacity",
            detail: "is 0; a work center can run something".to_owned(),
        });
    }
    match body.silent_after_s {
        Some(limit) if limit < SILENCE_S_MIN => Err(Broken {
            path: "$.data.silent_after_s",
            detail: format!("is {limit}; at least {SILENCE_S_MIN} s are expected"),
        }),
        _ => Ok(()),
    }
}

fn not_empty(path: &'static str, from: Time, to: Time) -> Result<(), Broken> {
    if from < to {
        return Ok(());
    }
    let detail = format!("is {to}, not after {from}");
    Err(Broken { path, detail })
}
