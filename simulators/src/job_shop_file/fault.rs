//! What can be wrong with a job-shop file.

use thiserror::Error;

use super::{JOBS_MAX, MACHINES_MAX, OPERATION_TIME_MAX, OPERATIONS_MAX};

/// A file that is no job-shop instance.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{file}, line {line}: {fault}")]
pub struct JobShopFileFault {
    /// The name of the file as it was given.
    pub file: String,
    /// The line, counted from 1; the last one where something is missing at the end.
    pub line: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with a line of a job-shop file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is in the file.
    #[error("there is no line with the numbers of jobs and machines; begin with for example `6 6`")]
    Empty,
    /// A word where a number belongs.
    #[error("`{0}` is not a whole number from 0 on; write times and machines as plain digits")]
    NoNumber(String),
    /// The first line is something else.
    #[error(
        "{found} numbers stand where the numbers of jobs and machines belong; write two, for example `6 6`"
    )]
    Head {
        /// How many numbers stand there.
        found: usize,
    },
    /// More than is taken, or none.
    #[error(
        "{jobs} jobs on {machines} machines are not taken: from 1 to {JOBS_MAX} jobs, 1 to {MACHINES_MAX} machines and {OPERATIONS_MAX} operations in all are"
    )]
    Shape {
        /// Jobs asked for.
        jobs: u64,
        /// Machines asked for.
        machines: u64,
    },
    /// A number without its partner.
    #[error(
        "{found} numbers are not pairs of machine and time; the last machine {machine} has no time"
    )]
    HalfPair {
        /// How many numbers stand there.
        found: usize,
        /// The number that stands alone.
        machine: u64,
    },
    /// A machine that the first line does not count.
    #[error("machine {machine} is none of the {count}; they are counted from {first}")]
    Machine {
        /// The machine asked for.
        machine: u64,
        /// How many there are.
        count: usize,
        /// The number of the first one: 0 in the standard format, 1 in Taillard's.
        first: u64,
    },
    /// A time out of range.
    #[error("a time of {0} is above {OPERATION_TIME_MAX}, the longest that is taken")]
    Time(u64),
    /// Too few or too many rows.
    #[error("{found} lines of jobs stand where {expected} belong")]
    Jobs {
        /// Lines seen.
        found: usize,
        /// Jobs that the first line counts.
        expected: usize,
    },
    /// A row of a matrix that is too short or too long.
    #[error("{found} numbers stand in a row of {expected}, one for each machine")]
    Row {
        /// Numbers seen.
        found: usize,
        /// Machines that the head counts.
        expected: usize,
    },
    /// A part of Taillard's format is missing or comes twice.
    #[error("there must be one line `Times` and, after its rows, one line `Machines`")]
    Titles,
    /// In Taillard's format a job visits each machine once.
    #[error("machine {machine} comes twice in one job; each job visits each machine once")]
    Twice {
        /// The machine, counted from 1.
        machine: u64,
    },
}
