//! How far a plant lets things differ before somebody must hear of it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{LimitRatio, Quantity, Unit};

/// How far something may differ from what was expected. Something is beyond it when it exceeds
/// everything that is given here: so small orders do not alarm because of a share, nor large ones
/// because of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// A share of what was expected.
    pub share: Option<LimitRatio>,
    /// A quantity.
    pub quantity: Option<Quantity>,
}

impl Limit {
    /// Whether a difference is more than is allowed; `None` when the quantity cannot be compared
    /// with something in `unit`.
    pub(crate) fn is_exceeded(
        &self,
        difference: Decimal,
        expected: Decimal,
        unit: Unit,
    ) -> Option<bool> {
        let difference = difference.abs();
        let beyond_share = self.share.is_none_or(|share| {
            let above = Decimal::from(share.numerator);
            let below = Decimal::from(share.denominator);
            // Compared crosswise, so that nothing is rounded. Both factors are at most a million.
            difference * below > expected.abs() * above
        });
        let Some(quantity) = self.quantity else {
            return Some(beyond_share && self.share.is_some());
        };
        let value = quantity.value.value();
        let allowed = match quantity.unit == unit {
            true => value,
            false => quantity.unit.ratio_to(unit)?.apply(value)?.value,
        };
        Some(beyond_share && difference > allowed)
    }

    /// In words: `5/100 of what was expected and 2 KGM`.
    pub(crate) fn in_words(&self) -> String {
        let share = self.share.map(|share| {
            let LimitRatio {
                numerator,
                denominator,
            } = share;
            format!("{numerator}/{denominator} of what was expected")
        });
        let quantity = self.quantity.map(|quantity| quantity.to_string());
        let both: Vec<String> = share.into_iter().chain(quantity).collect();
        both.join(" and ")
    }
}
