//! Which events were received before: the idempotency keys with their retention.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use twin_model::{CommandKey, EventId, SourceId, Time};

/// Idempotency keys kept per plant; between half of this and this many are known at any time.
pub const MARKS_MAX: usize = 1_000_000;

/// 128 bits of BLAKE3 over source and id: a collision would swallow an event, so a hash that
/// nobody can aim at is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct MarkKey(u128);

impl MarkKey {
    pub(crate) fn of(source: &SourceId, id: &EventId) -> MarkKey {
        let mut hasher = blake3::Hasher::new();
        // The length keeps ("a", "bc") and ("ab", "c") apart.
        hasher.update(&(source.as_str().len() as u64).to_le_bytes());
        hasher.update(source.as_str().as_bytes());
        hasher.update(id.as_str().as_bytes());
        let mut bytes = [0; 16];
        hasher.finalize_xof().fill(&mut bytes);
        MarkKey(u128::from_le_bytes(bytes))
    }

    /// The key of a message that is known by its bytes alone.
    pub(crate) fn of_bytes(raw: &[u8]) -> MarkKey {
        MarkKey::tagged(u64::MAX, raw)
    }

    /// The key of a command, which nobody sends to the plant.
    pub(crate) fn of_command(key: &CommandKey) -> MarkKey {
        MarkKey::tagged(u64::MAX - 1, key.to_string().as_bytes())
    }

    /// The key of a message of which too little is known to tell it from another.
    pub(crate) fn of_unknown(number: u64) -> MarkKey {
        MarkKey::tagged(u64::MAX - 2, &number.to_le_bytes())
    }

    /// The key as it stands in files that are read by its bytes.
    pub(crate) fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// The key of [`MarkKey::to_bytes`].
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> MarkKey {
        MarkKey(u128::from_le_bytes(bytes))
    }

    /// A key that no event has, as no source is as long as `tag`.
    fn tagged(tag: u64, bytes: &[u8]) -> MarkKey {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&tag.to_le_bytes());
        hasher.update(bytes);
        let mut key = [0; 16];
        hasher.finalize_xof().fill(&mut key);
        MarkKey(u128::from_le_bytes(key))
    }

    /// The key of another content under the same id.
    pub(crate) fn variant(self, digest: u64) -> MarkKey {
        MarkKey(self.0 ^ (u128::from(digest) << 64 | u128::from(!digest)))
    }
}

/// What is known of an event by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Never received.
    No,
    /// Received with the same content.
    Same,
    /// The id was received with other content.
    Different,
    /// So old that its mark may have been forgotten; the newest forgotten time of its source.
    Forgotten(Time),
}

/// Idempotency marks in two generations: when the younger is full, the older is forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marks {
    young: Generation,
    old: Generation,
    /// Newest event time of each source among the forgotten marks.
    forgotten: BTreeMap<SourceId, Time>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Generation {
    /// Content digest by key.
    marks: Digests,
    newest: BTreeMap<SourceId, Time>,
}

/// Parts of [`Digests`].
const PARTS: usize = 256;

/// Content digests by key, in parts that are shared until one side of a copy changes them: a copy
/// costs a pointer per part, and a change after it the copy of one part. Only looked up, never
/// iterated where something is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Digests {
    parts: Vec<Arc<FxHashMap<MarkKey, u64>>>,
    len: usize,
}

impl Default for Digests {
    fn default() -> Digests {
        Digests {
            parts: vec![Arc::default(); PARTS],
            len: 0,
        }
    }
}

impl Digests {
    fn place(key: &MarkKey) -> usize {
        // The hash is even, so its lowest byte is as good as any.
        usize::from(key.0.to_le_bytes()[0])
    }

    fn get(&self, key: &MarkKey) -> Option<&u64> {
        self.parts[Digests::place(key)].get(key)
    }

    fn insert(&mut self, key: MarkKey, digest: u64) {
        let part = Arc::make_mut(&mut self.parts[Digests::place(&key)]);
        self.len += usize::from(part.insert(key, digest).is_none());
    }
}

impl Marks {
    pub(crate) fn look_up(&self, key: MarkKey, digest: u64, source: &SourceId, time: Time) -> Seen {
        match self
            .young
            .marks
            .get(&key)
            .or_else(|| self.old.marks.get(&key))
        {
            Some(known) if *known == digest => Seen::Same,
            Some(_) => Seen::Different,
            None => match self.forgotten.get(source) {
                Some(horizon) if time <= *horizon => Seen::Forgotten(*horizon),
                _ => Seen::No,
            },
        }
    }

    pub(crate) fn insert(&mut self, key: MarkKey, digest: u64, source: &SourceId, time: Time) {
        self.insert_bounded(key, digest, source, time, MARKS_MAX / 2);
    }

    /// Whether the parts are those that are looked up, as they are unless they were stored by
    /// another version.
    pub(crate) fn are_whole(&self) -> bool {
        let generations = [&self.young, &self.old];
        generations.iter().all(|one| one.marks.parts.len() == PARTS)
    }

    /// Marks a message that is known by its bytes alone, and so has no time.
    pub(crate) fn insert_bytes(&mut self, key: MarkKey) {
        self.make_room(MARKS_MAX / 2);
        self.young.marks.insert(key, 0);
    }

    /// Whether there is a mark, whatever the content.
    pub(crate) fn knows(&self, key: MarkKey) -> bool {
        self.young.marks.get(&key).is_some() || self.old.marks.get(&key).is_some()
    }

    fn insert_bounded(
        &mut self,
        key: MarkKey,
        digest: u64,
        source: &SourceId,
        time: Time,
        generation_max: usize,
    ) {
        self.make_room(generation_max);
        self.young.marks.insert(key, digest);
        match self.young.newest.get_mut(source) {
            Some(newest) => *newest = time.max(*newest),
            None => {
                self.young.newest.insert(source.clone(), time);
            }
        }
    }

    fn make_room(&mut self, generation_max: usize) {
        if self.young.marks.len < generation_max {
            return;
        }
        let forgotten = std::mem::replace(&mut self.old, std::mem::take(&mut self.young));
        for (source, time) in forgotten.newest {
            let horizon = self.forgotten.entry(source).or_insert(time);
            *horizon = time.max(*horizon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::EPOCH.plus_seconds(seconds)
    }

    #[test]
    fn an_id_older_than_the_kept_marks_is_told_apart_from_a_new_one() {
        let source: SourceId = "/mes".parse().unwrap();
        let key = |n: i64| MarkKey::of(&source, &format!("e{n}").parse().unwrap());
        let mut marks = Marks::default();
        for n in 0..25 {
            marks.insert_bounded(key(n), 1, &source, at(n), 10);
        }
        assert_eq!(marks.look_up(key(24), 1, &source, at(24)), Seen::Same);
        assert_eq!(marks.look_up(key(24), 2, &source, at(24)), Seen::Different);
        assert_eq!(marks.look_up(key(12), 1, &source, at(12)), Seen::Same);
        assert_eq!(
            marks.look_up(key(3), 1, &source, at(3)),
            Seen::Forgotten(at(9))
        );
        assert_eq!(marks.look_up(key(99), 1, &source, at(99)), Seen::No);
        let other: SourceId = "/erp".parse().unwrap();
        assert_eq!(
            marks.look_up(key(99), 1, &other, at(3)),
            Seen::No,
            "another source's time"
        );
    }

    #[test]
    fn source_and_id_do_not_run_into_each_other() {
        let key = |s: &str, i: &str| MarkKey::of(&s.parse().unwrap(), &i.parse().unwrap());
        assert_ne!(key("a", "bc"), key("ab", "c"));
    }
}
