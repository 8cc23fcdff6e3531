//! The statistics against published tables, closed forms and plain recomputation.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod course;
mod forecasts;
mod intervals;
mod levels;
mod tables;

/// Asserts that two numbers agree to `tolerance`.
#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "found {found}, expected {expected} to {tolerance}"
    );
}
