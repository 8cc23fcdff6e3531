//! A plant with what stands around it in operation: ids that were seen, and events that wait and
//! are tried again. The rules are those of `actors` (`parking.rs`, `waiting.rs`), without journal.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use twin_model::{
    Code, EntityKey, Event, EventBody, EventId, Kind, OperationId, Plant, Rejection, SourceId,
    Time, Turn,
};

/// What a source sends in order: same source, same owner, same operation. What is told of lots adds
/// up in any order, so each of it is a stream of its own, as is a retraction.
pub(crate) type Stream = (SourceId, EntityKey, Option<OperationId>, Option<EventId>);

pub(crate) fn stream_of(event: &Event) -> Stream {
    let (owner, operation) = (event.body.owner(), event.body.operation().cloned());
    let takes_back = matches!(&event.body, EventBody::EventRetracted(body) if body.op.is_none());
    let alone = matches!(owner, EntityKey::Lot(_)) || takes_back;
    let alone = alone.then(|| event.id.clone());
    (event.source.clone(), owner, operation, alone)
}

/// One waiting event.
#[derive(Debug, Clone)]
pub(crate) struct Parked {
    pub(crate) event: Event,
    pub(crate) code: Code,
    pub(crate) waits_for: EntityKey,
}

/// What became of an event, at once or after it had waited.
#[derive(Debug)]
pub(crate) enum Fate {
    Applied(Turn),
    Refused(Rejection),
    /// Nobody's event: what a change of the waiting events alone did to gates, or the clock.
    Settled(Turn),
}

/// What happened, in order; each with its event.
pub(crate) type Log = Vec<(Option<Event>, Fate)>;

#[derive(Debug, Clone)]
pub(crate) struct Shard {
    pub(crate) plant: Plant,
    seen: BTreeSet<(SourceId, EventId)>,
    streams: BTreeMap<Stream, VecDeque<Parked>>,
    waiting: BTreeMap<EntityKey, BTreeSet<Stream>>,
    /// How many events had to wait so far.
    pub(crate) waited: usize,
}

impl Shard {
    pub(crate) fn new(plant: Plant) -> Shard {
        Shard {
            plant,
            seen: BTreeSet::new(),
            streams: BTreeMap::new(),
            waiting: BTreeMap::new(),
            waited: 0,
        }
    }

    /// One event arrives; a repetition does nothing.
    pub(crate) fn tell(&mut self, event: &Event, log: &mut Log) {
        if !self.seen.insert((event.source.clone(), event.id.clone())) {
            return;
        }
        if let Some(head) = self.head_before(event) {
            let (code, waits_for) = (head.code, head.waits_for.clone());
            return self.park(event, code, waits_for, log);
        }
        match self.plant.apply(event) {
            Ok(turn) => {
                let touched = keys(&turn);
                log.push((Some(event.clone()), Fate::Applied(turn)));
                self.retry_waiting_for(touched, log);
            }
            Err(rejection) if rejection.kind() == Kind::Park => {
                let waits_for = rejection.waits_for().unwrap_or_else(|| event.body.owner());
                self.park(event, rejection.code(), waits_for, log);
            }
            Err(rejection) => log.push((Some(event.clone()), Fate::Refused(rejection))),
        }
    }

    /// One event arrives that is not known by its id and does not wait.
    pub(crate) fn tell_at_once(&mut self, event: &Event, log: &mut Log) -> Result<(), Rejection> {
        let turn = self.plant.apply(event)?;
        let touched = keys(&turn);
        log.push((Some(event.clone()), Fate::Applied(turn)));
        self.retry_waiting_for(touched, log);
        Ok(())
    }

    /// The clock reaches `now`.
    pub(crate) fn tick(&mut self, now: Time, log: &mut Log) {
        while let Some(turn) = self.plant.tick(now) {
            let touched = keys(&turn);
            log.push((None, Fate::Settled(turn)));
            self.retry_waiting_for(touched, log);
        }
    }

    /// Everything that waits.
    pub(crate) fn parked(&self) -> impl Iterator<Item = &Parked> {
        self.streams.values().flatten()
    }

    fn head_before(&self, event: &Event) -> Option<&Parked> {
        let head = self.streams.get(&stream_of(event))?.front()?;
        let announces = head.code == Code::R01 && head.waits_for == event.body.owner();
        (!announces).then_some(head)
    }

    fn park(&mut self, event: &Event, code: Code, waits_for: EntityKey, log: &mut Log) {
        self.waited += 1;
        let stream = stream_of(event);
        let queue = self.streams.entry(stream.clone()).or_default();
        if queue.is_empty() {
            let streams = self.waiting.entry(waits_for.clone()).or_default();
            streams.insert(stream);
        }
        queue.push_back(Parked {
            event: event.clone(),
            code,
            waits_for,
        });
        let turn = self.plant.note_waiting(event, true);
        log.push((None, Fate::Settled(turn)));
    }

    fn retry_waiting_for(&mut self, touched: Vec<EntityKey>, log: &mut Log) {
        let mut listed: BTreeSet<EntityKey> = touched.iter().cloned().collect();
        let mut work: VecDeque<EntityKey> = touched.into();
        while let Some(key) = work.pop_front() {
            listed.remove(&key);
            for stream in self.waiting.remove(&key).unwrap_or_default() {
                for changed in self.retry(&stream, log) {
                    if listed.insert(changed.clone()) {
                        work.push_back(changed);
                    }
                }
            }
        }
    }

    fn retry(&mut self, stream: &Stream, log: &mut Log) -> Vec<EntityKey> {
        let mut changed = Vec::new();
        while let Some(mut parked) = self.streams.get_mut(stream).and_then(VecDeque::pop_front) {
            let event = parked.event.clone();
            match self.plant.apply(&event) {
                Ok(turn) => {
                    changed.extend(keys(&turn));
                    log.push((Some(event.clone()), Fate::Applied(turn)));
                }
                Err(rejection) if rejection.kind() == Kind::Park => {
                    parked.code = rejection.code();
                    if let Some(key) = rejection.waits_for() {
                        parked.waits_for = key;
                    }
                    let streams = self.waiting.entry(parked.waits_for.clone()).or_default();
                    streams.insert(stream.clone());
                    let queue = self.streams.entry(stream.clone()).or_default();
                    queue.push_front(parked);
                    return changed;
                }
                Err(rejection) => log.push((Some(event.clone()), Fate::Refused(rejection))),
            }
            let turn = self.plant.note_waiting(&event, false);
            changed.extend(keys(&turn));
            log.push((None, Fate::Settled(turn)));
        }
        self.streams.remove(stream);
        changed
    }
}

fn keys(turn: &Turn) -> Vec<EntityKey> {
    turn.touched
        .iter()
        .map(|touched| touched.key.clone())
        .collect()
}
