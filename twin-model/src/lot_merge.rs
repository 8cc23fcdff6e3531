//! Lots become one lot.
//!
//! Nothing is used up by that, so a hold does not stand against it: the whole child is held. Where
//! it happens in a tank, the times decide what is in what ([`crate::tank`]).

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::effect::{Effects, View};
use crate::genealogy::refuse_cycle;
use crate::plant::Cause;
use crate::tank::{self, TankDrawing};
use crate::{
    Kinship, LotId, LotMerged, MaterialRejection, Parentage, Plant, Rejection, Time, TimeWindow,
};

/// How often others may be merged into one lot: it would have to be a lot that is never closed.
pub const MERGERS_PER_LOT_MAX: usize = 10_000;

/// The merge with every quantity in the unit of its lot.
///
/// # Errors
/// What a quantity may not be (R20, R44), and units that do not convert (R19).
pub(crate) fn in_lot_units<'b>(
    body: &'b LotMerged,
    view: View<'_>,
    effects: &mut Effects,
) -> Result<Cow<'b, LotMerged>, Rejection> {
    let mut own = Cow::Borrowed(body);
    for (n, parent) in body.parents.iter().enumerate() {
        let field = "parents.quantity";
        let quantity = view.of_known_lot(parent.quantity, &parent.lot, field, effects)?;
        if quantity != parent.quantity {
            own.to_mut().parents[n].quantity = quantity;
        }
    }
    let child = &body.child;
    let made = (&child.lot, &child.material);
    let quantity = view.of_lot(child.quantity, made, "child.quantity", effects)?;
    if quantity != child.quantity {
        own.to_mut().child.quantity = quantity;
    }
    Ok(own)
}

/// Checks a merge against the plant as it stands. Nothing is changed.
pub(crate) fn check(body: &LotMerged, view: View<'_>) -> Result<(), Rejection> {
    for parent in &body.parents {
        view.plant.known_lot(&parent.lot, "mfg.lot.merged.v1")?;
    }
    for (parent, quantity) in gone(body) {
        if let Some(lot) = view.plant.lot(parent) {
            lot.require_on_hand(quantity)?;
        }
    }
    let child = &body.child;
    view.plant.refuse_another(&child.lot, &child.material)?;
    if let Some(lot) = view.plant.lot(&child.lot)
        && lot.stock().flows().merged().times() >= MERGERS_PER_LOT_MAX
    {
        return Err(Rejection::from(MaterialRejection::TooManyMergers {
            lot: child.lot.clone(),
            max: MERGERS_PER_LOT_MAX,
        }));
    }
    let parents = body.parents.iter().map(|parent| &parent.lot).collect();
    refuse_cycle(&parents, std::iter::once(&child.lot), view.plant)?;
    match drawing_of(body, view.at) {
        Some(drawing) => tank::check(&drawing, &child.lot, view.plant),
        None => Ok(()),
    }
}

/// What leaves each parent, in its unit. A lot may be named twice among them.
fn gone(body: &LotMerged) -> BTreeMap<&LotId, Decimal> {
    let mut gone = BTreeMap::new();
    for parent in &body.parents {
        *gone.entry(&parent.lot).or_default() += parent.quantity.value.value();
    }
    gone
}

fn window_of(body: &LotMerged, at: Time) -> TimeWindow {
    body.window.unwrap_or(TimeWindow::at(at))
}

/// What left a tank by the merge, where there was one.
pub(crate) fn drawing_of(body: &LotMerged, at: Time) -> Option<TankDrawing> {
    Some(TankDrawing {
        tank: body.tank.clone()?,
        window: window_of(body, at),
        parents: body
            .parents
            .iter()
            .map(|parent| parent.lot.clone())
            .collect(),
    })
}

/// Carries out a merge that [`check`] allowed.
pub(crate) fn carry_out(
    plant: &mut Plant,
    body: &LotMerged,
    cause: Cause<'_>,
    effects: &mut Effects,
) -> Result<(), Rejection> {
    let drawing = drawing_of(body, cause.at);
    let made = window_of(body, cause.at);
    let parents = gone(body);
    for (parent, quantity) in &parents {
        plant.change_lot(parent, cause, effects, |lot, _, effects| {
            lot.part_with(*quantity, made.from, effects);
            lot.go_into(&body.child.lot, made.from);
            Ok(())
        })?;
    }
    let child = &body.child;
    plant.ensure_lot(&child.lot, &child.material, child.quantity.unit, effects);
    plant.change_lot(&child.lot, cause, effects, |lot, view, effects| {
        let quantity = child.quantity.value.value();
        lot.take_in(effects, |flows| flows.merge(made.from, quantity));
        lot.note_production(made, body.tank.as_ref(), view, effects);
        for (parent, quantity) in &parents {
            let part = Parentage::new(*quantity, made, Kinship::Merged);
            lot.come_from(parent, part, view, effects);
        }
        Ok(())
    })?;
    match drawing {
        Some(drawing) => tank::draw(plant, drawing, &child.lot, cause, effects),
        None => Ok(()),
    }
}
