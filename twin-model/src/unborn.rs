//! Messages to entities that do not exist yet.

use crate::chaos::Fault;
use crate::effect::Effects;
use crate::{EntityKey, Message, Plant, Reach};

impl Plant {
    /// Keeps a message for an entity that does not exist yet. Among the messages that wait for an
    /// order, a hold meets the order's lots at once: a hold must not wait for the order to reach
    /// what was made for it.
    pub(crate) fn keep_for_birth(
        &mut self,
        key: EntityKey,
        message: Message,
        effects: &mut Effects,
    ) {
        if self.breaks(Fault::HoldForgottenBeforeBirth) && matches!(message, Message::HoldPlaced(_))
        {
            return;
        }
        self.undo
            .unborn
            .push((key.clone(), self.unborn.get(&key).cloned()));
        for other in self.unborn.get(&key).into_iter().flatten() {
            match (&message, other) {
                (Message::HoldPlaced(hold), Message::LotProduced { lot, since, .. })
                | (Message::LotProduced { lot, since, .. }, Message::HoldPlaced(hold)) => {
                    let inherited = Message::HoldInherited {
                        hold: hold.clone(),
                        reach: Reach::of_order(key.clone(), hold, *since, self),
                    };
                    effects.tell(EntityKey::Lot(lot.clone()), inherited);
                }
                (Message::NonconformanceChanged(id), Message::LotProduced { lot, .. })
                | (Message::LotProduced { lot, .. }, Message::NonconformanceChanged(id)) => {
                    let changed = Message::NonconformanceChanged(id.clone());
                    effects.tell(EntityKey::Lot(lot.clone()), changed);
                }
                (Message::HoldReleased(hold), Message::LotProduced { lot, .. }) => {
                    let over = Message::HoldDisinherited(hold.clone());
                    effects.tell(EntityKey::Lot(lot.clone()), over);
                }
                _ => {}
            }
        }
        let waiting = self.unborn.entry(key.clone()).or_default();
        if let Message::HoldReleased(hold) = &message {
            // The hold never met its target: nothing of it remains.
            waiting.retain(|kept| *kept != Message::HoldPlaced(hold.clone()));
        } else if let Message::GateClosed(delivery) = &message {
            waiting.retain(|kept| *kept != Message::GateOpened(delivery.clone()));
        } else if let Message::RoutingNotWanted { order } = &message {
            waiting.retain(|kept| !kept.is_wish_of(order));
        } else if !waiting.iter().any(|kept| kept.says_as_much_as(&message)) {
            if let Message::RoutingWanted { order, .. } = &message {
                waiting.retain(|kept| !kept.is_wish_of(order));
            }
            waiting.retain(|kept| !message.says_as_much_as(kept));
            // Kept sorted, so that the state does not depend on the order of arrival.
            let place = waiting.partition_point(|kept| *kept < message);
            waiting.insert(place, message);
        }
        if waiting.is_empty() {
            self.unborn.remove(&key);
        }
    }
}
