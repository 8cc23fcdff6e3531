//! Files of classical job-shop instances.
//!
//! Two formats are read. The standard one: a line `jobs machines`, then per job a line of pairs
//! `machine time`, machines counted from 0; lines that begin with `#` are comments. Taillard's: a
//! head with jobs and machines, a line `Times` with a matrix of one row per job, and a line
//! `Machines` with a matrix of the same shape, machines counted from 1 (Taillard, Benchmarks for
//! basic scheduling problems, European Journal of Operational Research 64 (1993)). Every job
//! visits every machine exactly once in Taillard's format; in the standard one a job may have
//! fewer or more operations.

mod fault;
mod model;
mod standard;
mod taillard;

pub use fault::{Fault, JobShopFileFault};

/// The most jobs of one instance.
pub const JOBS_MAX: usize = 100_000;
/// The most machines of one instance.
pub const MACHINES_MAX: usize = 10_000;
/// The most operations of one instance, over all jobs.
pub const OPERATIONS_MAX: usize = 1_000_000;
/// The longest operation, in units of the file; the sum of all fits into 64 bits of microseconds
/// even when a unit is a second.
pub const OPERATION_TIME_MAX: u32 = 1_000_000;

/// One step of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobStep {
    /// The machine, counted from 0.
    pub machine: usize,
    /// How long it takes there, in the unit of the file (the instances name none).
    pub time: u32,
}

/// A job shop: each job is an order of steps, all are there from the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobShop {
    machines: usize,
    jobs: Vec<Vec<JobStep>>,
}

impl JobShop {
    /// Reads an instance in either format; `file` is the name that errors tell.
    ///
    /// # Errors
    /// When the text is not an instance: with file, line, and the value that is wrong.
    pub fn read(file: &str, text: &str) -> Result<Self, JobShopFileFault> {
        let lines: Vec<Line<'_>> = text
            .lines()
            .enumerate()
            .map(|(index, text)| Line {
                number: index + 1,
                text: text.trim(),
            })
            .filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
            .collect();
        let read = if lines.iter().any(|line| taillard::is_title(line.text)) {
            taillard::read(&lines)
        } else {
            standard::read(&lines)
        };
        read.map_err(|(line, fault)| JobShopFileFault {
            file: file.to_owned(),
            line,
            fault,
        })
    }

    /// The number of machines.
    pub fn machines(&self) -> usize {
        self.machines
    }

    /// The steps of each job in their order.
    pub fn jobs(&self) -> &[Vec<JobStep>] {
        &self.jobs
    }
}

/// A line with something on it, and its number in the file from 1.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    number: usize,
    text: &'a str,
}

type Read<T> = Result<T, (usize, Fault)>;

impl Line<'_> {
    /// The whole numbers of the line.
    fn numbers(&self) -> Read<Vec<u64>> {
        let words = self.text.split_whitespace();
        words
            .map(|word| {
                word.parse()
                    .map_err(|_| (self.number, Fault::NoNumber(word.to_owned())))
            })
            .collect()
    }
}

/// Jobs and machines of the first two numbers of a head line, both within their limits.
fn shape(line: usize, numbers: &[u64]) -> Read<(usize, usize)> {
    let (jobs, machines) = (numbers[0], numbers[1]);
    let within = |value: u64, most: usize| value >= 1 && value <= most as u64;
    let fits = within(jobs, JOBS_MAX)
        && within(machines, MACHINES_MAX)
        && jobs * machines <= OPERATIONS_MAX as u64;
    if !fits {
        return Err((line, Fault::Shape { jobs, machines }));
    }
    Ok((jobs as usize, machines as usize))
}

/// A time of an operation within its limit.
fn time(line: usize, value: u64) -> Read<u32> {
    match u32::try_from(value) {
        Ok(time) if time <= OPERATION_TIME_MAX => Ok(time),
        _ => Err((line, Fault::Time(value))),
    }
}
