//! A message, or a command of a process, that a person must look at.

use actors::{ExceptionEntry, How};
use serde::Serialize;
use twin_model::{Code, CommandKey, EventId, SmolStr, SourceId, Time};
use utoipa::ToSchema;

/// How much of a message a list shows, in bytes; the single exception shows it all.
pub(crate) const RAW_BYTES_LISTED_MAX: usize = 4 * 1024;

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
    /// Who must act.
    pub owner: &'static str,
    /// What may be done with it now: `replay`, `correct`, `discard`.
    pub steps: Vec<&'static str>,
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
    /// When it was last received or tried, by the plant's clock.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Time,
    /// How often it was received.
    pub seen: u64,
    /// How often the twin tried it: when it came, and with every replay.
    pub tries: u32,
    /// How it was settled; `null` while somebody must act.
    pub settled: Option<SettledView>,
    /// How long the message is, in bytes.
    pub raw_bytes: usize,
    /// The message, or the data of the command; a list shows its first 4096 bytes. Bytes that are
    /// not UTF-8 are replaced.
    pub raw: String,
    /// The command of a process that it is about; `null` for messages.
    #[schema(value_type = Option<String>, example = "confirmation/WO-1/10/1-1")]
    pub command: Option<CommandKey>,
}

/// The end of an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SettledView {
    /// `applied`, `parked` or `duplicate` by a replay, or `sent` for a command; `corrected` by another
    /// event, `discarded`, or `by_itself`, such as by a late answer.
    pub how: &'static str,
    /// The event that took its place, as `source/id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_by: Option<String>,
    /// Who did it, as far as they said.
    #[schema(value_type = Option<String>)]
    pub by: Option<SmolStr>,
    /// Why, in their words.
    pub reason: String,
    /// When, by the plant's clock.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
}

impl ExceptionView {
    /// As a list shows it: with the start of its message.
    pub(crate) fn listed(entry: &ExceptionEntry) -> ExceptionView {
        ExceptionView::with_raw(entry, RAW_BYTES_LISTED_MAX)
    }

    fn with_raw(entry: &ExceptionEntry, raw_bytes_max: usize) -> ExceptionView {
        let shown = entry.raw.len().min(raw_bytes_max);
        ExceptionView {
            id: entry.id.to_string(),
            refused: entry.refused,
            code: entry.code,
            text: entry.text.clone(),
            what_to_do: entry.what_to_do,
            owner: entry.owner(),
            steps: entry.steps().iter().map(|step| step.as_str()).collect(),
            source: entry.source.clone(),
            event_id: entry.event_id.clone(),
            event_type: entry.event_type.clone(),
            object: entry.object.as_ref().map(super::object_path),
            first_seen: entry.first_seen,
            last_seen: entry.last_seen,
            seen: entry.seen,
            tries: entry.tries,
            settled: entry.closed.as_ref().map(|closed| SettledView {
                how: closed.how.as_str(),
                corrected_by: match &closed.how {
                    How::Corrected { source, event_id } => Some(format!("{source}/{event_id}")),
                    _ => None,
                },
                by: closed.by.clone(),
                reason: closed.reason.clone(),
                at: closed.at,
            }),
            raw_bytes: entry.raw.len(),
            raw: String::from_utf8_lossy(&entry.raw[..shown]).into_owned(),
            command: entry.command.clone(),
        }
    }
}

impl From<&ExceptionEntry> for ExceptionView {
    fn from(entry: &ExceptionEntry) -> ExceptionView {
        ExceptionView::with_raw(entry, usize::MAX)
    }
}
