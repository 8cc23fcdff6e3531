//! What the warehouse and the MES move, take and count, and what that does to lots and orders.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "tests"
)]

#[path = "movements/stock.rs"]
mod stock;
#[path = "movements/story.rs"]
mod story;
