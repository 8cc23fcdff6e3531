//! What the twin tells other systems of quality holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{HoldId, HoldScope, LotId, Time};

/// Block what a hold reaches: it may not be packed, shipped or worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HoldBlockRequested {
    /// The hold.
    pub hold: HoldId,
    /// What it was placed on.
    pub scope: HoldScope,
    /// Why.
    pub reason: SmolStr,
    /// By whom.
    pub placed_by: SmolStr,
    /// When.
    pub placed_at: Time,
    /// Lots that it reaches and that were not told before, ascending, at most 1,000; more follow in
    /// commands of their own.
    pub lots: Vec<LotId>,
}

/// Release everything that was blocked for a hold: quality has ended it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HoldReleaseRequested {
    /// The hold.
    pub hold: HoldId,
    /// What it was placed on.
    pub scope: HoldScope,
    /// What quality decided.
    pub disposition: SmolStr,
    /// By whom.
    pub released_by: SmolStr,
    /// When.
    pub released_at: Time,
}
