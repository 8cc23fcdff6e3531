//! Lots and units go into a unit, and come out of it.
//!
//! What is on hold is not packed. What an inspection has not decided yet is: real orders pack
//! before the last inspection ends, and the gate of the shipment decides.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::effect::{Effects, View};
use crate::genealogy::shown;
use crate::logistic_unit::PACKINGS_PER_UNIT_MAX;
use crate::plant::Cause;
use crate::{
    Entity, EntityKey, LogisticUnit, LogisticUnitId, LotPacked, PackAction, PackingRejection,
    Plant, Rejection,
};

/// Checks a packing against the plant as it stands. Nothing is changed.
pub(crate) fn check(body: &LotPacked, view: View<'_>) -> Result<(), Rejection> {
    for line in &body.lots {
        line.quantity.check("lots.quantity")?;
    }
    let known = view.plant.logistic_unit(&body.unit);
    let kept = known.map_or(0, LogisticUnit::packings);
    if kept + body.lots.len() + body.units.len() > PACKINGS_PER_UNIT_MAX {
        return Err(Rejection::from(PackingRejection::TooManyPackings {
            unit: body.unit.clone(),
            max: PACKINGS_PER_UNIT_MAX,
        }));
    }
    if body.action == PackAction::Remove {
        return Ok(());
    }
    refuse_circle(body, view)?;
    let inside = view.plant.contents(body.units.iter());
    let packed = body.lots.iter().map(|line| &line.lot);
    let inside = inside.lots.keys().map(|(lot, _)| *lot);
    // What a lot that is not known yet was made from is judged by the gate.
    for lot in packed.chain(inside) {
        view.refuse_if_held_at_all(lot, "packed")?;
    }
    Ok(())
}

/// R65: refuses to put a unit into one that is in it. It waits, since a late report may say that
/// something of that was taken out before.
fn refuse_circle(body: &LotPacked, view: View<'_>) -> Result<(), Rejection> {
    let known = view.plant.logistic_unit(&body.unit);
    let goes_in =
        |unit: &&LogisticUnitId| known.is_none_or(|known| known.would_hold(unit, view.at));
    let children: Vec<&LogisticUnitId> = body.units.iter().filter(goes_in).collect();
    let mut is_in: BTreeMap<&LogisticUnitId, &LogisticUnitId> = BTreeMap::new();
    let mut seen: BTreeSet<&LogisticUnitId> = children.iter().copied().collect();
    let mut queue: VecDeque<&LogisticUnitId> = children.into();
    while let Some(id) = queue.pop_front() {
        if *id == body.unit {
            let mut path = vec![id.as_str()];
            let mut outer = id;
            while let Some(next) = is_in.get(outer) {
                path.push(next.as_str());
                outer = next;
            }
            return Err(Rejection::from(PackingRejection::Circle {
                unit: outer.clone(),
                into: body.unit.clone(),
                path: shown(&path),
            }));
        }
        let inside = view.plant.logistic_unit(id).into_iter();
        for inner in inside.flat_map(LogisticUnit::units) {
            if seen.insert(inner) {
                is_in.insert(inner, id);
                queue.push_back(inner);
            }
        }
    }
    Ok(())
}

/// Carries out a packing that [`check`] allowed.
pub(crate) fn carry_out(
    plant: &mut Plant,
    body: &LotPacked,
    cause: Cause<'_>,
    effects: &mut Effects,
) -> Result<(), Rejection> {
    // Which units there are must not depend on what came first.
    for unit in std::iter::once(&body.unit).chain(&body.units) {
        if plant.logistic_unit(unit).is_none() {
            let unit = LogisticUnit::named(unit.clone());
            plant.give_birth(unit.into(), effects);
        }
    }
    if body.action == PackAction::Remove {
        touch_what_comes_out(plant, body, cause, effects)?;
    }
    let key = EntityKey::LogisticUnit(body.unit.clone());
    plant.change(&key, cause, effects, |entity, view, _| match entity {
        Entity::LogisticUnit(unit) => {
            unit.pack(body, view.at);
            Ok(())
        }
        _ => unreachable!("a unit's key names a unit"),
    })
}

/// What comes out is touched with all that is in it: a packing of something into one of these may
/// wait for just that ([`refuse_circle`]).
fn touch_what_comes_out(
    plant: &mut Plant,
    body: &LotPacked,
    cause: Cause<'_>,
    effects: &mut Effects,
) -> Result<(), Rejection> {
    let outer = plant.logistic_unit(&body.unit);
    let out: Vec<LogisticUnitId> = match body.takes_all_out() {
        true => outer
            .into_iter()
            .flat_map(LogisticUnit::units)
            .cloned()
            .collect(),
        false => body.units.clone(),
    };
    let all: Vec<LogisticUnitId> = plant
        .contents(out.iter())
        .units
        .into_iter()
        .cloned()
        .collect();
    for unit in all {
        let key = EntityKey::LogisticUnit(unit);
        plant.change(&key, cause, effects, |_, _, _| Ok(()))?;
    }
    Ok(())
}
