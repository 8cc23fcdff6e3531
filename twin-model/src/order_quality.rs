//! What an order knows of quality: its inspections, and the inspection points that lack one.

use std::collections::BTreeSet;

use crate::effect::{Effects, View};
use crate::{
    EntityKey, InspectionId, InspectionState, LotId, Message, NonconformanceId, Operation,
    OperationId, Plant, WorkOrder,
};

/// An inspection as the order that it names knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderInspection {
    /// After which operation.
    pub op: Option<OperationId>,
    /// Whether quality still has to decide.
    pub undecided: bool,
}

impl WorkOrder {
    /// An inspection for the order says something new, or is met at birth.
    pub(crate) fn look_at_inspection(&mut self, id: &InspectionId, view: View<'_>) {
        let Some(inspection) = view.plant.inspection(id) else {
            return;
        };
        if inspection.state() == InspectionState::Cancelled {
            self.inspections.remove(id);
            return;
        }
        let now = OrderInspection {
            op: inspection.op().cloned(),
            undecided: inspection.is_undecided(),
        };
        self.inspections.insert(id.clone(), now);
    }

    /// A nonconformance of the order says something new, or is met at birth: so it reaches, or
    /// leaves, every lot that was made for the order.
    pub(crate) fn look_at_nonconformance(
        &mut self,
        id: &NonconformanceId,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        let found = view.plant.nonconformance(id);
        if found.is_some_and(|found| found.order() == Some(&self.id)) {
            self.found.insert(id.clone());
        }
        let open = found.is_some_and(|found| found.is_open() && found.order() == Some(&self.id));
        let changed = match open {
            true => self.nonconformances.insert(id.clone()),
            false => self.nonconformances.remove(id),
        };
        if changed {
            self.tell_lots(&Message::NonconformanceChanged(id.clone()), effects);
        }
    }

    /// A lot that was made for the order looks at what is open.
    pub(crate) fn tell_of_nonconformances(&self, lot: &LotId, effects: &mut Effects) {
        for id in &self.nonconformances {
            let message = Message::NonconformanceChanged(id.clone());
            effects.tell(EntityKey::Lot(lot.clone()), message);
        }
    }

    /// Nonconformances that ever named the order, also those that are over or were none.
    #[must_use]
    pub fn ever_nonconforming(&self) -> &BTreeSet<NonconformanceId> {
        &self.found
    }

    /// Open nonconformances that name the order.
    #[must_use]
    pub fn nonconformances(&self) -> &BTreeSet<NonconformanceId> {
        &self.nonconformances
    }

    /// The inspections that name the order, those that were cancelled left out.
    pub fn inspections(&self) -> impl Iterator<Item = (&InspectionId, &OrderInspection)> {
        self.inspections.iter()
    }

    /// Inspections of the order and of its lots that wait for a decision, ascending.
    #[must_use]
    pub fn open_inspections<'p>(&'p self, plant: &'p Plant) -> BTreeSet<&'p InspectionId> {
        let own = self.inspections().filter(|(_, it)| it.undecided);
        let lots = self.lots().keys().filter_map(|id| plant.lot(id));
        let of_lots = lots
            .flat_map(|lot| lot.inspections())
            .filter(|(_, it)| it.undecided);
        own.map(|(id, _)| id)
            .chain(of_lots.map(|(id, _)| id))
            .collect()
    }

    /// Inspection points that have made something, and for which quality has not asked for any
    /// inspection.
    pub fn uninspected(&self) -> impl Iterator<Item = &Operation> {
        let points = self.operations().iter().map(AsRef::as_ref);
        points.filter(|op| {
            let asked = |id: &OperationId| {
                let mut inspections = self.inspections.values();
                inspections.any(|inspection| inspection.op.as_ref() == Some(id))
            };
            op.is_inspection_point() && !op.good().is_zero() && !asked(op.id())
        })
    }
}
