//! Catch weight: what is counted in pieces and weighed too, because no two pieces weigh the same.
//!
//! An event may tell a measured quantity beside the booked one. The material says what the one
//! should come to in the other, and how far both may be apart; more is refused (R58). A lot keeps
//! what was weighed of it beside its stock, which goes by what is booked.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::effect::{Effects, View};
use crate::lot_stock::add;
use crate::{
    EntityKey, Lot, MaterialId, MaterialRejection, Message, MovementKind, Quantity, Ratio,
    Rejection, Share, Unit,
};

/// The same goods in two units: counted (or booked), and as they were measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchWeight {
    /// What is booked.
    pub booked: Quantity,
    /// The same, measured in another unit.
    pub measured: Quantity,
}

/// How far a measurement is from what the booked quantity should come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deviation {
    /// What the booked quantity should come to, in the measured unit.
    pub nominal: Decimal,
    /// What was measured less that.
    pub difference: Decimal,
    /// Whether the difference is within the tolerance.
    pub is_within: bool,
}

impl CatchWeight {
    /// Compares the measurement with what `nominal` (measured units for booked ones) leads one to
    /// expect, give or take `tolerance` of it; `None` when that is not an amount within limits.
    #[must_use]
    pub fn deviation(&self, nominal: Ratio, tolerance: Share) -> Option<Deviation> {
        let expected = nominal.apply(self.booked.value.value())?.value;
        let difference = self.measured.value.value() - expected;
        let most = expected.abs().checked_mul(tolerance.fraction())?;
        Some(Deviation {
            nominal: expected,
            difference,
            is_within: difference.abs() <= most,
        })
    }
}

/// What was weighed of a lot, in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LotWeight {
    /// When the lot was created.
    pub created: Decimal,
    /// When the warehouse received it. It tells of what was created, so of both the larger counts.
    pub stored: Decimal,
    /// When orders used something of it.
    pub consumed: Decimal,
}

impl LotWeight {
    /// What should be there of what was weighed.
    #[must_use]
    pub fn on_hand(&self) -> Decimal {
        self.created.max(self.stored) - self.consumed
    }
}

impl Lot {
    /// The lot was weighed when it was created.
    pub(crate) fn weigh_created(&mut self, measured: Quantity) {
        self.weigh_into(in_standing_unit(measured), |weight| &mut weight.created);
    }

    /// A movement of the lot was weighed, in a standing unit; below zero when one is taken back.
    pub(crate) fn weigh(&mut self, kind: MovementKind, measured: (Decimal, Unit)) {
        self.weigh_into(measured, |weight| match kind {
            MovementKind::Received => &mut weight.stored,
            _ => &mut weight.consumed,
        });
    }

    fn weigh_into(
        &mut self,
        (value, unit): (Decimal, Unit),
        place: impl FnOnce(&mut LotWeight) -> &mut Decimal,
    ) {
        let weight = self.goods.card.weighed.entry(unit).or_default();
        add(place(weight), value);
        if *weight == LotWeight::default() {
            self.goods.card.weighed.remove(&unit);
        }
    }

    /// What was weighed of the lot, ascending by unit: kilograms where it was weighed in any unit
    /// of mass.
    pub fn weights(&self) -> impl Iterator<Item = (Unit, LotWeight)> {
        self.goods
            .card
            .weighed
            .iter()
            .map(|(unit, weight)| (*unit, *weight))
    }
}

/// Grams and tonnes as kilograms, so that sums do not hang on who weighed first.
pub(crate) fn in_standing_unit(measured: Quantity) -> (Decimal, Unit) {
    let unit = measured.unit.standing();
    let value = measured.value.value();
    let converted = measured.unit.ratio_to(unit).and_then(|to| to.apply(value));
    // What is too much for an amount in the standing unit is kept as it was told.
    converted.map_or((value, measured.unit), |converted| (converted.value, unit))
}

impl View<'_> {
    /// Checks a measurement beside the booked quantity (R58). What the material says of both at
    /// that time stays.
    ///
    /// # Errors
    /// R19, parked where the material is not published for that time yet: only it knows how far
    /// both may be apart. R58 where they are further apart than it says; a material without a
    /// tolerance lets them be as far apart as they are.
    pub(crate) fn check_weight(
        &self,
        (booked, measured): (Quantity, Option<Quantity>),
        material: &MaterialId,
        object: &EntityKey,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let Some(measured) = measured else {
            return Ok(());
        };
        measured.check("measured")?;
        let known = self.plant.material(material);
        let Some(version) = known.and_then(|known| known.version_at(self.at)) else {
            return Err(MaterialRejection::ConversionNotKnown {
                object: object.clone(),
                material: material.clone(),
                unit: booked.unit,
                base: measured.unit,
                at: self.at,
            }
            .into());
        };
        let factor = version.factor(booked.unit, measured.unit, self.at);
        let factor = factor.ok_or_else(|| MaterialRejection::NoConversion {
            object: object.clone(),
            material: material.clone(),
            unit: booked.unit,
            base: measured.unit,
            at: self.at,
        })?;
        if let Some(tolerance) = version.tolerance() {
            let weight = CatchWeight { booked, measured };
            let found = weight.deviation(factor.ratio, tolerance);
            if found.is_none_or(|found| !found.is_within) {
                return Err(MaterialRejection::WeighsOtherwise {
                    object: object.clone(),
                    material: material.clone(),
                    booked,
                    measured,
                    // What is no amount any more is too much for any scale.
                    nominal: found.map_or(Decimal::MAX, |found| found.nominal),
                    tolerance,
                }
                .into());
            }
        }
        effects.note_conversion(material, (booked.unit, measured.unit), self.at);
        let weighed = Message::Weighed { at: self.at };
        effects.tell(EntityKey::Material(material.clone()), weighed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ShareScale, Unit};

    fn q(value: &str, unit: Unit) -> Quantity {
        Quantity {
            value: value.parse().unwrap(),
            unit,
        }
    }

    fn cheeses(pieces: &str, kilograms: &str) -> CatchWeight {
        CatchWeight {
            booked: q(pieces, Unit::PIECE),
            measured: q(kilograms, Unit::KILOGRAM),
        }
    }

    fn tolerance(percent: &str) -> Share {
        Share::read(percent.parse().unwrap(), ShareScale::Percent).unwrap()
    }

    #[test]
    fn pieces_weigh_what_they_should_within_the_tolerance() {
        // A cheese is 4.5 kg, give or take 3 %.
        let nominal = Ratio::of("4.5".parse().unwrap(), "1".parse().unwrap()).unwrap();
        for (pieces, kilograms, within) in [
            ("10", "45", true),
            ("10", "46.35", true),
            ("10", "46.351", false),
            ("10", "43.65", true),
            ("10", "43.649", false),
            ("0", "0", true),
            ("0", "0.1", false),
        ] {
            let found = cheeses(pieces, kilograms)
                .deviation(nominal, tolerance("3"))
                .unwrap();
            assert_eq!(found.is_within, within, "{pieces} weigh {kilograms}");
        }
    }

    #[test]
    fn the_difference_is_told_in_the_measured_unit() {
        let nominal = Ratio::new(9, 2).unwrap();
        let found = cheeses("12", "53").deviation(nominal, Share::NONE).unwrap();
        assert_eq!((found.nominal, found.difference), (54.into(), (-1).into()));
        assert!(!found.is_within);
    }
}
