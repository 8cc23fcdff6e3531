//! The limit for supervised entities: a hash map that makes the same change to the same fields.
//!
//! It has what a report changes and nothing else: no rule is checked, no former state is kept, a
//! duplicate counts twice, a panic ends the process, nobody is told and nothing is stored.

use rustc_hash::FxHashMap;
use twin_model::{Decimal, OperationId, OperationReport, Time, WorkOrderId, WorkerId};

/// All orders.
#[derive(Debug, Default)]
pub struct BareOrders(FxHashMap<WorkOrderId, BareOrder>);

#[derive(Debug, Default)]
struct BareOrder {
    operations: Vec<BareOperation>,
    version: u64,
}

#[derive(Debug)]
struct BareOperation {
    id: OperationId,
    worker: Option<WorkerId>,
    good: Decimal,
    scrap: Decimal,
    rework: Decimal,
    mrb: Decimal,
    started_at: Option<Time>,
    last_report_at: Option<Time>,
}

impl BareOrders {
    /// Adds an order with its operations.
    pub fn add(&mut self, order: WorkOrderId, operations: &[OperationId]) {
        let mut operations: Vec<BareOperation> = operations
            .iter()
            .map(|id| BareOperation {
                id: id.clone(),
                worker: None,
                good: Decimal::ZERO,
                scrap: Decimal::ZERO,
                rework: Decimal::ZERO,
                mrb: Decimal::ZERO,
                started_at: None,
                last_report_at: None,
            })
            .collect();
        operations.sort_by(|a, b| a.id.cmp(&b.id));
        self.0.insert(
            order,
            BareOrder {
                operations,
                version: 0,
            },
        );
    }

    /// Adds a report's quantities and times. False when there is no such order or operation.
    pub fn report(&mut self, body: &OperationReport, at: Time) -> bool {
        let Some(order) = self.0.get_mut(&body.order) else {
            return false;
        };
        let found = order.operations.binary_search_by(|o| o.id.cmp(&body.op));
        let Ok(place) = found else { return false };
        let operation = &mut order.operations[place];
        operation.good += body.good.value();
        operation.scrap += body.scrap.value();
        operation.rework += body.rework.value();
        operation.mrb += body.mrb.value();
        if body.worker.is_some() {
            operation.worker.clone_from(&body.worker);
        }
        let start = body.start.unwrap_or(at);
        operation.started_at = Some(operation.started_at.map_or(start, |s| s.min(start)));
        let end = body.end.unwrap_or(at);
        operation.last_report_at = Some(operation.last_report_at.map_or(end, |e| e.max(end)));
        order.version += 1;
        true
    }

    /// Good pieces over all orders.
    #[must_use]
    pub fn good(&self) -> Decimal {
        self.0
            .values()
            .flat_map(|order| &order.operations)
            .map(|operation| operation.good)
            .sum()
    }
}
