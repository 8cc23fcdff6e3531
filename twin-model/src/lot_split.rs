//! Parts of a lot get names of their own.
//!
//! Nothing is used up by that, so a hold does not stand against it: it goes on to the parts.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::effect::{Effects, View};
use crate::genealogy::refuse_cycle;
use crate::plant::Cause;
use crate::{
    EntityKey, Kinship, Lot, LotFlows, LotId, LotSplit, MaterialId, Parentage, Plant, Rejection,
    Time, TimeWindow,
};

/// The split with every quantity in the unit of the parent.
///
/// # Errors
/// What a quantity may not be (R20, R44), and units that do not convert (R19).
pub(crate) fn in_lot_units<'b>(
    body: &'b LotSplit,
    view: View<'_>,
    effects: &mut Effects,
) -> Result<Cow<'b, LotSplit>, Rejection> {
    let mut own = Cow::Borrowed(body);
    for (n, child) in body.children.iter().enumerate() {
        let field = "children.quantity";
        let quantity = view.of_known_lot(child.quantity, &body.parent, field, effects)?;
        if quantity != child.quantity {
            own.to_mut().children[n].quantity = quantity;
        }
    }
    Ok(own)
}

/// Checks a split against the plant as it stands. Nothing is changed.
pub(crate) fn check(body: &LotSplit, view: View<'_>) -> Result<(), Rejection> {
    let parent = view.plant.known_lot(&body.parent, "mfg.lot.split.v1")?;
    for child in &body.children {
        view.plant.refuse_another(&child.lot, parent.material())?;
    }
    parent.require_on_hand(split_off(body))?;
    let told = body.children.iter().filter(|child| child.usage.is_some());
    parent.refuse_parting(told.count())?;
    let children = body.children.iter().map(|child| &child.lot);
    refuse_cycle(&[&body.parent].into(), children, view.plant)
}

/// What leaves the parent, in its unit.
fn split_off(body: &LotSplit) -> Decimal {
    let parts = body.children.iter();
    parts.map(|child| child.quantity.value.value()).sum()
}

/// Carries out a split that [`check`] allowed.
pub(crate) fn carry_out(
    plant: &mut Plant,
    body: &LotSplit,
    cause: Cause<'_>,
    effects: &mut Effects,
) -> Result<(), Rejection> {
    let mut of = None;
    plant.change_lot(&body.parent, cause, effects, |lot, view, effects| {
        of = Some((lot.material().clone(), lot.unit()));
        lot.part_with(split_off(body), view.at, effects);
        for child in &body.children {
            lot.go_into(&child.lot, view.at);
            if let Some(usage) = child.usage {
                let told = (usage, child.quantity.value.value());
                lot.note_parting(&child.lot, told, view.at);
            }
        }
        lot.tell_of_partings(effects);
        Ok(())
    })?;
    let Some((material, unit)) = of else {
        unreachable!("a lot that exists has a material")
    };
    for child in &body.children {
        let own = plant.view(cause).unit_of_new_lot(&material, unit);
        plant.ensure_lot(&child.lot, &material, own, effects);
        let part = Parentage::new(
            child.quantity.value.value(),
            TimeWindow::at(cause.at),
            Kinship::Split,
        );
        plant.change_lot(&child.lot, cause, effects, |lot, view, effects| {
            let quantity = lot.in_own_unit(child.quantity, view, effects)?;
            let quantity = quantity.value.value();
            lot.take_in(effects, |flows| flows.parted += quantity);
            lot.come_from(&body.parent, part, view, effects);
            Ok(())
        })?;
    }
    Ok(())
}

impl Plant {
    /// A lot that an event of a type presumes.
    pub(crate) fn known_lot(&self, lot: &LotId, event: &'static str) -> Result<&Lot, Rejection> {
        self.lot(lot).ok_or_else(|| Rejection::NotKnown {
            object: EntityKey::Lot(lot.clone()),
            event,
        })
    }

    /// Refuses to make something into a lot that is known as something else.
    pub(crate) fn refuse_another(
        &self,
        lot: &LotId,
        material: &MaterialId,
    ) -> Result<(), Rejection> {
        let Some(lot) = self.lot(lot) else {
            return Ok(());
        };
        if lot.material() == material {
            return Ok(());
        }
        let object = EntityKey::Lot(lot.id().clone());
        Err(Rejection::IdentifierTaken { object })
    }
}

impl Lot {
    /// Some of this lot became lots of its own at a time, or flowed into others.
    pub(crate) fn part_with(&mut self, quantity: Decimal, at: Time, effects: &mut Effects) {
        self.goods.stock.flow(|flows| flows.part(at, quantity));
        self.goods
            .stock
            .assert_covered(&self.goods.id, self.goods.card.unit);
        self.tell_gates(effects);
    }

    /// Some of other lots became (more of) this one.
    pub(crate) fn take_in(&mut self, effects: &mut Effects, take: impl FnOnce(&mut LotFlows)) {
        self.goods.stock.flow(take);
        self.tell_of_more(effects);
    }
}
