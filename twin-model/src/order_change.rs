//! The ERP changes an order: each field for itself, the latest change of a field wins.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::effect::{Effects, View};
use crate::{
    Amount, Change, CountingSource, OrderField, Rejection, Time, WorkOrder, WorkOrderChanged,
};

impl WorkOrder {
    /// The ERP changes what it planned. A change counts from `effective_from` on among changes of
    /// the same field; it is applied when it is told.
    pub(crate) fn change(
        &mut self,
        body: &WorkOrderChanged,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "a change";
        self.refuse_after_the_end(view.at, ACTION)?;
        self.wait_while_cancelled(view.at, ACTION)?;
        let from = body.effective_from.unwrap_or(view.at);
        let quantity = match &body.quantity {
            Some(quantity) => {
                quantity.new.check("quantity.new")?;
                let new = self.to_own_unit(quantity.new, view, effects)?;
                Some(Change { old: None, new })
            }
            None => None,
        };
        let mut after = self.clone();
        after.take_changes(body, quantity, from);
        after.require_room_for_delivered()?;
        let wish = self.routing_wish();
        self.reconsider(effects, |order| *order = after);
        self.tell_wish(wish.as_ref(), effects);
        Ok(())
    }

    /// Invariant 3 from the other side: what is delivered must fit what the order becomes. It
    /// waits, because a reversal may still take back what is too much.
    fn require_room_for_delivered(&self) -> Result<(), Rejection> {
        let Some(released) = self.released() else {
            return Ok(());
        };
        let (delivered, max) = (self.delivered(), self.most_of(released));
        if self.counting == CountingSource::Machine || delivered <= max {
            return Ok(());
        }
        Err(Rejection::LessThanDelivered {
            order: self.id.clone(),
            quantity: released,
            max: max.normalize(),
            delivered: delivered.normalize(),
            unit: self.unit,
        })
    }

    /// Takes the changes over; `quantity` is in the order's unit.
    fn take_changes(
        &mut self,
        body: &WorkOrderChanged,
        quantity: Option<Change<Amount>>,
        from: Time,
    ) {
        if let Some(quantity) = self.newer(OrderField::Quantity, quantity.as_ref(), from) {
            self.ordered = quantity.value();
        }
        if let Some(start) = self.newer(OrderField::PlannedStart, body.planned_start.as_ref(), from)
        {
            self.planned_start = Some(*start);
        }
        if let Some(end) = self.newer(OrderField::PlannedEnd, body.planned_end.as_ref(), from) {
            self.planned_end = Some(*end);
        }
        if let Some(priority) = self.newer(OrderField::Priority, body.priority.as_ref(), from) {
            self.priority = *priority;
        }
        if let Some(tolerance) = self.newer(OrderField::Tolerance, body.tolerance.as_ref(), from) {
            self.tolerance = *tolerance;
        }
        let routing = body.routing_version.as_ref();
        if let Some(version) = self.newer(OrderField::RoutingVersion, routing, from) {
            self.routing_version = Some(version.clone());
        }
        if let Some(version) = self.newer(OrderField::BomVersion, body.bom_version.as_ref(), from) {
            self.bom_version = Some(version.clone());
        }
        if let Some(counting) = self.newer(OrderField::Counting, body.counting.as_ref(), from) {
            self.counting = *counting;
            for operation in &mut self.operations {
                Arc::make_mut(operation).counting = *counting;
            }
        }
    }

    /// The new value, unless the field was changed with effect from a later time. Of two from the
    /// same time the one that the ERP sent last counts.
    fn newer<'c, T>(
        &mut self,
        field: OrderField,
        change: Option<&'c Change<T>>,
        from: Time,
    ) -> Option<&'c T> {
        self.newer_value(field, change.map(|change| &change.new), from)
    }

    /// The same for a value that is told otherwise than by a change.
    pub(crate) fn newer_value<'c, T>(
        &mut self,
        field: OrderField,
        value: Option<&'c T>,
        from: Time,
    ) -> Option<&'c T> {
        let value = value?;
        if self.changed.get(&field).is_some_and(|known| *known > from) {
            return None;
        }
        self.changed.insert(field, from);
        Some(value)
    }

    /// What a release releases: the ordered quantity also counts when it was changed since.
    pub(crate) fn released_quantity(&self, release: &crate::work_order::Release) -> Decimal {
        let changed_since = self
            .changed
            .get(&OrderField::Quantity)
            .is_some_and(|from| *from >= release.at);
        match release.quantity {
            Some(quantity) if !changed_since => quantity,
            _ => self.ordered,
        }
    }
}
