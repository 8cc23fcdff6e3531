//! What stops things, and what ends that.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{HoldId, HoldScope, NonconformanceId};

/// Quality (or any system) stops something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct HoldPlaced {
    /// Hold number.
    pub hold: HoldId,
    /// What is held.
    pub scope: HoldScope,
    /// Why.
    pub reason: SmolStr,
    /// By whom; the event's source when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed_by: Option<SmolStr>,
    /// The nonconformance that it is placed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ncr: Option<NonconformanceId>,
    /// Whether it goes on to what is made from what is held, at any depth; yes when absent.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub propagate: bool,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_yes(value: &bool) -> bool {
    *value
}

/// Quality ends a hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct HoldReleased {
    /// Hold number.
    pub hold: HoldId,
    /// What was decided.
    pub disposition: SmolStr,
    /// By whom.
    pub released_by: SmolStr,
}
