//! The projections on a real plant: read models, queries, change stream.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "tests"
)]

mod answers;
mod change_stream;
#[cfg(feature = "chaos")]
mod comeback;
mod discrepancies;
mod exports;
mod follower;
mod genealogies;
mod kpis;
mod lists;
mod live_plant;
mod past;
mod processes;
mod quality_items;
mod queries;
mod read_model;
mod reference_items;
mod resume;
mod story;
mod stream_limits;
mod subscriptions;
mod whys;
