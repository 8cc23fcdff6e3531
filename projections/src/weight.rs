//! How much memory an entry of the change stream may take.

use twin_model::{Entity, Notice, Operation, Process, Reason, Step, WorkOrder};

use crate::change_event::{ChangeEvent, Happening};
use crate::view::{Related, object_path};

/// The entry itself, the state without its lists, and the envelope in JSON, bytes.
const ENTRY: usize = 1_792;
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
/// A command of a process in JSON without its names, bytes.
const COMMAND_TEXT: usize = 1_024;
/// An item of a list within a command, in memory only, bytes.
const LISTED: usize = 512;
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
        Happening::Notice(Notice::RecallRequired { lots, .. }) => {
            SENTENCE + lots.iter().map(|lot| name(lot.as_str())).sum::<usize>()
        }
        Happening::Notice(
            Notice::HoldPropagated { .. }
            | Notice::CommandIssued { .. }
            | Notice::PersonNoLongerNeeded { .. },
        ) => SENTENCE,
        Happening::Notice(Notice::PersonNeeded { problem, .. }) => {
            SENTENCE + problem.to_string().len() * 2
        }
        Happening::Exception(entry) => SENTENCE + entry.text.len() * 2,
        Happening::State { state, related, .. } => of_entity(state) + of_related(related),
    };
    ENTRY + inner
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
        Related::Hold { affected, .. } => affected.iter().map(|lot| name(lot)).sum(),
    }
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
                order + lots + holds.sum::<usize>()
            }
            Entity::WorkCenter(center) => {
                let there = center
                    .queue()
                    .keys()
                    .chain(center.running().map(|(key, _)| key));
                let reason = center.reason().map_or(0, |reason| reason.len() * 2);
                let holds = center.holds().iter().map(|hold| name(hold.as_str()));
                reason
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
                    + lots
                        .map(|(lot, _)| name(lot.as_str()) + AMOUNT)
                        .sum::<usize>()
            }
            Entity::Process(process) => of_process(process),
            _ => 0,
        }
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
    operations + lots.chain(holds).sum::<usize>() + texts
}

fn of_operation(operation: &Operation) -> usize {
    let predecessors = operation.predecessors().iter();
    let work_center = operation
        .work_center()
        .map_or(0, |at| name(at.as_str()) * 2);
    let reports = operation.reports() as usize * REPORT;
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
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use actors::Cursor;
    use serde_json::{Value, json};
    use twin_model::{Plant, Time, wire};

    use super::*;
    use crate::entities::Entities;

    /// The longest id that starts with `start`.
    fn long(start: &str) -> String {
        format!("{start:-<96}")
    }

    /// A plant with long names, many relatives and everything on hold.
    fn crowded() -> Vec<(&'static str, Value)> {
        let quantity = |value: &str| json!({"value": value, "unit": "H87"});
        let lot = |id: &str| {
            json!({"lot": long(id), "material": long("M"),
            "quantity": quantity("999999999999"), "order": long("WO")})
        };
        let operations: Vec<Value> = (0..30)
            .map(|n| {
                json!({"op": long(&format!("O{n}")), "work_center": long("SAW"),
                "predecessors": (0..n).map(|m| long(&format!("O{m}"))).collect::<Vec<_>>()})
            })
            .collect();
        let process = ["release", "confirmation"].map(|kind| json!({"kind": kind}));
        let mut told = vec![
            (
                "process_rules.published",
                json!({"version": 1, "processes": process}),
            ),
            (
                "work_order.created",
                json!({"order": long("WO"), "material": long("M"),
                "quantity": quantity("100"), "sales_order": long("SO"),
                "planned_start": "2026-03-01T08:00:00.123456Z",
                "planned_end": "2026-03-01T12:00:00.123456Z"}),
            ),
            (
                "work_order.released",
                json!({"order": long("WO"), "operations": operations}),
            ),
            (
                "operation.progressed",
                json!({"order": long("WO"), "op": long("O0"),
                "work_center": long("SAW"), "unit": "H87", "good": "1000000", "scrap": "7",
                "worker": long("worker"), "start": "2026-03-01T08:00:00.123456Z"}),
            ),
            ("lot.created", lot("IN")),
        ];
        for n in 0..40 {
            told.push((
                "lot.transformed",
                json!({"order": long("WO"),
                "inputs": [{"lot": long("IN"), "quantity": quantity("99999")}],
                "outputs": [{"lot": long(&format!("L{n}")), "material": long("M"),
                    "quantity": quantity("99999")}]}),
            ));
        }
        told.extend(asked());
        for (hold, kind, id) in [
            ("H1", "lot", "IN"),
            ("H2", "work_order", "WO"),
            ("H3", "work_center", "SAW"),
        ] {
            told.push((
                "hold.placed",
                json!({"hold": long(hold), "reason": "\"cracks\" ".repeat(50),
                "placed_by": long("Q"), "scope": {"kind": kind, "id": long(id)}}),
            ));
        }
        told.push(("shipment.requested", json!({"delivery": long("D"), "customer": long("C"),
            "lots": (0..40).map(|n| json!({"lot": long(&format!("L{n}")), "quantity": quantity("1")}))
                .collect::<Vec<_>>()})));
        told
    }

    /// Commands with long names, refused with many words, and one that is dispatched.
    fn asked() -> Vec<(&'static str, Value)> {
        let op = format!("{:-<64}", "P");
        let command = format!("confirmation/{}/{op}/1-1", long("WO"));
        let mut told = vec![
            (
                "operation.completed",
                json!({"order": long("WO"), "op": op, "unit": "H87", "good": "1"}),
            ),
            (
                "posting.refused",
                json!({"command": command, "erp_code": "\"".repeat(500),
                    "erp_text": "\"no\" ".repeat(83)}),
            ),
            (
                "work_center.configured",
                json!({"work_center": long("SAW")}),
            ),
            (
                "work_order.created",
                json!({"order": long("W2"), "material": long("M"), "routing_version": "r",
                    "bom_version": "b", "quantity": {"value": "1", "unit": "H87"}}),
            ),
        ];
        let operations: Vec<Value> = (0..30)
            .map(|n| json!({"op": long(&format!("O{n}")), "work_center": long("SAW")}))
            .collect();
        told.push((
            "work_order.released",
            json!({"order": long("W2"), "operations": operations}),
        ));
        told
    }

    #[test]
    fn an_entry_never_takes_more_than_its_weight() {
        let mut plant = Plant::new("P1".parse().unwrap());
        let mut entities = Entities::default();
        let mut seen = BTreeSet::new();
        for (n, (name, data)) in crowded().into_iter().enumerate() {
            let raw = json!({"specversion": "1.0", "id": format!("e{n}"), "source": "/test",
                "type": format!("mfg.{name}.v1"), "time": "2026-03-01T08:00:00Z", "plant": "P1",
                "data": data});
            let event = wire::decode(raw.to_string().as_bytes()).unwrap();
            let turn = plant.apply(&event).unwrap();
            for touched in &turn.touched {
                entities.put(&touched.state, &mut BTreeSet::new());
            }
            let states = turn.touched.iter().map(|touched| Happening::State {
                state: Arc::clone(&touched.state),
                related: entities.related(&touched.state),
                now: Time::EPOCH,
                caused_by: None,
            });
            for happening in states.chain(turn.notices.into_iter().map(Happening::Notice)) {
                let in_memory = match &happening {
                    Happening::State { state, .. } => in_memory(state),
                    _ => 0,
                };
                seen.extend(match &happening {
                    Happening::State { state, .. } => Some(state.key().kind()),
                    _ => None,
                });
                let cursor = Cursor {
                    epoch: 1,
                    commit_no: 1,
                    index: 1,
                };
                let entry = ChangeEvent::new(event.plant.clone(), cursor, event.time, happening);
                let took = entry.frame().len() + in_memory + size_of::<ChangeEvent>();
                let weight = weight(&entry);
                assert!(took <= weight, "{took} > {weight}: {:?}", entry.happening);
            }
        }
        assert_eq!(seen.len(), 7, "every kind of entity was weighed: {seen:?}");
    }

    /// The state with its longest lists.
    fn in_memory(state: &Entity) -> usize {
        size_of::<Entity>()
            + match state {
                Entity::WorkOrder(order) => {
                    let operations = order.operations();
                    let names: usize = operations
                        .iter()
                        .map(|op| op.predecessors().len() + 3)
                        .sum();
                    size_of_val(operations) + (names + order.lots().len()) * 120
                }
                Entity::Lot(lot) => lot.children().len() * 120,
                _ => 0,
            }
    }
}
