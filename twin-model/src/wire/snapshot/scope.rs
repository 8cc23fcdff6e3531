//! What a hold stands on, as stored: compact encodings cannot read back how it travels.

use serde::{Deserialize, Serialize};

use crate::{
    HoldScope, LotId, MaterialId, MaterialWindow, TimeWindow, WorkCenterId, WorkCenterWindow,
    WorkOrderId,
};

/// A stored [`HoldScope`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the variants are those of the domain enum")]
pub enum StoredScope {
    Lot(LotId),
    WorkOrder(WorkOrderId),
    WorkCenter(WorkCenterId),
    MaterialWindow(MaterialId, TimeWindow),
    WorkCenterWindow(WorkCenterId, TimeWindow),
}

impl From<&HoldScope> for StoredScope {
    fn from(scope: &HoldScope) -> StoredScope {
        match scope.clone() {
            HoldScope::Lot(id) => StoredScope::Lot(id),
            HoldScope::WorkOrder(id) => StoredScope::WorkOrder(id),
            HoldScope::WorkCenter(id) => StoredScope::WorkCenter(id),
            HoldScope::MaterialWindow(scope) => {
                StoredScope::MaterialWindow(scope.material, scope.window)
            }
            HoldScope::WorkCenterWindow(scope) => {
                StoredScope::WorkCenterWindow(scope.work_center, scope.window)
            }
        }
    }
}

impl StoredScope {
    pub(super) fn restore(self) -> HoldScope {
        match self {
            StoredScope::Lot(id) => HoldScope::Lot(id),
            StoredScope::WorkOrder(id) => HoldScope::WorkOrder(id),
            StoredScope::WorkCenter(id) => HoldScope::WorkCenter(id),
            StoredScope::MaterialWindow(material, window) => {
                HoldScope::MaterialWindow(MaterialWindow { material, window })
            }
            StoredScope::WorkCenterWindow(work_center, window) => {
                HoldScope::WorkCenterWindow(WorkCenterWindow {
                    work_center,
                    window,
                })
            }
        }
    }
}
