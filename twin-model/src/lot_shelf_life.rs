//! How long a lot is good. A part of a lot, and what it was merged into, has no
//! better end than the lot itself.

use crate::effect::{Effects, View};
use crate::{EntityKey, Lot, Message, Time};

impl Lot {
    /// End of its shelf life: its own or that of a lot that it is a part of, whichever is earlier.
    #[must_use]
    pub fn expiry(&self) -> Option<Time> {
        [self.goods.card.expiry, self.goods.card.whole_expiry]
            .into_iter()
            .flatten()
            .min()
    }

    /// Sets what is told of the lot itself.
    pub(crate) fn set_expiry(&mut self, expiry: Option<Time>, effects: &mut Effects) {
        let before = self.expiry();
        self.goods.card.expiry = expiry;
        self.tell_expiry(before, effects);
    }

    /// A lot that this one may be a part of says something new of its shelf life, or is new.
    pub(crate) fn look_at_shelf_life(&mut self, view: View<'_>, effects: &mut Effects) {
        let before = self.expiry();
        let parts = self.goods.card.parents.iter();
        let parts = parts.filter(|(_, part)| part.is_part);
        let wholes = parts.filter_map(|(whole, _)| view.plant.lot(whole));
        self.goods.card.whole_expiry = wholes.filter_map(Lot::expiry).min();
        self.tell_expiry(before, effects);
    }

    fn tell_expiry(&self, before: Option<Time>, effects: &mut Effects) {
        if self.expiry() != before {
            self.tell_children(Message::ShelfLifeChanged, effects);
            self.tell_gates(effects);
        }
    }

    /// Looks at the shelf life of a lot that this one is a part of, within this turn.
    pub(crate) fn catch_shelf_life(&self, is_part: bool, effects: &mut Effects) {
        if is_part {
            effects.tell(
                EntityKey::Lot(self.goods.id.clone()),
                Message::ShelfLifeChanged,
            );
        }
    }
}
