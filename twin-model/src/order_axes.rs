//! What is computed from a work order, and never stored: lifecycle, confirmation, delivery,
//! discrepancies, what it waits for. So contradictory states cannot be built.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::{
    Discrepancy, Ending, HoldId, JobState, LotId, MaterialId, Operation, OperationState,
    Preparation, Time, Tolerance, Unit, WorkOrder, WorkOrderId,
};

/// Lifecycle of a work order: one axis, beside which holds, confirmation and delivery stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lifecycle {
    /// Planned by the ERP.
    Created,
    /// Released for production.
    Released,
    /// Something was started or reported.
    InProcess,
    /// All its operations ended.
    Completed,
    /// The ERP expects nothing more.
    TechComplete,
    /// The ERP has closed its books on it.
    Closed,
    /// Taken back before anything was made.
    Cancelled,
    /// Given up.
    Aborted,
}

impl Lifecycle {
    /// The state's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Lifecycle::Created => "created",
            Lifecycle::Released => "released",
            Lifecycle::InProcess => "in_process",
            Lifecycle::Completed => "completed",
            Lifecycle::TechComplete => "tech_complete",
            Lifecycle::Closed => "closed",
            Lifecycle::Cancelled => "cancelled",
            Lifecycle::Aborted => "aborted",
        }
    }
}

/// How far an order is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// Nothing reported.
    None,
    /// Something reported.
    Partial,
    /// All operations ended.
    Final,
}

/// How far an order is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing.
    None,
    /// Less than the released quantity allows.
    Partial,
    /// The released quantity, less the under-delivery tolerance.
    Full,
}

impl WorkOrder {
    /// The soft rules that the order breaks now, by operation.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        let mut found = Vec::new();
        for operation in &self.operations {
            if let Some(released) = self.released
                && operation.good > released
            {
                found.push(Discrepancy::MoreThanReleased {
                    order: self.id.clone(),
                    operation: operation.id.clone(),
                    good: operation.good,
                    released,
                    unit: self.unit,
                });
            }
            for predecessor in &operation.predecessors {
                let Ok(place) = self.find(predecessor) else {
                    continue;
                };
                let ready = self.operations[place].good;
                if operation.good > ready {
                    found.push(Discrepancy::AheadOfPredecessor {
                        order: self.id.clone(),
                        operation: operation.id.clone(),
                        predecessor: predecessor.clone(),
                        good: operation.good,
                        ready,
                        unit: self.unit,
                    });
                }
            }
        }
        found
    }

    /// Lifecycle, computed from the release and the operations.
    #[must_use]
    pub fn lifecycle(&self) -> Lifecycle {
        if self.released.is_none() {
            return Lifecycle::Created;
        }
        if !self
            .operations
            .iter()
            .any(|operation| operation.started_at.is_some())
        {
            return Lifecycle::Released;
        }
        // Without a routing, only the end of a delivering operation says that nothing follows.
        let end_known = self
            .operations
            .iter()
            .any(|op| op.position.is_some() || op.delivers);
        if end_known
            && self
                .operations
                .iter()
                .all(|operation| operation.ended_at.is_some())
        {
            Lifecycle::Completed
        } else {
            Lifecycle::InProcess
        }
    }

    /// State of one operation, computed.
    #[must_use]
    pub fn operation_state(&self, operation: &Operation) -> OperationState {
        OperationState::Job(self.job_state(operation))
    }

    fn job_state(&self, operation: &Operation) -> JobState {
        if operation.ended_at.is_some() {
            return JobState::Ended(Ending::Completed);
        }
        if operation.started_at.is_some() {
            return JobState::Running;
        }
        let ready = operation.predecessors.iter().all(|id| {
            self.find(id)
                .map_or(true, |place| self.operations[place].has_something_ready())
        });
        match (self.released.is_some(), ready) {
            (true, true) => JobState::AllowedToStart(Preparation::Ready),
            (false, true) => JobState::NotAllowedToStart(Preparation::Ready),
            (_, false) => JobState::NotAllowedToStart(Preparation::Waiting),
        }
    }

    /// How far the order is confirmed.
    #[must_use]
    pub fn confirmation(&self) -> Confirmation {
        match self.lifecycle() {
            Lifecycle::Completed => Confirmation::Final,
            _ if self.operations.iter().any(|op| op.last_report_at.is_some()) => {
                Confirmation::Partial
            }
            _ => Confirmation::None,
        }
    }

    /// How far the order is delivered.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        let released = self.released.unwrap_or(self.ordered);
        let least = Decimal::ONE - self.tolerance.under.value();
        // Decoding bounds both, so the product exists; without it only the full quantity is full.
        let wanted = released.checked_mul(least).unwrap_or(released);
        match self.delivered() {
            nothing if nothing.is_zero() => Delivery::None,
            some if some < wanted => Delivery::Partial,
            _ => Delivery::Full,
        }
    }

    /// Good quantity of the delivering operations, in the order's unit.
    #[must_use]
    pub fn delivered(&self) -> Decimal {
        self.operations
            .iter()
            .filter(|op| op.delivers)
            .map(|op| op.good)
            .sum()
    }

    /// What keeps the order from going on, in business words; `None` when it runs or is done.
    #[must_use]
    pub fn waiting_for(&self) -> Option<String> {
        if let Some(hold) = self.holds.first() {
            return Some(format!("quality to decide hold {hold}"));
        }
        match self.lifecycle() {
            Lifecycle::Created => return Some("its release by ERP".to_owned()),
            Lifecycle::Released | Lifecycle::InProcess => {}
            _ => return None,
        }
        if self.operations.iter().any(Operation::is_running) {
            return None;
        }
        let next = self
            .operations
            .iter()
            .filter(|op| self.operation_state(op).may_start())
            .min_by_key(|op| op.position)?;
        Some(match next.work_center() {
            Some(center) => format!("{center} to start operation {}", next.id),
            None => format!("the start of operation {}", next.id),
        })
    }
}

/// Plain answers.
impl WorkOrder {
    /// Order number.
    #[must_use]
    pub fn id(&self) -> &WorkOrderId {
        &self.id
    }

    /// What is made.
    #[must_use]
    pub fn material(&self) -> &MaterialId {
        &self.material
    }

    /// Unit of every quantity of the order.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Ordered quantity, in the order's unit.
    #[must_use]
    pub fn ordered(&self) -> Decimal {
        self.ordered
    }

    /// Released quantity, in the order's unit; `None` before the release.
    #[must_use]
    pub fn released(&self) -> Option<Decimal> {
        self.released
    }

    /// Allowed deviation of the delivered quantity.
    #[must_use]
    pub fn tolerance(&self) -> Tolerance {
        self.tolerance
    }

    /// Planned start.
    #[must_use]
    pub fn planned_start(&self) -> Option<Time> {
        self.planned_start
    }

    /// Due.
    #[must_use]
    pub fn planned_end(&self) -> Option<Time> {
        self.planned_end
    }

    /// First known start of an operation.
    #[must_use]
    pub fn actual_start(&self) -> Option<Time> {
        self.operations.iter().filter_map(|op| op.started_at).min()
    }

    /// End of the last operation, once all have ended.
    #[must_use]
    pub fn actual_end(&self) -> Option<Time> {
        match self.lifecycle() {
            Lifecycle::Completed => self.operations.iter().filter_map(|op| op.ended_at).max(),
            _ => None,
        }
    }

    /// Lower is more urgent.
    #[must_use]
    pub fn priority(&self) -> i32 {
        self.priority
    }

    /// The sales order behind it.
    #[must_use]
    pub fn sales_order(&self) -> Option<&SmolStr> {
        self.sales_order.as_ref()
    }

    /// Version of the routing.
    #[must_use]
    pub fn routing_version(&self) -> Option<&SmolStr> {
        self.routing_version.as_ref()
    }

    /// Version of the bill of materials.
    #[must_use]
    pub fn bom_version(&self) -> Option<&SmolStr> {
        self.bom_version.as_ref()
    }

    /// Operations, ascending by id.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Lots made for the order.
    #[must_use]
    pub fn lots(&self) -> &BTreeSet<LotId> {
        &self.lots
    }

    /// Holds on the order itself.
    #[must_use]
    pub fn holds(&self) -> &BTreeSet<HoldId> {
        &self.holds
    }
}
