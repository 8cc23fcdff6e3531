//! Which system owns which field.

use std::fmt;

/// A kind of system around the plant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// The twin itself: what it derives, nobody writes.
    Twin,
}

impl System {
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
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
