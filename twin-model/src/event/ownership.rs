//! Who owns what: the plant's own configuration, as an event.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{SourceId, System};

/// Which system a source speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceSystem {
    /// The CloudEvents `source`, as it is sent.
    pub source: SourceId,
    /// The system behind it.
    pub system: System,
}

/// Who owns a field. Several rows for one field are several owners.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldOwner {
    /// Kind of the object, such as `work_order`.
    pub entity: SmolStr,
    /// The field, such as `quantity`.
    pub field: SmolStr,
    /// Its owner.
    pub owner: System,
}

/// The plant's operator publishes who owns what. A table is complete in itself: what it does not
/// name is as in the default table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct OwnershipPublished {
    /// Grows with each publication.
    pub version: u64,
    /// Sources and their systems. With any, a source that is neither listed nor recognised by its
    /// path owns nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceSystem>,
    /// Owners that differ from the default table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<FieldOwner>,
}
