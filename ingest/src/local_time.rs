//! Local times without an offset, as files have them.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use twin_model::Time;

use crate::mapping::{Mapping, OnAmbiguous};

/// How a file writes its times.
pub(crate) struct LocalTime<'a> {
    format: &'a str,
    zone: &'a TimeZone,
    on_ambiguous: OnAmbiguous,
}

impl<'a> LocalTime<'a> {
    pub(crate) fn of(mapping: &'a Mapping) -> LocalTime<'a> {
        LocalTime {
            format: &mapping.time_format,
            zone: &mapping.time_zone,
            on_ambiguous: mapping.on_ambiguous,
        }
    }

    /// The instant that a local time means, or why it means none.
    pub(crate) fn read(&self, text: &str) -> Result<Time, String> {
        let civil = DateTime::strptime(self.format, text)
            .map_err(|_| format!("is not a time of the form {}", self.format))?;
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
