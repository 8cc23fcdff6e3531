//! How something becomes an exception: kept with its words for the person who decides.

use std::sync::Arc;

use bytes::Bytes;
use twin_model::{Rejection, Time};

use crate::books::{Books, Outcome};
use crate::input::DecodedEvent;
use crate::parking::ParkedEvent;
use crate::record::{Entry, UnreadableEntry};
use crate::{Disposition, EXCEPTION_RAW_BYTES_MAX, ExceptionEntry, ExceptionId};

impl Books {
    /// Books an event that was read and cannot be decided.
    pub(crate) fn raise_for(
        &mut self,
        decoded: &DecodedEvent,
        rejection: Rejection,
        outcome: &mut Outcome,
    ) -> Disposition {
        let entry = self.entry_for(decoded, &rejection, false);
        let id = entry.id;
        self.raise(entry, outcome);
        Disposition::Exception { id, rejection }
    }

    /// Keeps an event that a rule refused, with its words, where exceptions are kept.
    pub(crate) fn keep_refused(
        &mut self,
        decoded: &DecodedEvent,
        rejection: &Rejection,
        outcome: &mut Outcome,
    ) {
        let entry = self.entry_for(decoded, rejection, true);
        self.keep(entry, outcome);
    }

    fn entry_for(
        &mut self,
        decoded: &DecodedEvent,
        rejection: &Rejection,
        refused: bool,
    ) -> ExceptionEntry {
        let event = &decoded.event;
        ExceptionEntry {
            id: self.exceptions.next_id(),
            refused,
            code: rejection.code(),
            text: rejection.to_string(),
            what_to_do: rejection.what_to_do(),
            source: Some(event.source.clone()),
            event_id: Some(event.id.clone()),
            event_type: Some(event.body.type_name().into()),
            object: Some(event.body.owner()),
            // Before the first tick the event's own time is the best that is known.
            first_seen: if self.now > Time::EPOCH {
                self.now
            } else {
                event.time
            },
            raw: decoded.raw.clone(),
            command: None,
            closed_at: None,
        }
    }

    /// Books a message that could not be read.
    pub(crate) fn unreadable(
        &mut self,
        entry: &UnreadableEntry,
        outcome: &mut Outcome,
    ) -> ExceptionId {
        let id = self.exceptions.next_id();
        outcome.entries.push(Entry::Unreadable(entry.clone()));
        self.raise(
            ExceptionEntry {
                id,
                refused: false,
                code: entry.code,
                text: entry.text.clone(),
                what_to_do: entry.code.what_to_do(),
                source: entry.source.clone(),
                event_id: entry.id.clone(),
                event_type: entry.type_name.clone(),
                object: None,
                first_seen: self.now,
                raw: entry.raw.clone(),
                command: None,
                closed_at: None,
            },
            outcome,
        );
        id
    }

    /// Books an event that has waited too long, or for which there is no room to wait.
    pub(crate) fn raise_parked(
        &mut self,
        parked: &ParkedEvent,
        outcome: &mut Outcome,
    ) -> ExceptionId {
        let id = self.exceptions.next_id();
        let event = parked.event();
        let entry = ExceptionEntry {
            id,
            refused: false,
            code: parked.code,
            text: parked.text.clone(),
            what_to_do: parked.code.what_to_do(),
            source: Some(event.source.clone()),
            event_id: Some(event.id.clone()),
            event_type: Some(event.body.type_name().into()),
            object: Some(parked.waits_for.clone()),
            first_seen: self.now,
            raw: parked.decoded.raw.clone(),
            command: None,
            closed_at: None,
        };
        self.raise(entry, outcome);
        id
    }

    fn raise(&mut self, entry: ExceptionEntry, outcome: &mut Outcome) {
        *self.counts.exceptions.entry(entry.code).or_default() += 1;
        self.keep(entry, outcome);
    }

    fn keep(&mut self, mut entry: ExceptionEntry, outcome: &mut Outcome) {
        // Copied, so that a batch or a large message is not kept alive by one part of it.
        let kept = entry.raw.len().min(EXCEPTION_RAW_BYTES_MAX);
        entry.raw = Bytes::copy_from_slice(&entry.raw[..kept]);
        let entry = Arc::new(entry);
        self.exceptions.push(Arc::clone(&entry));
        outcome.exceptions.push(entry);
    }
}
