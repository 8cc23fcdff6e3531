//! The bodies of `POST /api/v1/events`.

use actors::{Disposition, Input};
use serde::Serialize;
use twin_model::{Code, EventId, IntakeRejection, Rejection, SourceId};
use utoipa::ToSchema;

/// One CloudEvent 1.0 in structured JSON mode.
#[derive(Debug, Serialize, ToSchema)]
pub struct CloudEvent {
    /// Always "1.0".
    #[schema(example = "1.0")]
    pub specversion: String,
    /// Unique within `source`; the same (`source`, `id`) never has a second effect.
    #[schema(example = "4711")]
    pub id: String,
    /// Which system says so.
    #[schema(example = "/qms")]
    pub source: String,
    /// What kind of event.
    #[schema(rename = "type", example = "mfg.hold.placed.v1")]
    pub type_name: String,
    /// When it happened, RFC 3339 with an offset.
    #[schema(example = "2026-03-01T08:00:00+01:00")]
    pub time: String,
    /// Which plant.
    #[schema(example = "P1")]
    pub plant: String,
    /// Joins everything that belongs to one business transaction.
    pub correlationid: Option<String>,
    /// What happened; the fields depend on the type.
    #[schema(value_type = Object)]
    pub data: (),
}

/// One event, or up to 500 that are taken in their order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum EventsBody {
    /// One event.
    One(CloudEvent),
    /// A batch for one plant.
    Batch(Vec<CloudEvent>),
}

/// What became of the events of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventsAnswer {
    /// The commit that stored them.
    pub commit_no: u64,
    /// One per event, in the order of the request.
    pub results: Vec<EventResult>,
}

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventResult {
    /// The event's id, where it could be read.
    pub id: Option<String>,
    /// `applied`, `duplicate`, `refused`, `parked` or `exception`.
    pub disposition: &'static str,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "TWIN-R07")]
    pub code: Option<String>,
    /// Why, in business words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The exception under which the message is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "EX-7")]
    pub exception: Option<String>,
}

/// What names an event, as far as it could be read.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    id: Option<EventId>,
    source: Option<SourceId>,
}

impl Identity {
    pub(crate) fn of(input: &Input) -> Identity {
        match (input.event(), input.error()) {
            (Some(event), _) => Identity {
                id: Some(event.id.clone()),
                source: Some(event.source.clone()),
            },
            (None, Some(error)) => Identity {
                id: error.id.clone(),
                source: error.source.clone(),
            },
            (None, None) => Identity::default(),
        }
    }

    /// R25: only an event with both parts of its key can be recognised.
    fn received_before(&self) -> Option<Rejection> {
        let rejection = IntakeRejection::Duplicate {
            id: self.id.clone()?,
            source_id: self.source.clone()?,
        };
        Some(rejection.into())
    }
}

impl EventResult {
    pub(crate) fn of(identity: &Identity, disposition: &Disposition) -> EventResult {
        let result = |disposition, code: Option<Code>, text, exception| EventResult {
            id: identity.id.as_ref().map(ToString::to_string),
            disposition,
            code: code.map(|code| code.to_string()),
            text,
            exception,
        };
        let said = |rejection: &Rejection| (Some(rejection.code()), Some(rejection.to_string()));
        match disposition {
            Disposition::Applied => result("applied", None, None, None),
            Disposition::Duplicate => {
                let (code, text) = match &identity.received_before() {
                    Some(rejection) => said(rejection),
                    None => (Some(Code::R25), None),
                };
                result("duplicate", code, text, None)
            }
            Disposition::Refused(rejection) => {
                let (code, text) = said(rejection);
                result("refused", code, text, None)
            }
            Disposition::Parked { code, text } => {
                result("parked", Some(*code), Some(text.clone()), None)
            }
            Disposition::Exception { id, rejection } => {
                let (code, text) = said(rejection);
                result("exception", code, text, Some(id.to_string()))
            }
        }
    }
}
