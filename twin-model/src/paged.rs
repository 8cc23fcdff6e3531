//! A list in pages that copies share.
//!
//! A plant copies an entity before it changes it. A busy machine or lot has thousands of facts, so
//! only the page that a change falls into is copied, not all of them, and none where a fact is added
//! at the end, as most are; an empty list takes no room.

use std::sync::Arc;

#[path = "paged/page.rs"]
mod page;

use page::Page;

/// Entries of one page: few enough that a copy of one is cheap, enough that there are few pages.
pub const PAGE_ENTRIES_MAX: usize = 32;

/// A list that is cheap to copy and to change after that. Who keeps it sorted can search it.
#[derive(Debug)]
pub(crate) struct Paged<T>(Option<Arc<Pages<T>>>);

#[derive(Debug)]
struct Pages<T> {
    /// The pages before the last one, none of them empty; `None` until there is one.
    full: Option<Arc<Vec<Page<T>>>>,
    /// Where most entries come to: facts arrive mostly in their order.
    last: Page<T>,
    len: usize,
}

/// Where an entry stands, or would.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    page: usize,
    at: usize,
}

impl<T> Clone for Paged<T> {
    fn clone(&self) -> Paged<T> {
        Paged(self.0.clone())
    }
}

impl<T> Default for Paged<T> {
    fn default() -> Paged<T> {
        Paged(None)
    }
}

impl<T> Clone for Pages<T> {
    fn clone(&self) -> Pages<T> {
        Pages {
            full: self.full.clone(),
            last: self.last.clone(),
            len: self.len,
        }
    }
}

/// How a list is cut into pages does not count.
impl<T: PartialEq> PartialEq for Paged<T> {
    fn eq(&self, other: &Paged<T>) -> bool {
        self.is_same(other) || (self.len() == other.len() && self.iter().eq(other.iter()))
    }
}

impl<T: Eq> Eq for Paged<T> {}

impl<T> Paged<T> {
    /// An empty list.
    pub(crate) const NOTHING: Paged<T> = Paged(None);

    pub(crate) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |pages| pages.len)
    }

    /// Whether both are one list that neither has changed.
    pub(crate) fn is_same(&self, other: &Paged<T>) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }

    fn full(&self) -> &[Page<T>] {
        let full = self.0.as_ref().and_then(|pages| pages.full.as_ref());
        full.map_or(&[], |full| full.as_slice())
    }

    /// One page by its number; the last one comes after the full ones.
    fn page(&self, page: usize) -> Option<&Page<T>> {
        let last = || self.0.as_ref().map(|pages| &pages.last);
        self.full().get(page).or_else(last)
    }

    /// From the entry at `place` on.
    pub(crate) fn from(&self, place: Place) -> impl DoubleEndedIterator<Item = &T> {
        let begun = self.page(place.page);
        let full = self.full();
        let between = full.get(place.page + 1..).unwrap_or_default();
        // Where the list begins on its last page there is nothing more.
        let last = match place.page < full.len() {
            true => self.page(full.len()),
            false => None,
        };
        let begun = begun.into_iter().flat_map(move |page| page.since(place.at));
        let after = between.iter().chain(last);
        begun.chain(after.flat_map(|page| page.since(0)))
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.from(self.start())
    }

    pub(crate) fn first(&self) -> Option<&T> {
        self.iter().next()
    }

    pub(crate) fn last(&self) -> Option<&T> {
        let last = self.0.as_ref().and_then(|pages| pages.last.last());
        last.or_else(|| self.full().last()?.last())
    }

    pub(crate) fn get(&self, place: Place) -> Option<&T> {
        self.page(place.page)?.get(place.at)
    }

    /// The place of the first entry that is not `past`, in a list in which all that are stand
    /// before all that are not.
    pub(crate) fn place(&self, past: impl Fn(&T) -> bool) -> Place {
        let full = self.full();
        let page = full.partition_point(|page| page.last().is_some_and(&past));
        let at = self.page(page).map_or(0, |page| page.partition_point(past));
        Place { page, at }
    }

    /// The place of an entry by its number, from 0.
    pub(crate) fn nth(&self, number: usize) -> Place {
        let mut at = number;
        for (page, entries) in self.full().iter().enumerate() {
            if at < entries.len() {
                return Place { page, at };
            }
            at -= entries.len();
        }
        let page = self.full().len();
        Place { page, at }
    }

    /// The place of the first entry.
    pub(crate) fn start(&self) -> Place {
        Place { page: 0, at: 0 }
    }

    /// The place behind the last entry.
    pub(crate) fn end(&self) -> Place {
        let page = self.full().len();
        let at = self.page(page).map_or(0, Page::len);
        Place { page, at }
    }

    /// The entry before a place.
    pub(crate) fn before(&self, place: Place) -> Option<&T> {
        match place.at.checked_sub(1) {
            Some(at) => self.page(place.page)?.get(at),
            None => self.page(place.page.checked_sub(1)?)?.last(),
        }
    }
}

impl<T> Pages<T> {
    fn full_len(&self) -> usize {
        self.full.as_ref().map_or(0, |full| full.len())
    }

    fn full_mut(&mut self) -> &mut Vec<Page<T>> {
        Arc::make_mut(self.full.get_or_insert_default())
    }
}

impl<T: Clone> Paged<T> {
    fn pages_mut(&mut self) -> &mut Pages<T> {
        let pages = self.0.get_or_insert_with(|| {
            Arc::new(Pages {
                full: None,
                last: Page::default(),
                len: 0,
            })
        });
        Arc::make_mut(pages)
    }

    /// Puts an entry before the one at `place`.
    pub(crate) fn insert(&mut self, place: Place, entry: T) {
        let pages = self.pages_mut();
        pages.len += 1;
        if place.page < pages.full_len() {
            let full = pages.full_mut();
            let page = &mut full[place.page];
            page.insert(place.at, entry);
            if page.len() > PAGE_ENTRIES_MAX {
                let rest = page.split_off(PAGE_ENTRIES_MAX / 2);
                full.insert(place.page + 1, rest);
            }
            return;
        }
        if place.at == PAGE_ENTRIES_MAX {
            // A list that only grows at its end has full pages.
            let page = std::mem::replace(&mut pages.last, Page::of(vec![entry]));
            pages.full_mut().push(page);
            return;
        }
        pages.last.insert(place.at, entry);
        if pages.last.len() > PAGE_ENTRIES_MAX {
            let rest = pages.last.split_off(PAGE_ENTRIES_MAX / 2);
            let page = std::mem::replace(&mut pages.last, rest);
            pages.full_mut().push(page);
        }
    }

    pub(crate) fn push(&mut self, entry: T) {
        self.insert(self.end(), entry);
    }

    /// The entry at `place`, to be changed.
    pub(crate) fn get_mut(&mut self, place: Place) -> Option<&mut T> {
        self.get(place)?;
        let pages = self.pages_mut();
        if place.page < pages.full_len() {
            return pages.full_mut()[place.page].get_mut(place.at);
        }
        pages.last.get_mut(place.at)
    }

    /// Changes every entry that is wanted; pages without one stay shared.
    pub(crate) fn change_where(&mut self, wanted: impl Fn(&T) -> bool, change: impl Fn(&mut T)) {
        let is_here = |page: &Page<T>| page.since(0).any(&wanted);
        if !self.iter().any(&wanted) {
            return;
        }
        let change = |page: &mut Page<T>| {
            let mut entries = page.to_vec();
            entries.iter_mut().filter(|it| wanted(it)).for_each(&change);
            *page = Page::of(entries);
        };
        let pages = self.pages_mut();
        if is_here(&pages.last) {
            change(&mut pages.last);
        }
        if pages.full.is_some() {
            let full = pages.full_mut().iter_mut();
            full.filter(|page| is_here(page)).for_each(change);
        }
    }

    /// Takes the entry at `place` out.
    pub(crate) fn remove(&mut self, place: Place) -> Option<T> {
        self.get(place)?;
        if self.len() == 1 {
            let only = self.first().cloned();
            self.0 = None;
            return only;
        }
        let pages = self.pages_mut();
        pages.len -= 1;
        if place.page == pages.full_len() {
            return Some(pages.last.remove(place.at));
        }
        let full = pages.full_mut();
        let removed = full[place.page].remove(place.at);
        if full[place.page].len() == 0 {
            full.remove(place.page);
        } else {
            join_small(full, place.page);
        }
        Some(removed)
    }

    /// Takes all entries before `place` out.
    pub(crate) fn take_before(&mut self, place: Place) -> Vec<T> {
        let mut taken = Vec::new();
        if place == self.start() {
            return taken;
        }
        let pages = self.pages_mut();
        let whole = place.page;
        if whole > 0 {
            for page in pages.full_mut().drain(..whole) {
                taken.extend(page.to_vec());
            }
        }
        if pages.full_len() == 0 {
            taken.extend(pages.last.take_first(place.at));
        } else if place.at > 0 {
            taken.extend(pages.full_mut()[0].take_first(place.at));
        }
        pages.len -= taken.len();
        taken
    }
}

/// Joins a page that has lost entries with a neighbour, when both together are small.
fn join_small<T: Clone>(full: &mut Vec<Page<T>>, page: usize) {
    let small = |first: usize| {
        let pair = full.get(first).zip(full.get(first + 1));
        pair.is_some_and(|(one, next)| one.len() + next.len() <= PAGE_ENTRIES_MAX / 2)
    };
    let mut pairs = [page.saturating_sub(1), page].into_iter();
    if let Some(first) = pairs.find(|first| small(*first)) {
        let next = full.remove(first + 1);
        let mut both = full[first].to_vec();
        both.extend(next.to_vec());
        full[first] = Page::of(both);
    }
}

impl<T: Clone> FromIterator<T> for Paged<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Paged<T> {
        let mut made = Paged::default();
        for entry in entries {
            made.push(entry);
        }
        made
    }
}

#[cfg(test)]
#[path = "paged/tests.rs"]
mod tests;
