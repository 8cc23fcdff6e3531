//! Messages to entities that do not exist yet.

use smol_str::format_smolstr;

use crate::chaos::Fault;
use crate::effect::Effects;
use crate::{
    Code, EntityKey, IntakeRejection, LotId, Message, Notice, PagedMap, Plant, Reach, Rejection,
    RoutingWish, Time, TimeWindow,
};

/// Messages kept for one entity that does not exist yet, in number. What would bring one more is
/// put before a person: so many lots or reports name a number that nobody has announced.
pub const UNBORN_MESSAGES_MAX: usize = 10_000;
/// Messages kept for one entity that does not exist yet from which on that is shown to people, in
/// number: long before there is no more room.
pub const UNBORN_MESSAGES_SHOWN: usize = 1_000;

/// What waits for one entity. A copy, such as the undo of a turn keeps, costs nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Kept(
    /// Ascending, so that the state does not depend on the order of arrival.
    PagedMap<Message, ()>,
);

impl Kept {
    /// All of them, ascending.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.0.keys()
    }

    /// Holds that wait; they stand first.
    pub(crate) fn holds(&self) -> impl Iterator<Item = &Message> {
        self.iter()
            .take_while(|kept| matches!(kept, Message::HoldPlaced(_)))
    }

    /// What waits of one lot that was made for an order.
    pub(crate) fn of_lot(&self, lot: &LotId) -> impl Iterator<Item = &Message> {
        self.alike(Message::LotProduced {
            lot: lot.clone(),
            since: Time::from_micros(i64::MIN),
            op: None,
            made: TimeWindow::at(Time::from_micros(i64::MIN)),
        })
    }

    /// What waits of the same thing as the first word that there can be on it.
    fn alike(&self, first: Message) -> impl Iterator<Item = &Message> {
        self.0
            .keys_from(&first)
            .take_while(move |kept| kept.is_on_the_same(&first))
    }

    /// Whether an entity that gets what waits learns nothing from `message`.
    fn says(&self, message: &Message) -> bool {
        self.alike(message.first_word())
            .any(|kept| kept.says_as_much_as(message))
    }

    /// Keeps a message, and only the latest of what it makes void.
    fn keep(&mut self, message: Message) {
        let void = |kept: &&Message| {
            message.says_as_much_as(kept) || matches!(message, Message::RoutingWanted { .. })
        };
        let alike = self.alike(message.first_word());
        let over: Vec<Message> = alike.filter(void).cloned().collect();
        for kept in &over {
            self.drop(kept);
        }
        self.0.insert(message, ());
    }

    fn drop(&mut self, message: &Message) {
        self.0.remove(message);
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<Message> for Kept {
    fn from_iter<I: IntoIterator<Item = Message>>(messages: I) -> Kept {
        let mut kept = Kept::default();
        for message in messages {
            kept.keep(message);
        }
        kept
    }
}

impl Message {
    /// The first of all messages on the same thing, in the order in which they are kept.
    fn first_word(&self) -> Message {
        let start = Time::from_micros(i64::MIN);
        let mut first = self.clone();
        match &mut first {
            Message::LotProduced {
                since, op, made, ..
            } => (*since, *op, *made) = (start, None, TimeWindow::at(start)),
            Message::MadeFor { at, made, .. } => (*at, *made) = (start, TimeWindow::at(start)),
            Message::RoutingWanted { wish, .. } => {
                *wish = RoutingWish {
                    version: Default::default(),
                    at: start,
                };
            }
            _ => {}
        }
        first
    }

    fn is_on_the_same(&self, other: &Message) -> bool {
        match (self, other) {
            (Message::LotProduced { lot, .. }, Message::LotProduced { lot: same, .. }) => {
                lot == same
            }
            (
                Message::MadeFor { order, op, .. },
                Message::MadeFor {
                    order: same,
                    op: alike,
                    ..
                },
            ) => (order, op) == (same, alike),
            (Message::RoutingWanted { order, .. }, other) => other.is_wish_of(order),
            _ => self == other,
        }
    }

    /// Whether it protects: there is always room for that.
    fn protects(&self) -> bool {
        matches!(
            self,
            Message::HoldPlaced(_) | Message::HoldReleased(_) | Message::NonconformanceChanged(_)
        )
    }
}

/// Tells people of an entity that so much waits for that somebody should look, and when that is over.
fn tell_of_many(key: &EntityKey, before: usize, now: usize, effects: &mut Effects) {
    let text = || {
        format_smolstr!(
            "{key} is not announced, and {UNBORN_MESSAGES_SHOWN} lots and reports name it; after \
             {UNBORN_MESSAGES_MAX} the next one is put before a person. Have its owner send it, or \
             correct the number in the sending system."
        )
    };
    let (object, code) = (key.clone(), Code::R01);
    let many = |count: usize| count >= UNBORN_MESSAGES_SHOWN;
    match (many(before), many(now)) {
        (false, true) => effects.notice(Notice::DiscrepancyFound {
            object,
            code,
            text: text(),
        }),
        (true, false) => effects.notice(Notice::DiscrepancyHealed {
            object,
            code,
            text: text(),
        }),
        _ => {}
    }
}

impl Plant {
    /// Keeps a message for an entity that does not exist yet. Among the messages that wait for an
    /// order, a hold meets the order's lots at once: a hold must not wait for the order to reach
    /// what was made for it.
    pub(crate) fn keep_for_birth(
        &mut self,
        key: EntityKey,
        message: Message,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        if self.breaks(Fault::HoldForgottenBeforeBirth) && matches!(message, Message::HoldPlaced(_))
        {
            return Ok(());
        }
        let former = self.unborn.get(&key).cloned();
        let mut waiting = former.clone().unwrap_or_default();
        self.meet_at_once(&key, &waiting, &message, effects);
        match message {
            // The hold never met its target: nothing of it remains.
            Message::HoldReleased(hold) => waiting.drop(&Message::HoldPlaced(hold)),
            Message::GateClosed(delivery) => waiting.drop(&Message::GateOpened(delivery)),
            Message::RoutingNotWanted { order } => {
                let wish = Message::RoutingWanted {
                    order,
                    wish: RoutingWish {
                        version: Default::default(),
                        at: Time::EPOCH,
                    },
                };
                let wishes: Vec<Message> = waiting.alike(wish.first_word()).cloned().collect();
                wishes.iter().for_each(|wish| waiting.drop(wish));
            }
            message if waiting.says(&message) => {}
            message => {
                if waiting.len() >= UNBORN_MESSAGES_MAX && !message.protects() {
                    return Err(Rejection::from(IntakeRejection::NoRoomToWait {
                        waits_for: key,
                        code: Code::R01,
                    }));
                }
                waiting.keep(message);
            }
        }
        let before = former.as_ref().map_or(0, Kept::len);
        tell_of_many(&key, before, waiting.len(), effects);
        match waiting.len() {
            0 => self.unborn.remove(&key),
            _ => self.unborn.insert(key.clone(), waiting),
        };
        self.undo.unborn.push((key, former));
        Ok(())
    }

    /// What waited for an entity that has come into being, in its order.
    pub(crate) fn take_for_birth(&mut self, key: &EntityKey, effects: &mut Effects) {
        let Some(waiting) = self.unborn.remove(key) else {
            return;
        };
        for message in waiting.iter() {
            effects.tell(key.clone(), message.clone());
        }
        tell_of_many(key, waiting.len(), 0, effects);
        self.undo.unborn.push((key.clone(), Some(waiting)));
    }

    /// What waits for an order meets each other: holds and nonconformances, and the lots.
    fn meet_at_once(
        &self,
        key: &EntityKey,
        waiting: &Kept,
        message: &Message,
        effects: &mut Effects,
    ) {
        let place = |hold: &crate::HoldId, lot: &LotId, since: Time, effects: &mut Effects| {
            let inherited = Message::HoldInherited {
                hold: hold.clone(),
                reach: Reach::of_order(key.clone(), hold, since, self),
            };
            effects.tell(EntityKey::Lot(lot.clone()), inherited);
        };
        if let Message::LotProduced { lot, since, .. } = message {
            for other in waiting.holds() {
                if let Message::HoldPlaced(hold) = other {
                    place(hold, lot, *since, effects);
                }
            }
            let behind = waiting.iter().rev();
            // Behind the lots stands what quality found.
            for other in behind.take_while(|kept| !matches!(kept, Message::LotProduced { .. })) {
                if matches!(other, Message::NonconformanceChanged(_)) {
                    effects.tell(EntityKey::Lot(lot.clone()), other.clone());
                }
            }
            return;
        }
        if !message.protects() {
            return;
        }
        for other in waiting.iter() {
            let Message::LotProduced { lot, since, .. } = other else {
                continue;
            };
            match message {
                Message::HoldPlaced(hold) => place(hold, lot, *since, effects),
                Message::HoldReleased(hold) => {
                    let over = Message::HoldDisinherited(hold.clone());
                    effects.tell(EntityKey::Lot(lot.clone()), over);
                }
                other => effects.tell(EntityKey::Lot(lot.clone()), other.clone()),
            }
        }
    }
}

#[cfg(test)]
#[path = "unborn/tests.rs"]
mod tests;
