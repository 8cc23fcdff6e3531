//! Quality hold and disposition: the systems that pack, ship and produce block what a hold reaches,
//! and release it when quality has decided. All of them stand the same in the end.

use std::collections::{BTreeSet, VecDeque};

use smol_str::SmolStr;

use super::{Bearing, Next, Plan, Process, Rule, StepState, lane_of};
use crate::{
    CommandBody, Hold, HoldBlockRequested, HoldRelease, HoldReleaseRequested, HoldScope, LotId,
    Plant, System,
};

/// Lots in one command.
const LOTS_PER_COMMAND_MAX: usize = 1_000;

pub(super) fn plan(plant: &Plant, subject: &str, known: Option<&Process>, rule: Rule) -> Plan {
    let mut plan = Plan::default();
    let hold = subject.parse().ok().and_then(|id| plant.hold(&id));
    let Some(hold) = hold.filter(|hold| hold.placed_at() >= rule.from) else {
        return plan;
    };
    let case = Case { plant, hold, known };
    for system in rule.asks.systems() {
        // A work center is blocked where work is started; nothing is packed or shipped by it.
        let packs = !matches!(hold.scope(), HoldScope::WorkCenter(_));
        if packs || system == System::Mes {
            plan.nexts.extend(case.next(system));
        }
    }
    plan
}

struct Case<'a> {
    plant: &'a Plant,
    hold: &'a Hold,
    known: Option<&'a Process>,
}

impl Case<'_> {
    /// What a system would hear next.
    fn next(&self, system: System) -> Option<Next> {
        let lane = lane_of(system);
        let standing = self.known.map(|process| process.standing(lane));
        let blocked = standing.as_ref().is_some_and(|steps| !steps.is_empty());
        let (bearing, body) = match self.hold.release_record() {
            // Who has released must block again until everybody can: what is free in one system
            // and blocked in another is in nobody's hands.
            Some(_) if self.somebody_keeps(lane) => {
                let was_blocked = self
                    .known?
                    .lane(lane)
                    .any(|step| step.bearing == Bearing::Adds);
                (Bearing::Adds, self.block(lane).filter(|_| was_blocked)?)
            }
            Some(release) if blocked => (Bearing::Undoes, self.release(release)),
            Some(_) => return None,
            None => (Bearing::Adds, self.block(lane)?),
        };
        Some(Next {
            lane: SmolStr::new_static(lane),
            to: system,
            bearing,
            body,
        })
    }

    /// Whether a system other than that of `lane` refuses to release, for good.
    fn somebody_keeps(&self, lane: &str) -> bool {
        self.known.is_some_and(|process| {
            process.last_steps().any(|step| {
                step.lane != lane
                    && step.state == StepState::GivenUp
                    && step.bearing == Bearing::Undoes
            })
        })
    }

    fn block(&self, lane: &str) -> Option<CommandBody> {
        let standing = self.known.map(|process| process.standing(lane));
        let standing = standing.unwrap_or_default();
        let mut lots = reached(self.plant, self.hold);
        for step in &standing {
            if let CommandBody::HoldBlockRequested(body) = &step.body {
                for lot in &body.lots {
                    lots.remove(lot);
                }
            }
        }
        if !standing.is_empty() && lots.is_empty() {
            return None;
        }
        Some(CommandBody::HoldBlockRequested(HoldBlockRequested {
            hold: self.hold.id().clone(),
            scope: self.hold.scope().clone(),
            reason: self.hold.reason().clone(),
            placed_by: SmolStr::new(self.hold.placed_by()),
            placed_at: self.hold.placed_at(),
            lots: lots.into_iter().take(LOTS_PER_COMMAND_MAX).collect(),
        }))
    }

    fn release(&self, release: &HoldRelease) -> CommandBody {
        CommandBody::HoldReleaseRequested(HoldReleaseRequested {
            hold: self.hold.id().clone(),
            scope: self.hold.scope().clone(),
            disposition: release.disposition.clone(),
            released_by: release.by.clone(),
            released_at: release.at,
        })
    }
}

/// The lots that a hold reaches, itself and by genealogy. After its release: those that it had
/// reached, as far as the genealogy still tells.
fn reached(plant: &Plant, hold: &Hold) -> BTreeSet<LotId> {
    let first: Vec<LotId> = match hold.scope() {
        HoldScope::Lot(lot) => vec![lot.clone()],
        HoldScope::WorkOrder(order) => {
            let order = plant.work_order(order);
            order.map_or_else(Vec::new, |order| order.lots().keys().cloned().collect())
        }
        HoldScope::WorkCenter(_) => Vec::new(),
        scope @ (HoldScope::MaterialWindow(_) | HoldScope::WorkCenterWindow(_)) => {
            scope.lots(plant).into_iter().collect()
        }
    };
    let mut seen = BTreeSet::new();
    let mut queue = VecDeque::from(first);
    while let Some(id) = queue.pop_front() {
        let Some(lot) = plant.lot(&id) else {
            continue;
        };
        if hold.is_open() && !lot.all_holds().any(|held| held == hold.id()) {
            continue;
        }
        // Several ways may lead to one lot: it goes on from there once.
        let goes_to = |child: &&LotId| {
            let is_part = || plant.lot(child).is_some_and(|child| child.is_part_of(&id));
            hold.propagates() || is_part()
        };
        let children: Vec<LotId> = lot.children().keys().filter(goes_to).cloned().collect();
        if seen.insert(id) {
            queue.extend(children);
        }
    }
    seen
}
