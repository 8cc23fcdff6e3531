//! A work order: what the ERP planned of it, what was told of it, and how it comes into being.
//! What events do to it stands beside: [`crate::order_lifecycle`] (the ERP's decisions),
//! [`crate::order_change`], [`crate::order_operations`] (starts and stops) and
//! [`crate::order_reports`]. What is computed from it stands in [`crate::order_axes`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::document_reversal::{DocumentReversals, DocumentedReports};
use crate::effect::{Effects, View};
use crate::making::Making;
use crate::movement::Movements;
use crate::operation_facts::MachineTally;
use crate::{
    Claims, CountingSource, EntityKey, HoldId, InspectionId, LotId, MaterialId, MaterialRejection,
    Message, NonconformanceId, Operation, OperationId, OrderInspection, PagedMap, PlannedComponent,
    Reach, Rejection, Time, Tolerance, Unit, WipDisposition, WorkOrderCreated, WorkOrderId,
};

/// Lots of one order, in number. One more is put before a person: as many serial numbers are made
/// under several orders.
pub const LOTS_PER_ORDER_MAX: usize = 100_000;

/// The release of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) at: Time,
    /// `None` for the ordered quantity.
    pub(crate) quantity: Option<Decimal>,
    /// Whether it named its operations. One that did not takes them from the routing.
    pub(crate) has_operations: bool,
    /// The ERP takes it back. That works only as long as nothing has begun.
    pub(crate) withdrawn: Option<Said>,
}

/// Something that the ERP said, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: Time,
    /// Why; empty when it did not say.
    pub reason: SmolStr,
}

/// A technical completion: nothing more is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TechCompletion {
    /// When.
    pub at: Time,
    /// By whom.
    pub by: Option<SmolStr>,
    /// What the ERP takes as delivered, in the order's unit.
    pub final_quantity: Option<Decimal>,
}

/// The closing of an order in the ERP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// When.
    pub at: Time,
    /// The posting period, as the ERP names it.
    pub period: Option<SmolStr>,
}

/// An order that is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abort {
    /// When.
    pub at: Time,
    /// Why.
    pub reason: SmolStr,
    /// What becomes of the work in process.
    pub wip_disposition: WipDisposition,
}

/// How an order ends, as far as it was said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Endings {
    /// That works only as long as nothing has begun.
    pub(crate) cancelled: Option<Said>,
    pub(crate) tech_completed: Option<TechCompletion>,
    pub(crate) closed: Option<Closing>,
    pub(crate) aborted: Option<Abort>,
}

/// The fields of an order that the ERP may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderField {
    /// Ordered quantity.
    Quantity,
    /// Planned start.
    PlannedStart,
    /// Due.
    PlannedEnd,
    /// Priority.
    Priority,
    /// Tolerance.
    Tolerance,
    /// Version of the routing.
    RoutingVersion,
    /// Version of the bill of materials.
    BomVersion,
    /// Whose count counts.
    Counting,
}

/// A work order with its operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkOrder {
    pub(crate) id: WorkOrderId,
    pub(crate) material: MaterialId,
    pub(crate) unit: Unit,
    pub(crate) ordered: Decimal,
    pub(crate) tolerance: Tolerance,
    pub(crate) routing_version: Option<SmolStr>,
    pub(crate) bom_version: Option<SmolStr>,
    pub(crate) planned_start: Option<Time>,
    pub(crate) planned_end: Option<Time>,
    pub(crate) priority: i32,
    pub(crate) sales_order: Option<SmolStr>,
    pub(crate) counting: CountingSource,
    pub(crate) release: Option<Release>,
    pub(crate) components: Arc<[PlannedComponent]>,
    /// From when on the present value of a field holds, where it was changed: the latest wins.
    pub(crate) changed: BTreeMap<OrderField, Time>,
    pub(crate) endings: Option<Arc<Endings>>,
    /// Reports by the document that they became in the ERP.
    pub(crate) documents: DocumentedReports,
    /// Which of these documents were taken back.
    pub(crate) reversed_documents: DocumentReversals,
    /// Ascending by operation id, so that the state does not depend on the order of arrival.
    pub(crate) operations: Vec<Arc<Operation>>,
    /// What was moved for it.
    pub(crate) moved: Option<Arc<Movements>>,
    /// Lots made for it, with since when at least something of each belongs to it.
    pub(crate) lots: PagedMap<LotId, Time>,
    /// Where each operation was reported, and what it made.
    pub(crate) makings: Arc<BTreeMap<OperationId, Making>>,
    pub(crate) holds: BTreeSet<HoldId>,
    /// Those that name the order, without those that were cancelled.
    pub(crate) inspections: BTreeMap<InspectionId, OrderInspection>,
    /// Those that name the order and are open.
    pub(crate) nonconformances: BTreeSet<NonconformanceId>,
    /// Everything that quality ever found about the order, also what is over or was none.
    pub(crate) found: BTreeSet<NonconformanceId>,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
}

impl WorkOrder {
    /// W1: the ERP plans an order.
    pub(crate) fn create(body: &WorkOrderCreated) -> Result<WorkOrder, Rejection> {
        body.quantity.check("quantity")?;
        Ok(WorkOrder {
            id: body.order.clone(),
            material: body.material.clone(),
            unit: body.quantity.unit,
            ordered: body.quantity.value.value(),
            tolerance: body.tolerance.unwrap_or_default(),
            routing_version: body.routing_version.clone(),
            bom_version: body.bom_version.clone(),
            planned_start: body.planned_start,
            planned_end: body.planned_end,
            priority: body.priority,
            sales_order: body.sales_order.clone(),
            counting: body.counting,
            release: None,
            components: Arc::default(),
            changed: BTreeMap::new(),
            endings: None,
            documents: DocumentedReports::default(),
            reversed_documents: DocumentReversals::default(),
            operations: Vec::new(),
            moved: None,
            lots: PagedMap::default(),
            makings: Arc::default(),
            holds: BTreeSet::new(),
            inspections: BTreeMap::new(),
            nonconformances: BTreeSet::new(),
            found: BTreeSet::new(),
            claims: Claims::default(),
            version: 0,
        })
    }

    /// R49: of so many lots the order knows which belong to it.
    fn admit_lot(&self, lot: &LotId) -> Result<(), Rejection> {
        if self.lots.len() < LOTS_PER_ORDER_MAX || self.lots.contains_key(lot) {
            return Ok(());
        }
        Err(Rejection::from(MaterialRejection::TooManyLots {
            order: self.id.clone(),
            lot: lot.clone(),
            max: LOTS_PER_ORDER_MAX,
        }))
    }

    /// A message from another entity of the plant.
    ///
    /// # Errors
    /// A lot that is one too many.
    pub(crate) fn receive(
        &mut self,
        message: &Message,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        match message {
            Message::HoldPlaced(hold) => {
                self.holds.insert(hold.clone());
                for (lot, since) in self.lots.iter() {
                    self.hand_on(hold, lot, *since, view, effects);
                }
            }
            Message::HoldReleased(hold) => {
                self.holds.remove(hold);
                self.tell_lots(&Message::HoldDisinherited(hold.clone()), effects);
            }
            Message::LotProduced {
                lot,
                since,
                op,
                made,
            } => {
                self.admit_lot(lot)?;
                let state = view.plant.lot(lot);
                let presumed = state.is_some_and(|lot| self.presumes(lot));
                let known = self.lots.contains_key(lot);
                if let Some(op) = op {
                    self.note_made(op, lot, *made, effects);
                }
                self.tell_of_nonconformances(lot, effects);
                self.tell_lot_of_work_given_up(lot, effects);
                let told = self.lots.get(lot);
                let first = told.map_or(*since, |told| *told.min(since));
                if told != Some(&first) {
                    self.lots.insert(lot.clone(), first);
                }
                for hold in &self.holds {
                    self.hand_on(hold, lot, *since, view, effects);
                }
                self.lot_is_known(lot, (known, presumed), view.plant, effects);
            }
            Message::InspectionChanged(id) => self.look_at_inspection(id, view),
            Message::NonconformanceChanged(id) => self.look_at_nonconformance(id, view, effects),
            Message::MachineCounted {
                op,
                work_center,
                good,
                scrap,
            } => {
                let told = MachineTally {
                    work_center: work_center.clone(),
                    good: *good,
                    scrap: *scrap,
                };
                self.machine_counted(op, told, effects);
            }
            Message::MaterialPublished => self.look_at_lot_control(view, effects),
            Message::RoutingGiven { operations } => self.take_routing(operations, effects),
            other => unreachable!("an order gets no {other:?}"),
        }
        Ok(())
    }

    /// Tells a lot that was made for the order of a hold on it.
    fn hand_on(
        &self,
        hold: &HoldId,
        lot: &LotId,
        since: Time,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        let key = EntityKey::WorkOrder(self.id.clone());
        let message = Message::HoldInherited {
            hold: hold.clone(),
            reach: Reach::of_order(key, hold, since, view.plant),
        };
        effects.tell(EntityKey::Lot(lot.clone()), message);
    }

    pub(crate) fn tell_lots(&self, message: &Message, effects: &mut Effects) {
        for lot in self.lots.keys() {
            effects.tell(EntityKey::Lot(lot.clone()), message.clone());
        }
    }

    pub(crate) fn endings_mut(&mut self) -> &mut Endings {
        Arc::make_mut(self.endings.get_or_insert_default())
    }

    pub(crate) fn find(&self, op: &OperationId) -> Result<usize, usize> {
        self.operations
            .binary_search_by(|operation| operation.id.cmp(op))
    }

    pub(crate) fn find_or_learn(&mut self, op: &OperationId) -> usize {
        match self.find(op) {
            Ok(place) => place,
            Err(place) => {
                let operation = Operation::learned(op.clone(), self.counting);
                self.operations.insert(place, Arc::new(operation));
                place
            }
        }
    }

    pub(crate) fn operation_mut(&mut self, place: usize) -> &mut Operation {
        Arc::make_mut(&mut self.operations[place])
    }
}

/// Plain answers.
impl WorkOrder {
    /// Order number.
    #[must_use]
    pub fn id(&self) -> &WorkOrderId {
        &self.id
    }

    /// What is made.
    #[must_use]
    pub fn material(&self) -> &MaterialId {
        &self.material
    }

    /// Unit of every quantity of the order.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Ordered quantity, in the order's unit.
    #[must_use]
    pub fn ordered(&self) -> Decimal {
        self.ordered
    }

    /// Allowed deviation of the delivered quantity.
    #[must_use]
    pub fn tolerance(&self) -> Tolerance {
        self.tolerance
    }

    /// Planned start.
    #[must_use]
    pub fn planned_start(&self) -> Option<Time> {
        self.planned_start
    }

    /// Due.
    #[must_use]
    pub fn planned_end(&self) -> Option<Time> {
        self.planned_end
    }

    /// Lower is more urgent.
    #[must_use]
    pub fn priority(&self) -> i32 {
        self.priority
    }

    /// The sales order behind it.
    #[must_use]
    pub fn sales_order(&self) -> Option<&SmolStr> {
        self.sales_order.as_ref()
    }

    /// Version of the routing.
    #[must_use]
    pub fn routing_version(&self) -> Option<&SmolStr> {
        self.routing_version.as_ref()
    }

    /// Version of the bill of materials.
    #[must_use]
    pub fn bom_version(&self) -> Option<&SmolStr> {
        self.bom_version.as_ref()
    }

    /// Whose count counts.
    #[must_use]
    pub fn counting(&self) -> CountingSource {
        self.counting
    }

    /// The bill of materials, as released.
    #[must_use]
    pub fn components(&self) -> &[PlannedComponent] {
        &self.components
    }

    /// Operations, ascending by id.
    #[must_use]
    pub fn operations(&self) -> &[Arc<Operation>] {
        &self.operations
    }

    /// Lots made for the order, with since when at least something of each belongs to it.
    #[must_use]
    pub fn lots(&self) -> &PagedMap<LotId, Time> {
        &self.lots
    }

    /// Holds on the order itself.
    #[must_use]
    pub fn holds(&self) -> &BTreeSet<HoldId> {
        &self.holds
    }

    /// The technical completion, where the ERP said so and did not take it back.
    #[must_use]
    pub fn tech_completion(&self) -> Option<&TechCompletion> {
        self.endings.as_deref()?.tech_completed.as_ref()
    }

    /// The closing in the ERP.
    #[must_use]
    pub fn closing(&self) -> Option<&Closing> {
        self.endings.as_deref()?.closed.as_ref()
    }

    /// The cancellation, also one that has no effect because something had begun.
    #[must_use]
    pub fn cancellation(&self) -> Option<&Said> {
        self.endings.as_deref()?.cancelled.as_ref()
    }

    /// How and why it was given up.
    #[must_use]
    pub fn abort(&self) -> Option<&Abort> {
        self.endings.as_deref()?.aborted.as_ref()
    }

    /// The withdrawal of the release, also one that has no effect because something had begun.
    #[must_use]
    pub fn release_withdrawal(&self) -> Option<&Said> {
        self.release.as_ref()?.withdrawn.as_ref()
    }
}
