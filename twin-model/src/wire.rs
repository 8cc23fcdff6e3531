//! The serializable contracts: events as they travel, states as they are stored.

mod cloud_event;
pub mod snapshot;

pub use cloud_event::{EVENT_TYPES, Unreadable, decode, encode};
