//! Who owns what: systems, the sources that speak for them, and who may write.
//!
//! The owner decides. What another source says of a field is kept beside the object as a claim
//! ([`claim`]) and shown as a discrepancy as long as it differs from what stands.

pub(crate) mod claim;
mod field;
mod judge;
mod said;
mod split;
pub(crate) mod standing;
mod table;
pub(crate) mod writes;

pub use claim::{CLAIMS_PER_OBJECT_MAX, Claim, Claimed, Claims, Facet};
pub use field::Field;
pub use table::{Ownership, Writer};

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of system around the plant.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// Enterprise resource planning.
    Erp,
    /// Manufacturing execution.
    Mes,
    /// Quality management.
    Qms,
    /// Warehouse management.
    Wms,
    /// Maintenance management.
    Cmms,
    /// Machines and what connects them.
    Edge,
    /// The twin itself and its operator: what the twin derives, nobody writes.
    Twin,
}

impl System {
    /// All of them.
    pub const ALL: [System; 7] = [
        System::Erp,
        System::Mes,
        System::Qms,
        System::Wms,
        System::Cmms,
        System::Edge,
        System::Twin,
    ];

    /// The name that people read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            System::Erp => "ERP",
            System::Mes => "MES",
            System::Qms => "QMS",
            System::Wms => "WMS",
            System::Cmms => "CMMS",
            System::Edge => "edge",
            System::Twin => "twin",
        }
    }

    /// The system that a source names in its path: the first segment that is a system's name, so
    /// `/erp/sap` speaks for the ERP. Upper and lower case are the same.
    #[must_use]
    pub fn in_path(source: &str) -> Option<System> {
        source.split('/').find_map(|segment| {
            System::ALL
                .into_iter()
                .find(|system| segment.eq_ignore_ascii_case(system.as_str()))
        })
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The systems that may write a field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owners(u8);

impl Owners {
    /// Nobody at all; a start for [`Owners::and`].
    pub const NONE: Owners = Owners(0);
    /// Everybody, known or not.
    pub const ANYBODY: Owners = Owners(u8::MAX);

    /// These and one more.
    #[must_use]
    pub const fn and(self, system: System) -> Owners {
        Owners(self.0 | 1 << system as u8)
    }

    /// Those that are among both.
    #[must_use]
    pub const fn shared_with(self, other: Owners) -> Owners {
        Owners(self.0 & other.0)
    }

    /// Whether the system is among them.
    #[must_use]
    pub const fn has(self, system: System) -> bool {
        self.0 & 1 << system as u8 != 0
    }

    /// The systems, in the order of [`System::ALL`].
    pub fn systems(self) -> impl Iterator<Item = System> {
        System::ALL
            .into_iter()
            .filter(move |system| self.has(*system))
    }
}

impl FromIterator<System> for Owners {
    fn from_iter<I: IntoIterator<Item = System>>(systems: I) -> Owners {
        systems.into_iter().fold(Owners::NONE, Owners::and)
    }
}

/// As people say it: `MES or WMS`.
impl fmt::Display for Owners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Owners::ANYBODY {
            return f.write_str("anybody");
        }
        for (n, system) in self.systems().enumerate() {
            let between = if n == 0 { "" } else { " or " };
            write!(f, "{between}{system}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Owners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_recognised_by_a_whole_segment_of_the_path() {
        for (source, system) in [
            ("/erp/sap", Some(System::Erp)),
            ("/plant-1/MES/line-2", Some(System::Mes)),
            ("/edge/WC-3", Some(System::Edge)),
            ("https://qms.example.com/qms", Some(System::Qms)),
            ("/mes/erp-gateway", Some(System::Mes)),
            ("/merpel", None),
            ("/import", None),
        ] {
            assert_eq!(System::in_path(source), system, "{source}");
        }
    }

    #[test]
    fn owners_are_named_as_people_say_it() {
        let owners: Owners = [System::Wms, System::Mes].into_iter().collect();
        assert_eq!(owners.to_string(), "MES or WMS");
        assert_eq!(Owners::ANYBODY.to_string(), "anybody");
    }
}
