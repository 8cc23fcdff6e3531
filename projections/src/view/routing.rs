//! The routings of a material: how it is made, version by version, and which orders follow them.

use serde::Serialize;
use twin_model::{
    Amount, MaterialId, OperationId, PlannedOperation, Routing, RoutingVersion, SmolStr, Time,
    WorkCenterId, WorkOrderId,
};
use utoipa::ToSchema;

use super::DiscrepancyView;

/// Most versions that an item lists; its count tells how many there are.
pub const ROUTING_VERSIONS_SHOWN_MAX: usize = 20;
/// Most orders that an item lists; its count tells how many there are.
pub const ROUTING_ORDERS_SHOWN_MAX: usize = 200;

/// The routings of one material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoutingView {
    /// What they make.
    #[schema(value_type = String)]
    pub id: MaterialId,
    /// The publications, the last version first; the first 20.
    pub versions: Vec<RoutingVersionView>,
    /// How many publications there are.
    pub versions_count: usize,
    /// Orders that take their operations from here, ascending; the first 200.
    pub orders: Vec<RoutedOrderView>,
    /// How many orders take their operations from here.
    pub orders_count: usize,
    /// Of these, orders that wait for a version that is not published.
    pub waiting_orders_count: usize,
    /// Soft rules that they break now.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Counts the changes of the routings.
    pub version: u64,
}

/// One publication of a routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoutingVersionView {
    /// Its version.
    #[schema(value_type = String)]
    pub version: SmolStr,
    /// The routing's name.
    #[schema(value_type = String)]
    pub name: SmolStr,
    /// From when on it counts.
    #[schema(value_type = String, format = DateTime)]
    pub from: Time,
    /// Its operations, in the order of the routing.
    pub operations: Vec<RoutedOperationView>,
    /// Planned setup time of all operations, seconds.
    pub setup_s: u64,
    /// Planned run time of all operations per unit, seconds; `null` when one does not say.
    #[schema(value_type = Option<String>)]
    pub run_s_per_unit: Option<twin_model::Decimal>,
}

/// One operation of a routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoutedOperationView {
    /// Operation number.
    #[schema(value_type = String)]
    pub op: OperationId,
    /// Where it is planned to run.
    #[schema(value_type = Option<String>)]
    pub work_center: Option<WorkCenterId>,
    /// Operations that must have something ready first.
    #[schema(value_type = Vec<String>)]
    pub predecessors: Vec<OperationId>,
    /// Whether it may start before they have.
    pub overlap: bool,
    /// Whether quality inspects what it makes.
    pub inspection_point: bool,
    /// Whether its good quantity counts as delivered by the order.
    pub delivers: bool,
    /// Planned setup time, seconds.
    pub setup_s: Option<u32>,
    /// Planned run time per unit, seconds.
    #[schema(value_type = Option<String>)]
    pub run_s_per_unit: Option<Amount>,
}

/// An order that takes its operations from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoutedOrderView {
    /// Order number.
    #[schema(value_type = String)]
    pub order: WorkOrderId,
    /// The version that it was released with.
    #[schema(value_type = String)]
    pub version: SmolStr,
    /// When it was released.
    #[schema(value_type = String, format = DateTime)]
    pub released_at: Time,
    /// Whether that version counted then.
    pub found: bool,
}

impl RoutingView {
    pub(crate) fn new(routing: &Routing, version: u64) -> RoutingView {
        let (versions, wishes) = (routing.versions(), routing.wishes());
        let newest = versions.iter().rev().take(ROUTING_VERSIONS_SHOWN_MAX);
        let orders = wishes.iter().map(|(order, wish)| RoutedOrderView {
            order: order.clone(),
            version: wish.version.clone(),
            released_at: wish.at,
            found: routing.version_at(&wish.version, wish.at).is_some(),
        });
        RoutingView {
            id: routing.id().clone(),
            versions: newest.map(RoutingVersionView::from).collect(),
            versions_count: versions.len(),
            waiting_orders_count: orders.clone().filter(|order| !order.found).count(),
            orders: orders.take(ROUTING_ORDERS_SHOWN_MAX).collect(),
            orders_count: wishes.len(),
            discrepancies: super::shown(&routing.discrepancies()),
            version,
        }
    }
}

impl From<&RoutingVersion> for RoutingVersionView {
    fn from(version: &RoutingVersion) -> RoutingVersionView {
        let operations = version.operations();
        let run = operations.iter().map(|op| op.run_s_per_unit);
        let run: Option<twin_model::Decimal> = run.map(|run| run.map(Amount::value)).sum();
        let setup = operations.iter().filter_map(|op| op.setup_s);
        RoutingVersionView {
            version: version.version().clone(),
            name: version.name().clone(),
            from: version.from(),
            operations: operations.iter().map(RoutedOperationView::from).collect(),
            setup_s: setup.map(u64::from).sum(),
            run_s_per_unit: run.map(|run| run.normalize()),
        }
    }
}

impl From<&PlannedOperation> for RoutedOperationView {
    fn from(op: &PlannedOperation) -> RoutedOperationView {
        RoutedOperationView {
            op: op.op.clone(),
            work_center: op.work_center.clone(),
            predecessors: op.predecessors.clone(),
            overlap: op.overlap,
            inspection_point: op.inspection_point,
            delivers: op.delivers,
            setup_s: op.setup_s,
            run_s_per_unit: op.run_s_per_unit,
        }
    }
}
