//! Catch weight: what is counted in pieces and weighed too, because no two pieces weigh the same.

use rust_decimal::Decimal;

use crate::{Quantity, Ratio, Share};

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
