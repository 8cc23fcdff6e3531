//! Holds, and what is behind them.

use twin_model::{
    Code, Entity, EntityKey, EntityKind, HoldId, InspectionId, Lot, LotId, NonconformanceId,
};

use super::{SIDE_BY_SIDE_MAX, Walk};

impl Walk<'_> {
    /// An open hold, and the nonconformance or the inspection behind it.
    pub(super) fn hold(&mut self, depth: usize, id: &HoldId) {
        let key = EntityKey::Hold(id.clone());
        let found = self.known.entities.get(EntityKind::Hold, id.as_str());
        let Some(Entity::Hold(hold)) = found else {
            let link = self
                .about(&key, format!("It is on hold {id}."))
                .code(Code::R07);
            self.add(depth, "hold", link);
            return;
        };
        if !hold.is_open() {
            return;
        }
        let target = hold.scope().target();
        let on = match &target {
            Some(target) => format!(" on {target}"),
            None => String::new(),
        };
        let text = format!(
            "Hold {id}{on} is open: {} (by {}).",
            hold.reason(),
            hold.placed_by()
        );
        let link = self.about(&key, text).code(Code::R07);
        if !self.add(depth, "hold", link.since(Some(hold.placed_at()))) {
            return;
        }
        if let Some(found) = hold.nonconformance() {
            self.nonconformance(depth + 1, found);
        }
        if let Some(EntityKey::Lot(lot)) = target {
            self.inspections_of(depth + 1, &lot);
        }
    }

    fn inspections_of(&mut self, depth: usize, lot: &LotId) {
        let found = self.known.entities.get(EntityKind::Lot, lot.as_str());
        if let Some(Entity::Lot(lot)) = found {
            let blocking = lot.blocking_inspections().take(SIDE_BY_SIDE_MAX);
            for (id, _) in blocking {
                self.inspection(depth, id);
            }
        }
    }

    /// What stands against using a lot, if anything does.
    pub(super) fn lot(&mut self, depth: usize, id: &LotId) {
        let found = self.known.entities.get(EntityKind::Lot, id.as_str());
        let Some(Entity::Lot(lot)) = found else {
            return;
        };
        let Some((text, code)) = against(lot) else {
            return;
        };
        let key = EntityKey::Lot(id.clone());
        let link = self.about(&key, text).code(code);
        if !self.add(depth, "lot", link) {
            return;
        }
        for hold in lot.all_holds().take(SIDE_BY_SIDE_MAX) {
            self.hold(depth + 1, hold);
        }
        self.inspections_of(depth + 1, id);
        for (found, _) in lot.undisposed().take(SIDE_BY_SIDE_MAX) {
            self.nonconformance(depth + 1, found);
        }
    }

    /// A nonconformance that quality still has to decide.
    pub(super) fn nonconformance(&mut self, depth: usize, id: &NonconformanceId) {
        let key = EntityKey::Nonconformance(id.clone());
        let entities = self.known.entities;
        let found = entities.get(EntityKind::Nonconformance, id.as_str());
        let Some(Entity::Nonconformance(found)) = found else {
            let text = format!("Nonconformance {id} is behind it, and is not known yet.");
            let link = self.about(&key, text).code(Code::R01);
            self.add(depth, "nonconformance", link);
            return;
        };
        let undisposed = entities.undisposed_of(id.as_str()).len();
        let text = format!(
            "Nonconformance {id} ({}, {}) is {}; {undisposed} lots have no disposition.",
            found.defect(),
            found.severity().as_str(),
            found.state().as_str().replace('_', " ")
        );
        let link = self.about(&key, text).code(Code::R35);
        self.add(depth, "nonconformance", link.since(Some(found.opened_at())));
    }

    /// An inspection that has no decision.
    pub(super) fn inspection(&mut self, depth: usize, id: &InspectionId) {
        let key = EntityKey::Inspection(id.clone());
        let found = self.known.entities.get(EntityKind::Inspection, id.as_str());
        let Some(Entity::Inspection(inspection)) = found else {
            return;
        };
        let of = match (inspection.lot(), inspection.order()) {
            (Some(lot), _) => format!(" of lot {lot}"),
            (None, Some(order)) => format!(" for order {order}"),
            (None, None) => String::new(),
        };
        let (have, want) = (
            inspection.results().len(),
            inspection.characteristics().len(),
        );
        let text = format!(
            "Inspection {id}{of} has no decision: it is {}, with {have} of {want} results.",
            inspection.state().as_str().replace('_', " ")
        );
        let link = self.about(&key, text).code(Code::R11);
        self.add(
            depth,
            "inspection",
            link.since(Some(inspection.created_at())),
        );
    }
}

/// What stands against using a lot, by its gravest rule.
fn against(lot: &Lot) -> Option<(String, Code)> {
    let id = lot.id();
    if let Some(hold) = lot.holds().first() {
        return Some((format!("Lot {id} is on hold {hold}."), Code::R07));
    }
    let mut inherited = lot.inherited_holds();
    if let Some(hold) = inherited.next() {
        let from = match lot.reach_of(hold) {
            Some(reach) => format!(" through {} ({} steps back)", reach.from, reach.steps),
            None => String::new(),
        };
        return Some((format!("Lot {id} is on hold {hold}{from}."), Code::R08));
    }
    let mut inspections = lot.blocking_inspections();
    if let Some((inspection, _)) = inspections.next() {
        let text = format!("Lot {id} waits for the decision of inspection {inspection}.");
        return Some((text, Code::R11));
    }
    let mut undisposed = lot.undisposed();
    let (found, _) = undisposed.next()?;
    let text = format!("Lot {id} has no disposition of nonconformance {found}.");
    Some((text, Code::R35))
}
