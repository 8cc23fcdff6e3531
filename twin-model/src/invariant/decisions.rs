//! Rules about what quality decides.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Tell;
use super::gates::shipments;
use crate::{
    Entity, EntityKey, GateDecision, Heritage, Inspection, InspectionDecision, InspectionId, Lot,
    LotId, Plant, Time,
};

fn inspections(plant: &Plant) -> impl Iterator<Item = (EntityKey, &Inspection)> {
    plant.entities().filter_map(|entity| match entity {
        Entity::Inspection(inspection) => Some((entity.key(), inspection.as_ref())),
        _ => None,
    })
}

/// I11: the parts of a decision come to what was inspected.
fn sum_of(inspected: Option<Decimal>, decision: &InspectionDecision) -> Option<String> {
    let decided: Decimal = decision.parts.iter().map(|part| part.quantity).sum();
    let inspected = inspected?;
    (decided != inspected).then(|| {
        let at = decision.at;
        format!("decided {decided} on {at}, inspected were {inspected}")
    })
}

/// I09: a lot that waits for a decision is not cleared, and says what it waits for.
fn waits_for(lot: &Lot, inspection: &InspectionId, cleared: bool) -> Option<String> {
    let id = lot.id();
    if cleared {
        return Some(format!("has no decision, but lot {id} is cleared"));
    }
    let known = lot
        .blocking_inspections()
        .any(|(known, _)| known == inspection);
    (!known).then(|| format!("has no decision, but lot {id} does not wait for it"))
}

/// I09: nothing that came from a lot since an inspection was asked for that it waits for is free,
/// or cleared.
fn goes_on(
    (lot, asked): (&Lot, Time),
    plant: &Plant,
    cleared: &BTreeSet<&LotId>,
    waiting: &mut BTreeMap<EntityKey, String>,
) {
    let mut seen: BTreeSet<&LotId> = BTreeSet::new();
    let left_since = |child: &&LotId| {
        let part = plant.lot(child).and_then(|it| it.parents().get(lot.id()));
        part.is_some_and(|part| part.until >= asked)
    };
    let mut open: Vec<&LotId> = lot.children().keys().filter(left_since).collect();
    while let Some(id) = open.pop() {
        let Some(child) = plant.lot(id).filter(|_| seen.insert(id)) else {
            continue;
        };
        if cleared.contains(id) || !child.unrestricted().is_zero() {
            let text = format!("is free, but came from lot {}, which waits", lot.id());
            waiting.insert(EntityKey::Lot(id.clone()), text);
        }
        open.extend(child.children().keys());
    }
}

/// I09: each lot has from its origins what they say now.
fn knows_its_origins(plant: &Plant, waiting: &mut BTreeMap<EntityKey, String>) {
    for lot in super::lots::lots(plant) {
        let now = Heritage::of(lot, plant);
        if lot.heritage().unwrap_or(&Heritage::default()) != &now {
            let text = "does not know what quality says of what it came from".to_owned();
            waiting.insert(EntityKey::Lot(lot.id().clone()), text);
        }
    }
}

pub(super) fn nothing_before(plant: &Plant, tell: Tell<'_>) {
    let mut cleared: BTreeSet<&LotId> = BTreeSet::new();
    for shipment in shipments(plant).filter(|s| s.decision() == GateDecision::Cleared) {
        cleared.extend(shipment.wanted_lots(plant));
    }
    let mut waiting: BTreeMap<EntityKey, String> = BTreeMap::new();
    for (key, inspection) in inspections(plant) {
        if !inspection.is_blocking() || !inspection.is_undecided() {
            continue;
        }
        let lot = inspection.lot().and_then(|id| plant.lot(id));
        if let Some(lot) = lot {
            let asked = inspection.created_at();
            goes_on((lot, asked), plant, &cleared, &mut waiting);
        }
        let fault = lot.and_then(|lot| waits_for(lot, inspection.id(), cleared.contains(lot.id())));
        if let Some(text) = fault {
            waiting.insert(key, text);
        }
    }
    knows_its_origins(plant, &mut waiting);
    waiting.into_iter().for_each(|(key, text)| tell(key, text));
}

pub(super) fn add_up(plant: &Plant, tell: Tell<'_>) {
    for (key, inspection) in inspections(plant) {
        let inspected = inspection.quantity().map(|it| it.value.value());
        for decision in inspection.decisions() {
            if let Some(text) = sum_of(inspected, decision) {
                tell(key.clone(), text);
            }
        }
    }
}

#[cfg(test)]
#[path = "decisions/tests.rs"]
mod tests;
