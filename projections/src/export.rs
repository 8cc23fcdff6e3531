//! Whole tables of a plant for analytics: flat, typed and of one commit.
//!
//! A table has one row for each entity of a kind (or for each operation of each order), with the
//! columns of [`table::ALL`] in their order. Rows are made one by one while they are written, so
//! that only the states themselves are kept, which are shared with the picture.

mod csv;
mod jsonl;
mod parquet_file;
mod row;
mod table;
mod tables;

use std::io::Write;

use twin_model::{Entity, EntityKind, Time};

use self::csv::Csv;
use self::jsonl::Jsonl;
use self::parquet_file::ParquetFile;
pub(crate) use self::table::{Column, ColumnType};
use self::table::{Sink, Table};

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// A JSON object per row and line; what is not known is `null`.
    Jsonl,
    /// RFC 4180 with a line of names; what is not known is empty, and an empty text is `""`.
    Csv,
    /// Apache Parquet, uncompressed, with typed columns.
    Parquet,
}

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The rows could not be given on.
    #[error(transparent)]
    NotWritten(#[from] std::io::Error),
    /// The file could not be put together.
    #[error(transparent)]
    NotAFile(#[from] parquet::errors::ParquetError),
}

impl ExportFormat {
    /// All formats.
    pub const ALL: [ExportFormat; 3] = [
        ExportFormat::Jsonl,
        ExportFormat::Csv,
        ExportFormat::Parquet,
    ];

    /// Its name, which is also the ending of its files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ExportFormat::Jsonl => "jsonl",
            ExportFormat::Csv => "csv",
            ExportFormat::Parquet => "parquet",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            ExportFormat::Jsonl => "application/x-ndjson",
            ExportFormat::Csv => "text/csv; charset=utf-8; header=present",
            ExportFormat::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// A table that can be exported.
#[derive(Debug, Clone, Copy)]
pub struct ExportTable(&'static Table);

impl ExportTable {
    /// The table of this name, such as `lots` or `operations`.
    #[must_use]
    pub fn named(name: &str) -> Option<ExportTable> {
        let mut all = tables::ALL.iter();
        all.find(|table| table.name == name).map(ExportTable)
    }

    /// All tables.
    pub fn all() -> impl Iterator<Item = ExportTable> {
        tables::ALL.iter().map(ExportTable)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    pub(crate) fn kind(self) -> EntityKind {
        self.0.kind
    }

    pub(crate) fn columns(self) -> &'static [Column] {
        self.0.columns
    }

    /// Writes the rows of `entities`, those of other kinds left out, as they stand at `now`. Gives
    /// how many rows there are.
    ///
    /// # Errors
    /// [`ExportError`] when `out` takes no more.
    pub fn write<'e>(
        self,
        format: ExportFormat,
        entities: impl Iterator<Item = &'e Entity>,
        now: Time,
        out: impl Write + Send,
    ) -> Result<u64, ExportError> {
        match format {
            ExportFormat::Jsonl => self.fill(Jsonl::new(out), entities, now),
            ExportFormat::Csv => self.fill(Csv::new(out, self.0)?, entities, now),
            ExportFormat::Parquet => self.fill(ParquetFile::new(out, self.0)?, entities, now),
        }
    }

    fn fill<'e>(
        self,
        mut sink: impl Sink,
        entities: impl Iterator<Item = &'e Entity>,
        now: Time,
    ) -> Result<u64, ExportError> {
        let mut rows = 0;
        for entity in entities.filter(|entity| entity.key().kind() == self.0.kind) {
            for row in (self.0.rows)(entity, now) {
                assert_eq!(
                    row.len(),
                    self.0.columns.len(),
                    "a row of {} has a value for each column",
                    self.0.name
                );
                sink.put(self.0, row)?;
                rows += 1;
            }
        }
        sink.finish()?;
        Ok(rows)
    }
}
