//! Overall equipment effectiveness of a window, as ISO 22400-2 defines it.

use rust_decimal::Decimal;

use crate::{Bucket, Buckets, Pieces};

/// Digits behind the point of a factor.
const FACTOR_SCALE: u32 = 6;
const MICROS_PER_S: i64 = 1_000_000;

/// A share that should lie between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Factor(Decimal);

impl Factor {
    fn of(part: Decimal, whole: Decimal) -> Option<Factor> {
        let share = part.checked_div(whole)?;
        Some(Factor(share.round_dp(FACTOR_SCALE).normalize()))
    }

    /// The share, to six digits.
    #[must_use]
    pub fn value(self) -> Decimal {
        self.0
    }

    /// Whether it lies between 0 and 1. A machine that makes more than its ideal time allows, or
    /// more good pieces than pieces, has wrong master data or a wrong counter.
    #[must_use]
    pub fn is_plausible(self) -> bool {
        (Decimal::ZERO..=Decimal::ONE).contains(&self.0)
    }
}

/// The factors of a window. What cannot be computed is absent: nothing is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oee {
    /// Production time in the planned busy time: APT / PBT.
    pub availability: Option<Factor>,
    /// Ideal time of all pieces in the production time: PRI x PQ / APT.
    pub effectiveness: Option<Factor>,
    /// Good pieces among all: GQ / PQ.
    pub quality: Option<Factor>,
}

impl Oee {
    /// The factors from the time by bucket, the counted pieces and the ideal time of a piece,
    /// seconds (PRI).
    #[must_use]
    pub fn of(buckets: &Buckets, counted: &Pieces, ideal_s: Option<Decimal>) -> Oee {
        let seconds = |micros: i64| Decimal::from(micros).checked_div(MICROS_PER_S.into());
        let producing = seconds(buckets.micros(Bucket::Producing));
        let planned = seconds(buckets.planned_busy_micros());
        let made = counted.all_pieces().map(Decimal::from);
        let good = counted.good_pieces().map(Decimal::from);
        let factor = |part: Option<Decimal>, whole: Option<Decimal>| Factor::of(part?, whole?);
        let ideal = ideal_s
            .zip(made)
            .and_then(|(ideal, made)| ideal.checked_mul(made));
        Oee {
            availability: factor(producing, planned),
            effectiveness: factor(ideal, producing),
            quality: factor(good, made),
        }
    }

    /// The product of the three factors; `None` when one is absent.
    #[must_use]
    pub fn product(&self) -> Option<Factor> {
        let Factor(availability) = self.availability?;
        let product = availability.checked_mul(self.effectiveness?.0)?;
        Factor::of(product.checked_mul(self.quality?.0)?, Decimal::ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(good: u64, total: u64) -> Pieces {
        Pieces {
            good: Some(good),
            total: Some(total),
            scrap: None,
        }
    }

    fn hours(producing: i64, idle: i64, off: i64) -> Buckets {
        let mut buckets = Buckets::default();
        buckets.add(Bucket::Producing, producing * 3_600_000_000);
        buckets.add(Bucket::Idle, idle * 3_600_000_000);
        buckets.add(Bucket::NotScheduled, off * 3_600_000_000);
        buckets
    }

    #[test]
    fn a_shift_of_eight_hours_of_which_six_produced() {
        let oee = Oee::of(&hours(6, 2, 16), &counted(270, 300), Some(60.into()));
        let value = |factor: Option<Factor>| factor.unwrap().value().to_string();
        assert_eq!(value(oee.availability), "0.75");
        assert_eq!(value(oee.effectiveness), "0.833333");
        assert_eq!(value(oee.quality), "0.9");
        assert_eq!(value(oee.product()), "0.5625");
    }

    #[test]
    fn what_cannot_be_computed_is_absent() {
        let oee = Oee::of(&hours(0, 0, 24), &Pieces::default(), None);
        assert_eq!((oee.availability, oee.effectiveness), (None, None));
        assert_eq!((oee.quality, oee.product()), (None, None));
        let idle = Oee::of(&hours(0, 8, 0), &counted(0, 0), Some(60.into()));
        assert_eq!(idle.availability.map(Factor::value), Some(Decimal::ZERO));
        assert_eq!((idle.effectiveness, idle.quality), (None, None));
    }

    #[test]
    fn more_pieces_than_the_ideal_time_allows_are_flagged() {
        let oee = Oee::of(&hours(1, 0, 0), &counted(90, 80), Some(60.into()));
        assert!(
            !oee.effectiveness.unwrap().is_plausible(),
            "80 x 60 s in one hour"
        );
        assert!(!oee.quality.unwrap().is_plausible(), "90 good of 80");
        assert!(oee.availability.unwrap().is_plausible());
    }
}
