//! The usage status of a lot by quantity: accept 80 and reject 20 of one lot are both true.
//!
//! It is computed, whenever somebody asks, from the lot's first status and everything that was
//! decided since, gone through in the order of its time. What is not there cannot be moved: a
//! decision on more than is known so far takes hold of the rest when that is reported. Where
//! something must be judged, the worse outcome is served first.

use rust_decimal::Decimal;

use crate::{Lot, Time, Usage, UsageDecision};

/// The statuses from which stock is taken when it leaves: nobody takes what is worse as long as
/// something better is there.
const BEST_FIRST: [Usage; 5] = [
    Usage::Unrestricted,
    Usage::Restricted,
    Usage::QualityInspection,
    Usage::Blocked,
    Usage::Rejected,
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

    fn put(&mut self, moved: &Move) {
        let taken = self.take(moved.from, moved.quantity);
        if let Some(to) = moved.to {
            *self.of_mut(to) += taken;
        }
    }
}

/// Some stock gets another status.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Move {
    at: Time,
    /// Of several at one time the worse outcome is served first.
    mildness: u8,
    from: &'static [Usage],
    /// `None` when it leaves the stock.
    to: Option<Usage>,
    quantity: Decimal,
}

/// What an inspection judges: what waits for it, else what is free.
const JUDGED: &[Usage] = &[Usage::QualityInspection, Usage::Unrestricted];

impl Move {
    fn decided(at: Time, decision: UsageDecision, quantity: Decimal) -> Move {
        let to = status_after(decision);
        Move {
            at,
            mildness: to.map_or(0, |usage| 5 - usage as u8),
            from: JUDGED,
            to,
            quantity,
        }
    }
}

/// The status of what was decided upon; `None` when it leaves the stock.
fn status_after(decision: UsageDecision) -> Option<Usage> {
    match decision {
        UsageDecision::Accept => Some(Usage::Unrestricted),
        UsageDecision::AcceptWithDeviation => Some(Usage::Restricted),
        UsageDecision::Rework => Some(Usage::Blocked),
        // What goes back stays rejected until it has left.
        UsageDecision::Reject | UsageDecision::Return => Some(Usage::Rejected),
        UsageDecision::Scrap => None,
    }
}

impl Lot {
    /// What is on hand, by usage status. While a blocking inspection is undecided, nothing is
    /// unrestricted: it counts as in quality inspection.
    #[must_use]
    pub fn stock_by_usage(&self) -> StockByUsage {
        let on_hand = self.on_hand();
        let Some(quality) = self.quality.as_deref() else {
            return StockByUsage::all_in(self.usage, on_hand);
        };
        let mut moves: Vec<Move> = Vec::new();
        for decision in quality
            .inspections
            .values()
            .filter_map(|it| it.decision.as_ref())
        {
            let parts = decision.parts.iter();
            moves.extend(parts.map(|(what, much)| Move::decided(decision.at, *what, *much)));
        }
        moves.sort_unstable();
        let mut stock = StockByUsage::all_in(self.usage, self.stock.inflow());
        for moved in &moves {
            stock.put(moved);
        }
        let gone = stock.0.iter().sum::<Decimal>() - on_hand;
        stock.take(&BEST_FIRST, gone);
        if self.blocking_inspections().next().is_some() {
            let waiting = std::mem::take(stock.of_mut(Usage::Unrestricted));
            *stock.of_mut(Usage::QualityInspection) += waiting;
        }
        stock
    }

    /// What may be used and shipped without any restriction, in the lot's unit.
    #[must_use]
    pub fn unrestricted(&self) -> Decimal {
        match self.quality {
            None if self.usage != Usage::Unrestricted => Decimal::ZERO,
            None => self.on_hand(),
            Some(_) => self.stock_by_usage().of(Usage::Unrestricted),
        }
    }

    /// Usage status: the worst that some of it has. The status of an empty lot is the one that it
    /// began with.
    #[must_use]
    pub fn usage(&self) -> Usage {
        if self.quality.is_none() {
            return self.usage;
        }
        let worst = self.stock_by_usage().iter().last();
        let waits = self.blocking_inspections().next().is_some();
        match worst {
            Some((usage, _)) => usage,
            None if waits => self.usage.max(Usage::QualityInspection),
            None => self.usage,
        }
    }
}
