//! Takes apart an event of which its source owns only a part.

use super::Field;
use crate::{EventBody, WorkOrderChanged};

/// An event that writes something foreign.
pub(super) struct Foreign {
    /// What the source may write; `None` when nothing is left.
    pub(super) own: Option<EventBody>,
    /// What it may not; `None` for the whole event.
    pub(super) rest: Option<EventBody>,
}

/// `None` when the source owns all that the event writes.
pub(super) fn split(body: &EventBody, owns: impl Fn(Field) -> bool) -> Option<Foreign> {
    match body {
        EventBody::WorkOrderChanged(change) => split_change(change, owns),
        other => {
            let foreign = other.writes().iter().any(|field| !owns(*field));
            foreign.then_some(Foreign {
                own: None,
                rest: None,
            })
        }
    }
}

/// A change writes each of its fields for itself.
fn split_change(change: &WorkOrderChanged, owns: impl Fn(Field) -> bool) -> Option<Foreign> {
    let mut own = change.clone();
    let mut rest = change.clone();
    let (mut kept, mut taken) = (false, false);
    macro_rules! part {
        ($($name:ident: $field:ident),+ $(,)?) => {$(
            if change.$name.is_some() {
                if owns(Field::$field) {
                    rest.$name = None;
                    kept = true;
                } else {
                    own.$name = None;
                    taken = true;
                }
            }
        )+};
    }
    part! {
        quantity: OrderQuantity,
        planned_start: OrderPlannedStart,
        planned_end: OrderPlannedEnd,
        priority: OrderPriority,
        tolerance: OrderTolerance,
        routing_version: OrderRoutingVersion,
        bom_version: OrderBomVersion,
        counting: OrderCounting,
    }
    taken.then(|| Foreign {
        own: kept.then_some(EventBody::WorkOrderChanged(own)),
        rest: Some(EventBody::WorkOrderChanged(rest)),
    })
}
