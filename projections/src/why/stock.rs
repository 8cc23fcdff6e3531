//! Material that an operation needs and that is not there.

use twin_model::{
    Code, Decimal, Entity, EntityKey, EntityKind, Lot, MaterialId, Operation, PlannedComponent,
    Unit, WorkOrder,
};

use super::{SIDE_BY_SIDE_MAX, Walk};

/// Lots of one material that are looked at.
const LOTS_LOOK_MAX: usize = 500;

/// What there is of a material.
#[derive(Default)]
struct Stock<'m> {
    free: Decimal,
    /// Lots with something that may not be used.
    kept: Vec<&'m Lot>,
    /// Something is there in a unit that is not the asked one: then nothing can be said.
    other_units: bool,
    known: bool,
}

impl<'m> Walk<'m> {
    /// Components of an operation that are neither at the line nor free in stock.
    pub(super) fn stock(&mut self, depth: usize, order: &WorkOrder, operation: &Operation) {
        let needed = order.components().iter().filter(|component| {
            let op = component.op.as_ref();
            op.is_none_or(|op| op == operation.id())
        });
        for component in needed {
            self.component(depth, order, component);
        }
    }

    fn component(&mut self, depth: usize, order: &WorkOrder, component: &PlannedComponent) {
        let (material, unit) = (&component.material, component.quantity.unit);
        let accounts = order.accounts();
        let account = accounts
            .iter()
            .find(|account| account.material == *material && account.unit == unit);
        let taken = account.map(|account| account.taken()).unwrap_or_default();
        let planned = component.quantity.value.value();
        let missing = planned - taken;
        if missing <= Decimal::ZERO {
            return;
        }
        let stock = self.stock_of(material, unit);
        // Bulk goods of which no lot was ever told are not managed here.
        if stock.free >= missing || stock.other_units || (component.backflush && !stock.known) {
            return;
        }
        let text = format!(
            "{} {unit} of material {material} are missing for it: {} were planned, {} taken, {} \
             are free in stock.",
            (missing - stock.free).normalize(),
            planned.normalize(),
            taken.normalize(),
            stock.free.normalize(),
        );
        let key = EntityKey::Material(material.clone());
        let link = self.about(&key, text).code(Code::R16);
        if self.add(depth, "stock", link) {
            for lot in stock.kept.into_iter().take(SIDE_BY_SIDE_MAX) {
                self.lot(depth + 1, lot.id());
            }
        }
    }

    fn stock_of(&self, material: &MaterialId, unit: Unit) -> Stock<'m> {
        let entities = self.known.entities;
        let mut stock = Stock::default();
        let ids = entities.lots_of_material(material.as_str()).iter();
        for id in ids.take(LOTS_LOOK_MAX) {
            let Some(Entity::Lot(lot)) = entities.get(EntityKind::Lot, id) else {
                continue;
            };
            stock.known = true;
            if lot.on_hand() <= Decimal::ZERO {
                continue;
            }
            if lot.unit() != unit {
                stock.other_units = true;
            } else if lot.all_holds().next().is_some() || lot.unrestricted().is_zero() {
                stock.kept.push(lot);
            } else {
                stock.free += lot.unrestricted();
            }
        }
        stock
    }
}
