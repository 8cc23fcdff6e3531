//! The stored form of a lot.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::LotQualityState;
use crate::lot::{LotCard, LotGoods};
use crate::{
    Claims, Creation, Decimal, DeliveryId, HoldId, Lot, LotFlows, LotId, LotStock, LotWeight,
    MaterialId, OperationId, OperationTake, OrderTake, PagedMap, Parentage, Reaches, Shared,
    StockCount, TankDrawing, Time, TimeWindow, Unit, Usage, WorkCenterId, WorkOrderId,
};

/// A stored [`OrderTake`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct OrderTakeState {
    pub issued: Decimal,
    pub returned: Decimal,
    pub scrapped: Decimal,
    pub operations: Vec<(Option<OperationId>, OperationTake)>,
}

impl From<&OrderTake> for OrderTakeState {
    fn from(take: &OrderTake) -> OrderTakeState {
        let operations = take.operations.iter();
        OrderTakeState {
            issued: take.issued,
            returned: take.returned,
            scrapped: take.scrapped,
            operations: operations.map(|(op, take)| (op.clone(), *take)).collect(),
        }
    }
}

impl OrderTakeState {
    fn restore(self) -> OrderTake {
        OrderTake {
            issued: self.issued,
            returned: self.returned,
            scrapped: self.scrapped,
            operations: self.operations.into_iter().collect(),
        }
    }
}

/// Stored [`LotFlows`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct LotFlowsState {
    pub parted: Decimal,
    pub merged: Vec<(Time, Decimal)>,
    pub stored: Vec<(Time, Decimal)>,
    pub split_out: Vec<(Time, Decimal)>,
    pub shipped: Decimal,
    pub scrapped: Decimal,
    pub adjusted: Decimal,
}

impl From<&LotFlows> for LotFlowsState {
    fn from(flows: &LotFlows) -> LotFlowsState {
        LotFlowsState {
            parted: flows.parted,
            merged: flows.merged().iter().collect(),
            stored: flows.stored().iter().collect(),
            split_out: flows.split_out().iter().collect(),
            shipped: flows.shipped,
            scrapped: flows.scrapped,
            adjusted: flows.adjusted,
        }
    }
}

impl LotFlowsState {
    fn restore(self) -> LotFlows {
        let mut flows = LotFlows::restored([self.merged, self.stored, self.split_out]);
        flows.parted = self.parted;
        flows.shipped = self.shipped;
        flows.scrapped = self.scrapped;
        flows.adjusted = self.adjusted;
        flows
    }
}

/// A stored [`LotStock`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct LotStockState {
    pub created: Option<Creation>,
    pub made: Decimal,
    pub consumed: Decimal,
    pub orders: Vec<(WorkOrderId, OrderTakeState)>,
    pub flows: Box<LotFlowsState>,
}

impl From<&LotStock> for LotStockState {
    fn from(stock: &LotStock) -> LotStockState {
        let orders = stock.orders.iter();
        LotStockState {
            created: stock.created,
            made: stock.made,
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
            created: self.created,
            made: self.made,
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
    pub order: Option<WorkOrderId>,
    pub op: Option<OperationId>,
    pub production: Option<TimeWindow>,
    pub made_at: PagedMap<WorkCenterId, TimeWindow>,
    pub expiry: Option<Time>,
    pub material_expiry: Option<Time>,
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
            order: card.order,
            op: card.op,
            production: card.production,
            made_at: card.made_at,
            expiry: card.expiry,
            material_expiry: card.material_expiry,
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
            order: self.order,
            op: self.op,
            production: self.production,
            made_at: self.made_at,
            expiry: self.expiry,
            material_expiry: self.material_expiry,
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
