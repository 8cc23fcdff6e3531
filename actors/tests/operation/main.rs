//! A plant in operation: exceptions, replays, corrections, processes. One binary: every
//! one more would be linked anew after each change.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "tests"
)]

mod exceptions;
mod processes;
mod story;
