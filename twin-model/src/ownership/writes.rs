//! Which fields an event writes.

use super::Field::*;
use super::{Field, Owners};
use crate::event::event_types;
use crate::retraction::Kept;
use crate::{EventBody, EventRetracted};

/// Every type of the event catalogue without its version, with the fields that it writes. A source
/// must own all of them, or the event is a claim.
const WRITES: &[(&str, &[Field])] = &[
    ("mfg.work_order.created", &[OrderCreation]),
    ("mfg.work_order.released", &[OrderRelease]),
    // Each of its fields is judged for itself.
    ("mfg.work_order.changed", &[]),
    ("mfg.work_order.cancelled", &[OrderCancellation]),
    ("mfg.work_order.release_withdrawn", &[OrderRelease]),
    ("mfg.work_order.aborted", &[OrderAbort]),
    ("mfg.work_order.tech_completed", &[OrderTechCompletion]),
    (
        "mfg.work_order.tech_completion_withdrawn",
        &[OrderTechCompletion],
    ),
    ("mfg.work_order.closed", &[OrderClosing]),
    ("mfg.posting.acknowledged", &[ProcessAnswer]),
    ("mfg.posting.refused", &[ProcessAnswer]),
    ("mfg.operation.dispatched", &[OperationDispatch]),
    ("mfg.operation.setup_started", &[OperationSetup]),
    ("mfg.operation.started", &[OperationStart]),
    (
        "mfg.operation.progressed",
        &[OperationGood, OperationScrap, OperationRework],
    ),
    (
        "mfg.operation.completed",
        &[OperationGood, OperationScrap, OperationRework, OperationEnd],
    ),
    ("mfg.operation.interrupted", &[OperationInterruption]),
    ("mfg.operation.resumed", &[OperationInterruption]),
    ("mfg.operation.aborted", &[OperationAbort]),
    ("mfg.operation.skipped", &[OperationSkip]),
    ("mfg.confirmation.reversed", &[OperationReversal]),
    ("mfg.lot.created", &[LotCreation]),
    ("mfg.lot.split", &[LotOrigin]),
    ("mfg.lot.merged", &[LotOrigin]),
    ("mfg.lot.transformed", &[LotOrigin]),
    ("mfg.lot.packed", &[LotPacking]),
    ("mfg.material.issued", &[OrderIssued]),
    ("mfg.material.consumed", &[OrderConsumed]),
    ("mfg.material.returned", &[OrderIssued]),
    ("mfg.goods.received", &[OrderReceived]),
    ("mfg.movement.reversed", &[OrderMovementReversal]),
    ("mfg.stock.adjusted", &[LotStock]),
    ("mfg.stock.status_changed", &[LotUsage]),
    ("mfg.inspection.created", &[InspectionPlan]),
    ("mfg.inspection.cancelled", &[InspectionPlan]),
    ("mfg.inspection.reopened", &[InspectionPlan]),
    ("mfg.inspection.result_recorded", &[InspectionResult]),
    ("mfg.inspection.decided", &[InspectionDecision]),
    ("mfg.hold.placed", &[HoldPlacing]),
    ("mfg.hold.released", &[HoldRelease]),
    ("mfg.nonconformance.opened", &[NonconformanceRecord]),
    ("mfg.nonconformance.contained", &[NonconformanceContainment]),
    ("mfg.nonconformance.review_started", &[NonconformanceRecord]),
    (
        "mfg.nonconformance.dispositioned",
        &[NonconformanceDisposition],
    ),
    ("mfg.nonconformance.verified", &[NonconformanceRecord]),
    ("mfg.nonconformance.closed", &[NonconformanceRecord]),
    ("mfg.nonconformance.cancelled", &[NonconformanceRecord]),
    ("mfg.shipment.requested", &[ShipmentRequest]),
    ("mfg.shipment.confirmed", &[ShipmentConfirmation]),
    ("mfg.shipment.cancelled", &[ShipmentRequest]),
    ("mfg.work_center.state_changed", &[WorkCenterState]),
    ("mfg.work_center.counter_sampled", &[WorkCenterCounters]),
    ("mfg.work_center.configured", &[WorkCenterConfiguration]),
    ("mfg.edge.session", &[WorkCenterSession]),
    ("mfg.maintenance.scheduled", &[WorkCenterMaintenance]),
    ("mfg.maintenance.started", &[WorkCenterMaintenance]),
    ("mfg.maintenance.finished", &[WorkCenterMaintenance]),
    ("mfg.material.updated", &[MaterialMaster]),
    ("mfg.routing.published", &[RoutingMaster]),
    ("mfg.ownership.published", &[OwnershipTable]),
    ("mfg.process_rules.published", &[ProcessRulesTable]),
    // By what it takes back: see `EventRetracted::writes`.
    ("mfg.event.retracted", &[]),
];

/// The fields that a type writes, looked up while compiling.
const fn written_by(type_name: &str) -> &'static [Field] {
    let mut row = 0;
    while row < WRITES.len() {
        if is_version_of(type_name.as_bytes(), WRITES[row].0.as_bytes()) {
            return WRITES[row].1;
        }
        row += 1;
    }
    panic!("an event type lacks its row in WRITES (ownership/writes.rs): who owns what it says?")
}

/// Whether `type_name` is `name`, a dot, and a version.
const fn is_version_of(type_name: &[u8], name: &[u8]) -> bool {
    if type_name.len() < name.len() + 2 {
        return false;
    }
    let mut at = 0;
    while at < name.len() {
        if type_name[at] != name[at] {
            return false;
        }
        at += 1;
    }
    type_name[at] == b'.' && type_name[at + 1] == b'v'
}

macro_rules! define_writes {
    ($($variant:ident($body:ident) = $name:literal $(as $class:ident)?;)+) => {
        impl EventBody {
            /// The fields that the event writes, as ownership sees it.
            pub(crate) fn writes(&self) -> &'static [Field] {
                match self {
                    EventBody::EventRetracted(body) => body.writes(),
                    other => other.written_by_type(),
                }
            }

            fn written_by_type(&self) -> &'static [Field] {
                match self {
                    $(EventBody::$variant(_) => const { written_by($name) },)+
                }
            }
        }

        fn writes_of(type_name: &str) -> Option<&'static [Field]> {
            match type_name {
                $($name => Some(const { written_by($name) }),)+
                _ => None,
            }
        }
    };
}

event_types!(define_writes);

impl EventRetracted {
    /// The fields that a retraction writes: those of a reversal, where it is one. What a person
    /// gets, everybody may say.
    pub(crate) fn writes(&self) -> &'static [Field] {
        match Kept::of(&self.r#type) {
            Some(Kept::Report) => &[OperationReversal],
            Some(Kept::Movement) => &[OrderMovementReversal],
            Some(Kept::StatusChange) => &[LotUsage],
            Some(Kept::Count) => &[LotStock],
            None => &[],
        }
    }
}

/// The systems that own all that a type writes, where a plant has published nothing else; anybody
/// where each of its fields is judged for itself. `None` for an unknown type.
pub(crate) fn default_owners_of(type_name: &str) -> Option<Owners> {
    let fields = writes_of(type_name)?.iter();
    Some(fields.fold(Owners::ANYBODY, |owners, field| {
        owners.shared_with(field.default_owners())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_the_type_without_its_version() {
        assert_eq!(written_by("mfg.hold.placed.v1"), [HoldPlacing]);
        assert_eq!(written_by("mfg.hold.placed.v12"), [HoldPlacing]);
        assert!(!is_version_of(
            b"mfg.hold.placedness.v1",
            b"mfg.hold.placed"
        ));
    }
}
