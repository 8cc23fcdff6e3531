//! Units of measure: UN/ECE Recommendation 20 codes, with the spellings that plants really send.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::unit_table;

/// A unit of measure: a UN/ECE Recommendation 20 code of two or three characters, or a packing of
/// Recommendation 21 with `X` before it (`XBO` bottle, `XCS` case).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit([u8; 3]);

/// A text that names no unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a unit: {text:?} (a UN/ECE Recommendation 20 code such as H87, KGM, LTR)")]
pub struct InvalidUnit {
    text: String,
}

impl Unit {
    /// One piece (UN/ECE `H87`).
    pub const PIECE: Unit = Unit(*b"H87");
    /// One kilogram (UN/ECE `KGM`).
    pub const KILOGRAM: Unit = Unit(*b"KGM");

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let len = if self.0[2] == 0 { 2 } else { 3 };
        // The bytes were checked to be ASCII when the unit was made.
        std::str::from_utf8(&self.0[..len]).unwrap_or("???")
    }

    /// Whether quantities in this unit are whole numbers: half of a piece or of a pack does not
    /// exist.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.is_pack() || unit_table::is_counted(self.as_str())
    }

    /// Whether the unit is a packing. What goes into one is said by each material for itself.
    #[must_use]
    pub fn is_pack(&self) -> bool {
        self.0[0] == b'X' && self.0[2] != 0
    }
}

impl FromStr for Unit {
    type Err = InvalidUnit;

    fn from_str(text: &str) -> Result<Unit, InvalidUnit> {
        let code = unit_table::meant_by(text).unwrap_or(text);
        let bytes = code.as_bytes();
        let plain = bytes
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        match *bytes {
            [a, b] if plain => Ok(Unit([a, b, 0])),
            [a, b, c] if plain => Ok(Unit([a, b, c])),
            _ => Err(InvalidUnit {
                text: text.chars().take(20).collect(),
            }),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({})", self.as_str())
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Unit, D::Error> {
        deserializer.deserialize_str(UnitVisitor)
    }
}

struct UnitVisitor;

impl serde::de::Visitor<'_> for UnitVisitor {
    type Value = Unit;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a UN/ECE Recommendation 20 unit code")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Unit, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> Unit {
        text.parse().unwrap()
    }

    #[test]
    fn spellings_of_one_unit_are_one_unit() {
        for (spellings, code) in [
            (
                &["PC", "PCS", "PCE", "EA", "ST", "piece", "pieces"][..],
                "H87",
            ),
            (&["KG", "kg", "Kg"], "KGM"),
            (&["G", "g"], "GRM"),
            (&["T", "t", "TO"], "TNE"),
            (&["L", "l"], "LTR"),
            (&["ml", "ML"], "MLT"),
            (&["M", "m"], "MTR"),
            (&["h", "H", "HR", "hour"], "HUR"),
            (&["min"], "MIN"),
            (&["bottle", "BO", "BOT"], "XBO"),
            (&["case", "CS"], "XCS"),
            (&["pallet", "PAL"], "XPX"),
        ] {
            for spelling in spellings {
                assert_eq!(unit(spelling), unit(code), "{spelling}");
            }
            assert_eq!(unit(code).as_str(), code);
        }
    }

    #[test]
    fn what_is_no_code_and_no_known_spelling_is_no_unit() {
        for text in ["", "x", "kilo", "h87", "K-G", "STUECK", "KGMS"] {
            assert!(text.parse::<Unit>().is_err(), "{text}");
        }
    }

    #[test]
    fn pieces_and_packs_are_counted_and_kilograms_are_not() {
        for counted in ["H87", "C62", "PR", "XBO", "XCS", "XBX", "XPX"] {
            assert!(unit(counted).is_counted(), "{counted}");
        }
        for measured in ["KGM", "LTR", "MTR", "HUR", "MTK"] {
            assert!(!unit(measured).is_counted(), "{measured}");
        }
        assert!(unit("bottle").is_pack() && !Unit::PIECE.is_pack());
    }
}
