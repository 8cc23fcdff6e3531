//! Quantities of events in the unit of the object that they are about.

use crate::effect::{Effects, View};
use crate::{Amount, EntityKey, MaterialId, MaterialRejection, Message, Quantity, Rejection, Unit};

impl View<'_> {
    /// `quantity` of `material` in `unit`: by the units themselves where both measure the same,
    /// else by the version of the material that counts at the time of the event.
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
        effects: &mut Effects,
    ) -> Result<Amount, Rejection> {
        if quantity.unit == unit {
            return Ok(quantity.value);
        }
        let no_factor = || MaterialRejection::NoConversion {
            object: object.clone(),
            material: material.clone(),
            unit: quantity.unit,
            base: unit,
            at: self.at,
        };
        let (ratio, is_nominal) = match quantity.unit.ratio_to(unit) {
            Some(ratio) => (ratio, false),
            None => {
                let known = self.plant.material(material);
                let Some(version) = known.and_then(|known| known.version_at(self.at)) else {
                    return Err(MaterialRejection::ConversionNotKnown {
                        object: object.clone(),
                        material: material.clone(),
                        unit: quantity.unit,
                        base: unit,
                        at: self.at,
                    }
                    .into());
                };
                let factor = version.factor(quantity.unit, unit, self.at);
                let factor = factor.ok_or_else(no_factor)?;
                let used = Message::Converted {
                    from: quantity.unit,
                    to: unit,
                    at: self.at,
                };
                effects.tell(EntityKey::Material(material.clone()), used);
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
            }
            .into());
        }
        match Amount::try_from(converted.value) {
            Ok(amount) => Ok(amount),
            Err(error) => unreachable!("what was converted is an amount: {error}"),
        }
    }
}
