//! All entities of one plant, and the turn that one event makes through them.

use std::collections::BTreeMap;

#[cfg(feature = "chaos")]
use crate::chaos::Chaos;
use crate::due::DueTimes;
use crate::effect::{Effects, View};
use crate::origin::{self, AwaitedOrigins};
use crate::process::Waiting;
use crate::production::{Productions, WindowHolds};
use crate::slots::Slots;
use crate::unborn::Kept;
use crate::unit_contents::Packings;
use crate::{
    Entity, EntityKey, Event, Lot, LotId, MaterialId, Notice, PlantId, Rejection, SmolStr,
    SourceId, Time, Unit, WorkCenter, WorkCenterId, discrepancy_change,
};

/// The entities of one plant.
///
/// States are shared copy-on-write: a clone of the plant costs one pointer per entity, and the
/// same copy of a state serves undo, readers, forks and snapshots.
#[derive(Debug, Clone)]
pub struct Plant {
    id: PlantId,
    pub(crate) slots: Slots,
    /// Counts turns, so that a slot can tell whether this one touched it already.
    turn: u64,
    /// Messages to entities that do not exist yet; they meet them at birth.
    pub(crate) unborn: BTreeMap<EntityKey, Kept>,
    pub(crate) undo: Undo,
    pub(crate) awaited_origins: AwaitedOrigins,
    /// The latest tick. Stored and not hashed: what depends on it is a decision.
    pub(crate) clock: Time,
    pub(crate) due: DueTimes,
    pub(crate) waiting: Waiting,
    pub(crate) productions: Productions,
    pub(crate) window_holds: WindowHolds,
    pub(crate) packings: Packings,
    #[cfg(feature = "chaos")]
    pub(crate) chaos: Chaos,
}

/// What a turn has touched so far, and how it was before.
#[derive(Debug, Clone, Default)]
pub(crate) struct Undo {
    /// Slot, key and former state, in order of first touch.
    touched: Vec<(u32, EntityKey, Entity)>,
    /// Entities that came into being, in order.
    born: Vec<EntityKey>,
    /// Former content of `unborn` entries.
    pub(crate) unborn: Vec<(EntityKey, Option<Kept>)>,
    /// Former content of the awaited origins.
    pub(crate) awaited: Vec<origin::Former>,
}

/// Who said it and when: what a handler may know of the event beside its body.
#[derive(Clone, Copy)]
pub(crate) struct Cause<'a> {
    pub(crate) at: Time,
    pub(crate) source: &'a SourceId,
    pub(crate) correlation: Option<&'a SmolStr>,
}

impl<'a> Cause<'a> {
    pub(crate) fn of(event: &'a Event) -> Cause<'a> {
        Cause {
            at: event.time,
            source: &event.source,
            correlation: event.correlation.as_ref(),
        }
    }
}

/// One entity that a turn changed.
#[derive(Debug, Clone)]
pub struct Touched {
    /// Which one.
    pub key: EntityKey,
    /// Its state after the turn.
    pub state: Entity,
}

/// What an accepted event did.
#[derive(Debug, Clone, Default)]
pub struct Turn {
    /// Changed entities, in the order in which the turn first touched them.
    pub touched: Vec<Touched>,
    /// What the outside should hear of.
    pub notices: Vec<Notice>,
}

impl Plant {
    /// A plant without any entity.
    #[must_use]
    pub fn new(id: PlantId) -> Plant {
        Plant {
            id,
            slots: Slots::default(),
            turn: 0,
            unborn: BTreeMap::new(),
            undo: Undo::default(),
            awaited_origins: AwaitedOrigins::default(),
            clock: Time::EPOCH,
            due: DueTimes::default(),
            waiting: Waiting::default(),
            productions: Productions::default(),
            window_holds: WindowHolds::default(),
            packings: Packings::default(),
            #[cfg(feature = "chaos")]
            chaos: Chaos::default(),
        }
    }

    /// Takes one event through the plant: the owner's handler, then everything that follows for
    /// other entities, in a fixed order.
    ///
    /// # Errors
    /// The [`Rejection`] of the rule that the event meets; the plant is then as before.
    ///
    /// # Panics
    /// A panic in a handler passes through. Call [`Plant::roll_back`] then; the plant is as
    /// before afterwards.
    pub fn apply(&mut self, event: &Event) -> Result<Turn, Rejection> {
        let cause = Cause::of(event);
        self.turn_of(cause, |plant, effects| plant.take(event, cause, effects))
    }

    /// One turn: `first`, then everything that follows from it, and all of it or nothing.
    pub(crate) fn turn_of(
        &mut self,
        cause: Cause<'_>,
        first: impl FnOnce(&mut Plant, &mut Effects) -> Result<(), Rejection>,
    ) -> Result<Turn, Rejection> {
        let effects = self.run(cause, first)?;
        Ok(self.finish(effects))
    }

    /// All of a turn but its end: what it touched can still be undone.
    pub(crate) fn run(
        &mut self,
        cause: Cause<'_>,
        first: impl FnOnce(&mut Plant, &mut Effects) -> Result<(), Rejection>,
    ) -> Result<Effects, Rejection> {
        self.undo.clear();
        self.slots.forget_lent();
        self.turn += 1;
        let mut effects = Effects::default();
        let outcome = first(self, &mut effects)
            .and_then(|()| self.deliver(cause, &mut effects))
            .map(|()| self.follow_links(&mut effects))
            .and_then(|()| self.decide_gates(cause, &mut effects))
            .and_then(|()| self.run_processes(cause, &mut effects));
        match outcome {
            Ok(()) => Ok(effects),
            Err(rejection) => {
                self.roll_back();
                Err(rejection)
            }
        }
    }

    /// Puts back everything that an unfinished turn touched. Does nothing after a finished one.
    pub fn roll_back(&mut self) {
        let undo = std::mem::take(&mut self.undo);
        for (slot, _, state) in undo.touched.into_iter().rev() {
            self.slots.put(slot, state);
        }
        for _ in &undo.born {
            self.slots.take_back();
        }
        self.slots.forget_lent();
        for former in undo.awaited.into_iter().rev() {
            self.awaited_origins.put_back(former);
        }
        for (key, messages) in undo.unborn.into_iter().rev() {
            match messages {
                Some(messages) => self.unborn.insert(key, messages),
                None => self.unborn.remove(&key),
            };
        }
    }

    /// The entity whose handler ran when a turn broke off by a panic.
    #[must_use]
    pub fn current_entity(&self) -> Option<&EntityKey> {
        self.slots.lent()
    }

    fn finish(&mut self, mut effects: Effects) -> Turn {
        let mut undo = std::mem::take(&mut self.undo);
        let born = self.slots.last(undo.born.len());
        let mut touched = Vec::with_capacity(undo.touched.len() + undo.born.len());
        let former = undo.touched.drain(..);
        let former = former.map(|(slot, key, was)| (slot, key, Some(was)));
        let born = born.zip(undo.born.drain(..));
        for (slot, key, former) in former.chain(born.map(|(slot, key)| (slot, key, None))) {
            let Some(state) = self.slots.state_mut(slot) else {
                continue;
            };
            let former = former.as_ref();
            state.bump_version();
            self.due.moved(former, state);
            self.waiting.moved(former, state);
            self.productions.moved(former, state);
            self.window_holds.moved(state);
            self.packings.moved(former, state);
            discrepancy_change::tell_change(former, state, &mut effects);
            touched.push(Touched {
                key,
                state: state.clone(),
            });
        }
        undo.clear();
        // Given back for the room that it has.
        self.undo = undo;
        Turn {
            touched,
            notices: effects.into_notices(),
        }
    }

    /// The entities that the turn has touched so far, as they were before it (`None` when they came
    /// into being in it), in order of first touch.
    pub(crate) fn touched(&self) -> impl Iterator<Item = (EntityKey, Option<&Entity>)> {
        let touched = self.undo.touched.iter();
        let born = self.undo.born.iter().map(|key| (key.clone(), None));
        let touched = touched.map(|(_, key, was)| (key.clone(), Some(was)));
        touched.chain(born)
    }

    /// Lets `handler` change one entity. The entity's former state is kept for the undo.
    pub(crate) fn change(
        &mut self,
        key: &EntityKey,
        cause: Cause<'_>,
        effects: &mut Effects,
        handler: impl FnOnce(&mut Entity, View<'_>, &mut Effects) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let Some(slot) = self.slots.find(key) else {
            unreachable!("{key:?} exists")
        };
        self.change_at(slot, key.clone(), cause, effects, handler)
    }

    pub(crate) fn change_at(
        &mut self,
        slot: u32,
        key: EntityKey,
        cause: Cause<'_>,
        effects: &mut Effects,
        handler: impl FnOnce(&mut Entity, View<'_>, &mut Effects) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let (mut state, first) = self.slots.lend(slot, key.clone(), self.turn);
        if first {
            self.undo.touched.push((slot, key, state.clone()));
        }
        let outcome = handler(&mut state, self.view(cause), effects);
        #[cfg(feature = "chaos")]
        assert!(
            self.chaos.panic_at.is_none() || self.chaos.panic_at.as_ref() != self.slots.lent(),
            "chaos: the handler of {:?} panics",
            self.chaos.panic_at
        );
        self.slots.put(slot, state);
        outcome
    }

    /// Lets `handler` change a lot that exists.
    pub(crate) fn change_lot(
        &mut self,
        lot: &LotId,
        cause: Cause<'_>,
        effects: &mut Effects,
        handler: impl FnOnce(&mut Lot, View<'_>, &mut Effects) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let key = EntityKey::Lot(lot.clone());
        self.change(&key, cause, effects, |entity, view, effects| match entity {
            Entity::Lot(lot) => handler(lot, view, effects),
            _ => unreachable!("a lot's key names a lot"),
        })
    }

    /// Makes sure that a lot exists.
    pub(crate) fn ensure_lot(
        &mut self,
        lot: &LotId,
        material: &MaterialId,
        unit: Unit,
        effects: &mut Effects,
    ) {
        if !self.slots.contains(&EntityKey::Lot(lot.clone())) {
            let lot = Lot::named(lot.clone(), material.clone(), unit);
            self.give_birth(lot.into(), effects);
        }
    }

    pub(crate) fn ensure_work_center(&mut self, id: &WorkCenterId, effects: &mut Effects) {
        if !self.slots.contains(&EntityKey::WorkCenter(id.clone())) {
            self.give_birth(WorkCenter::named(id.clone()).into(), effects);
        }
    }

    pub(crate) fn give_birth(&mut self, entity: Entity, effects: &mut Effects) {
        let key = entity.key();
        self.slots.add(entity, &key, self.turn);
        self.take_for_birth(&key, effects);
        self.undo.born.push(key);
    }

    pub(crate) fn require(&self, key: &EntityKey, event: &Event) -> Result<(), Rejection> {
        if self.slots.contains(key) {
            return Ok(());
        }
        Err(Rejection::NotKnown {
            object: key.clone(),
            event: event.body.type_name(),
        })
    }

    pub(crate) fn refuse_taken(&self, key: &EntityKey) -> Result<(), Rejection> {
        if self.slots.contains(key) {
            return Err(Rejection::IdentifierTaken {
                object: key.clone(),
            });
        }
        Ok(())
    }

    pub(crate) fn view<'a>(&'a self, cause: Cause<'a>) -> View<'a> {
        View {
            at: cause.at,
            source: cause.source,
            plant: self,
        }
    }

    /// The plant's id.
    #[must_use]
    pub fn id(&self) -> &PlantId {
        &self.id
    }

    /// How many entities there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no entity at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.len() == 0
    }

    /// One entity.
    #[must_use]
    pub fn get(&self, key: &EntityKey) -> Option<&Entity> {
        self.slots.find(key).and_then(|slot| self.slots.state(slot))
    }

    /// All entities, in the order in which they came into being.
    pub fn entities(&self) -> impl Iterator<Item = &Entity> {
        self.slots.iter()
    }

    pub(crate) fn unborn(&self) -> &BTreeMap<EntityKey, Kept> {
        &self.unborn
    }

    /// Builds a plant from parts that were checked before.
    pub(crate) fn from_parts(
        id: PlantId,
        entities: Vec<Entity>,
        unborn: BTreeMap<EntityKey, Kept>,
        clock: Time,
    ) -> Plant {
        let mut plant = Plant::new(id);
        plant.clock = clock;
        let mut effects = Effects::default();
        for entity in entities {
            plant.give_birth(entity, &mut effects);
        }
        plant.unborn = unborn;
        plant.undo.clear();
        plant.index_anew();
        plant
    }
}

impl Undo {
    fn clear(&mut self) {
        self.touched.clear();
        self.born.clear();
        self.unborn.clear();
        self.awaited.clear();
    }
}
