//! What an order took of a lot, as several witnesses tell it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lot_stock::add;
use crate::{OperationId, PagedMap};

/// Operations of one order that may be told to have used something of one lot.
pub const OPERATIONS_PER_TAKE_MAX: usize = 1_000;

/// What one operation used of a lot, in the lot's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationTake {
    /// Consumed, says the MES.
    pub consumed: Decimal,
    /// Went into other lots, says the MES.
    pub transformed: Decimal,
}

/// What one order took of a lot: the warehouse tells it by issues and returns, the MES by
/// consumptions, transformations and what was scrapped at the line. In the lot's unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderTake {
    /// Issued by the warehouse.
    pub issued: Decimal,
    /// Taken back by the warehouse.
    pub returned: Decimal,
    /// Scrapped at the line. Nothing was made of it, so no other word of the MES tells of it.
    pub scrapped: Decimal,
    /// What was used by operation, ascending; `None` where no operation was told.
    pub(crate) operations: PagedMap<Option<OperationId>, OperationTake>,
}

impl OrderTake {
    /// Adds what was consumed; below zero when that is taken back.
    pub(crate) fn consume(&mut self, op: Option<&OperationId>, quantity: Decimal) {
        self.change(op, |take| &mut take.consumed, quantity);
    }

    /// Adds what was made into other lots.
    pub(crate) fn transform(&mut self, op: Option<&OperationId>, quantity: Decimal) {
        self.change(op, |take| &mut take.transformed, quantity);
    }

    fn change(
        &mut self,
        op: Option<&OperationId>,
        account: fn(&mut OperationTake) -> &mut Decimal,
        quantity: Decimal,
    ) {
        let op = op.cloned();
        let mut take = self.operations.get(&op).copied().unwrap_or_default();
        add(account(&mut take), quantity);
        if take == OperationTake::default() {
            self.operations.remove(&op);
        } else {
            self.operations.insert(op, take);
        }
    }

    /// What the order tells of itself; of transformations only lots know.
    pub(crate) fn without_transformations(&self) -> OrderTake {
        let mut told = OrderTake {
            operations: PagedMap::default(),
            ..self.clone()
        };
        for (op, take) in self.operations.iter() {
            told.consume(op.as_ref(), take.consumed);
        }
        told
    }

    /// Whether one more operation would be more than are kept.
    pub(crate) fn is_full_for(&self, op: Option<&OperationId>) -> bool {
        self.operations.len() >= OPERATIONS_PER_TAKE_MAX
            && !self.operations.contains_key(&op.cloned())
    }

    /// What the order used. An MES that tells of an operation by consumptions and by what was made
    /// from them tells of the same material, so the larger of both counts; what is told of two
    /// operations are two takings. A word without an operation may tell of what any of them did.
    #[must_use]
    pub fn used(&self) -> Decimal {
        let mut told = OperationTake::default();
        // What only one of the words knows of operations that were told.
        let mut beyond = OperationTake::default();
        let mut both = Decimal::ZERO;
        for (op, take) in self.operations.iter() {
            told.consumed += take.consumed;
            told.transformed += take.transformed;
            if op.is_some() {
                let same = take.consumed.min(take.transformed);
                both += same;
                beyond.consumed += take.consumed - same;
                beyond.transformed += take.transformed - same;
            }
        }
        let unplaced = self.operations.get(&None).copied().unwrap_or_default();
        let of_consumed = unplaced.consumed.min(beyond.transformed);
        let of_transformed = unplaced.transformed.min(beyond.consumed);
        both += of_consumed + of_transformed;
        both += (unplaced.consumed - of_consumed).min(unplaced.transformed - of_transformed);
        told.consumed + told.transformed - both + self.scrapped
    }

    /// What left the stock for the order. Both witnesses speak of the same material, so the
    /// larger of the two accounts counts, and not their sum.
    #[must_use]
    pub fn taken(&self) -> Decimal {
        (self.issued - self.returned).max(self.used())
    }

    /// Issued and neither used nor returned: it lies at the line.
    #[must_use]
    pub fn at_line(&self) -> Decimal {
        self.taken() - self.used()
    }

    /// Used without an issue; zero when the issues cover it.
    #[must_use]
    pub fn unmatched(&self) -> Decimal {
        self.taken() - (self.issued - self.returned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word of the MES: the operation, what it consumed and what it made into other lots.
    type Word<'a> = (Option<&'a str>, i64, i64);

    fn take(words: &[Word<'_>]) -> OrderTake {
        let mut take = OrderTake::default();
        for (op, consumed, transformed) in words {
            let op: Option<OperationId> = op.map(|op| op.parse().unwrap());
            take.consume(op.as_ref(), (*consumed).into());
            take.transform(op.as_ref(), (*transformed).into());
        }
        take
    }

    #[test]
    fn two_words_of_one_operation_tell_of_the_same_and_of_two_operations_they_do_not() {
        for (words, used) in [
            (&[(Some("10"), 5, 8)][..], 8),
            (&[(Some("10"), 8, 5)], 8),
            (&[(Some("10"), 0, 5), (Some("20"), 5, 0)], 10),
            (&[(Some("10"), 3, 5), (Some("20"), 5, 4)], 10),
            // Without an operation it may be any.
            (&[(None, 5, 8)], 8),
            (&[(None, 8, 5)], 8),
            (&[(None, 5, 0), (Some("10"), 0, 5)], 5),
            (&[(None, 0, 5), (Some("10"), 5, 0)], 5),
            (&[(None, 7, 0), (Some("10"), 0, 5)], 7),
            (&[(None, 0, 7), (Some("10"), 5, 0)], 7),
            (&[(None, 7, 0), (Some("10"), 0, 5), (Some("20"), 0, 4)], 9),
            // What operation 10 has told by both words is not there for a third.
            (&[(None, 4, 0), (Some("10"), 5, 5)], 9),
            (&[(None, 6, 4), (Some("10"), 0, 5)], 9),
            (&[(None, 4, 6), (Some("10"), 5, 0)], 9),
        ] {
            assert_eq!(take(words).used(), used.into(), "{words:?}");
        }
    }

    #[test]
    fn what_was_scrapped_is_used_beside_what_was_made() {
        let mut told = take(&[(Some("10"), 0, 8)]);
        told.scrapped = 2.into();
        assert_eq!((told.used(), told.taken()), (10.into(), 10.into()));
        told.issued = 11.into();
        assert_eq!((told.at_line(), told.unmatched()), (1.into(), 0.into()));
    }

    #[test]
    fn what_comes_to_nothing_again_leaves_nothing_behind() {
        let mut told = take(&[(Some("10"), 5, 0)]);
        told.consume(Some(&"10".parse().unwrap()), (-5).into());
        assert_eq!(told, OrderTake::default());
    }

    #[test]
    fn only_so_many_operations_are_kept() {
        let op = |n: usize| -> OperationId { n.to_string().parse().unwrap() };
        let mut told = OrderTake::default();
        for n in 1..OPERATIONS_PER_TAKE_MAX {
            told.transform(Some(&op(n)), 1.into());
        }
        assert!(!told.is_full_for(Some(&op(0))));
        told.transform(None, 1.into());
        assert!(told.is_full_for(Some(&op(0))));
        assert!(!told.is_full_for(Some(&op(1))) && !told.is_full_for(None));
    }
}
