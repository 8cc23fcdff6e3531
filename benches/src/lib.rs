//! Measurements of plant-twin against bare limits, in one run.
//!
//! The binaries measure the product and its limit alternately and print one [`figure::Figure`] per
//! line; the criterion benches measure the small parts. What the limits do is in
//! [`bare_consumer`], [`bare_orders`], [`bare_plant`] and [`borrowed_event`]: read these before a ratio.

pub mod bare_consumer;
pub mod bare_orders;
pub mod bare_plant;
pub mod borrowed_event;
pub mod broker_backlog;
pub mod cpu_time;
pub mod embedded_drain;
pub mod family;
pub mod figure;
pub mod follower;
pub mod http_asker;
pub mod intake_load;
pub mod latency;
pub mod load_average;
pub mod memory;
#[cfg(feature = "nexosim")]
pub mod nexosim_floor;
pub mod paced_load;
pub mod private_broker;
pub mod served;
pub mod shop;
pub mod sse_reader;
pub mod story;
pub mod twin_drain;
