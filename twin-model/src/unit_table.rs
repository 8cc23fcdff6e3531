//! What is known of units without any material: spellings, and how physical units convert.
//!
//! Codes and factors are those of UN/ECE Recommendations 20 and 21. A code that is not listed here
//! is a unit all the same; it converts only where a material says how.

use crate::Unit;

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Of mass; the kilogram stands for it.
    Mass,
    /// Of volume; the litre stands for it.
    Volume,
    /// Of length; the metre stands for it.
    Length,
    /// Of area; the square metre stands for it.
    Area,
    /// Of time; the second stands for it.
    Duration,
    /// Of energy; the kilowatt hour stands for it.
    Energy,
    /// Of number; the piece stands for it.
    Count,
}

/// The code that plants and ERP systems mean when they write `text`.
pub(crate) fn meant_by(text: &str) -> Option<&'static str> {
    Some(match text {
        "PC" | "PCS" | "PCE" | "EA" | "ST" | "piece" | "pieces" | "pcs" | "each" => "H87",
        "KG" | "kg" | "Kg" => "KGM",
        "G" | "g" => "GRM",
        "MG" | "mg" => "MGM",
        "T" | "t" | "TO" => "TNE",
        "LB" | "lb" | "lbs" => "LBR",
        "OZ" | "oz" => "ONZ",
        "L" | "l" => "LTR",
        "ML" | "ml" | "mL" => "MLT",
        "CL" | "cl" => "CLT",
        "HL" | "hl" => "HLT",
        "M3" | "m3" => "MTQ",
        "M" | "m" => "MTR",
        "MM" | "mm" => "MMT",
        "CM" | "cm" => "CMT",
        "KM" | "km" => "KMT",
        "M2" | "m2" => "MTK",
        "s" | "sec" => "SEC",
        "min" => "MIN",
        "H" | "h" | "HR" | "hr" | "hour" => "HUR",
        "kWh" => "KWH",
        "DZ" | "dozen" => "DZN",
        "pair" => "PR",
        _ => return pack_meant_by(text),
    })
}

/// Packings: older codes without the `X`, ERP spellings, and words.
fn pack_meant_by(text: &str) -> Option<&'static str> {
    Some(match text {
        "BO" | "BOT" | "bottle" | "bottles" => "XBO",
        "CS" | "case" | "cases" => "XCS",
        "CT" | "CAR" | "carton" | "cartons" => "XCT",
        "BX" | "box" | "boxes" => "XBX",
        "BG" | "BAG" | "bag" | "bags" => "XBG",
        "SA" | "sack" | "sacks" => "XSA",
        "CR" | "crate" | "crates" => "XCR",
        "DR" | "drum" | "drums" => "XDR",
        "keg" | "kegs" => "XKG",
        "can" | "cans" => "XCX",
        "jug" | "jugs" => "XJG",
        "PAL" | "PX" | "pallet" | "pallets" => "XPX",
        "PK" | "PAC" | "pack" | "packs" => "XPK",
        "RO" | "ROL" | "roll" | "rolls" => "XRO",
        _ => return None,
    })
}

/// Units that are counted beside the packings.
pub(crate) fn is_counted(code: &str) -> bool {
    matches!(
        code,
        "H87" | "C62" | "PR" | "NPR" | "DZN" | "GRO" | "CEN" | "MIL" | "SET"
    )
}

impl Unit {
    /// The unit that stands for what this one measures: kilogram, litre, metre, square metre,
    /// second, kilowatt hour or piece; the unit itself where nothing is known of it.
    pub(crate) fn standing(self) -> Unit {
        let code = match self.physical() {
            Some((Dimension::Mass, ..)) => "KGM",
            Some((Dimension::Volume, ..)) => "LTR",
            Some((Dimension::Length, ..)) => "MTR",
            Some((Dimension::Area, ..)) => "MTK",
            Some((Dimension::Duration, ..)) => "SEC",
            Some((Dimension::Energy, ..)) => "KWH",
            Some((Dimension::Count, ..)) => "H87",
            None => return self,
        };
        match code.parse() {
            Ok(unit) => unit,
            Err(error) => unreachable!("{error}"),
        }
    }

    /// What the unit measures, and how much of its dimension's standing unit one of it is, as a
    /// numerator and a denominator; `None` for packings and unlisted codes.
    pub(crate) fn physical(self) -> Option<(Dimension, u64, u64)> {
        use Dimension::{Area, Count, Duration, Energy, Length, Mass, Volume};
        Some(match self.as_str() {
            "KGM" => (Mass, 1, 1),
            "GRM" => (Mass, 1, 1_000),
            "MGM" => (Mass, 1, 1_000_000),
            "TNE" => (Mass, 1_000, 1),
            "LBR" => (Mass, 45_359_237, 100_000_000),
            "ONZ" => (Mass, 45_359_237, 1_600_000_000),
            "LTR" | "DMQ" => (Volume, 1, 1),
            "MLT" | "CMQ" => (Volume, 1, 1_000),
            "CLT" => (Volume, 1, 100),
            "DLT" => (Volume, 1, 10),
            "HLT" => (Volume, 100, 1),
            "MTQ" => (Volume, 1_000, 1),
            "GLL" => (Volume, 473_176_473, 125_000_000),
            "GLI" => (Volume, 454_609, 100_000),
            "OZA" => (Volume, 473_176_473, 16_000_000_000),
            "MTR" => (Length, 1, 1),
            "MMT" => (Length, 1, 1_000),
            "CMT" => (Length, 1, 100),
            "DMT" => (Length, 1, 10),
            "KMT" => (Length, 1_000, 1),
            "INH" => (Length, 254, 10_000),
            "FOT" => (Length, 3_048, 10_000),
            "YRD" => (Length, 9_144, 10_000),
            "MTK" => (Area, 1, 1),
            "CMK" => (Area, 1, 10_000),
            "MMK" => (Area, 1, 1_000_000),
            "SEC" => (Duration, 1, 1),
            "C26" => (Duration, 1, 1_000),
            "MIN" => (Duration, 60, 1),
            "HUR" => (Duration, 3_600, 1),
            "DAY" => (Duration, 86_400, 1),
            "KWH" => (Energy, 1, 1),
            "MWH" => (Energy, 1_000, 1),
            "JOU" => (Energy, 1, 3_600_000),
            "H87" | "C62" => (Count, 1, 1),
            "PR" | "NPR" => (Count, 2, 1),
            "DZN" => (Count, 12, 1),
            "CEN" => (Count, 100, 1),
            "GRO" => (Count, 144, 1),
            "MIL" => (Count, 1_000, 1),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_those_of_the_recommendation() {
        for (code, numerator, denominator) in [
            ("LBR", 45_359_237, 100_000_000),
            // 28.349523125 g.
            ("ONZ", 28_349_523_125, 1_000_000_000_000),
            // 3.785411784 l and 29.5735295625 ml.
            ("GLL", 3_785_411_784, 1_000_000_000),
            ("OZA", 295_735_295_625, 10_000_000_000_000),
            ("INH", 254, 10_000),
        ] {
            let (_, n, d) = code.parse::<Unit>().unwrap().physical().unwrap();
            assert_eq!(
                u128::from(n) * denominator,
                numerator * u128::from(d),
                "{code}"
            );
        }
    }

    #[test]
    fn a_larger_unit_is_a_whole_number_of_smaller_ones() {
        for (large, count, small) in [
            ("TNE", 1_000, "KGM"),
            ("KGM", 1_000, "GRM"),
            ("GRM", 1_000, "MGM"),
            ("LBR", 16, "ONZ"),
            ("MTQ", 10, "HLT"),
            ("HLT", 100, "LTR"),
            ("LTR", 10, "DLT"),
            ("DLT", 10, "CLT"),
            ("CLT", 10, "MLT"),
            ("DMQ", 1_000, "CMQ"),
            ("GLL", 128, "OZA"),
            ("GLI", 454_609, "MLT"),
            ("KMT", 1_000, "MTR"),
            ("MTR", 10, "DMT"),
            ("DMT", 10, "CMT"),
            ("CMT", 10, "MMT"),
            ("YRD", 3, "FOT"),
            ("FOT", 12, "INH"),
            ("MTK", 10_000, "CMK"),
            ("CMK", 100, "MMK"),
            ("DAY", 24, "HUR"),
            ("HUR", 60, "MIN"),
            ("MIN", 60, "SEC"),
            ("SEC", 1_000, "C26"),
            ("MWH", 1_000, "KWH"),
            ("KWH", 3_600_000, "JOU"),
            ("MIL", 10, "CEN"),
            ("CEN", 50, "PR"),
            ("GRO", 12, "DZN"),
            ("DZN", 6, "NPR"),
            ("NPR", 2, "C62"),
            ("PR", 2, "H87"),
        ] {
            let size = |code: &str| code.parse::<Unit>().unwrap().physical().unwrap();
            let (measures, above, below) = size(large);
            let (same, small_above, small_below) = size(small);
            // An imperial gallon is 4,546.09 ml.
            let hundredths = if large == "GLI" { 1 } else { 100 };
            let whole = 100 * u128::from(above) * u128::from(small_below);
            let parts = count * hundredths * u128::from(small_above) * u128::from(below);
            assert_eq!((measures, whole), (same, parts), "{large} in {small}");
        }
    }

    #[test]
    fn a_pack_has_no_size_of_its_own() {
        for pack in ["bottle", "case", "pallet"] {
            assert_eq!(pack.parse::<Unit>().unwrap().physical(), None, "{pack}");
        }
    }
}
