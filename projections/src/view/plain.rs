//! An entity of a kind that has no view of its own.

use serde::Serialize;
use twin_model::{Entity, SmolStr};
use utoipa::ToSchema;

use super::DiscrepancyView;

/// An entity of a kind that has no view of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlainView {
    /// Its number.
    #[schema(value_type = String)]
    pub id: SmolStr,
    /// Its kind.
    pub kind: &'static str,
    /// Soft rules that it breaks now.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Counts the changes of the entity.
    pub version: u64,
}

impl PlainView {
    pub(crate) fn new(entity: &Entity, version: u64) -> PlainView {
        let key = entity.key();
        PlainView {
            id: key.id().into(),
            kind: key.kind().as_str(),
            discrepancies: super::shown(&entity.discrepancies()),
            version,
        }
    }
}
