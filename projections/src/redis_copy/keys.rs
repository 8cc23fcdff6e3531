//! The names of the keys.

use twin_model::{EntityKind, PlantId};

/// The keys of one plant. All of them are in one slot of a cluster: the plant stands in braces.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    prefix: String,
}

impl Keys {
    /// The keys of `plant`.
    pub(crate) fn of(plant: &PlantId) -> Keys {
        Keys {
            prefix: format!("twin:{{{plant}}}"),
        }
    }

    /// Hash: how far the copy is, and of when.
    pub(crate) fn meta(&self) -> String {
        format!("{}:meta", self.prefix)
    }

    /// Hash: the items of one kind, by id, each as the JSON of the query API.
    pub(crate) fn items(&self, kind: EntityKind) -> String {
        format!("{}:{}", self.prefix, kind.as_str())
    }

    /// Sorted set: the ids of one kind, all with score 0, so in the order of their bytes.
    pub(crate) fn ids(&self, kind: EntityKind) -> String {
        format!("{}:ids:{}", self.prefix, kind.as_str())
    }

    /// Where an opening gathers ids, as [`Keys::gathered`].
    pub(crate) fn gathered_ids(&self, owner: &str, kind: EntityKind) -> String {
        format!("{}:gathered:{owner}:ids:{}", self.prefix, kind.as_str())
    }

    /// Where an opening gathers items before they take the place of the ones that are there.
    pub(crate) fn gathered(&self, owner: &str, kind: EntityKind) -> String {
        format!("{}:gathered:{owner}:{}", self.prefix, kind.as_str())
    }

    /// Stream: what changed; and the channel on which each new position is told.
    pub(crate) fn changes(&self) -> String {
        format!("{}:changes", self.prefix)
    }
}
