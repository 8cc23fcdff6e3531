//! A plant that takes events as a twin does, with nothing around it: what waits is tried again when
//! what it waits for changes.
//!
//! The rules of waiting are those that `docs/architecture.md` gives for a shard; journal, clock and
//! the idempotency of messages are left out, because every event is told here once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use twin_model::{Code, EntityKey, Event, Kind, OperationId, Plant, PlantId, SourceId, Turn};

/// What a source tells in order: same source, same owner, same operation.
type Stream = (SourceId, EntityKey, Option<OperationId>);

/// An event that waits.
#[derive(Debug, Clone)]
struct Waiting {
    event: Event,
    code: Code,
    waits_for: EntityKey,
}

/// How many events a plant has taken, refused and kept waiting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) applied: u64,
    /// Refused, or put before a person, by rule.
    pub(crate) refused: BTreeMap<Code, u64>,
    pub(crate) exceptions: BTreeMap<Code, u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct ReferencePlant {
    plant: Plant,
    streams: BTreeMap<Stream, VecDeque<Waiting>>,
    waiting: BTreeMap<EntityKey, BTreeSet<Stream>>,
    taken: Taken,
}

impl ReferencePlant {
    pub(crate) fn new(plant: PlantId) -> ReferencePlant {
        ReferencePlant {
            plant: Plant::new(plant),
            streams: BTreeMap::new(),
            waiting: BTreeMap::new(),
            taken: Taken::default(),
        }
    }

    pub(crate) fn plant(&self) -> &Plant {
        &self.plant
    }

    pub(crate) fn taken(&self) -> &Taken {
        &self.taken
    }

    /// How many events still wait.
    pub(crate) fn waiting(&self) -> u64 {
        self.streams.values().map(|queue| queue.len() as u64).sum()
    }

    /// One event is told.
    pub(crate) fn tell(&mut self, event: Event) {
        if let Some((code, waits_for)) = self.waits_before(&event) {
            self.park(event, code, waits_for);
            return;
        }
        match self.plant.apply(&event) {
            Ok(turn) => {
                self.taken.applied += 1;
                if !self.waiting.is_empty() {
                    self.retry_waiting_for(keys(&turn));
                }
            }
            Err(rejection) if rejection.kind() == Kind::Park => {
                let waits_for = rejection.waits_for();
                let waits_for = waits_for.unwrap_or_else(|| event.body.owner());
                self.park(event, rejection.code(), waits_for);
            }
            Err(rejection) => self.turn_down(rejection.kind(), rejection.code()),
        }
    }

    fn turn_down(&mut self, kind: Kind, code: Code) {
        let by_rule = match kind {
            Kind::Exception => &mut self.taken.exceptions,
            Kind::Park | Kind::Refuse | Kind::Discrepancy => &mut self.taken.refused,
        };
        *by_rule.entry(code).or_default() += 1;
    }

    /// Nothing of a stream overtakes what waits before it, but for what may announce the very
    /// object that the other waits for.
    fn waits_before(&self, event: &Event) -> Option<(Code, EntityKey)> {
        if self.streams.is_empty() {
            return None;
        }
        let head = self.streams.get(&stream_of(event))?.front()?;
        let announces = head.code == Code::R01 && head.waits_for == event.body.owner();
        (!announces).then(|| (head.code, head.waits_for.clone()))
    }

    fn park(&mut self, event: Event, code: Code, waits_for: EntityKey) {
        let stream = stream_of(&event);
        // What the waiting of an event changes by itself makes nothing else possible.
        drop(self.plant.note_waiting(&event, true));
        let queue = self.streams.entry(stream.clone()).or_default();
        if queue.is_empty() {
            let streams = self.waiting.entry(waits_for.clone()).or_default();
            streams.insert(stream);
        }
        queue.push_back(Waiting {
            event,
            code,
            waits_for,
        });
    }

    fn retry_waiting_for(&mut self, touched: Vec<EntityKey>) {
        let mut listed: BTreeSet<EntityKey> = touched.iter().cloned().collect();
        let mut work: VecDeque<EntityKey> = touched.into();
        while let Some(key) = work.pop_front() {
            listed.remove(&key);
            for stream in self.waiting.remove(&key).unwrap_or_default() {
                for changed in self.retry(&stream) {
                    if listed.insert(changed.clone()) {
                        work.push_back(changed);
                    }
                }
            }
        }
    }

    /// Tries the events of a stream until one has to wait again. Gives what this changed.
    fn retry(&mut self, stream: &Stream) -> Vec<EntityKey> {
        let mut changed = Vec::new();
        while let Some(mut head) = self.streams.get_mut(stream).and_then(VecDeque::pop_front) {
            match self.plant.apply(&head.event) {
                Ok(turn) => {
                    self.taken.applied += 1;
                    changed.extend(keys(&turn));
                }
                Err(rejection) if rejection.kind() == Kind::Park => {
                    head.code = rejection.code();
                    head.waits_for = rejection.waits_for().unwrap_or(head.waits_for);
                    let streams = self.waiting.entry(head.waits_for.clone()).or_default();
                    streams.insert(stream.clone());
                    let queue = self.streams.entry(stream.clone()).or_default();
                    queue.push_front(head);
                    return changed;
                }
                Err(rejection) => self.turn_down(rejection.kind(), rejection.code()),
            }
            changed.extend(keys(&self.plant.note_waiting(&head.event, false)));
        }
        self.streams.remove(stream);
        changed
    }
}

fn stream_of(event: &Event) -> Stream {
    let operation = event.body.operation().cloned();
    (event.source.clone(), event.body.owner(), operation)
}

fn keys(turn: &Turn) -> Vec<EntityKey> {
    turn.touched
        .iter()
        .map(|touched| touched.key.clone())
        .collect()
}
