//! The reader of SMT2020 data sets: a fab made by hand, bad fabs, and the published one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod mini_fab;
mod published;
#[path = "../../../tests/real_data/find.rs"]
mod real_data;
mod refusals;
