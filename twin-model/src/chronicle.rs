//! Facts in ascending order, kept in pieces that copies share.
//!
//! A plant copies an entity before it changes it. A busy machine has thousands of facts, so only
//! the piece that a new fact falls into is copied, not all of them.

use std::sync::Arc;

/// Entries of one piece.
const PIECE_ENTRIES_MAX: usize = 64;

/// An ascending list without doubles.
#[derive(Debug, Clone)]
pub(crate) struct Chronicle<T> {
    /// None of them is empty.
    pieces: Vec<Arc<Vec<T>>>,
}

impl<T> Default for Chronicle<T> {
    fn default() -> Chronicle<T> {
        Chronicle { pieces: Vec::new() }
    }
}

impl<T: PartialEq> PartialEq for Chronicle<T> {
    fn eq(&self, other: &Chronicle<T>) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<T: Eq> Eq for Chronicle<T> {}

impl<T> Chronicle<T> {
    pub(crate) fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.len()).sum()
    }

    pub(crate) fn first(&self) -> Option<&T> {
        self.pieces.first()?.first()
    }

    pub(crate) fn last(&self) -> Option<&T> {
        self.pieces.last()?.last()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.pieces.iter().flat_map(|piece| piece.iter())
    }

    /// The last entry before the first one that is not `past`.
    pub(crate) fn last_past(&self, past: impl Fn(&T) -> bool) -> Option<&T> {
        let pieces = self.pieces.partition_point(|piece| past(&piece[0]));
        let piece = &self.pieces[pieces.checked_sub(1)?];
        let entries = piece.partition_point(past);
        piece.get(entries.checked_sub(1)?)
    }

    /// The entries from the first one on that is not `past`.
    pub(crate) fn after_past(&self, past: impl Fn(&T) -> bool) -> impl Iterator<Item = &T> {
        let piece = self
            .pieces
            .partition_point(|piece| piece.last().is_some_and(&past));
        let skipped = self
            .pieces
            .get(piece)
            .map_or(0, |piece| piece.partition_point(past));
        let pieces = &self.pieces[piece..];
        pieces.iter().flat_map(|piece| piece.iter()).skip(skipped)
    }
}

impl<T: Ord + Clone> Chronicle<T> {
    /// Puts an entry at its place. `false` when it was there before.
    pub(crate) fn insert(&mut self, entry: T) -> bool {
        let found = self
            .pieces
            .partition_point(|piece| piece.last().is_some_and(|last| *last < entry));
        if found == self.pieces.len() {
            match self.pieces.last_mut() {
                Some(last) if last.len() < PIECE_ENTRIES_MAX => Arc::make_mut(last).push(entry),
                _ => self.pieces.push(Arc::new(vec![entry])),
            }
            return true;
        }
        let Err(place) = self.pieces[found].binary_search(&entry) else {
            return false;
        };
        let piece = Arc::make_mut(&mut self.pieces[found]);
        piece.insert(place, entry);
        if piece.len() > PIECE_ENTRIES_MAX {
            let rest = piece.split_off(PIECE_ENTRIES_MAX / 2);
            self.pieces.insert(found + 1, Arc::new(rest));
        }
        true
    }

    /// Takes the last entry away.
    pub(crate) fn take_last(&mut self) -> Option<T> {
        let piece = Arc::make_mut(self.pieces.last_mut()?);
        let last = piece.pop();
        if piece.is_empty() {
            self.pieces.pop();
        }
        last
    }

    /// Takes the entries away before the first one that is not `past`.
    pub(crate) fn take_past(&mut self, past: impl Fn(&T) -> bool) -> Vec<T> {
        let whole = self
            .pieces
            .partition_point(|piece| piece.last().is_some_and(&past));
        let mut taken: Vec<T> = Vec::new();
        for piece in self.pieces.drain(..whole) {
            taken.extend(Arc::unwrap_or_clone(piece));
        }
        if let Some(first) = self.pieces.first_mut() {
            let part = first.partition_point(past);
            if part > 0 {
                taken.extend(Arc::make_mut(first).drain(..part));
            }
        }
        taken
    }
}

impl<T: Ord + Clone> FromIterator<T> for Chronicle<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Chronicle<T> {
        let mut made = Chronicle::default();
        for entry in entries {
            made.insert(entry);
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_sorted_set_however_it_was_filled(
            entries in prop::collection::vec(0_u32..500, 0..400), limit in 0_u32..500,
        ) {
            let plain: std::collections::BTreeSet<u32> = entries.iter().copied().collect();
            let mut kept: Chronicle<u32> = Chronicle::default();
            for entry in &entries {
                let news = !kept.iter().any(|known| known == entry);
                prop_assert_eq!(kept.insert(*entry), news);
            }
            prop_assert!(kept.iter().eq(plain.iter()));
            prop_assert_eq!(kept.len(), plain.len());
            prop_assert_eq!(kept.first(), plain.first());
            prop_assert_eq!(kept.last(), plain.last());
            prop_assert_eq!(kept.last_past(|e| *e < limit), plain.range(..limit).next_back());
            prop_assert!(kept.after_past(|e| *e < limit).eq(plain.range(limit..)));
            let copy = kept.clone();
            let taken = kept.take_past(|e| *e < limit);
            prop_assert!(taken.iter().eq(plain.range(..limit)));
            prop_assert!(kept.iter().eq(plain.range(limit..)));
            let last = kept.take_last();
            prop_assert_eq!(last.as_ref(), plain.range(limit..).next_back());
            let rest = plain.range(limit..).count().saturating_sub(1);
            prop_assert_eq!(kept.len(), rest);
            prop_assert!(copy.iter().eq(plain.iter()), "a copy keeps what it had");
            prop_assert_eq!(kept == copy, kept.iter().eq(copy.iter()));
            let again: Chronicle<u32> = plain.into_iter().collect();
            prop_assert_eq!(&copy, &again, "how it is cut into pieces does not count");
        }
    }
}
