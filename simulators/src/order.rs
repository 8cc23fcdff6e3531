//! An order on its way through the simulated plant.
//!
//! Only what the flow of material needs: which step comes next and how many pieces are in it.
//! What the order *is* (released, running, late, delivered) the twin's own entities tell.

use twin_model::{LotId, LotTransformed, Time, WorkOrderId};

/// Number of the first order.
pub(crate) const ORDER_NUMBER_FIRST: u64 = 100_231;

/// An order that is not finished yet.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: WorkOrderId,
    /// Random numbers of this order are looked up under it.
    pub(crate) entity: u64,
    /// Index of the product.
    pub(crate) product: usize,
    pub(crate) customer: &'static str,
    pub(crate) pieces: i64,
    pub(crate) priority: i32,
    pub(crate) planned_start: Time,
    pub(crate) due: Time,
    /// Index of the work center of every step; empty until release.
    pub(crate) work_centers: Vec<usize>,
    /// Index of the step that runs or comes next.
    pub(crate) step: usize,
    /// Pieces that entered the step.
    pub(crate) entered: i64,
    /// Pieces of the step that are worked on, good or not.
    pub(crate) worked: i64,
    /// Good pieces of the step.
    pub(crate) good: i64,
    pub(crate) raw_lot: Option<LotId>,
    pub(crate) blank_lot: LotId,
    pub(crate) finished_lot: LotId,
    /// What the MES cannot book yet because a lot that went in is on hold.
    pub(crate) unbooked: Option<LotTransformed>,
}

impl Order {
    /// The draw key of a part of the present step.
    pub(crate) fn visit(&self, part: i64) -> u64 {
        ((self.step as u64) << 32) | part as u64
    }

    /// Where the present step runs.
    pub(crate) fn work_center(&self) -> usize {
        self.work_centers[self.step]
    }

    /// Urgent first, then due first, then older first.
    pub(crate) fn rank(&self, number: u64) -> (i32, Time, u64) {
        (self.priority, self.due, number)
    }
}
