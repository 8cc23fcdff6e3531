//! What-if: from the live state of a plant to when each order will be finished, and how likely
//! it will be late.
//!
//! The live state becomes a plant file ([`living_model`]) that can be read, kept and run like
//! any other; changes are made to that file, and the same random numbers play both, so that a
//! difference is one of the change and not of chance.

mod assumptions;
mod calibration;
mod change;
mod forecast;
mod impossible_change;
mod living;
mod order_added;
mod outcome;
mod ratios;
mod shift;
mod standstill;
mod study;
mod yields;

pub use assumptions::{Assumptions, NotSimulated, Overdue};
pub use calibration::{Brier, Calibration, Coverage, Promise, Scores};
pub use change::Change;
pub use forecast::{Difference, Forecast, LateShare, LoadForecast, OrderForecast};
pub use impossible_change::ImpossibleChange;
pub use living::{LivingModel, living_model};
pub use shift::HoursAre;
pub use study::Study;

use crate::plant_file::InvalidPlant;

/// The most replications of one question.
pub const REPLICATIONS_MAX: u32 = 10_000;
/// The longest look ahead, hours: about half a year.
pub const HORIZON_H_MAX: u32 = 24 * 180;
/// The most changes of one question.
pub const CHANGES_MAX: usize = 100;
/// The most machines that a change gives a work center.
pub const MACHINES_MAX: u32 = 1_000;
/// The most pairs of hours of one change of shifts.
pub const SHIFT_HOURS_MAX: usize = 100;
/// The smallest share of good pieces: below, an order would take more than a hundred times as
/// long as planned, and the plan is what is wrong.
pub const GOOD_SHARE_MIN: f64 = 0.01;

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoAnswer {
    /// A change that cannot be made.
    #[error(transparent)]
    Change(#[from] ImpossibleChange),
    /// A plant that cannot be simulated.
    #[error("the plant as it stands cannot be simulated: {0}")]
    Plant(#[from] InvalidPlant),
    /// Nothing that could be forecast.
    #[error(
        "no order can be forecast: none is released with planned times (setup_s, run_s_per_unit) \
         and work left"
    )]
    NothingToForecast,
    /// Not one run ended in the time that a question may take.
    #[error(
        "the time for one question was over before the first run was; ask with a smaller \
         horizon_h, or for fewer machines"
    )]
    TooLong,
}
