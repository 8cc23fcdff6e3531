//! The behaviour of the model, one module per topic. One binary: every one more would be linked
//! anew after each change of the model.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "tests"
)]

mod any_order;
mod arrival_order;
mod b2mml;
mod command_words;
mod contracts;
mod decimal_sums;
mod deep_genealogy;
mod document_reversals;
mod epcis;
mod event_limits;
mod facts;
mod flow_report;
mod hold_presumed;
mod hold_since;
mod hold_versus_ship;
mod hold_windows;
mod hold_wins;
mod inspected_orders;
mod inspection_sources;
mod inspections;
mod job_control;
mod lot_kinship;
mod material_movements;
mod nonconformance_sources;
mod nonconformances;
mod order_arrival;
mod order_books;
#[path = "order/boundaries.rs"]
mod order_boundaries;
mod order_life;
mod order_moments;
mod order_operations;
mod order_reports;
#[path = "order/reversed.rs"]
mod order_reversed;
#[path = "order/story.rs"]
mod order_story;
mod order_words;
mod outlook;
mod ownership;
mod packing;
mod plain_oracle;
mod plant_story;
mod processes;
#[path = "quality/bounds.rs"]
mod quality_bounds;
#[path = "quality/findings.rs"]
mod quality_findings;
#[path = "quality/given_up.rs"]
mod quality_given_up;
#[path = "quality/later_looks.rs"]
mod quality_later_looks;
#[path = "quality/of_materials.rs"]
mod quality_of_materials;
#[path = "quality/parts.rs"]
mod quality_parts;
#[path = "quality/rests.rs"]
mod quality_rests;
#[path = "quality/shares.rs"]
mod quality_shares;
#[path = "quality/story.rs"]
mod quality_story;
#[path = "quality/taken.rs"]
mod quality_taken;
#[path = "quality/used.rs"]
mod quality_used;
#[path = "../../../tests/real_data/find.rs"]
mod real_data;
mod real_data_is_missed;
mod reference_data;
mod rejection_catalogue;
mod retractions;
#[path = "arrival/shard.rs"]
mod shard;
mod shelf_life;
mod shipping;
mod shown;
mod state_hash;
mod stock_counts;
mod stock_status;
mod stored_log;
mod time_accounting;
mod told_again;
mod told_goods;
mod unborn;
mod versions;
mod waiting_words;
mod words;
mod work_center_life;
