//! The table of owners that a plant has published.

use std::collections::BTreeMap;

use super::{Claims, Field, Owners, System};
use crate::{Discrepancy, EntityKey, OwnershipPublished, Rejection, SourceId};

/// For whom a source speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// For a system: by the published table, or by its path.
    System(System),
    /// Nobody knows, and nobody has listed the plant's sources: it may write everything.
    Unlisted,
    /// Nobody knows, although the plant's sources are listed: it owns nothing.
    Stranger,
}

impl Writer {
    /// Whether it may write a field with these owners.
    #[must_use]
    pub fn may_write(self, owners: Owners) -> bool {
        match self {
            Writer::System(system) => owners.has(system),
            Writer::Unlisted => true,
            Writer::Stranger => owners == Owners::ANYBODY,
        }
    }

    /// The name that people read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Writer::System(system) => system.as_str(),
            Writer::Unlisted | Writer::Stranger => "unknown system",
        }
    }

    /// For whom a source speaks before anything is published.
    #[must_use]
    pub fn by_path(source: &SourceId) -> Writer {
        System::in_path(source.as_str()).map_or(Writer::Unlisted, Writer::System)
    }
}

/// Who owns what in a plant, in its newest published version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ownership {
    pub(crate) table_version: u64,
    pub(crate) sources: BTreeMap<SourceId, System>,
    /// Only what differs from the default owners.
    pub(crate) owners: BTreeMap<Field, Owners>,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
}

impl Ownership {
    /// A table is published. It replaces the one before it.
    pub(crate) fn publish(&mut self, body: &OwnershipPublished) -> Result<(), Rejection> {
        if body.version <= self.table_version {
            return Err(Rejection::WrongState {
                object: format!("{} in version {}", EntityKey::Ownership, self.table_version),
                state: "in force",
                action: "a version that is not newer",
                allowed: "a newer version",
            });
        }
        self.table_version = body.version;
        self.sources = body
            .sources
            .iter()
            .map(|row| (row.source.clone(), row.system))
            .collect();
        self.owners = BTreeMap::new();
        for row in &body.owners {
            // Decoding refuses what names no field.
            let Some(field) = Field::named(&row.entity, &row.field) else {
                continue;
            };
            let owners = self.owners.entry(field).or_insert(Owners::NONE);
            *owners = owners.and(row.owner);
        }
        Ok(())
    }

    /// For whom a source speaks.
    #[must_use]
    pub fn writer(&self, source: &SourceId) -> Writer {
        match self.sources.get(source) {
            Some(system) => Writer::System(*system),
            None => match Writer::by_path(source) {
                Writer::Unlisted if !self.sources.is_empty() => Writer::Stranger,
                writer => writer,
            },
        }
    }

    pub(crate) fn writer_in(table: Option<&Ownership>, source: &SourceId) -> Writer {
        table.map_or_else(|| Writer::by_path(source), |table| table.writer(source))
    }

    pub(crate) fn owners_in(table: Option<&Ownership>, field: Field) -> Owners {
        table.map_or_else(|| field.default_owners(), |table| table.owners_of(field))
    }

    /// Who owns a field.
    #[must_use]
    pub fn owners_of(&self, field: Field) -> Owners {
        match self.owners.get(&field) {
            Some(owners) => *owners,
            None => field.default_owners(),
        }
    }

    /// The published version; 0 before any.
    #[must_use]
    pub fn table_version(&self) -> u64 {
        self.table_version
    }

    /// The listed sources with their systems.
    #[must_use]
    pub fn sources(&self) -> &BTreeMap<SourceId, System> {
        &self.sources
    }

    /// The owners that differ from the default table.
    #[must_use]
    pub fn owners(&self) -> &BTreeMap<Field, Owners> {
        &self.owners
    }

    /// What sources that may not publish have published.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        self.claims
            .discrepancies(|| EntityKey::Ownership, |_| self.standing())
    }
}
