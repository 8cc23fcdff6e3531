//! CloudEvents 1.0 in structured JSON mode, to and from [`Event`].

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use smol_str::SmolStr;

use crate::event::event_types;
use crate::wire::limits::{self, TEXT_BYTES_MAX};
use crate::wire::version::{COMPLETED_V2, NEWER_TYPES, OperationCompletedV2};
use crate::{
    Code, Event, EventBody, EventId, IntakeRejection, OperationReport, PlantId, Rejection,
    SourceId, Time,
};

macro_rules! define_wire {
    ($($variant:ident($body:ident) = $name:literal $(as $class:ident)?;)+) => {
        /// The event types that this twin understands.
        pub const EVENT_TYPES: &[&str] = &[$($name),+];

        /// The name of the struct that holds the data of a type; `None` for an unknown type.
        #[must_use]
        pub fn body_of(type_name: &str) -> Option<&'static str> {
            match type_name {
                $($name => Some(stringify!($body)),)+
                _ => None,
            }
        }

        fn read_data(from: &str, type_name: &str, data: &str) -> Result<EventBody, Rejection> {
            match type_name {
                $($name => Ok(EventBody::$variant(read(from, data)?)),)+
                other => read_newer(from, other, data),
            }
        }

        /// The data of an event as JSON; [`read_body`] reads it back.
        pub(super) fn data(body: &EventBody) -> String {
            match body {
                $(EventBody::$variant(body) => json(body),)+
            }
        }

        /// Encodes an event as a CloudEvent in structured JSON mode; [`decode`] reads it back.
        #[must_use]
        pub fn encode(event: &Event) -> String {
            match &event.body {
                $(EventBody::$variant(body) => write(event, body),)+
            }
        }
    };
}

event_types!(define_wire);

/// A message that is no canonical event, with what could be read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// R33 or R34, with the place and the detail.
    pub rejection: Rejection,
    /// The event id, where it could be read.
    pub id: Option<EventId>,
    /// The source, where it could be read.
    pub source: Option<SourceId>,
    /// The type as sent, where it could be read.
    pub type_name: Option<SmolStr>,
}

/// The envelope as it comes in. Everything is optional here, so that what is missing can be named
/// together with what is there.
#[derive(Deserialize)]
#[serde(expecting = "a CloudEvent as a JSON object")]
struct Incoming<'a> {
    #[serde(borrow)]
    specversion: Option<Cow<'a, str>>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    source: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    type_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    plant: Option<Cow<'a, str>>,
    #[serde(borrow)]
    time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    sequence: Option<Cow<'a, str>>,
    #[serde(borrow)]
    correlationid: Option<Cow<'a, str>>,
    /// Where an adapter could not read what its source sent.
    #[serde(borrow)]
    unreadableat: Option<Cow<'a, str>>,
    /// What is wrong there.
    #[serde(borrow)]
    unreadablewhy: Option<Cow<'a, str>>,
    /// The rule that it breaks; R34 when absent.
    #[serde(borrow)]
    unreadableas: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Decodes one CloudEvent in structured JSON mode.
///
/// # Errors
/// [`Unreadable`] with R33 for a type or version that this twin does not speak, else with R34
/// naming the JSON path and what is wrong there.
pub fn decode(bytes: &[u8]) -> Result<Event, Unreadable> {
    let envelope: Incoming<'_> = serde_json::from_slice(bytes).map_err(|error| Unreadable {
        rejection: Rejection::Intake(IntakeRejection::Unreadable {
            from: "unknown".into(),
            path: "$".to_owned(),
            detail: plain(&error),
        }),
        id: None,
        source: None,
        type_name: None,
    })?;
    let read = read_envelope(&envelope);
    read.map_err(|rejection| Unreadable {
        rejection,
        id: envelope.id.as_deref().and_then(|id| id.parse().ok()),
        source: envelope
            .source
            .as_deref()
            .and_then(|source| source.parse().ok()),
        type_name: envelope
            .type_name
            .as_deref()
            .map(|name| name.chars().take(96).collect()),
    })
}

fn read_envelope(envelope: &Incoming<'_>) -> Result<Event, Rejection> {
    let from = envelope.source.as_deref().unwrap_or("unknown");
    let version = required(from, "specversion", envelope.specversion.as_deref())?;
    if version != "1.0" {
        return Err(unreadable(
            from,
            "$.specversion",
            format!("{version:?}, expected \"1.0\""),
        ));
    }
    // An adapter that could not read its source says where and why in the source's own terms.
    if let (Some(at), Some(why)) = (&envelope.unreadableat, &envelope.unreadablewhy) {
        let why = why.chars().take(TEXT_BYTES_MAX).collect();
        return Err(set_aside(envelope.unreadableas.as_deref(), from, at, why));
    }
    let source: SourceId = parse(from, "source", envelope.source.as_deref())?;
    let id: EventId = parse(from, "id", envelope.id.as_deref())?;
    let plant: PlantId = parse(from, "plant", envelope.plant.as_deref())?;
    let time: Time = parse(from, "time", envelope.time.as_deref())?;
    let type_name = required(from, "type", envelope.type_name.as_deref())?;
    let data = envelope
        .data
        .ok_or_else(|| unreadable(from, "$.data", "is missing".to_owned()))?;
    let body = read_body(from, type_name, data.get())?;
    limits::check_times(&body, time)
        .map_err(|broken| unreadable(from, broken.path, broken.detail))?;
    let short = |path, text: Option<&str>| -> Result<Option<SmolStr>, Rejection> {
        limits::short(path, text.unwrap_or_default())
            .map_err(|broken| unreadable(from, broken.path, broken.detail))?;
        Ok(text.map(SmolStr::new))
    };
    Ok(Event {
        id,
        source,
        plant,
        time,
        sequence: short("$.sequence", envelope.sequence.as_deref())?,
        correlation: short("$.correlationid", envelope.correlationid.as_deref())?,
        body,
    })
}

/// What an adapter could not bring in, under the rule that it names.
fn set_aside(rule: Option<&str>, from: &str, path: &str, detail: String) -> Rejection {
    let path = path.to_owned();
    match rule.map(str::parse::<Code>) {
        None | Some(Ok(Code::R34)) => unreadable(from, &path, detail),
        Some(Ok(Code::R73)) => Rejection::Intake(IntakeRejection::NoPlace {
            from: shown(from),
            path,
            detail,
        }),
        Some(Ok(Code::R74)) => Rejection::Intake(IntakeRejection::DeclaredWrong {
            from: shown(from),
            path,
            detail,
        }),
        Some(_) => {
            let detail = "is no rule by which an adapter sets aside".to_owned();
            unreadable(from, "$.unreadableas", detail)
        }
    }
}

/// The data of an event of a type, within its limits.
pub(super) fn read_body(from: &str, type_name: &str, data: &str) -> Result<EventBody, Rejection> {
    let body = read_data(from, type_name, data)?;
    limits::check(&body).map_err(|broken| unreadable(from, broken.path, broken.detail))?;
    Ok(body)
}

fn read<T: DeserializeOwned>(from: &str, data: &str) -> Result<T, Rejection> {
    serde_json::from_str(data).map_err(|first| {
        // Read again with the path tracked; only messages with faults pay for it.
        let mut reader = serde_json::Deserializer::from_str(data);
        match serde_path_to_error::deserialize::<_, T>(&mut reader) {
            Err(error) => {
                let path = match error.path().to_string().as_str() {
                    "." => "$.data".to_owned(),
                    path => format!("$.data.{path}"),
                };
                unreadable(from, &path, plain(error.inner()))
            }
            Ok(_) => unreadable(from, "$.data", plain(&first)),
        }
    })
}

/// Reads a newer version of a type beside the one that the table has.
fn read_newer(from: &str, type_name: &str, data: &str) -> Result<EventBody, Rejection> {
    if type_name != COMPLETED_V2 {
        return Err(unknown_type(type_name));
    }
    let newer: OperationCompletedV2 = read(from, data)?;
    let report = OperationReport::try_from(newer);
    let report = report.map_err(|detail| unreadable(from, "$.data", detail.to_owned()))?;
    Ok(EventBody::OperationCompleted(report))
}

/// The error without its line and column: the path says where.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) if error.is_data() => text[..end].to_owned(),
        _ => text,
    }
}

fn required<'a>(from: &str, field: &str, text: Option<&'a str>) -> Result<&'a str, Rejection> {
    text.ok_or_else(|| unreadable(from, &format!("$.{field}"), "is missing".to_owned()))
}

fn parse<T: std::str::FromStr>(from: &str, field: &str, text: Option<&str>) -> Result<T, Rejection>
where
    T::Err: std::fmt::Display,
{
    let text = required(from, field, text)?;
    text.parse()
        .map_err(|error: T::Err| unreadable(from, &format!("$.{field}"), error.to_string()))
}

/// R33, with the versions of the type that are known.
fn unknown_type(type_name: &str) -> Rejection {
    let (name, version) = match type_name.rsplit_once('.') {
        Some((name, version)) if is_version(version) => (name, version),
        _ => (type_name, "-"),
    };
    let newer = NEWER_TYPES.iter().map(|(newer, _)| newer);
    let known: Vec<&str> = EVENT_TYPES
        .iter()
        .chain(newer)
        .filter_map(|known| known.strip_prefix(name)?.strip_prefix('.'))
        .filter(|rest| is_version(rest))
        .collect();
    Rejection::Intake(IntakeRejection::UnknownType {
        type_name: shown(name),
        version: shown(version),
        known: match known.as_slice() {
            [] => "none of this type".into(),
            known => known.join(", ").into(),
        },
    })
}

fn is_version(text: &str) -> bool {
    let digits = text.strip_prefix('v').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A sender's text, cut to the length of an id.
fn shown(text: &str) -> SmolStr {
    text.chars().take(96).collect()
}

fn unreadable(from: &str, path: &str, detail: String) -> Rejection {
    Rejection::Intake(IntakeRejection::Unreadable {
        from: shown(from),
        path: path.to_owned(),
        detail,
    })
}

#[derive(Serialize)]
struct Outgoing<'a, B> {
    specversion: &'static str,
    id: &'a EventId,
    source: &'a SourceId,
    #[serde(rename = "type")]
    type_name: &'static str,
    time: Time,
    datacontenttype: &'static str,
    plant: &'a PlantId,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<&'a SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlationid: Option<&'a SmolStr>,
    data: &'a B,
}

/// Most messages are shorter, bytes: their text need not grow while it is written.
const MESSAGE_BYTES: usize = 512;

fn write<B: Serialize>(event: &Event, data: &B) -> String {
    let outgoing = Outgoing {
        specversion: "1.0",
        id: &event.id,
        source: &event.source,
        type_name: event.body.type_name(),
        time: event.time,
        datacontenttype: "application/json",
        plant: &event.plant,
        sequence: event.sequence.as_ref(),
        correlationid: event.correlation.as_ref(),
        data,
    };
    let mut bytes = Vec::with_capacity(MESSAGE_BYTES);
    match serde_json::to_writer(&mut bytes, &outgoing).map(|()| String::from_utf8(bytes)) {
        Ok(Ok(text)) => text,
        _ => unreachable!("events are encodable, and JSON is text"),
    }
}

fn json<T: Serialize>(value: &T) -> String {
    match serde_json::to_string(value) {
        Ok(text) => text,
        Err(error) => unreachable!("events are encodable: {error}"),
    }
}
