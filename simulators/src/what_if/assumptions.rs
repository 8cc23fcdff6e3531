//! What a forecast leaves out, and what it had to assume.

use serde::Serialize;
use twin_model::{Time, WorkOrderId};

use super::ratios::ToldBy;

/// An order that is not forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotSimulated {
    /// The order.
    pub order: WorkOrderId,
    /// Why, for a planner.
    pub why: &'static str,
}

/// What the live state does not say.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Assumptions {
    /// Finished operations by which real times were taken instead of planned ones; the stops
    /// within them are in these times, so no other breakdowns are simulated.
    pub observed_operations: usize,
    /// Work centers that stand still without a told end: an exponential time of a mean of an
    /// hour is left.
    pub stopped_without_end: Vec<String>,
    /// Work centers whose times are those of the whole plant, because too few operations ended
    /// there.
    pub times_of_the_plant: Vec<String>,
    /// Operations that run longer than any that was observed, or than planned where too few were:
    /// they are taken as done at once.
    pub overdue: Vec<Overdue>,
}

/// An operation that runs and is taken as done at once, because it takes longer than what tells
/// how long it takes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overdue {
    /// The order.
    pub order: WorkOrderId,
    /// Its operation.
    pub operation: String,
    /// Where it runs.
    pub work_center: String,
    /// Its last report, or its start where it has not reported.
    pub since: Time,
    /// Minutes since then.
    pub elapsed_min: f64,
    /// The longest that it was expected to take from then on, minutes.
    pub longest_min: f64,
    /// What that is taken from.
    pub told_by: ToldBy,
}
