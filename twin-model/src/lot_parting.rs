//! Splits that tell which stock goes into a part.
//!
//! Quality accepts 80 of 100 pieces and rejects 20: whoever carries the 20 away knows which they
//! are. Where nobody tells, a part may have everything that its whole has.

use std::collections::BTreeMap;
use std::ops::{Bound, RangeBounds};

use rust_decimal::Decimal;

use crate::effect::Effects;
use crate::lot_stock::add;
use crate::lot_usage::{BEST_FIRST, Judged, Move, Word};
use crate::{Discrepancy, Lot, LotId, MaterialRejection, Parentage, Rejection, Time, Usage};

/// How often it may be told of one lot which of its stock went into a part: it would have to be a
/// lot that is never closed.
pub const PARTINGS_PER_LOT_MAX: usize = 10_000;

/// What of a lot was told to have gone: into which part, from which usage status, and when.
pub type Parting = (LotId, Usage, Time);

impl Judged {
    /// How much is as good as a status, or better.
    fn as_good_as(&self, usage: Usage) -> Decimal {
        let good = BEST_FIRST[..=usage as usize].iter();
        good.map(|usage| self.stock.of(*usage)).sum()
    }

    /// The statuses worse than some other that some of it has, each with since when.
    fn worse_than(&self, usage: Usage) -> impl Iterator<Item = (Usage, Time)> {
        let there = self.stock.iter().filter(move |(worse, _)| *worse > usage);
        there.map(|(worse, _)| (worse, self.since(worse)))
    }
}

impl Lot {
    /// So much of a status was split off into `child`.
    pub(crate) fn note_parting(
        &mut self,
        child: &LotId,
        (usage, quantity): (Usage, Decimal),
        at: Time,
    ) {
        self.change_quality(|quality| {
            let known = quality.partings.entry((child.clone(), usage, at));
            add(known.or_default(), quantity);
        });
    }

    /// R52: the lot keeps each of its splits that told which stock went.
    pub(crate) fn refuse_parting(&self, more: usize) -> Result<(), Rejection> {
        let quality = self.goods.quality.as_deref();
        let known = quality.map_or(0, |quality| quality.partings.len());
        if more == 0 || known + more <= PARTINGS_PER_LOT_MAX {
            return Ok(());
        }
        Err(Rejection::from(MaterialRejection::TooManyPartings {
            lot: self.goods.id.clone(),
            max: PARTINGS_PER_LOT_MAX,
        }))
    }

    /// What was told of some parts tells of the others as well.
    pub(crate) fn tell_of_partings(&self, effects: &mut Effects) {
        if self.partings().next().is_some() {
            self.hand_quality_on(effects);
        }
    }

    /// The splits that told which stock went, each with how much, in the unit of the lot.
    pub(crate) fn partings(&self) -> impl Iterator<Item = (&Parting, &Decimal)> {
        let quality = self.goods.quality.iter();
        quality.flat_map(|quality| &quality.partings)
    }

    /// What was told of a part: the worst status, and how much in all.
    fn told_of(&self, child: &LotId) -> Option<(Usage, Decimal)> {
        let partings = &self.goods.quality.as_deref()?.partings;
        let first = (child.clone(), BEST_FIRST[0], Time::MIN);
        let told = partings.range(first..);
        let told = told.take_while(|((into, ..), _)| into == child);
        let told = told.map(|((_, usage, _), quantity)| (*usage, *quantity));
        told.reduce(|(_, sum), (worst, quantity)| (worst, sum + quantity))
    }

    /// The usage statuses that a part of this lot has from it, each with since when; none where it
    /// is free. They are those that some of this lot has by everything that was judged of it, ever,
    /// and by what was posted of it before the last of the part left. Where it was told which stock
    /// went, they are what was told, and what was judged after that; a tank besides brings what
    /// nobody told of.
    pub(crate) fn handed_to_part(&self, child: &Lot, part: &Parentage) -> BTreeMap<Usage, Time> {
        let mut statuses: BTreeMap<Usage, Time> = BTreeMap::new();
        for left in self.moments_of_leaving(part) {
            for (usage, since) in self.handed_at(left, child, part) {
                let known = statuses.entry(usage).or_insert(since);
                *known = since.max(*known);
            }
        }
        statuses
    }

    /// When something that is in a part left, as far as that makes a difference: an inspection that
    /// was asked for in between looks at what left later, and not at what left before.
    fn moments_of_leaving(&self, part: &Parentage) -> impl Iterator<Item = Time> {
        let between = (Bound::Excluded(part.since), Bound::Included(part.until));
        let mut inspections = self.inspections();
        let differ = inspections.any(|(_, it)| between.contains(&it.asked));
        std::iter::once(part.until).chain(differ.then_some(part.since))
    }

    /// The same for what left at a time.
    fn handed_at(&self, left: Time, child: &Lot, part: &Parentage) -> BTreeMap<Usage, Time> {
        let counts = |moved: &Move<'_>| was_so(moved, left, child, part);
        let mut statuses: BTreeMap<Usage, Time> = BTreeMap::new();
        let told = self.told_of(child.id());
        if let Some((worst, quantity)) = told {
            let apart = |moved: &Move<'_>| counts(moved) && !is_parting(moved);
            let then = self.judged(|it| apart(it) && it.at <= part.until, |_, _| {});
            let now = self.judged(apart, |_, _| {});
            let was_there = !then.stock.of(worst).is_zero();
            let is_over = was_there && now.stock.of(worst).is_zero();
            if worst != Usage::Unrestricted && !is_over {
                statuses.insert(worst, part.until);
            }
            let is_told = quantity >= part.quantity && !part.shares_tank;
            if is_told && then.as_good_as(worst) >= self.wanted_as_good_as(worst) {
                let later = now.worse_than(Usage::Unrestricted);
                let later = later.filter(|(_, since)| *since > part.until);
                statuses.extend(later);
                return statuses;
            }
        }
        let left =
            |moved: &Move<'_>| counts(moved) && !(is_parting(moved) && moved.takes_free_stock());
        let all = self.judged(left, |_, _| {});
        for (usage, since) in all.worse_than(Usage::Unrestricted) {
            // What comes in later brings what it has, whatever was said of the part before.
            let since = since.max(part.until);
            let known = statuses.entry(usage).or_insert(since);
            *known = since.max(*known);
        }
        statuses
    }

    /// How much of it was told to have gone as a status or better, or was used.
    fn wanted_as_good_as(&self, usage: Usage) -> Decimal {
        let told = self.partings().filter(|((_, told, _), _)| *told <= usage);
        let told: Decimal = told.map(|(_, quantity)| quantity).sum();
        told + self.goods.stock.consumed()
    }

    /// R80: more of it was used than is free for that by everything that is known.
    pub(crate) fn used_before_free(&self) -> Option<Discrepancy> {
        if !self.has_quality() {
            return None;
        }
        let used = self.goods.stock.consumed();
        let all = self.judged(|moved| !is_parting(moved), |_, _| {});
        let free = match self.instead_of_unrestricted() {
            Some(_) => all.stock.of(Usage::Restricted),
            None => all.as_good_as(Usage::Restricted),
        };
        let all: Decimal = all.stock.iter().map(|(_, quantity)| quantity).sum();
        (free < all && free < used).then(|| Discrepancy::UsedBeforeFree {
            lot: self.goods.id.clone(),
            used,
            free,
            unit: self.goods.card.unit,
        })
    }

    /// Whether more of this lot went into others than might be used, unrestricted or restricted to a
    /// use: since when. Goods that turn out to be good later were no wrong to use.
    pub(crate) fn used_too_early(&self, child: &Lot, part: &Parentage) -> Option<Time> {
        let moments = self.moments_of_leaving(part);
        let early = moments.filter_map(|left| self.used_too_early_at(left, child, part));
        early.max()
    }

    /// The same for what was used at a time.
    fn used_too_early_at(&self, left: Time, child: &Lot, part: &Parentage) -> Option<Time> {
        let counts = |moved: &Move<'_>| match moved.word {
            Word::Posting(_) if moved.improves() => true,
            Word::Judgement(_) if moved.sets_free() => true,
            // What was used before had left the work in process.
            Word::Work => moved.at <= part.since,
            _ => !is_parting(moved) && was_so(moved, left, child, part),
        };
        let all = self.judged(counts, |_, _| {});
        let wanted = self.wanted_as_good_as(Usage::Restricted);
        if all.as_good_as(Usage::Restricted) >= wanted.max(part.quantity) {
            return None;
        }
        let since = all.worse_than(Usage::Restricted).map(|(_, since)| since);
        Some(since.max()?.max(part.until))
    }
}

/// Whether it counts for what left the lot for `child` at a time. An inspection looks at what is
/// there when it is asked for. A posting speaks of what is still there: one
/// that makes goods better of all that left later, one that makes them worse of what had not all
/// left. A board asks for a disposition of every part that its nonconformance reaches.
fn was_so(moved: &Move<'_>, left: Time, child: &Lot, part: &Parentage) -> bool {
    match moved.word {
        Word::Judgement(asked) => asked <= left,
        Word::Posting(_) if moved.improves() => moved.at <= part.since,
        Word::Posting(_) => moved.at <= part.until,
        Word::Board(id) => moved.at <= part.since || moved.sets_free() || !child.has_heard_of(id),
        Word::Work | Word::Origin | Word::Parting | Word::Leaving => true,
    }
}

fn is_parting(moved: &Move<'_>) -> bool {
    moved.word == Word::Parting
}
