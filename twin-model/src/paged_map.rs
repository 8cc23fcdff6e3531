//! A sorted map in pages that copies share ([`crate::paged`]).

use std::collections::BTreeMap;
use std::ops::Index;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::paged::{Paged, Place};

/// A map, ascending by key, that is cheap to copy and to change after that. It is stored as any
/// other map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagedMap<K, V>(Paged<(K, V)>);

impl<K, V> Default for PagedMap<K, V> {
    fn default() -> PagedMap<K, V> {
        PagedMap(Paged::default())
    }
}

impl<K, V> PagedMap<K, V> {
    /// Whether both are one map that neither has changed.
    pub(crate) fn is_same(&self, other: &PagedMap<K, V>) -> bool {
        self.0.is_same(&other.0)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// All entries, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// All keys, ascending.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    /// All values, ascending by key.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }
}

impl<K, V> PagedMap<K, V> {
    /// All keys from the first one on that is not `past`, ascending. All that are stand before all
    /// that are not.
    pub(crate) fn keys_past(&self, past: impl Fn(&K) -> bool) -> impl Iterator<Item = &K> {
        let place = self.0.place(|(key, _)| past(key));
        self.0.from(place).map(|(key, _)| key)
    }
}

impl<K: Ord, V> PagedMap<K, V> {
    fn find(&self, key: &K) -> Result<Place, Place> {
        let place = self.0.place(|(known, _)| known < key);
        match self.0.get(place) {
            Some((known, _)) if known == key => Ok(place),
            _ => Err(place),
        }
    }

    /// All keys from the first that is not less than `key` on, ascending.
    pub(crate) fn keys_from<'m>(&'m self, key: &K) -> impl Iterator<Item = &'m K> + use<'m, K, V> {
        let place = self.0.place(|(known, _)| known < key);
        self.0.from(place).map(|(key, _)| key)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        let place = self.find(key).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// Whether there is a value of that key.
    #[must_use]
    pub fn contains_key(&self, key: &K) -> bool {
        self.find(key).is_ok()
    }
}

impl<K: Ord + Clone, V: Clone> PagedMap<K, V> {
    /// The value of a key, to be changed.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.find(key).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    /// Gives a key a value, and the one that it had.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(place) => {
                let known = self.0.get_mut(place)?;
                Some(std::mem::replace(&mut known.1, value))
            }
            Err(place) => {
                self.0.insert(place, (key, value));
                None
            }
        }
    }

    /// Takes a key and its value out.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.find(key).ok()?;
        self.0.remove(place).map(|(_, value)| value)
    }

    /// Takes all out that `keeps` does not want.
    pub(crate) fn retain(&mut self, keeps: impl Fn(&V) -> bool) {
        let over = self.iter().filter(|(_, value)| !keeps(value));
        let over: Vec<K> = over.map(|(key, _)| key.clone()).collect();
        for key in &over {
            self.remove(key);
        }
    }
}

impl<K: Ord, V> Index<&K> for PagedMap<K, V> {
    type Output = V;

    /// # Panics
    /// When there is no such key.
    fn index(&self, key: &K) -> &V {
        match self.get(key) {
            Some(value) => value,
            None => panic!("the map has no such key"),
        }
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for PagedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> PagedMap<K, V> {
        let sorted: BTreeMap<K, V> = entries.into_iter().collect();
        PagedMap(sorted.into_iter().collect())
    }
}

impl<K: Serialize, V: Serialize> Serialize for PagedMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de, K, V> Deserialize<'de> for PagedMap<K, V>
where
    K: Deserialize<'de> + Ord + Clone,
    V: Deserialize<'de> + Clone,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PagedMap<K, V>, D::Error> {
        let sorted = BTreeMap::deserialize(deserializer)?;
        Ok(PagedMap(sorted.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_plain_map_however_it_was_filled(
            changes in prop::collection::vec((0_u32..90, any::<u8>()), 0..500),
        ) {
            let (mut map, mut plain): (PagedMap<u32, u8>, BTreeMap<u32, u8>) = Default::default();
            for (key, value) in changes {
                prop_assert_eq!(map.get(&key), plain.get(&key));
                prop_assert_eq!(map.contains_key(&key), plain.contains_key(&key));
                let later = plain.range(key..).map(|(later, _)| later);
                prop_assert!(map.keys_from(&key).eq(later));
                prop_assert_eq!(map.insert(key, value), plain.insert(key, value));
                prop_assert_eq!((map.len(), map.is_empty()), (plain.len(), plain.is_empty()));
            }
            prop_assert!(map.iter().eq(plain.iter()));
            prop_assert!(map.keys().eq(plain.keys()) && map.values().eq(plain.values()));
            let copy = map.clone();
            for value in plain.values_mut() {
                *value = value.wrapping_add(1);
            }
            let keys: Vec<u32> = copy.keys().copied().collect();
            for key in &keys {
                let value = map.get_mut(key).unwrap();
                *value = value.wrapping_add(1);
            }
            prop_assert!(map.iter().eq(plain.iter()));
            let before = copy.values().map(|value| value.wrapping_add(1));
            prop_assert!(before.eq(plain.values().copied()), "a copy keeps what it had");
            let stored = postcard::to_stdvec(&map).unwrap();
            prop_assert_eq!(&stored, &postcard::to_stdvec(&plain).unwrap());
            prop_assert_eq!(postcard::from_bytes::<PagedMap<u32, u8>>(&stored).unwrap(), map);
        }
    }
}
