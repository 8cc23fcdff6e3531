//! A load with faults: what reaches the broker leads where the truth says, whatever goes wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod plan_files;
mod plans;
mod promises;
mod told;
