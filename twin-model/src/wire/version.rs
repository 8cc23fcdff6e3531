//! Newer versions of event types: read beside the older ones, until the last sender and the last
//! subscriber have moved.
//!
//! A type moves in two steps. First the twin reads both versions and still writes the older one;
//! then, when nobody relies on the older one any more, it writes the newer. All steps between two
//! versions are pure: the data of one becomes the data of the other, or it is told why not.

use serde_json::Value;

use crate::OperationReport;

mod operation_completed;

pub use operation_completed::{NOT_ONE_UNIT, OperationCompletedV2, ScrapQuantity, UNSPECIFIED};

/// The type of [`OperationCompletedV2`].
pub(crate) const COMPLETED_V2: &str = "mfg.operation.completed.v2";
pub(crate) const COMPLETED_V1: &str = "mfg.operation.completed.v1";

/// Newer versions that are read, each with the version of the same type that the twin writes.
pub const NEWER_TYPES: &[(&str, &str)] = &[(COMPLETED_V2, COMPLETED_V1)];

/// Why the data of one version cannot be told in another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotCast {
    /// There is no such step.
    #[error("{from} has no version {to} in this twin")]
    NoStep {
        /// The type as it is.
        from: String,
        /// The type that is wanted.
        to: String,
    },
    /// The data is not what its type says.
    #[error("the data is no {from}: {detail}")]
    Unreadable {
        /// The type as it is.
        from: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The older version has no words for it.
    #[error("{to} cannot say this: {detail}")]
    NoWords {
        /// The type that is wanted.
        to: &'static str,
        /// What it has no words for.
        detail: &'static str,
    },
}

/// Tells data of the type `from` as the type `to` of the same event: upwards for a reader of the
/// newer version, downwards for a subscriber that knows only the older one.
///
/// # Errors
/// [`CannotCast`]: a subscriber of the older version then gets nothing rather than half.
pub fn cast(from: &str, to: &str, data: &Value) -> Result<Value, CannotCast> {
    match (from, to) {
        _ if from == to => Ok(data.clone()),
        (COMPLETED_V1, COMPLETED_V2) => {
            let report: OperationReport = read(COMPLETED_V1, data)?;
            Ok(written(&OperationCompletedV2::from(&report)))
        }
        (COMPLETED_V2, COMPLETED_V1) => {
            let newer: OperationCompletedV2 = read(COMPLETED_V2, data)?;
            let report = OperationReport::try_from(newer);
            let report = report.map_err(|detail| CannotCast::NoWords {
                to: COMPLETED_V1,
                detail,
            })?;
            Ok(written(&report))
        }
        _ => Err(CannotCast::NoStep {
            from: from.to_owned(),
            to: to.to_owned(),
        }),
    }
}

fn read<T: serde::de::DeserializeOwned>(from: &'static str, data: &Value) -> Result<T, CannotCast> {
    T::deserialize(data).map_err(|error| CannotCast::Unreadable {
        from,
        detail: error.to_string(),
    })
}

fn written(data: &impl serde::Serialize) -> Value {
    match serde_json::to_value(data) {
        Ok(value) => value,
        Err(error) => unreachable!("contracts are encodable: {error}"),
    }
}
