//! A twin that was told the story against the kernel's own happenings.

use simulators::kernel::Cause;
use simulators::story::machine_ids;
use twin_model::{
    Decimal, Entity, IdleCause, ItemState, JobState, Lifecycle, Mode, Operation, OperationState,
    Plant, Time, WorkCenterId, WorkOrder,
};

use crate::shadow::{OfLot, OfMachine, Shadow};

/// Everything in which twin and kernel differ.
pub(crate) fn differences(
    plant: &Plant,
    shadow: &Shadow,
    machines: &[WorkCenterId],
    opening: Time,
) -> Vec<String> {
    let mut found = Vec::new();
    let orders = plant.entities().filter_map(|entity| match entity {
        Entity::WorkOrder(order) => Some(&**order),
        _ => None,
    });
    let orders: Vec<&WorkOrder> = orders.collect();
    let numbers = shadow.lots.keys().copied();
    let named = |number: u64| {
        let ending = format!("-{:06}", number + 1);
        orders
            .iter()
            .find(|order| order.id().as_str().ends_with(&ending))
    };
    if orders.len() != shadow.lots.len() {
        found.push(format!(
            "{} orders of {} lots",
            orders.len(),
            shadow.lots.len()
        ));
    }
    for number in numbers {
        let lot = &shadow.lots[&number];
        match named(number) {
            None => found.push(format!("lot {number} has no order")),
            Some(order) => order_differs(order, lot, shadow, opening, &mut found),
        }
    }
    let in_process =
        |order: &&&WorkOrder| order.lifecycle() != Lifecycle::Completed || order.is_held();
    let in_process = orders.iter().filter(in_process).count();
    if in_process != shadow.on_floor() {
        let lots = shadow.on_floor();
        found.push(format!(
            "{in_process} orders in process, {lots} lots on the floor"
        ));
    }
    for (id, machine) in machines.iter().zip(&shadow.machines) {
        let expected = machine_state(machine);
        let center = plant.work_center(id);
        let told = center.and_then(|center| center.state()).map(|fact| {
            (
                fact.doing.item_state,
                fact.doing.mode,
                fact.doing.idle_cause,
            )
        });
        if told != Some(expected) {
            found.push(format!("{id} is {told:?}, by the kernel {expected:?}"));
        }
    }
    found
}

fn machine_state(machine: &OfMachine) -> (ItemState, Mode, Option<IdleCause>) {
    let has = |cause| machine.causes.contains(&cause);
    if has(Cause::Breakdown) {
        (ItemState::OutOfService, Mode::None, None)
    } else if has(Cause::Maintenance) {
        (ItemState::OutOfService, Mode::Maintenance, None)
    } else if has(Cause::OffShift) {
        (ItemState::NotAvailable, Mode::None, None)
    } else if machine.changing {
        (ItemState::NotExecuting, Mode::Setup, None)
    } else if machine.lots > 0 {
        (ItemState::Executing, Mode::Processing, None)
    } else if machine.blocked {
        (
            ItemState::NotExecuting,
            Mode::None,
            Some(IdleCause::Blocked),
        )
    } else {
        (ItemState::NotExecuting, Mode::None, None)
    }
}

/// What the twin has of one step, with how often it had been begun before, in that order: `20`,
/// then `20.R1`, `20.R2` and so on.
fn operations_of<'a>(order: &'a WorkOrder, step: &str) -> Vec<(u32, &'a Operation)> {
    let own = order.operations().iter().filter_map(|op| {
        let rest = op.id().as_str().strip_prefix(step)?;
        let pass = match rest {
            "" => 0,
            again => again.strip_prefix(".R")?.parse().ok()?,
        };
        Some((pass, &**op))
    });
    let mut own: Vec<(u32, &Operation)> = own.collect();
    own.sort_by_key(|(pass, _)| *pass);
    own
}

fn quantities(
    good: impl Into<Decimal>,
    scrap: impl Into<Decimal>,
    rework: impl Into<Decimal>,
) -> String {
    let [good, scrap, rework] =
        [good.into(), scrap.into(), rework.into()].map(|it: Decimal| it.normalize());
    format!("{good} good, {scrap} scrap, {rework} rework")
}

fn order_differs(
    order: &WorkOrder,
    lot: &OfLot,
    shadow: &Shadow,
    opening: Time,
    found: &mut Vec<String>,
) {
    let id = order.id();
    let mut differ = |what: String, twin: String, kernel: String| {
        if twin != kernel {
            found.push(format!("{id}: {what} {twin}, by the kernel {kernel}"));
        }
    };
    for (step, visits) in &lot.steps {
        let name = shadow.step_name(*step);
        let own = operations_of(order, name);
        let states = own.iter().map(|(_, op)| order.operation_state(op));
        let running = states.filter(|it| *it == OperationState::Job(JobState::Running));
        let works = lot.works_at == Some(*step);
        differ(
            format!("{name} runs"),
            running.count().to_string(),
            u32::from(works).to_string(),
        );
        let begun = own.iter().filter(|(_, op)| op.started_at().is_some());
        let begun = begun.map(|(_, op)| quantities(op.good(), op.scrap(), op.rework()));
        let passes = visits.passes.iter();
        let passes = passes.map(|it| quantities(it.good, it.spoilt, it.sent_back));
        differ(
            format!("{name}, operation by operation"),
            begun.collect::<Vec<_>>().join("; "),
            passes.collect::<Vec<_>>().join("; "),
        );
    }
    let complete = order.lifecycle() == Lifecycle::Completed && !order.is_held();
    differ(
        "complete".to_owned(),
        complete.to_string(),
        lot.left.is_some().to_string(),
    );
    differ(
        "held".to_owned(),
        order.is_held().to_string(),
        lot.kept.to_string(),
    );
    if let Some((_, good)) = lot.left {
        let received = order.received().normalize().to_string();
        differ("received".to_owned(), received, good.to_string());
        let last = lot.steps.values().map(|visits| visits.last_end_us).max();
        if let Some(last) = last {
            let end = order.actual_end().map(|end| end.to_string());
            let expected = Some(opening.plus_micros(last).to_string());
            differ(
                "ended".to_owned(),
                format!("{end:?}"),
                format!("{expected:?}"),
            );
        }
    }
}

pub(crate) fn machines_of(file: &simulators::plant_file::PlantFile) -> Vec<WorkCenterId> {
    machine_ids(file).unwrap()
}
