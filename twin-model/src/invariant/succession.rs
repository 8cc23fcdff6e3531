//! What no step from one state of a plant to the next may do.

use super::gates::{reached, shipments};
use super::operations::started_too_early;
use super::{Breach, Invariant};
use crate::{Entity, EntityKey, Plant, ShipmentState, WorkOrder};

impl Plant {
    /// Every rule that was broken on the way from `before` to this state, whatever both look like.
    /// Costs passes over all entities.
    #[must_use]
    pub fn breaches_since(&self, before: &Plant) -> Vec<Breach> {
        let mut found = Vec::new();
        let mut tell = |invariant, object: EntityKey, text: String| {
            found.push(Breach {
                invariant,
                object,
                text,
            });
        };
        for entity in before.entities() {
            let (key, was) = (entity.key(), entity.version());
            match self.get(&key).map(|entity| entity.version()) {
                Some(now) if now >= was => {}
                now => {
                    let text = format!("was in version {was}, and now is in {now:?}");
                    tell(Invariant::VersionsAscend, key.clone(), text);
                }
            }
            if let (Entity::WorkOrder(was), Some(Entity::WorkOrder(now))) = (entity, self.get(&key))
            {
                if let Some(text) = reported_after_closing(was, now) {
                    tell(Invariant::NoStartBeforeRelease, key.clone(), text);
                }
                for text in started_before_its_turn(was, now) {
                    tell(Invariant::PredecessorsFirst, key.clone(), text);
                }
            }
        }
        for (key, text) in self.left_in_spite_of_a_hold(before) {
            tell(Invariant::HoldReachesAll, key, text);
        }
        found
    }

    /// I08: a hold that was acknowledged before, and still stands, lets nothing go that it reached.
    fn left_in_spite_of_a_hold(&self, before: &Plant) -> Vec<(EntityKey, String)> {
        let reached = reached(before);
        let gone = |plant: &Plant, shipment: &crate::Shipment| {
            let known = plant.shipment(shipment.id());
            known.is_some_and(|known| known.shipped_at().is_some())
        };
        let mut found = Vec::new();
        for shipment in shipments(self) {
            let leaves = gone(self, shipment) && !gone(before, shipment);
            if !leaves && shipment.state() != ShipmentState::Cleared {
                continue;
            }
            for lot in shipment.wanted_lots(self) {
                let holds = reached.get(lot).into_iter().flatten();
                let open = |id: &&&crate::HoldId| self.hold(id).is_some_and(crate::Hold::is_open);
                if let Some(hold) = holds.copied().collect::<Vec<_>>().iter().find(open) {
                    let text = format!("may leave or left, though hold {hold} had reached {lot}");
                    found.push((EntityKey::Shipment(shipment.id().clone()), text));
                }
            }
        }
        found
    }
}

/// I14: a start needs something from every operation before it. Whether there was can only be said
/// as long as nobody changes the plan: a start that was right stays right when the plan changes.
fn started_before_its_turn(was: &WorkOrder, now: &WorkOrder) -> Vec<String> {
    let plan = |order: &WorkOrder| -> Vec<_> {
        let all = order.operations().iter();
        all.map(|it| {
            (
                it.predecessors().to_vec(),
                it.overlap,
                it.given_up().cloned(),
            )
        })
        .collect()
    };
    let mut found = Vec::new();
    if plan(was) == plan(now) {
        for (before, operation) in was.operations().iter().zip(now.operations()) {
            let started = before.start.is_none() && operation.start.is_some();
            // What was reported on has begun, whatever was ready.
            if started && operation.ledger.reports().next().is_none() {
                found.extend(started_too_early(now, operation));
            }
        }
    }
    found
}

/// I13: after the closing nothing is reported or taken back.
fn reported_after_closing(was: &WorkOrder, now: &WorkOrder) -> Option<String> {
    was.closing()?;
    if now.closing().is_none() {
        return Some("was closed, and is not any more".to_owned());
    }
    let reports = |order: &WorkOrder| -> Vec<_> {
        let all = order.operations().iter();
        all.map(|operation| (operation.reports(), operation.reported()))
            .collect()
    };
    (reports(was) != reports(now)).then(|| "was reported on after its closing".to_owned())
}

#[cfg(test)]
#[path = "succession/tests.rs"]
mod tests;
