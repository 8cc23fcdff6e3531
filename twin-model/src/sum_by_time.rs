//! Quantities with the times that they are of, and their sum.

use rust_decimal::Decimal;

use crate::lot_stock::add;
use crate::{PagedMap, Time};

/// A sum that still knows which part of it is of which time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SumByTime {
    total: Decimal,
    parts: PagedMap<Time, Decimal>,
}

impl SumByTime {
    /// A sum from what is stored of it.
    pub(crate) fn restored(parts: Vec<(Time, Decimal)>) -> SumByTime {
        let mut sum = SumByTime::default();
        for (at, quantity) in parts {
            sum.add(at, quantity);
        }
        sum
    }

    /// Adds to what is of a time; what is of it comes to nothing again is forgotten.
    pub(crate) fn add(&mut self, at: Time, quantity: Decimal) {
        add(&mut self.total, quantity);
        let Some(known) = self.parts.get_mut(&at) else {
            let mut part = Decimal::ZERO;
            add(&mut part, quantity);
            if !part.is_zero() {
                self.parts.insert(at, part);
            }
            return;
        };
        add(known, quantity);
        if known.is_zero() {
            self.parts.remove(&at);
        }
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> Decimal {
        self.total
    }

    /// How much is of a later time.
    #[must_use]
    pub fn after(&self, at: Time) -> Decimal {
        let later = self.parts.iter().rev();
        later
            .take_while(|(known, _)| **known > at)
            .map(|(_, quantity)| quantity)
            .sum()
    }

    /// Of how many times there is something.
    #[must_use]
    pub fn times(&self) -> usize {
        self.parts.len()
    }

    /// How much is of each time, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (Time, Decimal)> {
        self.parts.iter().map(|(at, quantity)| (*at, *quantity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Time {
        Time::EPOCH.plus_seconds(minute * 60)
    }

    #[test]
    fn a_sum_tells_what_is_of_a_later_time_and_forgets_what_was_taken_back() {
        let mut sum = SumByTime::default();
        for (minute, quantity) in [(2, 4), (1, 3), (2, 1), (3, 0)] {
            sum.add(at(minute), quantity.into());
        }
        assert_eq!((sum.total(), sum.times()), (8.into(), 2));
        let after = [0, 1, 2].map(|minute| sum.after(at(minute)));
        assert_eq!(after, [8, 5, 0].map(Decimal::from));
        sum.add(at(2), (-5).into());
        assert_eq!(
            sum,
            SumByTime::restored(vec![(at(1), "3.0".parse().unwrap())])
        );
        assert_eq!((sum.total(), sum.times()), (3.into(), 1));
    }
}
