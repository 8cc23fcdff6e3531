//! Shares: a tolerance of 10 % is written `0.1` by some systems and `10` by others.

use std::fmt;

use rust_decimal::Decimal;

use crate::Amount;

/// A part of a whole, from nothing to all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Share(Amount);

/// How a system writes shares. A value alone does not tell: `1` is all of it, or 1 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShareScale {
    /// From 0 to 1.
    Fraction,
    /// From 0 to 100.
    Percent,
}

/// A number that is no share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{value} is no share: from 0 to {most} is expected")]
pub struct InvalidShare {
    value: Decimal,
    most: Decimal,
}

impl Share {
    /// Nothing.
    pub const NONE: Share = Share(Amount::ZERO);

    /// The share that a system writes as `value` on its `scale`.
    ///
    /// # Errors
    /// [`InvalidShare`] when the value is below nothing, above all, or finer than an amount.
    pub fn read(value: Decimal, scale: ShareScale) -> Result<Share, InvalidShare> {
        let most = match scale {
            ShareScale::Fraction => Decimal::ONE,
            ShareScale::Percent => Decimal::ONE_HUNDRED,
        };
        let invalid = InvalidShare { value, most };
        if !(Decimal::ZERO..=most).contains(&value) {
            return Err(invalid);
        }
        let fraction = value / most;
        Amount::try_from(fraction).map(Share).map_err(|_| invalid)
    }

    /// From 0 to 1.
    #[must_use]
    pub fn fraction(self) -> Decimal {
        self.0.value()
    }

    /// From 0 to 100.
    #[must_use]
    pub fn percent(self) -> Decimal {
        (self.0.value() * Decimal::ONE_HUNDRED).normalize()
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.percent())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, scale: ShareScale) -> Result<Share, InvalidShare> {
        Share::read(text.parse().unwrap(), scale)
    }

    #[test]
    fn ten_percent_is_a_tenth_however_it_is_written() {
        let tenth = read("0.1", ShareScale::Fraction).unwrap();
        assert_eq!(read("10", ShareScale::Percent), Ok(tenth));
        assert_eq!(tenth.to_string(), "10 %");
        assert_eq!(tenth.fraction() + tenth.fraction(), "0.2".parse().unwrap());
    }

    #[test]
    fn one_is_all_or_a_hundredth_and_the_scale_says_which() {
        let all = read("1", ShareScale::Fraction).unwrap();
        let hundredth = read("1", ShareScale::Percent).unwrap();
        assert_eq!((all.percent(), hundredth.percent()), (100.into(), 1.into()));
    }

    #[test]
    fn less_than_nothing_and_more_than_all_is_no_share() {
        for (value, scale) in [
            ("-0.01", ShareScale::Fraction),
            ("1.01", ShareScale::Fraction),
            ("10", ShareScale::Fraction),
            ("100.5", ShareScale::Percent),
            ("0.00000001", ShareScale::Percent),
        ] {
            assert!(read(value, scale).is_err(), "{value} {scale:?}");
        }
    }
}
