//! How much memory an entry of the change stream may take.

use twin_model::{Entity, Notice, Reason};

use crate::change_event::{ChangeEvent, Happening};
use crate::view::{Related, object_path};

/// The entry itself, its cursor, cause and the names of the fields, bytes.
const ENTRY: usize = 2_048;
/// An id in a list, in memory and in JSON, bytes.
const NAME: usize = 320;
/// An operation, in memory and in JSON, bytes.
const OPERATION: usize = 1_536;
/// A sentence with its code around the text, bytes.
const SENTENCE: usize = 1_024;

/// Memory that the entry may take with its frame, in bytes: an estimate from above.
pub(crate) fn weight(event: &ChangeEvent) -> usize {
    let inner = match &event.happening {
        Happening::Notice(Notice::GateDecided { reasons, .. }) => of_reasons(reasons),
        Happening::Notice(
            Notice::DiscrepancyFound { text, object, .. }
            | Notice::DiscrepancyHealed { text, object, .. },
        ) => text.len() * 2 + object_path(object).len(),
        Happening::Notice(Notice::HoldPropagated { .. }) => 0,
        Happening::Exception(entry) => entry.text.len() * 2,
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
            let holds: usize = holds.iter().map(|hold| of_entity(hold) + SENTENCE).sum();
            (parents.len() + children.len()) * NAME * 2 + holds
        }
        Related::Hold { affected, .. } => affected.len() * NAME,
    }
}

fn of_entity(entity: &Entity) -> usize {
    match entity {
        Entity::WorkOrder(order) => {
            let operations = order.operations().iter();
            let named: usize = operations.map(|op| op.predecessors().len() + 1).sum();
            order.operations().len() * OPERATION
                + (named + order.lots().len() + order.holds().len()) * NAME
                + order.discrepancies().len() * SENTENCE
        }
        Entity::Lot(lot) => {
            let named = lot.parents().len() + lot.children().len() + lot.all_holds().count();
            named * NAME
        }
        Entity::WorkCenter(center) => {
            let waiting = center.queue().len() + center.running().len();
            let reason = center.reason().map_or(0, |reason| reason.len());
            waiting * NAME * 2 + center.holds().len() * NAME + reason * 2
        }
        Entity::Hold(hold) => {
            let release = hold
                .release_record()
                .map_or(0, |release| release.disposition.len() + release.by.len());
            (hold.reason().len() + hold.placed_by().len() + release) * 2
        }
        Entity::Shipment(shipment) => {
            shipment.lots().len() * NAME * 2 + of_reasons(shipment.reasons())
        }
    }
}

fn of_reasons(reasons: &[Reason]) -> usize {
    reasons
        .iter()
        .map(|reason| reason.text.len() * 2 + SENTENCE)
        .sum()
}
