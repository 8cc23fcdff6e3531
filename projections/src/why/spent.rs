//! How late an order is, and where its time went.

use twin_model::{Decimal, Operation, Time, WorkOrder};

use super::operation::ready_since;
use crate::view::{LateView, SpentView, in_order};

fn seconds(from: Time, to: Time) -> i64 {
    to.micros_since(from) / 1_000_000
}

/// How late the order is; `None` when it is not.
pub(super) fn late(order: &WorkOrder, now: Time) -> Option<LateView> {
    let due = order.planned_end().filter(|_| order.is_late(now))?;
    let ended = order.actual_end();
    let by_s = seconds(due, ended.unwrap_or(now));
    let text = match ended {
        Some(ended) => format!("It was due at {due} and ended at {ended}, {by_s} s late."),
        None => format!("It was due at {due} and is open, {by_s} s late now."),
    };
    Some(LateView {
        due,
        by_s,
        ended,
        text,
    })
}

/// What each operation took, in the order of the routing, then of the starts.
pub(super) fn operations(order: &WorkOrder, now: Time) -> Vec<SpentView> {
    in_order(order)
        .into_iter()
        .map(|op| spent(order, op, now))
        .collect()
}

fn spent(order: &WorkOrder, operation: &Operation, now: Time) -> SpentView {
    let (started, ended) = (operation.started_at(), operation.ended_at());
    let state = order.operation_state(operation);
    let is_over = !operation.is_running() && started.is_some() && ended.is_none();
    let until = ended.or((!is_over).then_some(now));
    let took_s = started.zip(until).map(|(from, to)| seconds(from, to));
    let ready = ready_since(order, operation);
    // What was skipped or ended with its order waits for nothing.
    let waits =
        started.is_some() || matches!(state.as_str(), "not_allowed_to_start" | "allowed_to_start");
    let waited = ready
        .filter(|_| waits)
        .map(|ready| seconds(ready, started.unwrap_or(now)).max(0));
    let planned_s = planned(order, operation);
    let over = took_s.zip(planned_s).map(|(took, planned)| took - planned);
    SpentView {
        op: operation.id().clone(),
        state: state.as_str(),
        work_center: operation.work_center().cloned(),
        ready,
        started,
        ended,
        waited_s: waited,
        planned_s,
        took_s,
        over_s: over.filter(|over| ended.is_some() || *over > 0),
    }
}

/// Set-up and run of the whole quantity by the routing.
fn planned(order: &WorkOrder, operation: &Operation) -> Option<i64> {
    let quantity = operation.quantity().or(order.released());
    let run = operation
        .run_s_per_unit()?
        .checked_mul(quantity.unwrap_or(order.ordered()))?;
    let setup = Decimal::from(operation.setup_s().unwrap_or(0));
    i64::try_from((run + setup).round()).ok()
}
