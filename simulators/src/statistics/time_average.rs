//! A level over time: lots in a queue, busy machines, pieces in a buffer.

/// The area below a step function of time, exact.
///
/// Times are whole microseconds, levels whole numbers, so the area has no rounding: Little's law
/// (L = lambda W; Little and Graves 2008) can be tested for equality of areas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeAverage {
    since_us: i64,
    at_us: i64,
    level: i64,
    least: i64,
    most: i64,
    area: i128,
}

impl TimeAverage {
    /// A level that holds from `at_us` (microseconds) on.
    pub fn new(at_us: i64, level: i64) -> Self {
        Self {
            since_us: at_us,
            at_us,
            level,
            least: level,
            most: level,
            area: 0,
        }
    }

    /// The level from `at_us` (microseconds) on; at one instant the last one told holds.
    ///
    /// # Panics
    /// When `at_us` lies before what was told last: time runs one way.
    pub fn set(&mut self, at_us: i64, level: i64) {
        self.area = self.area_until(at_us);
        self.at_us = at_us;
        self.level = level;
        self.least = self.least.min(level);
        self.most = self.most.max(level);
    }

    /// As [`set`](Self::set), by how much the level rises or falls.
    ///
    /// # Panics
    /// As [`set`](Self::set), and when the level leaves 64 bits.
    pub fn change(&mut self, at_us: i64, by: i64) {
        let Some(level) = self.level.checked_add(by) else {
            panic!("a level of {} changed by {by} leaves 64 bits", self.level);
        };
        self.set(at_us, level);
    }

    /// Forgets everything before `at_us` (microseconds) but the level: the warm-up is over.
    ///
    /// # Panics
    /// As [`set`](Self::set).
    pub fn restart(&mut self, at_us: i64) {
        self.set(at_us, self.level);
        *self = Self::new(at_us, self.level);
    }

    /// The level now.
    pub fn level(&self) -> i64 {
        self.level
    }

    /// The lowest level since the beginning, however short.
    pub fn least(&self) -> i64 {
        self.least
    }

    /// The highest level since the beginning, however short.
    pub fn most(&self) -> i64 {
        self.most
    }

    /// The area from the beginning until `at_us`, in level times microseconds.
    ///
    /// # Panics
    /// When `at_us` lies before what was told last.
    pub fn area_until(&self, at_us: i64) -> i128 {
        assert!(
            at_us >= self.at_us,
            "a level at {at_us} us comes after one at {} us",
            self.at_us
        );
        let length = i128::from(at_us) - i128::from(self.at_us);
        self.area + i128::from(self.level) * length
    }

    /// The average level until `at_us`; `None` while no time has passed.
    ///
    /// # Panics
    /// As [`area_until`](Self::area_until).
    pub fn average_until(&self, at_us: i64) -> Option<f64> {
        let area = self.area_until(at_us);
        let length = i128::from(at_us) - i128::from(self.since_us);
        (length > 0).then(|| area as f64 / length as f64)
    }
}
