//! The books as they are stored in a snapshot file.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{Code, CommandKey, EntityKey, EventId, Plant, SmolStr, SourceId, Time};

use crate::books::Books;
use crate::exception_entry::{Closed, KeyedBy};
use crate::exception_list::ExceptionList;
use crate::guard::Supervision;
use crate::input::{DecodedEvent, Input, Kind};
use crate::marks::{MarkKey, Marks};
use crate::outbox::{Command, Pending};
use crate::parking::{ParkedEvent, Parking};
use crate::{Counts, ExceptionEntry, ExceptionId, PlantClock};

/// Books with the commit that they reflect.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredBooks {
    pub(crate) epoch: u64,
    pub(crate) commit_no: u64,
    pub(crate) recorded: Time,
    /// Hash of the record of `commit_no`.
    pub(crate) hash: [u8; 32],
    pub(crate) plant: StoredPlant,
    pub(crate) now: Time,
    pub(crate) marks: Marks,
    pub(crate) parked: Vec<StoredParked>,
    pub(crate) exceptions: Vec<StoredException>,
    pub(crate) exceptions_last: u64,
    pub(crate) commands: Vec<Command>,
    pub(crate) commands_last: u64,
    pub(crate) counts: Counts,
    pub(crate) supervision: Supervision,
    pub(crate) sources: BTreeMap<SourceId, Time>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredParked {
    raw: Bytes,
    code: Code,
    text: String,
    waits_for: EntityKey,
    since: Time,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredException {
    id: u64,
    refused: bool,
    code: Code,
    text: String,
    source: Option<SourceId>,
    event_id: Option<EventId>,
    event_type: Option<SmolStr>,
    object: Option<EntityKey>,
    first_seen: Time,
    last_seen: Time,
    seen: u64,
    tries: u32,
    closed: Option<Closed>,
    raw: Bytes,
    command: Option<CommandKey>,
    key: MarkKey,
    keyed_by: KeyedBy,
}

/// A snapshot that decodes but does not make sense.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidBooks {
    #[error(transparent)]
    State(#[from] twin_model::wire::snapshot::InvalidState),
    #[error("a waiting event in it cannot be read any more")]
    Parked,
    #[error("the marks in it are kept otherwise")]
    Marks,
}

impl StoredBooks {
    pub(crate) fn of(
        books: &Books,
        epoch: u64,
        commit_no: u64,
        recorded: Time,
        hash: [u8; 32],
    ) -> StoredBooks {
        StoredBooks {
            epoch,
            commit_no,
            recorded,
            hash,
            plant: StoredPlant::from(&books.plant),
            now: books.now,
            marks: books.marks.clone(),
            parked: books
                .parking
                .iter()
                .map(|parked| StoredParked::from(parked.as_ref()))
                .collect(),
            exceptions: books
                .exceptions
                .iter()
                .map(|entry| StoredException::from(entry.as_ref()))
                .collect(),
            exceptions_last: books.exceptions.last,
            commands: books
                .outbox
                .iter()
                .map(|command| (**command).clone())
                .collect(),
            commands_last: books.outbox.last,
            counts: books.counts.clone(),
            supervision: books.supervision.clone(),
            sources: books.sources.clone(),
        }
    }

    pub(crate) fn restore(
        self,
        clock: PlantClock,
        parking_limit_s: i64,
    ) -> Result<Books, InvalidBooks> {
        let plant = Plant::try_from(self.plant)?;
        let mut books = Books::new(plant.id().clone(), clock, parking_limit_s);
        books.plant = plant;
        books.now = self.now;
        if !self.marks.are_whole() {
            return Err(InvalidBooks::Marks);
        }
        books.marks = self.marks;
        books.parking = Parking::default();
        for parked in self.parked {
            let parked = parked.restore()?;
            books.plant.restore_waiting(parked.event());
            books.parking.park(parked);
        }
        books.exceptions = ExceptionList::default();
        for exception in self.exceptions {
            books.exceptions.put(Arc::new(exception.restore()));
        }
        books.exceptions.last = self.exceptions_last;
        books.outbox = Pending::default();
        for command in self.commands {
            books.outbox.push(Arc::new(command));
        }
        books.outbox.last = self.commands_last;
        books.counts = self.counts;
        books.supervision = self.supervision;
        books.sources = self.sources;
        Ok(books)
    }
}

impl From<&ParkedEvent> for StoredParked {
    fn from(parked: &ParkedEvent) -> StoredParked {
        StoredParked {
            raw: parked.decoded.raw.clone(),
            code: parked.code,
            text: parked.text.clone(),
            waits_for: parked.waits_for.clone(),
            since: parked.since,
        }
    }
}

impl StoredParked {
    fn restore(self) -> Result<ParkedEvent, InvalidBooks> {
        let Kind::Event(decoded) = Input::decode(self.raw).0 else {
            return Err(InvalidBooks::Parked);
        };
        let decoded: DecodedEvent = *decoded;
        Ok(ParkedEvent {
            decoded,
            code: self.code,
            text: self.text,
            waits_for: self.waits_for,
            since: self.since,
        })
    }
}

impl From<&ExceptionEntry> for StoredException {
    fn from(entry: &ExceptionEntry) -> StoredException {
        StoredException {
            id: entry.id.0,
            refused: entry.refused,
            code: entry.code,
            text: entry.text.clone(),
            source: entry.source.clone(),
            event_id: entry.event_id.clone(),
            event_type: entry.event_type.clone(),
            object: entry.object.clone(),
            first_seen: entry.first_seen,
            last_seen: entry.last_seen,
            seen: entry.seen,
            tries: entry.tries,
            closed: entry.closed.clone(),
            raw: entry.raw.clone(),
            command: entry.command.clone(),
            key: entry.key,
            keyed_by: entry.keyed_by,
        }
    }
}

impl StoredException {
    fn restore(self) -> ExceptionEntry {
        ExceptionEntry {
            id: ExceptionId(self.id),
            refused: self.refused,
            code: self.code,
            text: self.text,
            what_to_do: self.code.what_to_do(),
            source: self.source,
            event_id: self.event_id,
            event_type: self.event_type,
            object: self.object,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            seen: self.seen,
            tries: self.tries,
            closed: self.closed,
            raw: self.raw,
            command: self.command,
            key: self.key,
            keyed_by: self.keyed_by,
        }
    }
}
