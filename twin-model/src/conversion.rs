//! Exact conversion between units: a factor is a ratio of whole numbers, never a decimal fraction
//! of one.

use std::fmt;

use rust_decimal::Decimal;

use crate::{Amount, QUANTITY_ABS_MAX, QUANTITY_SCALE_MAX, Unit};

/// An exact factor: `numerator` of one unit are `denominator` of another. Lowest terms, so that
/// one factor has one form.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "(u64, u64)", into = "(u64, u64)")]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

/// Numbers that make no factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRatio {
    /// Zero or below.
    #[error("both parts of a factor are more than nothing")]
    NotPositive,
    /// More digits than a factor may have.
    #[error("a factor has at most 19 digits in lowest terms")]
    TooManyDigits,
}

/// A converted value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Converted {
    /// With at most [`QUANTITY_SCALE_MAX`] digits behind the point; half goes to the even digit.
    pub value: Decimal,
    /// Whether nothing had to be rounded.
    pub is_exact: bool,
}

impl From<Ratio> for (u64, u64) {
    fn from(ratio: Ratio) -> (u64, u64) {
        (ratio.numerator, ratio.denominator)
    }
}

impl TryFrom<(u64, u64)> for Ratio {
    type Error = InvalidRatio;

    fn try_from((numerator, denominator): (u64, u64)) -> Result<Ratio, InvalidRatio> {
        Ratio::new(numerator, denominator)
    }
}

impl Ratio {
    /// One for one.
    pub const ONE: Ratio = Ratio {
        numerator: 1,
        denominator: 1,
    };

    /// `numerator` for `denominator`.
    ///
    /// # Errors
    /// [`InvalidRatio`] when one of them is zero.
    pub fn new(numerator: u64, denominator: u64) -> Result<Ratio, InvalidRatio> {
        Ratio::reduced(u128::from(numerator), u128::from(denominator))
    }

    /// The ratio of two decimals, such as 0.5 kg for 1 bottle.
    ///
    /// # Errors
    /// [`InvalidRatio`] when one of them is not above zero, or the ratio has too many digits.
    pub fn of(numerator: Amount, denominator: Amount) -> Result<Ratio, InvalidRatio> {
        let (above, below) = (numerator.value(), denominator.value());
        if above <= Decimal::ZERO || below <= Decimal::ZERO {
            return Err(InvalidRatio::NotPositive);
        }
        let scale = above.scale().max(below.scale());
        // An amount has at most 24 digits, and at most 9 more are put behind: below 10^38.
        let whole =
            |part: Decimal| part.mantissa().unsigned_abs() * 10_u128.pow(scale - part.scale());
        Ratio::reduced(whole(above), whole(below))
    }

    fn reduced(above: u128, below: u128) -> Result<Ratio, InvalidRatio> {
        if above == 0 || below == 0 {
            return Err(InvalidRatio::NotPositive);
        }
        let divisor = gcd(above, below);
        let narrow =
            |part: u128| u64::try_from(part / divisor).map_err(|_| InvalidRatio::TooManyDigits);
        Ok(Ratio {
            numerator: narrow(above)?,
            denominator: narrow(below)?,
        })
    }

    /// How many of the one unit.
    #[must_use]
    pub fn numerator(self) -> u64 {
        self.numerator
    }

    /// For how many of the other.
    #[must_use]
    pub fn denominator(self) -> u64 {
        self.denominator
    }

    /// The way back.
    #[must_use]
    pub fn inverse(self) -> Ratio {
        Ratio {
            numerator: self.denominator,
            denominator: self.numerator,
        }
    }

    /// Both factors, one after the other; `None` when the result has too many digits.
    #[must_use]
    pub fn then(self, next: Ratio) -> Option<Ratio> {
        // Two numbers below 2^64 have a product below 2^128.
        let above = u128::from(self.numerator) * u128::from(next.numerator);
        let below = u128::from(self.denominator) * u128::from(next.denominator);
        Ratio::reduced(above, below).ok()
    }

    /// `value` times the factor; `None` when it is not an amount within the limits of
    /// [`Amount`].
    #[must_use]
    pub fn apply(self, value: Decimal) -> Option<Converted> {
        let value = value.normalize();
        let product = value
            .mantissa()
            .unsigned_abs()
            .checked_mul(u128::from(self.numerator))?;
        let below = u128::from(self.denominator);
        let (mut whole, mut rest, mut scale) = (product / below, product % below, value.scale());
        while rest != 0 && scale < QUANTITY_SCALE_MAX {
            // `rest` is below 2^64.
            rest *= 10;
            whole = whole.checked_mul(10)?.checked_add(rest / below)?;
            rest %= below;
            scale += 1;
        }
        // A value that was finer than an amount stays as fine as it was.
        let up = rest * 2 > below || (rest * 2 == below && whole % 2 == 1);
        let whole = i128::try_from(whole + u128::from(up)).ok()?;
        let signed = if value.is_sign_negative() {
            -whole
        } else {
            whole
        };
        let converted = Decimal::try_from_i128_with_scale(signed, scale).ok()?;
        (converted.abs() < Decimal::from(QUANTITY_ABS_MAX)).then_some(Converted {
            value: converted.normalize(),
            is_exact: rest == 0,
        })
    }
}

/// `12/1`: twelve for one.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Unit {
    /// The factor from this unit to `other` where both measure the same thing, so that no
    /// material has a say: `TNE` to `KGM` is 1000/1 everywhere.
    #[must_use]
    pub fn ratio_to(self, other: Unit) -> Option<Ratio> {
        if self == other {
            return Some(Ratio::ONE);
        }
        let (dimension, above, below) = self.physical()?;
        let (other_dimension, other_above, other_below) = other.physical()?;
        if dimension != other_dimension {
            return None;
        }
        let own = Ratio::new(above, below).ok()?;
        own.then(Ratio::new(other_below, other_above).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn ratio(numerator: &str, denominator: &str) -> Ratio {
        Ratio::of(numerator.parse().unwrap(), denominator.parse().unwrap()).unwrap()
    }

    fn unit(code: &str) -> Unit {
        code.parse().unwrap()
    }

    #[test]
    fn cases_times_their_pack_are_bottles_exactly() {
        for pack in [12_u64, 16, 20, 24] {
            let bottles_per_case = Ratio::new(pack, 1).unwrap();
            for cases in ["1", "7", "833", "100000"] {
                let bottles = bottles_per_case.apply(d(cases)).unwrap();
                assert_eq!(bottles.value, d(cases) * Decimal::from(pack), "{pack}");
                assert!(bottles.is_exact);
                let back = bottles_per_case.inverse().apply(bottles.value).unwrap();
                assert_eq!((back.value, back.is_exact), (d(cases), true), "{pack}");
            }
        }
    }

    #[test]
    fn half_litre_bottles_come_out_of_a_tank_without_an_error() {
        // 0.5 l for one bottle, 24 bottles for a case: 1 hl is 200 bottles, 8 1/3 cases.
        let bottles = unit("HLT")
            .ratio_to(unit("LTR"))
            .and_then(|litres| litres.then(ratio("1", "0.5")))
            .unwrap();
        assert_eq!(bottles.apply(d("1")).unwrap().value, d("200"));
        let cases = bottles.then(Ratio::new(1, 24).unwrap()).unwrap();
        assert_eq!(cases.to_string(), "25/3");
        let one = cases.apply(d("1")).unwrap();
        assert_eq!((one.value, one.is_exact), (d("8.333333333"), false));
        let three = cases.apply(d("3")).unwrap();
        assert_eq!((three.value, three.is_exact), (d("25"), true));
    }

    #[test]
    fn what_cannot_be_written_is_rounded_to_the_even_digit_and_says_so() {
        let third = Ratio::new(1, 3).unwrap();
        assert_eq!(third.apply(d("2")).unwrap().value, d("0.666666667"));
        assert_eq!(third.apply(d("-2")).unwrap().value, d("-0.666666667"));
        let half = Ratio::new(1, 2).unwrap();
        for (value, rounded) in [
            ("0.000000001", "0"),
            ("0.000000003", "0.000000002"),
            ("0.000000005", "0.000000002"),
        ] {
            let converted = half.apply(d(value)).unwrap();
            assert_eq!((converted.value, converted.is_exact), (d(rounded), false));
        }
        assert!(half.apply(d("0.000000002")).unwrap().is_exact);
    }

    #[test]
    fn one_factor_has_one_form() {
        assert_eq!(ratio("0.5", "1"), ratio("1", "2"));
        assert_eq!(ratio("1000", "0.001"), Ratio::new(1_000_000, 1).unwrap());
        let fine = ratio("9999999999", "0.000000001");
        assert_eq!(fine.inverse(), ratio("0.000000001", "9999999999"));
    }

    #[test]
    fn nothing_and_less_make_no_factor() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        for (above, below) in [("0", "1"), ("1", "0"), ("-1", "1"), ("1", "-0.5")] {
            let refused = Ratio::of(amount(above), amount(below));
            assert_eq!(refused, Err(InvalidRatio::NotPositive), "{above}/{below}");
        }
        assert_eq!(Ratio::new(0, 1), Err(InvalidRatio::NotPositive));
        let fine = Ratio::of(amount("999999999999999.999999999"), amount("0.000000007"));
        assert_eq!(fine, Err(InvalidRatio::TooManyDigits));
    }

    #[test]
    fn what_leaves_the_limits_of_an_amount_is_no_amount() {
        let thousand = Ratio::new(1_000, 1).unwrap();
        assert_eq!(thousand.apply(d("1000000000000")), None);
        assert!(thousand.apply(d("999999999999.999")).is_some());
        let huge = Ratio::new(u64::MAX, 1).unwrap();
        assert_eq!(huge.apply(d("999999999999999.999999999")), None);
        assert_eq!(huge.then(huge), None);
    }

    #[test]
    fn physical_units_convert_without_a_material() {
        for (from, to, value, expected) in [
            ("TNE", "KGM", "1.25", "1250"),
            ("GRM", "KGM", "12.5", "0.0125"),
            ("HUR", "MIN", "1.5", "90"),
            ("LBR", "KGM", "1", "0.45359237"),
            ("GLL", "LTR", "2", "7.570823568"),
            ("DZN", "H87", "2", "24"),
            ("MTQ", "HLT", "3", "30"),
        ] {
            let converted = unit(from).ratio_to(unit(to)).unwrap().apply(d(value));
            assert_eq!(converted.unwrap().value, d(expected), "{from} to {to}");
        }
        for (from, to) in [
            ("KGM", "LTR"),
            ("XCS", "H87"),
            ("XBO", "LTR"),
            ("AB1", "KGM"),
        ] {
            assert_eq!(unit(from).ratio_to(unit(to)), None, "{from} to {to}");
        }
    }
}
