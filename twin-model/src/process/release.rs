//! Release to production: the MES hears of an order when routing, material, units and work centers
//! are in order, and hears when the release is taken back before it has begun.

use smol_str::SmolStr;

use super::{Bearing, Next, Plan, Process, Rule};
use crate::{
    CommandBody, DispatchedOperation, EntityKey, Lifecycle, Operation, OrderDispatchRequested,
    OrderDispatchWithdrawn, PlannedComponent, Plant, Quantity, System, Time, WorkCenterId,
    WorkOrder,
};

/// The one lane: only the MES is asked.
const LANE: &str = "mes";

pub(super) fn plan(
    plant: &Plant,
    subject: &str,
    known: Option<&Process>,
    rule: Rule,
    now: Time,
) -> Plan {
    let mut plan = Plan::default();
    let order = subject.parse().ok().and_then(|id| plant.work_order(&id));
    let Some(order) = order else {
        return plan;
    };
    let standing = known.map(|process| process.standing(LANE));
    let told = standing
        .as_deref()
        .and_then(|steps| Some(&steps.last()?.body));
    let next = |bearing, body| Next {
        lane: SmolStr::new_static(LANE),
        to: System::Mes,
        bearing,
        body,
    };
    match order.lifecycle() {
        Lifecycle::Released if order.release.as_ref().is_some_and(|r| r.at >= rule.from) => {
            let Some(body) = dispatch(order) else {
                return plan;
            };
            let body = CommandBody::OrderDispatchRequested(body);
            if told == Some(&body) {
                return plan;
            }
            look_for_obstacles(order, plant, now, &mut plan);
            if plan.obstacles.is_empty() {
                plan.nexts.push(next(Bearing::Replaces, body));
            }
        }
        Lifecycle::Created | Lifecycle::Cancelled | Lifecycle::Aborted if told.is_some() => {
            let body = OrderDispatchWithdrawn {
                order: order.id().clone(),
                reason: why_withdrawn(order),
            };
            let body = CommandBody::OrderDispatchWithdrawn(body);
            plan.nexts.push(next(Bearing::Undoes, body));
        }
        // What has begun needs no dispatch and can no longer be taken back by one.
        _ => {}
    }
    plan
}

fn dispatch(order: &WorkOrder) -> Option<OrderDispatchRequested> {
    let quantity = Quantity {
        value: order.released()?.try_into().ok()?,
        unit: order.unit(),
    };
    Some(OrderDispatchRequested {
        order: order.id().clone(),
        material: order.material().clone(),
        quantity,
        routing_version: order.routing_version().cloned(),
        bom_version: order.bom_version().cloned(),
        planned_start: order.planned_start(),
        planned_end: order.planned_end(),
        priority: order.priority(),
        operations: planned(order).map(dispatched).collect(),
    })
}

/// The operations of the routing, in its order.
fn planned(order: &WorkOrder) -> impl Iterator<Item = &Operation> {
    let operations = order.operations().iter();
    let mut planned: Vec<&Operation> = operations
        .map(AsRef::as_ref)
        .filter(|op| op.position().is_some())
        .collect();
    planned.sort_by_key(|op| op.position());
    planned.into_iter()
}

fn dispatched(operation: &Operation) -> DispatchedOperation {
    DispatchedOperation {
        op: operation.id().clone(),
        work_center: operation.planned_work_center.clone(),
        predecessors: operation.predecessors().to_vec(),
        quantity: operation.quantity(),
        setup_s: operation.setup_s(),
        run_s_per_unit: operation.run_s_per_unit(),
    }
}

fn why_withdrawn(order: &WorkOrder) -> SmolStr {
    let said = match order.lifecycle() {
        Lifecycle::Cancelled => order.cancellation().map(|said| &said.reason),
        Lifecycle::Aborted => order.abort().map(|abort| &abort.reason),
        _ => order.release_withdrawal().map(|said| &said.reason),
    };
    match said {
        Some(reason) if !reason.is_empty() => reason.clone(),
        _ => SmolStr::new_static("ERP took the release back"),
    }
}

/// What keeps the order from the MES, all of it: people can mend the causes side by side.
fn look_for_obstacles(order: &WorkOrder, plant: &Plant, now: Time, plan: &mut Plan) {
    if order.routing_version().is_none() {
        plan.wait("ERP to name the version of the routing", None);
    }
    if order.bom_version().is_none() {
        plan.wait("ERP to name the version of the bill of materials", None);
    }
    if planned(order).next().is_none() {
        plan.wait(
            "ERP to release the order with the operations of its routing",
            None,
        );
    }
    if let Some(hold) = order.holds().first() {
        plan.wait(format!("quality to decide hold {hold} on the order"), None);
    }
    for component in order.components() {
        look_at_component(component, plant, now, plan);
    }
    let mut centers: Vec<&WorkCenterId> = planned(order)
        .filter_map(|op| op.planned_work_center.as_ref())
        .collect();
    centers.sort_unstable();
    centers.dedup();
    for id in centers {
        look_at_center(id, plant, now, plan);
    }
}

/// The material must be published, and its unit on the list one that it converts.
fn look_at_component(component: &PlannedComponent, plant: &Plant, now: Time, plan: &mut Plan) {
    let id = &component.material;
    let mut wait = |text: String| plan.wait(text, Some(EntityKey::Material(id.clone())));
    let known = plant.material(id);
    let Some(version) = known.and_then(|known| known.version_at(now)) else {
        wait(format!(
            "ERP to publish material {id}, of which nothing is known"
        ));
        return;
    };
    let (unit, base) = (component.quantity.unit, version.base_unit());
    let converts =
        unit == base || unit.ratio_to(base).is_some() || version.factor(unit, base, now).is_some();
    if !converts {
        wait(format!(
            "ERP to say how many {base} of material {id} are one {unit}, as the list has it"
        ));
    }
}

fn look_at_center(id: &WorkCenterId, plant: &Plant, now: Time, plan: &mut Plan) {
    let mut wait = |text: String| {
        plan.wait(text, Some(EntityKey::WorkCenter(id.clone())));
    };
    // An order that names a work center brings it into being; that makes it no real one.
    let center = plant.work_center(id).filter(|center| center.is_announced());
    let Some(center) = center else {
        wait(format!(
            "ERP to configure work center {id}, of which nothing is known"
        ));
        return;
    };
    if let Some((maintenance, until)) = center.maintenance_at(now) {
        wait(match until {
            Some(until) => {
                format!("maintenance {maintenance} to give {id} back (expected {until})")
            }
            None => format!("maintenance {maintenance} to give {id} back"),
        });
    }
    if let Some(hold) = center.holds().first() {
        wait(format!("quality to decide hold {hold} on work center {id}"));
    }
}
