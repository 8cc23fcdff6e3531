//! What-if: forecasts from a live state, and what changes do to them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod calibration;
mod changes;
mod forecasts;
mod limits;
mod scene;
