//! Replications of a floor, and what they say with which certainty.
//!
//! A replication is a function of floor, plan and number, so any number of threads may share the
//! work and the result is the same.

mod figures;
mod gantt;
mod trace;

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

pub use figures::{Figures, OfProducts, OfWorkCenters};
pub use gantt::{BARS_MAX, Bar, Gantt};
pub use trace::{TRACE_LINES_MAX, Trace, TraceLine};

use crate::kernel::{
    Counts, Digest, Floor, Halted, KERNEL_VERSION, Kernel, OfProduct, OfWorkCenter, Tally,
};

/// How a floor is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Seed of the random numbers.
    pub seed: u64,
    /// The end, microseconds from the begin; `None`: when nothing is due any more.
    pub horizon_us: Option<i64>,
    /// What happens before is not counted, microseconds from the begin.
    pub warm_up_us: i64,
}

/// One run of a floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replication {
    /// Its number, from 0.
    pub number: u64,
    /// SHA-256 over everything that happened.
    pub digest: [u8; 32],
    /// Counted microseconds.
    pub span_us: i64,
    /// The instant at which it ended, microseconds from the begin.
    pub end_us: i64,
    /// Microseconds times lots on the floor.
    pub floor_area: i128,
    /// How many lots came and went, warm-up included.
    pub counts: Counts,
    /// By product.
    pub products: Vec<OfProduct>,
    /// By work center.
    pub work_centers: Vec<OfWorkCenter>,
    /// Lots that started later than their queue-time limit.
    pub late_starts: u64,
}

impl Replication {
    /// Runs a floor once.
    ///
    /// # Errors
    /// [`Halted`] when it cannot come to its end.
    pub fn run(floor: &Arc<Floor>, plan: &Plan, number: u64) -> Result<Self, Halted> {
        let mut tally = Tally::new(floor, plan.warm_up_us);
        let mut digest = Digest::default();
        let mut watch = (&mut tally, &mut digest);
        let mut kernel = Kernel::new(Arc::clone(floor), plan.seed, number, &mut watch);
        match plan.horizon_us {
            Some(horizon_us) => kernel.run_until(horizon_us, &mut watch)?,
            None => kernel.run_to_end(&mut watch)?,
        }
        tally.close(kernel.now_us());
        Ok(Self {
            number,
            digest: digest.finish(),
            span_us: tally.span_us(),
            end_us: kernel.now_us(),
            floor_area: tally.floor_area(),
            counts: kernel.counts(),
            products: tally.products().to_vec(),
            work_centers: tally.work_centers().to_vec(),
            late_starts: tally.late_starts,
        })
    }
}

/// One number for an experiment: SHA-256 over the kernel's version, the seed and the digests of
/// its replications in the order of their numbers.
pub fn digest(plan: &Plan, replications: &[Replication]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(KERNEL_VERSION.to_le_bytes());
    hash.update(plan.seed.to_le_bytes());
    for replication in replications {
        hash.update(replication.digest);
    }
    hash.finalize().into()
}
