//! What can be given to a plant, made ready off its thread.

use bytes::Bytes;
use twin_model::wire::Unreadable;
use twin_model::{Criticality, Event, IntakeRejection, Rejection, Time};

use crate::guard::guarded_read;
use crate::marks::MarkKey;

/// Largest message taken, in bytes. Larger ones become exceptions with their start kept.
pub const EVENT_BYTES_MAX: usize = 256 * 1024;

/// One input, decoded on the caller's thread so that the plant's thread only decides.
#[derive(Debug)]
pub struct Input(pub(crate) Kind);

#[derive(Debug)]
pub(crate) enum Kind {
    Event(Box<DecodedEvent>),
    Unreadable {
        raw: Bytes,
        error: Box<Unreadable>,
        part: Part,
    },
    Tick(Time),
}

/// How much of a message is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    /// Its start; the whole had this key.
    StartOf(MarkKey),
    /// Its start; the rest was never seen.
    Start,
}

/// An event with what the idempotency check needs.
#[derive(Debug, Clone)]
pub(crate) struct DecodedEvent {
    pub(crate) event: Event,
    pub(crate) raw: Bytes,
    pub(crate) key: MarkKey,
    pub(crate) digest: u64,
}

impl DecodedEvent {
    pub(crate) fn new(event: Event, raw: Bytes) -> DecodedEvent {
        let key = MarkKey::of(&event.source, &event.id);
        let digest = event.content_digest();
        DecodedEvent {
            event,
            raw,
            key,
            digest,
        }
    }
}

impl Input {
    /// Decodes a message. Never fails: what cannot be read becomes an exception of the plant.
    #[must_use]
    pub fn decode(raw: Bytes) -> Input {
        if raw.len() > EVENT_BYTES_MAX {
            return Input::too_large(&raw);
        }
        match guarded_read(&raw) {
            Ok(event) => Input(Kind::Event(Box::new(DecodedEvent::new(event, raw)))),
            Err(error) => Input(Kind::Unreadable {
                raw,
                error: Box::new(error),
                part: Part::Whole,
            }),
        }
    }

    /// A message that is over the limit; its first bytes are kept, and it is known by all of them.
    #[must_use]
    pub fn too_large(raw: &Bytes) -> Input {
        let rejection = Rejection::Intake(IntakeRejection::TooLarge {
            bytes: raw.len(),
            max: EVENT_BYTES_MAX,
        });
        let error = Unreadable {
            rejection,
            id: None,
            source: None,
            type_name: None,
        };
        Input::unreadable(raw.clone(), error)
    }

    /// A message that its reader could not turn into an event, for a reason of its own. Of one that
    /// is too large, `raw` may be the start alone; such a one is never known again.
    #[must_use]
    pub fn unreadable(raw: Bytes, error: Unreadable) -> Input {
        let (raw, part) = match &error.rejection {
            _ if raw.len() > EVENT_BYTES_MAX => {
                (start_of(&raw), Part::StartOf(MarkKey::of_bytes(&raw)))
            }
            Rejection::Intake(IntakeRejection::TooLarge { bytes, .. }) if *bytes > raw.len() => {
                (start_of(&raw), Part::Start)
            }
            _ => (raw, Part::Whole),
        };
        Input(Kind::Unreadable {
            raw,
            error: Box::new(error),
            part,
        })
    }

    /// The plant's clock reaches `now`. Only event-time plants take ticks from outside.
    #[must_use]
    pub fn tick(now: Time) -> Input {
        Input(Kind::Tick(now))
    }

    /// The event, if the message could be read.
    #[must_use]
    pub fn event(&self) -> Option<&Event> {
        match &self.0 {
            Kind::Event(decoded) => Some(&decoded.event),
            Kind::Unreadable { .. } | Kind::Tick(_) => None,
        }
    }

    /// How urgent it is, by its type; what could not be read is not.
    #[must_use]
    pub fn class(&self) -> Criticality {
        self.event().map_or(Criticality::NearRealTime, |event| {
            Criticality::of(event.body.type_name())
        })
    }

    /// Why the message could not be read, if it could not.
    #[must_use]
    pub fn error(&self) -> Option<&Unreadable> {
        match &self.0 {
            Kind::Unreadable { error, .. } => Some(error),
            Kind::Event(_) | Kind::Tick(_) => None,
        }
    }

    /// Bytes that the input keeps in memory until its commit.
    #[must_use]
    pub fn len_bytes(&self) -> usize {
        match &self.0 {
            Kind::Event(decoded) => decoded.raw.len(),
            Kind::Unreadable { raw, .. } => raw.len(),
            Kind::Tick(_) => 0,
        }
    }
}

/// How much is kept of a message that is too large, in bytes.
const TOO_LARGE_KEPT_BYTES: usize = 4 * 1024;

/// The start of a message, copied so that the large buffer is freed.
fn start_of(raw: &Bytes) -> Bytes {
    Bytes::copy_from_slice(&raw[..raw.len().min(TOO_LARGE_KEPT_BYTES)])
}
