//! What the warehouse and the MES move for an order: issues, returns, consumptions, receipts.
//!
//! Every movement is kept by itself, so that a reversal takes back exactly what it names and the
//! sums do not depend on what came first ([`crate::movement`]). A lot keeps its side of the
//! account, and hears of it by messages.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::catch_weight::in_standing_unit;
use crate::effect::{Effects, View};
use crate::lot_stock::Booking;
use crate::movement::{MOVEMENTS_PER_ORDER_MAX, Movement, MovementKind, Movements};
use crate::plant::Cause;
use crate::{
    Decimal, EntityKey, GoodsReceived, Lot, LotId, MaterialConsumed, MaterialId, MaterialIssued,
    MaterialRejection, MaterialReturned, Message, OperationId, Plant, Quantity, Rejection,
    ReportId, Unit, Usage, WorkOrder,
};

/// A movement as it was told.
struct Told<'b> {
    kind: MovementKind,
    material: &'b MaterialId,
    lot: Option<&'b LotId>,
    quantity: Quantity,
    measured: Option<Quantity>,
    op: Option<&'b OperationId>,
    document: Option<&'b SmolStr>,
    is_final: bool,
    usage: Option<Usage>,
}

impl<'b> Told<'b> {
    /// What every movement says; a kind adds what only it can say.
    fn of(kind: MovementKind, material: &'b MaterialId, quantity: Quantity) -> Told<'b> {
        Told {
            kind,
            material,
            lot: None,
            quantity,
            measured: None,
            op: None,
            document: None,
            is_final: false,
            usage: None,
        }
    }
}

impl Plant {
    /// A receipt brings its lot into being, in the unit of its material's stock; where nothing is
    /// published of that, in the unit of the order where it is what the order makes.
    pub(crate) fn ensure_received_lot(
        &mut self,
        body: &GoodsReceived,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) {
        let Some(order) = self.work_order(&body.order) else {
            return;
        };
        let made = order.material().clone();
        let material = body.material.clone().unwrap_or(made);
        let unit = order.account_unit(&material, body.quantity.unit, MovementKind::Received);
        let unit = self.view(cause).unit_of_new_lot(&material, unit);
        self.ensure_lot(&body.lot, &material, unit, effects);
    }
}

impl WorkOrder {
    /// The warehouse gives material to the order.
    pub(crate) fn issue(
        &mut self,
        body: &MaterialIssued,
        id: ReportId,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.admit_movement(None, view, "an issue")?;
        let told = Told {
            lot: body.lot.as_ref(),
            document: body.document.as_ref(),
            ..Told::of(MovementKind::Issued, &body.material, body.quantity)
        };
        self.book(&told, id, view, effects)
    }

    /// The MES says what the order used.
    pub(crate) fn consume(
        &mut self,
        body: &MaterialConsumed,
        id: ReportId,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.admit_movement(body.op.as_ref(), view, "a consumption")?;
        let listed = self.components.iter().any(|c| c.material == body.material);
        if !listed && !self.components.is_empty() && body.substitute_approval.is_none() {
            return Err(Rejection::NotOnTheList {
                material: body.material.clone(),
                order: self.id.clone(),
            });
        }
        let kind = match (body.scrapped, body.backflush) {
            (true, _) => MovementKind::Scrapped,
            (false, true) => MovementKind::Backflushed,
            (false, false) => MovementKind::Consumed,
        };
        let told = Told {
            lot: body.lot.as_ref(),
            measured: body.measured,
            op: body.op.as_ref(),
            ..Told::of(kind, &body.material, body.quantity)
        };
        self.book(&told, id, view, effects)
    }

    /// The warehouse takes material back. What is left over goes back also when the order is done
    /// or given up, as long as its books are open.
    pub(crate) fn give_back(
        &mut self,
        body: &MaterialReturned,
        id: ReportId,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.refuse_closed()?;
        let told = Told {
            lot: body.lot.as_ref(),
            document: body.document.as_ref(),
            ..Told::of(MovementKind::Returned, &body.material, body.quantity)
        };
        self.book(&told, id, view, effects)
    }

    /// The warehouse receives what the order made (invariant 3: not more than it may).
    pub(crate) fn receive_goods(
        &mut self,
        body: &GoodsReceived,
        id: ReportId,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let released = self.admit_movement(None, view, "a goods receipt")?;
        let material = body
            .material
            .clone()
            .unwrap_or_else(|| self.material.clone());
        if material == self.material {
            body.quantity.check("quantity")?;
            let value = self.to_own_unit(body.quantity, view, effects)?.value();
            let total = self.good_of_deliveries().max(self.received() + value);
            let document = body.document.as_ref();
            if self.movement_reversal_to_come(document, view.at).is_none() {
                self.refuse_over_delivery(value, total, released)?;
            }
        }
        let told = Told {
            lot: Some(&body.lot),
            measured: body.measured,
            document: body.document.as_ref(),
            is_final: body.final_delivery,
            usage: body.usage,
            ..Told::of(MovementKind::Received, &material, body.quantity)
        };
        self.book(&told, id, view, effects)
    }

    /// Whether the order takes a movement that happened at the time of the event; gives the
    /// released quantity.
    fn admit_movement(
        &self,
        op: Option<&OperationId>,
        view: View<'_>,
        action: &'static str,
    ) -> Result<Decimal, Rejection> {
        if let Some(released) = self.admit_anything(view.at, action)? {
            return Ok(released);
        }
        Err(match op {
            Some(operation) => Rejection::NotReleased {
                order: self.id.clone(),
                operation: operation.clone(),
            },
            None => MaterialRejection::MovementNotReleased {
                order: self.id.clone(),
                action,
            }
            .into(),
        })
    }

    /// All rules that are the same for every movement; then books it.
    fn book(
        &mut self,
        told: &Told<'_>,
        id: ReportId,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        told.quantity.check("quantity")?;
        if self.movements().is_some_and(Movements::is_full) {
            return Err(MaterialRejection::TooManyMovements {
                order: self.id.clone(),
                max: MOVEMENTS_PER_ORDER_MAX,
            }
            .into());
        }
        let unit = self.account_unit(told.material, told.quantity.unit, told.kind);
        let key = EntityKey::WorkOrder(self.id.clone());
        let value = view.in_unit(told.quantity, told.material, unit, &key, effects)?;
        let reversal = self
            .movement_reversal_to_come(told.document, view.at)
            .cloned();
        if told.kind == MovementKind::Returned && reversal.is_none() {
            self.require_issued(told.material, unit, value.value())?;
        }
        let of_lot = match told.lot {
            Some(lot) => {
                let (lot, of_lot) = self.check_lot(lot, told, view, effects)?;
                // What goes at once takes nothing from the lot.
                if reversal.is_none() {
                    let booking = Booking {
                        order: &self.id,
                        op: told.op,
                        kind: told.kind,
                        quantity: of_lot,
                        at: view.at,
                    };
                    require_covered(lot, &[booking])?;
                }
                of_lot
            }
            None => Decimal::ZERO,
        };
        let weight = (told.quantity, told.measured);
        view.check_weight(weight, told.material, &key, effects)?;
        let mut movement = Movement {
            id,
            kind: told.kind,
            material: told.material.clone(),
            lot: told.lot.cloned(),
            told: told.quantity,
            value: value.value(),
            unit,
            of_lot,
            at: view.at,
            op: told.op.cloned(),
            document: told.document.cloned(),
            measured: told.measured,
            is_final: told.is_final,
            lacks_lot: told.lot.is_none() && view.plant.keeps_in_lots(told.material, view.at),
            reversed: None,
        };
        // The lot of what goes at once is told of it, and that it is nothing.
        let sign = match &reversal {
            Some(reversal) => {
                self.tell_taken_back(&[&movement], &reversal.word, &reversal.document, effects);
                Decimal::ZERO
            }
            None => Decimal::ONE,
        };
        self.tell_lot(&movement, sign, told.usage, effects);
        movement.reversed = reversal.map(|reversal| reversal.word);
        self.reconsider(effects, |order| order.movements_mut().insert(movement));
        Ok(())
    }

    /// The lot of a movement: it must be known, of that material and free. Gives the quantity in
    /// its unit as well.
    fn check_lot<'v>(
        &self,
        id: &LotId,
        told: &Told<'_>,
        view: View<'v>,
        effects: &mut Effects,
    ) -> Result<(&'v Lot, Decimal), Rejection> {
        let Some(lot) = view.plant.lot(id) else {
            return Err(Rejection::NotKnown {
                object: EntityKey::Lot(id.clone()),
                event: match told.kind {
                    MovementKind::Issued => "mfg.material.issued.v1",
                    MovementKind::Returned => "mfg.material.returned.v1",
                    MovementKind::Received => "mfg.goods.received.v1",
                    _ => "mfg.material.consumed.v1",
                },
            });
        };
        if lot.material() != told.material {
            return Err(MaterialRejection::AnotherMaterial {
                lot: id.clone(),
                is: lot.material().clone(),
                told: told.material.clone(),
            }
            .into());
        }
        match told.kind {
            MovementKind::Issued => view.refuse_if_lot_held(lot, "issued")?,
            MovementKind::Returned => {}
            MovementKind::Received => lot.refuse_another_receipt()?,
            _ => view.refuse_if_lot_held(lot, "consumed")?,
        }
        let key = EntityKey::Lot(id.clone());
        let of_lot = view.in_unit(told.quantity, told.material, lot.unit(), &key, effects)?;
        if matches!(
            told.kind,
            MovementKind::Consumed | MovementKind::Backflushed
        ) {
            lot.refuse_crowded((Some(&self.id), told.op))?;
        }
        Ok((lot, of_lot.value()))
    }

    /// R17: more cannot come back than was given. Both come from the warehouse.
    pub(crate) fn require_issued(
        &self,
        material: &MaterialId,
        unit: Unit,
        want: Decimal,
    ) -> Result<(), Rejection> {
        let sums = self.sums_of(material, unit);
        let have = sums.issued - sums.returned;
        if want <= have {
            return Ok(());
        }
        Err(MaterialRejection::NotIssuedYet {
            order: self.id.clone(),
            material: material.clone(),
            have,
            want,
            unit,
        }
        .into())
    }

    /// Tells the lot of a movement; with a `sign` of minus one that it is taken back, with zero that
    /// it is taken back as it comes.
    pub(crate) fn tell_lot(
        &self,
        movement: &Movement,
        sign: Decimal,
        usage: Option<Usage>,
        effects: &mut Effects,
    ) {
        if let Some(lot) = &movement.lot {
            let measured = movement.measured.map(in_standing_unit);
            let moved = Message::Moved {
                order: self.id.clone(),
                op: movement.op.clone(),
                kind: movement.kind,
                quantity: movement.of_lot * sign,
                at: movement.at,
                usage,
                measured: measured.map(|(value, unit)| (value * sign, unit)),
            };
            effects.tell(EntityKey::Lot(lot.clone()), moved);
        }
    }

    pub(crate) fn movements(&self) -> Option<&Movements> {
        self.moved.as_deref()
    }

    pub(crate) fn movements_mut(&mut self) -> &mut Movements {
        Arc::make_mut(self.moved.get_or_insert_default())
    }
}

/// R17: the lot must have what the movements take from it.
pub(crate) fn require_covered(lot: &Lot, bookings: &[Booking<'_>]) -> Result<(), Rejection> {
    let mut after = lot.stock().clone();
    for booking in bookings {
        after.book(*booking);
    }
    let have = lot.on_hand();
    lot.require_on_hand(have - after.on_hand())
}
