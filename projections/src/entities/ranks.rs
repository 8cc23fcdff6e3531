//! Ids in the orders in which lists can come.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use twin_model::{Entity, EntityKind, SmolStr};

use crate::sort::{Place, Sort, SortBy};

/// Ids by what they are sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Ranked {
    with: BTreeSet<(i64, SmolStr)>,
    /// Those that have nothing to be sorted by.
    without: BTreeSet<SmolStr>,
}

/// All orders of all kinds, but those by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Ranks(BTreeMap<(EntityKind, SortBy), Ranked>);

impl Ranks {
    /// Takes an entity's new state in.
    pub(super) fn put(&mut self, kind: EntityKind, id: &str, old: Option<&Entity>, new: &Entity) {
        for by in SortBy::of(kind) {
            let rank = by.rank(new);
            let former = old.map(|old| by.rank(old));
            if former == Some(rank) {
                continue;
            }
            let ranked = self.0.entry((kind, *by)).or_default();
            match former {
                Some(Some(former)) => {
                    ranked.with.remove(&(former, id.into()));
                }
                Some(None) => {
                    ranked.without.remove(id);
                }
                None => {}
            }
            match rank {
                Some(rank) => ranked.with.insert((rank, id.into())),
                None => ranked.without.insert(id.into()),
            };
        }
    }

    /// The ids after a place, in an order that is not by id.
    pub(super) fn after<'m>(
        &'m self,
        kind: EntityKind,
        sort: Sort,
        place: Option<&Place>,
    ) -> Box<dyn Iterator<Item = &'m SmolStr> + 'm> {
        let Some(ranked) = self.0.get(&(kind, sort.by)) else {
            return Box::new(std::iter::empty());
        };
        let without =
            |after: Bound<&str>| ranked.without.range::<str, _>((after, Bound::Unbounded));
        let key = match place {
            // Those with a rank are over.
            Some(Place { rank: None, id }) => return Box::new(without(Bound::Excluded(id))),
            Some(Place {
                rank: Some(rank),
                id,
            }) => Bound::Excluded((*rank, id.clone())),
            None => Bound::Unbounded,
        };
        let ids = |(_, id): &'m (i64, SmolStr)| id;
        let rest = without(Bound::Unbounded);
        match sort.descending {
            true => {
                let with = ranked.with.range((Bound::Unbounded, key)).rev();
                Box::new(with.map(ids).chain(rest))
            }
            false => {
                let with = ranked.with.range((key, Bound::Unbounded));
                Box::new(with.map(ids).chain(rest))
            }
        }
    }
}
