//! One page of a list.

use std::collections::BTreeSet;
use std::ops::Bound;

use twin_model::{Entity, EntityKind, SmolStr};

use super::Entities;
use crate::sort::{Place, Sort, SortBy};

/// Entities that one page looks at, at most. A filter that few pass then gives short pages with a
/// next cursor, instead of keeping the plant's changes waiting.
pub(crate) const PAGE_SCAN_MAX: usize = 20_000;

/// Some entities of a list, in its order, and where to go on.
pub(crate) struct Page {
    pub(crate) items: Vec<Entity>,
    pub(crate) next: Option<SmolStr>,
}

type Candidates<'m> = Box<dyn Iterator<Item = (&'m SmolStr, &'m Entity)> + 'm>;

impl Entities {
    /// Up to `limit` entities after the place `after` that `keep` takes, out of `within` or all of
    /// the kind.
    pub(crate) fn page(
        &self,
        kind: EntityKind,
        within: Option<&BTreeSet<SmolStr>>,
        (sort, after): (Sort, Option<&Place>),
        limit: usize,
        keep: impl Fn(&Entity) -> bool,
    ) -> Page {
        let candidates = match sort.by {
            SortBy::Id => self.by_id(kind, within, sort.descending, after),
            _ => self.by_rank(kind, within, sort, after),
        };
        let mut candidates = candidates.peekable();
        let mut page = Page {
            items: Vec::new(),
            next: None,
        };
        let mut scanned = 0;
        while let Some((id, entity)) = candidates.next() {
            scanned += 1;
            if keep(entity) {
                page.items.push(entity.clone());
            }
            let full = page.items.len() >= limit || scanned >= PAGE_SCAN_MAX;
            if full && candidates.peek().is_some() {
                page.next = Some(sort.cursor(id, entity));
                break;
            }
        }
        page
    }

    fn by_id<'m>(
        &'m self,
        kind: EntityKind,
        within: Option<&'m BTreeSet<SmolStr>>,
        descending: bool,
        after: Option<&Place>,
    ) -> Candidates<'m> {
        let table = self.table(kind);
        let after = after.map_or(Bound::Unbounded, |place| Bound::Excluded(place.id.as_str()));
        let range = match descending {
            true => (Bound::Unbounded, after),
            false => (after, Bound::Unbounded),
        };
        match (within, descending) {
            (Some(ids), false) => Box::new(
                ids.range::<str, _>(range)
                    .filter_map(|id| table.get_key_value(id)),
            ),
            (Some(ids), true) => Box::new(
                ids.range::<str, _>(range)
                    .rev()
                    .filter_map(|id| table.get_key_value(id)),
            ),
            (None, false) => Box::new(table.range::<str, _>(range)),
            (None, true) => Box::new(table.range::<str, _>(range).rev()),
        }
    }

    /// A small set is sorted anew; a large one is what the list in its order is narrowed to.
    fn by_rank<'m>(
        &'m self,
        kind: EntityKind,
        within: Option<&'m BTreeSet<SmolStr>>,
        sort: Sort,
        after: Option<&Place>,
    ) -> Candidates<'m> {
        let table = self.table(kind);
        let Some(ids) = within.filter(|ids| ids.len() <= PAGE_SCAN_MAX) else {
            let all = self.ranks.after(kind, sort, after);
            return Box::new(all.filter_map(|id| table.get_key_value(id)));
        };
        let known = ids.iter().filter_map(|id| table.get_key_value(id));
        let ranked = known.map(|(id, entity)| (sort.by.rank(entity), id, entity));
        let mut ranked: Vec<(Option<i64>, &SmolStr, &Entity)> = ranked
            .filter(|(rank, id, _)| {
                after.is_none_or(|after| {
                    let place = (after.rank, after.id.as_str());
                    sort.compare((*rank, id.as_str()), place).is_gt()
                })
            })
            .collect();
        ranked.sort_by(|a, b| sort.compare((a.0, a.1.as_str()), (b.0, b.1.as_str())));
        Box::new(ranked.into_iter().map(|(_, id, entity)| (id, entity)))
    }
}
