//! What ties a lot to those that it was made from, and what keeps that free of cycles.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::chaos::Fault;
use crate::effect::{Effects, View};
use crate::lot_stock::add;
use crate::{EntityKey, Lot, LotId, Message, PagedMap, Plant, Rejection, Time, TimeWindow};

/// How a lot came from another one. Where several are true of the same two lots the greatest is
/// shown: the one that says most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kinship {
    /// Both were in one tank at overlapping times: some of the one may be in the other.
    Commingled,
    /// The one flowed into the other.
    Merged,
    /// A part of the one got a name of its own.
    Split,
    /// The one was made into the other.
    Transformed,
}

impl Kinship {
    /// Its name in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kinship::Commingled => "commingled",
            Kinship::Merged => "merged",
            Kinship::Split => "split",
            Kinship::Transformed => "transformed",
        }
    }
}

/// What a lot has of one of its parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parentage {
    /// How much of the parent went in, in the parent's unit; zero where only a tank was shared.
    pub quantity: Decimal,
    /// When the first of it went in.
    pub since: Time,
    /// When the last of it did.
    pub until: Time,
    /// How it went in.
    pub by: Kinship,
    /// Whether some of it is the parent's goods under another name, or may be: it was split off,
    /// the parent was merged into it, or both were in one tank, whatever else went in.
    pub is_part: bool,
    /// Whether both were in one tank, so that nobody knows how much of the parent is in it, beside
    /// the quantity that went in.
    pub shares_tank: bool,
}

impl Parentage {
    /// So much of a parent went in, from the first to the last of it.
    pub(crate) fn new(quantity: Decimal, during: TimeWindow, by: Kinship) -> Parentage {
        Parentage {
            quantity,
            since: during.from,
            until: during.to,
            by,
            is_part: by != Kinship::Transformed,
            shares_tank: by == Kinship::Commingled,
        }
    }

    fn add(&mut self, more: Parentage) {
        add(&mut self.quantity, more.quantity);
        self.since = self.since.min(more.since);
        self.until = self.until.max(more.until);
        self.by = self.by.max(more.by);
        self.is_part |= more.is_part;
        self.shares_tank |= more.shares_tank;
    }
}

impl Lot {
    /// Something of `parent` is in this lot. The lot inherits at once what holds the parent.
    pub(crate) fn come_from(
        &mut self,
        parent: &LotId,
        part: Parentage,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        match self.goods.card.parents.get_mut(parent) {
            Some(known) => known.add(part),
            None => {
                self.goods.card.parents.insert(parent.clone(), part);
            }
        }
        self.catch_shelf_life(part.is_part, effects);
        self.look_at_presumptions(view, effects);
        view.note_link(Some(parent), &self.goods.id, effects);
        if let Some(parent) = view.plant.lot(parent)
            && !view.plant.breaks(Fault::LateLinkInheritsNothing)
        {
            self.inherit_from(parent, part.since, view, effects);
            self.catch_quality(parent, effects);
        }
        if part.is_part && self.has_quality() {
            // What its material asks of lots that are made it does not ask of parts.
            let key = EntityKey::Lot(self.goods.id.clone());
            effects.tell(key, Message::OriginJudged);
        }
    }

    /// Something of this lot is in `child` since a time.
    pub(crate) fn go_into(&mut self, child: &LotId, since: Time) {
        match self.goods.children.get_mut(child) {
            Some(known) => *known = (*known).min(since),
            None => {
                self.goods.children.insert(child.clone(), since);
            }
        }
    }

    /// Lots it was made from.
    #[must_use]
    pub fn parents(&self) -> &PagedMap<LotId, Parentage> {
        &self.goods.card.parents
    }

    /// Lots made from it, with since when at least something of it is in each.
    #[must_use]
    pub fn children(&self) -> &PagedMap<LotId, Time> {
        &self.goods.children
    }
}

/// Lots at each end of a path that a rejection names; what is between them is counted.
const PATH_ENDS_MAX: usize = 10;

/// R15, invariant 10: refuses to make lots from something that descends from them. One search from
/// all sources; a lot from which nothing was made is nobody's ancestor.
pub(crate) fn refuse_cycle<'a>(
    sources: &BTreeSet<&'a LotId>,
    targets: impl Iterator<Item = &'a LotId>,
    plant: &'a Plant,
) -> Result<(), Rejection> {
    let targets: BTreeSet<&LotId> = targets
        .filter(|id| {
            let made_into = plant.lot(id).is_some_and(|lot| !lot.children().is_empty());
            made_into || sources.contains(*id)
        })
        .collect();
    if targets.is_empty() {
        return Ok(());
    }
    let mut seen: BTreeSet<&LotId> = sources.clone();
    let mut came_from: BTreeMap<&LotId, &LotId> = BTreeMap::new();
    let mut queue: VecDeque<&LotId> = sources.iter().copied().collect();
    while let Some(lot) = queue.pop_front() {
        if targets.contains(lot) {
            let mut path = vec![lot.as_str()];
            let mut step = lot;
            while let Some(next) = came_from.get(step) {
                path.push(next.as_str());
                step = next;
            }
            return Err(Rejection::GenealogyCycle {
                child: lot.clone(),
                parent: step.clone(),
                path: shown(&path),
            });
        }
        for ancestor in plant
            .lot(lot)
            .into_iter()
            .flat_map(|lot| lot.parents().keys())
        {
            if seen.insert(ancestor) {
                came_from.insert(ancestor, lot);
                queue.push_back(ancestor);
            }
        }
    }
    Ok(())
}

/// A path in words: a long one by its ends.
pub(crate) fn shown(path: &[&str]) -> String {
    const ARROW: &str = " -> ";
    let between = path.len().saturating_sub(2 * PATH_ENDS_MAX);
    if between == 0 {
        return path.join(ARROW);
    }
    let (first, last) = (&path[..PATH_ENDS_MAX], &path[path.len() - PATH_ENDS_MAX..]);
    let (first, last) = (first.join(ARROW), last.join(ARROW));
    format!("{first}{ARROW}({between} more){ARROW}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_is_shown_by_its_ends() {
        let names: Vec<String> = (0..23).map(|n| n.to_string()).collect();
        let path = |n: usize| shown(&names.iter().take(n).map(String::as_str).collect::<Vec<_>>());
        assert_eq!(path(3), "0 -> 1 -> 2");
        assert!(
            path(20).ends_with("9 -> 10 -> 11 -> 12 -> 13 -> 14 -> 15 -> 16 -> 17 -> 18 -> 19")
        );
        assert_eq!(
            path(23),
            "0 -> 1 -> 2 -> 3 -> 4 -> 5 -> 6 -> 7 -> 8 -> 9 -> (3 more) -> 13 -> 14 -> 15 -> 16 \
             -> 17 -> 18 -> 19 -> 20 -> 21 -> 22"
        );
    }
}
