//! Typed identifiers. Text becomes an id once, at the edge, and stays one.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::check_digit::{SSCC_DIGITS, has_check_digit};

/// Longest identifier, in bytes of UTF-8.
pub const ID_BYTES_MAX: usize = 96;

/// A text that cannot be an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// No characters at all.
    #[error("an identifier may not be empty")]
    Empty,
    /// More than [`ID_BYTES_MAX`] bytes.
    #[error("an identifier has at most {ID_BYTES_MAX} bytes, this one has {bytes}")]
    TooLong {
        /// Bytes found.
        bytes: usize,
    },
    /// Control characters, or a blank at either end.
    #[error("an identifier has no control characters and no blank at its ends: {text:?}")]
    Unprintable {
        /// The refused text.
        text: SmolStr,
    },
    /// The 18 digits of an SSCC of which the last one is wrong: somebody mistyped it.
    #[error("{text} is no SSCC: its check digit is wrong")]
    CheckDigit {
        /// The refused text.
        text: SmolStr,
    },
}

fn checked(text: &str) -> Result<SmolStr, InvalidId> {
    if text.is_empty() {
        return Err(InvalidId::Empty);
    }
    if text.len() > ID_BYTES_MAX {
        return Err(InvalidId::TooLong { bytes: text.len() });
    }
    let blank_end = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    if blank_end || text.chars().any(char::is_control) {
        return Err(InvalidId::Unprintable { text: text.into() });
    }
    Ok(SmolStr::new(text))
}

/// A text of 18 digits is an SSCC and must be a right one; what else a source numbers its units by
/// is taken as it is.
fn checked_unit(text: &str) -> Result<SmolStr, InvalidId> {
    let is_sscc = text.len() == SSCC_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_sscc && !has_check_digit(text) {
        return Err(InvalidId::CheckDigit { text: text.into() });
    }
    checked(text)
}

macro_rules! id_type {
    ($($(#[$doc:meta])* $name:ident by $check:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                $check(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "minLength": 1, "maxLength": ID_BYTES_MAX })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(IdVisitor($check)).map(Self)
            }
        }
    )+};
}

struct IdVisitor(fn(&str) -> Result<SmolStr, InvalidId>);

impl serde::de::Visitor<'_> for IdVisitor {
    type Value = SmolStr;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an identifier of 1 to {ID_BYTES_MAX} bytes")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<SmolStr, E> {
        (self.0)(text).map_err(E::custom)
    }
}

id_type! {
    /// One plant: the unit that is decided together.
    PlantId by checked,
    /// A production order of the ERP.
    WorkOrderId by checked,
    /// An operation within a work order.
    OperationId by checked,
    /// A lot (batch) of material, unique within its plant.
    LotId by checked,
    /// A work center (ISA-95), the place where operations run.
    WorkCenterId by checked,
    /// A quality hold.
    HoldId by checked,
    /// A delivery whose lots must be cleared before they ship.
    DeliveryId by checked,
    /// A material number.
    MaterialId by checked,
    /// The id of one event, unique within its source.
    EventId by checked,
    /// The system that sent an event (CloudEvents `source`).
    SourceId by checked,
    /// An inspection of the QMS.
    InspectionId by checked,
    /// A nonconformance of the QMS.
    NonconformanceId by checked,
    /// An order of maintenance.
    MaintenanceId by checked,
    /// A packing unit, such as a pallet by its SSCC.
    LogisticUnitId by checked_unit,
    /// What a gate gives when it clears a delivery: it names the lots in the versions that were
    /// judged.
    GateToken by checked,
    /// A person who works at a work center, as the sending system names them.
    WorkerId by checked,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_refused_when_empty_too_long_or_unprintable() {
        assert_eq!("".parse::<LotId>(), Err(InvalidId::Empty));
        let long = "x".repeat(ID_BYTES_MAX + 1);
        assert_eq!(long.parse::<LotId>(), Err(InvalidId::TooLong { bytes: 97 }));
        for text in [" L", "L ", "a\nb", "\u{7}"] {
            assert!(
                matches!(text.parse::<LotId>(), Err(InvalidId::Unprintable { .. })),
                "{text:?}"
            );
        }
    }

    #[test]
    fn eighteen_digits_of_a_unit_are_an_sscc_with_its_check_digit() {
        let sscc = "106141412345678908";
        assert_eq!(sscc.parse::<LogisticUnitId>().unwrap().as_str(), sscc);
        let text: SmolStr = "106141412345678909".into();
        let wrong = Err(InvalidId::CheckDigit { text: text.clone() });
        assert_eq!(text.parse::<LogisticUnitId>(), wrong);
        for own in ["PALLET-7", "10614141234567890", "10614141234567890X"] {
            assert!(own.parse::<LogisticUnitId>().is_ok(), "{own}");
        }
        assert!(
            text.parse::<LotId>().is_ok(),
            "a lot number may look like anything"
        );
    }

    #[test]
    fn real_plant_names_are_identifiers() {
        for text in [
            "Turning & Milling Q.C.",
            "SETUP     Turning & Milling - Machine 5",
            "Größe/7",
        ] {
            assert_eq!(
                text.parse::<OperationId>().map(|id| id.to_string()),
                Ok(text.to_owned())
            );
        }
    }
}
