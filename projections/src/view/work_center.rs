//! A work center: what its machine does, what runs there and what waits.

use serde::Serialize;
use twin_model::{
    HoldId, ItemState, Mode, OperationId, SmolStr, Time, WorkCenter, WorkCenterId, WorkOrderId,
};
use utoipa::ToSchema;

use super::DiscrepancyView;

/// A work center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkCenterView {
    /// Its name.
    #[schema(value_type = String)]
    pub id: WorkCenterId,
    /// `not_available`, `out_of_service`, `not_executing` or `executing`.
    #[schema(value_type = String)]
    pub item_state: ItemState,
    /// `none`, `maintenance`, `processing` or `setup`.
    #[schema(value_type = String)]
    pub mode: Mode,
    /// Why, where the source said so.
    #[schema(value_type = Option<String>)]
    pub reason: Option<SmolStr>,
    /// Since when; `null` when no state was ever reported.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Time>,
    /// Operations that run there.
    pub running: Vec<RunningView>,
    /// Released operations that wait there, the most urgent first.
    pub queue: Vec<QueuedView>,
    /// Holds on the work center.
    #[schema(value_type = Vec<String>)]
    pub holds: Vec<HoldId>,
    /// Soft rules that it breaks now.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Counts the changes of the work center.
    pub version: u64,
}

/// An operation that runs at a work center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunningView {
    /// Order number.
    #[schema(value_type = String)]
    pub order: WorkOrderId,
    /// Operation number.
    #[schema(value_type = String)]
    pub op: OperationId,
    /// Its start.
    #[schema(value_type = String, format = DateTime)]
    pub since: Time,
}

/// An operation that waits at a work center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueuedView {
    /// Order number.
    #[schema(value_type = String)]
    pub order: WorkOrderId,
    /// Operation number.
    #[schema(value_type = String)]
    pub op: OperationId,
    /// Priority of the order; lower is more urgent.
    pub priority: i32,
}

impl WorkCenterView {
    pub(crate) fn new(center: &WorkCenter, version: u64) -> WorkCenterView {
        let mut queue: Vec<QueuedView> = center
            .queue()
            .iter()
            .map(|((order, op), priority)| QueuedView {
                order: order.clone(),
                op: op.clone(),
                priority: *priority,
            })
            .collect();
        // Stable: equal priorities stay ascending by order and operation.
        queue.sort_by_key(|queued| queued.priority);
        WorkCenterView {
            id: center.id().clone(),
            item_state: center.item_state(),
            mode: center.mode(),
            reason: center.reason().cloned(),
            since: center.since(),
            running: center
                .running()
                .map(|((order, op), since)| RunningView {
                    order: order.clone(),
                    op: op.clone(),
                    since,
                })
                .collect(),
            queue,
            holds: center.holds().iter().cloned().collect(),
            discrepancies: super::shown(&center.discrepancies()),
            version,
        }
    }
}
