//! Lots become other lots: the checks that need the genealogy, then the changes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rust_decimal::Decimal;

use crate::effect::{Effects, View};
use crate::{EntityKey, LotId, LotTransformed, Plant, Rejection};

/// Checks a transformation against the plant as it stands. Nothing is changed.
pub(crate) fn check(body: &LotTransformed, view: View<'_>) -> Result<(), Rejection> {
    let mut wanted: BTreeMap<&LotId, Decimal> = BTreeMap::new();
    for input in &body.inputs {
        input.quantity.check("inputs.quantity")?;
        let lot = view
            .plant
            .lot(&input.lot)
            .ok_or_else(|| Rejection::NotKnown {
                object: EntityKey::Lot(input.lot.clone()),
                event: "mfg.lot.transformed.v1",
            })?;
        lot.check_unit(input.quantity.unit)?;
        view.refuse_if_lot_held(lot, "consumed")?;
        // A lot may be named twice among the inputs: what counts is the sum.
        let sum = wanted.entry(&input.lot).or_default();
        *sum += input.quantity.value.value();
        lot.require_on_hand(lot.stock().drawn_by(body.order.as_ref(), *sum))?;
    }
    for output in &body.outputs {
        output.quantity.check("outputs.quantity")?;
        if let Some(lot) = view.plant.lot(&output.lot) {
            lot.check_unit(output.quantity.unit)?;
            if *lot.material() != output.material {
                let object = EntityKey::Lot(output.lot.clone());
                return Err(Rejection::IdentifierTaken { object });
            }
        }
    }
    refuse_cycle(body, view.plant)
}

/// R15, invariant 10: refuses to make a lot from something that descends from it. One search from
/// all inputs; an output that does not exist yet is nobody's ancestor.
fn refuse_cycle(body: &LotTransformed, plant: &Plant) -> Result<(), Rejection> {
    let inputs = || body.inputs.iter().map(|input| &input.lot);
    let outputs: BTreeSet<&LotId> = body
        .outputs
        .iter()
        .map(|output| &output.lot)
        .filter(|lot| plant.lot(lot).is_some() || inputs().any(|input| input == *lot))
        .collect();
    if outputs.is_empty() {
        return Ok(());
    }
    let mut seen: BTreeSet<&LotId> = inputs().collect();
    let mut came_from: BTreeMap<&LotId, &LotId> = BTreeMap::new();
    let mut queue: VecDeque<&LotId> = inputs().collect();
    while let Some(lot) = queue.pop_front() {
        if outputs.contains(lot) {
            let mut path = vec![lot.as_str()];
            let mut step = lot;
            while let Some(next) = came_from.get(step) {
                path.push(next.as_str());
                step = next;
            }
            return Err(Rejection::GenealogyCycle {
                child: lot.clone(),
                parent: step.clone(),
                path: path.join(" -> "),
            });
        }
        for ancestor in plant
            .lot(lot)
            .into_iter()
            .flat_map(|lot| lot.parents().keys())
        {
            if seen.insert(ancestor) {
                came_from.insert(ancestor, lot);
                queue.push_back(ancestor);
            }
        }
    }
    Ok(())
}

/// Carries out a transformation that [`check`] allowed.
pub(crate) fn carry_out(
    plant: &mut Plant,
    body: &LotTransformed,
    cause: crate::plant::Cause<'_>,
    effects: &mut Effects,
) -> Result<(), Rejection> {
    for input in &body.inputs {
        let quantity = input.quantity.value.value();
        plant.change_lot(&input.lot, cause, effects, |lot, view, effects| {
            lot.consumed_into(
                quantity,
                body.order.as_ref(),
                body.outputs.iter().map(|output| &output.lot),
                view.at,
                effects,
            );
            Ok(())
        })?;
    }
    let from: Vec<(LotId, Decimal)> = body
        .inputs
        .iter()
        .map(|input| (input.lot.clone(), input.quantity.value.value()))
        .collect();
    for output in &body.outputs {
        plant.ensure_lot(&output.lot, &output.material, output.quantity.unit, effects);
        let quantity = output.quantity.value.value();
        plant.change_lot(&output.lot, cause, effects, |lot, view, effects| {
            let made_by = (body.order.as_ref(), body.op.as_ref());
            lot.produced(quantity, &from, made_by, view, effects);
            Ok(())
        })?;
    }
    Ok(())
}
