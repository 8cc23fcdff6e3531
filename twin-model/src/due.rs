//! What falls due when: shelf lives that end, deadlines that pass. The clock itself is outside.

use std::collections::BTreeSet;

use crate::effect::{Effects, View};
use crate::plant::Cause;
use crate::{Entity, EntityKey, Plant, Time, Turn};

/// Entities by the next time at which they must be looked at. It follows from their states
/// ([`Entity::due_at`]), so it is neither business state nor stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct DueTimes(BTreeSet<(Time, EntityKey)>);

impl DueTimes {
    /// Follows an entity from its former state (`None` at its birth) to the one it has now.
    pub(crate) fn moved(&mut self, former: Option<&Entity>, now: &Entity) {
        let was_due = former.and_then(Entity::due_at);
        let due = now.due_at();
        if due == was_due {
            return;
        }
        if let Some(at) = was_due {
            self.0.remove(&(at, now.key()));
        }
        if let Some(at) = due {
            self.0.insert((at, now.key()));
        }
    }

    /// The earliest time at which something falls due.
    pub(crate) fn next(&self) -> Option<Time> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes out what falls due first, if that is at or before `now`.
    fn take(&mut self, now: Time) -> Option<EntityKey> {
        if self.next()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, key)| key)
    }
}

impl Entity {
    /// The next time at which the entity must be looked at even if nothing happens to it. A
    /// function of its state. [`Entity::fall_due`] moves it on.
    pub(crate) fn due_at(&self) -> Option<Time> {
        match self {
            Entity::Shipment(shipment) => shipment.due_at(),
            Entity::WorkCenter(center) => center.due_at(),
            Entity::Process(process) => process.due_at(),
            _ => None,
        }
    }

    /// The plant's clock (`view.at`) has reached [`Entity::due_at`].
    fn fall_due(&mut self, view: View<'_>, effects: &mut Effects) {
        match self {
            Entity::Shipment(shipment) => effects.check_gate(shipment.id()),
            Entity::WorkCenter(center) => center.fall_due(view.at, effects),
            Entity::Process(process) => process.fall_due(view, effects),
            _ => {}
        }
    }
}

impl Plant {
    /// The plant's clock: the latest tick, 1970 before the first.
    #[must_use]
    pub fn clock(&self) -> Time {
        self.clock
    }

    /// The earliest time at which something in the plant falls due.
    #[must_use]
    pub fn next_due(&self) -> Option<Time> {
        self.due.next()
    }

    /// The plant's clock reaches `now`, and the one entity that has been due for longest is looked
    /// at: the turn that this makes. `None` when nothing is due any more; call it until then.
    ///
    /// # Panics
    /// A panic in a handler passes through. Call [`Plant::roll_back`] then; the plant is as before
    /// afterwards, and that entity is not looked at again before it changes.
    pub fn tick(&mut self, now: Time) -> Option<Turn> {
        self.clock = self.clock.max(now);
        let key = self.due.take(self.clock)?;
        let source = self.own_source();
        let cause = Cause {
            at: self.clock,
            source: &source,
            correlation: None,
        };
        let turn = self.turn_of(cause, |plant, effects| {
            plant.change(&key, cause, effects, |entity, view, effects| {
                entity.fall_due(view, effects);
                Ok(())
            })
        });
        match turn {
            Ok(turn) => {
                let due = self.get(&key).and_then(|entity| entity.due_at());
                assert!(
                    due.is_none_or(|due| due > self.clock),
                    "{key:?} is due at {due:?} after it was looked at"
                );
                Some(turn)
            }
            Err(rejection) => unreachable!("time refuses nothing: {rejection}"),
        }
    }

    /// Builds what follows from the entities anew: what falls due, which processes wait, which lots
    /// were made where, and what is packed in what.
    pub(crate) fn index_anew(&mut self) {
        let entities: Vec<Entity> = self.entities().cloned().collect();
        for entity in entities {
            self.due.moved(None, &entity);
            self.waiting.moved(None, &entity);
            self.productions.moved(None, &entity);
            self.window_holds.moved(&entity);
            self.packings.moved(None, &entity);
        }
    }
}
