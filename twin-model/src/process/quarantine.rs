//! The lots of a nonconformance that stand aside in a system: those that nobody has decided, and
//! those of which the books have not followed the decision.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::deviation::{Case, LISTED_MAX};
use super::{Bearing, Next, Process, StepState, lane_of};
use crate::{
    CommandBody, DecidedDisposition, LotId, PagedMap, QuarantineEnded, QuarantineRequested,
    ReleasedLot, System,
};

/// What a system would hear next of lots to set aside. `kept` are those that were decided and stay
/// aside until that is carried out.
pub(super) fn next(case: &Case<'_>, system: System, kept: &BTreeSet<&LotId>) -> Option<Next> {
    let lane = lane_of(system);
    let aside = case.process.set_aside(lane);
    let undisposed = &case.process.undisposed;
    // A lot that was decided before anybody was asked is not set aside any more.
    let missing: Vec<LotId> = undisposed
        .keys()
        .filter(|lot| !aside.contains(*lot))
        .take(LISTED_MAX)
        .cloned()
        .collect();
    let (bearing, body) = if missing.is_empty() {
        let over = aside
            .iter()
            .filter(|lot| !undisposed.contains_key(lot) && !kept.contains(*lot));
        let over = over.take(LISTED_MAX);
        let lots: Vec<ReleasedLot> = over.map(|lot| released(case, lot)).collect();
        if lots.is_empty() {
            return None;
        }
        // With the last of them nothing stands any more.
        let bearing = match lots.len() == aside.len() {
            true => Bearing::Undoes,
            false => Bearing::Adds,
        };
        let body = QuarantineEnded {
            nonconformance: case.found.id().clone(),
            lots,
        };
        (bearing, CommandBody::QuarantineEnded(body))
    } else {
        let body = QuarantineRequested {
            nonconformance: case.found.id().clone(),
            defect: case.found.defect().clone(),
            severity: case.found.severity(),
            opened_at: case.found.opened_at(),
            lots: missing,
        };
        (Bearing::Adds, CommandBody::QuarantineRequested(body))
    };
    Some(Next {
        lane: SmolStr::new_static(lane),
        to: system,
        bearing,
        body,
    })
}

/// Whether everything that is undecided stands aside in a system.
pub(super) fn holds_all(case: &Case<'_>, system: System) -> bool {
    let aside = case.process.set_aside(lane_of(system));
    let mut undisposed = case.process.undisposed.keys();
    undisposed.all(|lot| aside.contains(lot))
}

impl Process {
    /// The lots that stand aside by what the receiver of a lane has acknowledged.
    pub(super) fn set_aside(&self, lane: &str) -> BTreeSet<&LotId> {
        let known = self.aside.get(lane).into_iter();
        let mut aside: BTreeSet<&LotId> = known.flat_map(PagedMap::keys).collect();
        let steps = self.steps.iter();
        let done = steps.filter(|it| it.lane == lane && it.state == StepState::Acknowledged);
        for step in done {
            match &step.body {
                CommandBody::QuarantineRequested(body) => aside.extend(&body.lots),
                CommandBody::QuarantineEnded(body) => {
                    for released in &body.lots {
                        aside.remove(&released.lot);
                    }
                }
                _ => {}
            }
        }
        aside
    }

    /// Takes a command of a lane that is over out, and keeps which lots stand aside by it.
    pub(super) fn let_go_of_quarantine(&mut self, at: usize) {
        let step = self.steps.remove(at);
        if step.state != StepState::Acknowledged {
            return;
        }
        let aside = self.aside.entry(step.lane.clone()).or_default();
        match &step.body {
            CommandBody::QuarantineRequested(body) => {
                for lot in &body.lots {
                    aside.insert(lot.clone(), ());
                }
            }
            CommandBody::QuarantineEnded(body) => {
                for released in &body.lots {
                    aside.remove(&released.lot);
                }
            }
            _ => {}
        }
    }
}

fn released(case: &Case<'_>, lot: &LotId) -> ReleasedLot {
    let unit = case.plant.lot(lot).map(crate::Lot::unit);
    let decided = case.found.disposition_of(lot);
    let parts = decided.into_iter().flat_map(|disposed| disposed.parts);
    let decided = parts.map(|(disposition, quantity)| DecidedDisposition {
        disposition,
        quantity: super::disposition::quantity_in(quantity, unit),
    });
    ReleasedLot {
        lot: lot.clone(),
        decided: decided.collect(),
    }
}
