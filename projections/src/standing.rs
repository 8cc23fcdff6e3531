//! How current an answer is: every answer says so.

use std::collections::BTreeMap;
use std::time::SystemTime;

use actors::{Cursor, PlantClock};
use serde::Serialize;
use twin_model::{PlantId, SourceId, Time};
use utoipa::ToSchema;

use crate::past::PastView;

/// A source that was not heard of for longer than this (a shift), by the plant's clock, is stale;
/// milliseconds.
pub const SOURCE_FRESH_MS_MAX: i64 = 8 * 3600 * 1_000;

/// The plant, and how current the picture of it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Standing {
    /// The plant.
    #[schema(value_type = String)]
    pub plant: PlantId,
    /// Number of the newest commit in the picture.
    pub seq: u64,
    /// Position of the picture in the change stream: a stream from here misses nothing.
    #[schema(value_type = String, example = "1-42-4294967295")]
    #[serde(serialize_with = "as_text")]
    pub cursor: Cursor,
    /// Plant time that the picture has reached; `null` before the first event.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Time>,
    /// What kind of past it is; absent when it is the present.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline)]
    pub past: Option<PastView>,
    /// Every source that was ever heard of.
    pub sources: Vec<SourceView>,
}

/// How current one source is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceView {
    /// The source, as its events name it.
    #[schema(value_type = String)]
    pub source: SourceId,
    /// Newest time among its events.
    #[schema(value_type = String, format = DateTime)]
    pub last_time: Time,
    /// How long ago that was by the plant's clock, milliseconds.
    pub age_ms: i64,
    /// Whether that is longer than a source may be silent.
    pub stale: bool,
}

fn as_text<S: serde::Serializer>(cursor: &Cursor, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(cursor)
}

/// The ages of `sources` at plant time `now`.
pub(crate) fn ages(sources: &BTreeMap<SourceId, Time>, now: Time) -> Vec<SourceView> {
    sources
        .iter()
        .map(|(source, last_time)| {
            // A source's clock may run a little ahead; that is not a negative age.
            let age_ms = now.micros_since(*last_time).max(0) / 1_000;
            SourceView {
                source: source.clone(),
                last_time: *last_time,
                age_ms,
                stale: age_ms > SOURCE_FRESH_MS_MAX,
            }
        })
        .collect()
}

/// The plant's now: the wall clock, or the newest time among its events.
pub(crate) fn plant_now(clock: PlantClock, newest: Option<Time>) -> Time {
    match clock {
        PlantClock::Wall => wall_now(),
        PlantClock::EventTime => newest.unwrap_or(Time::EPOCH),
    }
}

/// The wall clock.
pub(crate) fn wall_now() -> Time {
    let micros = match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(_) => 0,
    };
    Time::from_micros(micros)
}
