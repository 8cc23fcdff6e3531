//! A time as people and JSON read it: every message has one, so it is written without a formatter.

use crate::Time;

/// The longest text: `2026-03-01T08:00:00.000001Z`.
const TEXT_BYTES_MAX: usize = 27;
/// Digits of a fraction of a second.
const FRACTION_DIGITS: usize = 6;
/// Microseconds of one second.
const SECOND_US: i64 = 1_000_000;
/// Seconds of one day.
const DAY_S: i64 = 86_400;

/// An RFC 3339 time in UTC, with as many digits of a fraction as it needs.
pub(crate) struct TimeText {
    bytes: [u8; TEXT_BYTES_MAX],
    length: usize,
}

impl TimeText {
    /// The text of a time, which lies in the years 0001 to 9999 as every [`Time`] does.
    pub(crate) fn of(time: Time) -> TimeText {
        let seconds = time.as_micros().div_euclid(SECOND_US);
        let fraction_us = time.as_micros().rem_euclid(SECOND_US) as u32;
        let in_day = seconds.rem_euclid(DAY_S) as u32;
        let (year, month, day) = civil(seconds.div_euclid(DAY_S));
        let mut bytes = *b"0000-00-00T00:00:00.000000Z";
        digits(&mut bytes[..4], year);
        digits(&mut bytes[5..7], month);
        digits(&mut bytes[8..10], day);
        digits(&mut bytes[11..13], in_day / 3_600);
        digits(&mut bytes[14..16], in_day / 60 % 60);
        digits(&mut bytes[17..19], in_day % 60);
        let mut length = TEXT_BYTES_MAX;
        if fraction_us == 0 {
            length -= FRACTION_DIGITS + 1;
        } else {
            digits(&mut bytes[20..26], fraction_us);
            while bytes[length - 2] == b'0' {
                length -= 1;
            }
        }
        bytes[length - 1] = b'Z';
        TimeText { bytes, length }
    }

    pub(crate) fn as_str(&self) -> &str {
        match std::str::from_utf8(&self.bytes[..self.length]) {
            Ok(text) => text,
            Err(_) => unreachable!("digits and separators are text"),
        }
    }
}

/// Year, month and day of a day since 1970-01-01, in the proleptic Gregorian calendar: Howard
/// Hinnant's `civil_from_days` ("chrono-Compatible Low-Level Date Algorithms", 2013), whose years
/// begin in March so that the leap day is the last of them.
fn civil(day: i64) -> (u32, u32, u32) {
    /// Days from 0000-03-01 to 1970-01-01.
    const EPOCH_DAY: i64 = 719_468;
    /// Days of 400 years.
    const ERA_DAYS: i64 = 146_097;
    let day = day + EPOCH_DAY;
    let era = day.div_euclid(ERA_DAYS);
    let of_era = day.rem_euclid(ERA_DAYS) as u32;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = i64::from(year_of_era) + era * 400 + i64::from(month <= 2);
    (year as u32, month, day)
}

/// Writes a number with leading zeros.
fn digits(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What jiff, which reads these texts, would write.
    fn by_jiff(time: Time) -> String {
        let stamp = jiff::Timestamp::from_microsecond(time.as_micros());
        stamp.unwrap().to_string()
    }

    #[track_caller]
    fn is_written_as_by_jiff(time: Time) {
        let text = time.to_string();
        assert_eq!(text, by_jiff(time), "{} us", time.as_micros());
        assert_eq!(text.parse(), Ok(time), "{text}");
    }

    #[test]
    fn every_day_of_four_hundred_years_and_the_ends_of_time_are_written_as_they_are_read() {
        for day in -10_957..135_140 {
            is_written_as_by_jiff(Time::EPOCH.plus_seconds(day * DAY_S));
        }
        for time in [Time::MIN, Time::MAX, Time::EPOCH] {
            for beside_us in [-SECOND_US, -1, 0, 1, SECOND_US] {
                is_written_as_by_jiff(time.plus_micros(beside_us));
            }
        }
    }

    #[test]
    fn a_fraction_has_as_many_digits_as_it_needs_whatever_the_time() {
        // Steps that share no factor with days, seconds and fractions.
        let mut micros = Time::MIN.as_micros();
        while micros < Time::MAX.as_micros() {
            for unit in [1, 10, 1_000, 100_000, SECOND_US] {
                is_written_as_by_jiff(Time::from_micros(micros / unit * unit));
            }
            micros += 7_919_000_123_457;
        }
    }
}
