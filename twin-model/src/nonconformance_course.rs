//! What is computed from the facts of a nonconformance: its state, the dispositions that count,
//! and the lots that it affects.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::{Discrepancy, EntityKey, Lot, LotDisposition, LotId, Nonconformance, Plant, Time};

/// Where a nonconformance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NonconformanceState {
    /// Found.
    Open,
    /// Its lots are set aside.
    Contained,
    /// The material review board has it.
    UnderReview,
    /// The board has decided what becomes of lots.
    Dispositioned,
    /// The effect was checked.
    Verified,
    /// Over.
    Closed,
    /// It was none.
    Cancelled,
}

impl NonconformanceState {
    /// All of them.
    pub const ALL: [NonconformanceState; 7] = [
        NonconformanceState::Open,
        NonconformanceState::Contained,
        NonconformanceState::UnderReview,
        NonconformanceState::Dispositioned,
        NonconformanceState::Verified,
        NonconformanceState::Closed,
        NonconformanceState::Cancelled,
    ];

    /// The state's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            NonconformanceState::Open => "open",
            NonconformanceState::Contained => "contained",
            NonconformanceState::UnderReview => "under_review",
            NonconformanceState::Dispositioned => "dispositioned",
            NonconformanceState::Verified => "verified",
            NonconformanceState::Closed => "closed",
            NonconformanceState::Cancelled => "cancelled",
        }
    }
}

/// The disposition of one lot that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposed {
    /// When it was decided.
    pub at: Time,
    /// What becomes of how much, in the lot's unit; `None` for all of it.
    pub parts: Vec<(LotDisposition, Option<Decimal>)>,
}

impl Disposed {
    /// Whether it speaks of everything that is left of the lot.
    pub(crate) fn covers(&self, lot: &Lot) -> bool {
        let stays = |part: &&(LotDisposition, Option<Decimal>)| part.0 != LotDisposition::Scrap;
        let stay = self.parts.iter().filter(stays);
        let sum: Option<Decimal> = stay.map(|(_, quantity)| *quantity).sum();
        let whole = self.parts.iter().any(|(_, quantity)| quantity.is_none());
        whole || sum.is_none_or(|sum| sum >= lot.on_hand())
    }

    /// Whether all of the lot may be used, so that nothing is wrong with what is made from it.
    pub(crate) fn sets_free(&self) -> bool {
        let usable = |disposition| {
            matches!(
                disposition,
                LotDisposition::UseAsIs | LotDisposition::Regrade
            )
        };
        self.parts.iter().any(|(_, quantity)| quantity.is_none())
            && self
                .parts
                .iter()
                .all(|(disposition, _)| usable(*disposition))
    }

    /// How much it scraps, in the lot's unit. What is scrapped as a whole is rejected, and leaves
    /// the stock when the warehouse says how much it was.
    pub(crate) fn scrapped(&self) -> Decimal {
        let parts = self.parts.iter();
        let scrapped = parts.filter(|(disposition, _)| *disposition == LotDisposition::Scrap);
        scrapped.filter_map(|(_, quantity)| *quantity).sum()
    }
}

impl Nonconformance {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> NonconformanceState {
        if self.closed.is_some() {
            NonconformanceState::Closed
        } else if self.is_verified() {
            NonconformanceState::Verified
        } else if self.last_decision().is_some() {
            NonconformanceState::Dispositioned
        } else if !self.reviews.is_empty() {
            NonconformanceState::UnderReview
        } else if self.contained.is_some() {
            NonconformanceState::Contained
        } else if self.cancelled.is_some() && self.began().is_none() {
            NonconformanceState::Cancelled
        } else {
            NonconformanceState::Open
        }
    }

    /// Whether it still keeps the lots that it affects.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(
            self.state(),
            NonconformanceState::Closed | NonconformanceState::Cancelled
        )
    }

    /// Whether a decision from `at` still counts: the board has not taken it up again since.
    fn counts(&self, at: Time) -> bool {
        self.reviews.last().is_none_or(|review| at >= *review)
    }

    fn last_decision(&self) -> Option<Time> {
        let last = self.decisions.last().map(|decision| decision.at);
        last.filter(|at| self.counts(*at))
    }

    pub(crate) fn is_verified(&self) -> bool {
        let verified = self.verified.as_ref().map(|said| said.at);
        verified.is_some_and(|at| self.last_decision().is_some_and(|decided| at >= decided))
    }

    /// When something was first done or decided.
    fn began(&self) -> Option<Time> {
        let contained = self.contained.as_ref().map(|said| said.at);
        let decided = self.decisions.first().map(|decision| decision.at);
        let reviewed = self.reviews.first().copied();
        [contained, decided, reviewed].into_iter().flatten().min()
    }

    /// What was decided of a lot last, as far as it still counts.
    #[must_use]
    pub fn disposition_of(&self, lot: &LotId) -> Option<Disposed> {
        let counting = self.decisions.iter().rev();
        let mut counting = counting.take_while(|decision| self.counts(decision.at));
        counting.find_map(|decision| {
            let first = decision.parts.partition_point(|part| part.lot < *lot);
            let parts = decision.parts[first..].iter();
            let parts = parts.take_while(|part| part.lot == *lot);
            let parts: Vec<_> = parts
                .map(|part| (part.disposition, part.quantity))
                .collect();
            let at = decision.at;
            (!parts.is_empty()).then_some(Disposed { at, parts })
        })
    }

    /// The lots with a disposition that counts, with it.
    #[must_use]
    pub fn dispositions(&self) -> BTreeMap<&LotId, Disposed> {
        let parts = self.decisions.iter().flat_map(|decision| &decision.parts);
        let lots: BTreeSet<&LotId> = parts.map(|part| &part.lot).collect();
        lots.into_iter()
            .filter_map(|lot| Some((lot, self.disposition_of(lot)?)))
            .collect()
    }

    pub(crate) fn scrapped_of(&self, lot: &LotId) -> Decimal {
        let disposition = self.disposition_of(lot);
        disposition.map_or(Decimal::ZERO, |disposed| disposed.scrapped())
    }

    /// Every lot that it affects now, ascending: those that it names, and what was made from them
    /// without having been set free. None once it is over.
    #[must_use]
    pub fn affected_lots<'p>(&'p self, plant: &'p Plant) -> BTreeSet<&'p LotId> {
        let order = self.order.as_ref().and_then(|id| plant.work_order(id));
        let of_order = order.into_iter().flat_map(|order| order.lots().keys());
        let mut stack: Vec<&LotId> = self.lots.iter().chain(of_order).collect();
        let mut affected = BTreeSet::new();
        while let Some(lot) = stack.pop().and_then(|id| plant.lot(id)) {
            if lot.is_affected_by(&self.id) && affected.insert(lot.id()) {
                stack.extend(lot.children().keys());
            }
        }
        affected
    }

    /// The affected lots of which something has no disposition, ascending.
    #[must_use]
    pub fn undisposed_lots<'p>(&'p self, plant: &'p Plant) -> BTreeSet<&'p LotId> {
        let affected = self.affected_lots(plant).into_iter();
        let open = |id: &&LotId| {
            let covered = plant.lot(id).zip(self.disposition_of(id));
            !covered.is_some_and(|(lot, disposed)| disposed.covers(lot))
        };
        affected.filter(open).collect()
    }

    /// The soft rules that the nonconformance breaks now.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        let key = || EntityKey::Nonconformance(self.id.clone());
        let mut found = self.claims.discrepancies(key, |facet| self.standing(facet));
        if let (Some(cancelled), Some(began)) = (&self.cancelled, self.began()) {
            found.push(Discrepancy::CancelledInVain {
                object: key(),
                at: cancelled.at,
                began,
            });
        }
        found
    }
}
