//! The serializable contracts: events as they travel, states as they are stored.

pub mod b2mml;
mod claims;
mod cloud_event;
mod contract;
pub mod epcis;
mod limits;
mod schema;
pub mod snapshot;
mod snapshot_center;
pub mod version;

pub use cloud_event::{EVENT_TYPES, Unreadable, body_of, decode, encode};
pub use contract::{
    Contract, Direction, SharedSchemas, contracts, event_schema, shared_schemas, version_of,
};
pub use limits::{
    APPROVERS_MAX, COMPONENTS_PER_ORDER_MAX, CONVERSIONS_PER_MATERIAL_MAX, DECIDED_PARTS_MAX,
    LOTS_PER_EVENT_MAX, OPERATIONS_PER_ORDER_MAX, PREDECESSORS_MAX, SCRAP_REASONS_MAX, SHIFTS_MAX,
    SOURCES_MAX, TEXT_BYTES_MAX, VALUES_PER_RESULT_MAX,
};
