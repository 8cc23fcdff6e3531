//! Queueing theory to hold the simulation to, and the theory held to itself.
//!
//! The formulas are computed here from the literature and share nothing with the simulators. Each
//! is checked against another way to the same number, and against plain recursions over random
//! times, before a simulation is compared with it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod by_kernel;
mod closed;
mod formulas;
mod line;
mod networks;
mod queues;
mod recursions;
mod theory;

/// Asserts that two numbers agree to `tolerance`, relative to the expected one.
#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs(),
        "found {found}, expected {expected} to a share of {tolerance}"
    );
}
