//! What becomes of a lot when the work that made it is given up.
//!
//! The warehouse's own stock is no work in process: what it has received stays as it is.

use crate::effect::{Effects, View};
use crate::{EntityKey, Lot, LotId, Message, Time, Usage, WipDisposition, WorkOrder, WorkOrderId};

/// What an order that gave the work up means for a lot that it made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkGivenUp {
    /// The status that what is not in the warehouse has since then.
    pub usage: Usage,
    /// When the work was given up.
    pub at: Time,
}

impl WipDisposition {
    /// The usage status of work in process until somebody has done what was decided; `None` where
    /// it goes back to stock.
    #[must_use]
    pub fn usage(self) -> Option<Usage> {
        match self {
            WipDisposition::Scrap | WipDisposition::Rework => Some(Usage::Blocked),
            WipDisposition::Review => Some(Usage::QualityInspection),
            WipDisposition::Return => None,
        }
    }
}

impl WorkOrder {
    /// What becomes of a lot by the order, or by the operations that made it, being given up: the
    /// worst of it, and of two equally bad ones the later.
    fn work_given_up(&self, lot: &LotId) -> Option<WorkGivenUp> {
        let of_order = self.abort().map(|abort| (abort.wip_disposition, abort.at));
        let makings = self.makings.iter();
        let made = makings.filter(|(_, making)| making.lots.contains_key(lot));
        let of_operations = made.filter_map(|(op, _)| {
            let given_up = self.operations[self.find(op).ok()?].given_up()?;
            Some((given_up.wip_disposition?, given_up.at))
        });
        let ends = of_operations.chain(of_order);
        ends.filter_map(|(disposition, at)| {
            let usage = disposition.usage()?;
            Some(WorkGivenUp { usage, at })
        })
        .max()
    }

    /// The lots of the order look at what becomes of them.
    pub(crate) fn tell_of_work_given_up(&self, effects: &mut Effects) {
        self.tell_lots(&Message::WorkGivenUp(self.id.clone()), effects);
    }

    /// A lot that was made for the order looks at what becomes of it.
    pub(crate) fn tell_lot_of_work_given_up(&self, lot: &LotId, effects: &mut Effects) {
        if self.work_given_up(lot).is_some() {
            let message = Message::WorkGivenUp(self.id.clone());
            effects.tell(EntityKey::Lot(lot.clone()), message);
        }
    }
}

impl Lot {
    /// An order that the lot was made for gave work up.
    pub(crate) fn look_at_work(
        &mut self,
        order: &WorkOrderId,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        let known = view.plant.work_order(order);
        let now = known.and_then(|known| known.work_given_up(&self.goods.id));
        let before = self.work_given_up().find(|(known, _)| *known == order);
        if before.map(|(_, work)| *work) == now {
            return;
        }
        self.change_quality(|quality| match now {
            Some(now) => {
                quality.work_given_up.insert(order.clone(), now);
            }
            None => {
                quality.work_given_up.remove(order);
            }
        });
        self.hand_quality_on(effects);
        self.tell_gates(effects);
    }

    /// The orders that it was made for and that gave the work up.
    pub fn work_given_up(&self) -> impl Iterator<Item = (&WorkOrderId, &WorkGivenUp)> {
        let quality = self.goods.quality.iter();
        quality.flat_map(|quality| &quality.work_given_up)
    }
}
