//! Synthetic plants with known truth, deterministic from their seed.
//!
//! A [`Simulation`] of a [`plant_model::PlantModel`] gives canonical events for ever: what ERP,
//! MES, QMS, WMS and the machines' edge devices of a plant would send. It carries out every event
//! on a plant of its own with the twin's rules, so a simulated plant can never do what the twin
//! would refuse, and its state is the truth to compare a twin with.
//!
//! A [`kernel`] of its own runs any floor that a [`plant_file`] describes: it knows time and
//! contention only. [`experiment`] runs it many times, [`what_if`] runs it from the live state of
//! a twin.
//!
//! What is absent here, by design: clocks, input and output, threads, and any model of an order,
//! a lot or a work center beside the one of `twin-model`. Whoever runs a simulation paces and
//! publishes it.

mod demo_plant;
mod dispatch;
mod emitter;
pub mod event_queue;
pub mod experiment;
pub mod faults;
pub mod fit;
mod happening;
mod heap;
pub mod job_shop_file;
pub mod kernel;
pub mod law;
mod load;
mod machine;
pub mod message;
mod names;
mod operations;
mod order;
mod planning;
pub mod plant_file;
pub mod plant_model;
mod priority;
mod quality;
pub mod random;
mod reference_plant;
mod shipping;
mod simulation;
pub mod smt2020;
pub mod statistics;
mod stock;
mod stoppage;
pub mod story;
pub mod truth;
mod voices;
mod warehouse;
pub mod what_if;

pub use demo_plant::{DEMO_PLANT, demo_model};
pub use load::Load;
pub use simulation::Simulation;
