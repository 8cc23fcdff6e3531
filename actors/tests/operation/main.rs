//! A plant in operation: its shard, what waits, exceptions, processes, files. One binary: every
//! one more would be linked anew after each change.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "tests"
)]

#[cfg(feature = "chaos")]
mod credits;
mod exceptions;
mod falling_due;
mod history;
mod processes;
mod retention;
mod shard;
mod story;
mod urgent;
mod verifying;
mod waiting;
