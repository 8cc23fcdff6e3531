//! What-if: from the live state of a plant to when each order will be finished, and how likely
//! it will be late.
//!
//! The live state becomes a plant file ([`living_model`]) that can be read, kept and run like
//! any other; changes are made to that file, and the same random numbers play both, so that a
//! difference is one of the change and not of chance.

mod change;
mod forecast;
mod living;
mod standstill;

pub use change::{Change, ImpossibleChange};
pub use forecast::{Forecast, LoadForecast, OrderForecast, Outcome, forecast};
pub use living::{Assumptions, LivingModel, NotSimulated, living_model};

use crate::plant_file::InvalidPlant;

/// The most replications of one question.
pub const REPLICATIONS_MAX: u32 = 10_000;
/// The longest look ahead, hours: about half a year.
pub const HORIZON_H_MAX: u32 = 24 * 180;
/// The most changes of one question.
pub const CHANGES_MAX: usize = 100;

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
}
