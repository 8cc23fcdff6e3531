//! How nonconformances reach a lot, and go on to what was made from it.
//!
//! A lot works out for itself whether a nonconformance reaches it: because the nonconformance
//! names it or its order, or because a lot that it was made from is reached and hands it on. When
//! its answer changes, its children look anew. So it does not matter what is told first: the
//! genealogy, the nonconformance, or the decision that ends it for one lot.

use rust_decimal::Decimal;

use crate::effect::{Effects, View};
use crate::{
    Disposed, EntityKey, Lot, LotQuality, Message, Nonconformance, NonconformanceId, Plant,
    QualityRejection, Reason, WorkOrderId,
};

/// The shortest way by which a nonconformance reaches a lot; of two equally short ones that from
/// the smaller key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Affected {
    /// Steps along the genealogy from what the nonconformance names; 0 for a lot that it names
    /// itself, 1 for those of an order.
    pub steps: u32,
    /// What it names.
    pub from: EntityKey,
}

/// A nonconformance as a lot knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotNonconformance {
    /// How it reaches the lot; `None` once it is over.
    pub affected: Option<Affected>,
    /// What was decided of the lot, as far as it counts.
    pub disposed: Option<Disposed>,
}

impl LotNonconformance {
    /// How it reaches a lot that is made from this one.
    fn handed_on(&self) -> Option<Affected> {
        let affected = self.affected.as_ref()?;
        if self.disposed.as_ref().is_some_and(Disposed::sets_free) {
            return None;
        }
        Some(Affected {
            steps: affected.steps.saturating_add(1),
            from: affected.from.clone(),
        })
    }
}

impl LotQuality {
    /// What dispositions scrapped of the lot, in its unit.
    pub(crate) fn scrapped_by_boards(&self) -> Decimal {
        let disposed = self.nonconformances.values();
        let disposed = disposed.filter_map(|it| it.disposed.as_ref());
        disposed.map(Disposed::scrapped).sum()
    }
}

impl Lot {
    /// A nonconformance, or a lot that this one was made from, says something new.
    pub(crate) fn look_at_nonconformance(
        &mut self,
        id: &NonconformanceId,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        let Some(nonconformance) = view.plant.nonconformance(id) else {
            return;
        };
        let disposed = nonconformance.disposition_of(&self.goods.id);
        let affected = self.affected_by(nonconformance, view.plant);
        let now = match (&affected, &disposed) {
            (None, None) => None,
            _ => Some(LotNonconformance { affected, disposed }),
        };
        let known = self.nonconformance(id);
        if known == now.as_ref() {
            return;
        }
        let handed_on = |it: Option<&LotNonconformance>| it.and_then(LotNonconformance::handed_on);
        let goes_on = handed_on(known) != handed_on(now.as_ref());
        let disposed = |it: Option<&LotNonconformance>| it.and_then(|it| it.disposed.clone());
        let judged_anew = disposed(known) != disposed(now.as_ref());
        self.change_quality(|quality| match now {
            Some(now) => {
                quality.nonconformances.insert(id.clone(), now);
            }
            None => {
                quality.nonconformances.remove(id);
            }
        });
        if goes_on {
            let message = Message::NonconformanceChanged(id.clone());
            self.tell_children(message, effects);
        }
        if judged_anew {
            self.hand_quality_on(effects);
        }
        // What a board said of its wholes counts as long as it does not ask for a word on this lot.
        self.look_at_origins(view, effects);
        self.tell_gates(effects);
    }

    fn affected_by(&self, nonconformance: &Nonconformance, plant: &Plant) -> Option<Affected> {
        if !nonconformance.is_open() {
            return None;
        }
        if nonconformance.lots().contains(&self.goods.id) {
            let from = EntityKey::Lot(self.goods.id.clone());
            return Some(Affected { steps: 0, from });
        }
        let order = nonconformance.order();
        let order = order.filter(|order| plant.is_made_for(self, order));
        let by_order = order.map(|order| Affected {
            steps: 1,
            from: EntityKey::WorkOrder(order.clone()),
        });
        let parents = self
            .goods
            .card
            .parents
            .keys()
            .filter_map(|parent| plant.lot(parent));
        let by_parents = parents.filter_map(|parent| {
            let known = parent.nonconformance(nonconformance.id());
            known.and_then(LotNonconformance::handed_on)
        });
        by_parents.chain(by_order).min()
    }

    /// Looks at the nonconformances of a lot that it was made from, within this turn.
    pub(crate) fn catch_from(&self, parent: &Lot, effects: &mut Effects) {
        for (id, _) in parent.nonconformances() {
            let key = EntityKey::Lot(self.goods.id.clone());
            effects.tell(key, Message::NonconformanceChanged(id.clone()));
        }
    }

    /// Whether a nonconformance reaches the lot, or a board decided of it.
    pub(crate) fn has_heard_of(&self, id: &NonconformanceId) -> bool {
        self.nonconformance(id).is_some()
    }

    fn nonconformance(&self, id: &NonconformanceId) -> Option<&LotNonconformance> {
        self.goods.quality.as_deref()?.nonconformances.get(id)
    }

    /// The nonconformances that reach the lot, or decided something of it.
    pub fn nonconformances(&self) -> impl Iterator<Item = (&NonconformanceId, &LotNonconformance)> {
        self.goods
            .quality
            .iter()
            .flat_map(|quality| &quality.nonconformances)
    }

    /// Whether the nonconformance reaches the lot and is not over.
    #[must_use]
    pub fn is_affected_by(&self, id: &NonconformanceId) -> bool {
        self.nonconformance(id)
            .is_some_and(|it| it.affected.is_some())
    }

    /// The nonconformances that keep the lot from being used: something of it has no disposition.
    pub fn undisposed(&self) -> impl Iterator<Item = (&NonconformanceId, &Affected)> {
        self.nonconformances().filter_map(|(id, it)| {
            let affected = it.affected.as_ref()?;
            let disposed = it.disposed.as_ref();
            let covered = disposed.is_some_and(|disposed| disposed.covers(self));
            (!covered).then_some((id, affected))
        })
    }

    /// R11: the nonconformances that keep the lot from being shipped.
    pub(crate) fn reasons_of_nonconformances(&self) -> impl Iterator<Item = Reason> {
        self.undisposed().map(|(id, affected)| {
            Reason::from(QualityRejection::NonconformanceOpen {
                nonconformance: id.clone(),
                lot: self.goods.id.clone(),
                from: affected.from.clone(),
                steps: affected.steps,
                quantity: self.on_hand(),
                unit: self.goods.card.unit,
            })
        })
    }
}

impl Plant {
    /// Whether a lot was made for an order, also one that is not known yet.
    pub(crate) fn is_made_for(&self, lot: &Lot, order: &WorkOrderId) -> bool {
        if lot.order() == Some(order) {
            return true;
        }
        if let Some(order) = self.work_order(order) {
            return order.lots().contains_key(lot.id());
        }
        let waiting = self.unborn().get(&EntityKey::WorkOrder(order.clone()));
        waiting.is_some_and(|messages| messages.of_lot(lot.id()).next().is_some())
    }
}
