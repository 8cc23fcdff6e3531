//! What the warehouse and the MES move, take and count, and what that does to lots and orders.
#[path = "movements/lot_control.rs"]
mod lot_control;
#[path = "movements/orders.rs"]
mod orders;
#[path = "movements/receipts.rs"]
mod receipts;
#[path = "movements/reversals.rs"]
mod reversals;
#[path = "movements/stock.rs"]
mod stock;
#[path = "movements/story.rs"]
mod story;
#[path = "movements/units.rs"]
mod units;
