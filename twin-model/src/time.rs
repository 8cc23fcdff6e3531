//! Points in time, always given from outside: nothing in this crate reads a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time_text::TimeText;

/// A point in time: microseconds since 1970-01-01T00:00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// A text that is not an RFC 3339 time with an offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time with an offset (like 2026-03-01T08:00:00Z): {text:?}")]
pub struct InvalidTime {
    text: String,
}

/// Years 0001 to 9999, which every text form below can carry.
const MICROS_MIN: i64 = -62_135_596_800_000_000;
const MICROS_MAX: i64 = 253_402_207_200_000_000;

impl Time {
    /// 1970-01-01T00:00:00 UTC.
    pub const EPOCH: Time = Time(0);
    /// The earliest time there is, in the year 1.
    pub const MIN: Time = Time(MICROS_MIN);
    /// The latest time there is, in the year 9999: the end of what has none yet.
    pub const MAX: Time = Time(MICROS_MAX);

    /// From microseconds since 1970-01-01 UTC, cut to the years 0001 to 9999.
    #[must_use]
    pub fn from_micros(micros: i64) -> Time {
        Time(micros.clamp(MICROS_MIN, MICROS_MAX))
    }

    /// Microseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// This time moved by `seconds`, cut to the years 0001 to 9999.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Time {
        Time::from_micros(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// This time moved by `micros` microseconds, cut to the years 0001 to 9999.
    #[must_use]
    pub fn plus_micros(self, micros: i64) -> Time {
        Time::from_micros(self.0.saturating_add(micros))
    }

    /// The latest multiple of `step_s` seconds since 1970 that is not later than this time.
    pub(crate) fn whole(self, step_s: i64) -> Time {
        let step = step_s * 1_000_000;
        Time::from_micros(self.0.div_euclid(step) * step)
    }

    /// This time without its fraction of a second, for sentences that people read.
    #[must_use]
    pub fn whole_seconds(self) -> Time {
        Time(self.0.div_euclid(1_000_000) * 1_000_000)
    }

    /// Microseconds from `earlier` to `self`; negative when `earlier` is later.
    #[must_use]
    pub fn micros_since(self, earlier: Time) -> i64 {
        self.0 - earlier.0
    }
}

impl FromStr for Time {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Time, InvalidTime> {
        let stamp: jiff::Timestamp = text.parse().map_err(|_| InvalidTime {
            text: text.chars().take(40).collect(),
        })?;
        Ok(Time::from_micros(stamp.as_microsecond()))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(TimeText::of(*self).as_str())
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(TimeText::of(*self).as_str())
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(TimeVisitor)
        } else {
            i64::deserialize(deserializer).map(Time::from_micros)
        }
    }
}

struct TimeVisitor;

impl serde::de::Visitor<'_> for TimeVisitor {
    type Value = Time;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an RFC 3339 time with an offset")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Time, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_an_offset_is_refused() {
        assert!("2012-01-02T07:00:00".parse::<Time>().is_err());
        assert!("yesterday".parse::<Time>().is_err());
    }

    #[test]
    fn offsets_name_the_same_instant() {
        let utc: Time = "2026-03-01T07:00:00Z".parse().unwrap();
        let local: Time = "2026-03-01T08:00:00+01:00".parse().unwrap();
        assert_eq!(utc, local);
        assert_eq!(local.to_string(), "2026-03-01T07:00:00Z");
    }
}
