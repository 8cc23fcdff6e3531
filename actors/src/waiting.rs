//! Events that wait: how they come to wait, are tried again, and give up.

use std::collections::{BTreeSet, VecDeque};

use twin_model::{Code, EntityKey, Event, Kind, Time};

use crate::Disposition;
use crate::because::Because;
use crate::books::Books;
use crate::guard::guarded_tick;
use crate::outcome::{Effective, Outcome};
use crate::parking::{ParkedEvent, StreamKey};
use crate::record::{Entry, Verdict};

impl Books {
    /// Whether an event has to wait behind one of its stream, with the reason of that one. What
    /// may announce the very object that the other waits for does not have to.
    pub(crate) fn waits_before(&self, event: &Event) -> Option<(Code, String, EntityKey)> {
        let head = self.parking.head_before(event)?;
        if head.code == Code::R01 && head.waits_for == event.body.owner() {
            return None;
        }
        Some((head.code, head.text.clone(), head.waits_for.clone()))
    }

    /// Lets an event wait, or puts it before a person when there is no room to wait.
    pub(crate) fn park(
        &mut self,
        mut parked: ParkedEvent,
        outcome: &mut Outcome,
    ) -> (Verdict, Disposition) {
        let (code, text) = (parked.code, parked.text.clone());
        if !self.parking.has_room_for(&parked) {
            let rejection = parked.no_room();
            let id = self.raise_parked(&parked, outcome);
            return (
                Verdict::Exception(code),
                Disposition::Exception { id, rejection },
            );
        }
        self.counts.parked += 1;
        parked.detach();
        let event = parked.event().clone();
        self.parking.park(parked);
        let turn = self.plant.note_waiting(&event, true);
        self.book(&Because::of(&event), turn, outcome);
        (Verdict::Parked(code), Disposition::Parked { code, text })
    }

    /// Tries what waits for the entities in `touched`, and for those that this changes in turn.
    pub(crate) fn retry_waiting_for(&mut self, touched: Vec<EntityKey>, outcome: &mut Outcome) {
        if self.parking.len() == 0 {
            return;
        }
        let mut listed: BTreeSet<EntityKey> = touched.iter().cloned().collect();
        let mut work: VecDeque<EntityKey> = touched.into();
        while let Some(key) = work.pop_front() {
            listed.remove(&key);
            for stream in self.parking.take_waiting(&key) {
                for changed in self.retry(&stream, outcome) {
                    // An entity that is on the list already is tried once for all its changes.
                    if listed.insert(changed.clone()) {
                        work.push_back(changed);
                    }
                }
            }
        }
    }

    /// Tries the events of a stream until one has to wait again. Gives what this changed.
    fn retry(&mut self, stream: &StreamKey, outcome: &mut Outcome) -> Vec<EntityKey> {
        let mut changed = Vec::new();
        while let Some(mut parked) = self.parking.pop_head(stream) {
            let event = parked.event().clone();
            let decided = match self.refuse_at_the_door(&event) {
                Some(rejection) => Err(rejection),
                None => self.turn(&event, outcome),
            };
            match decided {
                Ok(turn) => {
                    self.counts.parked -= 1;
                    self.counts.applied += 1;
                    changed.extend(self.book(&Because::of(&event), turn, outcome));
                    changed.extend(self.no_longer_waits(&event, outcome));
                }
                Err(rejection) if rejection.kind() == Kind::Park => {
                    parked.code = rejection.code();
                    parked.text = rejection.to_string();
                    if let Some(key) = rejection.waits_for() {
                        parked.waits_for = key;
                    }
                    self.parking.wait_again(parked);
                    return changed;
                }
                Err(rejection) => {
                    self.counts.parked -= 1;
                    self.reject(parked.decoded, rejection, outcome);
                    changed.extend(self.no_longer_waits(&event, outcome));
                }
            }
        }
        changed
    }

    fn no_longer_waits(&mut self, event: &Event, outcome: &mut Outcome) -> Vec<EntityKey> {
        let turn = self.plant.note_waiting(event, false);
        self.book(&Because::of(event), turn, outcome)
    }

    /// Whether the passing of time alone may change something at `now`.
    pub(crate) fn waits_for_time(&self, now: Time) -> bool {
        let due = self.plant.next_due();
        self.parking.len() > 0 || due.is_some_and(|due| due <= now)
    }

    /// Whatever has fallen due in the plant happens, each in a turn of its own.
    fn fall_due(&mut self, outcome: &mut Outcome) {
        let mut cause = None;
        while let Some(turn) = guarded_tick(&mut self.plant, self.now) {
            let (now, plant) = (self.now, &self.plant);
            let cause = cause.get_or_insert_with(|| Because::of_the_clock(now, plant));
            let touched = self.book(cause, turn, outcome);
            self.retry_waiting_for(touched, outcome);
        }
    }

    /// The plant's clock reaches `now`: what has waited too long becomes an exception.
    pub(crate) fn tick(&mut self, now: Time, outcome: &mut Outcome) {
        outcome.entries.push(Entry::Tick(now));
        if let Some(effective) = &mut outcome.effective {
            effective.push(Effective::Tick(now));
        }
        if self.now == Time::EPOCH {
            // Nobody could tell the time before: what waits began to wait now.
            self.parking.began_to_wait_at(now);
        }
        self.now = self.now.max(now);
        self.fall_due(outcome);
        if self.parking.len() == 0 {
            return;
        }
        let before = self.now.plus_seconds(-self.parking_limit_s);
        for parked in self.parking.take_expired(before) {
            self.counts.parked -= 1;
            self.raise_parked(&parked, outcome);
            self.no_longer_waits(parked.event(), outcome);
        }
    }
}
