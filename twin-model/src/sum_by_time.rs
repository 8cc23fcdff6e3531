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

    /// Adds to what is of a time, and keeps so many times apart, the latest. What is of older ones
    /// stands together at [`Time::MIN`], so it does not matter what is added first.
    pub(crate) fn add_of_latest(&mut self, at: Time, quantity: Decimal, max: usize) {
        let older = self.parts.contains_key(&Time::MIN);
        let is_older = older && self.oldest_apart().is_some_and(|(oldest, _)| at < oldest);
        self.add(if is_older { Time::MIN } else { at }, quantity);
        let kept = self.parts.len() - usize::from(older);
        if let Some((oldest, quantity)) = self.oldest_apart().filter(|_| kept > max) {
            self.add(oldest, -quantity);
            self.add(Time::MIN, quantity);
        }
    }

    fn oldest_apart(&self) -> Option<(Time, Decimal)> {
        self.iter().find(|(known, _)| *known > Time::MIN)
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

    #[test]
    fn of_more_times_than_are_kept_the_oldest_stand_together_whatever_came_first() {
        let told = [(1, 1), (2, 2), (3, 4), (4, 8), (2, 16), (3, 32)];
        let mut kept = vec![(Time::MIN, Decimal::from(19))];
        kept.extend([(at(3), 36.into()), (at(4), 8.into())]);
        for first in 0..told.len() {
            for forwards in [true, false] {
                let mut order: Vec<usize> = (0..told.len()).collect();
                order.rotate_left(first);
                if !forwards {
                    order.reverse();
                }
                let mut sum = SumByTime::default();
                for place in &order {
                    let (minute, quantity): (i64, i64) = told[*place];
                    sum.add_of_latest(at(minute), quantity.into(), 2);
                }
                assert_eq!(sum.iter().collect::<Vec<_>>(), kept, "{order:?}");
                assert_eq!(sum.total(), 63.into());
            }
        }
        let mut sum = SumByTime::default();
        for minute in [2, 1, 2] {
            sum.add_of_latest(at(minute), 1.into(), 2);
        }
        assert_eq!((sum.times(), sum.after(at(1))), (2, 2.into()));
    }
}
