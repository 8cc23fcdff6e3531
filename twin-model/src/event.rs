//! Canonical events: what the systems around the plant say happened.
//!
//! The bodies are contracts (version 1 of each type in the event catalogue), so they carry serde
//! and describe their JSON Schema; the entities that they change do not.

use std::hash::{Hash, Hasher};

use smol_str::SmolStr;

use crate::{EntityKey, EventId, OperationId, PlantId, SourceId, Time};

mod hold;
mod lot;
mod movement;
mod operation;
mod order;
mod ownership;
mod process;
mod quality;
mod reference;
mod retraction;
mod shipment;
mod work_center;

pub use hold::*;
pub use lot::*;
pub use movement::*;
pub use operation::*;
pub use order::*;
pub use ownership::*;
pub use process::*;
pub use quality::*;
pub use reference::*;
pub use retraction::*;
pub use shipment::*;
pub use work_center::*;

/// What is as if it had not been sent is not sent either.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One canonical event with the envelope fields that decide.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Event {
    /// Unique within `source`; (`source`, `id`) is the idempotency key.
    pub id: EventId,
    /// Who says so.
    pub source: SourceId,
    /// Which plant it concerns.
    pub plant: PlantId,
    /// When it happened, by the source's clock.
    pub time: Time,
    /// The source's own order, where it numbers its events.
    pub sequence: Option<SmolStr>,
    /// Joins everything that belongs to one business transaction.
    pub correlation: Option<SmolStr>,
    /// What happened.
    pub body: EventBody,
}

/// The one table of event types: variant, body, CloudEvents type and class, in the order of the
/// catalogue. Whatever goes over all types (names, decoding, encoding, schemas) is made from it by
/// `$with`. A type without a class is [`Criticality::NearRealTime`](crate::Criticality): that of
/// everything whose order counts.
macro_rules! event_types {
    ($with:ident) => {
        $with! {
            WorkOrderCreated(WorkOrderCreated) = "mfg.work_order.created.v1";
            WorkOrderReleased(WorkOrderReleased) = "mfg.work_order.released.v1";
            WorkOrderChanged(WorkOrderChanged) = "mfg.work_order.changed.v1";
            WorkOrderCancelled(WorkOrderCancelled) = "mfg.work_order.cancelled.v1";
            WorkOrderReleaseWithdrawn(WorkOrderReleaseWithdrawn) =
                "mfg.work_order.release_withdrawn.v1";
            WorkOrderAborted(WorkOrderAborted) = "mfg.work_order.aborted.v1";
            WorkOrderTechCompleted(WorkOrderTechCompleted) = "mfg.work_order.tech_completed.v1";
            WorkOrderTechCompletionWithdrawn(WorkOrderTechCompletionWithdrawn) =
                "mfg.work_order.tech_completion_withdrawn.v1";
            WorkOrderClosed(WorkOrderClosed) = "mfg.work_order.closed.v1";
            OperationDispatched(OperationDispatched) = "mfg.operation.dispatched.v1";
            OperationSetupStarted(OperationSetupStarted) = "mfg.operation.setup_started.v1";
            OperationStarted(OperationStarted) = "mfg.operation.started.v1";
            OperationProgressed(OperationReport) = "mfg.operation.progressed.v1";
            OperationCompleted(OperationReport) = "mfg.operation.completed.v1";
            OperationInterrupted(OperationInterrupted) = "mfg.operation.interrupted.v1";
            OperationResumed(OperationResumed) = "mfg.operation.resumed.v1";
            OperationAborted(OperationAborted) = "mfg.operation.aborted.v1";
            OperationSkipped(OperationSkipped) = "mfg.operation.skipped.v1";
            ConfirmationReversed(ConfirmationReversed) = "mfg.confirmation.reversed.v1";
            LotCreated(LotCreated) = "mfg.lot.created.v1";
            LotSplit(LotSplit) = "mfg.lot.split.v1";
            LotMerged(LotMerged) = "mfg.lot.merged.v1";
            LotTransformed(LotTransformed) = "mfg.lot.transformed.v1";
            LotPacked(LotPacked) = "mfg.lot.packed.v1";
            MaterialIssued(MaterialIssued) = "mfg.material.issued.v1";
            MaterialConsumed(MaterialConsumed) = "mfg.material.consumed.v1";
            MaterialReturned(MaterialReturned) = "mfg.material.returned.v1";
            GoodsReceived(GoodsReceived) = "mfg.goods.received.v1";
            MovementReversed(MovementReversed) = "mfg.movement.reversed.v1";
            StockAdjusted(StockAdjusted) = "mfg.stock.adjusted.v1";
            StockStatusChanged(StockStatusChanged) = "mfg.stock.status_changed.v1" as RealTime;
            InspectionCreated(InspectionCreated) = "mfg.inspection.created.v1" as RealTime;
            InspectionResultRecorded(InspectionResultRecorded) =
                "mfg.inspection.result_recorded.v1";
            InspectionDecided(InspectionDecided) = "mfg.inspection.decided.v1" as RealTime;
            InspectionCancelled(InspectionCancelled) = "mfg.inspection.cancelled.v1" as RealTime;
            InspectionReopened(InspectionReopened) = "mfg.inspection.reopened.v1" as RealTime;
            HoldPlaced(HoldPlaced) = "mfg.hold.placed.v1" as RealTime;
            HoldReleased(HoldReleased) = "mfg.hold.released.v1" as RealTime;
            NonconformanceOpened(NonconformanceOpened) =
                "mfg.nonconformance.opened.v1" as RealTime;
            NonconformanceContained(NonconformanceContained) =
                "mfg.nonconformance.contained.v1" as RealTime;
            NonconformanceReviewStarted(NonconformanceReviewStarted) =
                "mfg.nonconformance.review_started.v1" as RealTime;
            NonconformanceDispositioned(NonconformanceDispositioned) =
                "mfg.nonconformance.dispositioned.v1" as RealTime;
            NonconformanceVerified(NonconformanceVerified) =
                "mfg.nonconformance.verified.v1" as RealTime;
            NonconformanceClosed(NonconformanceClosed) =
                "mfg.nonconformance.closed.v1" as RealTime;
            NonconformanceCancelled(NonconformanceCancelled) =
                "mfg.nonconformance.cancelled.v1" as RealTime;
            ShipmentRequested(ShipmentRequested) = "mfg.shipment.requested.v1" as RealTime;
            ShipmentConfirmed(ShipmentConfirmed) = "mfg.shipment.confirmed.v1" as RealTime;
            ShipmentCancelled(ShipmentCancelled) = "mfg.shipment.cancelled.v1" as RealTime;
            WorkCenterStateChanged(WorkCenterStateChanged) =
                "mfg.work_center.state_changed.v1" as RealTime;
            WorkCenterCounterSampled(WorkCenterCounterSampled) =
                "mfg.work_center.counter_sampled.v1";
            WorkCenterConfigured(WorkCenterConfigured) =
                "mfg.work_center.configured.v1" as Batch;
            MaintenanceScheduled(MaintenanceScheduled) = "mfg.maintenance.scheduled.v1";
            MaintenanceStarted(MaintenanceStarted) = "mfg.maintenance.started.v1";
            MaintenanceFinished(MaintenanceFinished) = "mfg.maintenance.finished.v1";
            EdgeSession(EdgeSession) = "mfg.edge.session.v1" as RealTime;
            MaterialUpdated(MaterialUpdated) = "mfg.material.updated.v1";
            RoutingPublished(RoutingPublished) = "mfg.routing.published.v1";
            OwnershipPublished(OwnershipPublished) = "mfg.ownership.published.v1";
            ProcessRulesPublished(ProcessRulesPublished) = "mfg.process_rules.published.v1";
            PostingAcknowledged(PostingAcknowledged) = "mfg.posting.acknowledged.v1";
            PostingRefused(PostingRefused) = "mfg.posting.refused.v1";
            EventRetracted(EventRetracted) = "mfg.event.retracted.v1";
        }
    };
}
pub(crate) use event_types;

macro_rules! define_bodies {
    ($($variant:ident($body:ident) = $name:literal $(as $class:ident)?;)+) => {
        /// What happened, one variant per event type.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum EventBody {
            $(#[doc = concat!("`", $name, "`")] $variant($body),)+
        }

        impl EventBody {
            /// The CloudEvents type.
            #[must_use]
            pub fn type_name(&self) -> &'static str {
                match self {
                    $(EventBody::$variant(_) => $name,)+
                }
            }
        }
    };
}

event_types!(define_bodies);

impl Event {
    /// A number for the whole content, to tell a redelivery from an id that was used twice. Equal
    /// for equal events whatever the layout of their JSON; stable within one release.
    #[must_use]
    pub fn content_digest(&self) -> u64 {
        let mut hasher = rustc_hash::FxHasher::default();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

impl EventBody {
    /// The entity whose event this is.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one arm for each type of event")]
    pub fn owner(&self) -> EntityKey {
        match self {
            EventBody::WorkOrderCreated(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::WorkOrderReleased(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::WorkOrderChanged(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::WorkOrderCancelled(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::WorkOrderReleaseWithdrawn(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::WorkOrderAborted(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::WorkOrderTechCompleted(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::WorkOrderTechCompletionWithdrawn(body) => {
                EntityKey::WorkOrder(body.order.clone())
            }
            EventBody::WorkOrderClosed(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::OperationDispatched(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::OperationSetupStarted(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::OperationStarted(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::OperationProgressed(body) | EventBody::OperationCompleted(body) => {
                EntityKey::WorkOrder(body.order.clone())
            }
            EventBody::OperationInterrupted(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::OperationResumed(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::OperationAborted(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::OperationSkipped(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::ConfirmationReversed(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::LotCreated(body) => EntityKey::Lot(body.lot.clone()),
            EventBody::LotSplit(body) => EntityKey::Lot(body.parent.clone()),
            EventBody::LotMerged(body) => EntityKey::Lot(body.child.lot.clone()),
            EventBody::LotTransformed(body) => EntityKey::Lot(body.first_output().clone()),
            EventBody::LotPacked(body) => EntityKey::LogisticUnit(body.unit.clone()),
            EventBody::MaterialIssued(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::MaterialConsumed(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::MaterialReturned(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::GoodsReceived(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::MovementReversed(body) => EntityKey::WorkOrder(body.order.clone()),
            EventBody::StockAdjusted(body) => EntityKey::Lot(body.lot.clone()),
            EventBody::StockStatusChanged(body) => EntityKey::Lot(body.lot.clone()),
            EventBody::NonconformanceOpened(NonconformanceOpened { nonconformance, .. })
            | EventBody::NonconformanceContained(NonconformanceContained {
                nonconformance, ..
            })
            | EventBody::NonconformanceReviewStarted(NonconformanceReviewStarted {
                nonconformance,
            })
            | EventBody::NonconformanceDispositioned(NonconformanceDispositioned {
                nonconformance,
                ..
            })
            | EventBody::NonconformanceVerified(NonconformanceVerified {
                nonconformance, ..
            })
            | EventBody::NonconformanceClosed(NonconformanceClosed { nonconformance, .. })
            | EventBody::NonconformanceCancelled(NonconformanceCancelled {
                nonconformance, ..
            }) => EntityKey::Nonconformance(nonconformance.clone()),
            EventBody::InspectionCreated(InspectionCreated { inspection, .. })
            | EventBody::InspectionResultRecorded(InspectionResultRecorded {
                inspection, ..
            })
            | EventBody::InspectionDecided(InspectionDecided { inspection, .. })
            | EventBody::InspectionCancelled(InspectionCancelled { inspection, .. })
            | EventBody::InspectionReopened(InspectionReopened { inspection, .. }) => {
                EntityKey::Inspection(inspection.clone())
            }
            EventBody::HoldPlaced(body) => EntityKey::Hold(body.hold.clone()),
            EventBody::HoldReleased(body) => EntityKey::Hold(body.hold.clone()),
            EventBody::ShipmentRequested(body) => EntityKey::Shipment(body.delivery.clone()),
            EventBody::ShipmentConfirmed(body) => EntityKey::Shipment(body.delivery.clone()),
            EventBody::ShipmentCancelled(body) => EntityKey::Shipment(body.delivery.clone()),
            EventBody::WorkCenterStateChanged(WorkCenterStateChanged { work_center, .. })
            | EventBody::WorkCenterCounterSampled(WorkCenterCounterSampled {
                work_center, ..
            })
            | EventBody::WorkCenterConfigured(WorkCenterConfigured { work_center, .. })
            | EventBody::MaintenanceScheduled(MaintenanceScheduled { work_center, .. })
            | EventBody::MaintenanceStarted(MaintenanceStarted { work_center, .. })
            | EventBody::MaintenanceFinished(MaintenanceFinished { work_center, .. })
            | EventBody::EdgeSession(EdgeSession { work_center, .. }) => {
                EntityKey::WorkCenter(work_center.clone())
            }
            EventBody::MaterialUpdated(body) => EntityKey::Material(body.material.clone()),
            EventBody::RoutingPublished(body) => EntityKey::Routing(body.makes()),
            EventBody::OwnershipPublished(_) => EntityKey::Ownership,
            EventBody::ProcessRulesPublished(_) => EntityKey::ProcessRules,
            EventBody::PostingAcknowledged(body) => {
                EntityKey::Process(body.command.process().clone())
            }
            EventBody::PostingRefused(body) => EntityKey::Process(body.command.process().clone()),
            EventBody::EventRetracted(body) => body.object.key(),
        }
    }

    /// The operation within the owner, for events of one operation.
    #[must_use]
    pub fn operation(&self) -> Option<&OperationId> {
        match self {
            EventBody::OperationDispatched(body) => Some(&body.op),
            EventBody::OperationSetupStarted(body) => Some(&body.op),
            EventBody::OperationStarted(body) => Some(&body.op),
            EventBody::OperationInterrupted(body) => Some(&body.op),
            EventBody::OperationResumed(body) => Some(&body.op),
            EventBody::OperationAborted(body) => Some(&body.op),
            EventBody::OperationSkipped(body) => Some(&body.op),
            EventBody::ConfirmationReversed(body) => body.op.as_ref(),
            EventBody::MaterialConsumed(body) => body.op.as_ref(),
            EventBody::EventRetracted(body) => body.op.as_ref(),
            EventBody::OperationProgressed(body) | EventBody::OperationCompleted(body) => {
                Some(&body.op)
            }
            _ => None,
        }
    }
}
