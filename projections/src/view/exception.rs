//! A message that a person must look at.

use actors::ExceptionEntry;
use serde::Serialize;
use twin_model::{Code, EventId, SmolStr, SourceId, Time};
use utoipa::ToSchema;

/// A message that could not be read or decided, or that a rule refused, kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExceptionView {
    /// Its number.
    #[schema(example = "EX-7")]
    pub id: String,
    /// Whether a rule refused it, and its sender was told; else it waits for a person and counts as
    /// an exception.
    pub refused: bool,
    /// Which rule.
    #[schema(value_type = String, example = "TWIN-R34")]
    pub code: Code,
    /// In business words.
    pub text: String,
    /// The next step.
    pub what_to_do: &'static str,
    /// Who sent it, where that could be read.
    #[schema(value_type = Option<String>)]
    pub source: Option<SourceId>,
    /// The event's id, where it could be read.
    #[schema(value_type = Option<String>)]
    pub event_id: Option<EventId>,
    /// The event's type as sent, where it could be read.
    #[schema(value_type = Option<String>)]
    pub event_type: Option<SmolStr>,
    /// The object that it concerns, as `kind/id`, where known.
    #[schema(example = "work_order/WO-1")]
    pub object: Option<String>,
    /// When it became an exception, by the plant's clock.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Time,
    /// The message; bytes that are not UTF-8 are replaced.
    pub raw: String,
}

impl From<&ExceptionEntry> for ExceptionView {
    fn from(entry: &ExceptionEntry) -> ExceptionView {
        ExceptionView {
            id: entry.id.to_string(),
            refused: entry.refused,
            code: entry.code,
            text: entry.text.clone(),
            what_to_do: entry.what_to_do,
            source: entry.source.clone(),
            event_id: entry.event_id.clone(),
            event_type: entry.event_type.clone(),
            object: entry.object.as_ref().map(super::object_path),
            first_seen: entry.first_seen,
            raw: String::from_utf8_lossy(&entry.raw).into_owned(),
        }
    }
}
