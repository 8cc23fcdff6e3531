//! Percentiles of what was observed, without interpolation.

/// The whole, in the unit in which a percentile is asked for.
pub const PER_MILLE: u16 = 1_000;

/// Observations in order, to ask for percentiles of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Percentiles {
    sorted: Vec<i64>,
}

impl Percentiles {
    /// The percentiles of `values`, in their unit; `None` when there are none.
    pub fn of(mut values: Vec<i64>) -> Option<Self> {
        values.sort_unstable();
        (!values.is_empty()).then_some(Self { sorted: values })
    }

    /// The smallest observation that at least `per_mille` thousandths of all do not exceed.
    ///
    /// That is the inverse of the empirical distribution function, definition 1 of Hyndman and
    /// Fan, Sample quantiles in statistical packages, The American Statistician 50 (1996). It is
    /// always an observation, and exact: no sum and no division of observations. At 0 it is the
    /// smallest one.
    ///
    /// # Panics
    /// When `per_mille` is above [`PER_MILLE`].
    pub fn at(&self, per_mille: u16) -> i64 {
        assert!(
            per_mille <= PER_MILLE,
            "a percentile of {per_mille} per mille is above the whole"
        );
        let share = self.sorted.len() as u128 * u128::from(per_mille);
        let rank = share.div_ceil(u128::from(PER_MILLE)).max(1) as usize;
        self.sorted[rank - 1]
    }

    /// The value that one of ten stays at or below.
    pub fn p10(&self) -> i64 {
        self.at(100)
    }

    /// The value that half stay at or below: of two middle ones the lower.
    pub fn p50(&self) -> i64 {
        self.at(500)
    }

    /// The value that nine of ten stay at or below.
    pub fn p90(&self) -> i64 {
        self.at(900)
    }
}
