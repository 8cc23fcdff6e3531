//! Stored parts of a release and of a routing. Their events leave out what says nothing, which a
//! compact encoding cannot read back.

use serde::{Deserialize, Serialize};

use crate::{
    Amount, MaterialId, OperationId, PlannedComponent, PlannedOperation, Quantity, WorkCenterId,
};

stored! {
    /// A stored [`PlannedComponent`].
    ComponentState of PlannedComponent {
        material: MaterialId,
        quantity: Quantity,
        backflush: bool,
        op: Option<OperationId>,
    } beside {}
}

stored! {
    /// A stored [`PlannedOperation`].
    PlannedOperationState of PlannedOperation {
        op: OperationId,
        work_center: Option<WorkCenterId>,
        predecessors: Vec<OperationId>,
        overlap: bool,
        quantity: Option<Amount>,
        inspection_point: bool,
        delivers: bool,
        setup_s: Option<u32>,
        run_s_per_unit: Option<Amount>,
    } beside {}
}
