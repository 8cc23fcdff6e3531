//! How long a lot is good: until the end that was told of it, else as long as its material says,
//! from when its making began. A part of a lot, and what it was merged into, has no better end than
//! the lot itself.

use crate::effect::{Effects, View};
use crate::{EntityKey, Kinship, Lot, LotId, MaterialVersion, Message, Parentage, Plant, Time};

/// A day of shelf life, seconds: what the material master counts is no calendar day of the plant.
const SECONDS_PER_DAY: i64 = 86_400;

impl Lot {
    /// The version of its material that counted when its making began. `None` for what came from
    /// lots of the material under other names, and nothing else did: it is as they are.
    pub(crate) fn material_at_making<'p>(&self, plant: &'p Plant) -> Option<&'p MaterialVersion> {
        let made = self.produced_at()?;
        if self.is_but_parts(plant) {
            return None;
        }
        plant.material(self.material())?.version_at(made)
    }

    /// Whether all that came in came from lots of its material under their own names.
    fn is_but_parts(&self, plant: &Plant) -> bool {
        let same = |(id, part): (&LotId, &Parentage)| {
            let whole = plant.lot(id);
            part.by != Kinship::Transformed
                && whole.is_some_and(|whole| whole.material() == self.material())
        };
        let parents = &self.goods.card.parents;
        !parents.is_empty() && parents.iter().all(same) && self.goods.stock.is_but_parts()
    }

    /// Goods of its own came in. What its material asks of those it does not ask of parts.
    pub(crate) fn look_at_own_goods(&mut self, view: View<'_>, effects: &mut Effects) {
        let has_parents = !self.goods.card.parents.is_empty();
        if has_parents && view.plant.material(self.material()).is_some() {
            self.look_at_material(view, effects);
        }
    }

    /// What its material says of it may have changed: by a new version, or because its making
    /// began earlier than was known.
    pub(crate) fn look_at_material(&mut self, view: View<'_>, effects: &mut Effects) {
        self.look_at_shelf_life(view, effects);
        self.look_at_origins(view, effects);
    }

    /// End of its shelf life: its own or that of a lot that it is a part of, whichever is earlier.
    #[must_use]
    pub fn expiry(&self) -> Option<Time> {
        let card = &self.goods.card;
        let own = card.expiry.or(card.material_expiry);
        own.into_iter().chain(card.whole_expiry).min()
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
        let material = self.material_at_making(view.plant);
        let days = material.and_then(MaterialVersion::shelf_life_days);
        self.goods.card.material_expiry = days.and_then(|days| {
            let made = self.produced_at()?;
            Some(made.plus_seconds(i64::from(days) * SECONDS_PER_DAY))
        });
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
