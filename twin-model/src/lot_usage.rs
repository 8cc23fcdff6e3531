//! The usage status of a lot by quantity: accept 80 and reject 20 of one lot are both true.
//!
//! It is computed, whenever somebody asks, from the lot's first status and everything that was
//! decided and posted since, gone through in the order of its time. What is not there cannot be
//! moved: a decision on more than is known so far takes hold of the rest when that is reported.
//! Where something must be judged, the worse outcome is served first.

use rust_decimal::Decimal;

use crate::{Lot, LotDisposition, StatusChange, Time, Usage, UsageDecision};

/// The statuses from which stock is taken when it leaves: nobody takes what is worse as long as
/// something better is there.
static BEST_FIRST: [Usage; 5] = [
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

/// Some stock gets another status.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Move<'a> {
    at: Time,
    /// Which decision, of those at one time. Its parts share what was there before it.
    decision: usize,
    /// Of several parts the worse outcome is served first.
    mildness: u8,
    from: &'a [Usage],
    /// `None` when it leaves the stock.
    to: Option<Usage>,
    quantity: Decimal,
    /// Where it is a posting.
    posting: Option<&'a StatusChange>,
}

/// What an inspection judges: what waits for it, else what is free.
static JUDGED: [Usage; 2] = [Usage::QualityInspection, Usage::Unrestricted];

impl<'a> Move<'a> {
    fn new(at: Time, from: &'a [Usage], to: Option<Usage>, quantity: Decimal) -> Move<'a> {
        Move {
            at,
            decision: 0,
            mildness: to.map_or(0, |usage| 5 - usage as u8),
            from,
            to,
            quantity,
            posting: None,
        }
    }

    fn decided(at: Time, decision: UsageDecision, quantity: Decimal) -> Move<'a> {
        Move::new(at, &JUDGED, decision.usage(), quantity)
    }

    /// A board judges what is bad first. What is to be used as it is becomes free of what a board
    /// or an inspection had done to it, but not of an inspection that is still to come.
    fn disposed(at: Time, disposition: LotDisposition, quantity: Option<Decimal>) -> Move<'a> {
        let (from, to) = match disposition {
            LotDisposition::UseAsIs => (&WORST_FIRST[..2], Some(Usage::Unrestricted)),
            LotDisposition::Rework => (&WORST_FIRST[..], Some(Usage::Blocked)),
            LotDisposition::Scrap if quantity.is_some() => (&WORST_FIRST[..], None),
            LotDisposition::Scrap | LotDisposition::ReturnToVendor => {
                (&WORST_FIRST[..], Some(Usage::Rejected))
            }
            LotDisposition::Regrade => (&WORST_FIRST[..], Some(Usage::Restricted)),
            LotDisposition::Sort => (&WORST_FIRST[..], Some(Usage::QualityInspection)),
        };
        Move::new(at, from, to, quantity.unwrap_or(Decimal::MAX))
    }

    fn posted(change: &'a StatusChange) -> Move<'a> {
        let from = std::slice::from_ref(&change.from);
        let quantity = change.quantity.unwrap_or(Decimal::MAX);
        Move {
            posting: Some(change),
            ..Move::new(change.at, from, Some(change.to), quantity)
        }
    }
}

impl Lot {
    /// Goes through everything that gave some of the lot another status, in the order of its time.
    /// `told` hears of each with how much there was to move.
    fn moved(&self, mut told: impl FnMut(&Move<'_>, Decimal)) -> StockByUsage {
        let inspections = self
            .inspections()
            .filter_map(|(_, it)| it.decision.as_ref());
        let decided = inspections.map(|decision| {
            let parts = decision.parts.iter();
            let moved = |(what, much): &(_, _)| Move::decided(decision.at, *what, *much);
            parts.map(moved).collect::<Vec<_>>()
        });
        let boards = self
            .nonconformances()
            .filter_map(|(_, it)| it.disposed.as_ref());
        let disposed = boards.map(|disposed| {
            let parts = disposed.parts.iter();
            let moved = |(what, much): &(_, _)| Move::disposed(disposed.at, *what, *much);
            parts.map(moved).collect::<Vec<_>>()
        });
        let posted = self.own_changes().map(|change| vec![Move::posted(change)]);
        let decisions = decided.chain(disposed).chain(posted).enumerate();
        let mut moves: Vec<Move<'_>> = decisions
            .flat_map(|(decision, parts)| {
                let parts = parts.into_iter();
                parts.map(move |part| Move { decision, ..part })
            })
            .collect();
        moves.sort_unstable();
        let mut stock = StockByUsage::all_in(self.goods.card.usage, self.goods.stock.inflow());
        for parts in moves.chunk_by(|a, b| (a.at, a.decision) == (b.at, b.decision)) {
            let mut decided = StockByUsage::default();
            for part in parts {
                let there = stock.take(part.from, part.quantity);
                if let Some(to) = part.to {
                    *decided.of_mut(to) += there;
                }
                told(part, there);
            }
            for (usage, quantity) in decided.iter() {
                *stock.of_mut(usage) += quantity;
            }
        }
        stock
    }

    /// What is on hand, by usage status. While a blocking inspection is undecided nothing is
    /// unrestricted, it counts as in quality inspection; and while a nonconformance reaches the lot
    /// without a disposition, it counts as blocked.
    #[must_use]
    pub fn stock_by_usage(&self) -> StockByUsage {
        let on_hand = self.on_hand();
        if self.goods.quality.is_none() {
            return StockByUsage::all_in(self.goods.card.usage, on_hand);
        }
        let mut stock = self.moved(|_, _| {});
        let gone = stock.0.iter().sum::<Decimal>() - on_hand;
        stock.take(&BEST_FIRST, gone);
        if let Some(instead) = self.instead_of_unrestricted() {
            let waiting = std::mem::take(stock.of_mut(Usage::Unrestricted));
            *stock.of_mut(instead) += waiting;
        }
        stock
    }

    fn instead_of_unrestricted(&self) -> Option<Usage> {
        if self.undisposed().next().is_some() {
            Some(Usage::Blocked)
        } else if self.blocking_inspections().next().is_some() {
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
    /// began with.
    #[must_use]
    pub fn usage(&self) -> Usage {
        if self.goods.quality.is_none() {
            return self.goods.card.usage;
        }
        match (
            self.stock_by_usage().iter().last(),
            self.instead_of_unrestricted(),
        ) {
            (Some((usage, _)), _) => usage,
            (None, Some(instead)) => self.goods.card.usage.max(instead),
            (None, None) => self.goods.card.usage,
        }
    }

    /// The postings that moved more out of a status than had it at their time, with how much had.
    pub(crate) fn short_changes(&self) -> Vec<(StatusChange, Decimal)> {
        if self.status_changes().is_empty() {
            return Vec::new();
        }
        let mut short = Vec::new();
        self.moved(|moved, there| {
            if let Some(change) = moved.posting
                && change.quantity.is_some_and(|wanted| wanted > there)
            {
                short.push((change.clone(), there));
            }
        });
        short
    }
}
