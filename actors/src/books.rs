//! Everything that a plant knows, and how one input changes it. Deterministic: the live shard and
//! a replay of the journal run the same code and must come to the same end.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_model::{
    CommandBody, DeliveryId, EntityKey, Event, EventRejected, GateDecided, HoldId, IntakeRejection,
    Kind, LotId, NonconformanceId, Notice, Plant, PlantId, RecallDecisionRequired, RecallRequired,
    Rejection, SmolStr, SourceId, Time, Turn,
};

use crate::because::Because;
use crate::exception_entry::{How, KeyedBy};
use crate::exception_list::ExceptionList;
use crate::guard::{Supervision, guarded_turn};
use crate::input::DecodedEvent;
use crate::marks::{MarkKey, Marks, Seen};
use crate::outbox::{Command, Pending};
use crate::outcome::{Effective, Outcome};
use crate::parking::{ParkedEvent, Parking};
use crate::record::{Entry, OperatorEntry, Poisoned, Verdict};
use crate::{Change, Counts, Disposition, ExceptionId, PlantClock};

/// How far an event's time may run ahead of a wall-clock plant, in seconds.
const FUTURE_S_MAX: i64 = 300;

/// The state of one plant's shard.
#[derive(Debug, Clone)]
pub(crate) struct Books {
    pub(crate) plant: Plant,
    pub(crate) clock: PlantClock,
    /// How long an event may wait for its cause, in seconds of the plant's clock.
    pub(crate) parking_limit_s: i64,
    /// The plant's clock, moved by journaled ticks only.
    pub(crate) now: Time,
    pub(crate) marks: Marks,
    pub(crate) parking: Parking,
    pub(crate) exceptions: ExceptionList,
    pub(crate) outbox: Pending,
    pub(crate) counts: Counts,
    pub(crate) supervision: Supervision,
    /// Newest event time of each source.
    pub(crate) sources: BTreeMap<SourceId, Time>,
    /// Whether a journal is replayed: it says itself which messages came again.
    pub(crate) replaying: bool,
    /// On replay: events that were given up as poison when they were decided.
    pub(crate) poison_script: Vec<Poisoned>,
}

impl Books {
    pub(crate) fn new(plant: PlantId, clock: PlantClock, parking_limit_s: i64) -> Books {
        Books {
            plant: Plant::new(plant),
            clock,
            parking_limit_s,
            now: Time::EPOCH,
            marks: Marks::default(),
            parking: Parking::default(),
            exceptions: ExceptionList::default(),
            outbox: Pending::default(),
            counts: Counts::default(),
            supervision: Supervision::default(),
            sources: BTreeMap::new(),
            replaying: false,
            poison_script: Vec::new(),
        }
    }

    /// Decides one event. It gets exactly one disposition.
    pub(crate) fn decide(&mut self, decoded: DecodedEvent, outcome: &mut Outcome) -> Disposition {
        let event = &decoded.event;
        let seen = self
            .marks
            .look_up(decoded.key, decoded.digest, &event.source, event.time);
        #[cfg(feature = "chaos")]
        let seen = match crate::chaos::knows_nothing_again() {
            true => Seen::No,
            false => seen,
        };
        if let Some(disposition) = self.refuse_seen(seen, &decoded, outcome) {
            return disposition;
        }
        if !self.replaying {
            crate::killpoint!("C2");
        }
        // A time that is refused must not count as the newest of its source.
        let at_the_door = self.refuse_at_the_door(event);
        let marked_at = if at_the_door.is_some() {
            event.time.min(self.now)
        } else {
            event.time
        };
        self.marks
            .insert(decoded.key, decoded.digest, &event.source, marked_at);
        if at_the_door.is_none() {
            self.note_source(&event.source, event.time, outcome);
        }
        let raw = decoded.raw.clone();
        let place = outcome.entries.len();
        // The place is taken before the turn, so that entries stand in the order of arrival.
        outcome.entries.push(Entry::Event {
            raw,
            verdict: Verdict::Applied,
        });
        let (verdict, disposition) = match at_the_door {
            Some(rejection) => self.reject(decoded, rejection, outcome),
            None => self.admit(decoded, outcome),
        };
        if let Some(Entry::Event { verdict: kept, .. }) = outcome.entries.get_mut(place) {
            *kept = verdict;
        }
        disposition
    }

    /// R25, R26, R28: events that were, or may have been, received before.
    fn refuse_seen(
        &mut self,
        seen: Seen,
        decoded: &DecodedEvent,
        outcome: &mut Outcome,
    ) -> Option<Disposition> {
        let event = &decoded.event;
        let (key, rejection) = match seen {
            Seen::No => return None,
            Seen::Same => return Some(self.seen_again(decoded.key, outcome)),
            Seen::Different => {
                // A redelivery of the same wrong message is a duplicate of its own.
                let variant = decoded.key.variant(decoded.digest);
                let known = self
                    .marks
                    .look_up(variant, decoded.digest, &event.source, event.time);
                if known == Seen::Same {
                    return Some(self.seen_again(variant, outcome));
                }
                self.marks
                    .insert(variant, decoded.digest, &event.source, event.time);
                let rejection = IntakeRejection::IdReused {
                    id: event.id.clone(),
                    source_id: event.source.clone(),
                };
                ((variant, KeyedBy::Content), rejection)
            }
            Seen::Forgotten(horizon) => {
                let bytes = MarkKey::of_bytes(&decoded.raw);
                if !self.replaying && self.marks.knows(bytes) {
                    return Some(self.seen_again(bytes, outcome));
                }
                self.marks.insert_bytes(bytes);
                let rejection = IntakeRejection::TooOld {
                    event: event.body.type_name(),
                    time: event.time,
                    source_id: event.source.clone(),
                    horizon,
                };
                ((bytes, KeyedBy::Bytes), rejection)
            }
        };
        let rejection = Rejection::Intake(rejection);
        let verdict = Verdict::Exception(rejection.code());
        outcome.entries.push(Entry::Event {
            raw: decoded.raw.clone(),
            verdict,
        });
        Some(self.raise_known_by(key, decoded, rejection, outcome))
    }

    /// Decides an event that is new.
    pub(crate) fn admit(
        &mut self,
        decoded: DecodedEvent,
        outcome: &mut Outcome,
    ) -> (Verdict, Disposition) {
        if let Some((code, text, waits_for)) = self.waits_before(&decoded.event) {
            // Nothing of a stream overtakes what waits before it.
            let since = self.now;
            return self.park(
                ParkedEvent {
                    decoded,
                    code,
                    text,
                    waits_for,
                    since,
                },
                outcome,
            );
        }
        match self.turn(&decoded.event, outcome) {
            Ok(turn) => {
                self.counts.applied += 1;
                self.applied(&decoded.event, turn, outcome);
                (Verdict::Applied, Disposition::Applied)
            }
            Err(rejection) => self.reject(decoded, rejection, outcome),
        }
    }

    /// Rules about the message rather than the plant.
    pub(crate) fn refuse_at_the_door(&self, event: &Event) -> Option<Rejection> {
        if event.plant != *self.plant.id() {
            return Some(Rejection::Intake(IntakeRejection::Unreadable {
                from: event.source.as_str().into(),
                path: "$.plant".to_owned(),
                detail: format!("is {}, but this is plant {}", event.plant, self.plant.id()),
            }));
        }
        let ahead_s = event.time.micros_since(self.now) / 1_000_000;
        if self.clock == PlantClock::Wall && ahead_s > FUTURE_S_MAX {
            let (source_id, time) = (event.source.clone(), event.time);
            return Some(Rejection::Intake(IntakeRejection::FromTheFuture {
                source_id,
                time,
                ahead_s,
            }));
        }
        let owner = event.body.owner();
        self.supervision
            .is_quarantined(&owner)
            .then_some(Rejection::Intake(IntakeRejection::Quarantined {
                object: owner,
            }))
    }

    /// One guarded turn, or the verdict that the journal holds for it.
    pub(crate) fn turn(&mut self, event: &Event, outcome: &mut Outcome) -> Result<Turn, Rejection> {
        let scripted = self
            .poison_script
            .iter()
            .find(|p| p.id == event.id && p.source == event.source);
        if let Some(poisoned) = scripted {
            return Err(poisoned.rejection());
        }
        let given_up = outcome.suspects.as_ref().and_then(|it| it.begin(event));
        let decided = match given_up {
            Some(rejection) => Err(rejection),
            None => guarded_turn(&mut self.plant, event),
        };
        if let Some(suspects) = &outcome.suspects {
            suspects.end(event);
        }
        if let Err(rejection) = &decided
            && let Some(poisoned) = Poisoned::of(event, rejection)
        {
            outcome.poisoned.push(poisoned);
        }
        if let (Ok(_), Some(effective)) = (&decided, &mut outcome.effective) {
            effective.push(Effective::Event(Box::new(event.clone())));
        }
        decided
    }

    /// Books what an accepted event did, then tries what waited for it.
    fn applied(&mut self, event: &Event, turn: Turn, outcome: &mut Outcome) {
        let touched = self.book(&Because::of(event), turn, outcome);
        self.retry_waiting_for(touched, outcome);
    }

    /// Hands out what a turn changed; returns the changed entities.
    pub(crate) fn book(
        &mut self,
        because: &Because,
        turn: Turn,
        outcome: &mut Outcome,
    ) -> Vec<EntityKey> {
        let mut keys = Vec::with_capacity(turn.touched.len());
        for touched in turn.touched {
            keys.push(touched.key.clone());
            let index = outcome.index();
            outcome.changes.push(Change {
                index,
                key: touched.key,
                state: touched.state,
                at: because.at,
                caused_by: Arc::clone(&because.cause),
            });
        }
        for notice in turn.notices {
            self.book_notice(because, &notice);
            if !self.book_case(because, &notice, outcome) {
                let index = outcome.index();
                outcome.notices.push((index, because.at, notice));
            }
        }
        keys
    }

    /// Puts a command into the outbox.
    fn send(&mut self, because: &Because, subject: &str, body: &CommandBody) {
        self.outbox.last += 1;
        let number = self.outbox.last;
        let command = Command::because_of(number, self.plant.id(), because, subject, body);
        self.outbox.push(Arc::new(command));
    }

    fn book_notice(&mut self, because: &Because, notice: &Notice) {
        match notice {
            Notice::GateDecided {
                delivery,
                decision,
                reasons,
                token,
                valid_until,
            } => {
                let body = CommandBody::GateDecided(GateDecided {
                    delivery: delivery.clone(),
                    decision: *decision,
                    reasons: reasons.clone(),
                    gate_token: token.clone(),
                    valid_until: *valid_until,
                });
                self.send(because, delivery.as_str(), &body);
            }
            Notice::RecallRequired {
                delivery,
                customer,
                hold,
                lots,
                shipped_at,
            } => {
                let left = (delivery, customer.as_ref(), lots.as_slice(), *shipped_at);
                self.send(because, delivery.as_str(), &recalled_by(hold, left));
            }
            Notice::RecallDecisionRequired {
                delivery,
                customer,
                nonconformance,
                lots,
                shipped_at,
            } => {
                let left = (delivery, customer.as_ref(), lots.as_slice(), *shipped_at);
                self.send(because, delivery.as_str(), &to_decide(nonconformance, left));
            }
            Notice::DiscrepancyFound { code, .. } => {
                *self.counts.discrepancies_found.entry(*code).or_default() += 1;
            }
            Notice::DiscrepancyHealed { code, .. } => {
                *self.counts.discrepancies_healed.entry(*code).or_default() += 1;
            }
            Notice::CommandIssued {
                command,
                correlation,
                body,
                to: _,
            } => {
                self.outbox.last += 1;
                let (number, plant) = (self.outbox.last, self.plant.id());
                let named = (command, correlation.as_str());
                let command = Command::of_process(number, plant, because, named, body);
                self.outbox.push(Arc::new(command));
            }
            Notice::KpiClosed { figures } => {
                let body = CommandBody::KpiClosed((**figures).clone());
                self.send(because, figures.work_center.as_str(), &body);
            }
            Notice::HoldPropagated { .. }
            | Notice::Corrected { .. }
            | Notice::PersonNeeded { .. }
            | Notice::PersonNoLongerNeeded { .. } => {}
        }
    }

    /// Parks, refuses or raises, by the kind of the rejection.
    pub(crate) fn reject(
        &mut self,
        decoded: DecodedEvent,
        rejection: Rejection,
        outcome: &mut Outcome,
    ) -> (Verdict, Disposition) {
        let code = rejection.code();
        match rejection.kind() {
            Kind::Park => {
                let parked = ParkedEvent::new(decoded, &rejection, self.now);
                self.park(parked, outcome)
            }
            Kind::Refuse | Kind::Discrepancy => {
                *self.counts.refused.entry(code).or_default() += 1;
                let event = &decoded.event;
                let body = CommandBody::EventRejected(EventRejected::new(event, &rejection));
                self.send(&Because::of(event), event.body.owner().id(), &body);
                self.keep_refused(&decoded, &rejection, outcome);
                (Verdict::Refused(code), Disposition::Refused(rejection))
            }
            Kind::Exception => {
                if let Rejection::Intake(IntakeRejection::Poison { object, .. }) = &rejection {
                    self.supervision.failed(object, decoded.event.time);
                }
                let disposition = self.raise_for(&decoded, rejection, outcome);
                (Verdict::Exception(code), disposition)
            }
        }
    }

    /// Something that an operator or a relay did.
    pub(crate) fn operate(&mut self, entry: &OperatorEntry, outcome: &mut Outcome) {
        outcome.entries.push(Entry::Operator(entry.clone()));
        match entry {
            OperatorEntry::CommandsSent(id) => self.outbox.sent_up_to(*id),
            OperatorEntry::ReleaseQuarantine(key) => {
                self.supervision.release(key);
                self.retry_waiting_for(vec![key.clone()], outcome);
            }
            OperatorEntry::Corrected {
                exception,
                source,
                event_id,
                signed,
            } => {
                let id = ExceptionId(*exception);
                self.close_corrected(id, source, event_id, signed, outcome);
            }
            OperatorEntry::Discarded { exception, signed } => {
                self.close(ExceptionId(*exception), How::Discarded, signed, outcome);
            }
            OperatorEntry::Replayed(_) => {
                unreachable!("a replay is tried by the books or by the replay of the journal")
            }
        }
    }

    pub(crate) fn note_source(&mut self, source: &SourceId, time: Time, outcome: &mut Outcome) {
        let newest = match self.sources.get_mut(source) {
            Some(newest) if *newest >= time => return,
            Some(newest) => {
                *newest = time;
                time
            }
            None => {
                self.sources.insert(source.clone(), time);
                time
            }
        };
        outcome.sources.insert(source.clone(), newest);
    }
}

/// What has left: the delivery, for whom it was, the lots that are reached, and when.
type Left<'n> = (&'n DeliveryId, Option<&'n SmolStr>, &'n [LotId], Time);

/// A hold reaches what has left.
fn recalled_by(hold: &HoldId, (delivery, customer, lots, shipped_at): Left<'_>) -> CommandBody {
    CommandBody::RecallRequired(RecallRequired {
        delivery: delivery.clone(),
        customer: customer.cloned(),
        hold: hold.clone(),
        lots: lots.to_vec(),
        shipped_at,
    })
}

/// A nonconformance reaches what has left.
fn to_decide(
    nonconformance: &NonconformanceId,
    (delivery, customer, lots, shipped_at): Left<'_>,
) -> CommandBody {
    CommandBody::RecallDecisionRequired(RecallDecisionRequired {
        delivery: delivery.clone(),
        customer: customer.cloned(),
        nonconformance: nonconformance.clone(),
        lots: lots.to_vec(),
        shipped_at,
    })
}
