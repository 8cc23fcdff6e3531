//! What an event may contain at most, and values that no event of its type can mean.

use super::EVENT_TYPES;
use super::version::NEWER_TYPES;
use crate::retraction::kind_of;
use crate::{Amount, Decimal, EventBody, EventRetracted, Time};

mod lot;
mod movement;
mod order;
mod ownership;
mod process;
mod quality;
mod reference;
mod times;
mod work_center;

pub use order::{COMPONENTS_PER_ORDER_MAX, SCRAP_REASONS_MAX};
pub use ownership::SOURCES_MAX;
pub use quality::{APPROVERS_MAX, DECIDED_PARTS_MAX, VALUES_PER_RESULT_MAX};
pub use reference::CONVERSIONS_PER_MATERIAL_MAX;
pub use work_center::SHIFTS_MAX;

/// Lots that one event may name in one list.
pub const LOTS_PER_EVENT_MAX: usize = 1_000;
/// Operations of one routing.
pub const OPERATIONS_PER_ORDER_MAX: usize = 1_000;
/// Predecessors of one operation.
pub const PREDECESSORS_MAX: usize = 100;
/// Events that say what is right in the place of one.
const CORRECTIONS_MAX: usize = 100;
/// Longest free text, such as the reason of a hold, in bytes.
pub const TEXT_BYTES_MAX: usize = 500;
/// Largest tolerance of over-delivery, as a fraction: ten times the quantity.
const OVER_TOLERANCE_MAX: Decimal = Decimal::TEN;

/// A limit that an event breaks.
pub(crate) struct Broken {
    pub(crate) path: &'static str,
    pub(crate) detail: String,
}

/// Checks an event that could be read.
pub(crate) fn check(body: &EventBody) -> Result<(), Broken> {
    match body {
        EventBody::LotTransformed(body) => lot::transformation(body),
        EventBody::LotSplit(body) => lot::split(body),
        EventBody::LotMerged(body) => lot::merge(body),
        EventBody::LotPacked(body) => lot::packing(body),
        EventBody::HoldPlaced(body) => {
            if let Some(window) = &body.scope.window() {
                lot::window("$.data.scope.id.window", window)?;
            }
            short("$.data.reason", &body.reason)?;
            body.placed_by
                .as_ref()
                .map_or(Ok(()), |by| short("$.data.placed_by", by))
        }
        EventBody::HoldReleased(body) => {
            short("$.data.disposition", &body.disposition)?;
            short("$.data.released_by", &body.released_by)
        }
        EventBody::ShipmentRequested(body) => lot::request(body),
        EventBody::ShipmentCancelled(body) => short("$.data.reason", &body.reason),
        EventBody::MaterialUpdated(_) | EventBody::RoutingPublished(_) => reference::check(body),
        EventBody::OwnershipPublished(body) => ownership::check(body),
        EventBody::ProcessRulesPublished(body) => process::check_rules(body),
        EventBody::PostingRefused(body) => process::check_refusal(body),
        EventBody::PostingAcknowledged(body) => body
            .document
            .as_ref()
            .map_or(Ok(()), |document| short("$.data.document", document)),
        EventBody::MaterialIssued(_)
        | EventBody::MaterialConsumed(_)
        | EventBody::MaterialReturned(_)
        | EventBody::GoodsReceived(_)
        | EventBody::MovementReversed(_) => movement::check(body),
        EventBody::EventRetracted(body) => check_retraction(body),
        EventBody::StockAdjusted(body) => short("$.data.reason", &body.reason),
        EventBody::InspectionCreated(_)
        | EventBody::InspectionResultRecorded(_)
        | EventBody::InspectionDecided(_)
        | EventBody::InspectionCancelled(_)
        | EventBody::InspectionReopened(_)
        | EventBody::StockStatusChanged(_)
        | EventBody::NonconformanceOpened(_)
        | EventBody::NonconformanceContained(_)
        | EventBody::NonconformanceReviewStarted(_)
        | EventBody::NonconformanceDispositioned(_)
        | EventBody::NonconformanceVerified(_)
        | EventBody::NonconformanceClosed(_)
        | EventBody::NonconformanceCancelled(_) => quality::check(body),
        EventBody::WorkCenterStateChanged(_)
        | EventBody::WorkCenterConfigured(_)
        | EventBody::MaintenanceScheduled(_)
        | EventBody::EdgeSession(_)
        | EventBody::WorkCenterCounterSampled(_)
        | EventBody::MaintenanceStarted(_)
        | EventBody::MaintenanceFinished(_) => work_center::check(body),
        // It lets pass what has no limits of its own.
        _ => order::check(body),
    }
}

/// Checks the times that an event of the time `at` tells against each other and against that.
pub(crate) fn check_times(body: &EventBody, at: Time) -> Result<(), Broken> {
    times::check(body, at)
}

/// The event that is taken back is of a known type, and one of its object.
fn check_retraction(body: &EventRetracted) -> Result<(), Broken> {
    let name = &body.r#type;
    let known = EVENT_TYPES
        .iter()
        .chain(NEWER_TYPES.iter().map(|(newer, _)| newer));
    let kind = known.copied().find(|known| known == name).and_then(kind_of);
    let Some(kind) = kind else {
        return Err(Broken {
            path: "$.data.type",
            detail: format!("{name:?} is no type of event that can be taken back"),
        });
    };
    let object = body.object.key();
    if object.kind() != kind {
        return Err(Broken {
            path: "$.data.object",
            detail: format!("is {object}; {name} is about a {}", kind.as_str()),
        });
    }
    if let Some(note) = &body.note {
        short("$.data.note", note)?;
    }
    at_most(
        "$.data.corrected_by",
        body.corrected_by.len(),
        CORRECTIONS_MAX,
    )
}

fn some_lots(path: &'static str, lots: usize) -> Result<(), Broken> {
    if lots == 0 {
        return Err(Broken {
            path,
            detail: "must name at least one lot".to_owned(),
        });
    }
    at_most(path, lots, LOTS_PER_EVENT_MAX)
}

fn at_most(path: &'static str, found: usize, max: usize) -> Result<(), Broken> {
    if found <= max {
        return Ok(());
    }
    Err(Broken {
        path,
        detail: format!("has {found} entries; at most {max} are taken"),
    })
}

pub(super) fn short(path: &'static str, text: &str) -> Result<(), Broken> {
    if text.len() <= TEXT_BYTES_MAX {
        return Ok(());
    }
    let detail = format!(
        "has {} bytes; at most {TEXT_BYTES_MAX} are taken",
        text.len()
    );
    Err(Broken { path, detail })
}

fn fraction(path: &'static str, amount: Amount, max: Decimal) -> Result<(), Broken> {
    if (Decimal::ZERO..=max).contains(&amount.value()) {
        return Ok(());
    }
    let detail = format!("is {amount}; a fraction from 0 to {max} is expected (0.1 is 10 %)");
    Err(Broken { path, detail })
}
