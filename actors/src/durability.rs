//! What an acknowledgement of a plant is worth.

use serde::{Deserialize, Serialize};

/// When a commit counts as made, and with it everything that is acknowledged, answered or handed
/// out because of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// Once its record is on stable storage: the end of the process, the operating system or the
    /// power takes nothing back.
    #[default]
    Synced,
    /// Once the operating system has its record. The end of the process takes nothing back; the
    /// end of the system, or of the power, takes what the system had not written, and may leave a
    /// directory that no start can read. For plants whose source can tell everything again:
    /// simulations and measurements.
    UnsafeUnsynced,
}

impl Durability {
    /// The name in configurations and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Durability::Synced => "synced",
            Durability::UnsafeUnsynced => "unsafe_unsynced",
        }
    }
}
