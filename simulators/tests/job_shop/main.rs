//! Classical job-shop instances: their files, and a scheduler of its own to compare with.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod by_kernel;
mod files;
mod instances;
#[path = "../../../tests/real_data/find.rs"]
mod real_data;
mod reference;
