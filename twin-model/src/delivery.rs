//! How the messages of a turn reach those that they are for.

use crate::chaos::Fault;
use crate::effect::{Effects, Letter};
use crate::plant::Cause;
use crate::{Entity, EntityKey, LotId, Message, PagedMap, Plant, Rejection, Time};

/// Lots that are looked up together: the processor waits for the memory of one while it asks for
/// that of the next.
const LOOKED_UP_TOGETHER: usize = 16;

impl Plant {
    /// Delivers messages first in, first out, until nothing is left.
    pub(crate) fn deliver(
        &mut self,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        while let Some(letter) = effects.letters.pop_front() {
            match letter {
                Letter::One(key, message) => self.deliver_one(key, &message, cause, effects)?,
                Letter::ToChildren(children, message) => {
                    self.deliver_to_children(&children, &message, cause, effects)?;
                }
            }
        }
        Ok(())
    }

    fn deliver_to_children(
        &mut self,
        children: &PagedMap<LotId, Time>,
        message: &Message,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let mut found = Vec::with_capacity(children.len().min(LOOKED_UP_TOGETHER));
        let mut children = children.iter();
        let mut told: Option<(Option<Time>, Message)> = None;
        loop {
            found.extend(children.by_ref().take(LOOKED_UP_TOGETHER).map(|(lot, at)| {
                let key = EntityKey::Lot(lot.clone());
                (self.slots.find(&key), key, *at)
            }));
            if found.is_empty() {
                return Ok(());
            }
            for (slot, key, at) in found.drain(..) {
                let since = message.since_at_child(at);
                let told = match &told {
                    Some((known, told)) if *known == since => told,
                    _ => &told.insert((since, message.for_child(at))).1,
                };
                self.deliver_at(slot, key, told, cause, effects)?;
            }
        }
    }

    fn deliver_one(
        &mut self,
        key: EntityKey,
        message: &Message,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        if let EntityKey::WorkCenter(id) = &key {
            self.ensure_work_center(id, effects);
        }
        let slot = self.slots.find(&key);
        self.deliver_at(slot, key, message, cause, effects)
    }

    fn deliver_at(
        &mut self,
        slot: Option<u32>,
        key: EntityKey,
        message: &Message,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        if self.breaks(Fault::GateDecidesInMidTurn) {
            self.decide_gates(cause, effects)?;
        }
        if self.breaks(Fault::HoldStopsAfterOneStep)
            && matches!(message, Message::HoldInherited { reach, .. } if reach.steps > 1)
        {
            return Ok(());
        }
        let Some(slot) = slot else {
            assert!(
                message.waits_for_birth(),
                "{message:?} presumes that {key:?} exists"
            );
            return self.keep_for_birth(key, message.clone(), effects);
        };
        self.change_at(slot, key, cause, effects, |entity, view, effects| {
            match entity {
                Entity::WorkOrder(order) => order.receive(message, view, effects)?,
                Entity::Lot(lot) => lot.receive(message, view, effects),
                Entity::WorkCenter(center) => center.receive(message, effects),
                Entity::Hold(hold) => hold.receive(message),
                Entity::Material(material) => material.receive(message),
                Entity::Routing(routing) => routing.receive(message, effects),
                Entity::Inspection(inspection) => inspection.receive(message, view),
                Entity::Shipment(_)
                | Entity::Nonconformance(_)
                | Entity::LogisticUnit(_)
                | Entity::Ownership(_)
                | Entity::Process(_)
                | Entity::ProcessRules(_) => {
                    unreachable!("{:?} gets no {message:?}", entity.key())
                }
            }
            Ok(())
        })
    }
}
