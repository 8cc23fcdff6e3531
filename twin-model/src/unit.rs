//! Units of measure: UN/ECE Recommendation 20 codes, with the aliases that plants really send.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A unit of measure: a UN/ECE Recommendation 20 code of two or three characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit([u8; 3]);

/// A text that names no unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a unit: {text:?} (a UN/ECE Recommendation 20 code such as H87, KGM, LTR)")]
pub struct InvalidUnit {
    text: String,
}

/// What plants and ERP systems write for a unit, and the code that it means.
const ALIASES: [(&str, &str); 16] = [
    ("PC", "H87"),
    ("PCS", "H87"),
    ("PCE", "H87"),
    ("EA", "H87"),
    ("ST", "H87"),
    ("piece", "H87"),
    ("KG", "KGM"),
    ("kg", "KGM"),
    ("G", "GRM"),
    ("g", "GRM"),
    ("L", "LTR"),
    ("l", "LTR"),
    ("M", "MTR"),
    ("m", "MTR"),
    ("T", "TNE"),
    ("t", "TNE"),
];

/// Units that are counted: half of one does not exist.
const COUNTED: [&str; 4] = ["H87", "CS", "XBX", "PR"];

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

    /// Whether quantities in this unit are whole numbers.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        COUNTED.contains(&self.as_str())
    }
}

impl FromStr for Unit {
    type Err = InvalidUnit;

    fn from_str(text: &str) -> Result<Unit, InvalidUnit> {
        let code = ALIASES
            .iter()
            .find(|(alias, _)| *alias == text)
            .map_or(text, |(_, code)| code);
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

    #[test]
    fn aliases_name_the_same_unit_as_their_code() {
        for (alias, code) in ALIASES {
            assert_eq!(alias.parse::<Unit>(), code.parse::<Unit>(), "{alias}");
        }
        assert!("bottle".parse::<Unit>().is_err());
    }

    #[test]
    fn pieces_are_counted_and_kilograms_are_not() {
        assert!(Unit::PIECE.is_counted());
        assert!(!Unit::KILOGRAM.is_counted());
    }
}
