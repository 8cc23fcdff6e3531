//! An event that waits for its cause.

use actors::ParkedEvent;
use serde::Serialize;
use twin_model::{Code, EventId, SourceId, Time};
use utoipa::ToSchema;

/// An event that waits for its cause and is tried again by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ParkedView {
    /// Who sent it.
    #[schema(value_type = String)]
    pub source: SourceId,
    /// Its id.
    #[schema(value_type = String)]
    pub event_id: EventId,
    /// Its type.
    pub event_type: &'static str,
    /// The object that it concerns, as `kind/id`.
    #[schema(example = "work_order/WO-1")]
    pub object: String,
    /// The rule that it waits on.
    #[schema(value_type = String, example = "TWIN-R03")]
    pub code: Code,
    /// In business words.
    pub text: String,
    /// Who must act.
    pub owner: &'static str,
    /// The next step.
    pub what_to_do: &'static str,
    /// The object whose next change may help, as `kind/id`.
    pub waits_for: String,
    /// When it began to wait, by the plant's clock.
    #[schema(value_type = String, format = DateTime)]
    pub since: Time,
    /// When it becomes an exception if nothing helps before, by the plant's clock.
    #[schema(value_type = String, format = DateTime)]
    pub until: Time,
    /// The message as received.
    pub raw: String,
}

impl ParkedView {
    pub(crate) fn new(parked: &ParkedEvent, limit_s: i64) -> ParkedView {
        let event = parked.event();
        ParkedView {
            source: event.source.clone(),
            event_id: event.id.clone(),
            event_type: event.body.type_name(),
            object: super::object_path(&event.body.owner()),
            code: parked.code,
            text: parked.text.clone(),
            owner: parked.code.owner(),
            what_to_do: parked.code.what_to_do(),
            waits_for: super::object_path(&parked.waits_for),
            since: parked.since,
            until: parked.since.plus_seconds(limit_s),
            raw: String::from_utf8_lossy(parked.raw()).into_owned(),
        }
    }
}
