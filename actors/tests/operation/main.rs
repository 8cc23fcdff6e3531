//! What people do with a plant in operation: exceptions, replays, corrections. One binary: every
//! one more would be linked anew after each change.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "tests"
)]

mod exceptions;
mod story;
