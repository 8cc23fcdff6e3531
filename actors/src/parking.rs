//! Events whose cause has not arrived yet: they wait, bounded in number and time, and are tried
//! again by themselves.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use twin_model::{
    Code, EntityKey, Event, EventBody, EventId, IntakeRejection, OperationId, Rejection, SourceId,
    Time,
};

use crate::input::DecodedEvent;

/// Events that may wait in one plant; one more becomes an exception.
pub const PARKED_EVENTS_MAX: usize = 100_000;
/// Bytes of messages that may wait in one plant; what goes beyond becomes an exception.
pub const PARKED_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Events that a source must not overtake among themselves: same source, same owner, same
/// operation. What is told of lots and of units adds up in any order, so each of it is a stream of
/// its own: an event that waits for stock must not keep back the one that brings it. So is what
/// takes another event back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StreamKey {
    source: SourceId,
    owner: EntityKey,
    operation: Option<OperationId>,
    /// For what is a stream of its own.
    event: Option<EventId>,
}

impl StreamKey {
    pub(crate) fn of(event: &Event) -> StreamKey {
        let owner = event.body.owner();
        StreamKey {
            source: event.source.clone(),
            operation: event.body.operation().cloned(),
            event: (matches!(owner, EntityKey::Lot(_) | EntityKey::LogisticUnit(_))
                || takes_back(&event.body))
            .then(|| event.id.clone()),
            owner,
        }
    }
}

/// What waits for the very event that it takes back must not keep that back. With its operation it
/// stays in order with the reports of that; a reversal, which may name a document, with everything
/// that its source tells of the order.
fn takes_back(body: &EventBody) -> bool {
    matches!(body, EventBody::EventRetracted(body) if body.op.is_none())
}

/// One waiting event.
#[derive(Debug, Clone)]
pub struct ParkedEvent {
    pub(crate) decoded: DecodedEvent,
    /// The rule that it waits on.
    pub code: Code,
    /// In business words.
    pub text: String,
    /// The object whose next change may help.
    pub waits_for: EntityKey,
    /// Plant time when it began to wait.
    pub since: Time,
}

impl ParkedEvent {
    pub(crate) fn new(decoded: DecodedEvent, rejection: &Rejection, since: Time) -> ParkedEvent {
        let waits_for = rejection
            .waits_for()
            .unwrap_or_else(|| decoded.event.body.owner());
        ParkedEvent {
            code: rejection.code(),
            text: rejection.to_string(),
            waits_for,
            since,
            decoded,
        }
    }

    /// Copies the message, so that a whole batch is not kept alive by one part of it.
    pub(crate) fn detach(&mut self) {
        self.decoded.raw = Bytes::copy_from_slice(&self.decoded.raw);
    }

    /// Why it becomes an exception when there is no room to wait.
    pub(crate) fn no_room(&self) -> Rejection {
        Rejection::Intake(IntakeRejection::NoRoomToWait {
            waits_for: self.waits_for.clone(),
            code: self.code,
        })
    }

    /// The message as received.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.decoded.raw
    }

    /// The waiting event.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.decoded.event
    }
}

/// All waiting events of a plant, by stream. Ordered maps: what is tried first is defined.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parking {
    streams: BTreeMap<StreamKey, VecDeque<Arc<ParkedEvent>>>,
    /// Streams whose head waits for the entity.
    waiting: BTreeMap<EntityKey, BTreeSet<StreamKey>>,
    len: usize,
    bytes: usize,
}

impl Parking {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn has_room_for(&self, parked: &ParkedEvent) -> bool {
        let bytes = self.bytes + parked.decoded.raw.len();
        self.len < PARKED_EVENTS_MAX && bytes <= PARKED_BYTES_MAX
    }

    /// Sets when every waiting event began to wait.
    pub(crate) fn began_to_wait_at(&mut self, since: Time) {
        for parked in self.streams.values_mut().flatten() {
            Arc::make_mut(parked).since = since;
        }
    }

    /// The head of the stream that `event` belongs to, if it waits.
    pub(crate) fn head_before(&self, event: &Event) -> Option<&ParkedEvent> {
        if self.len == 0 {
            return None;
        }
        self.streams
            .get(&StreamKey::of(event))
            .and_then(VecDeque::front)
            .map(Arc::as_ref)
    }

    /// Lets an event wait at the end of its stream.
    pub(crate) fn park(&mut self, parked: ParkedEvent) {
        let stream = StreamKey::of(parked.event());
        let queue = self.streams.entry(stream.clone()).or_default();
        if queue.is_empty() {
            self.waiting
                .entry(parked.waits_for.clone())
                .or_default()
                .insert(stream);
        }
        self.len += 1;
        self.bytes += parked.decoded.raw.len();
        queue.push_back(Arc::new(parked));
    }

    /// Streams whose head waits for `key`, in the order of their keys: it must not depend on
    /// whether the plant was recovered in between. They no longer count as waiting; each must be
    /// put back with [`Parking::wait_again`] or emptied.
    pub(crate) fn take_waiting(&mut self, key: &EntityKey) -> BTreeSet<StreamKey> {
        if self.len == 0 {
            return BTreeSet::new();
        }
        self.waiting.remove(key).unwrap_or_default()
    }

    pub(crate) fn pop_head(&mut self, stream: &StreamKey) -> Option<ParkedEvent> {
        let queue = self.streams.get_mut(stream)?;
        let head = queue.pop_front();
        if let Some(head) = &head {
            self.len -= 1;
            self.bytes -= head.decoded.raw.len();
        }
        if queue.is_empty() {
            self.streams.remove(stream);
        }
        head.map(Arc::unwrap_or_clone)
    }

    /// Puts a head back that still has to wait, keeping its place and its first waiting time.
    pub(crate) fn wait_again(&mut self, parked: ParkedEvent) {
        let stream = StreamKey::of(parked.event());
        self.waiting
            .entry(parked.waits_for.clone())
            .or_default()
            .insert(stream.clone());
        self.len += 1;
        self.bytes += parked.decoded.raw.len();
        let queue = self.streams.entry(stream).or_default();
        queue.push_front(Arc::new(parked));
    }

    /// Takes out every event that began to wait at or before `before`.
    pub(crate) fn take_expired(&mut self, before: Time) -> Vec<ParkedEvent> {
        let expired = |parked: &Arc<ParkedEvent>| parked.since <= before;
        if !self.streams.values().flatten().any(expired) {
            return Vec::new();
        }
        let all: Vec<Arc<ParkedEvent>> = std::mem::take(&mut self.streams)
            .into_values()
            .flatten()
            .collect();
        self.waiting.clear();
        (self.len, self.bytes) = (0, 0);
        let (gone, stay): (Vec<_>, Vec<_>) = all.into_iter().partition(expired);
        for parked in stay {
            self.park(Arc::unwrap_or_clone(parked));
        }
        gone.into_iter().map(Arc::unwrap_or_clone).collect()
    }

    /// All waiting events, stream by stream.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<ParkedEvent>> {
        self.streams.values().flatten()
    }
}
