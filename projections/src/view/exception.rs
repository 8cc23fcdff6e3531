//! A message, or a command of a process, that a person must look at.

use actors::ExceptionEntry;
use serde::Serialize;
use twin_model::{Code, CommandKey, EventId, SmolStr, SourceId, Time};
use utoipa::ToSchema;

/// A message that could not be read or decided, or that a rule refused, kept as it came; or a
/// command that a process cannot bring to its end.
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
    /// The message, or the data of the command; bytes that are not UTF-8 are replaced.
    pub raw: String,
    /// The command of a process that it is about; `null` for messages.
    #[schema(value_type = Option<String>, example = "confirmation/WO-1/10/1-1")]
    pub command: Option<CommandKey>,
    /// When it ended by itself, such as by a late answer; `null` while it is open.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Time>,
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
            command: entry.command.clone(),
            closed_at: entry.closed_at,
        }
    }
}
