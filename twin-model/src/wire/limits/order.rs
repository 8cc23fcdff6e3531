//! Limits of what is said of orders and their operations.

use smol_str::SmolStr;

use super::{
    Broken, LOTS_PER_EVENT_MAX, OPERATIONS_PER_ORDER_MAX, OVER_TOLERANCE_MAX, PREDECESSORS_MAX,
    at_most, fraction, short,
};
use crate::{
    ConfirmationReversed, Decimal, EventBody, OperationReport, PlannedOperation, Quantity,
    Tolerance, WorkOrderChanged, WorkOrderCreated, WorkOrderReleased,
};

/// Components of one order.
pub const COMPONENTS_PER_ORDER_MAX: usize = 1_000;
/// Reasons of scrap in one report.
pub const SCRAP_REASONS_MAX: usize = 100;

/// Checks an event of an order that could be read; other events pass.
pub(super) fn check(body: &EventBody) -> Result<(), Broken> {
    match body {
        EventBody::WorkOrderCreated(body) => check_created(body),
        EventBody::WorkOrderReleased(body) => check_released(body),
        EventBody::WorkOrderChanged(body) => check_changed(body),
        EventBody::WorkOrderCancelled(body) => said("$.data.reason", &body.reason),
        EventBody::WorkOrderReleaseWithdrawn(body) => perhaps("$.data.reason", &body.reason),
        EventBody::WorkOrderAborted(body) => said("$.data.reason", &body.reason),
        EventBody::WorkOrderTechCompleted(body) => perhaps("$.data.by", &body.by),
        EventBody::WorkOrderTechCompletionWithdrawn(body) => perhaps("$.data.reason", &body.reason),
        EventBody::WorkOrderClosed(body) => perhaps("$.data.period", &body.period),
        EventBody::OperationSetupStarted(body) => {
            perhaps("$.data.from_setup", &body.from_setup)?;
            perhaps("$.data.to_setup", &body.to_setup)
        }
        EventBody::OperationStarted(body) => {
            let lots = body.input_lots.len();
            at_most("$.data.input_lots", lots, LOTS_PER_EVENT_MAX)
        }
        EventBody::OperationProgressed(body) => {
            if body.r#final {
                let detail = "is true; only a completion can be the last of its order".to_owned();
                return Err(Broken {
                    path: "$.data.final",
                    detail,
                });
            }
            check_report(body)
        }
        EventBody::OperationCompleted(body) => check_report(body),
        EventBody::OperationInterrupted(body) => said("$.data.reason", &body.reason),
        EventBody::OperationAborted(body) => said("$.data.reason", &body.reason),
        EventBody::OperationSkipped(body) => said("$.data.reason", &body.reason),
        EventBody::ConfirmationReversed(body) => check_reversal(body),
        _ => Ok(()),
    }
}

fn check_created(body: &WorkOrderCreated) -> Result<(), Broken> {
    more_than_nothing("$.data.quantity.value", &body.quantity)?;
    let paths = ["$.data.tolerance.over", "$.data.tolerance.under"];
    tolerance(paths, body.tolerance.unwrap_or_default())?;
    perhaps("$.data.routing_version", &body.routing_version)?;
    perhaps("$.data.bom_version", &body.bom_version)?;
    perhaps("$.data.sales_order", &body.sales_order)
}

fn check_released(body: &WorkOrderReleased) -> Result<(), Broken> {
    if let Some(quantity) = &body.quantity {
        more_than_nothing("$.data.quantity.value", quantity)?;
    }
    check_operations(&body.operations)?;
    perhaps("$.data.routing_version", &body.routing_version)?;
    perhaps("$.data.bom_version", &body.bom_version)?;
    at_most(
        "$.data.components",
        body.components.len(),
        COMPONENTS_PER_ORDER_MAX,
    )
}

/// The operations of an order or of a routing.
pub(super) fn check_operations(operations: &[PlannedOperation]) -> Result<(), Broken> {
    at_most(
        "$.data.operations",
        operations.len(),
        OPERATIONS_PER_ORDER_MAX,
    )?;
    let predecessors = operations.iter().map(|op| op.predecessors.len()).max();
    at_most(
        "$.data.operations.predecessors",
        predecessors.unwrap_or(0),
        PREDECESSORS_MAX,
    )
}

fn check_changed(body: &WorkOrderChanged) -> Result<(), Broken> {
    if let Some(quantity) = &body.quantity {
        more_than_nothing("$.data.quantity.new.value", &quantity.new)?;
    }
    if let Some(change) = &body.tolerance {
        let paths = ["$.data.tolerance.new.over", "$.data.tolerance.new.under"];
        tolerance(paths, change.new)?;
    }
    let nothing = body.quantity.is_none()
        && body.planned_start.is_none()
        && body.planned_end.is_none()
        && body.priority.is_none()
        && body.tolerance.is_none()
        && body.routing_version.is_none()
        && body.bom_version.is_none()
        && body.counting.is_none();
    if nothing {
        return Err(Broken {
            path: "$.data",
            detail: "names no field that changes".to_owned(),
        });
    }
    if let Some(change) = &body.routing_version {
        short("$.data.routing_version.new", &change.new)?;
    }
    if let Some(change) = &body.bom_version {
        short("$.data.bom_version.new", &change.new)?;
    }
    perhaps("$.data.reason", &body.reason)
}

fn check_report(body: &OperationReport) -> Result<(), Broken> {
    let lots = body.output_lots.len();
    at_most("$.data.output_lots", lots, LOTS_PER_EVENT_MAX)?;
    let reasons = body.scrap_by_reason.len();
    at_most("$.data.scrap_by_reason", reasons, SCRAP_REASONS_MAX)?;
    for part in &body.scrap_by_reason {
        said("$.data.scrap_by_reason.reason", &part.reason)?;
    }
    perhaps("$.data.document", &body.document)?;
    let (scrap, sum) = (body.scrap.value(), body.scrapped());
    if scrap.is_zero() || scrap == sum {
        return Ok(());
    }
    Err(Broken {
        path: "$.data.scrap",
        detail: format!("is {scrap}; the reasons come to {sum}"),
    })
}

fn check_reversal(body: &ConfirmationReversed) -> Result<(), Broken> {
    said("$.data.reason", &body.reason)?;
    perhaps("$.data.by", &body.by)?;
    perhaps("$.data.document", &body.document)?;
    if body.event.is_some() || body.document.is_some() {
        return Ok(());
    }
    Err(Broken {
        path: "$.data",
        detail: "names no report: give its event or its document".to_owned(),
    })
}

fn more_than_nothing(path: &'static str, quantity: &Quantity) -> Result<(), Broken> {
    if quantity.value.value() > Decimal::ZERO {
        return Ok(());
    }
    let detail = format!("is {quantity}; an order is for more than nothing");
    Err(Broken { path, detail })
}

fn tolerance([over, under]: [&'static str; 2], told: Tolerance) -> Result<(), Broken> {
    fraction(over, told.over, OVER_TOLERANCE_MAX)?;
    fraction(under, told.under, Decimal::ONE)
}

pub(super) fn perhaps(path: &'static str, text: &Option<SmolStr>) -> Result<(), Broken> {
    text.as_ref().map_or(Ok(()), |text| short(path, text))
}

/// A text that must say something.
pub(super) fn said(path: &'static str, text: &str) -> Result<(), Broken> {
    if text.trim().is_empty() {
        let detail = "is empty; say why".to_owned();
        return Err(Broken { path, detail });
    }
    short(path, text)
}
