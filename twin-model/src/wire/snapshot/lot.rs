//! The stored form of a lot.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::LotQualityState;
use crate::{
    Claims, Decimal, DeliveryId, HoldId, Lot, LotFlows, LotId, LotStock, LotWeight, MaterialId,
    OperationId, OrderTake, Parentage, Reaches, Shared, StockCount, TankDrawing, Time, TimeWindow,
    Unit, Usage, WorkCenterId, WorkOrderId,
};

stored! {
    /// A stored [`OrderTake`].
    OrderTakeState of OrderTake {
        issued: Decimal,
        returned: Decimal,
        consumed: Decimal,
        transformed: Decimal,
    } beside {}
}

stored! {
    /// Stored [`LotFlows`].
    LotFlowsState of LotFlows {
        merged_in: Decimal,
        split_out: Decimal,
        shipped: Decimal,
        scrapped: Decimal,
        adjusted: Decimal,
        stored: Decimal,
    } beside {}
}

/// A stored [`LotStock`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct LotStockState {
    pub received: Decimal,
    pub consumed: Decimal,
    pub orders: Vec<(WorkOrderId, OrderTakeState)>,
    pub flows: Box<LotFlowsState>,
}

impl From<&LotStock> for LotStockState {
    fn from(stock: &LotStock) -> LotStockState {
        let orders = stock.orders.iter();
        LotStockState {
            received: stock.received,
            consumed: stock.consumed,
            orders: orders
                .map(|(order, take)| (order.clone(), take.into()))
                .collect(),
            flows: Box::new((&stock.flows()).into()),
        }
    }
}

impl LotStockState {
    fn restore(self) -> LotStock {
        let orders = self.orders.into_iter();
        let mut stock = LotStock {
            received: self.received,
            consumed: self.consumed,
            orders: orders
                .map(|(order, take)| (order, take.restore()))
                .collect(),
            flows: None,
        };
        stock.flow(|flows| *flows = self.flows.restore());
        stock
    }
}

stored! {
    /// A stored [`Lot`].
    LotState of Lot {
        id: LotId,
        material: MaterialId,
        unit: Unit,
        counts: Vec<StockCount>,
        reserved: Decimal,
        announced: bool,
        order: Option<WorkOrderId>,
        op: Option<OperationId>,
        production: Option<TimeWindow>,
        made_at: Shared<BTreeMap<WorkCenterId, TimeWindow>>,
        expiry: Option<Time>,
        whole_expiry: Option<Time>,
        usage: Usage,
        parents: Shared<BTreeMap<LotId, Parentage>>,
        children: Shared<BTreeMap<LotId, Time>>,
        drawings: BTreeSet<TankDrawing>,
        holds: BTreeSet<HoldId>,
        inherited: Reaches,
        gates: BTreeSet<DeliveryId>,
        weighed: BTreeMap<Unit, LotWeight>,
        claims: Claims,
    } via {
        stock: LotStockState,
        quality: LotQualityState
    } beside { version: u64 }
}
