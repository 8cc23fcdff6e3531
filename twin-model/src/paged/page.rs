//! One page of a list.

use std::iter;
use std::sync::{Arc, OnceLock};

use super::PAGE_ENTRIES_MAX;

/// Entries in cells that copies of the page share.
///
/// A copy sees the entries that it had, and may put another one into the next cell without copying
/// those before it, as nobody else looks there. Who comes second, after a turn that was taken back
/// for example, finds the cell taken and copies the page.
#[derive(Debug)]
pub(super) struct Page<T> {
    cells: Arc<[OnceLock<T>]>,
    len: usize,
}

impl<T> Clone for Page<T> {
    fn clone(&self) -> Page<T> {
        Page {
            cells: Arc::clone(&self.cells),
            len: self.len,
        }
    }
}

impl<T> Default for Page<T> {
    fn default() -> Page<T> {
        Page::of(Vec::new())
    }
}

impl<T> Page<T> {
    pub(super) fn of(entries: Vec<T>) -> Page<T> {
        Page {
            len: entries.len(),
            cells: entries.into_iter().map(OnceLock::from).collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether both keep their entries in the same cells.
    #[cfg(test)]
    pub(super) fn shares(&self, other: &Page<T>) -> bool {
        Arc::ptr_eq(&self.cells, &other.cells)
    }

    pub(super) fn get(&self, at: usize) -> Option<&T> {
        self.cells[..self.len].get(at)?.get()
    }

    pub(super) fn last(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// From the entry at `at` on.
    pub(super) fn since(&self, at: usize) -> impl DoubleEndedIterator<Item = &T> {
        self.cells[at..self.len].iter().filter_map(OnceLock::get)
    }

    /// How many entries come before the first that is not `past`.
    pub(super) fn partition_point(&self, past: impl Fn(&T) -> bool) -> usize {
        self.cells[..self.len].partition_point(|cell| cell.get().is_some_and(&past))
    }
}

impl<T: Clone> Page<T> {
    pub(super) fn to_vec(&self) -> Vec<T> {
        // With room for one more: a page is mostly copied because something is added.
        let mut entries = Vec::with_capacity(self.len + 1);
        entries.extend(self.since(0).cloned());
        entries
    }

    pub(super) fn push(&mut self, entry: T) {
        let refused = match self.cells.get(self.len) {
            Some(cell) => cell.set(entry).err(),
            None => Some(entry),
        };
        if let Some(entry) = refused {
            let room = (self.len + 1)
                .next_power_of_two()
                .min(PAGE_ENTRIES_MAX)
                .saturating_sub(self.len + 1);
            let free = iter::repeat_with(OnceLock::new).take(room);
            let known = self.since(0).cloned().chain(iter::once(entry));
            self.cells = known.map(OnceLock::from).chain(free).collect();
        }
        self.len += 1;
    }

    /// Puts an entry before the one at `at`.
    pub(super) fn insert(&mut self, at: usize, entry: T) {
        if at == self.len {
            self.push(entry);
            return;
        }
        let mut entries = self.to_vec();
        entries.insert(at, entry);
        *self = Page::of(entries);
    }

    /// The entry at `at`, to be changed.
    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        let len = self.len;
        Arc::make_mut(&mut self.cells)[..len].get_mut(at)?.get_mut()
    }

    /// Takes the entry at `at` out.
    ///
    /// # Panics
    /// When there is none.
    pub(super) fn remove(&mut self, at: usize) -> T {
        let mut entries = self.to_vec();
        let removed = entries.remove(at);
        *self = Page::of(entries);
        removed
    }

    /// Takes the first entries out.
    ///
    /// # Panics
    /// When there are fewer.
    pub(super) fn take_first(&mut self, count: usize) -> Vec<T> {
        let mut first = self.to_vec();
        *self = Page::of(first.split_off(count));
        first
    }

    /// Takes the entries from `at` on out.
    ///
    /// # Panics
    /// When there are fewer before it.
    pub(super) fn split_off(&mut self, at: usize) -> Page<T> {
        let mut entries = self.to_vec();
        let rest = entries.split_off(at);
        *self = Page::of(entries);
        Page::of(rest)
    }
}
