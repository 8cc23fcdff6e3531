//! Quantities of events in the unit of the object that they are about.

use crate::effect::{Effects, View};
use crate::{
    Amount, EntityKey, Lot, LotId, MaterialId, MaterialRejection, Message, Plant, Quantity,
    Rejection, Time, Unit,
};

/// A quantity that was turned into another unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InUnit {
    pub(crate) value: Amount,
    /// Whether only the material says how; it then remembers that it was asked.
    pub(crate) by_material: bool,
}

impl Plant {
    /// `quantity` of `material` in `unit`: by the units themselves where both measure the same,
    /// else by the version of the material that counts at a time.
    ///
    /// A value that has no end is cut at nine digits behind the point.
    ///
    /// # Errors
    /// R19, parked where the material is not published for that time yet; R20 where an exact
    /// factor leaves a part of a counted unit (a nominal one may, and is rounded where it is
    /// posted).
    pub(crate) fn in_unit(
        &self,
        quantity: Quantity,
        material: &MaterialId,
        unit: Unit,
        object: &EntityKey,
        at: Time,
    ) -> Result<InUnit, MaterialRejection> {
        if quantity.unit == unit {
            return Ok(InUnit {
                value: quantity.value,
                by_material: false,
            });
        }
        let no_factor = || MaterialRejection::NoConversion {
            object: object.clone(),
            material: material.clone(),
            unit: quantity.unit,
            base: unit,
            at,
        };
        let everywhere = quantity.unit.ratio_to(unit);
        let (ratio, is_nominal) = match everywhere {
            Some(ratio) => (ratio, false),
            None => {
                let known = self.material(material);
                let Some(version) = known.and_then(|known| known.version_at(at)) else {
                    return Err(MaterialRejection::ConversionNotKnown {
                        object: object.clone(),
                        material: material.clone(),
                        unit: quantity.unit,
                        base: unit,
                        at,
                    });
                };
                let factor = version.factor(quantity.unit, unit, at);
                let factor = factor.ok_or_else(no_factor)?;
                (factor.ratio, factor.is_nominal)
            }
        };
        let converted = ratio.apply(quantity.value.value()).ok_or_else(no_factor)?;
        if unit.is_counted() && !is_nominal && !converted.value.is_integer() {
            return Err(MaterialRejection::PartOfCounted {
                object: object.clone(),
                quantity,
                value: converted.value,
                base: unit,
            });
        }
        match Amount::try_from(converted.value) {
            Ok(value) => Ok(InUnit {
                value,
                by_material: everywhere.is_none(),
            }),
            Err(error) => unreachable!("what was converted is an amount: {error}"),
        }
    }
}

impl View<'_> {
    /// [`Plant::in_unit`] at the time of the event; what a material said of it then stays.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn in_unit(
        &self,
        quantity: Quantity,
        material: &MaterialId,
        unit: Unit,
        object: &EntityKey,
        effects: &mut Effects,
    ) -> Result<Amount, Rejection> {
        let found = self
            .plant
            .in_unit(quantity, material, unit, object, self.at)?;
        if found.by_material {
            effects.note_conversion(material, (quantity.unit, unit), self.at);
        }
        Ok(found.value)
    }

    /// The unit of a lot that comes into being now: that of its material's stock, or where
    /// nothing is published of it for that time the one that it is told in.
    pub(crate) fn unit_of_new_lot(&self, material: &MaterialId, told: Unit) -> Unit {
        let known = self.plant.material(material);
        let version = known.and_then(|known| known.version_at(self.at));
        version.map_or(told, |version| version.base_unit())
    }

    /// What is told of a lot, in its unit; the lot may come into being by it. Of a lot that is of
    /// another material nothing is said: that is refused for itself.
    ///
    /// # Errors
    /// R20 and R44 for what no quantity may be, then as [`View::in_unit`].
    pub(crate) fn of_lot(
        &self,
        quantity: Quantity,
        (id, material): (&LotId, &MaterialId),
        field: &'static str,
        effects: &mut Effects,
    ) -> Result<Quantity, Rejection> {
        quantity.check(field)?;
        let unit = match self.plant.lot(id) {
            Some(lot) if lot.material() != material => return Ok(quantity),
            Some(lot) => lot.unit(),
            None => self.unit_of_new_lot(material, quantity.unit),
        };
        let key = EntityKey::Lot(id.clone());
        let value = self.in_unit(quantity, material, unit, &key, effects)?;
        Ok(Quantity { value, unit })
    }

    /// What is told of a lot that should be known, in its unit; as it was told where it is not.
    ///
    /// # Errors
    /// As [`View::of_lot`].
    pub(crate) fn of_known_lot(
        &self,
        quantity: Quantity,
        id: &LotId,
        field: &'static str,
        effects: &mut Effects,
    ) -> Result<Quantity, Rejection> {
        quantity.check(field)?;
        match self.plant.lot(id) {
            Some(lot) => lot.in_own_unit(quantity, *self, effects),
            None => Ok(quantity),
        }
    }
}

impl Lot {
    /// A quantity of the lot in its unit.
    ///
    /// # Errors
    /// As [`View::in_unit`].
    pub(crate) fn in_own_unit(
        &self,
        quantity: Quantity,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<Quantity, Rejection> {
        let key = EntityKey::Lot(self.goods.id.clone());
        let value = view.in_unit(
            quantity,
            &self.goods.card.material,
            self.goods.card.unit,
            &key,
            effects,
        )?;
        Ok(Quantity {
            value,
            unit: self.goods.card.unit,
        })
    }
}

impl Effects {
    /// A material said how one unit becomes another: what it says of that time stays.
    pub(crate) fn note_conversion(
        &mut self,
        material: &MaterialId,
        (from, to): (Unit, Unit),
        at: Time,
    ) {
        let used = Message::Converted { from, to, at };
        self.tell(EntityKey::Material(material.clone()), used);
    }
}
