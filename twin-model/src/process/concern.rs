//! Which processes a turn concerns: those about what it touched, as far as its change may matter.

use std::collections::{BTreeMap, BTreeSet};

use super::joined::LotNews;
use super::maintenance;
use crate::{
    Entity, HoldId, Lot, LotId, NonconformanceId, ProcessId, ProcessKind, ProcessRules, Shared,
};

/// Collects them, with the lots that join each.
#[derive(Debug, Default)]
pub(super) struct Concerned {
    processes: BTreeSet<ProcessId>,
    /// Lots that a hold has come to reach, or reaches no more.
    held: BTreeMap<HoldId, LotNews>,
    /// Lots that have come to wait for a disposition, or wait for none any more.
    undisposed: BTreeMap<NonconformanceId, LotNews>,
}

impl Concerned {
    /// Processes that are known to be concerned.
    pub(super) fn know<'p>(&mut self, processes: impl Iterator<Item = &'p ProcessId>) {
        self.processes.extend(processes.cloned());
    }

    /// Every process that there could be, with all lots that there are.
    pub(super) fn look_at_all<'e>(
        &mut self,
        entities: impl Iterator<Item = &'e Entity>,
        rules: &ProcessRules,
    ) {
        for entity in entities {
            self.look_at(None, entity, rules);
            if let Entity::Process(process) = entity {
                self.tell_all_to(&process.id);
            }
        }
        let held = self.held.values_mut();
        for news in held.chain(self.undisposed.values_mut()) {
            news.are_all = true;
        }
    }

    /// A process hears of all its lots also when no lot tells of it any more: what it knows may be of
    /// before its kind was off. While that is off it hears of none.
    fn tell_all_to(&mut self, process: &ProcessId) {
        match process.kind() {
            ProcessKind::Hold => {
                if let Ok(hold) = process.subject().parse() {
                    self.held.entry(hold).or_default();
                }
            }
            ProcessKind::Deviation => {
                if let Ok(nonconformance) = process.subject().parse() {
                    self.undisposed.entry(nonconformance).or_default();
                }
            }
            _ => {}
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
                if rules.of(ProcessKind::Deviation).is_some() {
                    self.look_at_nonconformances(former, lot);
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

    /// A hold that has come to reach a lot tells of it, and so does one that reaches it no more.
    fn look_at_holds(&mut self, former: Option<&Shared<Lot>>, lot: &Lot) {
        let former = former.map(Shared::as_ref);
        let reaches = |lot: &Lot, hold: &HoldId| lot.all_holds().any(|held| held == hold);
        let had = |hold: &HoldId| former.is_some_and(|former| reaches(former, hold));
        for hold in lot.all_holds().filter(|hold| !had(hold)) {
            let known = self.held.entry(hold.clone()).or_default();
            known.came.push(lot.id().clone());
        }
        let before = former.into_iter().flat_map(Lot::all_holds);
        for hold in before.filter(|hold| !reaches(lot, hold)) {
            let known = self.held.entry(hold.clone()).or_default();
            known.left.push(lot.id().clone());
        }
    }

    /// A nonconformance that a lot knows otherwise than before tells whether it waits for a
    /// disposition now. What the board decided may cover a lot of which something has left.
    fn look_at_nonconformances(&mut self, former: Option<&Shared<Lot>>, lot: &Lot) {
        let before = former.map(Shared::as_ref);
        let was: BTreeMap<_, _> = before.into_iter().flat_map(Lot::nonconformances).collect();
        let is: BTreeMap<_, _> = lot.nonconformances().collect();
        if was.is_empty() && is.is_empty() {
            return;
        }
        let waited: BTreeSet<_> = before.into_iter().flat_map(undisposed).collect();
        let waits: BTreeSet<_> = undisposed(lot).collect();
        for id in was
            .keys()
            .chain(is.keys())
            .copied()
            .collect::<BTreeSet<_>>()
        {
            let waits = waits.contains(id);
            if was.get(id) == is.get(id) && waited.contains(id) == waits {
                continue;
            }
            let known = self.undisposed.entry(id.clone()).or_default();
            match waits {
                true => known.came.push(LotId::clone(lot.id())),
                false => known.left.push(LotId::clone(lot.id())),
            }
        }
    }

    /// All of them, ascending, each with what is new of its lots.
    pub(super) fn processes(self) -> BTreeMap<ProcessId, LotNews> {
        let processes = self.processes.into_iter();
        let mut all: BTreeMap<ProcessId, LotNews> =
            processes.map(|id| (id, LotNews::default())).collect();
        for (hold, news) in self.held {
            all.insert(ProcessId::new(ProcessKind::Hold, hold.as_str()), news);
        }
        for (id, news) in self.undisposed {
            all.insert(ProcessId::new(ProcessKind::Deviation, id.as_str()), news);
        }
        all
    }
}

fn undisposed(lot: &Lot) -> impl Iterator<Item = &NonconformanceId> {
    lot.undisposed().map(|(id, _)| id)
}
