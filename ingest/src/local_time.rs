//! Times as files have them: with an offset, local, or as a date and a clock in two columns.

use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use twin_model::Time;

use crate::mapping::{Mapping, OnAmbiguous};

/// In `time_format`: a time with its offset (RFC 3339), which needs no zone.
pub(crate) const WITH_OFFSET: &str = "rfc3339";

/// How a file writes its times.
pub(crate) struct LocalTime<'a> {
    formats: &'a [String],
    zone: &'a TimeZone,
    on_ambiguous: OnAmbiguous,
}

impl<'a> LocalTime<'a> {
    pub(crate) fn of(mapping: &'a Mapping) -> LocalTime<'a> {
        LocalTime {
            formats: &mapping.time_formats,
            zone: &mapping.time_zone,
            on_ambiguous: mapping.on_ambiguous,
        }
    }

    /// The instant that a time means, or why it means none.
    pub(crate) fn read(&self, text: &str) -> Result<Time, String> {
        for format in self.formats {
            if format == WITH_OFFSET {
                if let Ok(instant) = text.parse::<Timestamp>() {
                    return Ok(Time::from_micros(instant.as_microsecond()));
                }
            } else if let Ok(civil) = DateTime::strptime(format, text) {
                return self.instant(civil);
            }
        }
        Err(format!(
            "is not a time of the form {}",
            self.formats.join(" or ")
        ))
    }

    /// The instant of a date and a clock in two texts; `None` when there is no date. Without a
    /// clock it is the beginning of the day.
    pub(crate) fn read_parts(&self, date: &str, clock: &str) -> Result<Option<Time>, PartFault> {
        let Some(date) = read_date(date).map_err(PartFault::Date)? else {
            return Ok(None);
        };
        let seconds = read_clock(clock).map_err(PartFault::Clock)?;
        let civil = date
            .at(0, 0, 0, 0)
            .checked_add(SignedDuration::from_secs(seconds))
            .map_err(|_| PartFault::Date("is too far from now".to_owned()))?;
        self.instant(civil).map(Some).map_err(PartFault::Clock)
    }

    fn instant(&self, civil: DateTime) -> Result<Time, String> {
        let local = self.zone.to_ambiguous_timestamp(civil);
        let instant = match self.on_ambiguous {
            OnAmbiguous::Earlier => local.earlier(),
            OnAmbiguous::Later => local.later(),
            OnAmbiguous::Reject => local.unambiguous(),
        };
        match instant {
            Ok(instant) => Ok(Time::from_micros(instant.as_microsecond())),
            Err(_) => {
                let zone = self.zone.iana_name().unwrap_or("the time zone");
                Err(format!(
                    "is no single instant in {zone}: clocks were changed. Set `on_ambiguous` to \
                     earlier or later to decide"
                ))
            }
        }
    }
}

/// Which of two columns is wrong, and how.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PartFault {
    Date(String),
    Clock(String),
}

/// A date as ERP systems write it: `2016-08-04`, `20160804`, `/Date(1470268800000)/`, or midnight
/// in UTC with the offset of whoever read it (`2016-08-04T09:00:00+09:00`). Zeros mean none.
fn read_date(text: &str) -> Result<Option<Date>, String> {
    if text.is_empty() || text.bytes().all(|letter| matches!(letter, b'0' | b'-')) {
        return Ok(None);
    }
    let wrong = || "is no date".to_owned();
    if let Some(inner) = text.strip_prefix("/Date(") {
        let number = inner.strip_suffix(")/").ok_or_else(wrong)?;
        let millis: i64 = number.parse().map_err(|_| wrong())?;
        let instant = Timestamp::from_millisecond(millis).map_err(|_| wrong())?;
        return whole_day(TimeZone::UTC.to_datetime(instant)).map(Some);
    }
    if text.len() == 8 && !text.contains('-') {
        return Date::strptime("%Y%m%d", text)
            .map(Some)
            .map_err(|_| wrong());
    }
    let pieces = Pieces::parse(text).map_err(|_| wrong())?;
    let Some(time) = pieces.time() else {
        return Ok(Some(pieces.date()));
    };
    let offset = pieces.to_numeric_offset().ok_or_else(wrong)?;
    // By the calendar and not by the instant: systems write 9999-12-31 for "for ever".
    let span = Span::new().try_seconds(-i64::from(offset.seconds()));
    let civil = span.and_then(|span| pieces.date().to_datetime(time).checked_add(span));
    whole_day(civil.map_err(|_| wrong())?).map(Some)
}

fn whole_day(civil: DateTime) -> Result<Date, String> {
    if civil == civil.date().at(0, 0, 0, 0) {
        return Ok(civil.date());
    }
    Err("is no whole day: midnight in UTC is expected".to_owned())
}

/// Seconds of the day: `PT07H00M00S`, `07:00:00` or `070000`. Nothing is midnight.
fn read_clock(text: &str) -> Result<i64, String> {
    const DAY_S: i64 = 24 * 3_600;
    let wrong = || "is no time of day".to_owned();
    if !text.is_ascii() {
        return Err(wrong());
    }
    let seconds = if text.is_empty() {
        0
    } else if text.starts_with("PT") {
        let span: Span = text.parse().map_err(|_| wrong())?;
        let whole = SignedDuration::try_from(span).map_err(|_| wrong())?;
        whole.as_secs()
    } else {
        let digits: Vec<&str> = match text.len() {
            6 => vec![&text[..2], &text[2..4], &text[4..]],
            _ => text.split(':').collect(),
        };
        let parts: Result<Vec<u8>, _> = digits.iter().map(|part| part.parse()).collect();
        match parts.map_err(|_| wrong())?.as_slice() {
            [hours, minutes, seconds] if *minutes < 60 && *seconds < 60 => {
                i64::from(*hours) * 3_600 + i64::from(*minutes) * 60 + i64::from(*seconds)
            }
            _ => return Err(wrong()),
        }
    };
    // SAP writes 24:00:00 for the end of a day.
    if (0..=DAY_S).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_every_form_that_erp_systems_write() {
        for (text, expected) in [
            ("2016-08-04T09:00:00+09:00", Some("2016-08-04")),
            ("9999-12-31T09:00:00+09:00", Some("9999-12-31")),
            ("2016-08-04", Some("2016-08-04")),
            ("20160804", Some("2016-08-04")),
            ("/Date(1470268800000)/", Some("2016-08-04")),
            ("", None),
            ("00000000", None),
        ] {
            let read = read_date(text).map(|date| date.map(|date| date.to_string()));
            assert_eq!(read, Ok(expected.map(str::to_owned)), "{text}");
        }
        for text in [
            "2016-08-04T10:00:00+09:00",
            "2016-08-04T09:00:00",
            "2016-13-04",
            "tomorrow",
            "/Date(x)/",
            "/Date(1470268800001)/",
        ] {
            assert!(read_date(text).is_err(), "{text}: {:?}", read_date(text));
        }
    }

    #[test]
    fn a_clock_is_read_in_every_form_that_erp_systems_write() {
        for (text, expected) in [
            ("PT07H00M00S", 25_200),
            ("PT12H26M00S", 44_760),
            ("07:00:00", 25_200),
            ("070000", 25_200),
            ("24:00:00", 86_400),
            ("PT24H00M00S", 86_400),
            ("", 0),
        ] {
            assert_eq!(read_clock(text), Ok(expected), "{text}");
        }
        for text in [
            "7", "25:00:00", "07:60:00", "PT25H", "PT", "P1D", "ab:cd:ef", "-1:00:00",
        ] {
            assert!(read_clock(text).is_err(), "{text}: {:?}", read_clock(text));
        }
    }
}
