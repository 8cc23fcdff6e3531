//! What is told of an operation beside its start and its reports.

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::document_reversal::Reversal;
use crate::paged::Paged;
use crate::{
    HoldId, Interruption, PagedMap, ReportId, Time, WipDisposition, WorkCenterId, WorkerId,
};

/// Where an operation stands in a work center's queue, as the MES decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    /// When it was decided.
    pub at: Time,
    /// Where it is to run.
    pub work_center: WorkCenterId,
    /// Place in the queue, from 0.
    pub queue_pos: Option<u32>,
    /// When it should start.
    pub planned_start: Option<Time>,
}

/// The set-up for an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetUp {
    /// Since when.
    pub at: Time,
    /// Where.
    pub work_center: WorkCenterId,
    /// The set-up before.
    pub from: Option<SmolStr>,
    /// The set-up that is made.
    pub to: Option<SmolStr>,
    /// Who does it.
    pub worker: Option<WorkerId>,
}

/// The latest word on whether an operation stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standstill {
    /// Since when.
    pub at: Time,
    /// Why it stands still; `None` when it goes on again.
    pub kind: Option<Interruption>,
    /// The reason in words; empty when it goes on again.
    pub reason: SmolStr,
    /// The hold behind it.
    pub hold: Option<HoldId>,
}

/// The end of an operation without completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// When.
    pub at: Time,
    /// Why.
    pub reason: SmolStr,
    /// What becomes of the work in process; `None` when it was left out before it started.
    pub wip_disposition: Option<WipDisposition>,
}

/// Scrap of one report for one reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scrapped {
    pub(crate) report: ReportId,
    pub(crate) reason: SmolStr,
    pub(crate) quantity: Decimal,
}

/// What the counters of one work center say that it made of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineTally {
    /// Whose counters.
    pub work_center: WorkCenterId,
    /// Good, in the order's unit.
    pub good: Decimal,
    /// Scrapped, in the order's unit.
    pub scrap: Decimal,
}

/// What is told of few operations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Beside {
    pub(crate) dispatch: Option<Dispatch>,
    pub(crate) set_up: Option<SetUp>,
    pub(crate) standstill: Option<Standstill>,
    pub(crate) given_up: Option<GivenUp>,
    /// Ascending.
    pub(crate) scrapped: Paged<Scrapped>,
    /// By what each report was taken back: of several reversals the earliest.
    pub(crate) reversals: PagedMap<ReportId, Reversal>,
    /// Ascending by work center.
    pub(crate) machines: Vec<MachineTally>,
}
