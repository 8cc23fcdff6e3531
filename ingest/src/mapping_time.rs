//! Where the time of an event stands: in one column, in a date and a clock, or in the first of
//! several places that is filled.

use serde::Deserialize;
use toml::Spanned;
use twin_model::Time;

use crate::local_time::{LocalTime, PartFault};
use crate::mapping::{Check, MappingError};
use crate::reading::Fault;

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum TimeText {
    Column(String),
    // Before the parts: a list of two would be read as a date and a clock.
    FirstOf(Vec<TimeText>),
    Parts(PartsText),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartsText {
    pub(crate) date: String,
    pub(crate) clock: Option<String>,
}

/// Places of a time, the best first.
#[derive(Debug)]
pub(crate) struct TimePlaces(Vec<TimePlace>);

#[derive(Debug)]
pub(crate) enum TimePlace {
    Column(usize),
    Parts { date: usize, clock: Option<usize> },
}

impl TimePlaces {
    pub(crate) fn check(
        at: &Spanned<TimeText>,
        check: &Check<'_>,
        key: &str,
    ) -> Result<TimePlaces, MappingError> {
        let mut places = Vec::new();
        collect(at.get_ref(), at, check, key, &mut places)?;
        if places.is_empty() {
            return Err(check.wrong(at, key, "names no column"));
        }
        Ok(TimePlaces(places))
    }

    /// The time by the first place that is filled.
    ///
    /// # Errors
    /// [`Fault`] when none is filled, or when the first filled one is no time: what a later one
    /// says would be a guess.
    pub(crate) fn read(
        &self,
        values: &[Option<String>],
        local: &LocalTime<'_>,
    ) -> Result<Time, Fault> {
        for place in &self.0 {
            if let Some(time) = place.read(values, local)? {
                return Ok(time);
            }
        }
        let (TimePlace::Column(first) | TimePlace::Parts { date: first, .. }) = &self.0[0];
        Err(Fault::empty(*first))
    }
}

fn collect(
    text: &TimeText,
    at: &Spanned<TimeText>,
    check: &Check<'_>,
    key: &str,
    places: &mut Vec<TimePlace>,
) -> Result<(), MappingError> {
    match text {
        TimeText::Column(name) => places.push(TimePlace::Column(check.column(at, key, name)?)),
        TimeText::Parts(parts) => places.push(TimePlace::check(parts, at, check, key)?),
        TimeText::FirstOf(texts) => {
            for text in texts {
                collect(text, at, check, key, places)?;
            }
        }
    }
    Ok(())
}

impl TimePlace {
    pub(crate) fn check<T>(
        parts: &PartsText,
        at: &Spanned<T>,
        check: &Check<'_>,
        key: &str,
    ) -> Result<TimePlace, MappingError> {
        let clock = parts.clock.as_deref();
        Ok(TimePlace::Parts {
            date: check.column(at, key, &parts.date)?,
            clock: clock.map(|name| check.column(at, key, name)).transpose()?,
        })
    }

    /// The time that stands there; `None` when nothing does.
    pub(crate) fn read(
        &self,
        values: &[Option<String>],
        local: &LocalTime<'_>,
    ) -> Result<Option<Time>, Fault> {
        let text = |column: usize| values[column].as_deref().unwrap_or("");
        match self {
            TimePlace::Column(column) => match text(*column) {
                "" => Ok(None),
                filled => {
                    let read = local.read(filled);
                    read.map(Some)
                        .map_err(|detail| Fault::of(*column, filled, &detail))
                }
            },
            TimePlace::Parts { date, clock } => {
                let (day, hour) = (text(*date), clock.map_or("", text));
                local.read_parts(day, hour).map_err(|fault| match fault {
                    PartFault::Date(detail) => Fault::of(*date, day, &detail),
                    PartFault::Clock(detail) => Fault::of(clock.unwrap_or(*date), hour, &detail),
                })
            }
        }
    }
}
