//! The lots of a nonconformance that stand aside in a system: those that nobody has decided, and
//! those of which the books have not followed the decision.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::deviation::{Case, LISTED_MAX};
use super::{Bearing, Next, lane_of};
use crate::{
    CommandBody, DecidedDisposition, LotId, QuarantineEnded, QuarantineRequested, ReleasedLot,
    System,
};

/// What a system would hear next of lots to set aside. `kept` are those that were decided and stay
/// aside until that is carried out.
pub(super) fn next(case: &Case<'_>, system: System, kept: &BTreeSet<&LotId>) -> Option<Next> {
    let lane = lane_of(system);
    let aside = set_aside(case, lane);
    let wanted: BTreeSet<&LotId> = case.undisposed.union(kept).copied().collect();
    let missing: Vec<LotId> = wanted
        .iter()
        // Nothing was set aside for a lot that was decided before anybody was asked.
        .filter(|lot| !aside.contains(*lot) && case.undisposed.contains(*lot))
        .take(LISTED_MAX)
        .map(|lot| LotId::clone(lot))
        .collect();
    let (bearing, body) = if missing.is_empty() {
        let over = aside.difference(&wanted).take(LISTED_MAX);
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
    let aside = set_aside(case, lane_of(system));
    case.undisposed.is_subset(&aside)
}

fn set_aside<'a>(case: &Case<'a>, lane: &str) -> BTreeSet<&'a LotId> {
    let standing = case.standing.get(lane);
    lots_of(standing.into_iter().flatten().map(|step| &step.body))
}

/// The lots that stand aside after these commands.
pub(super) fn lots_of<'a>(bodies: impl Iterator<Item = &'a CommandBody>) -> BTreeSet<&'a LotId> {
    let mut aside = BTreeSet::new();
    for body in bodies {
        match body {
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
