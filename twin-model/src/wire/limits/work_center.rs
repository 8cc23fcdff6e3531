//! Limits of what is said of a work center.

use super::{Broken, at_most, short};
use crate::{EventBody, SILENCE_S_MIN, Time, WorkCenterConfigured};

/// Shifts that one event may name.
pub const SHIFTS_MAX: usize = 1_000;
/// Seconds of the shortest window whose figures are told.
const KPI_WINDOW_S_MIN: u32 = 900;
const DAY_S: u32 = 86_400;
/// Numbers that a counter has at least: one decimal digit.
const COUNTER_MODULUS_MIN: u64 = 10;

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
    let modulus = body.counter_modulus.unwrap_or_default();
    for (path, modulus) in [
        ("$.data.counter_modulus.good", modulus.good),
        ("$.data.counter_modulus.total", modulus.total),
        ("$.data.counter_modulus.scrap", modulus.scrap),
    ] {
        if let Some(modulus) = modulus.filter(|modulus| *modulus < COUNTER_MODULUS_MIN) {
            return Err(Broken {
                path,
                detail: format!(
                    "is {modulus}; a counter has at least {COUNTER_MODULUS_MIN} numbers"
                ),
            });
        }
    }
    if let Some(window) = body.kpi_window_s
        && (window < KPI_WINDOW_S_MIN || !DAY_S.is_multiple_of(window))
    {
        return Err(Broken {
            path: "$.data.kpi_window_s",
            detail: format!(
                "is {window}; a part of a day of at least {KPI_WINDOW_S_MIN} s is expected, such as \
                 3600"
            ),
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
