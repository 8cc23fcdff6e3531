//! What ties a lot to one that it was made from.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Time;

/// What a lot has of one of its parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parentage {
    /// How much of the parent went in, in the parent's unit.
    pub quantity: Decimal,
    /// When the first of it went in.
    pub since: Time,
}

impl Parentage {
    /// Nothing yet, at a time.
    pub(crate) fn none_since(since: Time) -> Parentage {
        Parentage {
            quantity: Decimal::ZERO,
            since,
        }
    }
}
