//! The way of one lot, as far as the MES has to remember it to speak of its operations.

use twin_model::{HoldId, InspectionId, OperationId, WorkOrderId};

/// What was told of a planned operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing.
    Ahead,
    /// It is not in the order: the lot was past it when the simulation began.
    Unplanned,
    /// It was interrupted for a rework and is to be resumed.
    Open(Work),
    /// An inspection sent the lot back after it: it is announced to be begun once more, having
    /// been begun so often before.
    Announced(u32),
    /// It ended, or was left out; so often it was begun again under a name of its own.
    Over(u32),
}

/// An operation that was begun, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) op: OperationId,
    /// How often its step had been begun before.
    pub(super) pass: u32,
    pub(super) machine: u32,
    /// Good pieces that went in.
    pub(super) entered: u32,
}

/// An inspection that keeps a lot.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) inspection: InspectionId,
    pub(super) hold: HoldId,
    pub(super) pieces: u32,
}

/// A lot on the floor.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) order: WorkOrderId,
    /// By place in the route.
    pub(super) stages: Vec<Stage>,
    /// Every stage before this place is over.
    pub(super) over_before: usize,
    /// What it is worked on for.
    pub(super) works: Option<Work>,
    pub(super) kept: Option<Kept>,
    /// Inspections so far.
    pub(super) inspections: u32,
}

impl Course {
    pub(super) fn new(order: WorkOrderId, steps: usize, first: usize) -> Course {
        let stage = |place| match place < first {
            true => Stage::Unplanned,
            false => Stage::Ahead,
        };
        Course {
            order,
            stages: (0..steps).map(stage).collect(),
            over_before: first,
            works: None,
            kept: None,
            inspections: 0,
        }
    }

    /// How often the step at a place was begun before.
    pub(super) fn pass(&self, place: usize) -> u32 {
        match &self.stages[place] {
            Stage::Ahead | Stage::Unplanned => 0,
            Stage::Open(work) => work.pass,
            Stage::Announced(pass) => *pass,
            Stage::Over(passes) => passes + 1,
        }
    }
}
