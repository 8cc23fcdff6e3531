//! Lots become other lots: the checks that need the genealogy, then the changes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::effect::{Effects, View};
use crate::genealogy::refuse_cycle;
use crate::{LotId, LotTransformed, Plant, Rejection};

/// The transformation with every quantity in the unit of its lot.
///
/// # Errors
/// What a quantity may not be (R20, R44), and units that do not convert (R19).
pub(crate) fn in_lot_units<'b>(
    body: &'b LotTransformed,
    view: View<'_>,
    effects: &mut Effects,
) -> Result<Cow<'b, LotTransformed>, Rejection> {
    let mut own = Cow::Borrowed(body);
    for (n, input) in body.inputs.iter().enumerate() {
        let field = "inputs.quantity";
        let quantity = view.of_known_lot(input.quantity, &input.lot, field, effects)?;
        if quantity != input.quantity {
            own.to_mut().inputs[n].quantity = quantity;
        }
    }
    for (n, output) in body.outputs.iter().enumerate() {
        let made = (&output.lot, &output.material);
        let quantity = view.of_lot(output.quantity, made, "outputs.quantity", effects)?;
        if quantity != output.quantity {
            own.to_mut().outputs[n].quantity = quantity;
        }
    }
    Ok(own)
}

/// Checks a transformation against the plant as it stands. Nothing is changed.
pub(crate) fn check(body: &LotTransformed, view: View<'_>) -> Result<(), Rejection> {
    let mut wanted: BTreeMap<&LotId, Decimal> = BTreeMap::new();
    for input in &body.inputs {
        let lot = view.plant.known_lot(&input.lot, "mfg.lot.transformed.v1")?;
        view.refuse_if_lot_held(lot, "consumed")?;
        // A lot may be named twice among the inputs: what counts is the sum.
        let sum = wanted.entry(&input.lot).or_default();
        *sum += input.quantity.value.value();
        let user = (body.order.as_ref(), body.op.as_ref());
        lot.refuse_crowded(user)?;
        lot.require_on_hand(lot.stock().drawn_by(user, *sum))?;
    }
    for output in &body.outputs {
        view.plant.refuse_another(&output.lot, &output.material)?;
    }
    let sources = body.inputs.iter().map(|input| &input.lot).collect();
    let targets = body.outputs.iter().map(|output| &output.lot);
    refuse_cycle(&sources, targets, view.plant)
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
                (body.order.as_ref(), body.op.as_ref()),
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
