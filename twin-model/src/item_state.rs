//! What a machine says that it does.

use serde::{Deserialize, Serialize};

/// State of the machine (OPC 40001-1 MachineryItemState).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Not there: switched off or unknown.
    #[default]
    NotAvailable,
    /// Broken or taken out of service.
    OutOfService,
    /// Ready, doing nothing.
    NotExecuting,
    /// Working.
    Executing,
}

impl ItemState {
    /// The state's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ItemState::NotAvailable => "not_available",
            ItemState::OutOfService => "out_of_service",
            ItemState::NotExecuting => "not_executing",
            ItemState::Executing => "executing",
        }
    }
}

/// What the machine is used for (OPC 40001-1 MachineryOperationMode).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing in particular.
    #[default]
    None,
    /// Maintenance.
    Maintenance,
    /// Production.
    Processing,
    /// Set-up.
    Setup,
}

impl Mode {
    /// The mode's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::None => "none",
            Mode::Maintenance => "maintenance",
            Mode::Processing => "processing",
            Mode::Setup => "setup",
        }
    }
}

/// Why a machine that could work does not, where it says so.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum IdleCause {
    /// Nothing comes in.
    Starved,
    /// Nothing can go out.
    Blocked,
}

impl IdleCause {
    /// The cause's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            IdleCause::Starved => "starved",
            IdleCause::Blocked => "blocked",
        }
    }
}
