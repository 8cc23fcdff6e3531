//! The stored form of a lot.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::LotQualityState;
use crate::lot::{LotCard, LotGoods};
use crate::{
    Claims, Decimal, DeliveryId, HoldId, Lot, LotFlows, LotId, LotStock, LotWeight, MaterialId,
    OperationId, OrderTake, PagedMap, Parentage, Reaches, Shared, StockCount, TankDrawing, Time,
    TimeWindow, Unit, Usage, WorkCenterId, WorkOrderId,
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

/// A stored [`Lot`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct LotState {
    pub id: LotId,
    pub material: MaterialId,
    pub unit: Unit,
    pub counts: Vec<StockCount>,
    pub reserved: Decimal,
    pub announced: bool,
    pub order: Option<WorkOrderId>,
    pub op: Option<OperationId>,
    pub production: Option<TimeWindow>,
    pub made_at: PagedMap<WorkCenterId, TimeWindow>,
    pub expiry: Option<Time>,
    pub whole_expiry: Option<Time>,
    pub usage: Usage,
    pub parents: PagedMap<LotId, Parentage>,
    pub children: PagedMap<LotId, Time>,
    pub drawings: BTreeSet<TankDrawing>,
    pub holds: BTreeSet<HoldId>,
    pub inherited: Reaches,
    pub gates: BTreeSet<DeliveryId>,
    pub weighed: BTreeMap<Unit, LotWeight>,
    pub claims: Claims,
    pub stock: LotStockState,
    pub quality: LotQualityState,
}

impl From<&Lot> for LotState {
    fn from(lot: &Lot) -> LotState {
        let goods = &lot.goods;
        let card = goods.card.as_ref().clone();
        LotState {
            id: goods.id.clone(),
            material: card.material,
            unit: card.unit,
            counts: goods.counts.iter().cloned().collect(),
            reserved: goods.reserved,
            announced: card.announced,
            order: card.order,
            op: card.op,
            production: card.production,
            made_at: card.made_at,
            expiry: card.expiry,
            whole_expiry: card.whole_expiry,
            usage: card.usage,
            parents: card.parents,
            children: goods.children.clone(),
            drawings: card.drawings,
            holds: lot.holds.clone(),
            inherited: lot.inherited.clone(),
            gates: goods.gates.iter().cloned().collect(),
            weighed: card.weighed,
            claims: card.claims,
            stock: (&goods.stock).into(),
            quality: (&goods.quality).into(),
        }
    }
}

impl LotState {
    pub(super) fn restore(self, version: u64) -> Lot {
        let card = LotCard {
            material: self.material,
            unit: self.unit,
            announced: self.announced,
            order: self.order,
            op: self.op,
            production: self.production,
            made_at: self.made_at,
            expiry: self.expiry,
            whole_expiry: self.whole_expiry,
            usage: self.usage,
            parents: self.parents,
            drawings: self.drawings,
            weighed: self.weighed,
            claims: self.claims,
        };
        let goods = LotGoods {
            id: self.id,
            children: self.children,
            gates: self.gates.into_iter().collect(),
            card: Shared::new(card),
            stock: self.stock.restore(),
            counts: self.counts.into_iter().collect(),
            reserved: self.reserved,
            quality: self.quality.restore(),
        };
        Lot {
            goods: Shared::new(goods),
            holds: self.holds,
            inherited: self.inherited,
            version,
        }
    }
}
