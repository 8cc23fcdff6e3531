//! Rounding happens where something is posted, and nowhere else; what a posting leaves over stays
//! in a ledger line and goes into the next one.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::Unit;

/// Digits behind the point that an ERP takes of a measured quantity (SAP's `QUAN` with three).
pub const POSTING_SCALE: u32 = 3;

impl Unit {
    /// Digits behind the point of a posted quantity: none of a counted unit.
    #[must_use]
    pub fn posting_scale(&self) -> u32 {
        if self.is_counted() { 0 } else { POSTING_SCALE }
    }
}

/// What is exactly true of an account and what of it was posted, in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PostingLine {
    /// The exact sum.
    pub exact: Decimal,
    /// The sum of what was posted.
    pub posted: Decimal,
}

impl PostingLine {
    /// What is exactly true and not posted. After a posting at most half of the last posted digit.
    #[must_use]
    pub fn residue(&self) -> Decimal {
        self.exact - self.posted
    }

    /// What to post now, with `scale` digits behind the point, so that all postings together are
    /// the exact sum, rounded once (half to the even digit). Below zero when the exact sum fell
    /// below what was posted.
    #[must_use]
    pub fn due(&self, scale: u32) -> Decimal {
        let rounded = self
            .exact
            .round_dp_with_strategy(scale, RoundingStrategy::MidpointNearestEven);
        (rounded - self.posted).normalize()
    }

    /// Posts what is due and gives it.
    pub fn post(&mut self, scale: u32) -> Decimal {
        let due = self.due(scale);
        self.posted = (self.posted + due).normalize();
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ratio;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn thirds_are_posted_without_a_loss() {
        let third = Ratio::new(1, 3).unwrap();
        let mut line = PostingLine::default();
        let mut posted = Vec::new();
        for units in 1..=3_i64 {
            // The exact sum is converted as a whole, not the parts.
            line.exact = third.apply(units.into()).unwrap().value;
            posted.push(line.post(3));
            assert!(line.residue().abs() <= d("0.0005"), "{line:?}");
        }
        assert_eq!(posted, [d("0.333"), d("0.334"), d("0.333")]);
        assert_eq!((line.posted, line.residue()), (d("1"), d("0")));
    }

    #[test]
    fn a_counted_unit_is_posted_whole_and_the_rest_waits() {
        let mut line = PostingLine {
            exact: d("10.4"),
            ..PostingLine::default()
        };
        let scale = Unit::PIECE.posting_scale();
        assert_eq!(line.post(scale), d("10"));
        line.exact += d("0.2");
        assert_eq!(line.post(scale), d("1"));
        assert_eq!(line.residue(), d("-0.4"));
        assert_eq!(line.post(scale), d("0"), "nothing new, nothing posted");
    }

    #[test]
    fn what_was_reversed_is_posted_back() {
        let mut line = PostingLine {
            exact: d("5"),
            posted: d("12.5"),
        };
        assert_eq!(line.post(Unit::KILOGRAM.posting_scale()), d("-7.5"));
        assert_eq!(line.residue(), Decimal::ZERO);
    }

    #[test]
    fn ten_thousand_postings_of_odd_parts_are_the_sum_of_the_parts() {
        let mut line = PostingLine::default();
        let mut posted = Decimal::ZERO;
        for n in 0..10_000_i64 {
            line.exact += Decimal::new(7 * n + 3, 4);
            posted += line.post(3);
        }
        let exact: i64 = (0..10_000).map(|n| 7 * n + 3).sum();
        assert_eq!(line.exact, Decimal::new(exact, 4));
        assert_eq!(posted, line.exact - line.residue());
        assert!(line.residue().abs() <= d("0.0005"));
    }
}
