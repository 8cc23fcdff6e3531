//! What a run of a simulation says, and how sure that is.
//!
//! One noun per module. Averages over time are kept in whole microseconds and are exact; the
//! rest is floating point over `libm`, so that the same numbers give the same bits on every
//! machine. Nothing here draws random numbers: give it observations in their order.
//!
//! - One number per replication: [`Sample`] and its [`Interval`], [`Paired`] against a baseline
//!   run with the same random numbers, [`StopRule`] for how many replications.
//! - One long run: [`warm_up`] for what to leave out, [`BatchMeans`] for the interval.
//! - A share of replications, such as late orders: [`wilson`].
//! - Times of orders: [`Percentiles`]; levels over time: [`TimeAverage`].
//! - Forecasts after the fact: [`ForecastScore`].

mod batch_means;
mod confidence;
mod forecast_score;
mod incomplete_beta;
mod normal;
mod paired;
mod percentiles;
mod root;
mod sample;
mod stop_rule;
mod student_t;
mod thinned;
mod time_average;
pub mod warm_up;
mod wilson;

pub use batch_means::BatchMeans;
pub use confidence::{Confidence, NotALevel};
pub use forecast_score::{ForecastScore, pinball_loss};
pub use paired::Paired;
pub use percentiles::{PER_MILLE, Percentiles};
pub use sample::{Interval, Sample};
pub use stop_rule::{HalfWidth, REPLICATIONS_MAX, Ruling, StopRule, StopRuleFault};
pub use student_t::two_sided as student_t;
pub(crate) use thinned::thinned;
pub use time_average::TimeAverage;
pub use wilson::{Share, wilson};
