//! The files of the SMT2020 testbed of semiconductor fabs.
//!
//! Kopp, Hassoun, Kalir and Moench, SMT2020: A semiconductor manufacturing testbed, IEEE
//! Transactions on Semiconductor Manufacturing 33 (2020), doi 10.1109/TSM.2020.3001933. A data set
//! is a folder of tab-separated tables whose first line names the columns. Everything of them is
//! read into plain typed records; what a fab does with it is not decided here. A column, unit or
//! distribution that is not known is refused with file, line and column: a fab that is half
//! understood would simulate wrongly without a word.
//!
//! All times are whole microseconds, read from the decimal digits without rounding through
//! floating point.

mod calendar;
mod cell;
mod check;
mod fab;
mod fault;
mod lot;
mod model;
mod route;
mod setup;
mod span;
mod table;
mod tool;

pub use calendar::{
    Attachment, CalendarKind, Downtime, First, Maintenance, MaintenanceBasis, Scope,
};
pub use fab::Fab;
pub use fault::{Smt2020Fault, What};
pub use lot::{InitialLot, Moment, Part, Release};
pub use route::{Batch, ProcessPer, QueueTime, Rework, Route, Sampling, Step, StepSetup};
pub use setup::{SetupChange, SetupGroup};
pub use span::{Distribution, Span};
pub use tool::{Rank, Rule, Tool, Transport};

/// The largest file that is read, in bytes; a published one has less than a fifth of a megabyte.
pub const FILE_BYTES_MAX: usize = 64 << 20;
/// The most rows of one table.
pub const ROWS_MAX: usize = 1_000_000;
