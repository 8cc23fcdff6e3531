//! Exact decimal amounts, with and without their unit. Never floats.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Rejection, Unit};

/// Most digits behind the decimal point of an amount that comes from outside.
pub const QUANTITY_SCALE_MAX: u32 = 9;
/// An amount from outside is smaller than this. Together with [`QUANTITY_SCALE_MAX`] it keeps
/// sums of ten thousand amounts exact within the 96 bits of a decimal.
pub const QUANTITY_ABS_MAX: i64 = 1_000_000_000_000_000;

/// An exact amount, non-negative or negative, within the limits of this module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(Decimal);

/// A text that is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAmount {
    /// Not a decimal number.
    #[error("not a decimal number: {text:?}")]
    NotDecimal {
        /// The refused text, cut to 40 characters.
        text: String,
    },
    /// Too large or too fine.
    #[error(
        "{text} is outside the limits: below {QUANTITY_ABS_MAX}, \
         at most {QUANTITY_SCALE_MAX} digits behind the point"
    )]
    OutOfLimits {
        /// The refused text, cut to 40 characters.
        text: String,
    },
}

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount(Decimal::ZERO);
    /// One.
    pub const ONE: Amount = Amount(Decimal::ONE);

    /// The exact value.
    #[must_use]
    pub fn value(self) -> Decimal {
        self.0
    }

    /// Whether the amount is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }
}

impl TryFrom<Decimal> for Amount {
    type Error = InvalidAmount;

    fn try_from(value: Decimal) -> Result<Amount, InvalidAmount> {
        // Normalised, so that 1.0 and 1 are one value with one text and one hash.
        let value = value.normalize();
        if value.scale() > QUANTITY_SCALE_MAX || value.abs() >= Decimal::from(QUANTITY_ABS_MAX) {
            return Err(InvalidAmount::OutOfLimits {
                text: value.to_string(),
            });
        }
        Ok(Amount(value))
    }
}

impl FromStr for Amount {
    type Err = InvalidAmount;

    fn from_str(text: &str) -> Result<Amount, InvalidAmount> {
        Decimal::from_str_exact(text)
            .map_err(|_| InvalidAmount::NotDecimal {
                text: text.chars().take(40).collect(),
            })
            .and_then(Amount::try_from)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(AmountVisitor)
        } else {
            deserializer.deserialize_str(AmountVisitor)
        }
    }
}

/// Digits that a JSON number with a point keeps (IEEE 754 binary64): with more of them, what is read
/// may not be what was written.
const FLOAT_DIGITS_MAX: usize = 15;

struct AmountVisitor;

impl serde::de::Visitor<'_> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number, as a string or a plain number")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Amount, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Amount, E> {
        Amount::try_from(Decimal::from(number)).map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Amount, E> {
        Amount::try_from(Decimal::from(number)).map_err(E::custom)
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Amount, E> {
        let text = number.to_string();
        let digits = text.trim_start_matches(['-', '0', '.']);
        let digits = digits.bytes().filter(u8::is_ascii_digit).count();
        if digits > FLOAT_DIGITS_MAX {
            return Err(E::custom(format_args!(
                "a number with more than {FLOAT_DIGITS_MAX} digits and a point is not read exactly; \
                 write it as a string"
            )));
        }
        // The shortest text that reads back as this number is what the sender wrote.
        text.parse().map_err(E::custom)
    }
}

/// An amount with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// How much.
    pub value: Amount,
    /// Of which unit.
    pub unit: Unit,
}

impl Quantity {
    /// Checks that the amount is not negative and is whole where the unit is counted.
    ///
    /// # Errors
    /// [`Rejection::NegativeQuantity`] or [`Rejection::FractionOfCounted`] (R20), both naming
    /// `field`.
    pub fn check(&self, field: &'static str) -> Result<(), Rejection> {
        check_amount(self.value, self.unit, field)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, self.unit)
    }
}

/// As [`Quantity::check`], for an amount whose unit stands beside it.
pub(crate) fn check_amount(
    amount: Amount,
    unit: Unit,
    field: &'static str,
) -> Result<(), Rejection> {
    if amount.is_negative() {
        return Err(Rejection::NegativeQuantity {
            field,
            value: Cow::Owned(amount.to_string()),
        });
    }
    if !amount.0.is_integer() && unit.is_counted() {
        return Err(Rejection::FractionOfCounted {
            field,
            value: amount.0,
            unit,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_number_is_read_as_it_was_written_or_not_at_all() {
        let read = |text: &str| serde_json::from_str::<Amount>(text);
        for text in [
            "0.1",
            "-12.5",
            "99999999999999.9",
            "0.000000001",
            "999999999999999",
        ] {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
        for text in [
            "99999999999999.99",
            "100000000000.123456789",
            "0.30000000000000004",
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains("write it as a string"), "{text}: {error}");
        }
        let exact = read("\"99999999999999.99\"").unwrap();
        assert_eq!(exact.to_string(), "99999999999999.99");
    }

    #[test]
    fn one_value_has_one_text() {
        let plain: Amount = "1".parse().unwrap();
        assert_eq!("1.000".parse::<Amount>(), Ok(plain));
        assert_eq!("1.000".parse::<Amount>().unwrap().to_string(), "1");
    }

    #[test]
    fn amounts_outside_the_limits_are_refused() {
        for text in ["1000000000000000", "-1000000000000000", "0.0000000001"] {
            assert!(
                matches!(
                    text.parse::<Amount>(),
                    Err(InvalidAmount::OutOfLimits { .. })
                ),
                "{text}"
            );
        }
        for text in ["", "1,5", "NaN", "1e3", "0x10"] {
            assert!(
                matches!(
                    text.parse::<Amount>(),
                    Err(InvalidAmount::NotDecimal { .. })
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn half_a_piece_is_refused_and_half_a_kilogram_is_not() {
        let half: Amount = "0.5".parse().unwrap();
        let piece = Quantity {
            value: half,
            unit: Unit::PIECE,
        };
        assert!(matches!(
            piece.check("good"),
            Err(Rejection::FractionOfCounted { .. })
        ));
        assert_eq!(
            Quantity {
                value: half,
                unit: Unit::KILOGRAM
            }
            .check("good"),
            Ok(())
        );
    }
}
