//! A work order as planners see it.

use serde::Serialize;
use twin_model::{
    Confirmation, Decimal, Delivery, HoldId, Lifecycle, LotId, MaterialId, Operation, OperationId,
    SmolStr, Time, Unit, WorkCenterId, WorkOrder, WorkOrderId, WorkerId,
};
use utoipa::ToSchema;

use super::{AccountView, QuantityView, ReasonView};

/// A soft rule that the order breaks now.
pub type DiscrepancyView = ReasonView;

/// A work order with its operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkOrderView {
    /// Order number.
    #[schema(value_type = String)]
    pub id: WorkOrderId,
    /// What is made.
    #[schema(value_type = String)]
    pub material: MaterialId,
    /// `created`, `released`, `in_process`, `completed`, `tech_complete`, `closed`, `cancelled` or
    /// `aborted`.
    pub lifecycle: &'static str,
    /// Ordered.
    pub quantity: QuantityView,
    /// Released by the ERP; `null` before.
    pub released_quantity: Option<QuantityView>,
    /// Unit of every quantity below.
    #[schema(value_type = String)]
    pub unit: Unit,
    /// Good pieces of the order as a whole: those of its last operations, not the sum over all.
    #[schema(value_type = String)]
    pub good: Decimal,
    /// Scrapped, over all operations.
    #[schema(value_type = String)]
    pub scrap: Decimal,
    /// To be reworked, over all operations.
    #[schema(value_type = String)]
    pub rework: Decimal,
    /// Waiting for the material review board, over all operations.
    #[schema(value_type = String)]
    pub mrb: Decimal,
    /// Good quantity of the delivering operations.
    #[schema(value_type = String)]
    pub delivered: Decimal,
    /// How far the work is, from "0" to "1". Along the released routing where there is one, else
    /// by what the delivering operations made; `null` when work is reported and neither is known.
    #[schema(value_type = Option<String>, example = "0.42")]
    pub progress: Option<Decimal>,
    /// `none`, `partial` or `final`.
    pub confirmation: &'static str,
    /// `none`, `partial` or `full`.
    pub delivery: &'static str,
    /// Open past its planned end, or ended after it; by the plant's clock.
    pub late: bool,
    /// Planned start.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub planned_start: Option<Time>,
    /// Due.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub planned_end: Option<Time>,
    /// First known start of an operation.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub actual_start: Option<Time>,
    /// End of the last operation, once all have ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub actual_end: Option<Time>,
    /// Lower is more urgent.
    pub priority: i32,
    /// The sales order behind it.
    #[schema(value_type = Option<String>)]
    pub sales_order: Option<SmolStr>,
    /// Holds on the order itself.
    #[schema(value_type = Vec<String>)]
    pub holds: Vec<HoldId>,
    /// What keeps it from going on, in business words.
    pub waiting_for: Option<String>,
    /// Operations: in routing order, then those that only reports told of, by their start.
    pub operations: Vec<OperationView>,
    /// What it planned, took and gave, ascending by material and unit.
    pub accounts: Vec<AccountView>,
    /// Lots made for it.
    #[schema(value_type = Vec<String>)]
    pub lots: Vec<LotId>,
    /// Soft rules that it breaks now.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Counts the changes of the order.
    pub version: u64,
}

/// One operation of a work order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OperationView {
    /// Operation number.
    #[schema(value_type = String)]
    pub op: OperationId,
    /// OPC UA ISA-95 job state: `not_allowed_to_start`, `allowed_to_start`, `running`,
    /// `interrupted`, `ended` or `aborted`.
    pub state: &'static str,
    /// OPC UA ISA-95 sub-state, where the state has one.
    pub sub_state: Option<&'static str>,
    /// Where it runs or ran, or else is planned to.
    #[schema(value_type = Option<String>)]
    pub work_center: Option<WorkCenterId>,
    /// Quantity to be made, in the order's unit.
    #[schema(value_type = String)]
    pub planned_quantity: Decimal,
    /// Good.
    #[schema(value_type = String)]
    pub good: Decimal,
    /// Scrapped.
    #[schema(value_type = String)]
    pub scrap: Decimal,
    /// To be reworked.
    #[schema(value_type = String)]
    pub rework: Decimal,
    /// Waiting for the material review board.
    #[schema(value_type = String)]
    pub mrb: Decimal,
    /// Operations that must have something ready first.
    #[schema(value_type = Vec<String>)]
    pub predecessors: Vec<OperationId>,
    /// Whether its good quantity counts as delivered by the order.
    pub delivers: bool,
    /// Who worked on it last.
    #[schema(value_type = Option<String>)]
    pub worker: Option<WorkerId>,
    /// First known start.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Time>,
    /// When it was completed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Time>,
    /// End of the latest reported work.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_report_at: Option<Time>,
}

impl WorkOrderView {
    pub(crate) fn new(order: &WorkOrder, version: u64, now: Time) -> WorkOrderView {
        let total = |part: fn(&Operation) -> Decimal| -> Decimal {
            order
                .operations()
                .iter()
                .map(|op| part(op))
                .sum::<Decimal>()
                .normalize()
        };
        WorkOrderView {
            id: order.id().clone(),
            material: order.material().clone(),
            lifecycle: order.lifecycle().as_str(),
            quantity: QuantityView::new(order.ordered(), order.unit()),
            released_quantity: order
                .released()
                .map(|released| QuantityView::new(released, order.unit())),
            unit: order.unit(),
            good: good_of_the_order(order).normalize(),
            scrap: total(Operation::scrap),
            rework: total(Operation::rework),
            mrb: total(Operation::mrb),
            delivered: order.delivered().normalize(),
            progress: progress(order),
            confirmation: match order.confirmation() {
                Confirmation::None => "none",
                Confirmation::Partial => "partial",
                Confirmation::Final => "final",
            },
            delivery: match order.delivery() {
                Delivery::None => "none",
                Delivery::Partial => "partial",
                Delivery::Full => "full",
            },
            late: order.is_late(now),
            planned_start: order.planned_start(),
            planned_end: order.planned_end(),
            actual_start: order.actual_start(),
            actual_end: order.actual_end(),
            priority: order.priority(),
            sales_order: order.sales_order().cloned(),
            holds: order.holds().iter().cloned().collect(),
            waiting_for: order.waiting_for(),
            operations: operations(order),
            accounts: order.accounts().iter().map(AccountView::from).collect(),
            lots: order.lots().keys().cloned().collect(),
            discrepancies: super::shown(&order.discrepancies()),
            version,
        }
    }
}

/// The operations of an order in the order of the routing, then those that only reports told of, in
/// the order in which they began.
pub(crate) fn in_order(order: &WorkOrder) -> Vec<&Operation> {
    let mut sorted: Vec<&Operation> = order.operations().iter().map(AsRef::as_ref).collect();
    sorted.sort_by_key(|op| {
        // What the routing does not place comes in the order in which it began.
        let learned = op.position().is_none();
        let began = op.started_at().filter(|_| learned);
        let unknown = learned && began.is_none();
        (learned, op.position(), unknown, began, op.id())
    });
    sorted
}

fn operations(order: &WorkOrder) -> Vec<OperationView> {
    let planned_quantity = order.released().unwrap_or(order.ordered()).normalize();
    in_order(order)
        .into_iter()
        .map(|op| {
            let state = order.operation_state(op);
            OperationView {
                op: op.id().clone(),
                state: state.as_str(),
                sub_state: state.sub_state(),
                work_center: op.work_center().cloned(),
                planned_quantity,
                good: op.good().normalize(),
                scrap: op.scrap().normalize(),
                rework: op.rework().normalize(),
                mrb: op.mrb().normalize(),
                predecessors: op.predecessors().to_vec(),
                delivers: op.delivers(),
                worker: op.worker().cloned(),
                started_at: op.started_at(),
                ended_at: op.ended_at(),
                last_report_at: op.last_report_at(),
            }
        })
        .collect()
}

/// What the order as a whole has made: the delivering operations know; else the ends of the
/// routing; else, with neither, the operation that made most.
fn good_of_the_order(order: &WorkOrder) -> Decimal {
    let operations = order.operations();
    if operations.iter().any(|op| op.delivers()) {
        return order.delivered();
    }
    let routed = || operations.iter().filter(|op| op.position().is_some());
    if routed().next().is_some() {
        return routed()
            .filter(|op| !routed().any(|next| next.predecessors().contains(op.id())))
            .map(|op| op.good())
            .sum();
    }
    operations
        .iter()
        .map(|op| op.good())
        .max()
        .unwrap_or_default()
}

/// Digits of the progress behind the point.
const PROGRESS_SCALE: u32 = 2;

fn progress(order: &WorkOrder) -> Option<Decimal> {
    if order.lifecycle() == Lifecycle::Completed {
        return Some(Decimal::ONE);
    }
    let planned = order.released().unwrap_or(order.ordered());
    let share = |good: Decimal| match good.checked_div(planned) {
        Some(share) => share.min(Decimal::ONE),
        None => Decimal::ZERO,
    };
    let mut steps = 0_u32;
    let mut done = Decimal::ZERO;
    for op in order
        .operations()
        .iter()
        .filter(|op| op.position().is_some())
    {
        steps += 1;
        done += match op.ended_at() {
            Some(_) => Decimal::ONE,
            None => share(op.good()),
        };
    }
    let progress = match steps {
        0 if order.operations().is_empty() => Decimal::ZERO,
        0 if order.operations().iter().any(|op| op.delivers()) => share(order.delivered()),
        0 => return None,
        _ => done / Decimal::from(steps),
    };
    // Rounded down, and never whole before the order is completed.
    let progress = progress
        .trunc_with_scale(PROGRESS_SCALE)
        .min(Decimal::new(99, PROGRESS_SCALE));
    Some(progress.normalize())
}
