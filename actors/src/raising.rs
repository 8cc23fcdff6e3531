//! How something becomes an exception: kept with its words for the person who decides.

use std::sync::Arc;

use bytes::Bytes;
use twin_model::{IntakeRejection, Rejection, Time};

use crate::books::Books;
use crate::exception_entry::KeyedBy;
use crate::input::{DecodedEvent, Part};
use crate::marks::MarkKey;
use crate::outcome::Outcome;
use crate::parking::ParkedEvent;
use crate::record::{Entry, UnreadableEntry};
use crate::{Disposition, ExceptionEntry, ExceptionId};

impl Books {
    /// Books an event that was read and cannot be decided.
    pub(crate) fn raise_for(
        &mut self,
        decoded: &DecodedEvent,
        rejection: Rejection,
        outcome: &mut Outcome,
    ) -> Disposition {
        self.raise_known_by((decoded.key, KeyedBy::Event), decoded, rejection, outcome)
    }

    /// As [`Books::raise_for`], for an event that does not hold the mark of its id.
    pub(crate) fn raise_known_by(
        &mut self,
        key: (MarkKey, KeyedBy),
        decoded: &DecodedEvent,
        rejection: Rejection,
        outcome: &mut Outcome,
    ) -> Disposition {
        let entry = self.entry_for(key, decoded, &rejection);
        let id = self.raise(entry, outcome);
        Disposition::Exception { id, rejection }
    }

    /// Keeps an event that a rule refused, with its words, where exceptions are kept.
    pub(crate) fn keep_refused(
        &mut self,
        decoded: &DecodedEvent,
        rejection: &Rejection,
        outcome: &mut Outcome,
    ) {
        let entry = ExceptionEntry {
            refused: true,
            ..self.entry_for((decoded.key, KeyedBy::Event), decoded, rejection)
        };
        self.keep(entry, outcome);
    }

    /// The entry of an event; its number is given when it is kept.
    fn entry_for(
        &self,
        (key, keyed_by): (MarkKey, KeyedBy),
        decoded: &DecodedEvent,
        rejection: &Rejection,
    ) -> ExceptionEntry {
        let event = &decoded.event;
        // Before the first tick the event's own time is the best that is known.
        let seen_at = if self.now > Time::EPOCH {
            self.now
        } else {
            event.time
        };
        ExceptionEntry {
            id: ExceptionId(0),
            refused: false,
            code: rejection.code(),
            text: rejection.to_string(),
            what_to_do: rejection.what_to_do(),
            source: Some(event.source.clone()),
            event_id: Some(event.id.clone()),
            event_type: Some(event.body.type_name().into()),
            object: Some(event.body.owner()),
            first_seen: seen_at,
            last_seen: seen_at,
            seen: 1,
            tries: match rejection {
                Rejection::Intake(IntakeRejection::Poison { tries, .. }) => *tries,
                _ => 1,
            },
            closed: None,
            raw: decoded.raw.clone(),
            command: None,
            key,
            keyed_by,
        }
    }

    /// Books a message that could not be read; the same again is a duplicate.
    pub(crate) fn unreadable_or_seen(
        &mut self,
        entry: &UnreadableEntry,
        part: Part,
        outcome: &mut Outcome,
    ) -> Option<ExceptionId> {
        let (key, keyed_by) = match part {
            Part::Whole => (MarkKey::of_bytes(&entry.raw), KeyedBy::Bytes),
            Part::StartOf(key) => (key, KeyedBy::Start),
            // Two of them may differ in what was never seen.
            Part::Start => (self.exceptions.next_unknown(), KeyedBy::Start),
        };
        if !self.marks.knows(key) {
            return Some(self.unreadable(entry, (key, keyed_by), outcome));
        }
        self.seen_again(key, outcome);
        self.exceptions.by_key(key).map(|kept| kept.id)
    }

    /// Books a message that could not be read.
    pub(crate) fn unreadable(
        &mut self,
        entry: &UnreadableEntry,
        (key, keyed_by): (MarkKey, KeyedBy),
        outcome: &mut Outcome,
    ) -> ExceptionId {
        self.marks.insert_bytes(key);
        outcome.entries.push(match keyed_by {
            KeyedBy::Start => Entry::Start(entry.clone(), key),
            _ => Entry::Unreadable(entry.clone()),
        });
        let entry = ExceptionEntry {
            id: ExceptionId(0),
            refused: false,
            code: entry.code,
            text: entry.text.clone(),
            what_to_do: entry.code.what_to_do(),
            source: entry.source.clone(),
            event_id: entry.id.clone(),
            event_type: entry.type_name.clone(),
            object: None,
            first_seen: self.now,
            last_seen: self.now,
            seen: 1,
            tries: 1,
            closed: None,
            raw: entry.raw.clone(),
            command: None,
            key,
            keyed_by,
        };
        self.raise(entry, outcome)
    }

    /// Books an event that has waited too long, or for which there is no room to wait.
    pub(crate) fn raise_parked(
        &mut self,
        parked: &ParkedEvent,
        outcome: &mut Outcome,
    ) -> ExceptionId {
        let event = parked.event();
        let entry = ExceptionEntry {
            id: ExceptionId(0),
            refused: false,
            code: parked.code,
            text: parked.text.clone(),
            what_to_do: parked.code.what_to_do(),
            source: Some(event.source.clone()),
            event_id: Some(event.id.clone()),
            event_type: Some(event.body.type_name().into()),
            object: Some(parked.waits_for.clone()),
            first_seen: self.now,
            last_seen: self.now,
            seen: 1,
            tries: 1,
            closed: None,
            raw: parked.decoded.raw.clone(),
            command: None,
            key: parked.decoded.key,
            keyed_by: KeyedBy::Event,
        };
        self.raise(entry, outcome)
    }

    /// A message came again whose mark is known: a duplicate, shown at its exception if it is one.
    pub(crate) fn seen_again(&mut self, key: MarkKey, outcome: &mut Outcome) -> Disposition {
        match self.exceptions.by_key(key).map(|kept| kept.id) {
            Some(id) => {
                outcome.entries.push(Entry::SeenAgain(id.0));
                self.note_seen(id, outcome);
            }
            None => {
                self.counts.duplicates += 1;
                outcome.add_duplicate();
            }
        }
        Disposition::Duplicate
    }

    /// Counts one more arrival of the message of an exception.
    pub(crate) fn note_seen(&mut self, id: ExceptionId, outcome: &mut Outcome) {
        self.counts.duplicates += 1;
        if let Some(kept) = self.exceptions.get(id) {
            let again = ExceptionEntry {
                seen: kept.seen + 1,
                last_seen: self.now.max(kept.last_seen),
                ..ExceptionEntry::clone(kept)
            };
            self.put_exception(again, outcome);
        }
    }

    fn raise(&mut self, entry: ExceptionEntry, outcome: &mut Outcome) -> ExceptionId {
        *self.counts.exceptions.entry(entry.code).or_default() += 1;
        self.keep(entry, outcome)
    }

    /// Keeps an entry: under the number that its message has already, or under a new one.
    fn keep(&mut self, mut entry: ExceptionEntry, outcome: &mut Outcome) -> ExceptionId {
        match self.exceptions.by_key(entry.key) {
            Some(before) => {
                entry.id = before.id;
                entry.first_seen = before.first_seen;
                entry.seen = before.seen;
                entry.tries += before.tries;
                entry.raw = before.raw.clone();
            }
            None => {
                entry.id = self.exceptions.next_id();
                // Copied, so that a whole batch is not kept alive by one part of it.
                entry.raw = Bytes::copy_from_slice(&entry.raw);
            }
        }
        let id = entry.id;
        self.put_exception(entry, outcome);
        id
    }

    /// Puts an entry in its place, and tells who follows the plant.
    pub(crate) fn put_exception(&mut self, entry: ExceptionEntry, outcome: &mut Outcome) {
        let entry = Arc::new(entry);
        for left in self.exceptions.put(Arc::clone(&entry)) {
            if left.is_open() && !left.refused {
                self.counts.exceptions_crowded_out += 1;
            }
            outcome.exceptions_gone.push(left.id);
        }
        outcome.exceptions.push(entry);
    }
}
