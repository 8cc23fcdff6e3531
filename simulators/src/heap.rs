//! A 4-ary heap: four children of one node lie within one or two cache lines.

const ARITY: usize = 4;

/// Values by key, the least key first. Keys must differ, else the order of equals is the heap's.
#[derive(Clone, Debug)]
pub(crate) struct Heap<K, V> {
    entries: Vec<(K, V)>,
}

impl<K, V> Default for Heap<K, V> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
        }
    }
}

impl<K: Ord + Copy, V: Copy> Heap<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entry with the least key.
    #[inline]
    pub(crate) fn first(&self) -> Option<&(K, V)> {
        self.entries.first()
    }

    /// The entry that is first once the present first one is gone.
    #[inline]
    pub(crate) fn second(&self) -> Option<&(K, V)> {
        let last = self.entries.len().min(ARITY + 1);
        self.entries
            .get(1..last)?
            .iter()
            .min_by_key(|&&(key, _)| key)
    }

    /// Puts an entry in the place of the first one, as taking that and adding this would.
    ///
    /// # Panics
    /// When there is none.
    #[inline]
    pub(crate) fn replace_first(&mut self, key: K, value: V) {
        self.sink(0, (key, value));
    }

    /// All entries; the first is the least, the others stand in the heap's order.
    pub(crate) fn entries(&self) -> &[(K, V)] {
        &self.entries
    }

    #[inline]
    pub(crate) fn push(&mut self, key: K, value: V) {
        let at = self.entries.len();
        self.entries.push((key, value));
        self.rise(at, (key, value));
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<(K, V)> {
        let last = self.entries.pop()?;
        let Some(&first) = self.entries.first() else {
            return Some(last);
        };
        self.sink(0, last);
        Some(first)
    }

    /// Keeps the entries that hold, and drops the others.
    pub(crate) fn retain(&mut self, holds: impl FnMut(&(K, V)) -> bool) {
        self.entries.retain(holds);
        // A sorted vector is a valid heap of every arity.
        self.entries.sort_unstable_by_key(|&(key, _)| key);
    }

    /// Takes the entry at a place of [`Heap::entries`].
    pub(crate) fn remove(&mut self, at: usize) -> (K, V) {
        let removed = self.entries[at];
        let last = self.entries.pop();
        if let Some(last) = last.filter(|_| at < self.entries.len()) {
            if at > 0 && last.0 < self.entries[(at - 1) / ARITY].0 {
                self.rise(at, last);
            } else {
                self.sink(at, last);
            }
        }
        removed
    }

    /// Puts an entry where the one at `at` was, or above.
    #[inline]
    fn rise(&mut self, mut at: usize, entry: (K, V)) {
        while at > 0 {
            let parent = (at - 1) / ARITY;
            if self.entries[parent].0 <= entry.0 {
                break;
            }
            self.entries[at] = self.entries[parent];
            at = parent;
        }
        self.entries[at] = entry;
    }

    /// Puts an entry where the one at `at` was, or below.
    #[inline]
    fn sink(&mut self, mut at: usize, entry: (K, V)) {
        let count = self.entries.len();
        loop {
            let first = at * ARITY + 1;
            if first >= count {
                break;
            }
            let mut least = first;
            for child in first + 1..(first + ARITY).min(count) {
                if self.entries[child].0 < self.entries[least].0 {
                    least = child;
                }
            }
            if entry.0 <= self.entries[least].0 {
                break;
            }
            self.entries[at] = self.entries[least];
            at = least;
        }
        self.entries[at] = entry;
    }
}

#[cfg(test)]
mod tests {
    use super::Heap;
    use crate::random::{Purpose, Random};

    #[test]
    fn everything_comes_out_in_the_order_of_its_key_whatever_was_removed() {
        for seed in 0..20 {
            let random = Random::new(seed);
            let draw = |visit, below| random.draw(1, visit, Purpose::StepTime).below(below);
            let mut heap = Heap::default();
            let mut model = std::collections::BTreeSet::new();
            for visit in 0..500 {
                let key = (draw(visit, 40), visit);
                heap.push(key, visit);
                model.insert(key);
                let least = model.iter().nth(1).copied();
                assert_eq!(heap.second().map(|&(key, _)| key), least, "seed {seed}");
                if visit % 5 == 0 {
                    let later = (draw(visit + 2_000, 40), visit + 1_000);
                    model.pop_first();
                    heap.replace_first(later, visit);
                    model.insert(later);
                }
                if visit % 3 == 0 {
                    let at = draw(visit + 1_000, heap.len() as u64) as usize;
                    let (key, _) = heap.remove(at);
                    assert!(model.remove(&key), "seed {seed}: {key:?} was in the heap");
                }
            }
            let mut rest = Vec::new();
            while let Some((key, _)) = heap.pop() {
                rest.push(key);
            }
            let expected: Vec<_> = model.into_iter().collect();
            assert_eq!(rest, expected, "seed {seed}");
        }
    }
}
