//! What a person does with an exception: try it again, correct it, or discard it. Journaled like an
//! event, so that a replay of the journal comes to the same state.

use bytes::Bytes;
use twin_model::{Code, CommandKey, EventId, IntakeRejection, Rejection, SourceId};

use crate::because::Because;
use crate::books::Books;
use crate::exception_entry::{Closed, How, KeyedBy};
use crate::guard::guarded_redrive;
use crate::input::{DecodedEvent, Input, Kind};
use crate::marks::Seen;
use crate::outcome::Outcome;
use crate::record::{Entry, Found, OperatorEntry, ReplayedEntry, Signed, Verdict};
use crate::resolution::{Resolution, Resolve, ResolveError};
use crate::{Disposition, ExceptionEntry, ExceptionId};

/// What became of a resolution, before its commit.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) disposition: Option<Disposition>,
    /// It was done before; nothing was changed now.
    pub(crate) already: bool,
}

impl Settled {
    fn already() -> Settled {
        Settled {
            disposition: None,
            already: true,
        }
    }
}

/// The message of an exception, read again.
enum Again {
    Event(Box<DecodedEvent>),
    /// With the rejection, where it is read now and not in a replay of the journal.
    Unreadable {
        code: Code,
        text: String,
        rejection: Option<Rejection>,
    },
}

impl Again {
    fn read(raw: &Bytes) -> Again {
        match Input::decode(raw.clone()).0 {
            Kind::Event(decoded) => Again::Event(decoded),
            Kind::Unreadable { error, .. } => Again::Unreadable {
                code: error.rejection.code(),
                text: error.rejection.to_string(),
                rejection: Some(error.rejection),
            },
            Kind::Tick(_) => unreachable!("no message is a tick"),
        }
    }
}

impl Books {
    /// Does what a person wants done with an exception.
    pub(crate) fn resolve(
        &mut self,
        wanted: &Resolution,
        outcome: &mut Outcome,
    ) -> Result<Settled, ResolveError> {
        let kept = self.exceptions.get(wanted.id);
        let entry = ExceptionEntry::clone(kept.ok_or(ResolveError::NotKept(wanted.id))?);
        if let Some(closed) = &entry.closed {
            return match wanted.what.is_done_by(&closed.how) {
                true => Ok(Settled::already()),
                false => Err(ResolveError::Closed(Box::new(entry))),
            };
        }
        let tag = entry.tag();
        if let Some(tags) = &wanted.unchanged
            && !tags.contains(&tag)
        {
            return Err(ResolveError::Changed(Box::new(entry)));
        }
        if !entry.steps().contains(&wanted.what.step()) {
            return Err(ResolveError::NotAllowed {
                step: wanted.what.step(),
                entry: Box::new(entry),
            });
        }
        let signed = Signed {
            by: wanted.by.clone(),
            reason: wanted.reason.clone(),
        };
        match &wanted.what {
            Resolve::Replay => match &entry.command {
                Some(command) => self.send_again(entry.id, command, signed, outcome),
                None => Ok(self.replay_exception(&entry, signed, outcome)),
            },
            Resolve::Correct(raw) => self.correct(&entry, raw, signed, outcome),
            Resolve::Discard => {
                self.close(entry.id, How::Discarded, &signed, outcome);
                let exception = entry.id.0;
                let done = OperatorEntry::Discarded { exception, signed };
                outcome.entries.push(Entry::Operator(done));
                Ok(Settled {
                    disposition: None,
                    already: false,
                })
            }
        }
    }

    fn replay_exception(
        &mut self,
        entry: &ExceptionEntry,
        signed: Signed,
        outcome: &mut Outcome,
    ) -> Settled {
        let again = Again::read(&entry.raw);
        let (found, disposition) = self.try_again(entry, again, &signed, outcome);
        let replayed = ReplayedEntry {
            exception: entry.id.0,
            signed,
            found,
        };
        outcome
            .entries
            .push(Entry::Operator(OperatorEntry::Replayed(replayed)));
        Settled {
            disposition,
            already: false,
        }
    }

    /// Does again what a journaled replay of an exception did. Gives what it finds now.
    pub(crate) fn replay_again(&mut self, was: &ReplayedEntry, outcome: &mut Outcome) -> Found {
        let Some(entry) = self.exceptions.get(ExceptionId(was.exception)) else {
            return Found::Duplicate;
        };
        let entry = ExceptionEntry::clone(entry);
        if let Some(command) = &entry.command {
            return match self.redrive(entry.id, command, &was.signed, outcome) {
                Ok(()) => Found::Sent,
                Err(rejection) => Found::Decided(Verdict::Refused(rejection.code())),
            };
        }
        let again = match &was.found {
            Found::Unreadable { code, text } => Again::Unreadable {
                code: *code,
                text: text.clone(),
                rejection: None,
            },
            Found::Decided(_) | Found::Duplicate | Found::Sent => Again::read(&entry.raw),
        };
        self.try_again(&entry, again, &was.signed, outcome).0
    }

    /// Has the process of a command send it again.
    fn send_again(
        &mut self,
        id: ExceptionId,
        command: &CommandKey,
        signed: Signed,
        outcome: &mut Outcome,
    ) -> Result<Settled, ResolveError> {
        self.redrive(id, command, &signed, outcome)
            .map_err(ResolveError::CommandNotSent)?;
        let replayed = ReplayedEntry {
            exception: id.0,
            signed,
            found: Found::Sent,
        };
        outcome
            .entries
            .push(Entry::Operator(OperatorEntry::Replayed(replayed)));
        Ok(Settled {
            disposition: None,
            already: false,
        })
    }

    fn redrive(
        &mut self,
        id: ExceptionId,
        command: &CommandKey,
        signed: &Signed,
        outcome: &mut Outcome,
    ) -> Result<(), Rejection> {
        let turn = guarded_redrive(&mut self.plant, command, self.now)?;
        // Settled first: what the turn may put before people is a new exception.
        self.close(id, How::Sent, signed, outcome);
        let because = Because::of_the_clock(self.now, &self.plant);
        let touched = self.book(&because, turn, outcome);
        self.retry_waiting_for(touched, outcome);
        Ok(())
    }

    fn try_again(
        &mut self,
        entry: &ExceptionEntry,
        again: Again,
        signed: &Signed,
        outcome: &mut Outcome,
    ) -> (Found, Option<Disposition>) {
        let decoded = match again {
            Again::Event(decoded) => *decoded,
            Again::Unreadable {
                code,
                text,
                rejection,
            } => {
                let id = self.still_open(entry, code, text.clone(), outcome);
                let disposition =
                    rejection.map(|rejection| Disposition::Exception { id, rejection });
                return (Found::Unreadable { code, text }, disposition);
            }
        };
        if entry.keyed_by == KeyedBy::Bytes
            && let Some(found) = self.claim_mark(entry, &decoded, signed, outcome)
        {
            return found;
        }
        let event = &decoded.event;
        *self
            .counts
            .exceptions_replayed
            .entry(entry.code)
            .or_default() += 1;
        let (verdict, disposition) = match self.refuse_at_the_door(event) {
            Some(rejection) => self.reject(decoded, rejection, outcome),
            None => {
                let (source, time) = (event.source.clone(), event.time);
                self.note_source(&source, time, outcome);
                self.admit(decoded, outcome)
            }
        };
        match &disposition {
            Disposition::Applied => self.close(entry.id, How::Applied, signed, outcome),
            Disposition::Parked { .. } => self.close(entry.id, How::Parked, signed, outcome),
            // Kept under its number as refused.
            Disposition::Refused(_) | Disposition::Duplicate => {}
            Disposition::Exception { .. } => self.is_no_new_exception(entry.code, verdict),
        }
        (Found::Decided(verdict), Some(disposition))
    }

    /// An exception that stays one is counted once, under the rule that it met first.
    fn is_no_new_exception(&mut self, before: Code, verdict: Verdict) {
        let Verdict::Exception(now) = verdict else {
            unreachable!("an exception has the verdict of one")
        };
        let counts = &mut self.counts;
        for (counted, code) in [
            (&mut counts.exceptions, now),
            (&mut counts.exceptions_replayed, before),
        ] {
            let count = counted.entry(code).or_default();
            *count -= 1;
            if *count == 0 {
                counted.remove(&code);
            }
        }
    }

    /// An event that could not be read, or told from old ones, when it came: takes the mark of its
    /// id. Gives what was found when another message has it.
    fn claim_mark(
        &mut self,
        entry: &ExceptionEntry,
        decoded: &DecodedEvent,
        signed: &Signed,
        outcome: &mut Outcome,
    ) -> Option<(Found, Option<Disposition>)> {
        let event = &decoded.event;
        let (key, digest) = (decoded.key, decoded.digest);
        match self.marks.look_up(key, digest, &event.source, event.time) {
            Seen::Same => {
                let replayed = &mut self.counts.exceptions_replayed;
                *replayed.entry(entry.code).or_default() += 1;
                self.counts.duplicates += 1;
                self.close(entry.id, How::Duplicate, signed, outcome);
                Some((Found::Duplicate, Some(Disposition::Duplicate)))
            }
            Seen::Different => {
                let rejection = Rejection::Intake(IntakeRejection::IdReused {
                    id: event.id.clone(),
                    source_id: event.source.clone(),
                });
                let code = rejection.code();
                let id = self.still_open(entry, code, rejection.to_string(), outcome);
                let disposition = Disposition::Exception { id, rejection };
                Some((Found::Decided(Verdict::Exception(code)), Some(disposition)))
            }
            Seen::No | Seen::Forgotten(_) => {
                self.marks.insert(key, digest, &event.source, event.time);
                let marked = ExceptionEntry {
                    key,
                    keyed_by: KeyedBy::Event,
                    ..entry.clone()
                };
                self.put_exception(marked, outcome);
                None
            }
        }
    }

    /// A replay that changed nothing: somebody must still act.
    fn still_open(
        &mut self,
        entry: &ExceptionEntry,
        code: Code,
        text: String,
        outcome: &mut Outcome,
    ) -> ExceptionId {
        let again = ExceptionEntry {
            code,
            what_to_do: code.what_to_do(),
            text,
            tries: entry.tries + 1,
            last_seen: self.now.max(entry.last_seen),
            ..entry.clone()
        };
        self.put_exception(again, outcome);
        entry.id
    }

    fn correct(
        &mut self,
        entry: &ExceptionEntry,
        raw: &Bytes,
        signed: Signed,
        outcome: &mut Outcome,
    ) -> Result<Settled, ResolveError> {
        let decoded = match Input::decode(raw.clone()).0 {
            Kind::Event(decoded) => *decoded,
            Kind::Unreadable { error, .. } => {
                return Err(ResolveError::CorrectionRefused(error.rejection));
            }
            Kind::Tick(_) => unreachable!("no message is a tick"),
        };
        let (source, event_id) = (decoded.event.source.clone(), decoded.event.id.clone());
        if entry.event_id.as_ref() == Some(&event_id) && entry.source.as_ref() == Some(&source) {
            return Err(ResolveError::SameId {
                source_id: source,
                event_id,
            });
        }
        // Tried on a copy: a correction that does not go through leaves nothing behind.
        let mut copy = self.clone();
        match copy.decide(decoded.clone(), &mut Outcome::default()) {
            Disposition::Applied | Disposition::Parked { .. } => {}
            Disposition::Duplicate => {
                return Err(ResolveError::SameId {
                    source_id: source,
                    event_id,
                });
            }
            Disposition::Refused(rejection) | Disposition::Exception { rejection, .. } => {
                return Err(ResolveError::CorrectionRefused(rejection));
            }
        }
        let disposition = self.decide(decoded, outcome);
        self.close_corrected(entry.id, &source, &event_id, &signed, outcome);
        let done = OperatorEntry::Corrected {
            exception: entry.id.0,
            source,
            event_id,
            signed,
        };
        outcome.entries.push(Entry::Operator(done));
        Ok(Settled {
            disposition: Some(disposition),
            already: false,
        })
    }

    pub(crate) fn close_corrected(
        &mut self,
        id: ExceptionId,
        source: &SourceId,
        event_id: &EventId,
        signed: &Signed,
        outcome: &mut Outcome,
    ) {
        let how = How::Corrected {
            source: source.clone(),
            event_id: event_id.clone(),
        };
        self.close(id, how, signed, outcome);
    }

    /// Settles an exception. Does nothing when it is not kept any more.
    pub(crate) fn close(
        &mut self,
        id: ExceptionId,
        how: How,
        signed: &Signed,
        outcome: &mut Outcome,
    ) {
        let Some(entry) = self.exceptions.get(id) else {
            return;
        };
        let tried = matches!(how, How::Applied | How::Parked | How::Duplicate | How::Sent);
        let closed = ExceptionEntry {
            closed: Some(Closed {
                how,
                by: signed.by.clone(),
                reason: signed.reason.clone(),
                at: self.now,
            }),
            tries: entry.tries + u32::from(tried),
            last_seen: self.now.max(entry.last_seen),
            ..ExceptionEntry::clone(entry)
        };
        self.put_exception(closed, outcome);
    }
}
