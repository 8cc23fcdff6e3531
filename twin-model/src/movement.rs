//! What was moved for one order, movement by movement, and what it comes to for each material.
//!
//! Two witnesses tell of the same material: the warehouse by issues and returns, the MES by
//! consumptions. What left the stock is the larger of both accounts and not their sum, so neither
//! must come first. Invariant 1: what was issued is what was consumed, scrapped or returned, or
//! lies at the line.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::document_reversal::{DocumentReversals, Reversal};
use crate::lot_stock::add;
use crate::paged::Paged;
use crate::{EventId, LotId, MaterialId, OperationId, Quantity, ReportId, Time, TimeWindow, Unit};

/// Movements kept of one order, in number. One more is put before a person.
pub const MOVEMENTS_PER_ORDER_MAX: usize = 10_000;

/// What a movement does.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// The warehouse gives material to the order.
    Issued,
    /// The warehouse takes it back.
    Returned,
    /// The MES says that the order used it.
    Consumed,
    /// The MES says that the order used it, because that follows from the good pieces.
    Backflushed,
    /// The MES says that it was scrapped at the line.
    Scrapped,
    /// The warehouse receives what the order made.
    Received,
}

impl MovementKind {
    /// Whether it brings something into stock.
    pub(crate) fn brings(self) -> bool {
        matches!(self, MovementKind::Received | MovementKind::Returned)
    }

    /// The kind's name in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            MovementKind::Issued => "issued",
            MovementKind::Returned => "returned",
            MovementKind::Consumed => "consumed",
            MovementKind::Backflushed => "backflushed",
            MovementKind::Scrapped => "scrapped",
            MovementKind::Received => "received",
        }
    }
}

/// One movement. It never changes; what takes it back stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    pub(crate) id: ReportId,
    pub(crate) kind: MovementKind,
    pub(crate) material: MaterialId,
    pub(crate) lot: Option<LotId>,
    /// As it was told.
    pub(crate) told: Quantity,
    /// The same in the unit of its account.
    pub(crate) value: Decimal,
    /// Unit of its account.
    pub(crate) unit: Unit,
    /// The same in the unit of its lot; zero without a lot.
    pub(crate) of_lot: Decimal,
    pub(crate) at: Time,
    pub(crate) op: Option<OperationId>,
    pub(crate) document: Option<SmolStr>,
    /// The same goods, measured in another unit.
    pub(crate) measured: Option<Quantity>,
    /// Whether the warehouse expects nothing more.
    pub(crate) is_final: bool,
    /// Whether it names no lot though its material was kept in lots at its time.
    pub(crate) lacks_lot: bool,
    /// By what it was taken back: of several reversals by the earliest.
    pub(crate) reversed: Option<Reversal>,
}

impl Movement {
    /// What it does.
    #[must_use]
    pub fn kind(&self) -> MovementKind {
        self.kind
    }

    /// Of which material.
    #[must_use]
    pub fn material(&self) -> &MaterialId {
        &self.material
    }

    /// From or into which lot.
    #[must_use]
    pub fn lot(&self) -> Option<&LotId> {
        self.lot.as_ref()
    }

    /// How much, in the unit of the lot; zero without a lot.
    #[must_use]
    pub fn of_lot(&self) -> Decimal {
        self.of_lot
    }

    /// When.
    #[must_use]
    pub fn at(&self) -> Time {
        self.at
    }

    /// For which operation.
    #[must_use]
    pub fn op(&self) -> Option<&OperationId> {
        self.op.as_ref()
    }

    /// The material document.
    #[must_use]
    pub fn document(&self) -> Option<&SmolStr> {
        self.document.as_ref()
    }

    /// Whether it names no lot though its material was kept in lots at its time.
    #[must_use]
    pub fn lacks_lot(&self) -> bool {
        self.lacks_lot
    }

    /// Whether it counts: it was not taken back.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.reversed.is_none()
    }

    /// By which event it was taken back, and why.
    #[must_use]
    pub fn reversal(&self) -> Option<(&EventId, &SmolStr)> {
        let reversal = self.reversed.as_ref()?;
        Some((&reversal.by, &reversal.reason))
    }

    /// Whether a reversal is the first that reaches it.
    pub(crate) fn is_reached_by(&self, word: &Reversal) -> bool {
        self.reversed.as_ref().is_none_or(|known| word < known)
    }

    fn place(&self) -> (Time, ReportId) {
        (self.at, self.id)
    }
}

/// What the movements of one material come to, in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountSums {
    /// Given by the warehouse.
    pub issued: Decimal,
    /// Taken back by the warehouse.
    pub returned: Decimal,
    /// Consumed, as reported by itself.
    pub consumed: Decimal,
    /// Consumed, as reported to follow from the good pieces.
    pub backflushed: Decimal,
    /// Scrapped at the line.
    pub scrapped: Decimal,
    /// Received by the warehouse.
    pub received: Decimal,
}

impl AccountSums {
    fn count(&mut self, kind: MovementKind, value: Decimal) {
        let sum = match kind {
            MovementKind::Issued => &mut self.issued,
            MovementKind::Returned => &mut self.returned,
            MovementKind::Consumed => &mut self.consumed,
            MovementKind::Backflushed => &mut self.backflushed,
            MovementKind::Scrapped => &mut self.scrapped,
            MovementKind::Received => &mut self.received,
        };
        add(sum, value);
    }
}

/// The movements of one order, ascending by time and id; also those that were taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovementList(Paged<Movement>);

impl MovementList {
    /// The list of an order of which nothing was moved.
    pub(crate) const NOTHING: &'static MovementList = {
        static NOTHING: MovementList = MovementList(Paged::NOTHING);
        &NOTHING
    };

    /// All of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Movement> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for MovementList {
    fn default() -> MovementList {
        MovementList::NOTHING.clone()
    }
}

/// The movements of one order and what they come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Movements {
    list: MovementList,
    sums: BTreeMap<(MaterialId, Unit), AccountSums>,
    /// The part of the sums that lacks its lots; only where there is some.
    lacking: BTreeMap<(MaterialId, Unit), AccountSums>,
    /// From the first to the last movement of a material that names no lot, whether it has to or
    /// not, also of those that were taken back.
    without_lot: BTreeMap<MaterialId, TimeWindow>,
    /// Movements that stand and say that nothing more is received.
    finals: u32,
    /// Documents that were taken back.
    pub(crate) reversed_documents: DocumentReversals,
}

impl Movements {
    /// The ledger of these movements.
    pub(crate) fn of(list: Vec<Movement>) -> Movements {
        let mut movements = Movements::default();
        for movement in list {
            movements.insert(movement);
        }
        movements
    }

    pub(crate) fn insert(&mut self, movement: Movement) {
        if movement.stands() {
            self.count(&movement, movement.value);
            self.finals += u32::from(movement.is_final);
        }
        if movement.lot.is_none() {
            let at = TimeWindow::at(movement.at);
            let known = self.without_lot.entry(movement.material.clone());
            let known = known.or_insert(at);
            *known = known.join(&at);
        }
        let list = &mut self.list.0;
        let place = list.place(|known| known.place() <= movement.place());
        list.insert(place, movement);
    }

    /// Takes the named movements back that no earlier reversal reaches.
    pub(crate) fn reverse(&mut self, is_named: impl Fn(&Movement) -> bool, word: &Reversal) {
        let goes = |movement: &&Movement| is_named(movement) && movement.stands();
        let gone: Vec<Movement> = self.list.iter().filter(goes).cloned().collect();
        let reached = |movement: &Movement| is_named(movement) && movement.is_reached_by(word);
        let take_back = |movement: &mut Movement| movement.reversed = Some(word.clone());
        self.list.0.change_where(reached, take_back);
        for movement in gone {
            self.count(&movement, -movement.value);
            self.finals -= u32::from(movement.is_final);
        }
    }

    fn count(&mut self, movement: &Movement, value: Decimal) {
        let account = (movement.material.clone(), movement.unit);
        if movement.lacks_lot {
            self.count_lacking(&account, movement.kind, value);
        }
        let sums = self.sums.entry(account).or_default();
        sums.count(movement.kind, value);
    }

    fn count_lacking(&mut self, account: &(MaterialId, Unit), kind: MovementKind, value: Decimal) {
        let mut sums = self.lacking_of(account);
        sums.count(kind, value);
        if sums == AccountSums::default() {
            self.lacking.remove(account);
        } else {
            self.lacking.insert(account.clone(), sums);
        }
    }

    /// Notes which movements lack a lot now.
    pub(crate) fn note_lacking(&mut self, lacks: impl Fn(&Movement) -> bool) {
        let differs = |movement: &Movement| movement.lacks_lot != lacks(movement);
        let changed = self.list.iter().filter(|movement| differs(movement));
        let changed: Vec<Movement> = changed.filter(|it| it.stands()).cloned().collect();
        let change = |movement: &mut Movement| movement.lacks_lot = !movement.lacks_lot;
        self.list.0.change_where(differs, change);
        for movement in changed {
            let sign = if movement.lacks_lot {
                Decimal::NEGATIVE_ONE
            } else {
                Decimal::ONE
            };
            let account = (movement.material, movement.unit);
            self.count_lacking(&account, movement.kind, movement.value * sign);
        }
    }

    /// What the movements that lack their lots come to.
    pub(crate) fn lacking_of(&self, account: &(MaterialId, Unit)) -> AccountSums {
        self.lacking.get(account).copied().unwrap_or_default()
    }

    /// The materials of which something was moved without a lot, each from the first to the last
    /// time of that.
    pub(crate) fn without_lot(&self) -> &BTreeMap<MaterialId, TimeWindow> {
        &self.without_lot
    }

    /// All movements, ascending by time.
    pub(crate) fn list(&self) -> &MovementList {
        &self.list
    }

    /// A forged book: what is changed here changes no sum.
    #[cfg(test)]
    pub(crate) fn forge(&mut self, number: usize, change: impl FnOnce(&mut Movement)) {
        let place = self.list.0.nth(number);
        if let Some(movement) = self.list.0.get_mut(place) {
            change(movement);
        }
    }

    /// What they come to, by material and unit.
    pub(crate) fn sums(&self) -> &BTreeMap<(MaterialId, Unit), AccountSums> {
        &self.sums
    }

    /// Whether a movement that stands says that nothing more is received.
    pub(crate) fn is_final(&self) -> bool {
        self.finals > 0
    }

    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= MOVEMENTS_PER_ORDER_MAX
    }
}

/// What one order planned, took and gave of one material, in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Which material.
    pub material: MaterialId,
    /// Unit of all quantities: that of the list of the order where the material stands on it.
    pub unit: Unit,
    /// Planned for the whole released quantity; `None` where it is not on the list.
    pub planned: Option<Decimal>,
    /// What of the plan is due for the good pieces that were made so far.
    pub standard: Option<Decimal>,
    /// What of `standard` is not reported by itself, because it follows from the good pieces.
    pub follows: Decimal,
    /// What the movements come to.
    pub sums: AccountSums,
    /// What those of them come to that name no lot, though the material was kept in lots.
    pub lacking: AccountSums,
}

impl Account {
    /// Consumed: as reported, and what follows from the good pieces. That a backflush is reported
    /// as well does not count twice.
    #[must_use]
    pub fn consumed(&self) -> Decimal {
        self.sums.consumed + self.follows.max(self.sums.backflushed)
    }

    /// What left the stock for the order, by issue or because it was used.
    #[must_use]
    pub fn taken(&self) -> Decimal {
        let given = self.sums.issued - self.sums.returned;
        given.max(self.consumed() + self.sums.scrapped)
    }

    /// Lies at the line: neither used nor given back.
    #[must_use]
    pub fn at_line(&self) -> Decimal {
        self.taken() - self.consumed() - self.sums.scrapped
    }

    /// Used without an issue; zero when the issues cover it.
    #[must_use]
    pub fn unmatched(&self) -> Decimal {
        self.taken() - (self.sums.issued - self.sums.returned)
    }

    /// Used beyond what the good pieces should have taken; below zero when less was used. `None`
    /// where nothing was planned.
    #[must_use]
    pub fn variance(&self) -> Option<Decimal> {
        let used = self.consumed() + self.sums.scrapped;
        self.standard.map(|standard| used - standard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(issued: i64, returned: i64, consumed: i64, scrapped: i64) -> Account {
        Account {
            material: "RAW".parse().unwrap(),
            unit: Unit::KILOGRAM,
            planned: None,
            standard: None,
            follows: Decimal::ZERO,
            lacking: AccountSums::default(),
            sums: AccountSums {
                issued: issued.into(),
                returned: returned.into(),
                consumed: consumed.into(),
                scrapped: scrapped.into(),
                ..AccountSums::default()
            },
        }
    }

    #[test]
    fn what_was_issued_is_used_given_back_or_at_the_line() {
        for (issued, returned, consumed, scrapped, at_line, unmatched) in [
            (10, 0, 0, 0, 10, 0),
            (10, 2, 5, 1, 2, 0),
            (10, 0, 10, 0, 0, 0),
            (0, 0, 7, 1, 0, 8),
            (5, 5, 3, 0, 0, 3),
        ] {
            let account = account(issued, returned, consumed, scrapped);
            assert_eq!(account.at_line(), at_line.into(), "{account:?}");
            assert_eq!(account.unmatched(), unmatched.into(), "{account:?}");
            let inflow = account.sums.issued + account.unmatched();
            let gone = account.consumed() + account.sums.scrapped + account.sums.returned;
            assert_eq!(inflow, gone + account.at_line(), "{account:?}");
        }
    }

    #[test]
    fn a_backflush_that_is_reported_as_well_counts_once() {
        let mut account = account(0, 0, 3, 0);
        account.planned = Some(100.into());
        account.standard = Some(40.into());
        assert_eq!(account.consumed(), 3.into(), "it does not follow");
        account.follows = 40.into();
        assert_eq!(account.consumed(), 43.into());
        account.sums.backflushed = 30.into();
        assert_eq!(account.consumed(), 43.into());
        account.sums.backflushed = 44.into();
        assert_eq!(account.consumed(), 47.into());
        assert_eq!(account.variance(), Some(7.into()));
    }
}
