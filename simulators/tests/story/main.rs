//! The events of a plant file through the twin's own rules give the state of the kernel.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod agreement;
mod faults;
mod plants;
mod shadow;
mod told;
