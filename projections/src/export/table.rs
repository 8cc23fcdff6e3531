//! What a table is made of.

use twin_model::{Entity, EntityKind, Time};

use super::ExportError;
use super::row::Cell;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    /// Text, also of ids and states.
    Text,
    /// A decimal number as text, exactly as it was told.
    Decimal,
    /// A whole number.
    Whole,
    /// Yes or no.
    Flag,
    /// A time, UTC, microseconds.
    Time,
}

/// A column of a table.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) holds: ColumnType,
}

/// A table.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Of which entities it is made.
    pub(super) kind: EntityKind,
    pub(super) columns: &'static [Column],
    /// The rows of one entity, each with a value for each column.
    pub(super) rows: fn(&Entity, Time) -> Vec<Vec<Cell>>,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Where rows go to: three formats.
pub(super) trait Sink {
    fn put(&mut self, table: &Table, row: Vec<Cell>) -> Result<(), ExportError>;
    fn finish(self) -> Result<(), ExportError>;
}
