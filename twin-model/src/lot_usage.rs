//! The usage status of a lot by quantity: accept 80 and reject 20 of one lot are both true.
//!
//! It is computed, whenever somebody asks, from the lot's first status and everything that was
//! decided and posted since, gone through in the order of its time. What is not there cannot be
//! moved: a decision on more than is known so far takes hold of the rest when that is reported.
//! Where something must be judged, the worse outcome is served first.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::{
    EntityKey, Inherited, Lot, LotDisposition, LotInspection, NonconformanceId, Parting,
    StatusChange, Time, Usage, UsageDecision,
};

/// The statuses from which stock is taken when it leaves: nobody takes what is worse as long as
/// something better is there.
pub(crate) static BEST_FIRST: [Usage; 5] = [
    Usage::Unrestricted,
    Usage::Restricted,
    Usage::QualityInspection,
    Usage::Blocked,
    Usage::Rejected,
];

static WORST_FIRST: [Usage; 5] = [
    Usage::Rejected,
    Usage::Blocked,
    Usage::QualityInspection,
    Usage::Restricted,
    Usage::Unrestricted,
];

/// Stock by usage status, in the lot's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StockByUsage([Decimal; 5]);

impl StockByUsage {
    fn all_in(usage: Usage, quantity: Decimal) -> StockByUsage {
        let mut stock = StockByUsage::default();
        *stock.of_mut(usage) = quantity;
        stock
    }

    /// How much has this status.
    #[must_use]
    pub fn of(&self, usage: Usage) -> Decimal {
        self.0[usage as usize]
    }

    fn of_mut(&mut self, usage: Usage) -> &mut Decimal {
        &mut self.0[usage as usize]
    }

    /// The statuses of which there is something, the best first.
    pub fn iter(&self) -> impl Iterator<Item = (Usage, Decimal)> {
        let all = BEST_FIRST.map(|usage| (usage, self.of(usage)));
        all.into_iter().filter(|(_, quantity)| !quantity.is_zero())
    }

    /// Takes up to `wanted` out, in this order of statuses; gives what was taken.
    fn take(&mut self, from: &[Usage], wanted: Decimal) -> Decimal {
        let mut taken = Decimal::ZERO;
        for usage in from {
            let part = self.of(*usage).min(wanted - taken).max(Decimal::ZERO);
            *self.of_mut(*usage) -= part;
            taken += part;
        }
        taken
    }
}

/// What moves some stock into another status, or out of the lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Word<'a> {
    /// A decision of an inspection, which was asked for at this time.
    Judgement(Time),
    /// What was decided of work that was given up.
    Work,
    /// A disposition of a nonconformance.
    Board(&'a NonconformanceId),
    /// What it came from.
    Origin,
    /// A posting.
    Posting(&'a StatusChange),
    /// A split that told which stock went.
    Parting,
    /// A split or a merger that did not tell it.
    Leaving,
}

/// Some stock gets another status.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Move<'a> {
    pub(crate) at: Time,
    /// Which decision, of those at one time. Its parts share what was there before it.
    decision: usize,
    /// Of several parts the worse outcome is served first.
    mildness: u8,
    from: &'a [Usage],
    /// `None` when it leaves the stock.
    to: Option<Usage>,
    quantity: Decimal,
    pub(crate) word: Word<'a>,
}

/// The stock of a lot when everything that was said of it is gone through.
#[derive(Debug, Clone, Default)]
pub(crate) struct Judged {
    /// By usage status, what has left the lot still counted.
    pub(crate) stock: StockByUsage,
    /// Where something was moved into a status: the last time of that.
    since: [Option<Time>; 5],
}

impl Judged {
    /// Since when some of it has this status: always where it began so.
    pub(crate) fn since(&self, usage: Usage) -> Time {
        self.since[usage as usize].unwrap_or(Time::MIN)
    }
}

impl<'a> Move<'a> {
    fn new(
        word: Word<'a>,
        at: Time,
        (from, to): (&'a [Usage], Option<Usage>),
        quantity: Decimal,
    ) -> Move<'a> {
        Move {
            at,
            decision: 0,
            mildness: to.map_or(0, |usage| 5 - usage as u8),
            from,
            to,
            quantity,
            word,
        }
    }

    /// Everything better than a status becomes that.
    fn no_better_than(word: Word<'a>, at: Time, usage: Usage, quantity: Decimal) -> Move<'a> {
        let better = &BEST_FIRST[..usage as usize];
        Move::new(word, at, (better, Some(usage)), quantity)
    }

    /// A board judges what is bad first. What is to be used as it is becomes free of what a board
    /// or an inspection had done to it, or to what it came from, but not of an inspection that is
    /// still to come.
    fn disposed(
        at: Time,
        (disposition, quantity): (LotDisposition, Option<Decimal>),
        (by, bad): (&'a NonconformanceId, &'a [Usage]),
    ) -> Move<'a> {
        let (from, to) = match disposition {
            LotDisposition::UseAsIs => (bad, Some(Usage::Unrestricted)),
            LotDisposition::Rework => (&WORST_FIRST[..], Some(Usage::Blocked)),
            LotDisposition::Scrap if quantity.is_some() => (&WORST_FIRST[..], None),
            LotDisposition::Scrap | LotDisposition::ReturnToVendor => {
                (&WORST_FIRST[..], Some(Usage::Rejected))
            }
            LotDisposition::Regrade => (&WORST_FIRST[..], Some(Usage::Restricted)),
            LotDisposition::Sort => (&WORST_FIRST[..], Some(Usage::QualityInspection)),
        };
        let quantity = quantity.unwrap_or(Decimal::MAX);
        Move::new(Word::Board(by), at, (from, to), quantity)
    }

    fn posted(change: &'a StatusChange) -> Move<'a> {
        let from = std::slice::from_ref(&change.from);
        let quantity = change.quantity.unwrap_or(Decimal::MAX);
        let word = Word::Posting(change);
        Move::new(word, change.at, (from, Some(change.to)), quantity)
    }

    fn parted(((_, usage, at), quantity): (&'a Parting, &'a Decimal)) -> Move<'a> {
        let from = std::slice::from_ref(usage);
        Move::new(Word::Parting, *at, (from, None), *quantity)
    }

    /// Whether all that it moves gets better by it.
    pub(crate) fn improves(&self) -> bool {
        self.to
            .is_some_and(|to| self.from.iter().all(|from| to < *from))
    }

    /// Whether it makes something free.
    pub(crate) fn sets_free(&self) -> bool {
        self.to == Some(Usage::Unrestricted)
    }

    /// Whether it takes nothing but free stock out.
    pub(crate) fn takes_free_stock(&self) -> bool {
        self.from == &BEST_FIRST[..1]
    }
}

impl Lot {
    /// What its own inspections judge: what waits, what it has from its origins, what is free.
    fn judged_by_inspections(&self) -> Vec<Usage> {
        let inherited = self.inherited_statuses().map(|(usage, _)| usage);
        let waiting = std::iter::once(Usage::QualityInspection);
        let free = std::iter::once(Usage::Unrestricted);
        waiting.chain(inherited).chain(free).collect()
    }

    /// What a board sets free: what is bad, and what it has from lots that it came from.
    fn judged_bad(&self) -> Vec<Usage> {
        let bad = WORST_FIRST[..2].iter().copied();
        let of_lots = |(_, it): &(Usage, &Inherited)| matches!(it.from, EntityKey::Lot(_));
        let inherited = self.inherited_statuses().filter(of_lots);
        let inherited = inherited.map(|(usage, _)| usage);
        bad.chain(inherited).collect()
    }

    /// Everything that gave some of the lot another status, in the order of its time.
    fn moves<'a>(&'a self, judged: &'a [Usage], bad: &'a [Usage]) -> Vec<Move<'a>> {
        let inspections = self
            .inspections()
            .filter_map(|(_, it)| Some((it.asked, it.decision.as_ref()?)));
        let decided = inspections.map(|(asked, decision)| {
            let parts = decision.parts.iter();
            let moved = |(what, much): &(UsageDecision, Decimal)| {
                let word = Word::Judgement(asked);
                Move::new(word, decision.at, (judged, what.usage()), *much)
            };
            parts.map(moved).collect::<Vec<_>>()
        });
        let boards = self
            .nonconformances()
            .filter_map(|(id, it)| Some((id, it.disposed.as_ref()?)));
        let disposed = boards.map(|(id, disposed)| {
            let parts = disposed.parts.iter();
            let moved = |part: &(_, _)| Move::disposed(disposed.at, *part, (id, bad));
            parts.map(moved).collect::<Vec<_>>()
        });
        let work = self.work_given_up().map(|(_, work)| {
            let not_stored = self.goods.stock.not_stored_by(work.at);
            let word = Word::Work;
            vec![Move::no_better_than(word, work.at, work.usage, not_stored)]
        });
        let origins = self.inherited_statuses().map(|(usage, inherited)| {
            let (word, all) = (Word::Origin, Decimal::MAX);
            vec![Move::no_better_than(word, inherited.at, usage, all)]
        });
        let posted = self.own_changes().map(|change| vec![Move::posted(change)]);
        let parted = self.partings().map(|parting| vec![Move::parted(parting)]);
        let judgements = decided.chain(disposed).chain(work);
        let decisions = judgements.chain(origins).chain(posted).chain(parted);
        let mut moves: Vec<Move<'_>> = decisions
            .enumerate()
            .flat_map(|(decision, parts)| {
                let parts = parts.into_iter();
                parts.map(move |part| Move { decision, ..part })
            })
            .collect();
        moves.sort_unstable();
        moves
    }

    /// What went into other lots without a word on which stock went, each time when it did: the
    /// best that there was. What went while an inspection of some quantity was open may be of that
    /// quantity, so it went as what that decides.
    fn leavings(&self) -> Vec<Move<'_>> {
        let Some(flows) = &self.goods.stock.flows else {
            return Vec::new();
        };
        let mut told: BTreeMap<Time, Decimal> = BTreeMap::new();
        for ((_, _, at), quantity) in self.partings() {
            *told.entry(*at).or_default() += quantity;
        }
        let apart = flows.split_out().iter().filter(|(at, _)| *at > Time::MIN);
        let untold = apart.map(|(at, all)| (at, all - told.get(&at).unwrap_or(&Decimal::ZERO)));
        let untold = untold.filter(|(_, quantity)| !quantity.is_zero());
        let moves = untold.map(|(at, quantity)| Move {
            decision: usize::MAX,
            ..Move::new(
                Word::Leaving,
                self.left_as_of(at),
                (&BEST_FIRST, None),
                quantity,
            )
        });
        moves.collect()
    }

    /// When the last of the inspections decided that looked at some quantity when something left;
    /// the time itself where there is none.
    fn left_as_of(&self, at: Time) -> Time {
        let looked = |it: &&LotInspection| it.quantity.is_some() && it.asked <= at;
        let inspections = self.inspections().map(|(_, it)| it).filter(looked);
        let decided = inspections.filter_map(|it| Some(it.decision.as_ref()?.at));
        decided.fold(at, Time::max)
    }

    /// Goes through what gave some of the lot another status, as far as it counts, in the order of
    /// its time. `told` hears of each with how much there was to move.
    pub(crate) fn judged(
        &self,
        counts: impl Fn(&Move<'_>) -> bool,
        told: impl FnMut(&Move<'_>, Decimal),
    ) -> Judged {
        self.judged_beside(Vec::new(), counts, told)
    }

    /// The same, beside what moves some of it besides.
    fn judged_beside<'a>(
        &'a self,
        more: Vec<Move<'a>>,
        counts: impl Fn(&Move<'_>) -> bool,
        mut told: impl FnMut(&Move<'_>, Decimal),
    ) -> Judged {
        let (judged, bad) = (self.judged_by_inspections(), self.judged_bad());
        let mut moves = self.moves(&judged, &bad);
        moves.retain(|moved| counts(moved));
        if !more.is_empty() {
            moves.extend(more);
            moves.sort_unstable();
        }
        let mut all = Judged {
            stock: StockByUsage::all_in(self.goods.card.usage, self.goods.stock.inflow()),
            since: [None; 5],
        };
        for parts in moves.chunk_by(|a, b| (a.at, a.decision) == (b.at, b.decision)) {
            let mut decided = StockByUsage::default();
            for part in parts {
                let there = all.stock.take(part.from, part.quantity);
                if let Some(to) = part.to
                    && !there.is_zero()
                {
                    *decided.of_mut(to) += there;
                    all.since[to as usize] = Some(part.at);
                }
                told(part, there);
            }
            for (usage, quantity) in decided.iter() {
                *all.stock.of_mut(usage) += quantity;
            }
        }
        all
    }

    /// What is on hand, by usage status. While a blocking inspection is undecided nothing is
    /// unrestricted, it counts as in quality inspection, also while it looks at what the lot came
    /// from; and while a nonconformance reaches the lot without a disposition, it counts as blocked.
    #[must_use]
    pub fn stock_by_usage(&self) -> StockByUsage {
        let on_hand = self.on_hand();
        if self.goods.quality.is_none() {
            return StockByUsage::all_in(self.goods.card.usage, on_hand);
        }
        let judged = self.judged_beside(self.leavings(), |_| true, |_, _| {});
        let mut stock = judged.stock;
        let gone = stock.0.iter().sum::<Decimal>() - on_hand;
        stock.take(&BEST_FIRST, gone);
        if let Some(instead) = self.instead_of_unrestricted() {
            let waiting = std::mem::take(stock.of_mut(Usage::Unrestricted));
            *stock.of_mut(instead) += waiting;
        }
        stock
    }

    /// What stands for unrestricted stock as long as something is not decided.
    pub(crate) fn instead_of_unrestricted(&self) -> Option<Usage> {
        if self.undisposed().next().is_some() {
            Some(Usage::Blocked)
        } else if self.waits_for_an_inspection() {
            Some(Usage::QualityInspection)
        } else {
            None
        }
    }

    /// What may be used and shipped without any restriction, in the lot's unit.
    #[must_use]
    pub fn unrestricted(&self) -> Decimal {
        match self.goods.quality {
            None if self.goods.card.usage != Usage::Unrestricted => Decimal::ZERO,
            None => self.on_hand(),
            Some(_) => self.stock_by_usage().of(Usage::Unrestricted),
        }
    }

    /// Usage status: the worst that some of it has. The status of an empty lot is the one that it
    /// began with, or has from its origins.
    #[must_use]
    pub fn usage(&self) -> Usage {
        if self.goods.quality.is_none() {
            return self.goods.card.usage;
        }
        if let Some((usage, _)) = self.stock_by_usage().iter().last() {
            return usage;
        }
        let inherited = self.inherited_statuses().map(|(usage, _)| usage);
        let others = inherited.chain(self.instead_of_unrestricted());
        others.fold(self.goods.card.usage, Usage::max)
    }

    /// The postings and partings that moved more out of a status than had it at their time.
    pub(crate) fn short_moves(&self) -> Vec<ShortMove> {
        if self.status_changes().is_empty() && self.partings().next().is_none() {
            return Vec::new();
        }
        let mut short = Vec::new();
        let note = |moved: &Move<'_>, there: Decimal| {
            let wanted = match moved.word {
                Word::Posting(change) => change.quantity,
                Word::Parting => Some(moved.quantity),
                Word::Judgement(_) | Word::Work | Word::Board(_) | Word::Origin | Word::Leaving => {
                    None
                }
            };
            if let Some(wanted) = wanted.filter(|wanted| *wanted > there)
                && let [from] = moved.from
            {
                short.push(ShortMove {
                    at: moved.at,
                    from: *from,
                    to: moved.to,
                    wanted,
                    there,
                });
            }
        };
        self.judged(|_| true, note);
        short
    }
}

/// A posting, or a split that told which stock went, of more than had the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShortMove {
    pub(crate) at: Time,
    pub(crate) from: Usage,
    /// `None` when it went into a part.
    pub(crate) to: Option<Usage>,
    pub(crate) wanted: Decimal,
    /// How much had the status.
    pub(crate) there: Decimal,
}
