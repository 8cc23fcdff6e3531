//! Facts in ascending order, kept in pages that copies share ([`crate::paged`]).

use crate::paged::Paged;

/// An ascending list without doubles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chronicle<T>(Paged<T>);

impl<T> Default for Chronicle<T> {
    fn default() -> Chronicle<T> {
        Chronicle(Paged::default())
    }
}

impl<T> Chronicle<T> {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn first(&self) -> Option<&T> {
        self.0.first()
    }

    pub(crate) fn last(&self) -> Option<&T> {
        self.0.last()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.iter()
    }

    /// The last entry before the first one that is not `past`.
    pub(crate) fn last_past(&self, past: impl Fn(&T) -> bool) -> Option<&T> {
        self.0.before(self.0.place(past))
    }

    /// The entries from the first one on that is not `past`.
    pub(crate) fn after_past(
        &self,
        past: impl Fn(&T) -> bool,
    ) -> impl DoubleEndedIterator<Item = &T> {
        self.0.from(self.0.place(past))
    }
}

impl<T: Ord + Clone> Chronicle<T> {
    /// Puts an entry at its place. `false` when it was there before.
    pub(crate) fn insert(&mut self, entry: T) -> bool {
        let place = match self.0.last() {
            Some(last) if *last < entry => self.0.end(),
            _ => self.0.place(|known| *known < entry),
        };
        let news = self.0.get(place) != Some(&entry);
        if news {
            self.0.insert(place, entry);
        }
        news
    }

    /// Takes an entry away. `false` when it was not there.
    pub(crate) fn remove(&mut self, entry: &T) -> bool {
        let place = self.0.place(|known| known < entry);
        self.0.get(place) == Some(entry) && self.0.remove(place).is_some()
    }

    /// Takes the last entry away.
    pub(crate) fn take_last(&mut self) -> Option<T> {
        let last = self.last()?.clone();
        self.remove(&last).then_some(last)
    }

    /// Takes the entries away before the first one that is not `past`.
    pub(crate) fn take_past(&mut self, past: impl Fn(&T) -> bool) -> Vec<T> {
        self.0.take_before(self.0.place(past))
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
            let mut less = copy.clone();
            prop_assert_eq!(less.remove(&limit), plain.contains(&limit));
            prop_assert!(less.iter().eq(plain.iter().filter(|entry| **entry != limit)));
            prop_assert!(copy.iter().eq(plain.iter()), "a copy keeps what it had");
            prop_assert_eq!(kept == copy, kept.iter().eq(copy.iter()));
            let again: Chronicle<u32> = plain.into_iter().collect();
            prop_assert_eq!(&copy, &again, "how it is cut into pieces does not count");
        }
    }
}
