//! Newer versions of event types: read beside the older ones, until the last sender and the last
//! subscriber have moved.
//!
//! A type moves in two steps. First the twin reads both versions and still writes the older one;
//! then, when nobody relies on the older one any more, it writes the newer. All steps between two
//! versions are pure (`From` upwards, `TryFrom` downwards): the data of one becomes the data of the
//! other, or it is told why not.

mod operation_completed;

pub use operation_completed::{NOT_ONE_UNIT, OperationCompletedV2, ScrapQuantity, UNSPECIFIED};

/// The type of [`OperationCompletedV2`].
pub(crate) const COMPLETED_V2: &str = "mfg.operation.completed.v2";
pub(crate) const COMPLETED_V1: &str = "mfg.operation.completed.v1";

/// Newer versions that are read, each with the version of the same type that the twin writes.
pub const NEWER_TYPES: &[(&str, &str)] = &[(COMPLETED_V2, COMPLETED_V1)];
