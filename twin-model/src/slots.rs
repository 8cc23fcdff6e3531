//! The places of a plant's entities, and how they are found by key.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::{Entity, EntityKey};

/// All entities, in the order in which they came into being.
///
/// A key is found by its hash alone, and compared with what the entity says of itself: the table
/// holds numbers only, so it is small enough to stay in the processor's cache.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slots {
    all: Vec<Slot>,
    /// Only for look-ups: whatever decides goes through keys in a defined order.
    table: HashTable<u32>,
    /// Who was lent last; its place is empty as long as it handles something.
    lent: Option<(u32, EntityKey)>,
}

/// The place of one entity.
#[derive(Debug, Clone)]
struct Slot {
    /// `None` only while the entity handles something.
    state: Option<Entity>,
    /// The turn that touched it last.
    touched_in: u64,
    /// The hash of its key.
    hash: u64,
}

fn hash_of(key: &EntityKey) -> u64 {
    FxBuildHasher.hash_one(key)
}

impl Slots {
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The place of an entity that exists.
    pub(crate) fn find(&self, key: &EntityKey) -> Option<u32> {
        let hash = hash_of(key);
        let is_it = |slot: &u32| {
            let place = &self.all[*slot as usize];
            place.hash == hash
                && match &place.state {
                    Some(state) => state.is(key),
                    None => self.lent.as_ref().is_some_and(|(_, lent)| lent == key),
                }
        };
        self.table.find(hash, is_it).copied()
    }

    pub(crate) fn contains(&self, key: &EntityKey) -> bool {
        self.find(key).is_some()
    }

    /// The state at a place; `None` while its entity handles something.
    pub(crate) fn state(&self, slot: u32) -> Option<&Entity> {
        self.all[slot as usize].state.as_ref()
    }

    pub(crate) fn state_mut(&mut self, slot: u32) -> Option<&mut Entity> {
        self.all[slot as usize].state.as_mut()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entity> {
        self.all.iter().filter_map(|slot| slot.state.as_ref())
    }

    /// A place for an entity that has come into being in a turn.
    ///
    /// # Panics
    /// When there are 2^32 entities.
    pub(crate) fn add(&mut self, entity: Entity, key: &EntityKey, turn: u64) {
        let slot = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        assert!(slot < u32::MAX, "a plant has fewer than 2^32 entities");
        let hash = hash_of(key);
        self.all.push(Slot {
            state: Some(entity),
            touched_in: turn,
            hash,
        });
        let all = &self.all;
        self.table
            .insert_unique(hash, slot, |slot| all[*slot as usize].hash);
    }

    /// The places of those that came last, in the order of their coming.
    pub(crate) fn last(&self, count: usize) -> impl Iterator<Item = u32> + use<> {
        // There are fewer than 2^32.
        let end = self.all.len() as u32;
        end - count as u32..end
    }

    /// Takes back the entity that came last.
    pub(crate) fn take_back(&mut self) {
        let Some(last) = self.all.pop() else { return };
        let slot = self.all.len();
        let is_it = |known: &u32| *known as usize == slot;
        if let Ok(known) = self.table.find_entry(last.hash, is_it) {
            known.remove();
        }
    }

    /// Hands out an entity that is to handle something, and whether the turn has not touched it
    /// before.
    ///
    /// # Panics
    /// When it is handed out already.
    pub(crate) fn lend(&mut self, slot: u32, key: EntityKey, turn: u64) -> (Entity, bool) {
        let place = &mut self.all[slot as usize];
        let Some(state) = place.state.take() else {
            unreachable!("{key:?} handles one thing at a time")
        };
        let first = place.touched_in != turn;
        place.touched_in = turn;
        self.lent = Some((slot, key));
        (state, first)
    }

    /// Puts a state into a place.
    pub(crate) fn put(&mut self, slot: u32, state: Entity) {
        self.all[slot as usize].state = Some(state);
    }

    /// Who was handed out last.
    pub(crate) fn lent(&self) -> Option<&EntityKey> {
        self.lent.as_ref().map(|(_, key)| key)
    }

    /// Nobody handles anything.
    pub(crate) fn forget_lent(&mut self) {
        self.lent = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WorkCenter;

    fn key(number: usize) -> EntityKey {
        EntityKey::WorkCenter(format!("WC-{number}").parse().unwrap())
    }

    fn slots(count: usize) -> Slots {
        let mut slots = Slots::default();
        for number in 0..count {
            let id = format!("WC-{number}").parse().unwrap();
            slots.add(WorkCenter::named(id).into(), &key(number), 1);
        }
        slots
    }

    #[test]
    fn everything_is_found_by_its_key_and_nothing_else_is() {
        let slots = slots(1_000);
        for number in 0..1_000 {
            let slot = slots.find(&key(number)).unwrap();
            assert_eq!(slots.state(slot).unwrap().key(), key(number));
        }
        assert!(!slots.contains(&key(1_000)));
        assert!(!slots.contains(&EntityKey::Lot("WC-1".parse().unwrap())));
    }

    #[test]
    fn what_is_taken_back_is_not_found_and_the_rest_is() {
        let mut slots = slots(100);
        for _ in 0..40 {
            slots.take_back();
        }
        assert_eq!((slots.len(), slots.iter().count()), (60, 60));
        for number in 0..100 {
            assert_eq!(slots.contains(&key(number)), number < 60);
        }
    }

    #[test]
    fn who_handles_something_is_found_and_has_no_state_to_look_at() {
        let mut slots = slots(3);
        let slot = slots.find(&key(1)).unwrap();
        let (state, first) = slots.lend(slot, key(1), 2);
        assert!(first, "turn 1 touched it last");
        assert_eq!(slots.find(&key(1)), Some(slot));
        assert_eq!(slots.state(slot), None);
        assert_eq!(slots.iter().count(), 2);
        slots.put(slot, state);
        let (state, first) = slots.lend(slot, key(1), 2);
        assert!(!first);
        slots.put(slot, state);
        assert_eq!(slots.lent(), Some(&key(1)));
    }
}
