//! Limits of what quality says.

use super::{Broken, LOTS_PER_EVENT_MAX, at_most, short};
use crate::stock_status::MOVEMENT_TYPES;
use crate::{
    CHARACTERISTICS_MAX, EventBody, InspectionCreated, InspectionDecided, NonconformanceOpened,
    StockStatusChanged,
};

/// Values of one result.
pub const VALUES_PER_RESULT_MAX: usize = 1_000;
/// Who approve one disposition.
pub const APPROVERS_MAX: usize = 100;
/// Parts of one usage decision.
pub const DECIDED_PARTS_MAX: usize = 100;

/// Checks an event of an inspection that could be read.
pub(super) fn check(body: &EventBody) -> Result<(), Broken> {
    match body {
        EventBody::InspectionCreated(body) => check_plan(body),
        EventBody::InspectionResultRecorded(body) => {
            short("$.data.characteristic", &body.characteristic)?;
            short_or_absent("$.data.instrument", body.instrument.as_ref())?;
            at_most("$.data.values", body.values.len(), VALUES_PER_RESULT_MAX)
        }
        EventBody::InspectionDecided(body) => check_decision(body),
        EventBody::StockStatusChanged(body) => check_movement(body),
        EventBody::NonconformanceOpened(body) => check_finding(body),
        EventBody::NonconformanceContained(body) => short("$.data.action", &body.action),
        EventBody::NonconformanceDispositioned(body) => {
            some("$.data.lots", body.lots.len(), LOTS_PER_EVENT_MAX)?;
            for approver in &body.approvers {
                short("$.data.approvers", approver)?;
            }
            some("$.data.approvers", body.approvers.len(), APPROVERS_MAX)
        }
        EventBody::NonconformanceVerified(body) => short("$.data.verification", &body.verification),
        EventBody::NonconformanceClosed(body) => {
            short_or_absent("$.data.verification", body.verification.as_ref())
        }
        EventBody::NonconformanceCancelled(body) => short("$.data.reason", &body.reason),
        EventBody::InspectionCancelled(body) => short("$.data.reason", &body.reason),
        EventBody::InspectionReopened(body) => short("$.data.reason", &body.reason),
        _ => Ok(()),
    }
}

fn check_finding(body: &NonconformanceOpened) -> Result<(), Broken> {
    if body.lots.is_empty() && body.order.is_none() {
        return Err(Broken {
            path: "$.data",
            detail: "must name a lot or an order".to_owned(),
        });
    }
    short("$.data.defect", &body.defect)?;
    at_most("$.data.lots", body.lots.len(), LOTS_PER_EVENT_MAX)
}

/// A movement type of the ERP that contradicts the statuses beside it.
fn check_movement(body: &StockStatusChanged) -> Result<(), Broken> {
    short_or_absent("$.data.movement_type", body.movement_type.as_ref())?;
    short_or_absent("$.data.decision", body.decision.as_ref())?;
    let known = MOVEMENT_TYPES.iter();
    let meant = body.movement_type.as_deref();
    match known.copied().find(|(name, ..)| Some(*name) == meant) {
        Some((name, from, to)) if (from, to) != (body.from, body.to) => Err(Broken {
            path: "$.data.movement_type",
            detail: format!("{name} moves from {} to {}", from.as_str(), to.as_str()),
        }),
        _ => Ok(()),
    }
}

fn check_plan(body: &InspectionCreated) -> Result<(), Broken> {
    if body.lot.is_none() && body.order.is_none() {
        return Err(Broken {
            path: "$.data",
            detail: "must name a lot or an order".to_owned(),
        });
    }
    short_or_absent("$.data.plan_version", body.plan_version.as_ref())?;
    let planned = &body.characteristics;
    for characteristic in planned {
        short("$.data.characteristics.name", &characteristic.name)?;
    }
    at_most("$.data.characteristics", planned.len(), CHARACTERISTICS_MAX)
}

fn check_decision(body: &InspectionDecided) -> Result<(), Broken> {
    short("$.data.by", &body.by)?;
    if let Some(signature) = &body.signature {
        short("$.data.signature.by", &signature.by)?;
        short("$.data.signature.meaning", &signature.meaning)?;
    }
    for part in &body.decisions {
        short_or_absent("$.data.decisions.code", part.code.as_ref())?;
    }
    some("$.data.decisions", body.decisions.len(), DECIDED_PARTS_MAX)
}

fn short_or_absent(path: &'static str, text: Option<&smol_str::SmolStr>) -> Result<(), Broken> {
    text.map_or(Ok(()), |text| short(path, text))
}

fn some(path: &'static str, found: usize, max: usize) -> Result<(), Broken> {
    if found == 0 {
        let detail = "must have at least one entry".to_owned();
        return Err(Broken { path, detail });
    }
    at_most(path, found, max)
}
