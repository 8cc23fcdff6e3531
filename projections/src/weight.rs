//! How much memory an entry of the change stream may take.

use twin_model::{
    Entity, Inspection, LogisticUnit, Material, Movement, Nonconformance, Notice, Operation,
    PAGE_ENTRIES_MAX, PlannedOperation, Process, Reason, Routing, Said, Step, WorkOrder,
};

use crate::change_event::{ChangeEvent, Happening, PATCH_SHARE};
use crate::view::{Related, SomeIds, object_path};

/// The entry itself, its place among those of its item, the state without its lists, and the
/// envelope in JSON, bytes.
const ENTRY: usize = 1_984;
/// An operation in JSON without its names, bytes.
const OPERATION_TEXT: usize = 512;
/// An id in a list without its letters, in memory and in JSON, bytes.
const NAME: usize = 64;
/// An amount or a time beside an id, in memory and in JSON, bytes.
const AMOUNT: usize = 160;
/// What ties a lot to another one, in memory and in JSON, bytes.
const RELATIVE: usize = 320;
/// A sentence with its code without its letters, in memory and in JSON, bytes.
const SENTENCE: usize = 256;
/// A report in the ledger of its operation, in memory only, bytes.
const REPORT: usize = 128;
/// What a change of a work center copies in memory only: itself, and a page of each list that it
/// adds to (readings, states, runs), bytes.
const WORK_CENTER: usize = 4_096;
/// A command of a process in JSON without its names, bytes.
const COMMAND_TEXT: usize = 1_024;
/// An item of a list within a command, in memory only, bytes.
const LISTED: usize = 512;
/// An account, a characteristic or a conversion in JSON without its names, and in memory, bytes.
const RECORD: usize = 768;
/// A discrepancy's sentence: its letters are only known when it is written out, bytes.
const DISCREPANCY: usize = 1_024;

/// Memory that the entry may take with its frame, in bytes: an estimate from above.
pub(crate) fn weight(event: &ChangeEvent) -> usize {
    let inner = match &event.happening {
        Happening::Notice(Notice::GateDecided { reasons, .. }) => of_reasons(reasons),
        Happening::Notice(
            Notice::DiscrepancyFound { text, object, .. }
            | Notice::DiscrepancyHealed { text, object, .. }
            | Notice::Corrected { text, object, .. },
        ) => SENTENCE + text.len() * 2 + object_path(object).len(),
        Happening::Notice(
            Notice::RecallRequired { lots, .. } | Notice::RecallDecisionRequired { lots, .. },
        ) => SENTENCE + lots.iter().map(|lot| name(lot.as_str())).sum::<usize>(),
        Happening::Notice(
            Notice::HoldPropagated { .. }
            | Notice::KpiClosed { .. }
            | Notice::CommandIssued { .. }
            | Notice::PersonNoLongerNeeded { .. },
        ) => SENTENCE,
        Happening::Notice(Notice::PersonNeeded { problem, .. }) => {
            SENTENCE + problem.to_string().len() * 2
        }
        Happening::Exception(entry) => SENTENCE + entry.text.len() * 2,
        Happening::State { state, related, .. } => of_entity(state) + of_related(related),
    };
    // What is different from the entry before it may be kept beside the frame.
    (ENTRY + inner) + (ENTRY + inner) / PATCH_SHARE
}

fn of_related(related: &Related) -> usize {
    match related {
        Related::Nothing => 0,
        Related::Lot {
            parents,
            children,
            holds,
        } => {
            let lots = parents.iter().chain(children);
            let holds = holds.iter();
            lots.map(|line| name(line.lot.as_str()) + RELATIVE)
                .chain(holds.map(|hold| of_entity(hold) + SENTENCE * 2))
                .sum()
        }
        Related::Hold { affected } => of_ids(affected),
        Related::Inspection { waiting } => of_ids(waiting),
        Related::Nonconformance {
            affected,
            undisposed,
        } => of_ids(affected) + of_ids(undisposed),
    }
}

fn of_ids(ids: &SomeIds) -> usize {
    ids.shown.iter().map(|id| name(id)).sum()
}

fn of_entity(entity: &Entity) -> usize {
    let id = name(entity.key().id());
    id + entity.discrepancies().len() * DISCREPANCY
        + match entity {
            Entity::WorkOrder(order) => of_order(order),
            Entity::Lot(lot) => {
                let relatives = lot.parents().keys().chain(lot.children().keys());
                let holds = lot.all_holds().map(|hold| name(hold.as_str()));
                let order = lot.order().map_or(0, |order| name(order.as_str()));
                let lots: usize = relatives.map(|lot| name(lot.as_str()) + RELATIVE).sum();
                let awaited = lot.awaited_inspections();
                let awaited = awaited.map(|(id, lot)| name(id.as_str()) + name(lot.as_str()));
                let sentences = awaited.map(|names| SENTENCE + names * 2);
                order + lots + holds.sum::<usize>() + sentences.sum::<usize>()
            }
            Entity::WorkCenter(center) => {
                let there = center
                    .queue()
                    .keys()
                    .chain(center.running().map(|(key, _)| key));
                let reason = center.reason().map_or(0, |reason| reason.len() * 2);
                let holds = center.holds().iter().map(|hold| name(hold.as_str()));
                WORK_CENTER
                    + reason
                    + holds.sum::<usize>()
                    + there
                        .map(|(order, op)| name(order.as_str()) + name(op.as_str()) + AMOUNT)
                        .sum::<usize>()
            }
            Entity::Hold(hold) => {
                let release = hold
                    .release_record()
                    .map_or(0, |release| release.disposition.len() + release.by.len());
                (hold.reason().len() + hold.placed_by().len() + release) * 2 + SENTENCE
            }
            Entity::Shipment(shipment) => {
                let lots = shipment.lots().iter();
                let customer = shipment.customer().map_or(0, |customer| customer.len() * 2);
                customer
                    + of_reasons(shipment.reasons())
                    + shipment
                        .units()
                        .iter()
                        .map(|unit| name(unit.as_str()))
                        .sum::<usize>()
                    + lots
                        .map(|(lot, _)| name(lot.as_str()) + AMOUNT)
                        .sum::<usize>()
            }
            Entity::LogisticUnit(unit) => of_unit(unit),
            Entity::Process(process) => of_process(process),
            Entity::Inspection(inspection) => of_inspection(inspection),
            Entity::Nonconformance(found) => of_nonconformance(found),
            Entity::Material(material) => of_material(material),
            Entity::Routing(routing) => of_routing(routing),
            _ => 0,
        }
}

fn of_inspection(inspection: &Inspection) -> usize {
    let about = [
        inspection.lot().map(|lot| lot.as_str()),
        inspection.order().map(|order| order.as_str()),
        inspection.op().map(|op| op.as_str()),
        inspection.plan_version().map(|version| version.as_str()),
    ];
    // The lot and the order stand once more in what it keeps from going on.
    let about: usize = about.into_iter().flatten().map(|text| name(text) * 2).sum();
    // A characteristic may stand among those that are missing or failed as well.
    let planned = inspection.characteristics().iter();
    let planned = planned.map(|planned| RECORD + name(&planned.name) * 2);
    let results = inspection.results().iter().map(|(characteristic, result)| {
        let instrument = result.instrument.as_deref().map_or(0, name);
        RECORD + name(characteristic) * 2 + instrument + result.values.len() * AMOUNT
    });
    let decisions = inspection.decisions().iter().map(|decision| {
        let parts = decision.parts.iter();
        let parts = parts.map(|part| AMOUNT * 2 + part.code.as_deref().map_or(0, name));
        SENTENCE + name(&decision.by) + parts.sum::<usize>()
    });
    let reopenings = inspection.reopenings().iter();
    let reopenings = reopenings.map(|(_, reason)| name(reason));
    about
        + planned
            .chain(results)
            .chain(decisions)
            .chain(reopenings)
            .sum::<usize>()
}

fn of_nonconformance(found: &Nonconformance) -> usize {
    let lots = found.lots().iter().map(|lot| name(lot.as_str()));
    let order = found.order().map_or(0, |order| name(order.as_str()));
    let op = found.found_at_op().map_or(0, |op| name(op.as_str()));
    let decisions = found.decisions().iter().map(|decision| {
        let parts = decision.parts.iter();
        let parts = parts.map(|part| name(part.lot.as_str()) * 2 + AMOUNT * 2);
        let approvers = decision.approvers.iter().map(|by| name(by));
        SENTENCE + parts.chain(approvers).sum::<usize>()
    });
    let said = [
        found.containment(),
        found.verification(),
        found.cancellation(),
    ];
    let said = said.into_iter().flatten();
    let said = said.map(|Said { reason, .. }| SENTENCE + reason.len() * 2);
    name(found.defect()) + order + op + lots.chain(decisions).chain(said).sum::<usize>()
}

fn of_material(material: &Material) -> usize {
    let versions = material.versions().iter();
    versions
        .map(|version| RECORD + version.conversions().len() * RECORD)
        .sum()
}

fn of_routing(routing: &Routing) -> usize {
    let versions = routing.versions().iter().map(|version| {
        let operations = version.operations().iter().map(of_planned);
        RECORD + name(version.version()) + name(version.name()) + operations.sum::<usize>()
    });
    let orders = routing.wishes().iter();
    let orders =
        orders.map(|(order, wish)| name(order.as_str()) * 2 + name(&wish.version) * 2 + AMOUNT * 2);
    versions.chain(orders).sum()
}

fn of_planned(operation: &PlannedOperation) -> usize {
    let predecessors = operation.predecessors.iter();
    let work_center = operation.work_center.as_ref();
    size_of::<PlannedOperation>()
        + OPERATION_TEXT
        + name(operation.op.as_str())
        + work_center.map_or(0, |at| name(at.as_str()))
        + predecessors.map(|op| name(op.as_str())).sum::<usize>()
}

/// Every entry is kept, and names a lot or a unit.
fn of_unit(unit: &LogisticUnit) -> usize {
    let lots = unit.lots();
    let shown = lots.iter().map(|(lot, ..)| name(lot.as_str()) + AMOUNT);
    let units = unit.units().map(|unit| name(unit.as_str()));
    shown.chain(units).sum::<usize>() + unit.packings() * (NAME + AMOUNT)
}

fn of_process(process: &Process) -> usize {
    let waits = process.waits_for().map(|text| SENTENCE + text.len() * 2);
    let steps = process.steps().iter().map(|step| {
        let refusal = step.refusal();
        let said = refusal.map_or(0, |said| said.code.len() + said.text.len());
        let documents = step.documents().iter().map(|document| name(document));
        // The subject and the lane stand in its id, in its words and in what was told.
        let names = name(process.id().as_str()) * 3 + name(step.lane()) * 4;
        size_of::<Step>()
            + COMMAND_TEXT
            + names
            + said * 2
            + documents.sum::<usize>()
            + step.body().names() * LISTED
    });
    waits.chain(steps).sum()
}

fn of_order(order: &WorkOrder) -> usize {
    let operations: usize = order.operations().iter().map(|op| of_operation(op)).sum();
    let lots = order.lots().keys().map(|lot| name(lot.as_str()));
    let holds = order.holds().iter().map(|hold| name(hold.as_str()));
    let texts = [
        order.sales_order(),
        order.routing_version(),
        order.bom_version(),
    ];
    let texts: usize = texts.into_iter().flatten().map(|text| text.len() * 2).sum();
    let accounts = order.accounts();
    let accounts = accounts
        .iter()
        .map(|account| RECORD + name(account.material.as_str()));
    let movements = order.movement_list().iter().map(|movement| {
        let lot = movement.lot().map_or(0, |lot| name(lot.as_str()));
        size_of::<Movement>() + name(movement.material().as_str()) + lot
    });
    accounts.chain(movements).sum::<usize>() + operations + lots.chain(holds).sum::<usize>() + texts
}

fn of_operation(operation: &Operation) -> usize {
    let predecessors = operation.predecessors().iter();
    let work_center = operation
        .work_center()
        .map_or(0, |at| name(at.as_str()) * 2);
    // A report among others copies one page of the ledger, one at the end does not: the weight is
    // rather too much. The other pages are those of the state before.
    let reports = (operation.reports() as usize).min(PAGE_ENTRIES_MAX) * REPORT;
    let worker = operation.worker().map_or(0, |worker| name(worker.as_str()));
    size_of::<Operation>()
        + OPERATION_TEXT
        + name(operation.id().as_str())
        + reports
        + work_center
        + worker
        + predecessors.map(|op| name(op.as_str())).sum::<usize>()
}

fn of_reasons(reasons: &[Reason]) -> usize {
    reasons
        .iter()
        .map(|reason| reason.text.len() * 2 + SENTENCE)
        .sum()
}

fn name(text: &str) -> usize {
    NAME + text.len() * 2
}

#[cfg(test)]
mod tests;
