//! What the warehouse and the MES move, take and count, and what that does to lots and orders.
#[path = "movements/stock.rs"]
mod stock;
#[path = "movements/story.rs"]
mod story;
