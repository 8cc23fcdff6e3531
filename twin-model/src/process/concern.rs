//! Which processes a turn concerns: those about what it touched, as far as its change may matter.

use std::collections::{BTreeMap, BTreeSet};

use super::joined::NewLots;
use super::maintenance;
use crate::{Entity, HoldId, Lot, NonconformanceId, ProcessId, ProcessKind, ProcessRules, Shared};

/// Collects them, with the lots that join each.
#[derive(Debug, Default)]
pub(super) struct Concerned {
    processes: BTreeSet<ProcessId>,
    /// Lots that a hold has come to reach.
    held: BTreeMap<HoldId, NewLots>,
}

impl Concerned {
    /// Processes that are known to be concerned.
    pub(super) fn know<'p>(&mut self, processes: impl Iterator<Item = &'p ProcessId>) {
        self.processes.extend(processes.cloned());
    }

    /// Every process that there could be: the lots that join them may be known to them.
    pub(super) fn look_at_all<'e>(
        &mut self,
        entities: impl Iterator<Item = &'e Entity>,
        rules: &ProcessRules,
    ) {
        for entity in entities {
            self.look_at(None, entity, rules);
        }
        for lots in self.held.values_mut() {
            lots.may_be_known = true;
        }
    }

    /// The processes about an entity that has changed; `former` is `None` at its birth.
    pub(super) fn look_at(
        &mut self,
        former: Option<&Entity>,
        entity: &Entity,
        rules: &ProcessRules,
    ) {
        let mut about = |kind: ProcessKind, subject: &str| {
            if rules.of(kind).is_some() {
                self.processes.insert(ProcessId::new(kind, subject));
            }
        };
        match entity {
            Entity::WorkOrder(order) => {
                about(ProcessKind::Release, order.id().as_str());
                about(ProcessKind::Confirmation, order.id().as_str());
                about(ProcessKind::Variance, order.id().as_str());
                about(ProcessKind::Scrap, order.id().as_str());
            }
            Entity::Nonconformance(found) => about(ProcessKind::Deviation, found.id().as_str()),
            Entity::Hold(hold) => about(ProcessKind::Hold, hold.id().as_str()),
            Entity::Lot(lot) => {
                let former = match former {
                    Some(Entity::Lot(former)) => Some(former),
                    _ => None,
                };
                if lot.inspections().next().is_some() {
                    about(ProcessKind::Usage, lot.id().as_str());
                }
                for id in nonconformances_of(former, lot) {
                    about(ProcessKind::Deviation, id.as_str());
                }
                if rules.of(ProcessKind::Hold).is_some() {
                    self.look_at_holds(former, lot);
                }
            }
            Entity::WorkCenter(center) if rules.of(ProcessKind::Maintenance).is_some() => {
                self.processes.extend(maintenance::processes(center));
            }
            // Also one that is to be switched off.
            Entity::Process(process) => {
                self.processes.insert(process.id.clone());
            }
            _ => {}
        }
    }

    /// A hold that has come to reach a lot tells of it.
    fn look_at_holds(&mut self, former: Option<&Shared<Lot>>, lot: &Lot) {
        let had = |hold: &HoldId| former.is_some_and(|it| it.all_holds().any(|held| held == hold));
        for hold in lot.all_holds().filter(|hold| !had(hold)) {
            match self.held.get_mut(hold) {
                Some(joined) => joined.lots.push(lot.id().clone()),
                None => {
                    let joined = NewLots {
                        lots: vec![lot.id().clone()],
                        may_be_known: false,
                    };
                    self.held.insert(hold.clone(), joined);
                }
            }
        }
    }

    /// All of them, ascending, each with the lots that join it.
    pub(super) fn processes(self) -> BTreeMap<ProcessId, NewLots> {
        let processes = self.processes.into_iter();
        let mut all: BTreeMap<ProcessId, NewLots> =
            processes.map(|id| (id, NewLots::default())).collect();
        for (hold, lots) in self.held {
            all.insert(ProcessId::new(ProcessKind::Hold, hold.as_str()), lots);
        }
        all
    }
}

/// The nonconformances whose processes a change of a lot may matter to. What a board decided may
/// cover a lot of which something has left.
fn nonconformances_of<'l>(
    former: Option<&'l Shared<Lot>>,
    lot: &'l Lot,
) -> BTreeSet<&'l NonconformanceId> {
    let before = former.map(Shared::as_ref);
    let same = before.is_some_and(|before: &Lot| {
        before.nonconformances().eq(lot.nonconformances()) && before.on_hand() == lot.on_hand()
    });
    if same {
        return BTreeSet::new();
    }
    let before = before.into_iter().flat_map(Lot::nonconformances);
    let all = before.chain(lot.nonconformances());
    all.map(|(id, _)| id).collect()
}
