//! Materials that are kept in lots, and movements of them that name none.
//!
//! A movement has happened, and the master data that say whether it had to name a lot may come
//! later than it. So it is taken, it knows by the version of its time whether it lacks a lot, and
//! its order shows what that comes to (R81), until the lot is told.

use rust_decimal::Decimal;

use crate::effect::{Effects, View};
use crate::movement::AccountSums;
use crate::{
    Account, EntityKey, MaterialId, MaterialVersion, Message, Plant, Time, TimeWindow, WorkOrder,
};

impl Plant {
    /// Whether a material was kept in lots at a time, by the version that counted then.
    pub(crate) fn keeps_in_lots(&self, material: &MaterialId, at: Time) -> bool {
        let version = self.material(material).and_then(|it| it.version_at(at));
        version.is_some_and(MaterialVersion::is_lot_controlled)
    }

    /// Another version of a material may count since a time: the orders that moved something of it
    /// without a lot look at it.
    pub(crate) fn tell_orders_without_lot(
        &self,
        material: &MaterialId,
        since: Time,
        effects: &mut Effects,
    ) {
        let window = TimeWindow {
            from: since,
            to: Time::MAX,
        };
        for order in self.productions.moved_without_lot(material, window) {
            let key = EntityKey::WorkOrder(order.clone());
            effects.tell(key, Message::MaterialPublished);
        }
    }
}

impl WorkOrder {
    /// Which of its movements had to name a lot may have changed.
    pub(crate) fn look_at_lot_control(&mut self, view: View<'_>, effects: &mut Effects) {
        self.reconsider(effects, |order| {
            let lacks = |material: &MaterialId, at| view.plant.keeps_in_lots(material, at);
            order
                .movements_mut()
                .note_lacking(|it| it.lot.is_none() && lacks(&it.material, it.at));
        });
    }
}

impl AccountSums {
    fn used(&self) -> Decimal {
        self.consumed + self.backflushed + self.scrapped
    }
}

impl Account {
    /// What was given to the order, or used by it, with a lot, or where none was needed: of both
    /// accounts the larger, for the warehouse and the MES tell of the same goods.
    #[must_use]
    pub fn with_lot(&self) -> Decimal {
        self.given_with_lot()
            .max(self.sums.used() - self.lacking.used())
    }

    /// What was moved without a lot, though the material was kept in lots. What the MES used
    /// without one is known where the warehouse has issued so much by lots, and what was given back
    /// without one is as if it had not been given without one.
    #[must_use]
    pub fn without_lot(&self) -> Decimal {
        let given_less_returned = self.lacking.issued - self.lacking.returned;
        let given = given_less_returned.max(Decimal::ZERO);
        let returned = given - given_less_returned;
        let taken = (self.given_with_lot() + given).max(self.sums.used());
        taken - self.with_lot() + returned
    }

    fn given_with_lot(&self) -> Decimal {
        let issued = self.sums.issued - self.lacking.issued;
        issued - (self.sums.returned - self.lacking.returned)
    }
}
