//! Quality hold and disposition: the systems that pack, ship and produce block what a hold reaches,
//! and release it when quality has decided. All of them stand the same in the end.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::joined::lots_to;
use super::{Bearing, Next, Plan, Process, Rule, StepState, lane_of};
use crate::{
    CommandBody, Hold, HoldBlockRequested, HoldRelease, HoldReleaseRequested, HoldScope, LotId,
    Plant, System,
};

/// Lots in one command.
const LOTS_PER_COMMAND_MAX: usize = 1_000;

pub(super) fn plan(plant: &Plant, known: &Process, rule: Rule) -> Plan {
    let mut plan = Plan::default();
    let id = known.id().subject().parse().ok();
    let hold = id.and_then(|id| plant.hold(&id));
    let Some(hold) = hold.filter(|hold| hold.placed_at() >= rule.from) else {
        return plan;
    };
    let case = Case { hold, known };
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
    hold: &'a Hold,
    known: &'a Process,
}

impl Case<'_> {
    /// What a system would hear next.
    fn next(&self, system: System) -> Option<Next> {
        let lane = lane_of(system);
        let blocked = !self.known.standing(lane).is_empty();
        let (bearing, body) = match self.hold.release_record() {
            // Who has released must block again until everybody can: what is free in one system
            // and blocked in another is in nobody's hands.
            Some(_) if self.somebody_keeps(lane) => {
                let mut steps = self.known.lane(lane);
                let was_blocked = steps.any(|step| step.bearing == Bearing::Adds);
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
        self.known.last_steps().any(|step| {
            step.lane != lane && step.state == StepState::GivenUp && step.bearing == Bearing::Undoes
        })
    }

    /// Blocks the lots that the receiver does not know yet; `None` when it has blocked all.
    fn block(&self, lane: &str) -> Option<CommandBody> {
        let standing = self.known.standing(lane);
        let told = lots_to(&standing);
        if !standing.is_empty() && told == self.known.lots.len() {
            return None;
        }
        let lots = self.known.lots.after(told).take(LOTS_PER_COMMAND_MAX);
        let lots: BTreeSet<&LotId> = lots.collect();
        Some(CommandBody::HoldBlockRequested(HoldBlockRequested {
            hold: self.hold.id().clone(),
            scope: self.hold.scope().clone(),
            reason: self.hold.reason().clone(),
            placed_by: SmolStr::new(self.hold.placed_by()),
            placed_at: self.hold.placed_at(),
            lots: lots.into_iter().cloned().collect(),
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
